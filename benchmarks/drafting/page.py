"""The table of the evaluation's page."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus import Brief
from intervals import COVERAGE, mean, paired
from measures import NAMES, Measured
from running import ARMS

BASELINE = "one call"
_SHARES = frozenset({"facts", "silent", "trace"})
_PLACE = re.compile(r"(<!-- figures: evaluation -->\n).*?(<!-- end -->)", re.DOTALL)


def table(results: Mapping[str, Mapping[str, Measured]], known: Sequence[Brief]) -> str:
    """Means by arm, and paired differences to one call."""
    arms = [arm.name for arm in ARMS]
    measured = [brief for brief in known if brief.name in results]
    counted = [
        ", ".join(f"{name} {count}" for name, count in sorted(Counter(one).items()))
        for one in zip(*((brief.kind, brief.language, brief.tree) for brief in measured), strict=True)
    ]
    inexact = [name for name, arms in results.items() if not all(one.exact for one in arms.values())]
    lines = [
        f"{len(results)} of {len(known)} briefs are recorded in every arm and measured here"
        + (f": {counted[0]}; in {counted[1]}; over {counted[2]}." if counted else "."),
        "",
        f"Answers of {len(inexact)} briefs were written for other words of the same request (`--loose`)."
        if inexact
        else "Every answer was written for the very bytes of its request.",
        "",
        "| mean over briefs | " + " | ".join(arms) + " |",
        "|---|" + "--:|" * len(arms),
    ]
    for name, title in NAMES.items():
        cells = [_shown(name, mean(_values(results, arm, name))) for arm in arms]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    others = [arm for arm in arms if arm != BASELINE]
    lines += [
        "",
        f"| less “{BASELINE}”, with {COVERAGE:.0%} intervals | " + " | ".join(others) + " |",
        "|---|" + "--:|" * len(others),
    ]
    for name, title in NAMES.items():
        if name not in {"outside", "seconds"} and results:
            cells = [_difference(results, arm, name) for arm in others]
            lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _difference(results: Mapping[str, Mapping[str, Measured]], arm: str, name: str) -> str:
    pairs = [(getattr(arms[arm], name), getattr(arms[BASELINE], name)) for arms in results.values()]
    pairs = [(one, other) for one, other in pairs if one is not None and other is not None]
    if not pairs:
        return ""
    found = paired([one for one, _ in pairs], [other for _, other in pairs])
    text = f"{_signed(name, found.mean)} ({_signed(name, found.low)} to {_signed(name, found.high)})"
    return f"**{text}**" if found.is_clear else text


def _values(results: Mapping[str, Mapping[str, Measured]], arm: str, name: str) -> list[float]:
    found = (getattr(arms[arm], name) for arms in results.values())
    return [float(one) for one in found if one is not None]


def _shown(name: str, value: float) -> str:
    if name in _SHARES:
        return f"{value:.0%}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def _signed(name: str, value: float) -> str:
    if name in _SHARES:
        return f"{100 * value:+.0f}"
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.2f}"


def fill(page: Path, made: str) -> None:
    """Put the table into the page."""
    text = page.read_text("utf-8")
    if not _PLACE.search(text):
        sys.exit(f"{page} has no place for the figures of the evaluation")
    page.write_text(_PLACE.sub(lambda found: f"{found[1]}{made}\n{found[2]}", text), "utf-8")
