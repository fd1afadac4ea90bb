"""The check step: what the answer holds of what was asked for, and a finding on everything else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from orch_lsp.document.drafting import open_places
from orch_lsp.document.placeholder import is_placeholder
from orch_lsp.errors import ErrorCode, ProviderError
from orch_lsp.late import late
from orch_lsp.orchestration.asking.draft_material import checked, questions_of
from orch_lsp.orchestration.asking.findings import Judged, findings_of
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.rules.check import check
from orch_lsp.runs.record import SECTION_MISSING, Finding
from orch_lsp.runs.status import StepStatus
from orch_lsp.text import end_of_line, normalised, sha256

if TYPE_CHECKING:
    from orch_lsp.document import place_fill, rewriting
    from orch_lsp.document.answer import by_section, in_shape, reading, rewritten
    from orch_lsp.document.answer.by_section import Part
    from orch_lsp.document.answer.reading import Answer
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.language import rewritten_ids
    from orch_lsp.rules.rule import Finding as RuleFinding

    Written = str | Sequence[Part]
else:
    # Their many patterns take long to make, and nothing but an answer needs them.
    by_section = late("orch_lsp.document.answer.by_section")
    in_shape = late("orch_lsp.document.answer.in_shape")
    place_fill = late("orch_lsp.document.place_fill")
    reading = late("orch_lsp.document.answer.reading")
    rewriting = late("orch_lsp.document.rewriting")
    rewritten = late("orch_lsp.document.answer.rewritten")
    rewritten_ids = late("orch_lsp.language.rewritten_ids")

NAME = "check"
_TOLD = frozenset({"error", "warning"})
_MOST_FINDINGS = 60
_WORDS_OF_A_STATEMENT = 4
_DECLINED = "The model declined to write, or wrote only a stand-in."
_EMPTY = "The answer is complete, but its sections are empty."
_REASONING_ALONE = "The answer is complete, but holds nothing besides the model's reasoning."
_MORE_ROOM = "Retry with less `reasoning` or a higher `max_output_tokens`, or choose another model."
_ONLY_THOSE = "Retry, or choose a larger model. The text is kept; sections that have text already are never replaced."
_BY_HEADING = (
    "Retry, or choose a larger model: a section counts by its heading. The text is kept; `instructions` of your own "
    "must not ask for other headings."
)


async def check_answer(scope: StepScope, plan: DraftPlan, written: Written, sources: Sequence[str] = ()) -> Judged:
    """Read the answer; its findings are on the record whatever comes of it.

    Args:
        scope: The step.
        plan: What was to be drafted.
        written: The answer as it came, or one for each section.
        sources: Texts that were sent beside the document.

    Raises:
        ProviderError: The answer holds nothing of what was asked for, or only stand-ins; its text is kept.
    """
    scope.progressed("Checking the draft")
    answer = await asyncio.to_thread(read_written, plan, written)
    judged = await asyncio.to_thread(judge, plan, answer, sources, scope.entry.id)
    draft = Judged(
        answer, judged, (*_missing(plan, answer, scope.entry.id), *findings_of(answer.notes, scope.entry.id))
    )
    scope.found(draft.findings)
    scope.change(questions=await asyncio.to_thread(questions_of, plan, answer))
    if not answer.sections:
        raise _unusable(answer, [target.title for target in plan.targets])
    scope.end(StepStatus.COMPLETED, output_sha256=sha256(answer.text))
    return draft


def _missing(plan: DraftPlan, answer: Answer, step: str) -> Iterator[Finding]:
    """A finding on each section that was asked for and that the answer does not speak of, and on one that is cut."""
    if not answer.sections or (plan.rewrite is not None and plan.rewrite.whole):
        return
    told = {section.key for section in answer.sections} | {note.key for note in answer.notes}
    missing = [target for target in plan.targets if target.key not in told]
    last = answer.sections[-1]
    if missing and missing == list(plan.targets[-len(missing) :]) and len(answer.sections) > 1 and _is_cut(last.body):
        message = f"“{last.title}” ends in the middle of a statement, and nothing follows: the answer may be cut"
        yield Finding(SECTION_MISSING, "warning", message, last.key, step=step)
    for target in missing:
        yield Finding(SECTION_MISSING, "information", f"the answer has no “{target.title}”", target.key, step=step)


def _is_cut(body: str) -> bool:
    """Whether a text ends without the end of a sentence, in a statement of several words."""
    line = body[body.rfind("\n") + 1 :]
    return len(line.split()) >= _WORDS_OF_A_STATEMENT and (line[-1:].isalnum() or line[-1:] in {",", ";", "(", "-"})


async def check_document(scope: StepScope, plan: DraftPlan, sources: Sequence[str] = ()) -> Judged:
    """Judge a document as it stands; its findings are on the record."""
    scope.progressed("Checking the document")
    answer = _as_written(plan)
    judged = await asyncio.to_thread(_judge_document, plan, answer, sources, scope.entry.id)
    scope.found(judged)
    scope.change(questions=await asyncio.to_thread(questions_of, plan, answer))
    return Judged(answer, judged)


def _as_written(plan: DraftPlan) -> Answer:
    """The sections of a document that hold text, as if somebody had answered them just now."""
    sections = tuple(
        reading.AnswerSection(one.profile_key or one.key, one.title, normalised(one.content))
        for one in plan.reading.document.sections
        if one.level > 1 and not is_placeholder(one.content)
    )
    return reading.Answer(reading.text_of(sections), sections)


def _judge_document(plan: DraftPlan, answer: Answer, sources: Sequence[str], step: str) -> tuple[Finding, ...]:
    """Findings of the rules, and those of the machine's checks. Blocking: looks for files that are named."""
    document = plan.reading.document
    broken = [
        _of_rule(found, document, step)
        for found in check(document, plan.reading.severities, plan.reading.neighbours)
        if found.severity in _TOLD
    ]
    return (*broken[:_MOST_FINDINGS], *(_of_own_text(one) for one in checked(plan, answer, sources, step)))


def _of_own_text(found: Finding) -> Finding:
    """A finding on a text that a person answers for: words are compared there, and nothing is certain."""
    severity = "warning" if found.severity == "error" else found.severity
    return replace(found, message=found.message.replace("the draft", "the document"), severity=severity)


def _of_rule(found: RuleFinding, document: SpecDocument, step: str) -> Finding:
    line = document.text[found.span.start : end_of_line(document.text, found.span.start)]
    severity = "error" if found.severity == "error" else "warning"
    return Finding(found.rule, severity, found.message[:500], found.key, line[:500], step)


def part(key: str, text: str) -> Part:
    """An answer for one section, which begins with the heading that was put before it."""
    return by_section.Part(key, text)


def read_written(plan: DraftPlan, written: Written) -> Answer:
    """The answer, or the answers for one section each, as a draft of what the plan asks for. Pure; linear."""
    if not isinstance(written, str):
        return by_section.read_parts(written, plan.asked, partial(_read, plan))
    return _read(plan, written, [target.key for target in plan.targets])


def _read(plan: DraftPlan, raw: str, wanted: Sequence[str]) -> Answer:
    if plan.rewrite is not None:
        return rewritten.read_rewritten(raw, plan.reading.document, plan.rewrite.nodes, plan.brief)
    if plan.reading.profile.drafting is None:
        return reading.read_answer(raw, plan.asked, wanted, plan.brief)
    places = open_places(plan.reading.document)
    return in_shape.read_for_places(raw, plan.asked, wanted, places, plan.brief)


def judge(plan: DraftPlan, answer: Answer, sources: Sequence[str], step: str) -> tuple[Finding, ...]:
    """Everything that is wrong or doubtful in a draft, as findings of a step. Blocking: looks for files it names."""
    return (*_broken_rules(step, plan, answer), *checked(plan, answer, sources, step))


def _broken_rules(step: str, plan: DraftPlan, answer: Answer) -> tuple[Finding, ...]:
    """Findings of the rules that the document would have with the draft and does not have without it."""
    reading = plan.reading
    if not answer.sections or (reading.profile.drafting is None and plan.rewrite is None):
        return ()
    with_it = place_fill.with_draft if plan.rewrite is None else rewriting.with_rewritten
    after, filled = with_it(reading.document, answer.sections)
    severities = reading.severities
    before = Counter((found.rule, found.message) for found in check(reading.document, severities, reading.neighbours))
    findings = _ids(step, plan, after, filled.filled)
    for found in check(after, severities, reading.neighbours):
        if before[found.rule, found.message]:
            before[found.rule, found.message] -= 1
        elif found.severity in _TOLD:
            findings.append(_of_rule(found, after, step))
    return tuple(findings[:_MOST_FINDINGS]) if filled.filled else ()


def _ids(step: str, plan: DraftPlan, after: SpecDocument, keys: Sequence[str]) -> list[Finding]:
    """Findings on ids that are gone and named elsewhere, or given to something new."""
    if plan.rewrite is None:
        return []
    reading = plan.reading
    notes = rewritten_ids.id_notes(reading.index, reading.spec_path, reading.document, after, keys)
    return [Finding(note.code, note.severity, note.message[:500], note.key, note.text, step) for note in notes]


def _unusable(answer: Answer, wanted: Sequence[str]) -> ProviderError:
    """The failure that says what the answer is instead of a draft."""
    if answer.questions:
        asked = " ".join(f"“{_short(question)}”" for question in answer.questions)
        return ProviderError(
            ErrorCode.UNUSABLE_DRAFT,
            f"The model asked instead of writing: {asked}",
            remediation="Answer the questions in the brief, then retry.",
        )
    found = ", ".join(f"“{_short(heading)}”" for heading in answer.headings)
    asked_for = ", ".join(wanted)
    if answer.reason == "refused":
        example = _example(answer)
        message = f"Every section of the answer is a refusal or a stand-in: “{example}”." if example else _DECLINED
        return ProviderError(
            ErrorCode.UNUSABLE_DRAFT,
            message,
            remediation="Write more into the brief, or choose another model; then retry.",
        )
    messages = {
        "repeated": ("Every section of the answer says the same.", None),
        "not_in_shape": (f"No part of the answer has the shape that its place needs; wanted were {asked_for}.", None),
        "empty": (_EMPTY, None) if answer.headings else (_REASONING_ALONE, _MORE_ROOM),
        "not_asked_for": (
            f"The answer holds only sections that were not asked for; wanted were {asked_for}.",
            _ONLY_THOSE,
        ),
    }
    nothing = "The answer is complete but holds none of the sections that were asked for"
    otherwise = f"{nothing}: it has {found}; wanted were {asked_for}." if found else f"{nothing} ({asked_for})."
    message, cure = messages.get(answer.reason, (otherwise, _BY_HEADING))
    return ProviderError(ErrorCode.UNUSABLE_DRAFT, message, remediation=cure)


def _example(answer: Answer) -> str:
    refusals = (note.text for note in answer.notes if note.code in {"section_refused", "placeholder_phrase"})
    return _short(next(refusals, "")).strip("-*_ .")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:159]}…"
