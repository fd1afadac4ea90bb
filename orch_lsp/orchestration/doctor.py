"""What is set up, what is wrong with it, and what to do about it. Nothing secret is ever part of a finding."""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from orch_lsp import __version__
from orch_lsp.errors import OrchError
from orch_lsp.orchestration.plan import Reading, chosen, read
from orch_lsp.orchestration.session import Session
from orch_lsp.orchestration.source import Source
from orch_lsp.settings.keys import HandedOverKey, describe_key_source
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workspace import user_config_path

Verdict = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, how it is, and for a problem its cure."""

    subject: str
    verdict: Verdict
    message: str
    cure: str | None = None


async def examine(
    session: Session, source: Source | None, *, editor: ProjectLayer, folders: Sequence[Path] = ()
) -> list[Finding]:
    """Look at versions, workspace, settings, the store and the providers."""
    if source is None:
        folder = folders[0] if folders else await asyncio.to_thread(Path.cwd)
        source = Source((folder / "spec.md").as_uri(), folder / "spec.md", None, "", tuple(folders) or (folder,))
    reading = await read(session, source, editor=editor, command=CommandChoice())
    findings = [
        Finding("version", "ok", f"orch-lsp {__version__}, Python {platform.python_version()} on {sys.platform}"),
        await asyncio.to_thread(_user_config),
        Finding("workspace", "ok" if reading.root else "note", str(reading.root) if reading.root else "no workspace"),
        await _store(session, reading),
    ]
    findings += [
        Finding(
            f"setting {problem.key}",
            "problem",
            f"{problem.path or problem.layer}: {problem.message}",
            "Correct the setting that is named.",
        )
        for problem in reading.settings.problems
    ]
    findings.append(_choice(reading))
    names = await asyncio.to_thread(_configured, session, reading)
    for provider in names:
        findings.append(await asyncio.to_thread(_key, session, provider))
        findings.append(await _address(session, provider))
    return findings


def _user_config() -> Finding:
    path = user_config_path()
    return Finding(
        "user config", "ok" if path.is_file() else "note", str(path) if path.is_file() else f"{path} (none yet)"
    )


async def _store(session: Session, reading: Reading) -> Finding:
    try:
        store = await session.store(reading)
        count = len(await store.list(limit=1000))
    except OrchError as error:
        return Finding("store", "problem", f"{error.code}: {error.message}", error.remediation)
    notices = " ".join(store.notices)
    return Finding("store", "note" if notices else "ok", f"{store.location}, {count} runs. {notices}".strip())


def _choice(reading: Reading) -> Finding:
    try:
        choice = chosen(reading.settings)
    except OrchError as error:
        return Finding("choice", "problem", f"{error.code}: {error.message}", error.remediation)
    model = choice.model or "no model"
    return Finding("choice", "ok", f"{choice.provider.name}, {model} (from the {choice.layer})")


def _configured(session: Session, reading: Reading) -> list[ProviderSettings]:
    """The providers that the user described or chose; the built-in rest is not looked at."""
    choice = reading.settings.choice
    return [
        provider
        for name, provider in reading.settings.providers.items()
        if session.presets.get(name) != provider or (choice is not None and choice.provider.name == name)
    ]


def _key(session: Session, provider: ProviderSettings) -> Finding:
    handed_over = session.handed_over.keys if session.handed_over else dict[str, "HandedOverKey"]()
    where = describe_key_source(provider, environment=session.environment, handed_over=handed_over)
    subject = f"provider {provider.name}: key"
    if not where.startswith("none: "):
        return Finding(subject, "ok", where)
    if not provider.requires_key:
        return Finding(subject, "note", where)
    variables = [provider.api_key_env] if provider.api_key_env else list(provider.key_variables)
    named = " or ".join(variable for variable in variables if variable)
    return Finding(subject, "problem", where, f"Set {named}, then restart the editor.")


async def _address(session: Session, provider: ProviderSettings) -> Finding:
    address = (await session.provider(provider, None)).server_address
    where = "hosted" if session.is_hosted(provider) else "on this machine"
    return Finding(f"provider {provider.name}: host", "ok", f"{address} ({where})" if address else "nothing is sent")


def has_problem(findings: Sequence[Finding]) -> bool:
    """Whether anything is to be done."""
    return any(finding.verdict == "problem" for finding in findings)


def report_value(findings: Sequence[Finding]) -> dict[str, Any]:
    """The findings as JSON."""
    return {
        "schema": "orch.doctor/1",
        "healthy": not has_problem(findings),
        "findings": [asdict(finding) for finding in findings],
    }


def report_lines(findings: Sequence[Finding]) -> list[str]:
    """The findings as plain lines, each cure below its problem."""
    marks = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{marks[finding.verdict]}  {finding.subject}: {finding.message}")
        if finding.cure:
            lines.append(f"         cure: {finding.cure}")
    return lines


def report_markdown(findings: Sequence[Finding]) -> str:
    """The findings as a page."""
    body = "\n".join(report_lines(findings))
    return f"# Orch doctor\n\n```text\n{body}\n```\n"
