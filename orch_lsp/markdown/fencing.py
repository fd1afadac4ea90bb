"""Backticks that nothing within them can end: for code spans, code blocks and texts put before a model."""

from __future__ import annotations

import re

_BACKTICKS = re.compile("`+")


def fence_around(text: str, at_least: int = 3) -> str:
    """Backticks, `at_least` so many, and more than any run of them in `text`."""
    return "`" * max(at_least, 1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))


def code_block(text: str, info: str) -> str:
    """`text`, which ends without a line end, as a code block that nothing in it can end."""
    fence = fence_around(text)
    return f"{fence}{info}\n{text}\n{fence}"
