"""The review of a draft, section by section: the state of the whole follows from those of its sections. Pure.

A section: ready -> accepted | rejected | applied | edited | superseded; accepted -> applied | edited | rejected;
rejected -> accepted. One that the document has stays as it is: a person takes it out there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from orch_lsp.errors import ErrorCode, RunError, SpecError
from orch_lsp.runs.record import Draft, DraftSection, RunRecord
from orch_lsp.runs.status import WAITING, WRITTEN, DraftState, SectionState

LONGEST_REASON = 2_000
"""Characters of a person's reason that are kept."""


def draft_of(record: RunRecord) -> Draft:
    """The draft of a run.

    Raises:
        RunError: It has none.
    """
    if record.draft is None:
        raise RunError(ErrorCode.UNKNOWN_RUN, f"Run {record.run_id} has no draft.")
    return record.draft


def state_of(draft: Draft) -> DraftState:
    """The state that follows from those of the sections; one without any keeps its own."""
    states = {section.state for section in draft.sections}
    if not states:
        return draft.state
    if draft.state is DraftState.SUPERSEDED and states & {*WAITING, SectionState.SUPERSEDED}:
        return DraftState.SUPERSEDED
    if states & WAITING:
        return DraftState.READY
    if states & WRITTEN:
        return DraftState.APPLIED
    is_superseded = draft.state is DraftState.SUPERSEDED or SectionState.SUPERSEDED in states
    return DraftState.SUPERSEDED if is_superseded else DraftState.DISCARDED


def reviewed(record: RunRecord, key: str, state: SectionState, reason: str | None = None) -> RunRecord:
    """The record with a person's word on one section; one that the document has stays as it is.

    Raises:
        RunError: The run has no draft.
        SpecError: `unknown_node`: the draft has no such section.
    """
    draft = draft_of(record)
    section = section_of(draft, key)
    if section.state in WRITTEN:
        return record
    told = reason.strip()[:LONGEST_REASON] if reason else None
    return with_sections(record, {key: replace(section, state=state, reason=told or None)})


def section_of(draft: Draft, key: str) -> DraftSection:
    """A section of a draft by its key.

    Raises:
        SpecError: `unknown_node`: there is none.
    """
    found = next((section for section in draft.sections if section.key == key), None)
    if found is None:
        known = ", ".join(section.key for section in draft.sections) or "none that could be told apart"
        raise SpecError(ErrorCode.UNKNOWN_NODE, f"The draft has no section {key[:80]!r}; it has {known}.")
    return found


def with_sections(record: RunRecord, changed: Mapping[str, DraftSection]) -> RunRecord:
    """The record with these sections of its draft as they are now, by key, and the state that follows."""
    draft = draft_of(record)
    sections = tuple(changed.get(section.key, section) for section in draft.sections)
    draft = replace(draft, sections=sections)
    return replace(record, draft=replace(draft, state=state_of(draft)))


def superseded(record: RunRecord, keys: Collection[str]) -> RunRecord:
    """The record with its draft superseded by a newer one; its sections can still be taken one by one.

    Args:
        record: The run.
        keys: The sections of the newer draft. Those of the older one that are not among them wait on.
    """
    draft = draft_of(record)
    again = [section for section in draft.sections if section.state in WAITING and section.key in keys]
    if len(again) == len(waiting_keys(draft)):
        return replace(record, draft=replace(draft, state=DraftState.SUPERSEDED))
    return with_sections(
        record, {section.key: replace(section, state=SectionState.SUPERSEDED, reason=None) for section in again}
    )


def remarked(record: RunRecord, key: str, remark: str | None) -> RunRecord:
    """The record with a person's words on a section whose state stays; without words there are none any more.

    Raises:
        RunError: The run has no draft.
        SpecError: `unknown_node`: the draft has no such section.
    """
    section = section_of(draft_of(record), key)
    told = remark.strip()[:LONGEST_REASON] if remark else None
    return with_sections(record, {key: replace(section, reason=told or None)})


def discarded(record: RunRecord, reason: str | None = None) -> RunRecord:
    """The record with all of its draft rejected that the document does not have."""
    draft = draft_of(record)
    waiting = {
        section.key: replace(section, state=SectionState.REJECTED, reason=reason)
        for section in draft.sections
        if section.state in WAITING
    }
    left = with_sections(record, waiting)
    return left if draft.sections else replace(left, draft=replace(draft, state=DraftState.DISCARDED))


def waiting_keys(draft: Draft) -> Collection[str]:
    """Keys of the sections that wait, in the draft's order."""
    return tuple(section.key for section in draft.sections if section.state in WAITING)
