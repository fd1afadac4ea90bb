"""The check step: what the answer holds of what was asked for, and a finding on everything else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orch_lsp.document.drafting import open_places
from orch_lsp.errors import ErrorCode, ProviderError
from orch_lsp.late import late
from orch_lsp.orchestration.draft_material import checked
from orch_lsp.orchestration.findings import findings_of
from orch_lsp.orchestration.plan import DraftPlan
from orch_lsp.orchestration.scope import StepScope
from orch_lsp.rules.check import check
from orch_lsp.runs.record import Finding
from orch_lsp.runs.status import StepStatus
from orch_lsp.text import end_of_line, sha256

if TYPE_CHECKING:
    from orch_lsp.document import place_fill, rewriting
    from orch_lsp.document.answer import in_shape, reading, rewritten
    from orch_lsp.document.answer.reading import Answer
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.language import rewritten_ids
else:
    # Their many patterns take long to make, and nothing but an answer needs them.
    in_shape = late("orch_lsp.document.answer.in_shape")
    place_fill = late("orch_lsp.document.place_fill")
    reading = late("orch_lsp.document.answer.reading")
    rewriting = late("orch_lsp.document.rewriting")
    rewritten = late("orch_lsp.document.answer.rewritten")
    rewritten_ids = late("orch_lsp.language.rewritten_ids")

NAME = "check"
_TOLD = frozenset({"error", "warning"})
_MOST_FINDINGS = 60
_DECLINED = "The model declined to write, or wrote only a stand-in."
_EMPTY = "The answer is complete, but its sections are empty."
_REASONING_ALONE = "The answer is complete, but holds nothing besides the model's reasoning."
_MORE_ROOM = "Retry with less `reasoning` or a higher `max_output_tokens`, or choose another model."
_ONLY_THOSE = "Retry, or choose a larger model. The text is kept; sections that have text already are never replaced."
_BY_HEADING = (
    "Retry, or choose a larger model: a section counts by its heading. The text is kept; `instructions` of your own "
    "must not ask for other headings."
)


async def check_answer(scope: StepScope, plan: DraftPlan, raw: str, sources: Sequence[str] = ()) -> Answer:
    """Read the answer; its findings are on the record whatever comes of it.

    Args:
        scope: The step.
        plan: What was to be drafted.
        raw: The answer as it came.
        sources: Texts that were sent beside the document.

    Raises:
        ProviderError: The answer holds nothing of what was asked for, or only stand-ins; its text is kept.
    """
    scope.progressed("Checking the draft")
    answer = await asyncio.to_thread(_read, plan, raw)
    broken = await asyncio.to_thread(_broken_rules, scope, plan, answer)
    found = await asyncio.to_thread(checked, plan, answer, sources, scope.entry.id)
    scope.change(findings=(*broken, *found, *findings_of(answer.notes, scope.entry.id)))
    if not answer.sections:
        raise _unusable(answer, [target.title for target in plan.targets])
    scope.end(StepStatus.COMPLETED, output_sha256=sha256(answer.text))
    return answer


def _read(plan: DraftPlan, raw: str) -> Answer:
    wanted = [target.key for target in plan.targets]
    if plan.rewrite is not None:
        return rewritten.read_rewritten(raw, plan.reading.document, plan.rewrite.nodes, plan.brief)
    if plan.reading.profile.drafting is None:
        return reading.read_answer(raw, plan.asked, wanted, plan.brief)
    places = open_places(plan.reading.document)
    return in_shape.read_for_places(raw, plan.asked, wanted, places, plan.brief)


def _broken_rules(scope: StepScope, plan: DraftPlan, answer: Answer) -> tuple[Finding, ...]:
    """Findings of the rules that the document would have with the draft and does not have without it."""
    reading = plan.reading
    if not answer.sections or (reading.profile.drafting is None and plan.rewrite is None):
        return ()
    with_it = place_fill.with_draft if plan.rewrite is None else rewriting.with_rewritten
    after, filled = with_it(reading.document, answer.sections)
    severities = reading.severities
    before = Counter((found.rule, found.message) for found in check(reading.document, severities, reading.neighbours))
    findings = _ids(scope, plan, after, filled.filled)
    for found in check(after, severities, reading.neighbours):
        if before[found.rule, found.message]:
            before[found.rule, found.message] -= 1
        elif found.severity in _TOLD:
            line = after.text[found.span.start : end_of_line(after.text, found.span.start)]
            severity = "error" if found.severity == "error" else "warning"
            findings.append(Finding(found.rule, severity, found.message[:500], found.key, line[:500], scope.entry.id))
    return tuple(findings[:_MOST_FINDINGS]) if filled.filled else ()


def _ids(scope: StepScope, plan: DraftPlan, after: SpecDocument, keys: Sequence[str]) -> list[Finding]:
    """Findings on ids that are gone and named elsewhere, or given to something new."""
    if plan.rewrite is None:
        return []
    reading = plan.reading
    notes = rewritten_ids.id_notes(reading.index, reading.spec_path, reading.document, after, keys)
    return [
        Finding(note.code, note.severity, note.message[:500], note.key, note.text, scope.entry.id) for note in notes
    ]


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
