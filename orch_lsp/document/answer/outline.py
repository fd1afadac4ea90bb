"""Which headings of an answer are the profile's sections.

Models write them at any level, but what they put below a sub-heading of their own belongs to the section around it:
a phase among the tasks has a goal, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orch_lsp.document.answer.model_marks import REASONING_WORDS
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.tree import Heading


def key_of(title: str, profile: Profile, *, other_words: bool = True) -> str | None:
    """The key of the section that a heading names by its title; with `other_words`, by any of its names."""
    key = profile.key_of_title(title)
    return key if key is not None or not other_words else profile.key_of_alias(title)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of an answer: the number of its heading, and of the first heading that is no part of its body."""

    key: str
    heading: int
    end: int | None
    """None: the answer's end."""


def parts_of(headings: Sequence[Heading], profile: Profile) -> list[Part]:
    """The sections among an answer's headings, in its order."""
    # One answer repeats few titles, however long it is.
    known = {title: profile.key_of_title(title) for title in {heading.text for heading in headings}}
    titles = [known[heading.text] for heading in headings]
    main = _main_level(headings, titles)
    at_main = {key for heading, key in zip(headings, titles, strict=True) if key and heading.level == main}
    found: list[tuple[int, str]] = []
    stack: list[tuple[int, str]] = []
    for number, heading in enumerate(headings):
        while stack and stack[-1][0] >= heading.level:
            stack.pop()
        kinds = [kind for _, kind in stack]
        key = titles[number]
        if key is None and "section" not in kinds:
            key = key_of(heading.text, profile)
        elif key is not None and "section" in kinds and (kinds[-1] != "section" or key in at_main):
            key = None
        if key is not None and "reasoning" not in kinds:
            found.append((number, key))
            stack = [(heading.level, "section")]
        else:
            stack.append((heading.level, "reasoning" if heading_name(heading.text) in REASONING_WORDS else "other"))
    return _parts(headings, found)


def _parts(headings: Sequence[Heading], found: Sequence[tuple[int, str]]) -> list[Part]:
    parts: list[Part] = []
    for index, (number, key) in enumerate(found):
        following = found[index + 1][0] if index + 1 < len(found) else len(headings)
        level = headings[number].level
        end = next((n for n in range(number + 1, following) if headings[n].level <= level), following)
        parts.append(Part(key, number, end if end < len(headings) else None))
    return parts


def _main_level(headings: Sequence[Heading], titles: Sequence[str | None]) -> int:
    """The level at which most of the profile's titles stand; the highest of those."""
    keys = {(heading.level, key) for heading, key in zip(headings, titles, strict=True) if key is not None}
    counts = Counter(level for level, _ in keys)
    return min(counts, key=lambda level: (-counts[level], level), default=2)
