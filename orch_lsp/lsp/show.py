"""Opening a record, a draft or a page for the person, in the best way that the client has."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.lsp.lookup import FoundRun
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.wire.protocol import DRAFT_SCHEME, RUN_SCHEME
from orch_lsp.runs.pages import keep_newest, pages_folder
from orch_lsp.runs.view import draft_page, record_markdown
from orch_lsp.text import sha256


async def show_record(server: OrchServer, found: FoundRun) -> None:
    """Open a run's page."""
    if server.client.text_document_content:
        await _show_uri(server, f"{RUN_SCHEME}:{found.record.run_id}.md")
        return
    draft = found.record.draft
    text = await found.store.text(draft.sha256) if draft else None
    await show_page(server, f"run-{found.record.run_id}.md", record_markdown(found.record, text))


async def show_draft(server: OrchServer, found: FoundRun, text: str) -> None:
    """Open a draft's text."""
    if server.client.text_document_content:
        await _show_uri(server, f"{DRAFT_SCHEME}:{found.record.run_id}.md")
        return
    await show_page(server, f"draft-{found.record.run_id}.md", draft_page(found.record, text))


async def show_page(server: OrchServer, name: str, text: str) -> None:
    """Open a text as a read-only file of its own; where none can be written, the command's answer has to do."""
    try:
        path = await asyncio.to_thread(_write_page, name, text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"Orch: {name} cannot be shown: the state folder cannot be written ({reason})."
        server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
        return
    await show_file(server, path)


async def show_file(server: OrchServer, path: Path) -> None:
    """Open a file; a client that cannot be asked is told where it is."""
    if server.client.show_document:
        await _show_uri(server, path.as_uri())
    else:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"Orch: see {path}"))


async def _show_uri(server: OrchServer, uri: str) -> None:
    if not server.client.show_document:
        return
    # The command must answer even if the client never does.
    server.run_task(_ask_to_show(server, uri), f"show {uri}")


async def _ask_to_show(server: OrchServer, uri: str) -> None:
    try:
        async with asyncio.timeout(20.0):
            await server.window_show_document_async(types.ShowDocumentParams(uri, take_focus=True))
    except (TimeoutError, JsonRpcException):
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"Orch: see {uri}"))


def _write_page(name: str, text: str) -> Path:
    """Pages live in the user's state folder, each content under a name of its own, and are not to be edited."""
    folder = pages_folder() / sha256(text)[:12]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        path.chmod(0o400)
        keep_newest()
    return path
