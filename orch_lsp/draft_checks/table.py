"""All checks of a draft in one table, and the findings of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from orch_lsp.draft_checks import (
    changed,
    coverage,
    criteria,
    duplicates,
    languages,
    numbers,
    paths,
    phrases,
    replaced,
    symbols,
    tracing,
    undecided,
)
from orch_lsp.draft_checks.material import DraftFinding, Material

_MOST = 100
_RANKS = {"error": 0, "warning": 1, "information": 2, "hint": 3}


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """A row of the table: a concern, and the function that looks after it."""

    concern: str
    check: Callable[[Material], Iterable[DraftFinding]]


CHECKS = (
    DraftCheck("Facts of the brief that the draft turns round.", changed.changed),
    DraftCheck("Numbers of the brief for which other ones stand.", replaced.replaced),
    DraftCheck("Facts of the brief that the draft has lost.", coverage.uncovered),
    DraftCheck("Open points of the brief.", undecided.decided),
    DraftCheck("Paths that are not there.", paths.not_in_tree),
    DraftCheck("Symbols that nothing in the workspace knows.", symbols.unknown),
    DraftCheck("Quantities without a source.", numbers.not_in_sources),
    DraftCheck("Criteria that nobody can check.", criteria.vague),
    DraftCheck("Criteria, tasks and checks that do not name one another.", tracing.untraced),
    DraftCheck("Stand-ins.", phrases.stand_ins),
    DraftCheck("Words to the reader.", phrases.to_the_reader),
    DraftCheck("Statements that are there twice.", duplicates.twice),
    DraftCheck("Sections in another language.", languages.mismatched),
)


def check_draft(material: Material) -> tuple[DraftFinding, ...]:
    """The findings of all checks, the gravest first. Pure but for the material's predicates; never raises on a text."""
    every = [finding for row in CHECKS for finding in row.check(material)]
    every.sort(key=lambda finding: _RANKS[finding.severity])
    unique: dict[tuple[str, str, str], DraftFinding] = {}
    for finding in every:
        unique.setdefault((finding.code, finding.message, finding.text), finding)
    # A number that is another one than the brief's has no source either.
    changed_ones = {one.text for one in unique.values() if one.code == "fact_uncovered" and one.text}
    kept = (one for one in unique.values() if one.code != "number_not_in_sources" or one.text not in changed_ones)
    return tuple(islice(kept, _MOST))
