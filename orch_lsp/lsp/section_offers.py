"""Offers for single sections of a draft: in its document where each would stand, and in the draft."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orch_lsp.document.drafting import open_places
from orch_lsp.document.written import Written, written_parts
from orch_lsp.lsp.commands import REGENERATE_SECTION, REVIEW_SECTION
from orch_lsp.lsp.drafted import draft_shown, run_shown, sections_in_page
from orch_lsp.lsp.offers import Offer
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.planning.plan import Reading
from orch_lsp.orchestration.planning.rewrite import may_be_rewritten, update_instruction
from orch_lsp.orchestration.specs.written_by import origins_of
from orch_lsp.runs.origins import SectionOrigin
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import WAITING, WRITTEN, SectionState
from orch_lsp.text import Span, at_most, counted

Origins = Sequence[tuple[Written, SectionOrigin]]
"""Parts of a document, each with the run that wrote it."""

_LONGEST_TITLE = 60
_MOST = 100
"""Sections of one document or draft beside which something is offered."""


@dataclass(frozen=True, slots=True)
class SectionOffer:
    """The words on a section that are offered, and where."""

    head: Span | None
    """The heading or the item that shows where it would stand; None if the document has no place for it yet."""
    whole: Span | None
    """The text that it would replace, with that line."""
    offers: tuple[Offer, ...]


async def section_offers(reading: Reading, waiting: RunRecord | None) -> Sequence[SectionOffer]:
    """For the draft that waits for a document, if one does: each section that waits."""
    if waiting is None or waiting.draft is None or not waiting.draft.sections:
        return ()
    return await asyncio.to_thread(lambda: tuple(_in_document(waiting, reading))[:_MOST])


def _in_document(record: RunRecord, reading: Reading) -> Iterable[SectionOffer]:
    document = reading.document
    places = {place.key: place for place in open_places(document)} if reading.profile.drafting is not None else {}
    for section in record.draft.sections if record.draft else ():
        if section.state not in WAITING and section.state not in WRITTEN:
            continue
        place, present = places.get(section.key), document.profile_sections.get(section.key)
        is_open = place is not None or (present is not None and present.placeholder)
        if section.state in WRITTEN and not is_open:
            continue
        spec = reading.profile.section(section.key)
        if place is not None:
            head, whole, title = place.head, Span(place.head.start, max(place.head.end, place.span.end)), place.title
        elif present is not None:
            head, whole, title = present.heading, Span(present.heading.start, present.body.end), present.title
        elif (node := document.nodes.by_key.get(section.key)) is not None:
            head, whole, title = node.head, node.span, node.title or node.key
        else:
            head, whole, title = None, None, spec.title if spec is not None else section.key
        again = _again(reading, section.key, title, waits=True) if section.state in WAITING else ()
        yield SectionOffer(head, whole, (*_offers(record, section.key, section.state, title), *again))


async def written_sections(snapshot: Snapshot, reading: Reading) -> Origins:
    """The sections that runs wrote and that can be written anew; none where no model can be asked."""
    choice = reading.settings.choice
    if not reading.drafts or choice is None or not choice.provider.has_model:
        return ()
    keys = {section.key for section in reading.document.profile_sections.values()}

    def choose() -> Sequence[Written]:
        return [part for part in written_parts(reading.document) if part.key in keys][:_MOST]

    return await origins_of(snapshot.session.store, reading, choose)


def update_offer(reading: Reading, origins: Origins) -> Offer | None:
    """To bring the sections in line with answers that came since they were written, all in one run."""
    stale = {part.key: one.answered for part, one in origins if one.answered is not None}
    keys = [key for key in stale if may_be_rewritten(reading, key)]
    if not keys:
        return None
    instruction = update_instruction(stale.values())
    argument = {"uri": reading.source.uri, "keys": keys, "instruction": instruction}
    return Offer(f"Orch: Update {counted(len(keys), 'section')} by what was answered", REGENERATE_SECTION, argument)


async def written_offers(snapshot: Snapshot, reading: Reading, origins: Origins) -> Sequence[SectionOffer]:
    """For each section that a run wrote: to have it written anew, with an instruction or without."""
    if not origins:
        return ()
    sections = {section.key: section for section in reading.document.profile_sections.values()}
    can_ask = snapshot.client.orch_notifications

    def offered() -> list[SectionOffer]:
        return [
            SectionOffer(
                section.heading,
                Span(section.heading.start, section.body.end),
                _again(reading, part.key, section.title, waits=False, can_ask=can_ask),
            )
            for part, _ in origins
            if (section := sections.get(part.key)) is not None and may_be_rewritten(reading, part.key)
        ]

    return await asyncio.to_thread(offered)


def _again(reading: Reading, key: str, title: str, *, waits: bool, can_ask: bool = True) -> tuple[Offer, ...]:
    """To have a section drafted anew, as the model likes or by an instruction.

    Args:
        reading: The document.
        key: The section.
        title: Its title.
        waits: Whether the draft of it waits for review, as the new one does then.
        can_ask: Whether the client asks the person for an instruction.
    """
    choice = reading.settings.choice
    if choice is None or not choice.provider.has_model:
        return ()
    argument = {"uri": reading.source.uri, "key": key, **({"apply": "review"} if waits else {})}
    named = _short(title)
    without = {**argument, "instruction": ""}
    redraft = Offer(f"Orch: Redraft “{named}”", REGENERATE_SECTION, without, "Orch: Redraft")
    refine = Offer(f"Orch: Refine “{named}” with an instruction…", REGENERATE_SECTION, argument, "Orch: Refine…")
    return (redraft, refine) if can_ask else (redraft,)


def _short(title: str) -> str:
    return at_most(title, _LONGEST_TITLE)


async def offers_in_draft(snapshot: Snapshot) -> Sequence[SectionOffer] | None:
    """For a page that shows a draft: each of its sections; None for any other document."""
    if run_shown(snapshot.uri) is None:
        return None
    stored = await draft_shown(snapshot.session, snapshot.uri)
    if stored is None:
        return ()
    found = await asyncio.to_thread(sections_in_page, stored, snapshot.text)
    return [
        SectionOffer(one.head, one.whole, _offers(stored.record, one.key, one.state, one.title))
        for one in found
        if one.state not in WRITTEN
    ]


def _offers(record: RunRecord, key: str, state: SectionState, title: str) -> tuple[Offer, ...]:
    argument = {"runId": record.run_id, "key": key}
    named = _short(title)
    accept = Offer(f"Orch: Accept “{named}”", REVIEW_SECTION, {**argument, "state": str(SectionState.ACCEPTED)})
    if state not in WAITING:
        return (accept,)
    return (accept, Offer(f"Orch: Reject “{named}”", REVIEW_SECTION, {**argument, "state": str(SectionState.REJECTED)}))
