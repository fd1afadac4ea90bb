"""The cures that change something: choose a provider, allow one here, dismiss a failure, explain a code."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.lsp.arguments import parse
from orch_lsp.lsp.commands import ALLOW_PROVIDER, DISMISS_DIAGNOSTIC, EXPLAIN_ERROR, USE_PROVIDER
from orch_lsp.lsp.consent import allow
from orch_lsp.lsp.convert import Positions, workspace_edit
from orch_lsp.lsp.pages import docs_folder
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_file

if TYPE_CHECKING:
    from orch_lsp.orchestration.plan import Reading


def register(server: OrchServer) -> None:
    """Register the commands."""

    @server.command(USE_PROVIDER)
    async def use_provider(ls: OrchServer, argument: Any) -> dict[str, str]:
        given = parse(argument)
        if given.provider is None:
            raise JsonRpcInvalidParams("`provider` is needed")
        uri = ls.target_uri(given.uri)
        reading = await ls.read(ls.source(uri))
        # Whoever chooses by hand need not be asked again.
        await allow(ls, reading, given.provider)
        where = await _choose(ls, uri, reading, given.provider, given.model)
        refresh(ls, uri)
        return {"where": where}

    @server.command(ALLOW_PROVIDER)
    async def allow_provider(ls: OrchServer, argument: Any) -> dict[str, str]:
        given = parse(argument)
        uri = ls.target_uri(given.uri)
        reading = await ls.read(ls.source(uri))
        name = given.provider or (reading.settings.choice.provider.name if reading.settings.choice else None)
        if name is None:
            raise JsonRpcInvalidParams("`provider` is needed")
        await allow(ls, reading, name)
        return {"provider": name}

    @server.command(DISMISS_DIAGNOSTIC)
    async def dismiss_diagnostic(ls: OrchServer, argument: Any) -> None:
        await ls.ready()
        from orch_lsp.lsp.lookup import find_run

        uri = ls.target_uri(parse(argument).uri)
        failure = ls.failures.get(uri)
        ls.failures.clear(uri)
        refresh(ls, uri)
        if failure is not None and failure.run_id is not None:
            found = await find_run(ls, failure.run_id)
            await found.store.dismiss(failure.run_id)

    @server.command(EXPLAIN_ERROR)
    async def explain_error(ls: OrchServer, argument: Any) -> dict[str, str | None]:
        code = parse(argument).code
        if code not in set(ErrorCode):
            raise JsonRpcInvalidParams("`code` must be an error code")
        folder = docs_folder()
        page = folder / "errors" / f"{code}.md" if folder else None
        if page is None or not page.is_file():
            raise SettingsError(ErrorCode.UNEXPECTED_ERROR, f"The page on {code} is missing from this installation.")
        await show_file(ls, page)
        return {"path": str(page)}


async def _choose(ls: OrchServer, uri: str, reading: Reading, provider: str, model: str | None) -> str:
    """Write the choice where it belongs: existing front matter, else the project's settings, else the user's."""
    from orch_lsp.settings.edit import choose_in_file, front_matter_with_choice
    from orch_lsp.workspace import project_config_path, user_config_path

    front_matter = reading.document.front_matter
    if front_matter is not None and front_matter.problem is None:
        edits = front_matter_with_choice(reading.document.text, front_matter, provider, model)
        if not edits:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS, "The front matter is not a list of `key: value` lines.",
                remediation=f"Name `provider: {provider}` in it yourself, or write each key on a line of its own.",
            )  # fmt: skip
        text_edits = Positions(reading.document.text, ls.position_encoding).text_edits(edits)
        change = workspace_edit(uri, reading.source.version, text_edits, document_changes=ls.client.document_changes)
        async with asyncio.timeout(20.0):
            result = await ls.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(change, label="Orch: provider"))
        if not result.applied:
            raise SettingsError(
                ErrorCode.DOCUMENT_CHANGED, f"The editor did not make the edit: {result.failure_reason}."
            )
        return "front matter"
    path = project_config_path(reading.root) if reading.root is not None else user_config_path()
    await asyncio.to_thread(choose_in_file, path, provider, model)
    return str(path)
