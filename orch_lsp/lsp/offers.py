"""Commands that fit a document now: one list, shown as lenses and as code actions."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from orch_lsp.document.brief import Target
from orch_lsp.document.drafting import open_places
from orch_lsp.lsp.commands import (
    APPLY_DRAFT,
    CANCEL_RUN,
    DISCARD_DRAFT,
    GENERATE_DRAFT,
    PREVIEW_DRAFT,
    REGENERATE_SECTION,
    SHOW_RUN,
    USE_PROVIDER,
)
from orch_lsp.orchestration.planning.rewrite import key_at, may_be_rewritten
from orch_lsp.orchestration.planning.targets import open_targets
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs.store import Standing
from orch_lsp.text import Span, at_most

_NAMED = 3
_LONGEST_TITLE = 60
_MOST_PLACES = 200
"""Of how many places lenses are shown: more would hide the text."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A command with its title and argument."""

    title: str
    command: str
    argument: dict[str, Any] = field(default_factory=dict[str, Any])
    beside: str = ""
    """Its title where the text that it is about stands beside it; as `title` if empty."""


async def standing_of(session: Session, reading: Reading) -> Standing:
    """How runs of a document stand, as far as that matters while none of this process is live."""
    if session.supervisor.live_on(reading.source.uri) is not None:
        return Standing()
    return await (await session.store(reading)).standing(reading.spec_path)


async def offers(session: Session, reading: Reading, standing: Standing) -> list[Offer]:
    """Cancel while a run is live; else what to do with a waiting draft, and to generate if anything is open.

    While a run of another process is live, its record: a second one would be refused.
    """
    uri = reading.source.uri
    live = session.supervisor.live_on(uri)
    if live is not None:
        return [Offer(f"Orch: Cancel ({live.record.status})", CANCEL_RUN, {"runId": live.record.run_id})]
    elsewhere = standing.elsewhere
    if elsewhere is not None:
        name = elsewhere.client.name if elsewhere.client else None
        title = f"Orch: In progress in {name or 'another editor'} ({elsewhere.status})"
        return [Offer(title, SHOW_RUN, {"runId": elsewhere.run_id})]
    found: list[Offer] = []
    waiting = standing.waiting
    if waiting is not None and waiting.draft is not None:
        argument = {"runId": waiting.run_id}
        kind = "partial draft" if waiting.draft.partial else "draft"
        found += [
            Offer(f"Orch: Apply {kind}", APPLY_DRAFT, argument),
            Offer(f"Orch: Preview {kind}", PREVIEW_DRAFT, argument),
            Offer(f"Orch: Discard {kind}", DISCARD_DRAFT, argument),
        ]
    targets = await asyncio.to_thread(open_targets, reading) if reading.drafts else ()
    if targets:
        found.append(Offer(_title(reading, targets), GENERATE_DRAFT, {"uri": uri}))
    return found


def _title(reading: Reading, targets: Sequence[Target]) -> str:
    """The title of the command that drafts; in a format it says what is open."""
    if reading.profile.drafting is None:
        return "Orch: Generate spec draft"
    if len(targets) == 1:
        return f"Orch: Draft 1 open place: {_short(targets[0].title)}"
    named = ", ".join(_short(target.title) for target in targets[:_NAMED])
    return f"Orch: Draft {len(targets)} open places: {named}{', …' if len(targets) > _NAMED else ''}"


def _short(title: str) -> str:
    return at_most(title, _LONGEST_TITLE)


def place_offers(reading: Reading) -> list[tuple[Span, Offer]]:
    """For each open place of a document the command that drafts it alone, and the line where it is offered."""
    if not reading.drafts or reading.profile.drafting is None:
        return []
    uri = reading.source.uri
    free = {target.key for target in open_targets(reading)}
    places = [place for place in open_places(reading.document) if place.key in free]
    return [
        (place.head, Offer(f"Orch: Draft {_short(place.title)}", GENERATE_DRAFT, {"uri": uri, "key": place.key}))
        for place in places[:_MOST_PLACES]
    ]


def rewrite_offer(reading: Reading, offset: int, *, can_ask: bool) -> Offer | None:
    """The command that writes the innermost part around an offset anew; None if there is none that may be.

    Args:
        reading: The document.
        offset: The cursor.
        can_ask: Whether the client asks the person for an instruction.
    """
    choice = reading.settings.choice
    key = key_at(reading, offset) if reading.drafts and choice is not None and choice.provider.has_model else None
    if key is None or not may_be_rewritten(reading, key):
        return None
    node = reading.document.nodes.by_key[key]
    named = node.title if node.kind == "section" and node.title else key
    words = " with an instruction…" if can_ask else ""
    return Offer(f"Orch: Rewrite “{_short(named)}”{words}", REGENERATE_SECTION, {"uri": reading.source.uri, "key": key})


def other_choices(reading: Reading, asked: Collection[tuple[str, str | None]] = ()) -> Iterable[Offer]:
    """The providers that the user has set up with a model, and outline, which needs nothing.

    Args:
        reading: The document; what is chosen for it is no other choice.
        asked: Providers with their models that have just failed.
    """
    settings = reading.settings
    choice = settings.choice
    uri = reading.source.uri
    for name, provider in settings.providers.items():
        if provider.has_model and provider.model is None:
            continue
        if (name, provider.model) in asked:
            continue
        if choice and (choice.provider.name, choice.model) == (name, provider.model):
            continue
        if choice and not choice.provider.has_model and not provider.has_model:
            # The same by another name.
            continue
        model = provider.model
        title = f"Orch: Use {name} ({model})" if model else f"Orch: Use {name} (local, no model)"
        yield Offer(title, USE_PROVIDER, {"uri": uri, "provider": name, "model": model})
