"""The cures that one key applies in an editor, applied to a whole document: those that are safe, until none is left."""

from __future__ import annotations

import bisect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.rules.check import RULES
from orch_lsp.rules.rule import Finding
from orch_lsp.text import Edit, apply_edits

MOST_ROUNDS = 50
"""How often a document is looked at again: a cure may bring up what could not be seen before."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A document after its cures, and how many there were."""

    reading: Reading
    cures: int


async def fix(
    reading: Reading,
    findings_of: Callable[[Reading], Sequence[Finding]],
    read_again: Callable[[str], Awaitable[Reading]],
) -> Fixed:
    """Apply the first cure of each finding of a rule whose cures are safe.

    Args:
        reading: The document.
        findings_of: What is to be cured in it.
        read_again: Reads the document with another text.
    """
    seen, cures = {reading.document.text}, 0
    for _ in range(MOST_ROUNDS):
        chosen = _chosen(findings_of(reading))
        text = apply_edits(reading.document.text, [edit for edits in chosen for edit in edits])
        if text in seen:
            break
        seen.add(text)
        cures += len(chosen)
        reading = await read_again(text)
    return Fixed(reading, cures)


def _chosen(findings: Sequence[Finding]) -> list[tuple[Edit, ...]]:
    """The edits of those cures that stay clear of the ones before them; the others' turn comes in the next round."""
    chosen: list[tuple[Edit, ...]] = []
    taken: list[tuple[int, int]] = []
    for finding in findings:
        rule = RULES.get(finding.rule)
        if rule is None or not rule.fixable or not finding.fixes or not finding.fixes[0].by_itself:
            continue
        edits = finding.fixes[0].edits
        if edits and not any(_touches(taken, edit) for edit in edits):
            chosen.append(edits)
            for edit in edits:
                bisect.insort(taken, (edit.span.start, edit.span.end))
    return chosen


def _touches(taken: Sequence[tuple[int, int]], edit: Edit) -> bool:
    """Whether an edit meets one of the spans, which stay clear of one another, or begins where it ends."""
    at = bisect.bisect_right(taken, (edit.span.end, float("inf")))
    return at > 0 and taken[at - 1][1] >= edit.span.start
