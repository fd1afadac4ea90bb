"""The honest edit: computed against the newest version, sent as one versioned edit, read back afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.lsp.convert import Positions, workspace_edit
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.drafts.applying import AppliedEdit, DraftEdit
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.text import Edit

EDIT_SECONDS = 20.0
"""How long a client may take to make an edit that a person asked for."""
READ_BACK_SECONDS = 5.0
"""How long a client may take to tell of the change that it said it made."""


async def make_edits(server: OrchServer, source: Source, edits: Iterable[Edit], label: str) -> None:
    """Have the client make edits of a document as it was read, as one step.

    Raises:
        SpecError: `document_changed`: the client did not make them.
    """
    text_edits = Positions(source.text, server.position_encoding).text_edits(edits)
    whole = server.client.document_changes
    change = workspace_edit(source.uri, source.version, text_edits, document_changes=whole)
    async with asyncio.timeout(EDIT_SECONDS):
        result = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(change, label=label))
    if not result.applied:
        message = f"The editor did not make the edit: {result.failure_reason or 'it gave no reason'}."
        raise SpecError(ErrorCode.DOCUMENT_CHANGED, message)


class EditorDocument:
    """A document that an editor has open, where a draft is to go."""

    def __init__(self, server: OrchServer, uri: str, accepted: asyncio.Event | None = None) -> None:
        self._server = server
        self._uri = uri
        self._accepted = accepted
        """Set as soon as the client says that it made the edit; what counts is read back afterwards."""

    @property
    def text(self) -> str | None:
        """Its text now; None if it is closed."""
        return self._server.documents.text(self._uri)

    @property
    def version(self) -> int | None:
        """Its version now."""
        return self._server.documents.version(self._uri)

    async def make(self, current: str, edit: DraftEdit) -> AppliedEdit | None:
        """Send one versioned edit, and read the text back.

        Raises:
            SpecError: `document_changed`: the client did not make it.
        """
        return await _send(self._server, self._uri, current, edit, self._accepted) if self.text == current else None


async def _send(
    server: OrchServer, uri: str, current: str, edit: DraftEdit, accepted: asyncio.Event | None
) -> AppliedEdit | None:
    """Send at once: nothing may be awaited between the check of the text and the sending.

    None if the client refused because the person was typing just then: the edit is to be computed anew.
    """
    version = server.documents.version(uri)
    edits = Positions(current, server.position_encoding).text_edits(edit.edits)
    change = workspace_edit(
        server.workspace.spelling(uri), version, edits, document_changes=server.client.document_changes
    )
    sent = server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(change, label="Orch: draft"))
    applied, refusal = await _answer(sent, server.edit_answer_s)
    if applied and accepted is not None:
        accepted.set()
    # The document decides: some clients say yes and do nothing, or answer before they tell of the change.
    verified = await server.documents.wait_for_text(uri, edit.text, READ_BACK_SECONDS if applied else 0.1)
    if verified:
        return AppliedEdit(edit, current, version, verified=True)
    now = server.documents.text(uri)
    if not applied:
        # A client that did not answer may still make this edit; a second one could be one too many.
        if refusal is not None and now not in {None, current}:
            return None
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED, f"The editor did not make the edit: {refusal or 'it did not answer'}."
        )
    if now is None or now == current:
        raise SpecError(ErrorCode.DOCUMENT_CHANGED, "The editor said that it made the edit, but the text is unchanged.")
    return AppliedEdit(edit, current, version, verified=False)


async def _answer(sent: Awaitable[types.ApplyWorkspaceEditResult], patience_s: float) -> tuple[bool, str | None]:
    """Whether the client made the edit, else why not; no reason if it did not answer."""
    try:
        async with asyncio.timeout(patience_s):
            result = await sent
    except TimeoutError:
        return False, None
    except JsonRpcException as error:
        return False, str(error.message)
    return result.applied, result.failure_reason or "it gave no reason"
