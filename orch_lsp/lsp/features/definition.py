"""textDocument/definition and declaration: from a citation or a mention to what it names, in any file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.language.occurrences import Meant, behind_label, documents_meant, meant_at, scopes_at
from orch_lsp.lsp import mentioned
from orch_lsp.lsp.locations import places
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.text import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orch_lsp.language.index import Index
    from orch_lsp.lsp.convert import Positions
    from orch_lsp.orchestration.specs.reading import Reading


async def definition(
    snapshot: Snapshot, params: types.DefinitionParams | types.DeclarationParams
) -> list[types.LocationLink] | list[types.Location] | None:
    """The node that is meant under the cursor, with all of its text where the client takes that."""
    reading = await snapshot.reading()
    if not is_spec(reading):
        return None
    positions = await asyncio.to_thread(snapshot.positions)
    offset = behind_label(reading.document.text, reading.indexed, positions.offset(params.position))
    index = (await snapshot.index_about(scopes_at(reading.indexed, offset))).index
    meant = meant_at(index, reading.spec_path, offset)
    if meant is not None and (whole := documents_meant(index, meant)):
        return await _documents(snapshot, reading, index, meant, [one.path for one in whole], positions, params)
    if meant is None or not meant.definitions:
        named = await mentioned.mentioned(snapshot, reading, offset)
        return None if named is None else mentioned.locations(snapshot, reading, named, positions)
    there = await places(snapshot, reading, index, (found.path for found in meant.definitions))
    if not _takes_links(snapshot, params):
        found = [there.location(found.path, found.node.head) for found in meant.definitions]
        return [one for one in found if one is not None] or None
    origin = positions.range(meant.span)
    links: list[types.LocationLink] = []
    for found in meant.definitions:
        whole, head = there.range(found.path, found.node.span), there.range(found.path, found.node.head)
        if head is not None:
            links.append(types.LocationLink(there.documents[found.path].uri, whole or head, head, origin))
    return links or None


def _takes_links(snapshot: Snapshot, params: types.DefinitionParams | types.DeclarationParams) -> bool:
    is_declaration = isinstance(params, types.DeclarationParams)
    return snapshot.client.declaration_links if is_declaration else snapshot.client.definition_links


async def _documents(
    snapshot: Snapshot,
    reading: Reading,
    index: Index,
    meant: Meant,
    paths: Sequence[str],
    positions: Positions,
    params: types.DefinitionParams | types.DeclarationParams,
) -> list[types.LocationLink] | list[types.Location] | None:
    """The beginnings of the documents of a spec that is named as a whole."""
    there = await places(snapshot, reading, index, paths)
    found = [one for one in (there.location(path, Span(0, 0)) for path in paths) if one is not None]
    if not _takes_links(snapshot, params):
        return found or None
    origin = positions.range(meant.span)
    return [types.LocationLink(one.uri, one.range, one.range, origin) for one in found] or None
