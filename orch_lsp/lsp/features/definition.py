"""textDocument/definition and declaration: from a citation or a mention to what it names, in any file."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from orch_lsp.language.occurrences import meant_at, scopes_at
from orch_lsp.lsp import mentioned
from orch_lsp.lsp.locations import places
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.review import is_spec


async def definition(
    snapshot: Snapshot, params: types.DefinitionParams | types.DeclarationParams
) -> list[types.LocationLink] | list[types.Location] | None:
    """The node that is meant under the cursor, with all of its text where the client takes that."""
    reading = await snapshot.reading()
    if not is_spec(reading):
        return None
    positions = await asyncio.to_thread(snapshot.positions)
    offset = positions.offset(params.position)
    index = (await snapshot.index_about(scopes_at(reading.indexed, offset))).index
    meant = meant_at(index, reading.spec_path, offset)
    if meant is None or not meant.definitions:
        named = await mentioned.mentioned(snapshot, reading, offset)
        return None if named is None else mentioned.locations(snapshot, reading, named, positions)
    there = await places(snapshot, reading, index, (found.path for found in meant.definitions))
    is_declaration = isinstance(params, types.DeclarationParams)
    if not (snapshot.client.declaration_links if is_declaration else snapshot.client.definition_links):
        found = [there.location(found.path, found.node.head) for found in meant.definitions]
        return [one for one in found if one is not None] or None
    origin = positions.range(meant.span)
    links: list[types.LocationLink] = []
    for found in meant.definitions:
        whole, head = there.range(found.path, found.node.span), there.range(found.path, found.node.head)
        if head is not None:
            links.append(types.LocationLink(there.documents[found.path].uri, whole or head, head, origin))
    return links or None
