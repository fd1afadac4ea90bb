"""The repair step: parts of a draft that the check refuses are asked for again, and the better text of each wins.

Nothing is lost by it: what was written first stays where nothing better came, and both are on the record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.context.item import ContextResult
from orch_lsp.document.brief import Target
from orch_lsp.late import late
from orch_lsp.orchestration.asking.ask import ask
from orch_lsp.orchestration.asking.findings import CRITIC_OBJECTS, Judged, findings_of
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.prompts.layout import PartToMend
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.runs.record import SECTION_MISSING, Finding
from orch_lsp.runs.status import StepStatus
from orch_lsp.text import sha256

if TYPE_CHECKING:
    from orch_lsp.document.answer import reading
    from orch_lsp.document.answer.reading import Answer, AnswerSection
else:
    reading = late("orch_lsp.document.answer.reading")

NAME = "repair"
_OF_A_MISSING_PART = frozenset({"section_refused", "shape_missed", "placeholder_phrase"})
_LEFT_OUT = "The answer does not speak of this part at all."
_WORST = 1_000_000
_AN_ERROR = 1_000
_MOST_TOLD = 12


@dataclass(frozen=True, slots=True)
class Judging:
    """How a draft is read and judged: the check's own functions."""

    read: Callable[[DraftPlan, str], Answer]
    judge: Callable[[Answer], tuple[Finding, ...]]


async def mend(
    scope: StepScope,
    plan: DraftPlan,
    draft: Judged,
    context: ContextResult,
    providers: ProviderAccess,
    judging: Judging,
) -> Judged:
    """The draft with each part that failed in its better text, after at most the workflow's rounds.

    Raises:
        OrchError: Nobody gave an answer; the draft as it was is still there.
    """
    step = plan.workflow.step(NAME)
    rounds = step.rounds if step is not None else 0
    failing = failing_parts(plan.targets, draft)
    if not failing or rounds == 0:
        scope.end(StepStatus.SKIPPED, skip_reason="the check found nothing to mend")
        return draft
    before = len(failing)
    asked_once: set[str] = set()
    for _ in range(rounds):
        if failing:
            scope.progressed(f"Mending {_named(plan.targets, failing)}")
            asked_once |= {key for key, part in failing.items() if part.findings == (_LEFT_OUT,)}
            draft = await _again(scope, plan, draft, failing, context, providers, judging)
            failing = failing_parts(plan.targets, draft, asked_once)
    left = len(failing_parts(plan.targets, draft))
    scope.progressed(f"Mended {before - left}, left {left}")
    scope.end(StepStatus.COMPLETED, output_sha256=sha256(scope.text) if scope.characters else None)
    return draft


async def _again(
    scope: StepScope,
    plan: DraftPlan,
    draft: Judged,
    failing: Mapping[str, PartToMend],
    context: ContextResult,
    providers: ProviderAccess,
    judging: Judging,
) -> Judged:
    """One round: the parts that failed, asked for together."""
    targets = tuple(target for target in plan.targets if target.key in failing)
    asked = replace(plan.for_step(NAME, targets), to_mend=failing)
    behind = scope.characters
    raw = (await ask(scope, asked, context, providers))[behind:]
    mended = await asyncio.to_thread(judging.read, asked, raw)
    return await asyncio.to_thread(better_of, plan.targets, draft, mended, scope.entry.id, judging)


def failing_parts(targets: Sequence[Target], draft: Judged, asked_once: Collection[str] = ()) -> dict[str, PartToMend]:
    """The parts of a draft that are to be mended: those with an error, and those that hold no text. Pure.

    A draft that left out more than it holds is not completed by a repair: that would be another draft, and costs as
    much. The person is told, and can ask for the rest.

    Args:
        targets: Everything that was to be written.
        draft: The draft.
        asked_once: Keys of parts that a draft left out and that were asked for again; nothing came, and so be it.
    """
    bodies = {section.key: section.body for section in draft.answer.sections}
    left_out = sum(target.key not in bodies for target in targets)
    asks_for_rest = left_out <= len(bodies)
    failing: dict[str, PartToMend] = {}
    for target in targets:
        about = [finding for finding in draft.findings if _section_of(finding, bodies, targets) == target.key]
        errors = [finding.message for finding in about if finding.severity == "error"]
        if target.key not in bodies:
            why = [finding.message for finding in about if finding.rule in _OF_A_MISSING_PART]
            if why or (asks_for_rest and target.key not in asked_once):
                failing[target.key] = PartToMend(target.title, "", tuple(why[:_MOST_TOLD]) or (_LEFT_OUT,))
        elif errors:
            failing[target.key] = PartToMend(target.title, bodies[target.key], tuple(errors[:_MOST_TOLD]))
    return failing


def better_of(targets: Sequence[Target], draft: Judged, mended: Answer, step: str, judging: Judging) -> Judged:
    """The draft with those mended parts in which less is wrong than in its own. Blocking, as judging is."""
    new = {section.key: section for section in mended.sections}
    old = {section.key: section for section in draft.answer.sections}
    answer = _answer_of(targets, {**old, **new}, draft.answer)
    judged = judging.judge(answer)
    was = _scores(targets, old, draft.findings)
    would = _scores(targets, {**old, **new}, (*judged, *_left(draft.said, new)))
    taken = {key: section for key, section in new.items() if would[key] < was[key]}
    if not taken:
        return draft
    if taken.keys() != new.keys():
        answer = _answer_of(targets, {**old, **taken}, draft.answer)
        judged = judging.judge(answer)
    of_mended = [one for one in findings_of(mended.notes, step) if one.key is None or one.key in taken]
    return Judged(answer, judged, (*_left(draft.said, taken), *of_mended))


def _left(said: Sequence[Finding], mended: Mapping[str, AnswerSection]) -> Iterator[Finding]:
    """The findings on the way of a draft that still hold with these parts in it."""
    for finding in said:
        part = mended.get(finding.key or "")
        if part is None or not _is_settled(finding, part.body):
            yield finding


def _is_settled(finding: Finding, body: str) -> bool:
    """Whether what was said of a part does not hold of its new text."""
    if finding.rule == CRITIC_OBJECTS:
        return not _stands(finding, body)
    return finding.rule == SECTION_MISSING or finding.rule in _OF_A_MISSING_PART


def _stands(objection: Finding, body: str) -> bool:
    return objection.text in " ".join(body.split())


def _answer_of(targets: Sequence[Target], sections: Mapping[str, AnswerSection], first: Answer) -> Answer:
    ordered = tuple(sections[target.key] for target in targets if target.key in sections)
    return replace(first, text=reading.text_of(ordered), sections=ordered, reason="")


def _scores(
    targets: Sequence[Target], sections: Mapping[str, AnswerSection], findings: Sequence[Finding]
) -> dict[str, int]:
    """How much is wrong with each part: an error outweighs any warnings, and a missing part everything."""
    bodies = {key: section.body for key, section in sections.items()}
    scores = {target.key: 0 if target.key in sections else _WORST for target in targets}
    for finding in findings:
        key = _section_of(finding, bodies, targets)
        if key is not None and key in scores:
            scores[key] += _AN_ERROR if finding.severity == "error" else finding.severity == "warning"
    return scores


def _section_of(finding: Finding, bodies: Mapping[str, str], targets: Sequence[Target]) -> str | None:
    """The part that a finding is about: the one it names, else the one in which its words stand."""
    if any(target.key == finding.key for target in targets):
        return finding.key
    words = finding.text.strip()
    return next((key for key, body in bodies.items() if words and words in body), None)


def _named(targets: Sequence[Target], failing: Mapping[str, PartToMend]) -> str:
    titles = [target.title for target in targets if target.key in failing]
    return ", ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else "")
