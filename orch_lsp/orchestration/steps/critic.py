"""The critic step: another look at a draft by a model. A finding counts only if its quote stands in the draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.context.item import ContextResult
from orch_lsp.orchestration.asking import ask
from orch_lsp.orchestration.findings import CRITIC_OBJECTS
from orch_lsp.orchestration.plan import DraftPlan
from orch_lsp.orchestration.scope import StepScope
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.runs.record import Finding
from orch_lsp.text import split_lines

if TYPE_CHECKING:
    from orch_lsp.document.answer.reading import Answer, AnswerSection

NAME = "critic"
_MOST = 20
_LONGEST_LINE = 2_000
_SHORTEST_QUOTE = 8
_LINE = re.compile(
    r"\W{0,6}(?:\d{1,2}\W{1,6})?(?P<severity>error|warning)\W{0,4}?:\W{0,4}?\s*"
    r"(?:\"(?P<plain>[^\"]+)\"|“(?P<curly>[^”]+)”|`(?P<code>[^`]+)`)\s*[-–—:]?\s*(?P<why>\S.*)\Z",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Criticism:
    """The objections of a critic that counted, and how many were thrown away for a quote that is not in the draft."""

    findings: tuple[Finding, ...]
    thrown_away: int = 0


async def criticise(
    scope: StepScope, plan: DraftPlan, answer: Answer, context: ContextResult, providers: ProviderAccess
) -> Criticism:
    """Ask a model what is wrong with a draft.

    Raises:
        OrchError: Nobody gave an answer; the draft is what it was.
    """
    scope.progressed("Asking for another look at the draft")
    raw = await ask(scope, replace(plan.for_step(NAME), draft=answer.text), context, providers)
    return read_criticism(raw, answer.sections, scope.entry.id)


def read_criticism(raw: str, sections: Sequence[AnswerSection], step: str) -> Criticism:
    """The objections in an answer. Pure; linear."""
    bodies = {section.key: _BLANKS.sub(" ", section.body) for section in sections}
    findings: list[Finding] = []
    thrown_away = 0
    for line in split_lines(raw):
        found = _LINE.match(line) if len(line) <= _LONGEST_LINE else None
        if found is None or len(findings) == _MOST:
            continue
        quote = _BLANKS.sub(" ", found["plain"] or found["curly"] or found["code"]).strip()
        key = next((key for key, body in bodies.items() if quote in body), None)
        if key is None or len(quote) < _SHORTEST_QUOTE:
            thrown_away += 1
            continue
        severity = "error" if found["severity"].casefold() == "error" else "warning"
        findings.append(Finding(CRITIC_OBJECTS, severity, found["why"].strip()[:500], key, quote[:500], step))
    return Criticism(tuple(findings), thrown_away)
