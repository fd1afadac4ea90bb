"""The command on tasks: toggle the box of a line."""

from __future__ import annotations

import asyncio
from typing import Any

from lsprotocol import types

from orch_lsp.language.toggling import Toggle, toggles
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.editing import make_edits
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import snapshot
from orch_lsp.lsp.spec_actions import may_be_edited, span_of_line


async def toggle_task(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.toggleTask: tick the task of a line, or untick it; `state` is null where there is none, or no line is named.

    Raises:
        SpecError: `document_changed`: the client did not make the edit.
    """
    here = snapshot(ls, ls.target_uri(given.uri))
    reading = await here.reading()
    found: tuple[Toggle, ...] = ()
    if given.line is not None and given.line >= 0 and may_be_edited(reading):
        span = await asyncio.to_thread(span_of_line, here, given.line)
        found = await asyncio.to_thread(toggles, reading.document, span)
    if not found:
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, "Orch: there is no task in this line."))
        return {"uri": here.uri, "state": None}
    toggle = found[0]
    await make_edits(ls, here.source, toggle.edits, f"Orch: {toggle.title}")
    return {"uri": here.uri, "state": toggle.state}
