"""Looking around: keys that are set, servers of this machine that answer. No key is sent or shown, no program started.

Servers are asked side by side for their list of models, each for a few seconds and a bounded number of bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from orch_lsp.errors import ErrorCode, OrchError
from orch_lsp.extras import how_to_add
from orch_lsp.orchestration.running.session import Session
from orch_lsp.plugins import contained
from orch_lsp.providers.base import ModelInfo, ModelLister
from orch_lsp.providers.editor import KIND as EDITOR
from orch_lsp.settings.configured import is_own
from orch_lsp.settings.endpoint import is_loopback, server_address
from orch_lsp.settings.model import ProviderSettings, Retry, Settings, StreamLimits, Timeouts
from orch_lsp.setup.agents import found_agents, is_extra_installed
from orch_lsp.setup.found import Candidate, Found, PassedOver
from orch_lsp.text import counted

PATIENCE_S = 3.0
"""Seconds that a server of this machine has to answer."""
_WAITS = Timeouts(connect=1.0, first_byte=PATIENCE_S, idle=1.0, total=PATIENCE_S)
_LIMITS = StreamLimits(max_bytes=32 * 1024 * 1024)
_ABOUT_THE_KEY = frozenset({ErrorCode.MISSING_AUTH, ErrorCode.INVALID_AUTH, ErrorCode.PERMISSION_DENIED})
_NOBODY = frozenset({ErrorCode.NETWORK_ERROR})

_Answer = tuple[ModelInfo, ...] | OrchError


async def find(session: Session, settings: Settings, folders: Sequence[Path]) -> Found:
    """The providers that could be used now, and the ports of this machine at which something else answers.

    Args:
        session: Asks the servers.
        settings: The user's own; a provider that they describe is offered under its own name and address.
        folders: Those that are worked in, beside the current one; programs that they bring do not count.
    """
    usable = [one for name, one in settings.providers.items() if name not in settings.unusable and one.has_model]
    asked = [one for one in usable if one.kind == EDITOR or _is_on_this_machine(one)]
    answers = dict(
        zip((one.name for one in asked), await asyncio.gather(*(_ask(session, one) for one in asked)), strict=True)
    )
    candidates: list[Candidate] = []
    passed: list[PassedOver] = []
    seen: set[str] = set()
    for provider in sorted(usable, key=lambda one: not is_own(settings, one)):
        own = is_own(settings, provider)
        answer = answers.get(provider.name)
        if answer is None:
            candidates += _of_service(session, provider, own=own)
            continue
        if provider.kind == EDITOR:
            candidates += _of_editor(provider, answer, own=own)
            continue
        place = server_address(provider.base_url or "")
        if place in seen:
            continue
        found = _of_server(provider, place, answer, own=own)
        if isinstance(found, Candidate):
            seen.add(place)
            candidates.append(found)
        elif found is not None:
            passed.append(found)
    agents = await asyncio.to_thread(found_agents, session.connections.environment, folders)
    for agent in agents:
        if any(one.command[:1] == agent.command[:1] for one in settings.providers.values()):
            continue
        if is_extra_installed():
            detail = f"an agent of yours, {' '.join(agent.command)}; it needs no key here"
            candidates.append(Candidate(agent.name, "agent", detail, is_hosted=True))
        else:
            passed.append(PassedOver(agent.name, f"your PATH: {agent.command[0]} needs the extra: {how_to_add('acp')}"))
    rank: dict[str, int] = {"config": 0, "server": 1, "editor": 2, "key": 3, "agent": 4}
    return Found(tuple(sorted(candidates, key=lambda one: rank[one.source])), tuple(passed))


def _is_on_this_machine(provider: ProviderSettings) -> bool:
    return provider.has_address and provider.base_url is not None and is_loopback(provider.base_url)


async def _ask(session: Session, provider: ProviderSettings) -> _Answer:
    """The models that a server lists to who has no key, or why there are none."""
    asked = replace(provider, requires_key=False, timeout=_WAITS, limits=_LIMITS, retry=Retry(attempts=1))
    try:
        lister = await session.provider(asked, None)
        if not isinstance(lister, ModelLister):
            return ()
        async with session.in_use(lister), asyncio.timeout(PATIENCE_S):
            with contained():
                return await lister.models()
    except TimeoutError:
        return OrchError(ErrorCode.TIMEOUT, f"it does not answer within {PATIENCE_S:g} seconds")
    except OrchError as error:
        return error


def _of_server(provider: ProviderSettings, place: str, answer: _Answer, *, own: bool) -> Candidate | PassedOver | None:
    source: Literal["config", "server"] = "config" if own else "server"
    if isinstance(answer, tuple):
        many = counted(len(answer), "model") if answer else "no model yet"
        return Candidate(
            provider.name,
            source,
            f"answers at {place}, {many}",
            is_hosted=False,
            models=tuple(one.id for one in answer),
        )
    if answer.code in _ABOUT_THE_KEY:
        return Candidate(
            provider.name, source, f"answers at {place}, and asks for a key", is_hosted=False, needs_key=True
        )
    if answer.code in _NOBODY and answer.http_status is None:
        return Candidate(provider.name, "config", f"does not answer at {place}", is_hosted=False) if own else None
    return PassedOver(provider.name, f"{place}: {answer.message}")


def _of_editor(provider: ProviderSettings, answer: _Answer, *, own: bool) -> list[Candidate]:
    if not isinstance(answer, tuple) or not answer:
        return [Candidate(provider.name, "config", "only in an editor that has models", is_hosted=True)] if own else []
    detail = f"{counted(len(answer), 'model')} of your editor; no key is needed"
    return [Candidate(provider.name, "editor", detail, is_hosted=True, models=tuple(one.id for one in answer))]


def _of_service(session: Session, provider: ProviderSettings, *, own: bool) -> list[Candidate]:
    """A hosted provider whose key is there, or which the user config describes."""
    where = session.connections.key_source(provider)
    has_key = not where.startswith("none")
    if not own and (not has_key or provider.base_url is None):
        return []
    return [
        Candidate(
            provider.name,
            "config" if own else "key",
            _key_in_words(where),
            is_hosted=True,
            needs_key=provider.requires_key and not has_key,
        )
    ]


def _key_in_words(where: str) -> str:
    """A key's source as a reason to offer its provider."""
    if where == "none needed":
        return "as your settings describe it"
    if where.startswith("none"):
        return f"no key: {where.removeprefix('none: ')}"
    variable = where.removeprefix("the environment variable ")
    return f"{variable} is set" if variable != where else f"key from {where}"
