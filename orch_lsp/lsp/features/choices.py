"""The cures that change something: choose a provider, allow one here, dismiss a failure, explain a code."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.choosing import choose
from orch_lsp.lsp.consent import allow
from orch_lsp.lsp.lookup import find_run
from orch_lsp.lsp.offers import Offer, other_choices
from orch_lsp.lsp.pages import page_on
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_file
from orch_lsp.lsp.snapshot import read


async def use_provider(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.useProvider: choose a provider for the document; without one, offer those that there are."""
    uri = ls.target_uri(given.uri)
    reading = await read(ls, uri)
    if given.provider is None:
        choices = list(other_choices(reading))
        if choices and ls.client.message_actions:
            ls.run_task(_ask_for_choice(ls, choices), f"choice of a provider for {uri}")
        return {"where": None, "choices": [choice.argument for choice in choices]}
    return {"where": await _use(ls, uri, given.provider, given.model)}


async def allow_provider(ls: OrchServer, given: CommandArgument) -> dict[str, str]:
    """orch.allowProvider: let a provider that the project chose be used in this workspace."""
    uri = ls.target_uri(given.uri)
    reading = await read(ls, uri)
    name = given.provider or (reading.settings.choice.provider.name if reading.settings.choice else None)
    if name is None:
        raise JsonRpcInvalidParams("`provider` is needed")
    await allow(ls, reading, name)
    return {"provider": name}


async def dismiss_diagnostic(ls: OrchServer, given: CommandArgument) -> None:
    """orch.dismissDiagnostic: show the document's failure no more."""
    uri = ls.target_uri(given.uri)
    failure = ls.failures.get(uri)
    ls.failures.clear(uri)
    refresh(ls, uri)
    if failure is not None and failure.run_id is not None:
        found = await find_run(ls, failure.run_id)
        await found.store.dismiss(failure.run_id)


async def explain_error(ls: OrchServer, given: CommandArgument) -> dict[str, str | None]:
    """orch.explainError: open the page on an error code."""
    code = given.code or _shown_code(ls, given.uri)
    if code is None:
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, "Orch: nothing has failed here."))
        return {"path": None}
    return {"path": str(await _explain(ls, code))}


def _shown_code(ls: OrchServer, uri: str | None) -> str | None:
    """The code of the failure that the document shows."""
    failure = ls.failures.get(ls.target_uri(uri))
    return failure.detail.code if failure is not None else None


async def _explain(ls: OrchServer, code: str) -> Path:
    if code not in set(ErrorCode):
        raise JsonRpcInvalidParams("`code` must be an error code")
    page = await asyncio.to_thread(page_on, code)
    if page is None:
        raise SettingsError(ErrorCode.UNEXPECTED_ERROR, f"The page on {code} is missing from this installation.")
    await show_file(ls, page)
    return page


async def _ask_for_choice(ls: OrchServer, choices: Sequence[Offer]) -> None:
    """Let the person choose in a message, and do what they chose as if its quick fix had been taken."""
    by_title = {choice.title.removeprefix("Orch: "): choice for choice in choices}
    question = types.ShowMessageRequestParams(
        types.MessageType.Info, "Orch: which provider for this document?",
        [types.MessageActionItem(title) for title in by_title],
    )  # fmt: skip
    try:
        answer = await ls.window_show_message_request_async(question)
    except JsonRpcException:
        return
    chosen = by_title.get(answer.title) if answer is not None else None
    if chosen is not None and ls.documents.is_open(chosen.argument["uri"]):
        await _use(ls, chosen.argument["uri"], chosen.argument["provider"], chosen.argument["model"])


async def _use(ls: OrchServer, uri: str, provider: str, model: str | None) -> str:
    reading = await read(ls, uri)
    # A person who chooses by hand need not be asked again.
    await allow(ls, reading, provider)
    where = await choose(ls, reading, provider, model)
    refresh(ls, uri)
    return where
