"""A secret that was found, and the search that finds the places where one could begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.text import Span


@dataclass(frozen=True, slots=True)
class SecretMatch:
    """Where a secret stands, and what it looks like, in words for a person (`GitHub token`)."""

    span: Span
    kind: str


def matches(pattern: re.Pattern[str], text: str, searched: str, literals: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Matches at the places where `searched`, which is `text` or as long, holds a literal; none within another."""
    for literal in literals:
        position = searched.find(literal)
        while position >= 0:
            match = pattern.match(text, position)
            if match:
                yield match
            position = searched.find(literal, match.end() if match else position + 1)
