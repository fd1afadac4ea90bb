"""workspace/symbol: requirements, tasks and other nodes of all specs by a few letters of their ids and titles."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types

from orch_lsp.language.symbols import search
from orch_lsp.lsp.locations import places_in
from orch_lsp.lsp.roots import roots
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.symbols import SYMBOL_KINDS, symbol_name

MOST = 200
"""Symbols of one root in an answer; a person types more letters to see others."""


async def workspace_symbol(ls: OrchServer, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
    """Symbols of the workspace folders, and of the roots and folders of open documents."""
    answers = await asyncio.gather(*(_in_root(ls, root, uri, params.query) for root, uri in (await roots(ls)).items()))
    return [symbol for answer in answers for symbol in answer]


async def _in_root(ls: OrchServer, root: tuple[Path, bool], uri: str, query: str) -> list[types.SymbolInformation]:
    owner = await asyncio.to_thread(ls.shared.indexes.at, root)
    index = await ls.shared.indexes.whole_of(owner)
    found = await asyncio.to_thread(search, index, query, MOST)
    there = await asyncio.to_thread(places_in, owner, index, {one.path for one in found}, uri, ls.position_encoding)
    symbols: list[types.SymbolInformation] = []
    for one in found:
        place = there.location(one.path, one.node.head)
        if place is not None:
            kind = SYMBOL_KINDS[one.node.kind]
            symbols.append(types.SymbolInformation(place, symbol_name(one.node), kind, container_name=one.path))
    return symbols
