"""Headings that are nearly those of the format: a letter too many, too few or another one, and nothing reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from orch_lsp.document.heading_name import NAMES_KEPT, heading_name
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.profile import Profile
from orch_lsp.document.skeleton import Skeleton
from orch_lsp.rules.rule import Fix, Found, Rule, Subject
from orch_lsp.text import Edit, Span

_SHORTEST = 5
_LONG = 9
"""Characters from which on two may be wrong."""
_SHORTEST_OF_ANOTHER_SCRIPT = 4
_LONGEST = 60
_FIRST_CHARACTER_OF_OTHER_SCRIPTS = "\u0590"
_PROFILES_KEPT = 128
_NUMBER = re.compile(r"\d+(?:[._]\d+)*")


def unknown_heading_near_miss(subject: Subject) -> Iterator[Found]:
    """Headings that one or two characters set apart from one that the format knows and the document lacks."""
    document, profile = subject.document, subject.profile
    if not profile.sections and not profile.headings:
        return
    skeleton = document.skeleton
    near = skeleton.once(("near misses", profile), None, lambda: tuple(_near(skeleton, profile)))
    for number, name, known in near:
        section = document.sections[number]
        if known.key in document.profile_sections:
            continue
        message = f"“{section.title}” is nearly “{known.title}”, which is read as such, and this is not."
        yield Found(message, section.heading, section.key, tuple(_rewritten(document, section, name, known.title)))


def _near(skeleton: Skeleton, profile: Profile) -> Iterator[tuple[int, str, _Known]]:
    """The numbers of headings, with their names, that are near to one of the format that no heading is called by."""
    names = [heading_name(title) for title in skeleton.titles]
    written = frozenset(names)
    for number, name in enumerate(names):
        if skeleton.levels[number] > 1 and skeleton.profile_keys[number] is None:
            known = _nearest(profile, name)
            if known is not None and known.name not in written:
                yield number, name, known


def _rewritten(document: SpecDocument, section: Section, name: str, title: str) -> Iterator[Fix]:
    """The known words in the place of the heading's own, if these stand in one piece: numbers and suffixes stay."""
    line = document.text[section.heading.start : section.heading.end]
    at = line.casefold().find(name)
    # Some letters have other lengths in lower case.
    if at >= 0 and len(line.casefold()) == len(line):
        start = section.heading.start + at
        edit = Edit(Span(start, start + len(name)), title)
        yield Fix(f"Write “{title}”", lambda: (edit,), by_itself=False)


class _Known:
    """A heading of a profile."""

    __slots__ = ("key", "name", "title")

    def __init__(self, title: str, key: str | None) -> None:
        self.title = title
        self.name = heading_name(title)
        self.key = key


class _Names:
    """The headings of a profile, to be found by words that differ in few characters."""

    def __init__(self, profile: Profile) -> None:
        titles = [(title, one.key) for one in profile.sections for title in (one.title, *one.forms, *one.aliases)]
        found = [_Known(title, key) for title, key in (*titles, *((title, None) for title in profile.headings))]
        self.names = {one.name for one in found}
        # Where two words are alike but for some characters, one is left over of both when those are taken out.
        self._by_rest: dict[str, list[_Known]] = {}
        for one in found:
            for rest in _rests(one.name, _allowed(one.name)):
                self._by_rest.setdefault(rest, []).append(one)

    def nearest(self, name: str) -> _Known | None:
        """The one with the fewest differences."""
        allowed = _allowed(name)
        candidates = {id(one): one for rest in _rests(name, allowed) for one in self._by_rest.get(rest, ())}
        measured = [(_distance(name, one.name), one) for one in candidates.values()]
        near = [
            (far, one)
            for far, one in measured
            if far <= min(allowed, _allowed(one.name))
            and _alike(name, one.name)
            and _numbers(name) == _numbers(one.name)
        ]
        return min(near, key=lambda pair: pair[0])[1] if near else None


@lru_cache(maxsize=_PROFILES_KEPT)
def _names(profile: Profile) -> _Names:
    return _Names(profile)


@lru_cache(maxsize=NAMES_KEPT)
def _nearest(profile: Profile, name: str) -> _Known | None:
    if len(name) > _LONGEST or not _allowed(name):
        return None
    names = _names(profile)
    return None if name in names.names else names.nearest(name)


def _allowed(name: str) -> int:
    """How many characters may differ. Of words in other scripts each character says much."""
    if any(character >= _FIRST_CHARACTER_OF_OTHER_SCRIPTS for character in name):
        return int(len(name) >= _SHORTEST_OF_ANOTHER_SCRIPT)
    return 0 if len(name) < _SHORTEST else 1 if len(name) < _LONG else 2


def _alike(name: str, known: str) -> bool:
    """Whether two words can be one, mistyped: in other scripts a character more makes another word, such as 非."""
    return len(name) == len(known) or not any(one >= _FIRST_CHARACTER_OF_OTHER_SCRIPTS for one in name + known)


def _numbers(name: str) -> list[str]:
    """Numbers and versions in a heading: another one is another thing, never a slip."""
    return _NUMBER.findall(name)


def _rests(name: str, count: int) -> set[str]:
    """A word without up to `count` of its characters, in all ways."""
    found = {name}
    for _ in range(count):
        found |= {rest[:at] + rest[at + 1 :] for rest in found for at in range(len(rest))}
    return found


def _distance(one: str, other: str) -> int:
    """Characters to add, to take away, to replace or to swap with their neighbour, until the words are alike."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, character in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (character != wanted))
            if row > 1 and column > 1 and character == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]


RULES = (
    Rule(
        "unknown_heading_near_miss", "structure", "hint", "A heading is nearly one that the format knows.",
        unknown_heading_near_miss, fixable=True, waits_for_word=True,
    ),
)  # fmt: skip
