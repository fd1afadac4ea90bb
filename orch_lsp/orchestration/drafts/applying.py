"""A draft after its run: turned into an edit, marked as applied, discarded or superseded.

The edit is computed against the document as it is now. The record keeps the document as it was when the run began, so
that this works after a restart as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.document.brief import Target
from orch_lsp.document.drafting import answer_profile, open_places
from orch_lsp.document.fill import plan_fill
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError, RunError, SpecError, StoreError
from orch_lsp.late import late
from orch_lsp.orchestration.asking.findings import draft_sections, findings_of
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.workflow import section_step
from orch_lsp.profiles.registry import profile_named
from orch_lsp.runs import drafts
from orch_lsp.runs.record import Application, Applied, DraftSection, RunRecord, Step, timestamp
from orch_lsp.runs.status import WAITING, SectionState, StepStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.text import Edit, apply_edits, sha256
from orch_lsp.workflows.model import SECTION

if TYPE_CHECKING:
    from orch_lsp.document import place_fill, rewriting
    from orch_lsp.document.answer import by_section, in_shape, note, reading, rewritten
    from orch_lsp.document.answer.reading import Answer
    from orch_lsp.document.model import SpecDocument
else:
    by_section = late("orch_lsp.document.answer.by_section")
    in_shape = late("orch_lsp.document.answer.in_shape")
    note = late("orch_lsp.document.answer.note")
    place_fill = late("orch_lsp.document.place_fill")
    reading = late("orch_lsp.document.answer.reading")
    rewriting = late("orch_lsp.document.rewriting")
    rewritten = late("orch_lsp.document.answer.rewritten")

_REFUSALS = frozenset({ErrorCode.DOCUMENT_CHANGED, ErrorCode.UNKNOWN_PROFILE})
"""Why a draft waits; no run ends with one of them."""
NO_PLACE = "The document has no place left for it."
"""The reason of a section that was asked for and could not be put anywhere."""


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """How a draft changes a document."""

    edits: tuple[Edit, ...]
    text: str
    """The document with the edits made."""
    filled: tuple[str, ...]
    """Keys of the sections that the edits write."""
    conflicts: tuple[str, ...]
    """Keys of the sections in which a person has written since the run began."""
    written: tuple[tuple[str, str], ...] = ()
    """In a format: the nodes that hold the draft now, each with the hash of its text."""


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as the store holds it, with the document that it was written for."""

    record: RunRecord
    text: str
    answer: Answer
    document_before: str


async def stored_draft(store: RunStore, record: RunRecord) -> StoredDraft:
    """Load a run's draft.

    Raises:
        RunError: The run has no draft.
        StoreError: Its text is not in the store.
        SpecError: `unknown_profile`: the run's profile is not installed any more.
    """
    text = await draft_text_of(store, record)
    before = await store.text(record.spec.sha256_before)
    if before is None:
        raise _not_stored(record)
    parts = await _parts_of(store, record)
    answer = await asyncio.to_thread(_answer_in, record, text, before, parts)
    return StoredDraft(record, text, answer, before)


async def _parts_of(store: RunStore, record: RunRecord) -> Sequence[tuple[Step, str]]:
    """The steps that each wrote one section of a partial draft, with their texts; none of a draft of another kind."""
    if record.draft is None or not record.draft.partial:
        return ()
    wrote = [(step, step.output_sha256) for step in record.steps if step.name == SECTION]
    texts = [(step, await store.text(digest)) for step, digest in wrote if digest is not None]
    return [(step, text) for step, text in texts if text is not None]


async def draft_text_of(store: RunStore, record: RunRecord) -> str:
    """The text of a run's draft, whatever its profile is.

    Raises:
        RunError: The run has no draft.
        StoreError: Its text is not in the store.
    """
    if record.draft is None:
        raise RunError(ErrorCode.UNKNOWN_RUN, f"Run {record.run_id} has no draft.")
    text = await store.text(record.draft.sha256)
    if text is None:
        raise _not_stored(record)
    return text


def _not_stored(record: RunRecord) -> StoreError:
    return StoreError(ErrorCode.STORE_ERROR, f"The draft of run {record.run_id} is not in the store.")


def _answer_in(record: RunRecord, text: str, before: str, parts: Sequence[tuple[Step, str]]) -> Answer:
    profile = _profile_of_run(record.spec.profile)
    if record.rewrite is not None:
        document = parse(before, profile)
        nodes = rewriting.rewritables(document, record.rewrite.keys)
        if record.draft is not None and not record.draft.partial:
            keys = [section.key for section in record.draft.sections]
            return rewritten.read_rewritten_draft(text, document, nodes, keys)
        # The last part may be cut off, and would stand in the place of a whole one.
        answer = rewritten.read_rewritten(text, document, nodes, "")
        return replace(answer, sections=answer.sections[:-1])
    if parts:
        return _answer_in_parts(parts, profile, before)
    if profile.drafting is not None:
        places = open_places(parse(before, profile))
        profile = answer_profile(profile, places)
        if record.draft is not None and record.draft.partial:
            wanted = [place.key for place in places]
            return in_shape.in_shape(reading.read_answer(text, profile, wanted), places)
    if record.draft is not None and not record.draft.partial:
        return reading.read_draft(text, profile, [section.key for section in record.draft.sections])
    return reading.read_answer(text, profile, [section.key for section in profile.sections])


def _answer_in_parts(parts: Sequence[tuple[Step, str]], profile: Profile, before: str) -> Answer:
    """Sections that were asked for one by one, each read by itself, as the check of a whole run reads them.

    One that broke off is left out if another came whole: it would stand in the place of a written one.
    """
    places = open_places(parse(before, profile)) if profile.drafting is not None else ()
    keys = {step.id: step.id.removeprefix(section_step("")) for step, _ in parts}
    asked = profile if not places else answer_profile(profile, [one for one in places if one.key in keys.values()])

    def read_part(text: str, wanted: Sequence[str]) -> Answer:
        if profile.drafting is None:
            return reading.read_answer(text, asked, wanted)
        return in_shape.read_for_places(text, asked, wanted, places, "")

    whole = [(step, text) for step, text in parts if step.status is StepStatus.COMPLETED] or parts
    answer = by_section.read_parts([by_section.Part(keys[step.id], text) for step, text in whole], asked, read_part)
    broken = [(step, text) for step, text in parts if all(step is not one for one, _ in whole)]
    notes = (
        note.AnswerNote("text_left_out", f"left out {_named(text)}, which broke off", text, keys[step.id])
        for step, text in broken
    )
    return replace(answer, notes=(*answer.notes, *notes))


def _named(part: str) -> str:
    """The name of a section, by the heading that was put before its text."""
    heading, _, _ = part.partition("\n")
    return f"“{heading.lstrip('# ')}”"


def draft_edit(before: str, current: str, profile_name: str, answer: Answer, *, insist: bool) -> DraftEdit:
    """Compute the edit that brings a draft into the current text. Pure; takes as long as parsing both.

    Args:
        before: The document when the run began.
        current: The document now.
        profile_name: The run's profile.
        answer: The draft.
        insist: A person asked for the draft explicitly: sections in which they wrote keep their text, and the
            drafted one is added after it. Without it, such a section means no edit at all.

    Raises:
        SpecError: `unknown_profile`: the run's profile is not installed any more, or the document names another one.
    """
    profile = _profile_of_run(profile_name)
    snapshot, now = parse(before, profile), parse(current, profile)
    if now.front_matter is not None and "profile" in now.front_matter.lines:
        named = now.front_matter.values.get("profile")
        if not isinstance(named, str) or named.partition("/")[0] != profile.format:
            raise SpecError(
                ErrorCode.UNKNOWN_PROFILE,
                f"The draft was written for the profile “{profile.name}”, which the document's front matter does not "
                "name any more; nothing was inserted.",
                remediation=f"Write `profile: {profile.name}` there again and insert the draft, or discard it.",
            )
    if answer.rewritten:
        return _rewriting_edit(snapshot, now, answer, insist=insist)
    if profile.drafting is None:
        plan = plan_fill(snapshot, now, profile, answer.sections, insist=insist)
        return DraftEdit(plan.edits, apply_edits(current, plan.edits), plan.filled, plan.conflicts)
    places = place_fill.plan_places(snapshot, now, answer.sections, insist=insist)
    text = apply_edits(current, places.edits)
    nodes = place_fill.written_nodes(parse(text, profile), places.regions) if places.edits else ()
    written = tuple((node.key, node.sha256) for node in nodes)
    return DraftEdit(places.edits, text, places.filled, places.conflicts, written)


def _rewriting_edit(before: SpecDocument, now: SpecDocument, answer: Answer, *, insist: bool) -> DraftEdit:
    """The edit that puts rewritten nodes in the place of what they were.

    Raises:
        SpecError: `document_changed`: a person asked for it, and none of them is what it was.
    """
    plan = rewriting.plan_rewriting(before, now, answer.sections, insist=insist)
    if insist and plan.conflicts and not plan.filled:
        named = ", ".join(f"“{key}”" for key in plan.conflicts)
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED,
            f"{named} was edited, moved, renamed or removed since it was to be written anew; nothing was written over "
            "it.",
            remediation="Take what you want from the draft by hand, or have it written anew as it is now.",
        )
    text = apply_edits(now.text, plan.edits)
    after = now if not plan.edits else parse(text, now.profile)
    alone = [key for key in plan.filled if key not in plan.conflicts]
    parts = rewriting.rewritten_parts(after, alone, plan.regions)
    return DraftEdit(plan.edits, text, plan.filled, plan.conflicts, tuple(parts.items()))


def _profile_of_run(name: str) -> Profile:
    profile = profile_named(name)
    if profile is None:
        raise SpecError(
            ErrorCode.UNKNOWN_PROFILE,
            f"The draft was written for the profile “{name}”, which is not installed here; nothing was inserted.",
            remediation="Install the package that brings the profile and insert the draft, or discard it.",
        )
    return profile


def changed_underneath(conflicts: Sequence[str]) -> SpecError:
    """The error that says that a person wrote while the run went on, and in which of the drafted sections."""
    named = f" ({', '.join(conflicts)})" if conflicts else ""
    return SpecError(
        ErrorCode.DOCUMENT_CHANGED, f"The text changed during the run{named}; nothing was written over it."
    )


def undrafted(targets: Sequence[Target], answer: Answer) -> tuple[str, ...]:
    """Titles of the sections that were asked for and that the answer does not hold."""
    held = {section.key for section in answer.sections}
    return tuple(target.title for target in targets if target.key not in held)


def with_sections_of(record: RunRecord, answer: Answer) -> RunRecord:
    """The record with the sections of its draft, which a partial one gets only when somebody asks for it."""
    draft = drafts.draft_of(record)
    if draft.sections or not answer.sections:
        return record
    # The parts of a partial draft that the document does not get are told only now.
    told = record.findings or findings_of(answer.notes)
    return replace(record, draft=replace(draft, sections=draft_sections(answer)), findings=told)


def only_sections(answer: Answer, keys: Collection[str]) -> Answer:
    """The part of an answer that has these sections."""
    return replace(answer, sections=tuple(section for section in answer.sections if section.key in keys))


@dataclass(frozen=True, slots=True)
class AppliedEdit:
    """An edit of a document that brought a draft, or some sections of it, in."""

    edit: DraftEdit
    before: str
    """The document before it."""
    version_before: int | None
    verified: bool
    """Whether the document was read back, and is what the edit makes of it."""


def as_applied(record: RunRecord, answer: Answer, made: AppliedEdit) -> RunRecord:
    """The record of a run of whose draft the sections of `answer` are in the document now.

    One of them for which there was no place is rejected, with that as the reason. In a format the nodes that hold the
    draft are added, by which it is known again.
    """
    record = with_sections_of(record, answer)
    draft, edit = drafts.draft_of(record), made.edit
    asked = {section.key for section in answer.sections}
    filled, hashes = set(edit.filled), dict(edit.written)
    changed: dict[str, DraftSection] = {}
    for section in draft.sections:
        if section.key in filled or section.key in hashes:
            # With a person's words in it a section is not the run's alone: its hash stays that of the draft.
            both = section.key in edit.conflicts
            state = SectionState.EDITED if both else SectionState.APPLIED
            digest = section.sha256 if both else hashes.get(section.key, section.sha256)
            changed[section.key] = replace(section, sha256=digest, state=state, reason=None)
        elif section.key in asked and section.state in WAITING:
            changed[section.key] = replace(section, state=SectionState.REJECTED, reason=NO_PLACE)
    known = {section.key for section in draft.sections}
    added = tuple(DraftSection(key, digest, SectionState.APPLIED) for key, digest in edit.written if key not in known)
    record = replace(record, draft=replace(draft, sections=(*draft.sections, *added)))
    record = drafts.with_sections(record, changed)
    at, before, after = timestamp(), sha256(made.before), sha256(edit.text)
    application = Application(at, tuple(edit.filled), made.version_before, before, after, made.verified)
    return replace(
        record,
        applied=Applied(at, made.version_before, before, after, made.verified),
        applications=(*record.applications, application),
        error=_no_refusal(record),
    )


def as_refused(record: RunRecord, error: SpecError) -> RunRecord:
    """The record of a run whose draft waits because it could not be applied; the reason is on it."""
    return replace(record, error=error.detail)


def _no_refusal(record: RunRecord) -> ErrorDetail | None:
    """A run's own error stays; the reason for an earlier refused apply goes."""
    return None if record.error and record.error.code in _REFUSALS else record.error


async def supersede_older(live: LiveRun) -> list[RunRecord]:
    """Mark the waiting drafts of the document's earlier runs as superseded, as far as the newest has their sections.

    Returns their records. A store that fails here does not keep the newest draft, which was paid for, out.
    """
    newest, changed = live.record, list[RunRecord]()
    keys = {section.key for section in newest.draft.sections} if newest.draft is not None else set[str]()

    def supersede(now: RunRecord) -> RunRecord:
        return drafts.superseded(now, keys)

    try:
        for record in await live.store.ready_drafts(newest.spec.path):
            if record.run_id != newest.run_id and record.timing.started_at <= newest.timing.started_at:
                changed.append(await live.store.amend(record.run_id, supersede))
    except OrchError as error:
        live.observer.warned(f"An earlier draft may still be offered: {error.message}")
    return changed
