"""Mentions of a renamed node that no format reads: in code blocks, comments and links of its own spec.

They may tell of what was, or be examples: a person decides on them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orch_lsp.document.node import bare_key
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.language.rename import Reader, Rename
from orch_lsp.text import LETTER, Edit, Span, apply_edits, split_lines

_ID = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[^\s:]+")
"""A name that is unlikely to stand for anything else: `FR-001`, and not `2.1`, nor words."""
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,4})*")


@dataclass(frozen=True, slots=True)
class Unread:
    """The mentions that a rename does not make by itself."""

    edits: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict[str, tuple[Edit, ...]])
    """Edits of those that can be made as well, by path, in order: all else is read as without them."""
    places: tuple[tuple[str, int], ...] = ()
    """Path and line, counted from 1, of those that stay as they are."""


def unread_mentions(before: Index, read: Reader, made: Rename) -> Unread:
    """The mentions of what a rename changes in the specs that declare it, in no citation and no name.

    Args:
        before: The documents as they are.
        read: Reads them with other texts.
        made: The rename.
    """
    names, numbers = dict(_names(made)), _numbers_of_tasks(before, made)
    scopes = {before.documents[path].own_scope for path, _ in made.renamed}
    edits: dict[str, tuple[Edit, ...]] = {}
    places: list[tuple[str, int]] = []
    for document in (one for scope in sorted(scopes) for one in before.in_scope(scope)):
        known = {**names, **numbers.get(document.path, {})}
        found = tuple(_found(document, known)) if known and not document.frozen else ()
        if not found:
            continue
        if _reads_alike(document, found, read, made):
            edits[document.path] = found
        else:
            places += [(document.path, len(split_lines(document.text[: edit.span.start]))) for edit in found]
    return Unread(edits, tuple(places))


def _names(made: Rename) -> Iterator[tuple[str, str]]:
    """Old and new forms of names that are known as names wherever they stand."""
    for renamed in made.renamed.values():
        for old, new in ((bare_key(renamed.key), bare_key(renamed.new_key)), (renamed.name, renamed.new_name)):
            if old != new and _ID.fullmatch(old):
                yield old, new
            elif old != new and ": " in old:
                # `Requirement: NAME`, `NAME/Scenario: NAME`: as their headings have them.
                _, label, title = old.rpartition(": ")
                kind = old[: -len(label) - len(title)].rpartition("/")[2]
                yield f"{kind}: {title}", f"{kind}: {new.rpartition(': ')[2]}"


def _numbers_of_tasks(before: Index, made: Rename) -> Mapping[str, Mapping[str, str]]:
    """Numbers of tasks between quotes, as in a graph of what waits for what, in the documents that declare them."""
    found: dict[str, dict[str, str]] = {}
    for (path, key), renamed in made.renamed.items():
        node = before.documents[path].nodes.by_key.get(key)
        if node is not None and node.kind == "task" and _NUMBER.fullmatch(renamed.key) and key != renamed.new_key:
            found.setdefault(path, {})[f'"{renamed.key}"'] = f'"{renamed.new_key}"'
    return found


def _pattern(name: str) -> str:
    if name.startswith('"'):
        return re.escape(name)
    # Titles may begin alike: one ends with its line, or with the marks around it.
    end = r"(?=[ \t]*(?:[`\"'*)\]]|-->|$))" if ": " in name else rf"(?!{LETTER}|[-.]\w)"
    return rf"(?<!-)(?<!{LETTER}){re.escape(name)}{end}"


def _found(document: IndexedDocument, names: Mapping[str, str]) -> Iterator[Edit]:
    there = [old for old in names if old in document.text]
    if not there:
        return
    pattern = re.compile("|".join(_pattern(old) for old in sorted(there, key=len, reverse=True)), re.MULTILINE)
    nodes = document.nodes
    read = sorted(
        {node.head for node in nodes.nodes if node.name is not None}
        | {one for citation in nodes.citations for one in (citation.span, citation.range) if one is not None}
    )
    starts = [span.start for span in read]
    for match in pattern.finditer(document.text):
        at = bisect_left(starts, match.end())
        # A range begins before its ends: the longest one that could hold it is looked for.
        if not any(span.end > match.start() for span in read[max(0, at - 8) : at]):
            yield Edit(Span(*match.span()), names[match[0]])


def _reads_alike(document: IndexedDocument, found: tuple[Edit, ...], read: Reader, made: Rename) -> bool:
    edits = sorted([*made.edits.get(document.path, ()), *found], key=lambda edit: edit.span)
    after = read(document, apply_edits(document.text, edits))
    return _meaning(after) == _meaning(made.after.documents.get(document.path, document))


def _meaning(document: IndexedDocument) -> tuple[list[object], list[object]]:
    nodes = document.nodes
    return (
        [(node.kind, node.key, node.state) for node in nodes.nodes],
        [(one.relation, one.scope, one.key) for one in nodes.citations],
    )
