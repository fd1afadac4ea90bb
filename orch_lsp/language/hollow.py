"""The form of a node without its words: headings, labels and first items of what stands below a heading.

A new requirement looks like the one beside it, in its language too, and says nothing yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from orch_lsp.document.items import PlacedItem, items_of
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node, NodeKind
from orch_lsp.document.node_form import STAND_IN
from orch_lsp.markdown.tree import Element, Tree

Words = Callable[[NodeKind, str], str]
"""The words for a new node of a kind beside one that says something."""

_LABEL = re.compile(r"(?:\*\*|__)[^*_\r\n]{1,60}(?:\*\*|__)[ \t]*[:：]?|\*\*[^*\r\n]{1,60}[:：]\*\*")
_FILLED = re.compile(r"(?P<label>\*\*[^*:：\r\n]{1,60}[:：][ \t]*[^*\d\r\n]*)\d[^*\r\n]*\*\*")
_LINE_ENDS = re.compile(r"\r\n|\n|\r")
_STEPS = 4
"""Items that begin with a word in bold, such as WHEN and THEN, of one list."""


def hollow_body(document: SpecDocument, node: Node, words: Words) -> list[str]:
    """The lines of a new node below its heading; none if the one beside it says nothing that has a form."""
    lines: list[str] = []
    end = node.head.end
    inner = 0
    for number, element in _blocks(document, node):
        chunk, base = document.tree.chunks[number], document.tree.starts[number]
        start = base + element.start
        if element.kind == "heading":
            known = next((one for one in document.nodes.around(start) if one.span.start == start), None)
            inner += known is not None and known.kind != "section"
            if inner > 1:
                break
        if element.kind == "list" and chunk.begins == "item" and element.start == 0:
            end = base + element.end
            continue
        made = [*_made(document, number, element, node, words)]
        if made and made != lines[-1:]:
            gap = _LINE_ENDS.findall(document.text, end, start)
            lines += ["", *made] if len(gap) > 1 else made
        end = base + element.end
    return lines


def _blocks(document: SpecDocument, node: Node) -> Iterator[tuple[int, Element]]:
    """The blocks below the heading of a node, each with the number of its chunk; a list for each chunk it lies in."""
    tree = document.tree
    for number in range(tree.chunk_at(node.span.start), len(tree.chunks)):
        chunk, base = tree.chunks[number], tree.starts[number]
        if base >= node.span.end:
            return
        for child in chunk.children():
            element = chunk.elements[child]
            if node.head.end <= base + element.start < node.span.end:
                yield number, element


def _made(document: SpecDocument, number: int, element: Element, node: Node, words: Words) -> Iterator[str]:
    source = document.tree.chunks[number].source(element)
    if element.kind == "heading":
        yield _heading(document, document.tree.starts[number] + element.start, source)
    elif element.kind == "paragraph":
        filled, label = _FILLED.match(source), _LABEL.match(source)
        if filled is not None:
            yield f"{filled['label'].rstrip()} {STAND_IN}**"
        elif label is None:
            yield words(node.kind, source)
        else:
            yield f"{label[0].rstrip()} {STAND_IN}" if source[label.end() :].strip() else label[0]
    elif element.kind == "list":
        yield from _items(document, number, element, words)


def _heading(document: SpecDocument, start: int, source: str) -> str:
    known = next((one for one in document.nodes.around(start) if one.span.start == start), None)
    if known is None or known.kind == "section" or not known.title:
        return source
    at = source.rfind(known.title)
    return source if at < 0 else f"{source[:at]}{STAND_IN}"


def _items(document: SpecDocument, number: int, part: Element, words: Words) -> Iterator[str]:
    items = [*islice(_items_of_list(document.tree, number, part), _STEPS)]
    text = document.text
    labels = [_LABEL.match(text, one.content.start, one.content.end) for one in items]
    if items and items[0].item.ordinal is None and labels[0] is not None:
        for one, label in zip(items, labels, strict=True):
            if label is not None:
                yield f"{_marker(text, one)}{label[0].rstrip()} {STAND_IN}"
    elif items:
        first = items[0]
        node = next(
            (one for one in document.nodes.around(first.span.start) if one.span.start == first.span.start), None
        )
        said = text[first.content.start : first.content.end]
        yield _marker(text, first) + (STAND_IN if node is None else words(node.kind, said))


def _items_of_list(tree: Tree, number: int, part: Element) -> Iterator[PlacedItem]:
    for at, element in tree.parts_of_list(number, part):
        for item in items_of(tree.chunks[at]):
            if item.parent < 0 and element.start <= item.span.start < element.end:
                yield PlacedItem(item, tree.starts[at])


def _marker(text: str, item: PlacedItem) -> str:
    return text[item.span.start : item.content.start]
