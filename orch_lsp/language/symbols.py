"""Nodes of an index by a few letters of their keys and titles, as a person types them."""

from __future__ import annotations

from collections.abc import Iterator

from orch_lsp.language.index import FoundDefinition, Index

_Rank = tuple[int, int, int]


def search(index: Index, query: str, most: int) -> list[FoundDefinition]:
    """The nodes that a query fits, best first: the key, its beginning, a part of key and title, then letters in turn.

    Case is of no matter, blanks in the query are left out. Documents of the past come last. An empty query fits all.
    """
    wanted = "".join(query.casefold().split())
    found = sorted(_ranked(index, wanted), key=lambda each: (each[0], each[1].path, each[1].node.span))
    return [definition for _, definition in found[:most]]


def _ranked(index: Index, wanted: str) -> Iterator[tuple[_Rank, FoundDefinition]]:
    for path, document in index.documents.items():
        for node in document.nodes.nodes:
            rank = _rank(node.key.casefold(), node.title.casefold(), wanted)
            if rank is not None:
                last = int(document.frozen)
                yield (last, rank, int(node.kind == "section")), FoundDefinition(path, node)


def _rank(key: str, title: str, wanted: str) -> int | None:
    """Lower is better; None if it does not fit."""
    bare = "".join(key.split())
    if bare == wanted or bare.rpartition("/")[2] == wanted:
        return 0
    if bare.startswith(wanted):
        return 1
    whole = bare + "".join(title.split())
    if wanted in whole:
        return 2
    letters = iter(whole)
    return 3 if all(letter in letters for letter in wanted) else None
