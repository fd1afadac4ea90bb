"""orch.setup: from nothing to a provider and model that were tried and written into the user config.

A client with a picker of its own asks for the steps: `find`, `models`, `try`, `write`. Without a step the same is
asked in messages, or the command for a terminal is named where the client has no choices in messages.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from orch_lsp.errors import ErrorCode, OrchError, SettingsError
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.refresh import refresh_all
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import read
from orch_lsp.model_lists.lists import ModelList
from orch_lsp.providers.base import ModelInfo
from orch_lsp.setup.found import Candidate, Found
from orch_lsp.setup.narrowing import likeliest_first, matching
from orch_lsp.setup.own_server import recognise
from orch_lsp.setup.selection import Proposal, Selection, name_for
from orch_lsp.setup.setting_up import SettingUp

COMMAND_LINE = "orch-lsp setup"
_JUST_ASKED = timedelta(minutes=5)
_FEW = 4
"""Choices of a message, beside the one that leads elsewhere: more are no choice but a wall."""
_NOTHING_CHOSEN = frozenset(
    {"missing_provider", "missing_model", "unknown_provider", "missing_auth", "invalid_settings"}
)
_TRY, _LATER = "Try it and save", "Not now"
_STEPS = ("current", "find", "models", "name", "try", "write")


async def setup(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.setup: one step, or all of them in messages.

    Raises:
        OrchError: The user config cannot be used, or the step failed; nothing was written then.
        JsonRpcInvalidParams: There is no such step, or it lacks a provider or model.
    """
    steps = SettingUp(ls.shared, ls.folders())
    match given.step:
        case None:
            return await _begin(ls, steps, given)
        case "current":
            return await _current(steps)
        case "find":
            return await _found(ls, steps, await steps.look_around())
        case "name":
            return {"provider": (await _selection(steps, given)).provider}
        case "models":
            return await _models(ls, steps, given)
        case "try":
            trial = await steps.try_out(await _proposal(steps, given))
            return {"answered": trial.model, "seconds": round(trial.seconds, 3), "tokens": trial.tokens}
        case "write":
            return await _write(ls, steps, await _proposal(steps, given), given.uri)
        case _:
            raise JsonRpcInvalidParams(f"`step` must be one of {', '.join(_STEPS)}")


async def _begin(ls: OrchServer, steps: SettingUp, given: CommandArgument) -> dict[str, Any]:
    found = await steps.look_around()
    answer = await _found(ls, steps, found)
    if given.open is False:
        return answer
    candidates = found.candidates if ls.client.message_actions else ()
    if candidates:
        ls.run_task(_ask(ls, steps, candidates), "set-up")
        return {**answer, "status": "asked"}
    text = f"Orch: run `{COMMAND_LINE}` in a terminal to choose a provider and model, or write them into {steps.path}."
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
    return {**answer, "status": "told"}


async def _current(steps: SettingUp) -> dict[str, Any]:
    """The choice that holds at user level; asks nobody."""
    choice = (await steps.settings()).choice
    return {
        "config": str(steps.path),
        "command": COMMAND_LINE,
        "current": None if choice is None else {"provider": choice.provider.name, "model": choice.model},
    }


async def _found(ls: OrchServer, steps: SettingUp, found: Found) -> dict[str, Any]:
    connections = ls.shared.connections
    services = [
        {
            "provider": provider.name,
            "variables": list(provider.key_variables),
            "hasKey": not connections.key_source(provider).startswith("none"),
            "needsAddress": provider.base_url is None,
        }
        for provider in ls.shared.presets.values()
        if provider.requires_key
    ]
    return {
        "status": "found",
        **await _current(steps),
        "candidates": _candidates(found),
        "passedOver": [{"provider": one.provider, "reason": one.reason} for one in found.passed_over],
        "services": services,
    }


def _candidates(found: Found) -> list[dict[str, Any]]:
    return [
        {
            "provider": one.provider,
            "source": one.source,
            "detail": one.detail,
            "hosted": one.is_hosted,
            "needsKey": one.needs_key,
        }
        for one in found.candidates
    ]


async def _models(ls: OrchServer, steps: SettingUp, given: CommandArgument) -> dict[str, Any]:
    """The models of a provider, or of the server at an address, whose wire format is found out."""
    if given.base_url is not None and given.kind is None:
        own = await recognise(steps, await _selection(steps, given))
        proposal, listed = own.proposal, own.models
        address: str | None = own.selection.base_url
    else:
        proposal = await steps.propose(await _selection(steps, given))
        listed = await _list(ls, proposal, is_narrowed=given.search is not None)
        address = given.base_url
    models = () if listed is None else listed.models
    by_id: dict[str, ModelInfo] = {one.id: one for one in models}
    ids = likeliest_first(tuple(by_id))
    wanted = ids if given.search is None else matching(ids, given.search)
    error = None if listed is None else listed.error
    return {
        "provider": proposal.choice.provider,
        "kind": proposal.provider.kind,
        "baseUrl": address,
        "hosted": ls.shared.connections.is_hosted(proposal.provider),
        "hasModel": proposal.provider.has_model,
        "current": proposal.provider.model,
        "total": len(wanted),
        "models": [
            {"id": one.id, "name": one.name, "contextWindow": one.context_window}
            for one in (by_id[name] for name in wanted[: given.limit])
        ],
        "error": None if error is None else {"code": error.code, "message": error.text},
    }


async def _list(ls: OrchServer, proposal: Proposal, *, is_narrowed: bool) -> ModelList | None:
    """The provider's list; who only looks for words in one that was just given is told from that."""
    models = ls.shared.models
    if not proposal.provider.has_model:
        return None
    if is_narrowed:
        known = await models.known(proposal.provider)
        if known.fetched_at is not None and datetime.now(UTC) - known.fetched_at < _JUST_ASKED:
            return known
    return await models.best(proposal.provider)


async def _selection(steps: SettingUp, given: CommandArgument) -> Selection:
    if given.provider is None and given.base_url is None:
        raise JsonRpcInvalidParams("`provider` is needed, or the `baseUrl` of a server")
    name = given.provider or name_for(given.base_url or "", (await steps.settings()).providers)
    return Selection(name, given.model, given.base_url, given.key_env, given.kind)


async def _proposal(steps: SettingUp, given: CommandArgument) -> Proposal:
    proposal = await steps.propose(await _selection(steps, given))
    if proposal.provider.has_model and proposal.choice.model is None:
        raise SettingsError(ErrorCode.MISSING_MODEL, f"No model of {proposal.choice.provider} is named.")
    return proposal


async def _write(ls: OrchServer, steps: SettingUp, proposal: Proposal, uri: str | None) -> dict[str, Any]:
    """Write the choice; failures of open documents that said that nothing was chosen are gone then."""
    changed = await steps.write(proposal)
    for shown in ls.documents.open_uris():
        failure = ls.failures.get(shown)
        if failure is not None and failure.run_id is None and failure.detail.code in _NOTHING_CHOSEN:
            ls.failures.clear(shown)
    refresh_all(ls)
    return {
        "config": str(steps.path),
        "changed": changed,
        "provider": proposal.choice.provider,
        "model": proposal.choice.model,
        "comesFirst": await _coming_first(ls, proposal, uri or ls.last_document),
    }


async def _coming_first(ls: OrchServer, proposal: Proposal, uri: str | None) -> dict[str, Any] | None:
    """The choice that holds in a document although another one was just written; None if that holds."""
    if uri is None or not ls.documents.is_open(uri):
        return None
    choice = (await read(ls, uri)).settings.choice
    written = proposal.choice
    if choice is None or (choice.provider.name, choice.model or None) == (written.provider, written.model):
        return None
    # Settings that the editor hands over count as the user's own, and win over the file.
    layer = "the editor's own settings" if choice.layer.trusted else str(choice.layer)
    return {"layer": layer, "provider": choice.provider.name, "model": choice.model}


# In messages.


async def _ask(ls: OrchServer, steps: SettingUp, candidates: tuple[Candidate, ...]) -> None:
    """Ask for provider, model and consent to the trial, one message each."""
    titles = {f"{one.provider}: {one.detail}": one for one in candidates[:_FEW]}
    more = f" More by `{COMMAND_LINE}` in a terminal."
    picked = await _answer(ls, f"Orch: which provider should write your drafts?{more}", list(titles))
    if picked is None:
        return
    try:
        selection = Selection(titles[picked].provider)
        proposal = await steps.propose(selection)
        listed = await ls.shared.models.best(proposal.provider)
        ids = likeliest_first([one.id for one in listed.models])
        if proposal.provider.model:
            ids = tuple(dict.fromkeys((proposal.provider.model, *ids)))
        if not ids:
            raise SettingsError(
                ErrorCode.MISSING_MODEL,
                f"No model of {selection.provider} could be listed.",
                remediation=f"Name one: {COMMAND_LINE} --provider {selection.provider} --model ID --yes.",
            )
        others = f" All {len(ids)}: `{COMMAND_LINE} --provider {selection.provider}`." if len(ids) > _FEW else ""
        model = await _answer(ls, f"Orch: which model of {selection.provider}?{others}", list(ids[:_FEW]))
        if model is None:
            return
        proposal = await steps.propose(Selection(selection.provider, model))
        question = f"Orch: {steps.announced(proposal)} Then the choice is written into {steps.path}."
        if await _answer(ls, question, [_TRY, _LATER]) != _TRY:
            return
        await steps.try_out(proposal)
        await _write(ls, steps, proposal, None)
    except OrchError as error:
        text = f"Orch: {error.detail.text} {steps.path} is as it was."
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Error, text))
        return
    text = (
        f"Orch: {proposal.choice.provider} ({proposal.choice.model}) answered, and is written into {steps.path}. "
        "Draft a spec by the lens above its title, or by its actions."
    )
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))


async def _answer(ls: OrchServer, question: str, titles: list[str]) -> str | None:
    actions = [types.MessageActionItem(title) for title in titles]
    params = types.ShowMessageRequestParams(types.MessageType.Info, question, actions)
    try:
        answer = await ls.window_show_message_request_async(params)
    except JsonRpcException:
        return None
    return answer.title if answer is not None and answer.title in titles else None
