"""The node that a place in a document means, its declarations, and all places that name it.

Pure functions of an index. A place means a node if it is in a citation of it, or where the node itself is named. A key
that is cited and declared nowhere in the index still has its other citations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orch_lsp.document.node import Citation
from orch_lsp.language.index import FoundDefinition, Index, IndexedDocument
from orch_lsp.text import Span

_LETTERS = re.compile(r"[^\W\d_]*")
_LONGEST_WORD = 40
_TO_NUMBER = re.compile(r"[ \t]{1,2}(?:§[ \t]?)?(?=[\dIVX])")


@dataclass(frozen=True, slots=True)
class Meant:
    """The thing that is meant at a place."""

    path: str
    """The document that holds the place."""
    span: Span
    """The text that names it there."""
    definitions: tuple[FoundDefinition, ...]
    """The nodes that it may be; none if it is declared nowhere in the index."""
    citation: Citation | None
    """The citation that names it; None where it is declared."""


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """A place where something is named."""

    path: str
    span: Span
    declares: bool
    """Whether it is the node itself, and no citation of it."""


def meant_at(index: Index, path: str, offset: int) -> Meant | None:
    """The node or the dangling key that an offset of the document at `path` means; None if it means neither.

    A section means itself only if somebody cites it: a heading alone is no name.
    """
    citation = index.citation_at(path, offset)
    if citation is not None:
        return Meant(path, citation.span, index.definitions(path, citation), citation)
    for node in index.around(path, offset):
        if node.head.start <= offset <= node.head.end:
            named = node.kind != "section" or index.references(path, node.key)
            return Meant(path, node.head, (FoundDefinition(path, node),), None) if named else None
    return None


def behind_label(text: str, document: IndexedDocument, offset: int) -> int:
    """The offset of the number behind a word, where that alone is a citation: `Phase` of `Phase 2` means phase 2, too.

    Any other offset is given back as it is.
    """
    if document.nodes.citation_at(offset) is not None:
        return offset
    start, lowest = offset, max(0, offset - _LONGEST_WORD)
    while start > lowest and text[start - 1].isalpha():
        start -= 1
    word = _LETTERS.match(text, start, offset + _LONGEST_WORD)
    end = start if word is None else word.end()
    blank = _TO_NUMBER.match(text, end) if start < end and not text[start].islower() else None
    citation = None if blank is None else document.nodes.citation_at(blank.end())
    return offset if citation is None or blank is None or citation.span.start != blank.end() else blank.end()


def documents_meant(index: Index, meant: Meant) -> tuple[IndexedDocument, ...]:
    """The documents that are meant where a spec as a whole is named, by path; none elsewhere."""
    citation, document = meant.citation, index.documents.get(meant.path)
    if citation is None or citation.key or document is None:
        return ()
    scope = document.scope_of(citation)
    return () if scope is None else index.in_scope(scope)


def scopes_at(document: IndexedDocument, offset: int) -> frozenset[str]:
    """The specs to which belongs the thing that is meant at an offset.

    Documents without nodes or citations of them do not matter to it.
    """
    citation = document.nodes.citation_at(offset)
    named = None if citation is None else document.scope_of(citation)
    return frozenset((document.own_scope,) if named is None else (document.own_scope, named))


def occurrences(index: Index, meant: Meant) -> tuple[Occurrence, ...]:
    """Where it is declared and cited, by path and place."""
    found = {Occurrence(each.path, each.node.head, declares=True) for each in meant.definitions}
    for each in meant.definitions:
        cited = index.references(each.path, each.node.key)
        found |= {Occurrence(reference.path, reference.citation.span, declares=False) for reference in cited}
    if not meant.definitions and meant.citation is not None:
        found |= _dangling(index, meant.path, meant.citation)
    return tuple(sorted(found))


def _dangling(index: Index, path: str, citation: Citation) -> set[Occurrence]:
    """The citations in a document that name the same thing as one which names nothing there is."""
    return {
        Occurrence(path, other.span, declares=False)
        for other in index.documents[path].nodes.citations
        if (other.scope, other.key) == (citation.scope, citation.key) and not index.definitions(path, other)
    }
