"""workspace/textDocumentContent: runs and drafts as virtual, read-only documents."""

from __future__ import annotations

import re

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.lsp.lookup import draft_text, find_run
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.wire.protocol import DRAFT_SCHEME
from orch_lsp.runs.view import draft_page, record_markdown
from orch_lsp.uri import normal_form

_RUN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def text_document_content(
    ls: OrchServer, params: types.TextDocumentContentParams
) -> types.TextDocumentContentResult:
    """A run's record or its draft, by the run's id in the URI; for any client that asks."""
    uri = normal_form(params.uri)
    found_id = _RUN_ID.search(uri)
    if found_id is None:
        raise JsonRpcInvalidParams(f"{params.uri} names no run")
    found = await find_run(ls, found_id.group())
    text = await draft_text(ls, found)
    if uri.startswith(f"{DRAFT_SCHEME}:"):
        return types.TextDocumentContentResult(draft_page(found.record, text))
    return types.TextDocumentContentResult(record_markdown(found.record, text or None))
