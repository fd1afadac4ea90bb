"""textDocument/references: who cites what is meant under the cursor, in all specs and all code of the workspace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.language.index import Index
from orch_lsp.language.occurrences import Meant, Occurrence, behind_label, meant_at, occurrences, scopes_at
from orch_lsp.lsp.code_places import code_citations, located
from orch_lsp.lsp.locations import places
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.review import is_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orch_lsp.language.code.links import CodeCitation, CodeLinks


async def references(snapshot: Snapshot, params: types.ReferenceParams) -> list[types.Location] | None:
    """The citations, and the node itself if that is asked for."""
    reading = await snapshot.reading()
    if not is_spec(reading):
        return None
    offset = behind_label(reading.document.text, reading.indexed, snapshot.positions().offset(params.position))
    index = (await snapshot.index_about(scopes_at(reading.indexed, offset))).index
    meant = await asyncio.to_thread(meant_at, index, reading.spec_path, offset)
    if meant is None:
        return None
    found = await asyncio.to_thread(_found, index, meant, params)

    def choose(links: CodeLinks) -> Sequence[CodeCitation]:
        return [one for each in meant.definitions for one in links.of(each.path, each.node.key)]

    code = await code_citations(snapshot, reading, index, choose)
    there = await places(snapshot, reading, index, (one.path for one in found))
    cited = [there.location(one.path, one.span) for one in found]
    return [*(one for one in cited if one is not None), *located(snapshot, reading, code)]


def _found(index: Index, meant: Meant, params: types.ReferenceParams) -> list[Occurrence]:
    return [one for one in occurrences(index, meant) if params.context.include_declaration or not one.declares]
