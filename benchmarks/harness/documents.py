"""Specs of a wanted length: headings, prose, lists, code and a table in the mix that real ones have."""

from __future__ import annotations

import random
from itertools import count

_PROSE = """
the limiter counts every request of a client per minute so that one client never takes the service down and each answer
says when to come back after a limit was reached while other clients notice nothing of the load at all
"""
_WORDS = _PROSE.split()


def spec_of(words: int, seed: int = 1) -> str:
    """A plain spec of about `words` words."""
    chance = random.Random(seed)
    pieces = ["# Rate limiter\n\nLimit the requests of each client of the public API.\n\n## Goal\n\nFair use.\n\n"]
    written = 20
    for number in count(1):
        if written >= words:
            break
        prose = " ".join(chance.choices(_WORDS, k=60))
        items = "".join(
            f"- **R-{number}.{n}**: {' '.join(chance.choices(_WORDS, k=12))} `limit_{n}`\n" for n in range(5)
        )
        pieces.append(f"## Part {number}\n\n{prose}.\n\n{items}\n```python\nlimit = {number}\n```\n\n")
        written += 60 + 5 * 14 + 6
    return "".join(pieces)
