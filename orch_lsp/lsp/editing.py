"""The honest edit: computed against the newest version, sent as one versioned edit, read back afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.document.answer.reading import Answer
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.lsp.convert import Positions, workspace_edit
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.applying import DraftEdit, changed_underneath, draft_edit

READ_BACK_SECONDS = 5.0
"""How long a client may take to tell of the change that it said it made."""
_REBASES = 8


@dataclass(frozen=True, slots=True)
class MadeEdit:
    """An edit that is in the document now."""

    edit: DraftEdit
    before: str
    version_before: int | None
    verified: bool


async def edit_in_draft(
    server: OrchServer,
    uri: str,
    *,
    before: str,
    profile: str,
    answer: Answer,
    insist: bool,
    accepted: asyncio.Event | None = None,
) -> MadeEdit:
    """Bring a draft into an open document.

    Args:
        server: The server.
        uri: The document.
        before: Its text when the run began.
        profile: The run's profile.
        answer: The draft.
        insist: A person asked for the draft explicitly: it goes into whatever the document is now. Without it, a
            document that is not what it was when the run began is left alone.
        accepted: Set as soon as the client says that it made the edit; what counts is read back afterwards.

    Raises:
        SpecError: `document_changed`: it is closed, a person has written in it, or the client refused the edit.
    """
    for _ in range(_REBASES):
        current = server.documents.text(uri)
        if current is None:
            raise SpecError(ErrorCode.DOCUMENT_CHANGED, "The document is closed; a closed document is not edited.")
        edit = await asyncio.to_thread(draft_edit, before, current, profile, answer, insist=insist)
        if not insist and current != before:
            # Whoever writes there may be in the middle of a sentence: the command line treats a file in the same way.
            raise changed_underneath(edit.conflicts)
        if not edit.filled:
            raise SpecError(ErrorCode.DOCUMENT_CHANGED, "There is no place left in the document for this draft.")
        if not edit.edits:
            # It was made before, and this process or the one before it was not there to note it.
            return MadeEdit(edit, current, server.documents.version(uri), verified=True)
        if server.documents.text(uri) != current:
            continue
        if (made := await _send(server, uri, current, edit, accepted)) is not None:
            return made
    raise SpecError(ErrorCode.DOCUMENT_CHANGED, "The document kept changing while the draft was brought in.")


async def _send(
    server: OrchServer, uri: str, current: str, edit: DraftEdit, accepted: asyncio.Event | None
) -> MadeEdit | None:
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
    # What counts is the document: clients exist that say yes and do nothing, and that answer before they tell.
    verified = await server.documents.wait_for_text(uri, edit.text, READ_BACK_SECONDS if applied else 0.1)
    if verified:
        return MadeEdit(edit, current, version, verified=True)
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
    return MadeEdit(edit, current, version, verified=False)


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
