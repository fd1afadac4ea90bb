"""The form of a node without its words: headings, labels and first items of what stands below a heading.

A new requirement looks like the one beside it, in its language too, and says nothing yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from orch_lsp.document.items import Item, items_of
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node, NodeKind
from orch_lsp.document.node_form import STAND_IN
from orch_lsp.markdown.tree import Chunk, Element
from orch_lsp.text import Span

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
    for chunk, base, element in _blocks(document, node):
        start = base + element.start
        if element.kind == "heading":
            known = next((one for one in document.nodes.around(start) if one.span.start == start), None)
            inner += known is not None and known.kind != "section"
            if inner > 1:
                break
        made = [*_made(document, chunk, base, element, node, words)]
        if made and made != lines[-1:]:
            gap = _LINE_ENDS.findall(document.text, end, start)
            lines += ["", *made] if len(gap) > 1 else made
        end = base + element.end
    return lines


def _blocks(document: SpecDocument, node: Node) -> Iterator[tuple[Chunk, int, Element]]:
    tree = document.tree
    for number in range(tree.chunk_at(node.span.start), len(tree.chunks)):
        chunk, base = tree.chunks[number], tree.starts[number]
        if base >= node.span.end:
            return
        for child in chunk.children():
            element = chunk.elements[child]
            if node.head.end <= base + element.start < node.span.end:
                yield chunk, base, element


def _made(document: SpecDocument, chunk: Chunk, base: int, element: Element, node: Node, words: Words) -> Iterator[str]:
    source = chunk.source(element)
    if element.kind == "heading":
        yield _heading(document, base + element.start, source)
    elif element.kind == "paragraph":
        filled, label = _FILLED.match(source), _LABEL.match(source)
        if filled is not None:
            yield f"{filled['label'].rstrip()} {STAND_IN}**"
        elif label is None:
            yield words(node.kind, source)
        else:
            yield f"{label[0].rstrip()} {STAND_IN}" if source[label.end() :].strip() else label[0]
    elif element.kind == "list":
        yield from _items(document, chunk, base, Span(element.start, element.end), words)


def _heading(document: SpecDocument, start: int, source: str) -> str:
    known = next((one for one in document.nodes.around(start) if one.span.start == start), None)
    if known is None or known.kind == "section" or not known.title:
        return source
    at = source.rfind(known.title)
    return source if at < 0 else f"{source[:at]}{STAND_IN}"


def _items(document: SpecDocument, chunk: Chunk, base: int, span: Span, words: Words) -> Iterator[str]:
    items = [item for item in items_of(chunk) if item.parent < 0 and item.span.start in span]
    labels = [(item, _LABEL.match(chunk.text, item.content.start, item.content.end)) for item in items]
    if items and items[0].ordinal is None and labels[0][1] is not None:
        for item, label in labels[:_STEPS]:
            if label is not None:
                yield f"{_marker(chunk, item)}{label[0].rstrip()} {STAND_IN}"
    elif items:
        item = items[0]
        at = base + item.span.start
        node = next((one for one in document.nodes.around(at) if one.span.start == at), None)
        said = chunk.text[item.content.start : item.content.end]
        yield _marker(chunk, item) + (STAND_IN if node is None else words(node.kind, said))


def _marker(chunk: Chunk, item: Item) -> str:
    return chunk.text[item.span.start : item.content.start]
