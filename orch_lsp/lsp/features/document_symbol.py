"""textDocument/documentSymbol: the outline of a spec, by what can be addressed in it."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.node import Node, slug
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.review import is_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orch_lsp.document.node import NodeKind
    from orch_lsp.lsp.convert import Positions

_DEEPEST = 32
"""Levels of the tree; what lies deeper stands in the last one. Each level costs whoever writes or reads it a call."""

_KINDS: Mapping[NodeKind, types.SymbolKind] = MappingProxyType(
    {
        "section": types.SymbolKind.String,
        "requirement": types.SymbolKind.Class,
        "success_criterion": types.SymbolKind.Constant,
        "story": types.SymbolKind.Interface,
        "criterion": types.SymbolKind.Method,
        "scenario": types.SymbolKind.Function,
        "task": types.SymbolKind.Boolean,
        "checklist_item": types.SymbolKind.Boolean,
        "question": types.SymbolKind.Variable,
        "property": types.SymbolKind.Property,
        "entity": types.SymbolKind.Field,
        "delta": types.SymbolKind.Package,
    }
)
"""Of those that every client knows: the first eighteen."""


async def document_symbol(
    snapshot: Snapshot,
    params: types.DocumentSymbolParams,  # noqa: ARG001
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
            _name(node),
            _KINDS[node.kind],
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
        names[node.key] = name = _name(node)
        place = types.Location(uri, positions.range(node.span))
        found.append(types.SymbolInformation(place, name, _KINDS[node.kind], container_name=names.get(node.parent)))
    return found


def _name(node: Node) -> str:
    """The id, if it has one that its title does not tell, and the title; never blank, which clients refuse."""
    title = node.title.strip()
    if not title:
        return node.key.strip() or node.kind
    own = node.key.rpartition("/")[2].partition("~")[0]
    told = node.kind == "section" or node.key.partition("~")[0].endswith(title) or own == slug(title)
    return title if told else f"{node.key} {title}"
