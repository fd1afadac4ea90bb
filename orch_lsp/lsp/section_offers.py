"""Words on single sections of a draft: in its document where each would stand, and in the draft."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.drafting import open_places
from orch_lsp.errors import OrchError
from orch_lsp.late import late
from orch_lsp.lsp.commands import REVIEW_SECTION
from orch_lsp.lsp.offers import Offer
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.lsp.wire.protocol import DRAFT_SCHEME
from orch_lsp.markdown.reader import read as read_markdown
from orch_lsp.orchestration.plan import Reading
from orch_lsp.orchestration.session import Session
from orch_lsp.runs.pages import is_page
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import LIVE, WAITING, WRITTEN, SectionState
from orch_lsp.text import Span
from orch_lsp.uri import path_of

if TYPE_CHECKING:
    from orch_lsp.orchestration import applying
    from orch_lsp.runs.store import RunStore
else:
    applying = late("orch_lsp.orchestration.applying")

_RUN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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


async def section_offers(session: Session, reading: Reading) -> Sequence[SectionOffer]:
    """For the draft that waits for a document: each section that waits."""
    if session.supervisor.live_on(reading.source.uri) is not None:
        return ()
    store = await session.store(reading)
    waiting = await store.ready_draft_for(reading.spec_path)
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
        yield SectionOffer(head, whole, _offers(record, section.key, section.state, title))


async def offers_in_draft(snapshot: Snapshot) -> Sequence[SectionOffer] | None:
    """For a page that shows a draft: each of its sections; None for any other document."""
    run_id = _run_shown(snapshot.uri)
    if run_id is None:
        return None
    for store in await snapshot.session.open_stores():
        try:
            record = await store.get(run_id)
            return await _in_draft(store, record, snapshot.text)
        except OrchError:
            continue
    return ()


async def _in_draft(store: RunStore, record: RunRecord, page: str) -> Sequence[SectionOffer]:
    if record.draft is None or record.status in LIVE:
        return ()
    stored = await applying.stored_draft(store, record)
    states = {section.key: section.state for section in record.draft.sections}

    def find() -> list[SectionOffer]:
        headings = [heading for heading in read_markdown(page).headings if heading.level == _LEVEL]
        found: list[SectionOffer] = []
        for section in stored.answer.sections[:_MOST]:
            number = next((n for n, heading in enumerate(headings) if heading.text == section.title), None)
            if number is None:
                continue
            span = headings[number].span
            end = headings[number + 1].span.start if number + 1 < len(headings) else len(page)
            state = states.get(section.key, SectionState.READY)
            if state not in WRITTEN:
                offered = _offers(record, section.key, state, section.title)
                found.append(SectionOffer(span, Span(span.start, end), offered))
            del headings[: number + 1]
        return found

    return await asyncio.to_thread(find)


_LEVEL = 2
"""Of the headings of sections in a draft's text."""


def _offers(record: RunRecord, key: str, state: SectionState, title: str) -> tuple[Offer, ...]:
    argument = {"runId": record.run_id, "key": key}
    named = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    accept = Offer(f"Orch: Accept “{named}”", REVIEW_SECTION, {**argument, "state": str(SectionState.ACCEPTED)})
    if state not in WAITING:
        return (accept,)
    return (accept, Offer(f"Orch: Reject “{named}”", REVIEW_SECTION, {**argument, "state": str(SectionState.REJECTED)}))


def _run_shown(uri: str) -> str | None:
    """The run whose draft a document shows."""
    path = path_of(uri)
    if not uri.startswith(f"{DRAFT_SCHEME}:") and not (
        path is not None and path.name.startswith("draft-") and is_page(path)
    ):
        return None
    found = _RUN_ID.search(uri)
    return found.group() if found is not None else None
