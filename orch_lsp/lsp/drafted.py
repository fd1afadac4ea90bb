"""Sections of a draft and the findings of its check, each where it stands: in the draft's page, or in its document.

A page is a draft's own text; the document is meant as it would be with the draft.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.parse import parse
from orch_lsp.errors import OrchError
from orch_lsp.late import late
from orch_lsp.lsp.wire.protocol import DRAFT_SCHEME
from orch_lsp.markdown.reader import read as read_markdown
from orch_lsp.orchestration.running.session import Session
from orch_lsp.profiles.registry import profile_named
from orch_lsp.runs.pages import is_page
from orch_lsp.runs.record import Finding, RunRecord
from orch_lsp.runs.status import LIVE, SectionState
from orch_lsp.text import Span, split_lines
from orch_lsp.uri import path_of

if TYPE_CHECKING:
    from orch_lsp.document.answer.reading import Answer
    from orch_lsp.orchestration.drafts import applying
    from orch_lsp.orchestration.drafts.applying import StoredDraft
else:
    applying = late("orch_lsp.orchestration.drafts.applying")

_RUN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LEVEL = 2
"""Of the headings of sections in a draft's text."""
_MOST = 100
"""Sections of one draft that are looked for."""
_MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class DraftedSection:
    """A section of a draft."""

    key: str
    title: str
    body: str
    state: SectionState
    reason: str | None
    head: Span | None
    """Its heading, or the line that has it; None where it stands nowhere."""
    whole: Span | None
    """All of it, with that line."""


def run_shown(uri: str) -> str | None:
    """The run whose draft a document shows."""
    path = path_of(uri)
    if not uri.startswith(f"{DRAFT_SCHEME}:") and not (
        path is not None and path.name.startswith("draft-") and is_page(path)
    ):
        return None
    found = _RUN_ID.search(uri)
    return found.group() if found is not None else None


async def draft_shown(session: Session, uri: str) -> StoredDraft | None:
    """The draft that a page shows; None if it shows none, or one that has not ended, or that is not to be had."""
    run_id = run_shown(uri)
    if run_id is None:
        return None
    for store in await session.open_stores():
        try:
            record = await store.get(run_id)
            if record.draft is None or record.status in LIVE:
                return None
            return await applying.stored_draft(store, record)
        except OrchError:
            continue
    return None


def sections_in_page(stored: StoredDraft, page: str) -> Sequence[DraftedSection]:
    """The sections of a draft in its page, in order. Blocking."""
    headings = [heading for heading in read_markdown(page).headings if heading.level == _LEVEL]
    told = _told(stored.record)
    found: list[DraftedSection] = []
    for section in stored.answer.sections[:_MOST]:
        number = next((n for n, heading in enumerate(headings) if heading.text == section.title), None)
        if number is None:
            continue
        span = headings[number].span
        end = headings[number + 1].span.start if number + 1 < len(headings) else len(page)
        state, reason = told.get(section.key, (SectionState.READY, None))
        found.append(
            DraftedSection(section.key, section.title, section.body, state, reason, span, Span(span.start, end))
        )
        del headings[: number + 1]
    return found


def sections_in_document(record: RunRecord, answer: Answer, text: str) -> Sequence[DraftedSection]:
    """The sections of a draft in a document that has them. Blocking: the document is parsed.

    Args:
        record: The run.
        answer: The draft.
        text: The document with it.
    """
    profile, told = profile_named(record.spec.profile), _told(record)
    if profile is None:
        return ()
    document = parse(text, profile)
    found: list[DraftedSection] = []
    for section in answer.sections[:_MOST]:
        present, node = document.profile_sections.get(section.key), document.nodes.by_key.get(section.key)
        if present is not None:
            head, whole = present.heading, Span(present.heading.start, present.body.end)
        elif node is not None:
            head, whole = node.head, node.span
        else:
            head = whole = _place_of(section.body, Span(0, len(text)), text)
        state, reason = told.get(section.key, (SectionState.READY, None))
        found.append(DraftedSection(section.key, section.title, section.body, state, reason, head, whole))
    return found


def _told(record: RunRecord) -> dict[str, tuple[SectionState, str | None]]:
    sections = record.draft.sections if record.draft is not None else ()
    return {section.key: (section.state, section.reason) for section in sections}


def placed_findings(
    findings: Iterable[Finding], sections: Sequence[DraftedSection], text: str
) -> Sequence[tuple[Finding, Span]]:
    """Each finding with the words that it is about, else the heading of its section, else the first line."""
    by_key = {section.key: section for section in sections}
    found: list[tuple[Finding, Span]] = []
    for finding in findings:
        section = by_key.get(finding.key or "")
        within = section.whole if section is not None and section.whole is not None else Span(0, len(text))
        place = _place_of(finding.text, within, text)
        if place is None:
            place = section.head if section is not None else None
        found.append((finding, place if place is not None else Span(0, len(split_lines(text[:1_000])[0]))))
        if len(found) == _MOST_FINDINGS:
            break
    return found


def _place_of(words: str, within: Span, text: str) -> Span | None:
    """The first line of some words in a text."""
    line = next((line.strip() for line in split_lines(words) if line.strip()), "")
    at = text.find(line, within.start, within.end) if line else -1
    return None if at < 0 else Span(at, at + len(line))


async def findings_in_page(session: Session, uri: str, page: str) -> Sequence[tuple[Finding, Span]] | None:
    """The findings on the draft that a page shows; None for any other document."""
    if run_shown(uri) is None:
        return None
    stored = await draft_shown(session, uri)
    if stored is None:
        return ()
    return await asyncio.to_thread(
        lambda: placed_findings(stored.record.findings, sections_in_page(stored, page), page)
    )
