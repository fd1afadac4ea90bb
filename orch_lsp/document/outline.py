"""Which headings are sections of the profile: those that stand where the document's outline puts its sections.

A heading belongs to the heading above it. The *main* headings are those below the document's title, or those with no
heading above them. A main heading that names a section of the profile is one. One step further down a name counts only
if it occurs once and nothing else claims it: `### Goals` below `## Motivation` is the goal of the document, the
`#### Acceptance Criteria` below each requirement are not its criteria, and what stands inside a section of the profile,
such as the goal of a phase below `## Tasks`, is part of that section.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orch_lsp.document.profile import Profile
from orch_lsp.markdown.tree import Heading

DEFAULT_LEVEL = 2

# One of many, whose parts speak of it alone: `Phase 2`, `User Story 3 – Reset`, `FR-001`, `Alternatives`.
_ONE_OF_MANY = re.compile(
    r"(?:[^\w\[]*)(?:"
    r"(?:user |use |test |sub)?(?:phase|step|stage|requirement|req|story|epic|feature|milestone|task|scenario|option|"
    r"alternative|iteration|sprint|case|part|component|module|example|release|version|increment|wave|track|"
    r"workstream|bug|issue|change|anforderung|schritt|etappe|meilenstein|abschnitt|fase|etapa|étape|exigence|requisito|"
    r"história|historia|фаза|этап|требование|阶段|步骤|需求|要件|要求|フェーズ|ステップ|단계|요구사항)\s*#?"
    r"(?:\d|[ivxlc]+\b|[a-z]\b|[:：–—-])"
    r"|[a-z]{1,4}-?\d"
    r"|(?:alternatives?(?: considered)?|appendi(?:x|ces)|annex|examples?|glossary|references?|changelog|history|anhang|"
    r"beispiele?|alternativen|annexes?|附录|付録)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Outline:
    """The role of each heading, by its number."""

    keys: tuple[tuple[str, ...], ...]
    """Keys of the profile's sections that the heading stands for; more than one for `Goals / Non-goals`."""
    mains: tuple[int, ...]
    """Numbers of the main headings, ascending."""
    levels: tuple[int, ...]
    """For each of `mains` the level of a heading that is put below its section, to be a main heading too."""
    main_level: int
    """The level of a main heading at the end of the document."""


def outline_of(headings: Sequence[Heading], profile: Profile) -> Outline:
    """Find the main headings, and which headings are sections of the profile. Linear in the number of headings."""
    return _Reading(headings, profile).outline()


def keys_in_parts(headings: Sequence[Heading], profile: Profile) -> frozenset[str]:
    """Keys of sections that no heading stands for, as each of several parts of the first level has its own."""
    if sum(heading.level == 1 for heading in headings) <= 1:
        return frozenset()
    return _Reading(headings, profile).keys_in_parts()


class _Reading:
    def __init__(self, headings: Sequence[Heading], profile: Profile) -> None:
        self._headings = headings
        self._profile = profile
        self._named = [profile.keys_of(heading.text) for heading in headings]
        self._parents = _parents(headings)
        self._children: dict[int | None, list[int]] = {}
        for number, parent in enumerate(self._parents):
            self._children.setdefault(parent, []).append(number)
        self._keys: list[tuple[str, ...]] = [()] * len(headings)

    def outline(self) -> Outline:
        container = self._container()
        mains = [
            number
            for number, parent in enumerate(self._parents)
            if parent is None or (container is not None and parent == container)
        ]
        self._recognise_mains(mains, container)
        self._recognise_below(set(mains), container)
        levels = self._levels(mains, container)
        return Outline(tuple(self._keys), tuple(mains), levels, self._main_level(mains, container))

    def keys_in_parts(self) -> frozenset[str]:
        return self._repeated_in_parts(self._container())

    def _container(self) -> int | None:
        """The heading below which the document's sections stand: its title, or a lone heading above them all."""
        roots = self._children.get(None, [])
        titles = [
            number for number in roots if self._headings[number].level == 1 and not self._is_section(number, roots)
        ]
        if titles:
            container = titles[0]
        elif len(roots) == 1 and self._holds_sections(roots[0]):
            container = roots[0]
        else:
            return None
        below = self._children.get(container, [])
        while len(below) == 1 and not self._named[below[0]] and len(roots) == 1:
            deeper = self._children.get(below[0], [])
            if self._is_one_of_many(below[0]) or not any(self._named[child] for child in deeper):
                break
            container, below = below[0], deeper
        return container

    def _holds_sections(self, root: int) -> bool:
        """Whether the sections of the document stand below its only heading of the highest level."""
        below = self._children.get(root, [])
        if not self._named[root] or self._headings[root].level == 1:
            named_alike = not self._keys_below(root).isdisjoint(self._named[root])
            return named_alike or (not self._is_one_of_many(root) and any(self._named[child] for child in below))
        titles = [key for key in map(self._own_title, below) if key is not None]
        return len(titles) > 1 and len(set(titles)) == len(titles)

    def _is_one_of_many(self, number: int) -> bool:
        return _ONE_OF_MANY.match(self._headings[number].text) is not None

    def _is_section(self, number: int, roots: Sequence[int]) -> bool:
        """Whether a heading of the first level is a section rather than a title with a word in it that names one."""
        if not self._named[number]:
            return False
        return len(roots) > 1 or self._profile.key_of_form(self._headings[number].text) is not None

    def _recognise_mains(self, mains: Sequence[int], container: int | None) -> None:
        within_section = container is not None and self._headings[container].level > 1 and bool(self._named[container])
        repeated = self._repeated_in_parts(container)
        for number in mains:
            if number == container:
                form = self._profile.key_of_form(self._headings[number].text)
                # With a section of the same name below it, it is the title: `# Requirements`, `## Requirements`.
                self._keys[number] = () if form is None or form in self._keys_below(number) else (form,)
                continue
            keys = self._named[number]
            if within_section and self._parents[number] == container and self._own_title(number) is None:
                continue
            if len(keys) > 1 and any(len(self._named[child]) == 1 for child in self._children.get(number, [])):
                continue
            left_out = repeated if self._parents[number] == container else frozenset[str]()
            self._keys[number] = tuple(key for key in keys if key not in left_out)

    def _own_title(self, number: int) -> str | None:
        return self._profile.key_of_title(self._headings[number].text)

    def _repeated_in_parts(self, container: int | None) -> frozenset[str]:
        """Keys that stand below each of several parts of the first level, if none stands below the first part alone."""
        if container is None or self._headings[container].level != 1:
            return frozenset()
        parts = [n for n in self._children.get(None, []) if self._headings[n].level == 1 and not self._named[n]]
        found = [self._keys_below(part) for part in parts]
        others = set[str]().union(*found[1:])
        return frozenset(found[0]) if found and found[0] and found[0] <= others else frozenset()

    def _keys_below(self, number: int) -> set[str]:
        return {key for child in self._children.get(number, []) for key in self._named[child]}

    def _recognise_below(self, mains: set[int], container: int | None) -> None:
        """Take the names that occur once, one step below the main headings."""
        taken = {key for keys in self._keys for key in keys} | self._repeated_in_parts(container)
        inside = self._inside_sections(mains, container)
        counts = Counter(
            key for number, keys in enumerate(self._named) if number not in mains and not inside[number] for key in keys
        )
        lone = len(mains) - (container in mains) == 1
        for number, keys in enumerate(self._named):
            parent = self._parents[number]
            if number in mains or parent is None or parent not in mains or len(keys) != 1 or keys[0] in taken:
                continue
            if inside[number]:
                if self._continues_section(number, parent, lone=lone):
                    self._keys[number] = keys
                    taken.add(keys[0])
            elif counts[keys[0]] == 1 and not self._is_one_of_many(parent):
                self._keys[number] = keys

    def _continues_section(self, number: int, parent: int, *, lone: bool) -> bool:
        """Whether a heading inside a section stands for another: its level is wrong, or it is what that excludes."""
        titles = [key for key in map(self._own_title, self._children[parent]) if key is not None]
        if lone and self._own_title(number) is not None and len(titles) == len(set(titles)) > 1:
            return True
        excludes = self._keys[parent] == ("goal",) and self._named[number] == ("non-goals",)
        return excludes and self._profile.key_of_form(self._headings[number].text) is not None

    def _inside_sections(self, mains: set[int], container: int | None) -> list[bool]:
        """For each heading whether a section of the profile stands above it, the container aside."""
        inside: list[bool] = []
        for number, parent in enumerate(self._parents):
            above = parent is not None and parent != container and (inside[parent] or bool(self._keys[parent]))
            inside.append(above and number not in mains)
        return inside

    def _levels(self, mains: Sequence[int], container: int | None) -> tuple[int, ...]:
        levels = [self._headings[number].level for number in mains]
        if container is not None and container in mains and (below := self._children.get(container, [])):
            levels[mains.index(container)] = self._headings[below[0]].level
        return tuple(levels)

    def _main_level(self, mains: Sequence[int], container: int | None) -> int:
        levels = [self._headings[number].level for number in mains if number != container]
        if not levels:
            return DEFAULT_LEVEL
        ((usual, _),) = Counter(levels).most_common(1)
        # A deeper one would stand below the last main heading; they only get higher.
        return min(usual, levels[-1])


def _parents(headings: Sequence[Heading]) -> list[int | None]:
    """For each heading the number of the one that it stands below."""
    parents: list[int | None] = []
    above: list[int] = []
    for number, heading in enumerate(headings):
        while above and headings[above[-1]].level >= heading.level:
            above.pop()
        parents.append(above[-1] if above else None)
        above.append(number)
    return parents
