"""The cures that change something: choose a provider, allow one here, dismiss a failure, explain a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.lsp.arguments import parse
from orch_lsp.lsp.choosing import choose
from orch_lsp.lsp.commands import ALLOW_PROVIDER, DISMISS_DIAGNOSTIC, EXPLAIN_ERROR, USE_PROVIDER
from orch_lsp.lsp.consent import allow
from orch_lsp.lsp.pages import docs_folder
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_file

if TYPE_CHECKING:
    pass


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
        where = await choose(ls, uri, reading, given.provider, given.model)
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
