"""Ids and names that can be written at a place, so that its format reads them as citations.

Which places those are is not decided here: the format reads the text around the place with one id of each shape put in,
and the ids of a shape are offered if it is read as naming the node. So a fence, a comment and a label are understood
alike for all formats. Where an id is one in any sentence, as `FR-001` is, it is offered only once it was begun.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from orch_lsp.document.items import items_around
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Citation, Node, Nodes
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.language.index import FoundDefinition, Index, IndexedDocument
from orch_lsp.text import Span, end_of_line, start_of_line

_LONGEST_BLOCK = 50_000
_LONGEST_WORD = 200
_MOST_SHAPES = 40
_SELDOM = frozenset(("property", "section", "entity", "question"))
"""Kinds that come last: where one of them can be named, mostly others are meant."""
_IN_WORD = re.compile(r"[A-Za-z0-9０-９．./-]")
_BEHIND = re.compile(r"(?:[./-]?[A-Za-z0-9])*")
_PART = re.compile(r"[-/]")
_BEGUN = re.compile(r"[A-Za-z]{1,12}(?:-[A-Za-z]{1,6})*(?:-|-?\d[\w./-]*)")
_LETTERS = re.compile(r"[A-Z]{2,12}")
_BEFORE_NAME = re.compile(r".*[:：][ \t]*`?|[^`]*`")
_BEFORE_LISTED = re.compile(r".*[,，、:：][ \t]*")
_LISTED_END = re.compile(r"[ \t]*(?:[_*,，、]|\Z)")
_CODE_END = re.compile(r"`|[ \t]*\Z")
_LINE_END = re.compile(r"[ \t]*\Z")
_DIGITS = re.compile(r"\d+")
_SEPARATOR = re.compile(r"(?:[ \t]*[,，、&/][ \t]*|[ \t]+(?:and|und|y|e|et)[ \t]+)\Z")
_BEHIND_SIGN = re.compile(r"§[ \t]?\Z")
_COMMA = re.compile(r"[,:：，]\Z")


@dataclass(frozen=True, slots=True)
class Citable:
    """A node, or a spec as a whole, as it can be named at a place."""

    span: Span
    """The text that it replaces: all that was begun there."""
    text: str
    """The text that names it there."""
    filter: str
    """The text that is compared with the one before the cursor."""
    found: FoundDefinition | None
    """None for a spec as a whole."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """A word that was begun at the place."""

    span: Span
    word: str
    """Its part before the cursor."""


Read = Callable[[str, Profile], SpecDocument]


def citable(index: Index, document: SpecDocument, path: str, offset: int, read: Read = parse) -> tuple[Citable, ...]:
    """All that can be named at an offset of the document at `path`, in the order of the documents; mostly nothing.

    Args:
        index: The documents that may be cited.
        document: The document as it is typed.
        path: Its path in the index.
        offset: The cursor.
        read: Reads a small text as the format does.
    """
    known = index.documents.get(path)
    around = _Around.of(document, offset)
    if known is None or around is None:
        return ()
    place = _Place(index, path, document, around, read)
    return tuple(one for shape in _shapes(index, known) for one in place.offered(shape))


def may_be_begun(document: SpecDocument, offset: int) -> bool:
    """Whether an id, or a list of them, may have been begun at an offset: a quick look that costs its line alone."""
    line = document.text[start_of_line(document.text, offset) : offset]
    return bool(line.strip()) and len(line) <= _LONGEST_BLOCK


def _shapes(index: Index, own: IndexedDocument) -> Iterator[Sequence[FoundDefinition | str]]:
    """Citable things by their shape: nodes whose ids are alike, and specs as a whole by their scopes."""
    documents = dict.fromkeys(each.path for each in index.in_scope(own.own_scope))
    for place in own.places.values():
        documents |= dict.fromkeys(each.path for each in index.in_scope(place))
    by_shape: dict[tuple[str, str, str], list[FoundDefinition | str]] = {}
    for path in (own.path, *sorted(documents.keys() - {own.path})):
        if index.documents[path].frozen:
            continue
        for node in index.documents[path].nodes.nodes:
            if "~" not in node.key:
                by_shape.setdefault((path, node.kind, _shape(node)), []).append(FoundDefinition(path, node))
    shapes = sorted(by_shape.items(), key=lambda shape: shape[0][1] in _SELDOM)
    yield from [found for _, found in shapes[:_MOST_SHAPES]]
    for place in own.places.values():
        scopes = {each.own_scope for each in index.documents.values() if each.own_scope.startswith(f"{place}/")}
        if scopes:
            yield sorted(scopes)


def _shape(node: Node) -> str:
    return "" if _is_named(node) else _DIGITS.sub("0", node.key)


@dataclass(frozen=True, slots=True)
class _Around:
    """The text around a place by which the format tells whether something is cited there."""

    headings: tuple[str, ...]
    """Those that it stands below, from the outermost."""
    block: Span
    offset: int

    @staticmethod
    def of(document: SpecDocument, offset: int) -> _Around | None:
        text, tree = document.text, document.tree
        line = Span(start_of_line(text, offset), end_of_line(text, offset))
        if offset < tree.starts[0]:
            return _Around((), Span(0, tree.starts[0]), offset) if tree.starts[0] <= _LONGEST_BLOCK else None
        block = _block(document, offset)
        start, end = line.start, line.end
        if block is not None and block.end >= line.start:
            start, end = min(start, start_of_line(text, block.start, tree.starts[0])), max(end, block.end)
        if end - start > _LONGEST_BLOCK:
            return None
        headings = tuple(text[each.start : each.end] for each in _headings(document, start))
        return _Around(headings, Span(start, end), offset)

    def with_word(self, text: str, span: Span, word: str) -> tuple[str, int]:
        """The text with a word put in the place of a span, and where that word begins."""
        before = "".join(f"{heading}\n\n" for heading in self.headings)
        block = f"{text[self.block.start : span.start]}{word}{text[span.end : self.block.end]}\n"
        return before + block, len(before) + span.start - self.block.start

    def as_prose(self, word: str) -> tuple[str, int]:
        """A sentence that holds a word below the same headings, and where that word begins."""
        before = "".join(f"{heading}\n\n" for heading in self.headings[:1]) + "x "
        return f"{before}{word} x\n", len(before)


def _headings(document: SpecDocument, start: int) -> list[Span]:
    sections = document.sections
    number = bisect_right(sections, start - 1, key=lambda section: section.heading.start) - 1
    level, found = 7, list[Span]()
    while number >= 0 and level > 1:
        if sections[number].level < level:
            level = sections[number].level
            found.append(sections[number].heading)
        number -= 1
    return found[::-1]


def _block(document: SpecDocument, offset: int) -> Span | None:
    """The block of the document itself around an offset, or the outermost item of a list."""
    tree = document.tree
    number = tree.chunk_at(offset)
    chunk, base = tree.chunks[number], tree.starts[number]
    found: int | None = None
    for child in chunk.children():
        if base + chunk.elements[child].start > offset:
            break
        found = child
    if found is not None and chunk.elements[found].kind == "list":
        for item in chunk.children(found):
            if base + chunk.elements[item].start > offset:
                break
            found = item
    if found is None:
        return None
    element = chunk.elements[found]
    return Span(base + element.start, base + element.end)


class _Place:
    """One place, with the format's reading of it for one shape after the other."""

    def __init__(self, index: Index, path: str, document: SpecDocument, around: _Around, read: Read) -> None:
        self._index = index
        self._path = path
        self._document = document
        self._text = document.text
        self._around = around
        self._reader = read
        line = start_of_line(self._text, around.offset)
        self._line = self._text[line : around.offset]
        items = items_around(document.tree, around.offset)
        begins = bool(items) and items[0].span.start >= line
        self._is_boxed = begins and items[0].item.box is not None
        self._words = max(0, items[0].content.start - line) if begins else 0
        """Where the words of an item begin in the line; 0 for another line."""

    def offered(self, shape: Sequence[FoundDefinition | str]) -> Iterable[Citable]:
        example = shape[0]
        for typed in self._typed(example):
            for number, form in enumerate(_forms(example)):
                if typed.word and not _is_typed_freely(example) and not _begin_with(shape, number, typed.word):
                    continue
                relation = self._read(typed.span, form, example)
                if relation is None:
                    continue
                gated = self._relation_in_prose(form, example) == relation
                if gated and not self._is_begun(typed, form, example):
                    break
                return [
                    self._citable(typed, forms[number], each)
                    for each in shape
                    if number < len(forms := _forms(each))
                    if _is_typed_freely(each) or forms[number].casefold().startswith(typed.word.casefold())
                ]
        return ()

    def _citable(self, typed: _Typed, form: str, each: FoundDefinition | str) -> Citable:
        before = " " if not typed.word and _COMMA.search(self._line) else ""
        text = before + form
        return Citable(typed.span, text, text, None if isinstance(each, str) else each)

    def _typed(self, example: FoundDefinition | str) -> Iterator[_Typed]:
        """The word at the cursor as it may be meant: a whole name, an id, the last id of a range."""
        if _is_typed_freely(example):
            yield from self._typed_name(is_listed=not isinstance(example, str) and example.node.kind == "section")
            return
        offset, text = self._around.offset, self._text
        start = offset
        lowest = max(offset - len(self._line), offset - _LONGEST_WORD)
        while start > lowest and _IN_WORD.match(text, start - 1):
            start -= 1
        behind = _BEHIND.match(text, offset)
        end = offset if behind is None else behind.end()
        word = text[start:offset]
        for at in (0, *(found.end() for found in _PART.finditer(word))):
            yield _Typed(Span(start + at, end), word[at:])

    def _typed_name(self, *, is_listed: bool) -> Iterator[_Typed]:
        """Words up to the cursor: to the end of the line or of the code, or those between two commas."""
        offset, text = self._around.offset, self._text
        found = (_BEFORE_LISTED if is_listed else _BEFORE_NAME).match(self._line, self._words)
        before = self._words if found is None and not is_listed else 0 if found is None else found.end()
        if not before or before > len(self._line) or len(self._line) - before > _LONGEST_WORD:
            return
        start = offset - len(self._line) + before
        close = _LISTED_END if is_listed else _CODE_END if self._line[:before].count("`") % 2 else _LINE_END
        end = close.search(text, offset, end_of_line(text, offset))
        yield _Typed(Span(start, offset if end is None else end.start()), text[start:offset])

    def _read(self, span: Span, form: str, example: FoundDefinition | str) -> str | None:
        """How a form relates to what it names where it is put into the text; None if it does not name it."""
        text, at = self._around.with_word(self._text, span, form)
        return self._relation(text, at, form, example)

    def _relation_in_prose(self, form: str, example: FoundDefinition | str) -> str | None:
        text, at = self._around.as_prose(form)
        return self._relation(text, at, form, example)

    def _relation(self, text: str, at: int, form: str, example: FoundDefinition | str) -> str | None:
        nodes = self._reader(self._with_declared(text, example), self._document.profile).nodes
        for citation in _citations_in(nodes, Span(at, at + len(form))):
            if self._names(citation, example):
                return citation.relation
        return None

    def _with_declared(self, text: str, example: FoundDefinition | str) -> str:
        """A text with the node behind it, below its own headings: some formats cite only what they declare."""
        if isinstance(example, str) or example.path != self._path or example.node.kind == "section":
            return text
        node = example.node
        headings = "".join(
            f"{self._text[each.start : each.end]}\n\n" for each in _headings(self._document, node.span.start)[1:]
        )
        line = self._text[start_of_line(self._text, node.span.start) : end_of_line(self._text, node.span.start)]
        return f"{text}\n{headings}{line[:_LONGEST_BLOCK]}\n"

    def _names(self, citation: Citation, example: FoundDefinition | str) -> bool:
        if isinstance(example, str):
            return citation.key == "" and self._index.documents[self._path].scope_of(citation) == example
        if citation.key != example.node.key:
            return False
        return any(found.path == example.path for found in self._index.definitions(self._path, citation))

    def _is_begun(self, typed: _Typed, form: str, example: FoundDefinition | str) -> bool:
        if _BEGUN.fullmatch(typed.word):
            return form[:1].casefold() == typed.word[:1].casefold()
        if _LETTERS.fullmatch(typed.word) and self._is_boxed:
            return True
        before = self._text[self._around.offset - len(self._line) : typed.span.start]
        separator = _SEPARATOR.search(before)
        if _BEHIND_SIGN.search(before):
            return isinstance(example, str) or example.node.kind not in {"task", "checklist_item"}
        if typed.word and not form.startswith(typed.word):
            return False
        if before.endswith("-"):
            at = typed.span.start - 1
        elif separator is not None:
            at = typed.span.start - len(before) + separator.start()
        else:
            return False
        cited = self._document.nodes.citation_at(at)
        if cited is None or cited.span.end != at:
            return False
        return separator is not None or _DIGITS.split(form)[0] == _DIGITS.split(cited.key)[0]


def _is_typed_freely(example: FoundDefinition | str) -> bool:
    """Whether a person may begin with any word of a name."""
    return isinstance(example, str) or _is_named(example.node)


def _begin_with(shape: Sequence[FoundDefinition | str], number: int, word: str) -> bool:
    """Whether one of several things has a form that begins with a word."""
    begun = word.casefold()
    return any(form.casefold().startswith(begun) for each in shape for form in _forms(each)[number : number + 1])


def _is_named(node: Node) -> bool:
    """Whether a node is cited by words, and not by an id."""
    return node.kind == "section" or ": " in node.key


def _citations_in(nodes: Nodes, span: Span) -> Iterator[Citation]:
    for citation in nodes.citations:
        if span.start <= citation.span.start and citation.span.end <= span.end:
            yield citation


def _forms(example: FoundDefinition | str) -> tuple[str, ...]:
    """How something may be named: the shortest form first."""
    if isinstance(example, str):
        name = example.rpartition("/")[2]
        return (name, f"{name}`", f"`{name}`")
    node = example.node
    _, colon, name = node.key.partition(": ")
    if colon:
        return (name,) if name else ()
    if node.kind == "section":
        return (node.title,) if node.title else ()
    _, blank, number = node.key.rpartition(" ")
    return (number, node.key) if blank else (node.key,)
