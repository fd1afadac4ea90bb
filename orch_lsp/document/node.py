"""The nodes of a document: sections, requirements, tasks and the like, with their citations.

The model is the same for all formats; a profile says which nodes a document has. Offsets are code points into the
document's text. Values only; making them never raises and takes time linear in the document.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from typing_extensions import override

from orch_lsp.document.carried import Carried
from orch_lsp.text import Span, new_span, normalised, sha256

_Made = TypeVar("_Made")

NodeKind = Literal[
    "section",
    "requirement",
    "success_criterion",
    "story",
    "criterion",
    "scenario",
    "task",
    "checklist_item",
    "question",
    "property",
    "entity",
    "delta",
]
State = Literal["open", "done", "in_progress", "optional"]
Relation = Literal["cites", "covers", "validates", "modifies", "removes", "renames", "supersedes", "tests"]

# A run of marks is tried anew at each of its characters: without a bound the time grows with the square of its length.
_EMPHASIS = re.compile(r"(?<!\w)[*_`~]{1,32}(?=\w)|(?<=[\w.,;:!?)])[*_`~]{1,32}(?!\w)")
_BOX = re.compile(r"\[[xX~-]\]")
_LINE_END = re.compile(r"[\r\n]")
_DUPLICATE = re.compile(r"~\d+\Z")
_NOT_WORD = re.compile(r"[\W_]+")
_STOPS = " ,;:.…，；：。、"
_LONGEST_SLUG = 60
_WORDS_OF_A_TITLE = 12
_LONGEST_TITLE = 160
"""In characters: some scripts have no blanks between words."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A place that names a node, of this document or of another one."""

    relation: Relation
    span: Span
    """The text that names it: `FR-003` of `per FR-003 (partial)`, one end of a range."""
    key: str
    """The key of the node that is named; empty for a spec as a whole."""
    scope: str | None = None
    """The spec in which it stands, as the document's format calls it (`scope_named`); None for its own."""
    range: Span | None = field(default=None, compare=False)
    """The whole of a range such as `T009-T021`, shared by all that it names; None for an id alone."""


def cited_at(citation: Citation, by: int) -> Citation:
    """A citation with another offset."""
    made = object.__new__(Citation)
    (start, end), whole = citation.span, citation.range
    _set_relation(made, citation.relation)
    _set_span(made, new_span(Span, (start + by, end + by)))
    _set_key(made, citation.key)
    _set_scope(made, citation.scope)
    _set_range(made, None if whole is None else Span(whole.start + by, whole.end + by))
    return made


# Half the time of making one in the usual way; documents have thousands, and each key moves those behind it.
_set_relation, _set_span, _set_key, _set_scope, _set_range = (
    vars(Citation)[one.name].__set__ for one in fields(Citation)
)


UNMOVED = "unmoved"
"""Where a node that was moved keeps its citations as they were, and by how much it was moved since."""


@dataclass(frozen=True)
class Node:
    """Something addressable."""

    kind: NodeKind
    key: str
    """Stable address, unique in the document: `FR-003`, `US1/AC2`, `2.3`, a section's key; duplicates end in `~2`."""
    title: str
    """A line for a list, without markers and ids."""
    span: Span
    """All of it, with what it holds: a section to the next heading of its level, an item with the items in it."""
    state: State | None = None
    """None for what has no state."""
    name: Span | None = None
    """Where its key, or its heading, stands; None for the beginning of `span`."""
    parent: str | None = None
    """Key of the innermost node around it."""
    citations: tuple[Citation, ...] = field(default_factory=tuple[Citation, ...])
    """The citations of its own text, without those of the nodes in it."""
    source: str = field(default="", repr=False, compare=False)
    """The text of the document."""

    if not TYPE_CHECKING:  # With it, a type checker would take every name for that of an attribute.

        def __getattr__(self, name: str) -> tuple[Citation, ...]:
            """Moves the citations of a node that was moved, once somebody asks where they are."""
            if name != "citations" or UNMOVED not in self.__dict__:
                raise AttributeError(name)
            cited, by = self.__dict__[UNMOVED]
            made = self.__dict__[name] = tuple([cited_at(one, by) for one in cited])
            return made

    @property
    def cites(self) -> Sequence[Citation]:
        """As `citations`, for those who do not ask where they are: their places may be those of an earlier text."""
        values = self.__dict__
        return values["citations"] if "citations" in values else values[UNMOVED][0]

    @property
    def head(self) -> Span:
        """Where it is named: its name, else its first line; always in `span`."""
        if self.name is not None:
            return self.name
        line_end = _LINE_END.search(self.source, self.span.start, self.span.end)
        return Span(self.span.start, line_end.start() if line_end else self.span.end)

    @cached_property
    def sha256(self) -> str:
        """Hash of its text as it is compared: without differences of blanks, case, emphasis, and of a box's state."""
        return sha256(folded(self.source[self.span.start : self.span.end]))

    @cached_property
    def text_hash(self) -> int:
        """A hash of its text as it stands; cheap, and of this process alone."""
        return hash(self.source[self.span.start : self.span.end])


def bare_key(key: str) -> str:
    """A key without the number that tells it from others that are the same: `T084` of `T084~2`."""
    return _DUPLICATE.sub("", key)


def scope_named(name: str | None, own: str | None, places: Mapping[str, str]) -> str | None:
    """The scope that a citation names: `specs/auth` is `auth` below the place `specs`.

    Args:
        name: `Citation.scope`.
        own: The scope of the document that holds it, which is meant by None.
        places: `Recognition.places` of that document.

    Returns:
        None for a place that is not known.
    """
    if name is None:
        return own
    place, slash, rest = name.partition("/")
    return f"{places[place]}{slash}{rest}" if place in places else None


@dataclass(frozen=True)
class Nodes:
    """The nodes of one document, in document order, a parent before what it holds."""

    nodes: Sequence[Node] = ()
    loose: tuple[Citation, ...] = ()
    """Citations that stand in no node."""

    def anywhere(self) -> Iterable[Node]:
        """The nodes, for those who do not ask where they are: their places and `source` may be of an earlier text."""
        return self.nodes.anywhere() if isinstance(self.nodes, Carried) else self.nodes

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """The value that `make` gives, made once for these nodes and kept with them. Two threads may both make it."""
        if key not in self._derived:
            self._derived[key] = make()
        return self._derived[key]

    @cached_property
    def _derived(self) -> dict[Hashable, Any]:
        return {}

    @cached_property
    def by_key(self) -> Mapping[str, Node]:
        """Each node by its key."""
        if isinstance(self.nodes, tuple):
            return {node.key: node for node in self.nodes}
        return _ByKey(self.nodes, self._numbers)

    def once_for_shape(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """As `once`, of what goes by the keys, kinds and states of nodes alone: an edit of words keeps it."""
        if key not in self._of_shape:
            self._of_shape[key] = make()
        return self._of_shape[key]

    @cached_property
    def _of_shape(self) -> dict[Hashable, Any]:
        return {}

    @property
    def kinds(self) -> frozenset[tuple[NodeKind, State | None]]:
        """The kinds of nodes that there are, each with the states that they have."""
        return self.once_for_shape("kinds", lambda: frozenset(map(_kind_and_state, self.anywhere())))

    def of_kind(self, kind: NodeKind) -> Sequence[Node]:
        """The nodes of a kind."""
        numbers = self.once_for_shape("of kinds", self._numbers_by_kind)
        return [self.nodes[number] for number in numbers.get(kind, ())]

    def _numbers_by_kind(self) -> Mapping[NodeKind, Sequence[int]]:
        found: dict[NodeKind, list[int]] = {}
        for number, node in enumerate(self.anywhere()):
            found.setdefault(node.kind, []).append(number)
        return found

    @cached_property
    def named(self) -> frozenset[tuple[Relation, str | None]]:
        """The relations of their citations, each with the scopes that these name."""
        return frozenset(map(_relation_and_scope, chain(self.loose, *filter(None, map(_cites, self.anywhere())))))

    def with_others(self, nodes: Sequence[Node], others: Iterable[tuple[Node, Node]]) -> Nodes:
        """The nodes of an edited text, with keys and loose citations as here.

        Args:
            nodes: All of them.
            others: Those that were not only moved, each as it was and as it is.
        """
        made = Nodes(nodes, self.loose)
        # Going through all nodes is left out at a key: they have what these had.
        made.__dict__["_numbers"] = self._numbers
        if all(_kind_and_state(old) == _kind_and_state(new) for old, new in others):
            made.__dict__["_of_shape"] = self._of_shape
        if all(_named_by(old) == _named_by(new) for old, new in others):
            made.__dict__["named"] = self.named
        return made

    def number_of(self, key: str) -> int:
        """The number of the node with this key, counted from 0."""
        return self._numbers[key]

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {node.key: number for number, node in enumerate(self.anywhere())}

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        """All citations in document order."""
        return tuple(sorted(chain(self.loose, *map(_own_citations, self.nodes)), key=place_of))

    def around(self, offset: int) -> tuple[Node, ...]:
        """The nodes that hold `offset`, the innermost first. A node's end belongs to it unless another begins there."""
        node = self.at(offset)
        found: list[Node] = []
        while node is not None:
            found.append(node)
            node = self._parent_of(node)
        return tuple(found)

    def within(self, node: Node) -> Sequence[Node]:
        """The nodes that stand in one of these, in document order."""
        first = bisect_left(self.nodes, node.span.start, key=_start)
        while first < len(self.nodes) and self.nodes[first] is not node:
            first += 1
        last = first + 1
        inner = {node.key}
        while last < len(self.nodes) and self.nodes[last].parent in inner:
            inner.add(self.nodes[last].key)
            last += 1
        return self.nodes[first + 1 : last]

    def at(self, offset: int) -> Node | None:
        """The innermost node that holds `offset`."""
        number = bisect_right(self.nodes, offset, key=_start) - 1
        node = self.nodes[number] if number >= 0 else None
        while node is not None and offset > node.span.end:
            node = self._parent_of(node)
        return node

    def citation_at(self, offset: int) -> Citation | None:
        """The citation whose text holds `offset`, its end included; the one that begins there of two that touch.

        Of a range it is the end that stands there, and one of the ids between only between them.
        """
        number = bisect_right(self.citations, offset, key=lambda citation: citation.span.start) - 1
        found: Citation | None = None
        start = self.citations[number].span.start if number >= 0 else 0
        while number >= 0 and (citation := self.citations[number]).span.start == start:
            if offset <= citation.span.end and (found is None or citation.span.end < found.span.end):
                found = citation
            number -= 1
        return found

    def _parent_of(self, node: Node) -> Node | None:
        return None if node.parent is None else self.by_key.get(node.parent)


class _ByKey(Mapping[str, Node]):
    """Nodes by their keys, of which those alone are made that somebody looks up."""

    def __init__(self, nodes: Sequence[Node], numbers: Mapping[str, int]) -> None:
        self._nodes = nodes
        self._numbers = numbers

    @override
    def __getitem__(self, key: str) -> Node:
        return self._nodes[self._numbers[key]]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    @override
    def __len__(self) -> int:
        return len(self._numbers)


def _named_by(node: Node) -> set[tuple[Relation, str | None]]:
    return set(map(_relation_and_scope, node.cites))


def gathered(text: str, nodes: Iterable[Node], citations: Iterable[Citation] = ()) -> Nodes:
    """Nodes as a profile found them, in any order, made one tree.

    Duplicate keys are numbered in document order; a node stands in the smallest one that holds it whole; a citation
    belongs to the innermost node around it. A citation of a node by itself, at its name, is dropped.
    """
    ordered = sorted(nodes, key=lambda node: (node.span.start, -node.span.end))
    counts: dict[str, int] = {}
    taken = {node.key for node in ordered}
    keys = [_numbered(node.key, counts, taken) for node in ordered]
    parents = parents_of(ordered)
    of_node, loose = cited_by(ordered, parents, citations)
    found = (
        Node(
            node.kind, keys[number], node.title, node.span, node.state, node.name,
            keys[parents[number]] if parents[number] >= 0 else None, tuple(of_node.get(number, ())), text,
        )
        for number, node in enumerate(ordered)
    )  # fmt: skip
    return Nodes(tuple(found), tuple(loose))


_kind_and_state: Callable[[Node], tuple[NodeKind, State | None]] = attrgetter("kind", "state")
_relation_and_scope: Callable[[Citation], tuple[Relation, str | None]] = attrgetter("relation", "scope")
_cites: Callable[[Node], Sequence[Citation]] = attrgetter("cites")
_own_citations: Callable[[Node], tuple[Citation, ...]] = attrgetter("citations")
place_of: Callable[[Citation], Span] = attrgetter("span")
"""Where a citation stands, to sort by."""


def _start(node: Node) -> int:
    return node.span.start


def parents_of(ordered: Sequence[Node]) -> list[int]:
    """For each node the number of the smallest one before it that holds it whole, -1 for none."""
    parents: list[int] = []
    around: list[int] = []
    for number, node in enumerate(ordered):
        while around and ordered[around[-1]].span.end < node.span.end:
            around.pop()
        # One that ends where this one begins holds nothing of it, unless this one is empty.
        while around and ordered[around[-1]].span.end <= node.span.start < node.span.end:
            around.pop()
        parents.append(around[-1] if around else -1)
        around.append(number)
    return parents


def cited_by(
    ordered: Sequence[Node], parents: Sequence[int], citations: Iterable[Citation]
) -> tuple[dict[int, list[Citation]], list[Citation]]:
    """Citations by the number of the innermost node around them, and those in none; not those at a name."""
    names = {node.name for node in ordered}
    starts = [node.span.start for node in ordered]
    of_node: dict[int, list[Citation]] = {}
    loose: list[Citation] = []
    for citation in sorted(citations, key=place_of):
        if citation.span in names:
            continue
        number = bisect_right(starts, citation.span.start) - 1
        while number >= 0 and ordered[number].span.end < citation.span.end:
            number = parents[number]
        (loose if number < 0 else of_node.setdefault(number, [])).append(citation)
    return of_node, loose


def _numbered(key: str, counts: dict[str, int], taken: set[str]) -> str:
    counts[key] = number = counts.get(key, 0) + 1
    if number == 1:
        return key
    while (numbered := f"{key}~{number}") in taken:
        number += 1
    counts[key] = number
    taken.add(numbered)
    return numbered


def folded(text: str) -> str:
    """Text as nodes are compared: one line, lower case, without emphasis, with open boxes."""
    bare = _BOX.sub("[ ]", _EMPHASIS.sub("", normalised(text)))
    return " ".join(bare.casefold().split())


def shortened(text: str) -> str:
    """The first words of a text, on one line, as the title of a node; `…` follows where more did."""
    words = text.split()
    whole = " ".join(words[:_WORDS_OF_A_TITLE])
    if len(words) <= _WORDS_OF_A_TITLE and len(whole) <= _LONGEST_TITLE:
        return whole
    return f"{whole[:_LONGEST_TITLE].rstrip(_STOPS)}…"


def slug(words: str) -> str:
    """Words as a key: lower case, with hyphens, at most 60 characters; empty without letters and digits."""
    return _NOT_WORD.sub("-", words.casefold())[:_LONGEST_SLUG].strip("-")
