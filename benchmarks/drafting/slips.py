"""Which mistakes the writer of an answer is told to make, drawn before anything is written.

Answers stand for those of a model of middling size, and such a model slips. Each kind of slip has one rate for each
section that is written, whatever the arm: what is drawn depends on the brief, the step and the section alone.
"""

from __future__ import annotations

import hashlib

from asked import Asked

RATES = {
    "lost": ("leave out one fact of the brief that belongs here", 0.15),
    "changed": ("give one number, unit or name of the brief otherwise", 0.05),
    "path": ("name a file of the project that it does not have, as if it were there", 0.05),
    "symbol": ("name a setting, class or function of the project that it does not have, as if it were there", 0.05),
    "number": ("state a quantity that nothing supports, without marking it as proposed", 0.06),
    "decided": ("settle in silence one point that the brief leaves open or does not speak of", 0.10),
    "untraced": ("leave one item without its id, or without the id that it serves", 0.10),
    "stand-in": ("write one sentence that only says there is something to write", 0.03),
}
"""By name: what to do, and how often, for each section of an answer."""
CHATTER = ("chatter", "end with a line to whoever asked", 0.08)
"""For each answer as a whole."""


def slips_for(brief: str, asked: Asked) -> list[str]:
    """The slips of an answer, each as `NAME (SECTION)`. A plan can only lose, change or decide something."""
    drawn: list[str] = []
    titles = asked.titles if asked.step != "outline" else ("the plan",)
    for title in titles:
        for name, (_, rate) in RATES.items():
            if asked.step == "outline" and name not in {"lost", "changed", "decided"}:
                continue
            if _chance(brief, asked.step, title, name) < rate:
                drawn.append(f"{name} ({title})")
    if asked.step != "outline" and _chance(brief, asked.step, *asked.titles, CHATTER[0]) < CHATTER[2]:
        drawn.append(CHATTER[0])
    return drawn


def _chance(*names: str) -> float:
    """A number from 0 to 1 that depends on the names alone."""
    digest = hashlib.sha256("/".join(names).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
