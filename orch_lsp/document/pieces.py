"""Nodes of a document put together from pieces, one a chunk, so that an edit makes only those anew that it touched.

A piece counts from the start of its chunk and is kept with it. The nodes of an edited document are taken over from the
ones before, moved by the length of the edit, if the pieces of the touched chunks have nodes of the same keys in the
same order and nesting. Otherwise they are gathered from all pieces. Both give the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from orch_lsp.document.carried import Carried
from orch_lsp.document.edited import BEFORE, Edited
from orch_lsp.document.node import UNMOVED, Citation, Node, Nodes, cited_at, cited_by, gathered, parents_of, place_of
from orch_lsp.text import Span, new_span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Heading

_ASSEMBLY = "assembly"
TAKEN = "taken over"
"""Where a document keeps its `TakenOver`, among `SpecDocument.derived`; documents that were gathered have none."""
_KEPT = "kept"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Nodes that were taken over from the document before an edit: they have its keys, kinds aside, and nesting."""

    first: int
    """Number of the first node that was made anew."""
    end: int
    """Number of the first one behind them."""
    start: int
    """The offset up to which all is as before."""
    by: int
    """How far all behind the edit was moved."""
    behind: int
    """The offset in the text before from which on all is only moved."""
    chunks: range
    """Numbers of the chunks that are others; there are as many as before."""
    remade: tuple[tuple[Node, Node], ...]
    """The nodes that were made anew, and the innermost one around them, each as it was and as it is."""
    kept: Mapping[Hashable, Any]
    """The values that the document before kept."""


def keep(document: SpecDocument, name: Hashable, value: object) -> None:
    """Keep a value of the nodes of a document for the one after an edit."""
    document.derived.setdefault(_KEPT, {})[name] = value


def kept_before(document: SpecDocument, name: Hashable) -> Any | None:
    """The value of this name that the document before the edit kept; None if the nodes were not taken over from it."""
    taken: TakenOver | None = document.derived.get(TAKEN)
    return None if taken is None else taken.kept.get(name)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """The nodes and citations of a chunk, with offsets from its start. Two are the same only if they are one object."""

    heads: tuple[Node | None, ...] = ()
    """A node for each heading of the chunk (`head_of`), None for one that has none. A head without a key is a section,
    and gets that section's key; its span is made to reach to the next heading of its level."""
    nodes: tuple[Node, ...] = ()
    """The other nodes, few of which reach out of the chunk."""
    citations: tuple[Citation, ...] = ()


NOTHING = Piece()


def head_of(heading: Heading) -> Node:
    """The node of a heading that is a section and nothing else, to be changed with `dataclasses.replace`."""
    return Node("section", "", heading.text, heading.span, name=heading.span)


@dataclass(frozen=True, slots=True)
class _Assembly:
    pieces: tuple[Piece, ...]
    loose: tuple[Citation, ...]
    nodes: Nodes


def assembled(document: SpecDocument, pieces: Sequence[Piece], loose: Iterable[Citation] = ()) -> Nodes:
    """The nodes of a document.

    Args:
        document: The document.
        pieces: One for each chunk of its tree.
        loose: Citations in its front matter, with offsets of the text.
    """
    made, before_it = tuple(pieces), tuple(loose)
    edited: Edited | None = document.derived.pop(BEFORE, None)
    known: _Assembly | None = None if edited is None else edited.before.derived.get(_ASSEMBLY)
    nodes = None
    if edited is not None and known is not None and known.loose == before_it:
        taking = _Taking(document, edited, known, made)
        nodes = taking.nodes()
        if nodes is not None:
            document.derived[TAKEN] = taking.told(edited.before.derived.get(_KEPT, {}))
    if nodes is None:
        nodes = _gathered(document, made, before_it)
    document.derived[_ASSEMBLY] = _Assembly(made, before_it, nodes)
    return nodes


def _gathered(document: SpecDocument, pieces: tuple[Piece, ...], loose: tuple[Citation, ...]) -> Nodes:
    bases = document.tree.starts
    nodes = [_moved(node, base) for piece, base in zip(pieces, bases, strict=True) for node in piece.nodes]
    citations = [cited_at(one, base) for piece, base in zip(pieces, bases, strict=True) for one in piece.citations]
    sections, closers, length = document.sections, document.skeleton.closers, len(document.text)
    heads = chain.from_iterable(_heads(piece, base) for piece, base in zip(pieces, bases, strict=True))
    for section, closer, head in zip(sections, closers, heads, strict=True):
        if head is not None:
            end = length if closer is None else sections[closer].heading.start
            nodes.append(_head(head, section.key, Span(section.heading.start, end)))
    return gathered(document.text, nodes, [*loose, *citations])


def _heads(piece: Piece, base: int) -> Iterable[Node | None]:
    return (None if head is None else _moved(head, base) for head in piece.heads)


def _head(head: Node, key: str, span: Span) -> Node:
    return _with(head, key=head.key or key, span=span)


def _with(node: Node, **changed: object) -> Node:
    """As `dataclasses.replace`, for nodes by the thousand; what was derived from the node stays."""
    made = object.__new__(Node)
    values = made.__dict__
    values.update(node.__dict__)
    values.update(changed)
    return made


def _moved(node: Node, by: int) -> Node:
    name = node.name
    return _with(
        node, span=Span(node.span.start + by, node.span.end + by),
        name=None if name is None else Span(name.start + by, name.end + by),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Origin:
    """Nodes of an earlier text, and what became of them since: an edit in one place, or several."""

    nodes: tuple[Node, ...]
    first: int
    """Number of the first node that was made anew."""
    end: int
    """Number of the first one behind them."""
    start: int
    """The offset up to which all is as it was."""
    by: int
    """How far all behind the edits was moved."""
    around: tuple[int, ...]
    """Numbers of the nodes in front of those that were made anew that reach beyond `start`, the innermost first."""


class _CarriedNodes(Carried[Node]):
    """The nodes of an edited text."""

    def __init__(self, origin: _Origin, made: Mapping[int, Node], text: str) -> None:
        super().__init__(origin.nodes, made)
        self.origin = origin
        self._text = text

    @override
    def _moved(self, number: int, was: Node) -> Node:
        """Made in the cheapest way that there is: those who go through all of a document make a thousand."""
        made = object.__new__(Node)
        values = made.__dict__
        values.update(was.__dict__)
        values["source"] = self._text
        by = self.origin.by
        if by and number >= self.origin.end:
            start, end = was.span
            values["span"] = new_span(Span, (start + by, end + by))
            if (name := was.name) is not None:
                values["name"] = new_span(Span, (name[0] + by, name[1] + by))
            if (cited := values.get("citations")) is None:
                cited, before = values[UNMOVED]
                values[UNMOVED] = (cited, before + by)
            elif cited:
                # A node may have many, and hardly anybody asks where all of them are.
                del values["citations"]
                values[UNMOVED] = (cited, by)
        return made


class _Taking:
    """Takes over the nodes of a document that was edited."""

    def __init__(self, document: SpecDocument, edited: Edited, known: _Assembly, pieces: tuple[Piece, ...]) -> None:
        self._tree = document.tree
        self._text = document.text
        self._before = edited.before.tree
        self._first, self._last = edited.first, edited.last
        self._known = known
        self._pieces = pieces
        self._old = known.nodes.nodes
        self._start = self._tree.starts[edited.first]
        """Where the first touched chunk begins, then and now."""
        self._by = len(self._text) - len(self._before.text)
        self._touched_end = (*self._before.starts, len(self._before.text))[edited.last + 1]
        """Where the last touched chunk ended."""
        touched = range(edited.first, edited.last + 1)
        self._places_made = (0, 0)
        self._remade: tuple[tuple[Node, Node], ...] = ()
        self._headed_from = next((chunk for chunk in touched if pieces[chunk].heads), len(pieces))
        """The first touched chunk that has a heading: what stands in later ones belongs to that, or to a later one."""
        self._moved_starts = {self._before.starts[chunk]: self._tree.starts[chunk] for chunk in touched}

    def nodes(self) -> Nodes | None:
        """The nodes; None if they have to be gathered."""
        places = self._places()
        # Citations in front of the first heading stand in no node.
        if places is None or any(one.span.end > self._start for one in self._known.nodes.loose):
            return None
        first, end = self._places_made = places
        fresh: list[Node] = []
        cited: list[Citation] = []
        for chunk in range(self._first, self._last + 1):
            nodes = self._fresh(chunk, first + len(fresh), cited)
            if nodes is None:
                return None
            fresh += nodes
        origin = self._origin()
        around = origin.around
        if any(self._ends_within(self._old[number].span.end) for number in around) or (cited and not around):
            return None
        made = {number: self._around_edit(self._old[number]) for number in around}
        made.update(enumerate(fresh, first))
        for number in around[:1]:
            own = tuple(sorted((*made[number].citations, *cited), key=place_of))
            made[number] = _with(made[number], citations=own)
        self._remade = tuple((self._old[number], made[number]) for number in (*around[:1], *range(first, end)))
        carried = _CarriedNodes(origin, made, self._text)
        return self._known.nodes.with_others(carried, self._remade)

    def _origin(self) -> _Origin:
        """The nodes of which those beside the edit are made: of where somebody types on, those before the first key."""
        first, end = self._places_made
        old = self._old
        known = old.origin if isinstance(old, _CarriedNodes) else None
        if known is not None and (known.first, known.end, known.start) == (first, end, self._start):
            return replace(known, by=known.by + self._by)
        nodes = tuple(old)
        around = tuple(number for number in range(first - 1, -1, -1) if nodes[number].span.end > self._start)
        return _Origin(nodes, first, end, self._start, self._by, around)

    def _ends_within(self, end: int) -> bool:
        """Whether a node that ended there ended within a touched chunk."""
        return end < self._touched_end and end not in self._moved_starts

    def told(self, kept: Mapping[Hashable, Any]) -> TakenOver:
        """Facts about the nodes that were taken over, once they were."""
        first, end = self._places_made
        chunks = range(self._first, self._last + 1)
        return TakenOver(first, end, self._start, self._by, self._touched_end, chunks, self._remade, kept)

    def _places(self) -> tuple[int, int] | None:
        """The numbers of the first old node of the touched chunks, and of the first one behind them."""
        old, new, behind = self._known.pieces, self._pieces, self._last + 1
        if old[: self._first] != new[: self._first] or old[behind:] != new[behind:]:
            return None
        starts = self._before.starts
        first = bisect_left(self._old, starts[self._first], key=_start)
        end = len(self._old) if behind == len(starts) else bisect_left(self._old, starts[behind], key=_start)
        count = sum(len(piece.heads) + len(piece.nodes) for piece in new[self._first : behind])
        return (first, end) if count == end - first else None

    def _around_edit(self, node: Node) -> Node:
        """A node that holds the edit, with its citations in front of the touched chunks and behind them."""
        span = Span(node.span.start, self._offset(node.span.end))
        made = _with(node, span=span, source=self._text)
        if node.citations and node.citations[-1].span.end > self._start:
            made.__dict__["citations"] = (
                *(one for one in node.citations if one.span.start < self._start),
                *self._cited_behind(node),
            )
        made.__dict__.pop("sha256", None)
        made.__dict__.pop("text_hash", None)
        return made

    def _cited_behind(self, node: Node) -> Iterator[Citation]:
        """The citations of an old node behind the touched chunks."""
        return (cited_at(one, self._by) for one in node.citations if one.span.start >= self._touched_end)

    def _fresh(self, chunk: int, at: int, cited: list[Citation]) -> list[Node] | None:
        """The nodes of a touched chunk, the old ones of which begin with number `at`; None if others are needed.

        Citations in none of them are added to `cited`.
        """
        piece = self._pieces[chunk]
        ordered = _ordered(piece, len(self._tree.chunks[chunk].text))
        known = _ordered(self._known.pieces[chunk], len(self._before.chunks[chunk].text))
        if ordered is None or known is None or [node.key for node in ordered] != [node.key for node in known]:
            return None
        parents = parents_of(ordered)
        of_node, loose = cited_by(ordered, parents, piece.citations)
        if parents != parents_of(known) or (loose and chunk > self._headed_from):
            return None
        base, made = self._tree.starts[chunk], list[Node]()
        cited += (cited_at(one, base) for one in loose)
        for number, node in enumerate(ordered):
            old, name = self._old[at + number], node.name
            is_head = number < len(piece.heads)
            if is_head and self._ends_within(old.span.end):
                return None
            end = self._offset(old.span.end) if is_head else base + node.span.end
            own = [cited_at(one, base) for one in of_node.get(number, ())]
            made.append(
                Node(
                    node.kind, old.key, node.title, Span(base + node.span.start, end), node.state,
                    None if name is None else Span(base + name.start, base + name.end), old.parent,
                    (*own, *self._cited_behind(old)) if is_head else tuple(own), self._text,
                )
            )  # fmt: skip
        return made

    def _offset(self, offset: int) -> int:
        """Where the end of a section that is not in front of the edit is now."""
        return self._moved_starts.get(offset, offset + self._by)


def _start(node: Node) -> int:
    return node.span.start


def _ordered(piece: Piece, length: int) -> list[Node] | None:
    """The nodes of a piece as a document has them; None if it has a heading but for one in front of all of them."""
    if len(piece.heads) > 1 or None in piece.heads:
        return None
    heads = [_with(head, span=Span(head.span.start, length)) for head in piece.heads if head is not None]
    if any(node.span.start < 0 or node.span.end > length for node in piece.nodes):
        return None
    ordered = sorted((*piece.nodes, *heads), key=lambda node: (node.span.start, -node.span.end))
    return ordered if not heads or ordered[0] is heads[0] else None
