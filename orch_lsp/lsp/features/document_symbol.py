"""textDocument/documentSymbol: the outline of a spec, by what can be addressed in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.node import Node
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.lsp.symbols import SYMBOL_KINDS, symbol_name
from orch_lsp.orchestration.specs.review import is_spec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orch_lsp.lsp.convert import Positions

_DEEPEST = 32
"""Levels of the tree; what lies deeper stands in the last one. Each level costs whoever writes or reads it a call."""


async def document_symbol(
    snapshot: Snapshot,
    params: types.DocumentSymbolParams,  # noqa: ARG001 -- the signature of the handler
) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    """Sections, requirements, tasks and the like: a tree where the client can show one, else a list."""
    reading = await snapshot.reading()
    if not is_spec(reading):
        return []
    positions = snapshot.positions()
    if snapshot.client.symbol_tree:
        return await asyncio.to_thread(lambda: _tree(reading.document.nodes.nodes, positions))
    return await asyncio.to_thread(lambda: _list(snapshot.uri, reading.document.nodes.nodes, positions))


def _tree(nodes: Iterable[Node], positions: Positions) -> list[types.DocumentSymbol]:
    roots: list[types.DocumentSymbol] = []
    children: dict[str | None, tuple[int, list[types.DocumentSymbol]]] = {None: (0, roots)}
    for node in nodes:
        level, siblings = children.get(node.parent, (0, roots))
        symbol = types.DocumentSymbol(
            symbol_name(node),
            SYMBOL_KINDS[node.kind],
            positions.range(node.span),
            positions.range(node.head),
            detail=node.state.replace("_", " ") if node.state else None,
        )
        siblings.append(symbol)
        if level + 1 < _DEEPEST:
            below: list[types.DocumentSymbol] = []
            symbol.children = below
            children[node.key] = (level + 1, below)
        else:
            children[node.key] = (level, siblings)
    return roots


def _list(uri: str, nodes: Iterable[Node], positions: Positions) -> list[types.SymbolInformation]:
    names: dict[str | None, str] = {}
    found: list[types.SymbolInformation] = []
    for node in nodes:
        names[node.key] = name = symbol_name(node)
        place = types.Location(uri, positions.range(node.span))
        found.append(
            types.SymbolInformation(place, name, SYMBOL_KINDS[node.kind], container_name=names.get(node.parent))
        )
    return found
