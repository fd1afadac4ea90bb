"""textDocument/completion and completionItem/resolve: values of settings, and all that a spec can name at a place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types

from orch_lsp.lsp import workflow_words
from orch_lsp.lsp.scope import may_be_workflow
from orch_lsp.lsp.snapshot import Snapshot, snapshot
from orch_lsp.lsp.spec_completion import documentation, proposals
from orch_lsp.lsp.value_completion import values
from orch_lsp.orchestration.index.spec_indexes import GLANCE_SECONDS

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer


async def completion(snapshot: Snapshot, params: types.CompletionParams) -> types.CompletionList | None:
    """The proposals for a place; None where nothing of ours is written, as in prose."""
    if may_be_workflow(snapshot.source.uri):
        return await workflow_words.completion(snapshot, params.position)
    return await values(snapshot, params.position) or await proposals(snapshot, params.position)


async def resolve(ls: OrchServer, item: types.CompletionItem) -> types.CompletionItem:
    """The item with the text of the node that it names: a client's word for where that is is looked up, not taken."""
    known: Any = item.data
    data = cast("Mapping[str, Any]", known if isinstance(known, dict) else {})
    uri, path, key = data.get("uri"), data.get("path"), data.get("key")
    if not all(isinstance(value, str) for value in (uri, path, key)) or not ls.documents.is_open(str(uri)):
        return item
    here = snapshot(ls, str(uri))
    index = await here.index(GLANCE_SECONDS)
    document = index.documents.get(str(path))
    node = None if document is None else document.nodes.by_key.get(str(key))
    if node is not None:
        item.documentation = await asyncio.to_thread(documentation, here, str(path), node)
    return item
