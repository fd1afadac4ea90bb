"""Completion of values: names of providers and ids of models, where a spec or a settings file names one.

Nobody is waited for: what is offered is known already, and a list that is old is asked for again behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lsprotocol import types

from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.scope import may_be_settings
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.model_lists.lists import ModelList, age_words
from orch_lsp.orchestration.running.permission import may_be_asked_quietly
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.providers.base import ModelInfo
from orch_lsp.settings.configured import configured_providers
from orch_lsp.settings.value_at import ValueAt, value_in_front_matter, value_in_toml
from orch_lsp.uri import path_of
from orch_lsp.workspace import ORCH_DIRECTORY, user_config_path

MOST = 400
"""Items of one answer; with more, the client is told to ask again when more is typed."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A value with a few words about it."""

    value: str
    detail: str


async def values(snapshot: Snapshot, position: types.Position) -> types.CompletionList | None:
    """Names and ids for the value at the cursor; None where no value of ours stands."""
    source = snapshot.source
    if not may_be_settings(source.uri) and not source.text.startswith(("---", "\ufeff---")):
        return None
    positions = snapshot.positions()
    offset = positions.offset(position)
    place = await asyncio.to_thread(_place, source, offset)
    if place is None:
        return None
    reading = await snapshot.reading()
    candidates = await _candidates(snapshot, reading, place)
    typed = source.text[place.span.start + len(place.quote) : max(offset, place.span.start)]
    return _list(positions, place, candidates, typed)


def _place(source: Source, offset: int) -> ValueAt | None:
    if not may_be_settings(source.uri):
        return value_in_front_matter(source.text, offset)
    path = path_of(source.uri)
    if path is None or (path.parent.name != ORCH_DIRECTORY and path != user_config_path()):
        return None
    return value_in_toml(source.text, offset)


async def _candidates(snapshot: Snapshot, reading: Reading, place: ValueAt) -> list[_Candidate]:
    settings = reading.settings
    if place.key == "kind":
        return [_Candidate(kind, "wire format") for kind in snapshot.session.kinds]
    if place.key == "provider":
        return _providers(reading)
    chosen = settings.choice.provider.name if settings.choice else None
    provider = settings.providers.get(place.provider or chosen or "")
    if provider is None:
        return []
    models = snapshot.session.models
    known = await models.known(provider)
    if models.is_due(known):
        snapshot.in_background(_refresh(snapshot.session, reading, provider.name), f"models of {provider.name}")
    own = [_Candidate(provider.model, "set for this provider")] if provider.model else []
    listed = [_Candidate(model.id, _detail(model, known)) for model in known.models if model.id != provider.model]
    return [*own, *listed]


async def _refresh(session: Session, reading: Reading, name: str) -> None:
    provider = reading.settings.providers[name]
    if await may_be_asked_quietly(session, reading, provider):
        await session.models.refresh(provider)


def _providers(reading: Reading) -> list[_Candidate]:
    """Those that are set up come first."""
    settings = reading.settings
    first = {provider.name: "set up" for provider in configured_providers(settings)}
    names = [*first, *(name for name in settings.providers if name not in first)]
    return [
        _Candidate(name, ", ".join(part for part in (settings.providers[name].kind, first.get(name)) if part))
        for name in names
        if name not in settings.unusable
    ]


def _detail(model: ModelInfo, known: ModelList) -> str:
    window = f"{model.context_window} tokens" if model.context_window else ""
    told = f"list {age_words(datetime.now(UTC) - known.fetched_at)}" if known.fetched_at else "price table"
    return ", ".join(part for part in (model.name if model.name != model.id else "", window, told) if part)


def _list(positions: Positions, place: ValueAt, candidates: Iterable[_Candidate], typed: str) -> types.CompletionList:
    where = positions.range(place.span)
    found = list(candidates)
    if len(found) > MOST:
        found = [candidate for candidate in found if typed.lower() in candidate.value.lower()]
    items = [
        types.CompletionItem(
            label=candidate.value,
            kind=types.CompletionItemKind.Value,
            detail=candidate.detail,
            sort_text=f"{number:05}",
            # Clients compare it with what stands before the cursor, the opening quote included.
            filter_text=place.quote + candidate.value,
            text_edit=types.TextEdit(where, place.written(candidate.value)),
        )
        for number, candidate in enumerate(found[:MOST])
    ]
    return types.CompletionList(is_incomplete=len(items) == MOST, items=items)
