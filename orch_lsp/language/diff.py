"""The difference between two states of documents, node by node.

Each node of the old state is at most one of the new one. Pairs are found from the surest to the least sure: the same
key and text, the same text elsewhere (numbers change), a similar text in what is one, the same key and a similar text,
the same key, the same text in another document, a similar text, and what holds the same parts. All steps treat both
sides alike, so that the difference the other way round is the mirror image. Pure; time is about linear in the nodes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from orch_lsp.document.node import Node, folded
from orch_lsp.language.index import FoundDefinition, Index

Kind = Literal["added", "removed", "renamed", "moved", "reworded", "state"]

_LEAST_OF_ONE_KEY = 0.4
"""How similar two texts with one key are that came from one another for certain."""
_LEAST_SIMILAR = 0.5
_FEWEST_WORDS = 3
"""Fewer words say nothing of where a text came from."""
_SHORTEST_TEXT = 12
_MOST_PAIRS_OF_A_WORD = 400
"""A word that more pairs of nodes share tells none of them apart."""
_MARKER = re.compile(r"(?:#{1,6}|[-*+]|\d+[.)])\s+(?:\[.\]\*?\s*)?")
_WORD = re.compile(r"\w+")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_NUMBERED = re.compile(r"~\d+\Z")
_SUFFIX = re.compile(r"[^/.]*\Z")


@dataclass(frozen=True, slots=True)
class Change:
    """A node of the old state, the new one, or both, and in which ways they differ."""

    kinds: tuple[Kind, ...]
    """In the order of `Kind`; never empty."""
    old: FoundDefinition | None
    new: FoundDefinition | None


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes, by path and place in the new state, what was removed where it stood; and what stayed as it was."""

    changes: tuple[Change, ...]
    unchanged: tuple[tuple[FoundDefinition, FoundDefinition], ...]

    def count(self, kind: Kind) -> int:
        """How many nodes are changed in one way."""
        return sum(kind in change.kinds for change in self.changes)


def difference(old: Index, new: Index) -> Difference:
    """The difference from one state of documents to another one; documents with one path are the same one."""
    sides = _Side(old), _Side(new)
    pairs = _paired(*sides)
    changes: list[Change] = []
    unchanged: list[tuple[FoundDefinition, FoundDefinition]] = []
    for before in sides[0].items:
        number = pairs.of_old[before.number]
        if number is None:
            changes.append(Change(("removed",), before.found, None))
            continue
        after = sides[1].items[number]
        if kinds := _kinds(before, after, pairs):
            changes.append(Change(kinds, before.found, after.found))
        else:
            unchanged.append((before.found, after.found))
    changes += (Change(("added",), None, after.found) for after in sides[1].items if pairs.of_new[after.number] is None)
    return Difference(tuple(sorted(changes, key=_place)), tuple(unchanged))


def _place(change: Change) -> tuple[str, int, str]:
    at = change.new or change.old
    return ("", 0, "") if at is None else (at.path, at.node.span.start, at.node.key)


@dataclass(frozen=True, slots=True)
class _Item:
    number: int
    found: FoundDefinition
    text: str
    """Its own text as it is compared, without its name, its marker, and the nodes in it."""
    words: frozenset[str]
    parent: int | None

    @property
    def key(self) -> str:
        return self.found.node.key

    @property
    def kind(self) -> str:
        return self.found.node.kind

    @property
    def path(self) -> str:
        return self.found.path

    @property
    def at(self) -> tuple[str, int, str]:
        """Tells it from all others of its side, and does not say which side that is."""
        return self.path, self.found.node.span.start, self.key


class _Side:
    def __init__(self, index: Index) -> None:
        self.items: list[_Item] = []
        for path in sorted(index.documents):
            nodes = index.documents[path].nodes.nodes
            first = len(self.items)
            numbers = {node.key: first + at for at, node in enumerate(nodes)}
            for node, text in zip(nodes, _texts(nodes), strict=True):
                parent = None if node.parent is None else numbers.get(node.parent)
                self.items.append(_Item(len(self.items), FoundDefinition(path, node), text, _words(text), parent))


def _texts(nodes: Sequence[Node]) -> Iterable[str]:
    """The own text of each node: nodes come before what they hold, and each piece is looked at once."""
    holes: dict[str, list[tuple[int, int]]] = {}
    for node in nodes:
        if node.parent is not None:
            holes.setdefault(node.parent, []).append((node.span.start, node.span.end))
    for node in nodes:
        # A heading names its section, whether the format says where or not.
        known = node.head if node.kind == "section" else node.name
        name = [] if known is None else [(known.start, known.end)]
        at, pieces = node.span.start, list[str]()
        for start, end in sorted([*name, *holes.get(node.key, [])]):
            pieces.append(node.source[at : max(at, start)])
            at = max(at, end)
        pieces.append(node.source[at : max(at, node.span.end)])
        yield _MARKER.sub("", folded(" ".join(pieces)), count=1)


def _words(text: str) -> frozenset[str]:
    found: set[str] = set()
    for word in _WORD.findall(text):
        if _WIDE.search(word):  # No blanks stand between words: pairs of characters take their place.
            found.update(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        else:
            found.add(word)
    return frozenset(found)


def _similarity(one: _Item, other: _Item) -> float:
    """The share of words that both have: 1 for the same words, also if there are none."""
    both = len(one.words & other.words)
    return 1.0 if one.words == other.words else both / (len(one.words) + len(other.words) - both)


class _Pairs:
    def __init__(self, old: _Side, new: _Side) -> None:
        self.old, self.new = old.items, new.items
        self.of_old: list[int | None] = [None] * len(old.items)
        self.of_new: list[int | None] = [None] * len(new.items)

    def add(self, before: _Item, after: _Item) -> None:
        """Make them one, unless one of them is another's."""
        if self.of_old[before.number] is None and self.of_new[after.number] is None:
            self.of_old[before.number], self.of_new[after.number] = after.number, before.number

    def free(self) -> tuple[list[_Item], list[_Item]]:
        return (
            [item for item in self.old if self.of_old[item.number] is None],
            [item for item in self.new if self.of_new[item.number] is None],
        )

    def have_one_parent(self, before: _Item, after: _Item) -> bool:
        if before.parent is None or after.parent is None:
            return before.parent is after.parent
        return self.of_old[before.parent] == after.parent


def _paired(old: _Side, new: _Side) -> _Pairs:
    pairs = _Pairs(old, new)
    twice = _Twice(old, new)
    _add_equal(pairs, lambda item: (item.path, item.kind, item.key, item.text) if _tells(item, twice) else None)
    _add_equal(pairs, lambda item: (item.path, item.kind, item.text) if _is_telling(item) else None)
    _add_in_holders(pairs)
    _add_equal(
        pairs,
        lambda item: (item.path, item.kind, item.key) if _tells(item, twice) else None,
        lambda before, after: _similarity(before, after) >= _LEAST_OF_ONE_KEY,
    )
    _add_in_holders(pairs)
    _add_equal(pairs, lambda item: (item.path, item.kind, item.key) if _tells(item, twice) else None)
    _add_equal(pairs, lambda item: (item.kind, item.key, item.text) if _is_telling(item) else None)
    _add_equal(pairs, lambda item: (item.kind, item.text) if _is_telling(item) else None)
    _add_similar(pairs)
    while _add_holders(pairs):
        pass
    _add_equal(pairs, lambda item: (item.path, item.kind, item.key), pairs.have_one_parent)
    _add_in_holders(pairs)
    return pairs


class _Twice:
    """The names that stand more than once in a document of a side, such as that of a part which each holder has."""

    def __init__(self, *sides: _Side) -> None:
        self._names: set[tuple[str, str, str]] = set()
        for side in sides:
            counts = Counter((item.path, item.kind, _named(item.key)) for item in side.items)
            self._names.update(name for name, count in counts.items() if count > 1)

    def __contains__(self, item: _Item) -> bool:
        return (item.path, item.kind, _named(item.key)) in self._names


def _tells(item: _Item, twice: _Twice) -> bool:
    """Whether its key says which one it is: the number behind a name that stands twice says only where it stands."""
    return _is_telling(item) or item not in twice


def _add_in_holders(pairs: _Pairs) -> None:
    """Pair parts of what is one, by their names in it, if they say much the same; outer ones come first."""
    while True:

        def trait(item: _Item, number: int | None) -> Hashable | None:
            own = _last_of(item.key) or item.key
            return None if number is None else (number, item.kind, _named(own))

        before, after = pairs.free()
        groups: dict[Hashable, tuple[list[_Item], list[_Item]]] = {}
        for item in before:
            holder = None if item.parent is None else pairs.of_old[item.parent]
            if (found := trait(item, holder)) is not None:
                groups.setdefault(found, ([], []))[0].append(item)
        for item in after:
            holder = None if item.parent is None or pairs.of_new[item.parent] is None else item.parent
            if (found := trait(item, holder)) is not None:
                groups.setdefault(found, ([], []))[1].append(item)
        made = False
        for one, other in _side_by_side(groups):
            if _similarity(one, other) >= _LEAST_OF_ONE_KEY:
                pairs.add(one, other)
                made = True
        if not made:
            return


def _is_telling(item: _Item) -> bool:
    return len(item.text) >= _SHORTEST_TEXT and len(item.words) >= _FEWEST_WORDS


def _add_equal(
    pairs: _Pairs,
    trait: Callable[[_Item], Hashable | None],
    accept: Callable[[_Item, _Item], bool] = lambda before, after: True,  # noqa: ARG005 -- each `accept` takes both
) -> None:
    """Pair what has the same trait, in the order of both sides; None is the trait of nothing."""
    groups: dict[Hashable, tuple[list[_Item], list[_Item]]] = {}
    for side, items in enumerate(pairs.free()):
        for item in items:
            if (found := trait(item)) is not None:
                groups.setdefault(found, ([], []))[side].append(item)
    for one, other in _side_by_side(groups):
        if accept(one, other):
            pairs.add(one, other)


def _side_by_side(groups: Mapping[Hashable, tuple[list[_Item], list[_Item]]]) -> Iterable[tuple[_Item, _Item]]:
    """In each group the first of both sides, the second ones, and so on."""
    for before, after in groups.values():
        yield from zip(before, after, strict=False)


def _add_similar(pairs: _Pairs) -> None:
    """Pair what shares most of its words, the most similar first, then in one document, then by place."""
    by_word: dict[tuple[str, str], tuple[list[_Item], list[_Item]]] = {}
    for side, items in enumerate(pairs.free()):
        for item in items:
            if len(item.words) >= _FEWEST_WORDS:
                for word in item.words:
                    by_word.setdefault((item.kind, word), ([], []))[side].append(item)
    candidates: dict[tuple[int, int], tuple[float, bool, tuple[tuple[str, int, str], ...]]] = {}
    for before, after in by_word.values():
        if len(before) * len(after) > _MOST_PAIRS_OF_A_WORD:
            continue
        for one in before:
            for other in after:
                at = (one.number, other.number)
                if at not in candidates:
                    places = tuple(sorted((one.at, other.at)))
                    candidates[at] = (-_similarity(one, other), one.path != other.path, places)
    for (one, other), (score, *_) in sorted(candidates.items(), key=lambda each: each[1]):
        if -score >= _LEAST_SIMILAR:
            pairs.add(pairs.old[one], pairs.new[other])


def _add_holders(pairs: _Pairs) -> bool:
    """Pair what is not paired itself, and holds most of the same parts; whether there was any."""
    votes: Counter[tuple[int, int]] = Counter()
    for before in pairs.old:
        number = pairs.of_old[before.number]
        outer = before.parent
        other = None if number is None else pairs.new[number].parent
        if outer is None or other is None or pairs.of_old[outer] is not None or pairs.of_new[other] is not None:
            continue
        if pairs.old[outer].kind == pairs.new[other].kind:
            votes[outer, other] += 1
    chosen = sorted(
        votes.items(), key=lambda each: (-each[1], sorted((pairs.old[each[0][0]].at, pairs.new[each[0][1]].at)))
    )
    for (one, other), _ in chosen:
        pairs.add(pairs.old[one], pairs.new[other])
    return bool(votes)


def _kinds(before: _Item, after: _Item, pairs: _Pairs) -> tuple[Kind, ...]:
    one, other = before.found.node, after.found.node
    is_renamed = _named(before.key) != _named(after.key) and not _is_renamed_with_holder(before, after, pairs)
    is_moved = not pairs.have_one_parent(before, after) or (before.parent is None and before.path != after.path)
    is_reworded = before.text != after.text or (before.key == after.key and folded(one.title) != folded(other.title))
    given: tuple[tuple[Kind, bool], ...] = (
        ("renamed", is_renamed), ("moved", is_moved), ("reworded", is_reworded), ("state", one.state != other.state),
    )  # fmt: skip
    return tuple(kind for kind, holds in given if holds)


def _is_renamed_with_holder(before: _Item, after: _Item, pairs: _Pairs) -> bool:
    """Whether its key only follows that of what holds it: `2.1` in the `2` that is `3` now is `3.1`."""
    one, other = before, after
    while one.parent is not None and other.parent is not None and pairs.have_one_parent(one, other):
        one, other = pairs.old[one.parent], pairs.new[other.parent]
        if one.key != other.key:
            return _last_of(before.key) == _last_of(after.key) != ""
    return False


def _named(key: str) -> str:
    """The key without the number that tells it from the same one before it."""
    return _NUMBERED.sub("", key)


def _last_of(key: str) -> str:
    found = _SUFFIX.search(key)
    return found.group() if found is not None and found.start() else ""
