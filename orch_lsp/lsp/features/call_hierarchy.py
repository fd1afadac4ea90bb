"""Call hierarchy as the trace: from a node to what cites it, in specs, code and tests, and to what it cites.

An item carries its node's path and key, and the document from which it was asked for: nothing is kept between requests,
and the answers are about the files as they are then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from lsprotocol import types

from orch_lsp.context.choke import read_text
from orch_lsp.context.item import Exclusion
from orch_lsp.language.about import nodes_at
from orch_lsp.language.hierarchy import (
    End,
    Join,
    Routine,
    code_naming,
    end_of,
    incoming,
    named_by,
    outgoing,
    routine_of,
)
from orch_lsp.lsp.code_places import code_citations, range_of
from orch_lsp.lsp.locations import Places, places, uri_of_folder
from orch_lsp.lsp.snapshot import Snapshot, take
from orch_lsp.lsp.symbols import SYMBOL_KINDS, symbol_name
from orch_lsp.orchestration.index.file_documents import MAX_FILE_BYTES
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.text import Span
from orch_lsp.uri import path_of

if TYPE_CHECKING:
    from orch_lsp.language.code.links import CodeCitation, CodeLinks
    from orch_lsp.language.index import Index
    from orch_lsp.lsp.server import OrchServer
    from orch_lsp.orchestration.specs.reading import Reading

_BEGINNING = Span(0, 0)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The item that a request is about, with the documents around it."""

    snapshot: Snapshot
    """Of the document in which the hierarchy was begun."""
    reading: Reading
    index: Index
    about: End | Routine


async def prepare(snapshot: Snapshot, params: types.CallHierarchyPrepareParams) -> list[types.CallHierarchyItem] | None:
    """The nodes that are cited, or stand, under the cursor."""
    reading = await snapshot.reading()
    if not is_spec(reading):
        return None
    index = await snapshot.index()
    offset = (await asyncio.to_thread(snapshot.positions)).offset(params.position)
    here = await asyncio.to_thread(nodes_at, index, reading.spec_path, offset)
    if here is None:
        return None
    ends = [End(found.path, found.node) for found in here.nodes]
    there = await places(snapshot, reading, index, (end.path for end in ends))
    items = (_item(snapshot, there, end) for end in ends)
    return [item for item in items if item is not None] or None


async def incoming_calls(
    ls: OrchServer, params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall] | None:
    """The nodes, then the functions and tests, that cite the item or a part of it; none for a piece of code."""
    asked = await _asked(ls, params.item.data)
    if asked is None:
        return None
    if isinstance(asked.about, Routine):
        return []
    snapshot, reading, index, about = asked.snapshot, asked.reading, asked.index, asked.about
    joins = await asyncio.to_thread(incoming, index, about)
    code = await code_citations(snapshot, reading, index, partial(_naming, index, about))
    there = await places(snapshot, reading, index, (join.end.path for join in joins))
    calls: list[types.CallHierarchyIncomingCall] = []
    for join in joins:
        item = _item(snapshot, there, join.end)
        if item is not None and (ranges := _ranges(there, join.end.path, join)):
            calls.append(types.CallHierarchyIncomingCall(item, ranges))
    folder = uri_of_folder(snapshot, reading)
    return [*calls, *_calls_from_code(snapshot, folder, code)]


async def outgoing_calls(
    ls: OrchServer, params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall] | None:
    """The nodes that the item cites, by where they are first cited; of a piece of code those that it names."""
    asked = await _asked(ls, params.item.data)
    if asked is None:
        return None
    snapshot, reading, index, about = asked.snapshot, asked.reading, asked.index, asked.about
    if isinstance(about, Routine):
        return await _calls_of_code(snapshot, reading, index, about)
    joins = await asyncio.to_thread(outgoing, index, about)
    there = await places(snapshot, reading, index, (about.path, *(join.end.path for join in joins)))
    calls: list[types.CallHierarchyOutgoingCall] = []
    for join in joins:
        item = _item(snapshot, there, join.end)
        if item is not None and (ranges := _ranges(there, about.path, join)):
            calls.append(types.CallHierarchyOutgoingCall(item, ranges))
    return calls


async def _asked(ls: OrchServer, data: Any) -> _Asked | None:
    """The item's node in the documents as they are now; None if it is gone, or is no item of ours."""
    if not isinstance(data, Mapping):
        return None
    values = cast("Mapping[str, object]", data)
    uri, path, key, within = (values.get(name) for name in ("uri", "path", "key", "within"))
    if not isinstance(uri, str) or not isinstance(path, str):
        return None
    snapshot = await _snapshot(ls, uri)
    reading = None if snapshot is None else await snapshot.reading()
    if snapshot is None or reading is None or not is_spec(reading):
        return None
    index = await snapshot.index()
    if values.get("code"):
        return _Asked(snapshot, reading, index, Routine(path, within if isinstance(within, str) else None))
    end = end_of(index, path, key if isinstance(key, str) else None)
    return None if end is None else _Asked(snapshot, reading, index, end)


async def _snapshot(ls: OrchServer, uri: str) -> Snapshot | None:
    """The document in which the hierarchy was begun, though it may have been closed since."""
    if ls.documents.is_open(uri):
        return take(ls, ls.source(uri))
    path = path_of(uri)
    if path is None:
        return None
    folder = await asyncio.to_thread(path.parent.resolve)
    readable = await asyncio.to_thread(read_text, folder, path.name, MAX_FILE_BYTES)
    if isinstance(readable, Exclusion):
        return None
    return take(ls, Source(uri, path, None, readable.text, ls.folders()))


def _item(snapshot: Snapshot, there: Places, end: End) -> types.CallHierarchyItem | None:
    """A node or a document as an item; None if it is gone."""
    document = there.documents.get(end.path)
    if document is None:
        return None
    node = end.node
    head = document.range(_BEGINNING if node is None else node.head)
    if head is None:
        return None
    whole = head if node is None else document.range(node.span) or head
    return types.CallHierarchyItem(
        end.path.rpartition("/")[2] if node is None else symbol_name(node),
        types.SymbolKind.File if node is None else SYMBOL_KINDS[node.kind],
        document.uri,
        whole,
        head,
        detail=end.path if node is None or node.state is None else f"{node.state.replace('_', ' ')} · {end.path}",
        data={"uri": snapshot.uri, "path": end.path, "key": None if node is None else node.key},
    )


def _ranges(there: Places, path: str, join: Join) -> list[types.Range]:
    found = (there.range(path, span) for span in join.spans)
    return [one for one in found if one is not None]


def _naming(index: Index, end: End, links: CodeLinks) -> Sequence[CodeCitation]:
    return code_naming(index, links, end)


def _calls_from_code(
    snapshot: Snapshot, folder: str, citations: Sequence[CodeCitation]
) -> list[types.CallHierarchyIncomingCall]:
    by_routine: dict[Routine, list[CodeCitation]] = {}
    for citation in citations:
        by_routine.setdefault(routine_of(citation), []).append(citation)
    calls: list[types.CallHierarchyIncomingCall] = []
    for routine, of_it in by_routine.items():
        ranges = [range_of(place, snapshot.encoding) for place in dict.fromkeys(one.place for one in of_it)]
        is_test = any(one.relation == "tests" for one in of_it)
        item = types.CallHierarchyItem(
            routine.name or routine.path.rpartition("/")[2],
            types.SymbolKind.File if routine.name is None else types.SymbolKind.Function,
            f"{folder}/{quote(routine.path)}",
            ranges[0],
            ranges[0],
            detail=f"test · {routine.path}" if is_test else routine.path,
            data={"uri": snapshot.uri, "path": routine.path, "within": routine.name, "code": True},
        )
        calls.append(types.CallHierarchyIncomingCall(item, ranges))
    return calls


async def _calls_of_code(
    snapshot: Snapshot, reading: Reading, index: Index, routine: Routine
) -> list[types.CallHierarchyOutgoingCall]:
    def choose(links: CodeLinks) -> Sequence[CodeCitation]:
        return named_by(links, routine)

    by_node: dict[tuple[str, str], list[CodeCitation]] = {}
    for citation in await code_citations(snapshot, reading, index, choose):
        by_node.setdefault((citation.target.path, citation.target.node.key), []).append(citation)
    there = await places(snapshot, reading, index, (path for path, _ in by_node))
    calls: list[types.CallHierarchyOutgoingCall] = []
    for of_it in by_node.values():
        target = of_it[0].target
        item = _item(snapshot, there, End(target.path, target.node))
        if item is not None:
            ranges = [range_of(place, snapshot.encoding) for place in dict.fromkeys(one.place for one in of_it)]
            calls.append(types.CallHierarchyOutgoingCall(item, ranges))
    return calls
