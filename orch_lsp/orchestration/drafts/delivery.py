"""Delivery of a draft: one policy, for the editor and the command line.

- A draft that was just made supersedes the document's earlier ones that wait, as far as it has their sections.
- It goes into the document at once where that is wished; else it waits for review.
- A draft in which the check found an error, or with which the document would break a rule of its format, waits for
  review, whatever is wished.
- It goes into nothing but the document that the run began with. If a person has written there meanwhile, or the
  document cannot be changed, the draft waits, and the reason is on its record.
- A person who asks for a waiting draft gets it into whatever the document is now, and keeps what they wrote.
- A draft is never lost: whatever is refused, its record and its text stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from orch_lsp.draft_checks.codes import CODES
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.late import late
from orch_lsp.orchestration.drafts.applying import (
    AppliedEdit,
    DraftEdit,
    StoredDraft,
    as_applied,
    as_refused,
    changed_underneath,
    draft_edit,
    only_sections,
    stored_draft,
    supersede_older,
    undrafted,
    with_sections_of,
)
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.rules.check import RULES
from orch_lsp.runs.drafts import draft_of, remarked, reviewed, section_of, waiting_keys
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import WRITTEN, DraftState, SectionState
from orch_lsp.runs.store import RunStore

if TYPE_CHECKING:
    from orch_lsp.document.answer.reading import Answer
    from orch_lsp.orchestration.specs import unreviewed
else:
    unreviewed = late("orch_lsp.orchestration.specs.unreviewed")

_REBASES = 8
"""How often an edit is computed anew because the text changed meanwhile."""


class TargetDocument(Protocol):
    """The document that a draft is for, as an editor or a file holds it."""

    @property
    def text(self) -> str | None:
        """Its text now; None if it is closed."""
        ...

    @property
    def version(self) -> int | None:
        """Its version now, if there is such a thing."""
        ...

    async def make(self, current: str, edit: DraftEdit) -> AppliedEdit | None:
        """Make an edit of the text `current`; None if the text is another one by now: the edit is computed anew.

        Raises:
            SpecError: `document_changed`: it was not made.
        """
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of a delivery; the draft waits if neither of the two is set."""

    undrafted: tuple[str, ...] = ()
    """Titles of the sections that were asked for and that the answer does not hold."""
    made: AppliedEdit | None = None
    refusal: SpecError | None = None
    broken: bool = False
    """Whether it waits because the document would break rules of its format with it, or the draft has errors."""


async def deliver(
    live: LiveRun,
    plan: DraftPlan,
    answer: Answer,
    document: TargetDocument,
    *,
    at_once: bool,
    on_superseded: Callable[[RunRecord], None] = lambda _: None,
) -> Delivery:
    """Deal with a draft that was just made.

    Args:
        live: Its run, whose record says afterwards what became of it.
        plan: What the run was to do.
        answer: The draft.
        document: Where it is to go.
        at_once: Whether it goes there now, or waits for review.
        on_superseded: Told of each earlier draft that is offered no more.
    """
    for superseded in await supersede_older(live):
        on_superseded(superseded)
    # Of a whole document only that is answered which changes.
    left = () if plan.rewrite is not None and plan.rewrite.whole else undrafted(plan.targets, answer)
    broken = breaks_rules(live.record)
    if not at_once or broken:
        return Delivery(left, broken=broken)
    reading = plan.reading
    try:
        made = await _bring_in(document, reading.document.text, reading.profile.name, answer, insist=False)
    except SpecError as error:
        live.record = as_refused(live.record, error)
        # The draft waits as it did: no state has changed of which anybody should be told.
        await live.save(tell=False)
        return Delivery(left, refusal=error)
    live.record = as_applied(live.record, answer, made)
    await live.save()
    return Delivery(left, made)


def breaks_rules(record: RunRecord) -> bool:
    """Whether the check of a draft found an error, or that the document would break rules of its format with it.

    The draft waits for review then.
    """
    return any(
        finding.severity == "error" or (finding.rule in RULES and finding.rule not in CODES)
        for finding in record.findings
    )


def has_errors(record: RunRecord) -> bool:
    """Whether the check of a draft found an error in it, such as a fact of the brief that it has lost."""
    return any(finding.severity == "error" and finding.rule in CODES for finding in record.findings)


async def insert(
    store: RunStore, record: RunRecord, document: TargetDocument | None, only: Collection[str] | None = None
) -> tuple[RunRecord, Delivery]:
    """Insert a draft because a person asked for it; what was dealt with already stays as it is.

    Args:
        store: The store that holds the run.
        record: The run, which has ended and has a draft.
        document: Where it is to go; None if that is not open.
        only: Keys of the sections that go there, rejected ones and those of a superseded draft too; all that wait
            without any.

    Returns:
        The run's record, saved, with what became of its draft.

    Raises:
        SpecError: `unknown_node`: the draft has none of these sections.
    """
    if record.draft is None or (only is None and record.draft.state != DraftState.READY):
        return record, Delivery()
    try:
        stored = await stored_draft(store, record)
    except SpecError as error:
        return await _refused(store, record, error, only or ()), Delivery(refusal=error)
    wanted = _wanted(with_sections_of(record, stored.answer), only)
    if only is not None and document is not None:
        undone = [key for key in only if key not in wanted and await _was_taken_back(document, stored, key)]
        wanted = [*wanted, *undone]
    if only is not None and not wanted:
        return record, Delivery()
    answer = only_sections(stored.answer, wanted)
    try:
        if not answer.sections:
            raise SpecError(
                ErrorCode.DOCUMENT_CHANGED, "The text of this run holds no section that could be inserted.",
                remediation="It stays on the run's record. Draft again, or take by hand what is of use.",
            )  # fmt: skip
        if document is None:
            raise SpecError(
                ErrorCode.DOCUMENT_CHANGED, "The run's document is not open; a closed document is not edited."
            )
        made = await _bring_in(document, stored.document_before, record.spec.profile, answer, insist=True)
    except SpecError as error:
        return await _refused(store, record, error, only or ()), Delivery(refusal=error)
    before = record
    record = await store.amend(record.run_id, lambda now: as_applied(now, answer, made))
    await asyncio.to_thread(unreviewed.note_taken, store.root, before, record)
    return record, Delivery(made=made)


def _wanted(record: RunRecord, only: Collection[str] | None) -> Collection[str]:
    """Keys of the sections that are to be put into the document and are not there yet."""
    draft = draft_of(record)
    if only is None:
        return waiting_keys(draft)
    return [key for key in only if section_of(draft, key).state not in WRITTEN]


async def _was_taken_back(document: TargetDocument, stored: StoredDraft, key: str) -> bool:
    """Whether the place of a section that the document had is what it was when the run began, as after an undo."""
    text, answer = document.text, only_sections(stored.answer, (key,))
    if text is None or not answer.sections:
        return False
    before, profile = stored.document_before, stored.record.spec.profile
    try:
        edit = await asyncio.to_thread(draft_edit, before, text, profile, answer, insist=False)
    except SpecError:
        return False
    return bool(edit.edits)


async def _refused(store: RunStore, record: RunRecord, error: SpecError, only: Collection[str]) -> RunRecord:
    """The record, saved, of a run of whose draft nothing was put into the document; those sections are accepted."""

    def change(now: RunRecord) -> RunRecord:
        if now.draft is not None:
            for section in now.draft.sections:
                if section.key in only:
                    now = reviewed(now, section.key, SectionState.ACCEPTED, error.message)
        # A run with a partial draft has failed, and keeps the reason for that.
        return now if now.draft is None or now.draft.partial else as_refused(now, error)

    return await store.amend(record.run_id, change)


async def reject(store: RunStore, record: RunRecord, key: str, reason: str | None) -> RunRecord:
    """Keep a section of a draft out of the document; its text and the reason stay on the record, which is returned.

    Raises:
        SpecError: `unknown_node`: the draft has no such section. `invalid_request`: the document has it already.
    """
    answer = None if draft_of(record).sections else (await stored_draft(store, record)).answer

    def change(now: RunRecord) -> RunRecord:
        now = now if answer is None else with_sections_of(now, answer)
        if section_of(draft_of(now), key).state in WRITTEN:
            raise SpecError(
                ErrorCode.INVALID_REQUEST, f"“{key}” is in the document already.",
                remediation="Take it out there, for example by undoing.",
            )  # fmt: skip
        return reviewed(now, key, SectionState.REJECTED, reason)

    return await store.amend(record.run_id, change)


async def remark(store: RunStore, record: RunRecord, key: str, words: str | None) -> RunRecord:
    """Keep a person's words on a section of a draft, whose state stays; the record is returned.

    Raises:
        SpecError: `unknown_node`: the draft has no such section.
    """
    answer = None if draft_of(record).sections else (await stored_draft(store, record)).answer

    def change(now: RunRecord) -> RunRecord:
        return remarked(now if answer is None else with_sections_of(now, answer), key, words)

    return await store.amend(record.run_id, change)


async def _bring_in(
    document: TargetDocument, before: str, profile: str, answer: Answer, *, insist: bool
) -> AppliedEdit:
    """Edit the document as it is now.

    Args:
        document: Where the draft goes.
        before: The document's text when the run began.
        profile: The run's profile.
        answer: The draft.
        insist: Whether it goes into whatever the document is now. Without it, a document that is not what it was when
            the run began is left alone.

    Raises:
        SpecError: It is closed, a person has written in it, or the edit was refused (`document_changed`); the run's
            profile is not to be had any more, or not the document's (`unknown_profile`).
    """
    for _ in range(_REBASES):
        current = document.text
        if current is None:
            raise SpecError(ErrorCode.DOCUMENT_CHANGED, "The document is closed; a closed document is not edited.")
        edit = await asyncio.to_thread(draft_edit, before, current, profile, answer, insist=insist)
        if not insist and current != before:
            # A person who writes there may be in the middle of a sentence.
            raise changed_underneath(edit.conflicts)
        if not edit.filled:
            raise SpecError(ErrorCode.DOCUMENT_CHANGED, "There is no place left in the document for this draft.")
        if not edit.edits:
            # The draft is in the text already: it was applied before a crash, and only the record is behind.
            return AppliedEdit(edit, current, document.version, verified=True)
        if (made := await document.make(current, edit)) is not None:
            return made
    raise SpecError(ErrorCode.DOCUMENT_CHANGED, "The document kept changing while the draft was brought in.")
