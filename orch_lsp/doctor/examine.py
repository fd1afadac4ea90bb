"""Examine the set-up: settings, keys, providers, store. Nothing secret is ever part of a finding."""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp import __version__
from orch_lsp.context.corpus import INDEXED_FROM
from orch_lsp.context.index import disk
from orch_lsp.context.mcp.servers import servers_of
from orch_lsp.context.mcp.source import not_installed
from orch_lsp.doctor.findings import DoctorFinding
from orch_lsp.doctor.providers import Examination, examine_provider, redacted
from orch_lsp.doctor.settings_values import setting_values
from orch_lsp.errors import OrchError
from orch_lsp.orchestration.planning.choice import chosen
from orch_lsp.orchestration.specs.reading import Reading, read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.prompts.own_files import faults_on_disk, own_files
from orch_lsp.settings.configured import configured_providers
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import Settings
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.text import counted
from orch_lsp.workspace import resolved, state_home, user_config_path

if TYPE_CHECKING:
    from orch_lsp.orchestration.running.session import Session

PATIENCE_S = 10.0
"""Seconds that each provider has to answer."""
NEEDED = (
    "pygls", "lsprotocol", "cattrs", "typing-extensions", "httpx", "certifi", "pydantic", "pyromark", "pyyaml",
    "tomlkit", "platformdirs", "psutil", "click", "rich",
)  # fmt: skip
OPTIONAL = ("inotify-simple", "tree-sitter", "genai-prices", "keyring", "any-llm-sdk", "mcp", "agent-client-protocol")
_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Findings, and the settings that they were found in."""

    findings: tuple[DoctorFinding, ...]
    reading: Reading


async def examine(
    session: Session,
    source: Source | None,
    *,
    editor: ProjectLayer,
    folders: Sequence[Path] = (),
    offline: bool = False,
    patience_s: float = PATIENCE_S,
) -> Diagnosis:
    """Look at versions, workspace, settings, the store and the providers.

    Args:
        session: What runs share.
        source: The document that the settings are to hold for; any in `folders`, if there is none.
        editor: The editor's settings.
        folders: The workspace's folders.
        offline: Send nothing, run no key command, and open no keyring.
        patience_s: Seconds that each provider has to answer.
    """
    if source is None:
        folder = folders[0] if folders else await asyncio.to_thread(Path.cwd)
        source = Source((folder / "spec.md").as_uri(), folder / "spec.md", None, "", tuple(folders) or (folder,))
    reading = await read(session, source, editor=editor, command=CommandChoice())
    how = Examination(offline, patience_s)
    providers = configured_providers(reading.settings)
    looked_at = await asyncio.gather(*(examine_provider(session, reading, one, how) for one in providers))
    findings = [
        *await asyncio.to_thread(_software),
        *await asyncio.to_thread(_places, reading),
        *await _specs(session, reading),
        await _store(session, reading),
        *await asyncio.to_thread(_index, reading.root),
        *await asyncio.to_thread(_servers, session, reading),
        *_settings(reading.settings),
        *await asyncio.to_thread(_prompts, reading.root),
        await _choice(session, reading),
        *(finding for each in looked_at for finding in each),
    ]
    return Diagnosis(tuple(redacted(finding, session) for finding in findings), reading)


def _software() -> list[DoctorFinding]:
    found = {name: _version(name) for name in (*NEEDED, *OPTIONAL)}
    missing = [name for name in NEEDED if found[name] is None]
    listed = ", ".join(f"{name} {number or 'not installed'}" for name, number in found.items())
    return [
        DoctorFinding("version", "ok", f"orch-lsp {__version__}, Python {platform.python_version()} on {sys.platform}"),
        DoctorFinding("packages", "problem", listed, f"Install orch-lsp again: {', '.join(missing)} cannot be found.")
        if missing
        else DoctorFinding("packages", "ok", listed),
    ]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _places(reading: Reading) -> list[DoctorFinding]:
    config = user_config_path()
    return [
        DoctorFinding(
            "user config",
            "ok" if config.is_file() else "note",
            str(config) if config.is_file() else f"{config} (none yet)",
        ),
        DoctorFinding("state folder", "ok", str(state_home())),
        DoctorFinding(
            "workspace", "ok" if reading.root else "note", str(reading.root) if reading.root else "no workspace"
        ),
    ]


async def _specs(session: Session, reading: Reading) -> list[DoctorFinding]:
    """How many files are looked at to know who cites whom, and whether these are all; nothing without a workspace."""
    if reading.root is None:
        return []
    index = session.indexes.at((reading.root, True))
    try:
        count = await index.count()
    except OSError as error:
        return [
            DoctorFinding("specs", "problem", f"the workspace cannot be read: {error.strerror}", "Make it readable.")
        ]
    if index.shortfall is not None:
        return [DoctorFinding("specs", "note", index.shortfall)]
    return [DoctorFinding("specs", "ok", f"{counted(count, 'file')} that may be specs")]


async def _store(session: Session, reading: Reading) -> DoctorFinding:
    try:
        store = await session.store(reading)
        damage = await store.check()
        count = len(await store.list(limit=_COUNTED))
    except OrchError as error:
        return DoctorFinding("store", "problem", f"{error.code}: {error.message}", error.remediation)
    if damage is not None:
        cure = "Move the database away; what can be read of it is kept, and a new one is begun."
        return DoctorFinding("store", "problem", f"{store.location} is damaged: {damage}", cure)
    many = f"{count} or more runs" if count == _COUNTED else "1 run" if count == 1 else f"{count} runs"
    notices = " ".join(store.notices)
    return DoctorFinding("store", "note" if notices else "ok", f"{store.location}, sound, {many}. {notices}".strip())


def _index(root: Path | None) -> list[DoctorFinding]:
    """Where the index of the workspace's words is, and how large; nothing without a workspace."""
    if root is None:
        return []
    try:
        found = disk.describe(root)
    except OrchError as error:
        told = f"{error.message} Files are read for each draft."
        return [DoctorFinding("index", "note", told, error.remediation)]
    if found is None:
        return [DoctorFinding("index", "ok", f"none; a first draft makes one where there are {INDEXED_FROM} files")]
    told = f"{found.location}, {found.files:,} files, {found.size / 1e6:.1f} MB. Delete the file to drop it."
    return [DoctorFinding("index", "ok", told)]


def _servers(session: Session, reading: Reading) -> list[DoctorFinding]:
    """Servers that a draft here would ask for context, and those that it would not, with the reason. Starts none."""
    if reading.root is None:
        return []
    settings = reading.settings
    found = servers_of(resolved(reading.root), settings.mcp, session.consent.is_server_allowed, settings.network)
    ready = [f"{name}{one.at}" for name, one in found.ready.items()]
    findings = [DoctorFinding("servers", "ok", f"asked with each draft: {', '.join(ready)}")] if ready else []
    findings += [
        DoctorFinding(
            f"server {name}", "problem", reason, f"Set up what is missing, or correct its table `[mcp.{name}]`."
        )
        for name, reason in found.failed.items()
    ]
    findings += [DoctorFinding(f"server {one.path}", "note", one.reason) for one in found.refused]
    if ready and _version("mcp") is None:
        findings.append(DoctorFinding("servers", "problem", not_installed(), "Install the extra `mcp`."))
    return findings


def _settings(settings: Settings) -> list[DoctorFinding]:
    """Every setting that is not a default, then those that are ignored."""
    given = [
        DoctorFinding(f"setting {key}", "ok", f"{value} ({layer})")
        for key, (value, layer) in setting_values(settings).items()
        # A choice that cannot be used is told below, as the problem that it is.
        if settings.choice is not None or key not in {"provider", "model"}
    ]
    ignored = [
        DoctorFinding(
            # A whole file that cannot be read is no setting.
            f"setting {problem.key}" if problem.key else "settings",
            "problem",
            f"{problem.place}: {problem.message}",
            "Correct the setting that is named.",
        )
        for problem in settings.problems
    ]
    return [*given, *ignored]


def _prompts(root: Path | None) -> list[DoctorFinding]:
    """Files that replace words of prompts, and each that would not, or cannot; nothing if there are none."""
    found = own_files(root)
    faults = [(one, fault) for one in found for fault in faults_on_disk(one)]
    faulty = {one.path for one, _ in faults}
    used = [one.shown for one in found if one.path not in faulty]
    findings = [DoctorFinding("prompts", "ok", f"your own: {', '.join(used)}")] if used else []
    return findings + [
        DoctorFinding(
            "prompts",
            "problem",
            f"{one.shown} {'has a fault: ' * (fault.span is not None)}{fault.message}.",
            fault.cure,
        )
        for one, fault in faults
    ]


async def _choice(session: Session, reading: Reading) -> DoctorFinding:
    try:
        choice = chosen(reading.settings)
        await session.consent.require(reading, choice)
    except OrchError as error:
        told = reading.settings.problems != reading.settings.problems_beside_the_choice
        message = "nothing can be chosen before the settings above are right." if told else error.message
        return DoctorFinding("choice", "problem", f"{error.code}: {message}", error.remediation)
    model = choice.model or "no model"
    return DoctorFinding("choice", "ok", f"{choice.provider.name}, {model} (from the {choice.layer})")
