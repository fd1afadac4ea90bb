"""Requirements as blocks of a document: a heading, its own words, and scenarios below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import Node, NodeKind
from orch_lsp.markdown.tree import Tree
from orch_lsp.rules.rule import Subject
from orch_lsp.text import Span, end_of_line

_METADATA = re.compile(
    r"(?:\s*\*\*[^*\r\n]+\*\*[ \t]*:[^\r\n]*(?:\r\n|\n|\r|\Z)|\s*\*\*[^*\r\n]+:\*\*[^\r\n]*(?:\r\n|\n|\r|\Z))+"
)
_PART = "-requirements"
_KINDS: frozenset[NodeKind] = frozenset(("requirement", "delta"))
_HEADED: frozenset[NodeKind] = frozenset(("requirement", "delta", "section"))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario below a requirement."""

    node: Node
    section: Section
    written: bool
    """Whether anything stands below its heading."""


@dataclass(frozen=True)
class Block:
    """A requirement, or what a delta says of one, where it has a heading of its own."""

    node: Node
    section: Section
    part: str | None
    """Where it stands: `requirements`, or the part of a delta (`added`); None outside of all."""
    document: SpecDocument = field(compare=False, repr=False)

    @cached_property
    def words(self) -> str:
        """Its own text up to the first heading below it, without code, comments, and lines as `**Priority**: P1`."""
        return _words(self.document.tree, self.section)

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios below it."""
        return tuple(_scenarios(self.document, self.node))

    @property
    def whole(self) -> bool:
        """Whether it says all that holds, and not only that a requirement goes or has another name."""
        return self.node.kind == "requirement"


def blocks(subject: Subject) -> tuple[Block, ...]:
    """All blocks in document order."""
    document = subject.document
    return document.once("requirement blocks", lambda: tuple(each_block(document)))


def each_block(document: SpecDocument) -> Iterator[Block]:
    """The blocks one by one, for those who may not need them all."""
    parts: dict[str | None, str | None] = {None: None}
    for node in document.nodes.nodes:
        section = document.headed_at(node.span.start) if node.kind in _KINDS else None
        if section is not None and part_named(node) is None:
            yield Block(node, section, _part(document, node.parent, parts), document)


def _scenarios(document: SpecDocument, requirement: Node) -> Iterator[Scenario]:
    for node in document.nodes.within(requirement):
        section = document.headed_at(node.span.start) if node.kind == "scenario" else None
        if section is not None and node.parent == requirement.key:
            written = bool(document.text[section.heading.end : node.span.end].strip())
            yield Scenario(node, section, written)


def _part(document: SpecDocument, parent: str | None, known: dict[str | None, str | None]) -> str | None:
    """The part in which what stands right below `parent` is; those that are `known` by that key are looked up."""
    above: list[str] = []
    while parent is not None and parent not in known:
        around = document.nodes.by_key[parent]
        above.append(parent)
        if (part := part_named(around)) is not None:
            known[parent] = part
        elif parent == "requirements" and document.profile_sections.get(parent) is not None:
            known[parent] = parent
        else:
            parent = around.parent
    part = known[parent]
    known.update(dict.fromkeys(above, part))
    return part


def heading_of(node: Node) -> object:
    """For `Rule.reads`, of rules that go by headings, and by the lines of a delta that stand for one."""
    text, (start, end) = node.source, node.span
    if node.kind != "delta" or part_named(node) is not None:
        end = min(end, end_of_line(text, start))
    words = text[start:end]
    return (node.title, words) if node.kind in _HEADED or words.lstrip().startswith("#") else None


def part_named(node: Node) -> str | None:
    """The part of a delta that a node is, such as `added`; None if it is none."""
    if node.kind != "delta":
        return None
    name = node.key.partition("~")[0]
    return name.removesuffix(_PART) if name.endswith(_PART) else None


def _words(tree: Tree, section: Section) -> str:
    pieces: list[str] = []
    position = end = section.heading.end
    for number in tree.piece_at(tree.chunk_at(section.heading.start)):
        chunk, base = tree.chunks[number], tree.starts[number]
        below = (base + one.span.start for one in chunk.headings if base + one.span.start > section.heading.start)
        following = next(below, None)
        end = base + len(chunk.text) if following is None else following
        for element in chunk.elements:
            if element.kind in {"code_block", "html_block"} and position <= base + element.start < end:
                pieces.append(tree.text[position : base + element.start])
                position = base + element.end
        if following is not None:
            break
    text = "".join((*pieces, tree.text[position:end])).strip()
    metadata = _METADATA.match(text)
    return (text if metadata is None else text[metadata.end() :].strip()) or text


_NAMED = re.compile(r"###[ \t]+Requirement:[ \t]*\S", re.IGNORECASE)


def is_named(document: SpecDocument, block: Block) -> bool:
    """Whether the heading of a block is in the form by which OpenSpec finds a requirement by its name."""
    return _NAMED.match(heading_line(document, block.section)) is not None


def heading_line(document: SpecDocument, section: Section) -> str:
    """A heading as it was typed, with its markers."""
    return document.text[section.heading.start : section.heading.end]


def head(document: SpecDocument) -> Span:
    """Where to say something about the document as a whole: its title, else its first line."""
    if document.title is not None:
        return document.title
    start = document.preamble.start
    return Span(start, start) if not document.sections else document.sections[0].heading
