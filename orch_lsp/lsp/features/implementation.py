"""textDocument/implementation: from what is asked for to the tasks for it, and the code and tests that name either."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.language.implementation import asked_by, code_for, tasks_for
from orch_lsp.language.occurrences import behind_label, meant_at
from orch_lsp.lsp.code_places import code_citations, located
from orch_lsp.lsp.locations import places
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.review import is_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orch_lsp.language.code.links import CodeCitation, CodeLinks
    from orch_lsp.language.index import FoundDefinition, Index


async def implementation(
    snapshot: Snapshot, params: types.ImplementationParams
) -> list[types.LocationLink] | list[types.Location] | None:
    """Tasks by path and place, then code and tests by file and place."""
    reading = await snapshot.reading()
    if not is_spec(reading):
        return None
    index = await snapshot.index()
    positions = await asyncio.to_thread(snapshot.positions)
    offset = behind_label(reading.document.text, reading.indexed, positions.offset(params.position))
    meant = meant_at(index, reading.spec_path, offset)
    if meant is None or not meant.definitions:
        return None
    tasks = await asyncio.to_thread(_tasks, index, meant.definitions)

    def choose(links: CodeLinks) -> Sequence[CodeCitation]:
        return _code(index, links, meant.definitions, tasks)

    code = await code_citations(snapshot, reading, index, choose)
    there = await places(snapshot, reading, index, (task.path for task in tasks))
    found = [there.location(task.path, task.node.head) for task in tasks]
    locations = [*(one for one in found if one is not None), *located(snapshot, reading, code)]
    if not snapshot.client.implementation_links:
        return locations or None
    origin = positions.range(meant.span)
    return [types.LocationLink(one.uri, one.range, one.range, origin) for one in locations] or None


def _tasks(index: Index, definitions: Sequence[FoundDefinition]) -> list[FoundDefinition]:
    return list({(one.path, one.node.key): one for each in definitions for one in tasks_for(index, each)}.values())


def _code(
    index: Index, links: CodeLinks, definitions: Sequence[FoundDefinition], tasks: Sequence[FoundDefinition]
) -> list[CodeCitation]:
    """The code that names these nodes, or tasks for them; for a task also that which names what it is for."""
    wanted = [*definitions, *tasks, *(asked for one in definitions for asked in asked_by(index, one))]
    found = {(one.path, one.place): one for each in wanted for one in code_for(index, links, each)}
    return sorted(found.values(), key=lambda one: one.order)
