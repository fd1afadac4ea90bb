"""The critic step: another look at a draft by a model. A finding counts only if its quote stands in the draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.context.item import ContextResult
from orch_lsp.orchestration.asking.ask import ask
from orch_lsp.orchestration.asking.findings import CRITIC_OBJECTS
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
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
_NUMBER = re.compile(r"\AL\d{1,6}:\s*")
_NONE = re.compile(r"\W*(?:none|nothing|no findings?)\W*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Criticism:
    """The objections of a critic that counted, and how many were thrown away for a quote that is not in the draft.

    `is_read` says whether the answer had a single line of the right form.
    """

    findings: tuple[Finding, ...]
    thrown_away: int = 0
    is_read: bool = True


async def criticise(
    scope: StepScope, plan: DraftPlan, answer: Answer, context: ContextResult, providers: ProviderAccess
) -> Criticism:
    """Ask a model what is wrong with a draft.

    Raises:
        OrchError: Nobody gave an answer; the draft is what it was.
    """
    scope.progressed(f"Asking for another look at the {'draft' if plan.writes else 'document'}")
    raw = await ask(scope, replace(plan.for_step(NAME), draft=answer.text), context, providers)
    whole = "" if plan.writes else plan.reading.document.text
    return read_criticism(raw, answer.sections, scope.entry.id, whole)


def read_criticism(raw: str, sections: Sequence[AnswerSection], step: str, whole: str = "") -> Criticism:
    """The objections in an answer. Pure; linear.

    Args:
        raw: The answer.
        sections: Those of the draft.
        step: Id of the step that asked.
        whole: The document, if objections may be to all of it.
    """
    bodies = {section.key: _BLANKS.sub(" ", section.body) for section in sections}
    everything = _BLANKS.sub(" ", whole)
    findings: list[Finding] = []
    thrown_away = 0
    is_read = False
    for line in split_lines(raw):
        found = _LINE.match(line) if len(line) <= _LONGEST_LINE else None
        is_read = is_read or found is not None or _NONE.match(line) is not None
        if found is None or len(findings) == _MOST:
            continue
        quote = _BLANKS.sub(" ", found["plain"] or found["curly"] or found["code"]).strip()
        quote = _NUMBER.sub("", quote, count=1)
        key = next((key for key, body in bodies.items() if quote in body), None)
        if (key is None and quote not in everything) or len(quote) < _SHORTEST_QUOTE:
            thrown_away += 1
            continue
        severity = "error" if found["severity"].casefold() == "error" else "warning"
        findings.append(Finding(CRITIC_OBJECTS, severity, found["why"].strip()[:500], key, quote[:500], step))
    return Criticism(tuple(findings), thrown_away, is_read)
