"""orch.allowServer: look at a server that the workspace declares, and allow it to be started or asked as it is."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from orch_lsp.errors import ContextError, ErrorCode, StoreError
from orch_lsp.late import late
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.context_actions import place_of
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_page
from orch_lsp.runs.escape import code, plain
from orch_lsp.runs.pages import SERVER
from orch_lsp.settings.endpoint import server_address

if TYPE_CHECKING:
    from orch_lsp.context.mcp import bound as mcp
    from orch_lsp.context.mcp import servers
    from orch_lsp.context.mcp.bound import Bound
    from orch_lsp.context.mcp.declared import Declared
else:
    mcp = late("orch_lsp.context.mcp.bound")
    servers = late("orch_lsp.context.mcp.servers")

_ALLOW = "Allow"


async def allow_server(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.allowServer: show all that decides what a server of the workspace would run, and then ask.

    It answers before the person does, with what it shows. Without a name, the names of those that wait for their word.

    Raises:
        ContextError: `not_allowed`: the document is in no workspace, the server is never allowed, or the client cannot
            ask. `invalid_request`: a file that it names cannot be read.
        SettingsError: `invalid_settings`: the workspace declares no such server.
    """
    uri = ls.target_uri(given.uri)
    root = (await asyncio.to_thread(place_of, ls.source(uri))).root
    if root is None:
        raise ContextError(ErrorCode.NOT_ALLOWED, "The document is in no workspace, so that no server is declared.")
    if given.name is None:
        allowed = ls.shared.consent.is_server_allowed
        return {"waiting": list(await asyncio.to_thread(servers.waiting, root, allowed)), "asked": None}
    if not given.name.strip():
        raise JsonRpcInvalidParams("`name` must be that of a server")
    server = await asyncio.to_thread(mcp.usable, root, given.name)
    what = await asyncio.to_thread(mcp.bound, server, root)
    shown = mcp.described(server, what.files)
    answer = {"waiting": [server.name], "asked": None, "shown": dict(shown) | {"files": list(what.files)}}
    if given.open is False:
        return answer
    if not ls.client.message_actions:
        raise ContextError(
            ErrorCode.NOT_ALLOWED, f"This editor cannot ask whether {plain(server.name)} is allowed.",
            remediation=f"Look at it and allow it with `orch-lsp trust mcp {shlex.quote(server.name)}`.",
        )  # fmt: skip
    await show_page(ls, SERVER, _page(server, what))
    ls.run_task(_ask(ls, uri, root, server, what), f"consent to the server {server.name}")
    return {**answer, "asked": server.name}


def _page(server: Declared, what: Bound) -> str:
    rows = [f"- {label}: {code(value)}" for label, value in mcp.described(server, what.files)]
    return "\n".join((
        f"# The server {code(server.name)} of {code(server.file)}", "",
        _effect(server),
        "It is allowed as it is here: if any of this changes, or the content of these files, you are asked again.", "",
        *rows, "",
    ))  # fmt: skip


def _effect(server: Declared) -> str:
    if not server.url:
        return (
            "Once it is allowed, each draft and preview in this workspace starts it, with your rights on this machine."
        )
    host = code(server_address(server.url))
    return f"Once it is allowed, each draft and preview in this workspace asks it: words of briefs go to {host}."


async def _ask(ls: OrchServer, uri: str, root: Path, server: Declared, what: Bound) -> None:
    """Ask, and remember a yes for what was shown."""
    name = plain(server.name)
    how = f"ask the server {name} at {server_address(server.url)}" if server.url else f"start the server {name}"
    question = types.ShowMessageRequestParams(
        types.MessageType.Warning,
        f"Orch: may drafts in this workspace {how} as shown on its page?",
        [types.MessageActionItem(_ALLOW), types.MessageActionItem("Not now")],
    )
    try:
        answer = await ls.window_show_message_request_async(question)
    except JsonRpcException:
        return
    if answer is None or answer.title != _ALLOW:
        return
    text, kind = f"Orch: the server {name} is allowed here, as it is now.", types.MessageType.Info
    try:
        await asyncio.to_thread(ls.shared.consent.allow_server, root, server.name, what.fingerprint)
    except StoreError as error:
        text, kind = f"Orch: {error.message}", types.MessageType.Error
    ls.window_show_message(types.ShowMessageParams(kind, text))
    ls.estimates.forget(uri)
    refresh(ls, uri)
