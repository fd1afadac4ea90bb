"""The nodes of specs and deltas: requirements with their scenarios, parts of a delta, renames.

A heading is known by its words, at any level. In a spec, each heading right below `## Requirements` is a requirement,
as OpenSpec takes it, unless requirements stand below it; and each right below a requirement is a scenario.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Literal

from orch_lsp.document.items import matches_in
from orch_lsp.document.node import Citation, Node, Nodes
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.profiles.openspec.headings import (
    REQUIREMENT,
    SCENARIO,
    Named,
    named,
    named_by,
    operation_of,
    words_of,
)
from orch_lsp.profiles.openspec.words import REQUIREMENT_WORDS, Operation
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.document.skeleton import Skeleton
    from orch_lsp.markdown.tree import Chunk, Heading

_BASE = "base"
_ARROW = " → "
_LINE = r"(?<![^\r\n])[ \t]*(?:[-*+][ \t]+)?"
_WORD = "|".join(map(re.escape, REQUIREMENT_WORDS))
_HEADING_IN_TEXT = rf"[*_]{{0,2}}`?#{{1,6}}[ \t]*(?:{_WORD})[ \t]*[:：][ \t]*(?P<name>[^`\r\n]*)"
_LISTED = re.compile(rf"(?<![^\r\n])[ \t]*[-*+][ \t]+{_HEADING_IN_TEXT}", re.IGNORECASE)
_RENAME = re.compile(
    rf"{_LINE}[*_]{{0,2}}(?P<end>from|to)[*_]{{0,2}}[ \t]*[:：][*_]{{0,2}}[ \t]*(?:{_HEADING_IN_TEXT}|"
    rf"`?(?P<bare>[^`\r\n]*))",
    re.IGNORECASE,
)


def spec_nodes(document: SpecDocument) -> Nodes:
    """The nodes of a main spec."""
    return _nodes(document, in_spec=True)


def delta_nodes(document: SpecDocument) -> Nodes:
    """The nodes of a delta; what it modifies, removes and renames is cited as of the spec that it changes."""
    return _nodes(document, in_spec=False)


_What = Literal["requirement", "scenario", "operation", "other"]


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a heading by themselves, with offsets from its chunk's start."""

    plain: Node
    whole: Named
    words: Named
    requirement: Named | None
    """The name behind `Requirement:`."""
    scenario: Named | None
    begins: Operation | None
    """The part of a delta that it begins."""


@dataclass(frozen=True, slots=True)
class _Heading:
    what: _What
    found: Named
    operation: Operation | None
    """That of the part of a delta in which it stands."""
    requirement: str
    """Name of the requirement that it is, or belongs to."""
    plain: Node


def _nodes(document: SpecDocument, *, in_spec: bool) -> Nodes:
    skeleton, chunks = document.skeleton, document.tree.chunks
    said = tuple(skeleton.by_chunk("openspec words", None, chunks, lambda number: _words_in(chunks[number])))
    read = skeleton.once("openspec headings", (in_spec, said), lambda: _read(skeleton, said, in_spec=in_spec))
    around = skeleton.once(
        "openspec around", read, lambda: [skeleton.around_chunk(read, number, None) for number in range(len(chunks))]
    )
    if in_spec:
        return assembled(
            document,
            skeleton.by_chunk(
                "openspec spec", read, chunks, lambda number: _spec_piece(chunks[number], around[number])
            ),
        )
    if not skeleton.once("openspec lists", read, lambda: any(one.operation in _IN_LISTS for one in read)):
        return assembled(
            document,
            skeleton.by_chunk(
                "openspec delta", read, chunks,
                lambda number: _delta_piece(chunks[number], around[number], _UNCHANGED, _NO_NAMES),
            ),
        )  # fmt: skip
    changes = _changes(chunks, around)
    new_names = {rename.title.partition(_ARROW)[2]: rename.key for one in changes for rename in one.renames}
    pieces = [_delta_piece(*one, new_names) for one in zip(chunks, around, changes, strict=True)]
    return assembled(document, pieces)


def _words_in(chunk: Chunk) -> tuple[_Words, ...]:
    return chunk.once("openspec words", lambda chunk: tuple(_words(chunk.text, each) for each in chunk.headings))


def _words(text: str, heading: Heading) -> _Words:
    words = words_of(text, heading.span, heading.text)
    return _Words(
        head_of(heading), named(text, heading.span), named(text, words), named_by(REQUIREMENT, text, words),
        named_by(SCENARIO, text, words), operation_of(heading.text),
    )  # fmt: skip


def _read(skeleton: Skeleton, said: Iterable[tuple[_Words, ...]], *, in_spec: bool) -> tuple[_Heading, ...]:
    """The role of each heading, in the place where it stands."""
    every = [*chain.from_iterable(said)]
    parents = skeleton.parents
    groups = {parents[number] for number, words in enumerate(every) if words.requirement is not None}
    read: list[_Heading] = []
    operation: Operation | None = None
    requirement = ""
    for number, words in enumerate(every):
        above = read[parents[number]] if parents[number] >= 0 else None
        below_requirements = above is not None and skeleton.profile_keys[parents[number]] == "requirements"
        begun = None if in_spec else words.begins
        if begun is not None or (above is None and skeleton.levels[number] <= 2):
            operation = begun
        what, found = _what(
            words, above, begun, is_group=number in groups, may_be_requirement=in_spec and below_requirements
        )
        if what == "requirement":
            requirement = found.name
        elif what != "scenario" and (above is None or above.what not in {"requirement", "scenario"}):
            requirement = ""
        read.append(_Heading(what, found, operation, requirement, words.plain))
    return tuple(read)


def _what(
    words: _Words, above: _Heading | None, begun: Operation | None, *, is_group: bool, may_be_requirement: bool
) -> tuple[_What, Named]:
    if begun is not None:
        return "operation", words.whole
    if words.requirement is not None:
        return "requirement", words.requirement
    if words.scenario is not None:
        return "scenario", words.scenario
    if is_group or above is None:
        return "other", words.words
    if above.what == "requirement":
        return "scenario", words.words
    return ("requirement" if may_be_requirement else "other"), words.words


def _head(heading: _Heading) -> Node:
    found, node = heading.found, heading.plain
    if heading.what == "operation":
        return replace(node, kind="delta")
    if heading.what == "scenario":
        key = f"{heading.requirement}/Scenario: {found.name}"
        return replace(node, kind="scenario", key=key, title=found.name, name=found.span)
    if heading.what != "requirement":
        return node
    # The requirement that it names stands elsewhere; a finding is placed on its own heading.
    elsewhere = heading.operation in {"modified", "removed"}
    return replace(
        node,
        kind="delta" if heading.operation in {"removed", "renamed"} else "requirement",
        key=f"Requirement: {found.name}",
        title=found.name,
        name=node.name if elsewhere else found.span,
    )


_Around = tuple[_Heading | None, ...]
"""The heading in front of a chunk, then its own."""


def _heads(around: _Around) -> tuple[Node, ...]:
    return tuple(_head(heading) for heading in around[1:] if heading is not None)


def _spec_piece(chunk: Chunk, around: _Around) -> Piece:
    return chunk.once("openspec spec", lambda _: Piece(_heads(around)), around[1:])


_Operations = tuple[Operation | None, ...]
"""The part of a delta in which a chunk begins, then that of each of its headings."""


@dataclass(frozen=True, slots=True)
class _Changes:
    """The requirements that lists and lines of a chunk of a delta remove and rename."""

    nodes: tuple[Node, ...] = ()
    citations: tuple[Citation, ...] = ()
    renames: tuple[Node, ...] = ()
    """Those of the nodes that are renames."""
    open_from: Named | None = None
    """The name behind a `FROM:` at its end, whose `TO:` stands in a later chunk."""
    open_at: int | None = None
    """Where that line begins, counted from the end of the chunk; None for one of an earlier piece."""


_UNCHANGED = _Changes()
_NO_NAMES: Mapping[str, str] = {}
_IN_LISTS = frozenset(("removed", "renamed"))
"""The operations of which lists and lines may tell."""


def _changes(chunks: Sequence[Chunk], around: Sequence[_Around]) -> list[_Changes]:
    found: list[_Changes] = []
    begun: Named | None = None
    at: int | None = None
    for chunk, headings in zip(chunks, around, strict=True):
        if chunk.begins == "piece":
            at = None
        operations: _Operations = tuple(None if heading is None else heading.operation for heading in headings)
        if "removed" not in operations and "renamed" not in operations:
            found.append(_UNCHANGED)
            at = None if at is None else at - len(chunk.text)
            continue
        given = (operations, begun, at)
        one = chunk.once("openspec changes", partial(_read_changes, *given), given)
        begun, at = one.open_from, one.open_at
        found.append(one)
    return found


def _read_changes(operations: _Operations, begun: Named | None, at: int | None, chunk: Chunk) -> _Changes:
    listed, removed = _listed(chunk, operations)
    renames, renamed, open_from, start = _renames(chunk, operations, begun, at)
    open_at = None if start is None else start - len(chunk.text)
    return _Changes((*listed, *renames), (*removed, *renamed), tuple(renames), open_from, open_at)


def _listed(chunk: Chunk, operations: _Operations) -> tuple[list[Node], list[Citation]]:
    """Requirements that a list removes: `- ### Requirement: NAME`."""
    nodes: list[Node] = []
    citations: list[Citation] = []
    for found in _matches_in(chunk, operations, "removed", _LISTED):
        name = named(chunk.text, Span(*found.span("name")))
        if name.name:
            line = Span(_after_blanks(found), found.end())
            nodes.append(Node("delta", f"Requirement: {name.name}", name.name, line, name=line))
            citations.append(_of_base("removes", name))
    return nodes, citations


def _renames(
    chunk: Chunk, operations: _Operations, begun: Named | None, at: int | None
) -> tuple[list[Node], list[Citation], Named | None, int | None]:
    """Pairs of lines: `- FROM: ### Requirement: OLD`, then `- TO: ### Requirement: NEW`.

    Of a pair with a heading between its lines the second line alone is the rename.

    Args:
        chunk: The chunk.
        operations: The parts of a delta in it.
        begun: The name of a first line in an earlier chunk, if its second one has not come.
        at: Where that line begins, in front of the chunk; None if a heading has followed.

    Returns:
        Nodes and citations, then the name and the place of a first line whose second one stands in a later chunk.
    """
    nodes: list[Node] = []
    citations: list[Citation] = []
    old, start = begun, at
    for found in _matches_in(chunk, operations, "renamed", _RENAME):
        name = named(chunk.text, Span(*found.span("name" if found["name"] is not None else "bare")))
        if not name.name:
            continue
        if found["end"].casefold() == "from":
            citations.append(_of_base("renames", name))
            old, start = name, _after_blanks(found)
        elif old is not None:
            span = Span(_after_blanks(found) if start is None else start, found.end())
            title = f"{old.name}{_ARROW}{name.name}"
            nodes.append(Node("delta", f"RENAMED Requirement: {old.name}", title, span, name=name.span))
            old = start = None
    return nodes, citations, old, start


def _matches_in(
    chunk: Chunk, operations: _Operations, operation: Operation, pattern: re.Pattern[str]
) -> Iterator[re.Match[str]]:
    """Matches in the parts of this operation, where there are such."""
    if operation not in operations:
        return
    starts = [heading.span.start for heading in chunk.headings]
    for found in matches_in(chunk, pattern):
        if operations[bisect_right(starts, found.start())] == operation:
            yield found


def _delta_piece(chunk: Chunk, around: _Around, changes: _Changes, new_names: Mapping[str, str]) -> Piece:
    """Args: new_names: The key of each rename, by the name that it gives: OpenSpec renames before it modifies."""
    modified = tuple(
        new_names.get(one.found.name) for one in around[1:] if one is not None and one.what == "requirement"
    )

    def make(_: Chunk) -> Piece:
        return Piece(_heads(around), changes.nodes, (*changes.citations, *_citations(around, new_names)))

    return chunk.once("openspec delta", make, (around[1:], changes, modified))


def _citations(around: _Around, new_names: Mapping[str, str]) -> Iterator[Citation]:
    for heading in around[1:]:
        if heading is None or heading.what != "requirement" or not heading.found.name:
            continue
        if heading.operation == "removed":
            yield _of_base("removes", heading.found)
        elif heading.operation == "modified" and heading.found.name in new_names:
            yield Citation("cites", heading.found.span, new_names[heading.found.name])
        elif heading.operation == "modified":
            yield _of_base("modifies", heading.found)


def _of_base(relation: Literal["modifies", "removes", "renames"], name: Named) -> Citation:
    return Citation(relation, name.span, f"Requirement: {name.name}", _BASE)


def _after_blanks(found: re.Match[str]) -> int:
    """Where a match begins, without the indentation of its line."""
    return found.end() - len(found[0].lstrip(" \t"))
