"""Edits of the project's own files, which no editor need have open: made by the client, so that it can take them back.

A client that makes no edits, or creates no files, has them written on the disk.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.errors import ErrorCode, SettingsError, SpecError
from orch_lsp.lsp.convert import Positions, workspace_edit
from orch_lsp.lsp.editing import EDIT_SECONDS
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.requests.pinning import FileChange
from orch_lsp.storage.files import replace_file
from orch_lsp.text import apply_edits
from orch_lsp.workspace import resolved


async def make_change(server: OrchServer, change: FileChange, label: str) -> bool:
    """Make an edit of a file; whether it is on the disk already, or only in the editor.

    Raises:
        SpecError: `document_changed`: the file has changes in the editor that are not saved, or the client did not
            make the edit.
        SettingsError: `invalid_settings`: the file cannot be written.
    """
    uri = server.workspace.spelling(change.path.as_uri())
    shown = server.documents.text(uri)
    before = change.before or ""
    after = apply_edits(before, [change.edit])
    if shown is not None and shown != before:
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED, f"{change.shown} has changes in the editor that are not saved.",
            remediation=f"Save {change.shown}, and try again.",
        )  # fmt: skip
    client = server.client
    is_new = change.before is None and shown is None
    if not client.makes_edits or (is_new and not client.create_files):
        await asyncio.to_thread(_write, change, after)
        return True
    edits = Positions(before, server.position_encoding).text_edits([change.edit])
    version = server.documents.version(uri)
    # A client that creates files takes a list of changes, whether or not it says so: Neovim does not.
    whole = workspace_edit(uri, version, edits, document_changes=client.document_changes or is_new)
    if is_new and whole.document_changes is not None:
        whole.document_changes = [types.CreateFile(uri), *whole.document_changes]
    await _apply(server, whole, label)
    return await asyncio.to_thread(_is_on_disk, change.path, after)


async def _apply(server: OrchServer, edit: types.WorkspaceEdit, label: str) -> None:
    try:
        async with asyncio.timeout(EDIT_SECONDS):
            result = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label=label))
    except (TimeoutError, JsonRpcException) as error:
        raise SpecError(ErrorCode.DOCUMENT_CHANGED, "The editor did not make the edit.") from error
    if not result.applied:
        message = f"The editor did not make the edit: {result.failure_reason or 'it gave no reason'}."
        raise SpecError(ErrorCode.DOCUMENT_CHANGED, message)


def _write(change: FileChange, text: str) -> None:
    try:
        change.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(resolved(change.path), text.encode(), mode=0o644)
    except OSError as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, f"{change.shown} cannot be written: {error.strerror or type(error).__name__}."
        ) from error


def _is_on_disk(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False
