"""Numbers of the case that a statement sets up: `with a cap of 60 seconds`. They are examples, and claim nothing."""

from __future__ import annotations

import re

from orch_lsp.draft_checks.words import GIVEN

_CLAUSE = re.compile(r"[,;:.。，；、]| (?:then|is|are|be|dann|ist|wird|must|shall|never|no|not|at|within|in) ")
_EXAMPLE = re.compile(
    r"(?:\A|[ (])(?:an?|one|the|ein\w{0,2}|une?|uma?) (?:[\w-]+ ){1,3}(?:of|with|von|mit|de|com|con)"
    r" (?:exactly |genau )?\Z",
    re.IGNORECASE,
)


def is_set_up(text: str, start: int) -> bool:
    """Whether a number belongs to the case that a statement sets up.

    Args:
        text: The statement, without code.
        start: Where the number stands.
    """
    clause = 0
    for found in _CLAUSE.finditer(text, 0, start):
        clause = found.end()
    return GIVEN.search(text, clause, start) is not None or _EXAMPLE.search(text[:start]) is not None
