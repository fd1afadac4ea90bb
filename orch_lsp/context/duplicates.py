"""Whether lines were sent already, under another path: copies, vendored files, a test for each of two variants."""

from __future__ import annotations

from collections import Counter

from orch_lsp.text import split_lines

LEAST_LINES = 5
NEARLY = 0.85
_TELLING = 12
"""Characters of a line that can be told from others."""


class SentLines:
    """The lines that are in the request so far, each with the first path that it came from."""

    def __init__(self) -> None:
        self._from: dict[str, str] = {}

    def add(self, path: str, text: str) -> None:
        """Note that a text of a path is sent."""
        for line in _telling(text):
            self._from.setdefault(line, path)

    def twin(self, path: str, text: str) -> str | None:
        """The other path from which nearly all of the text was sent already; None if there is none. Linear."""
        lines = _telling(text)
        if len(lines) < LEAST_LINES:
            return None
        known = Counter(self._from[line] for line in lines if line in self._from)
        known.pop(path, None)
        if not known:
            return None
        twin, count = known.most_common(1)[0]
        return twin if count >= NEARLY * len(lines) else None


def _telling(text: str) -> frozenset[str]:
    return frozenset(line for line in (" ".join(raw.split()) for raw in split_lines(text)) if len(line) >= _TELLING)
