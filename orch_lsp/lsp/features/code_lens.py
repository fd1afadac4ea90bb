"""textDocument/codeLens: generate, and what can be done with the run or the draft that is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lsprotocol import types

from orch_lsp.lsp.commands import GENERATE_DRAFT, SHOW_RUN
from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.offers import Offer, offers, place_offers, standing_of
from orch_lsp.lsp.section_offers import (
    SectionOffer,
    offers_in_draft,
    section_offers,
    update_offer,
    written_offers,
    written_sections,
)
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.review import is_spec


async def code_lens(snapshot: Snapshot, params: types.CodeLensParams) -> list[types.CodeLens]:  # noqa: ARG001 -- the signature of the handler
    """Lenses above the title: the commands that fit the document now; and one at each place that is open in it."""
    positions = snapshot.positions()
    in_draft = await offers_in_draft(snapshot)
    if in_draft is not None:
        return list(_beside_sections(positions, in_draft))
    reading = await snapshot.reading()
    if not is_spec(reading):
        return []
    place = positions.line_range(positions.range(reading.document.title).start.line if reading.document.title else 0)
    standing = await standing_of(snapshot.session, reading)
    found = await offers(snapshot.session, reading, standing)
    estimate = ""
    if any(offer.command == GENERATE_DRAFT for offer in found):
        estimate = snapshot.estimate_of(reading)
    lenses = [types.CodeLens(place, _command(offer, estimate)) for offer in found]
    lenses += _beside_sections(positions, await section_offers(reading, standing.waiting))
    if snapshot.session.supervisor.live_on(snapshot.uri) is None:
        written = await written_sections(snapshot, reading)
        update = await asyncio.to_thread(update_offer, reading, written) if written else None
        if update is not None:
            lenses.append(types.CodeLens(place, _command(update, "")))
        lenses += _beside_sections(positions, await written_offers(snapshot, reading, written))
    places = await asyncio.to_thread(place_offers, reading)
    elsewhere = next((offer for offer in found if offer.command == SHOW_RUN), None)
    if elsewhere is not None:
        snapshot.watch_run(elsewhere.argument["runId"])
    elif snapshot.session.supervisor.live_on(snapshot.uri) is None:
        lenses += [
            types.CodeLens(
                positions.line_range(positions.range(head).start.line),
                types.Command(offer.title, offer.command, arguments=[offer.argument]),
            )
            for head, offer in places
            if len(places) > 1 or positions.line_range(positions.range(head).start.line) != place
        ]
    return lenses


def _beside_sections(positions: Positions, found: Iterable[SectionOffer]) -> Iterable[types.CodeLens]:
    """Words on sections of a draft, each at its place; those without one are in the draft's own page."""
    for section in found:
        if section.head is not None:
            line = positions.line_range(positions.range(section.head).start.line)
            yield from (types.CodeLens(line, _command(offer, "")) for offer in section.offers)


def _command(offer: Offer, estimate: str) -> types.Command:
    """The command of an offer; the one that drafts all says what that takes."""
    title = f"{offer.title} ({estimate})" if estimate and offer.command == GENERATE_DRAFT else offer.title
    return types.Command(offer.beside or title, offer.command, arguments=[offer.argument])
