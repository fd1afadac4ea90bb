"""The doctor's look at a provider: its key, its address, whether it answers, and whether it knows the model."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.doctor.findings import DoctorFinding
from orch_lsp.errors import ErrorCode, OrchError
from orch_lsp.model_lists import price_table
from orch_lsp.orchestration.running.permission import is_allowed
from orch_lsp.providers.remedies import key_variable
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.model_lists.lists import ModelList
    from orch_lsp.orchestration.running.session import Session
    from orch_lsp.orchestration.specs.reading import Reading

_ABOUT_THE_KEY = frozenset({
    ErrorCode.INVALID_AUTH, ErrorCode.MISSING_AUTH, ErrorCode.PERMISSION_DENIED, ErrorCode.REGION_BLOCKED,
    ErrorCode.BILLING, ErrorCode.QUOTA_EXHAUSTED,
})  # fmt: skip
_UNREACHED = frozenset({ErrorCode.NETWORK_ERROR, ErrorCode.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Examination:
    """How to look: without a network at all, or for so many seconds."""

    offline: bool
    patience_s: float


async def examine_provider(
    session: Session, reading: Reading, provider: ProviderSettings, how: Examination
) -> list[DoctorFinding]:
    """Everything about one provider; with at most a few small requests, which cost nothing."""
    subject = f"provider {provider.name}"
    reason = reading.settings.unusable.get(provider.name)
    if reason is not None:
        return [DoctorFinding(subject, "problem", f"not used: {reason}", "Correct the setting that is named.")]
    if provider.is_local:
        return [DoctorFinding(subject, "ok", "on this machine, without a model; nothing is sent")]
    try:
        host = await _host(session, provider)
    except OrchError as error:
        return [DoctorFinding(f"{subject}: host", "problem", error.message, error.remediation)]
    if how.offline:
        return [
            await asyncio.to_thread(_described_key, session, provider),
            host,
            DoctorFinding(f"{subject}: reachable", "note", "not tried: offline"),
        ]
    if not await is_allowed(session, reading, provider):
        message = "not tried: the project chose it, and you have not allowed it here"
        cure = f"If you trust this project with it: orch-lsp trust {provider.name}."
        return [
            await asyncio.to_thread(_described_key, session, provider),
            host,
            DoctorFinding(f"{subject}: reachable", "note", message, cure),
        ]
    key, has_key = await _key(session, provider)
    if key.verdict == "problem":
        return [key, host, DoctorFinding(f"{subject}: reachable", "note", "not tried: there is no key to try")]
    return [key, host, *await _answer(session, reading, provider, how, has_key=has_key)]


def _described_key(session: Session, provider: ProviderSettings) -> DoctorFinding:
    """Where the key would come from, without a look into a keyring and without running a command."""
    where = session.connections.key_source(provider)
    subject = f"provider {provider.name}: key"
    if not where.startswith("none: "):
        return DoctorFinding(subject, "ok", where)
    if not provider.requires_key:
        return DoctorFinding(subject, "note", where)
    return DoctorFinding(subject, "problem", where, _how_to_set(provider))


def _how_to_set(provider: ProviderSettings) -> str:
    keyring = "" if provider.api_key_env else f"; or: orch-lsp key set {provider.name}"
    return f"Set {key_variable(provider)}, then start the editor or the command anew{keyring}."


async def _key(session: Session, provider: ProviderSettings) -> tuple[DoctorFinding, bool]:
    subject = f"provider {provider.name}: key"
    try:
        found = await session.connections.find_key(provider)
    except OrchError as error:
        cure = _how_to_set(provider) if error.code == ErrorCode.MISSING_AUTH else error.remediation
        return DoctorFinding(subject, "problem", error.message, cure), False
    if found is None:
        return DoctorFinding(subject, "ok", "none, and none is needed"), False
    return DoctorFinding(subject, "ok", f"from {found.source}"), True


async def _host(session: Session, provider: ProviderSettings) -> DoctorFinding:
    address = (await session.provider(provider, None)).server_address
    where = "hosted" if session.connections.is_hosted(provider) else "on this machine"
    unknown = "nothing is sent" if provider.is_local else "known only to the program that sends the requests"
    message = f"{address} ({where})" if address else unknown
    return DoctorFinding(f"provider {provider.name}: host", "ok", message)


async def _answer(
    session: Session, reading: Reading, provider: ProviderSettings, how: Examination, *, has_key: bool
) -> list[DoctorFinding]:
    """Ask for the list of models: the one question that every service answers for nothing."""
    subject = f"provider {provider.name}"
    began = time.perf_counter()
    try:
        listed = await session.models.ask(provider, patience_s=how.patience_s)
    except OrchError as error:
        return _failed(subject, error, time.perf_counter() - began)
    took = f"answered in {_milliseconds(time.perf_counter() - began)}"
    findings = [DoctorFinding(f"{subject}: reachable", "ok", took)]
    if has_key:
        is_public = await session.models.is_public(provider, patience_s=how.patience_s)
        findings.append(
            DoctorFinding(
                f"{subject}: key accepted", "note", "cannot be told: the list of models is given without a key, too"
            )
            if is_public
            else DoctorFinding(f"{subject}: key accepted", "ok", "the key was sent and not refused")
        )
    return [*findings, *[await _model(session, provider, listed, model) for model in _models(reading, provider)]]


def _failed(subject: str, error: OrchError, seconds: float) -> list[DoctorFinding]:
    message = f"{error.code}: {error.message}"
    if error.code == ErrorCode.INVALID_REQUEST and error.http_status is None:
        note = "not tried: the service has no list of models to ask for"
        return [DoctorFinding(f"{subject}: reachable", "note", note)]
    if error.code in _UNREACHED and error.http_status is None:
        return [DoctorFinding(f"{subject}: reachable", "problem", message, error.remediation)]
    reached = DoctorFinding(f"{subject}: reachable", "ok", f"answered in {_milliseconds(seconds)}")
    if error.code in _ABOUT_THE_KEY:
        return [reached, DoctorFinding(f"{subject}: key accepted", "problem", message, error.remediation)]
    if error.code == ErrorCode.MODEL_NOT_FOUND:
        cure = (
            "Check `base_url`; it may lack a part of the path, such as `/v1`. "
            'If the service has no list of models, set `options = { models_path = "" }`.'
        )
        return [
            reached,
            DoctorFinding(f"{subject}: models", "problem", "there is no list of models at this address", cure),
        ]
    return [reached, DoctorFinding(f"{subject}: models", "problem", message, error.remediation)]


def _models(reading: Reading, provider: ProviderSettings) -> list[str]:
    """The models that would be asked for."""
    choice = reading.settings.choice
    chosen = choice.model if choice and choice.provider.name == provider.name else None
    return [model for model in dict.fromkeys((chosen, provider.model)) if model]


async def _model(session: Session, provider: ProviderSettings, listed: ModelList, model: str) -> DoctorFinding:
    subject = f"provider {provider.name}: model {model}"
    found = next((one for one in listed.models if one.id in {model, f"{model}:latest"}), None)
    if found is not None:
        window = f", context window {found.context_window} tokens" if found.context_window else ""
        return DoctorFinding(subject, "ok", f"known{window}")
    message = f"not among the {len(listed.models)} models that it lists"
    if await asyncio.to_thread(price_table.is_listed, model, provider.base_url):
        return DoctorFinding(subject, "note", f"{message}, but the price table knows it; it may be another name of one")
    nearest = await session.models.nearest(provider, model)
    cure = f"The nearest: {', '.join(nearest)}." if nearest else f"See the list: orch-lsp models {provider.name}."
    return DoctorFinding(subject, "note" if provider.options.get("auth") == "api-key" else "problem", message, cure)


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))} ms"


def redacted(finding: DoctorFinding, session: Session) -> DoctorFinding:
    """A finding without the live keys and without anything that is shaped like a secret."""
    redact = session.redactor.redact
    cure = None if finding.cure is None else redact(finding.cure)
    return replace(finding, message=redact(finding.message), cure=cure)
