"""The ids of a document in which nodes were written anew: none is lost that others name, and none is given twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node, bare_key
from orch_lsp.language.free_ids import taken_keys
from orch_lsp.language.index import Index
from orch_lsp.language.names import name_of
from orch_lsp.text import Span

_MOST_NAMED = 4
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class IdNote:
    """An id that a rewritten document lacks, or has given to something new."""

    code: Literal["id_removed", "id_not_free"]
    severity: Literal["error", "information"]
    message: str
    """For people: begins in lower case, without a full stop."""
    text: str
    """The node that has the id, or had it."""
    key: str | None
    """The rewritten node around it."""


def id_notes(
    index: Index, path: str, before: SpecDocument, after: SpecDocument, keys: Sequence[str]
) -> Iterator[IdNote]:
    """Notes on ids that a rewritten document lacks or has too much. Pure.

    Args:
        index: The documents of the spec, with this one as it was.
        path: The document's path in the index.
        before: The document as it was.
        after: The document as it would be.
        keys: The nodes that were rewritten.
    """
    yield from _removed(index, path, before, after, keys)
    yield from _not_free(index, path, before, after, keys)


def _removed(
    index: Index, path: str, before: SpecDocument, after: SpecDocument, keys: Sequence[str]
) -> Iterator[IdNote]:
    regions = _spans(before, keys)
    left = after.nodes.by_key
    for node in before.nodes.nodes:
        if node.key in left or not _has_id(node):
            continue
        citing = [
            reference
            for reference in index.references(path, node.key)
            if reference.path != path or not any(_holds(region, reference.citation.span) for region in regions)
        ]
        text = before.text[node.span.start : node.span.end][:_SHOWN]
        around = _around(regions, keys, node)
        if not citing:
            yield IdNote("id_removed", "information", f"removed “{node.key}”, which nothing else names", text, around)
            continue
        places = list(dict.fromkeys(_place(one.path, path, one.source) for one in citing))
        more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
        named = f"{', '.join(places[:_MOST_NAMED])}{more}"
        yield IdNote("id_removed", "error", f"removed “{node.key}”, which is named by {named}", text, around)


def _place(path: str, own: str, source: Node | None) -> str:
    key = "" if source is None else f"“{source.key}”"
    return key if path == own and key else f"{key} of {path}".strip() if key else path


def _not_free(
    index: Index, path: str, before: SpecDocument, after: SpecDocument, keys: Sequence[str]
) -> Iterator[IdNote]:
    known = before.nodes.by_key
    nowhere = Span(len(before.text) + 1, len(before.text) + 1)
    taken: dict[str, frozenset[str]] = {}
    regions = _spans(after, keys)
    for node in after.nodes.nodes:
        if node.key in known or not _has_id(node):
            continue
        if node.kind not in taken:
            taken[node.kind] = taken_keys(index, before, path, node.kind, nowhere)
        text = after.text[node.span.start : node.span.end][:_SHOWN]
        around = _around(regions, keys, node)
        if bare_key(node.key) != node.key and bare_key(node.key) in after.nodes.by_key:
            yield IdNote("id_not_free", "error", f"gave “{bare_key(node.key)}” twice", text, around)
        elif node.key in taken[node.kind]:
            yield IdNote("id_not_free", "error", f"gave “{node.key}” to something new, which is taken", text, around)


def _spans(document: SpecDocument, keys: Sequence[str]) -> list[Span]:
    by_key = document.nodes.by_key
    return [by_key[key].span for key in keys if key in by_key]


def _holds(region: Span, span: Span) -> bool:
    return region.start <= span.start and span.end <= region.end


def _around(regions: Sequence[Span], keys: Sequence[str], node: Node) -> str | None:
    """Key of the rewritten node in which one stands."""
    return next((key for key, region in zip(keys, regions, strict=False) if _holds(region, node.span)), None)


def _has_id(node: Node) -> bool:
    """Whether a node is named by an id or a number, and not by the words of a heading or an item."""
    return node.kind not in {"section", "entity"} and name_of(node) is not None
