"""Commands that start runs and answer at once: on a document, a part of it, the one made of it, or as before."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from orch_lsp.errors import ErrorCode, OrchError, RunError, SpecError
from orch_lsp.late import late
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.commands import DERIVE_DOCUMENT, GENERATE_DRAFT, REFINE_DOCUMENT, REGENERATE_SECTION
from orch_lsp.lsp.consent import allow
from orch_lsp.lsp.drafting import EditorObserver, deliver
from orch_lsp.lsp.failures import ShownFailure, severity_of
from orch_lsp.lsp.lookup import FoundRun, document_of, find_run, newest_run
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_file
from orch_lsp.lsp.snapshot import read, snapshot
from orch_lsp.lsp.workflow_offers import WorkflowChoice, workflow_choices
from orch_lsp.orchestration.drafts.resuming import planned_resume, require_resumable
from orch_lsp.orchestration.planning.beginning import write_new
from orch_lsp.orchestration.planning.choice import chosen
from orch_lsp.orchestration.planning.plan import DraftPlan, instructed, plan_draft, require_draftable
from orch_lsp.orchestration.planning.rewrite import RewriteAsk, key_at
from orch_lsp.orchestration.running.consent import NotAllowedError
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs.record import Software
from orch_lsp.runs.status import LIVE, RunStatus
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.uri import normal_form

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from orch_lsp.orchestration.drafts import rewrite_plan
    from orch_lsp.orchestration.planning import deriving
    from orch_lsp.orchestration.running.session import Planner
else:
    deriving = late("orch_lsp.orchestration.planning.deriving")
    rewrite_plan = late("orch_lsp.orchestration.drafts.rewrite_plan")

OPENED_SECONDS = 20.0
"""How long an editor may take to open a document that was begun."""
_BUTTONS = 6
_BY_HAND = "choose one of these workflows among the actions on the title, or name it as `workflow`."
_MOST = 2**31
"""Of lines and characters, in the protocol's `uinteger`."""


async def generate_draft(ls: OrchServer, given: CommandArgument) -> dict[str, str]:
    """orch.generateDraft: start a run on the document."""
    choice = _choice_of(given)
    uri = ls.target_uri(given.uri)
    only = () if given.key is None else (given.key,)

    async def plan(_: Session, reading: Reading) -> DraftPlan:
        told = instructed(reading, given.instruction)
        return await asyncio.to_thread(plan_draft, told, command=GENERATE_DRAFT, only=only, workflow=given.workflow)

    return await start(ls, uri, choice, plan)


async def run_workflow(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.runWorkflow: start a run in the steps of a workflow; without one, tell which there are, and ask."""
    if given.workflow is not None:
        return {**await generate_draft(ls, given)}
    uri = ls.target_uri(given.uri)
    reading = await read(ls, uri, _choice_of(given))
    found = await asyncio.to_thread(workflow_choices, reading)
    status = "listed"
    if given.open is not False and ls.client.message_actions:
        status = "asked"
        ls.run_task(
            _ask_for_workflow(ls, found, dataclasses.replace(given, uri=uri)), f"choice of a workflow for {uri}"
        )
    elif given.open is not False:
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, _in_words(_BY_HAND, found)))
    return {"runId": None, "status": status, "uri": uri, "workflows": [one.told() for one in found]}


async def _ask_for_workflow(ls: OrchServer, found: Sequence[WorkflowChoice], given: CommandArgument) -> None:
    """A message with a button for each that can be used; the first few, as more are no choice but a wall."""
    usable = [one for one in found if one.error is None][:_BUTTONS]
    question = types.ShowMessageRequestParams(
        types.MessageType.Info,
        _in_words("which workflow is to run?", found),
        [types.MessageActionItem(one.name) for one in usable],
    )
    try:
        answer = await ls.window_show_message_request_async(question)
    except JsonRpcException:
        return
    if answer is None or given.uri is None or not ls.documents.is_open(given.uri):
        return
    try:
        await generate_draft(ls, dataclasses.replace(given, workflow=answer.title))
    except OrchError as error:
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"Orch: {error.message}"))


def _in_words(question: str, found: Sequence[WorkflowChoice]) -> str:
    """The workflows, each with what it does, or why it cannot be used."""
    each = [f"{one.name}: {one.description or one.error or one.path}" for one in found]
    return "\n".join([f"Orch: {question}", *each])


async def regenerate_section(ls: OrchServer, given: CommandArgument) -> dict[str, str | None]:
    """orch.regenerateSection: start a run that writes anew what has a key or keys, or what stands at a position.

    Without either the person is told so, and `runId` is null.

    Raises:
        SpecError: Nothing that could be written anew has the key or stands there (`unknown_node`).
    """
    uri = ls.target_uri(given.uri)
    choice = _choice_like_the_draft(ls, uri, _choice_of(given))
    key, *also = (*(() if given.key is None else (given.key,)), *(given.keys or ())) or (None,)
    if key is None and given.position is None:
        words = "Orch: put the cursor into a section, a requirement or a task, and choose “Rewrite” from its actions."
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, words))
        return {"runId": None, "status": "nothing_named"}
    if key is None and (position := _position_of(given)) is not None:
        here = snapshot(ls, uri)
        offset = here.positions().offset(position)
        key = await asyncio.to_thread(key_at, await here.reading(), offset)
    if key is None:
        raise SpecError(
            ErrorCode.UNKNOWN_NODE,
            "Nothing is named that could be written anew.",
            remediation="Put the cursor into a section, a requirement or a task, or give its key.",
        )
    ask = RewriteAsk.of((key, *filter(None, also)), given.instruction)

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        return await rewrite_plan.planned_rewrite(session, reading, ask, command=REGENERATE_SECTION)

    return {**await start(ls, uri, choice, plan)}


async def refine_document(ls: OrchServer, given: CommandArgument) -> dict[str, str | None]:
    """orch.refineDocument: start a run that amends a document by an instruction; all else of it stays as it is.

    Without one the person is told so, and `runId` is null.

    Raises:
        SpecError: There is nothing that may be amended (`nothing_to_fill`).
    """
    if not (given.instruction or "").strip():
        words = "Orch: say with `instruction` how the document is to be amended; nothing was sent."
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, words))
        return {"runId": None, "status": "nothing_named"}
    ask = RewriteAsk(None, given.instruction)

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        return await rewrite_plan.planned_rewrite(session, reading, ask, command=REFINE_DOCUMENT)

    return {**await start(ls, ls.target_uri(given.uri), _choice_of(given), plan)}


async def derive_document(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.deriveDocument: write the beginnings beside the document, open each, and draft it.

    Without a provider that may be asked nothing is written. The answer comes when the files are there: `uris` are
    theirs. A file that the editor does not open is begun, and is not drafted.

    Raises:
        OrchError: It is refused; the document shows why.
    """
    uri = ls.target_uri(given.uri)
    choice = _choice_of(given)
    try:
        source = await read(ls, uri, choice)
        require_draftable(source)
        chosen(source.settings)
        found = await asyncio.to_thread(deriving.next_documents, source, given.kind)
        for one in found:
            await asyncio.to_thread(write_new, one.path, one.text)
    except OrchError as error:
        ls.failures.set(uri, ShownFailure(error.detail, line=error.line, severity=severity_of(error.code)))
        refresh(ls, uri)
        raise
    paths = [one.path for one in found]
    ls.run_task(_draft_each(ls, uri, paths, choice), f"drafts made of {uri}")
    return {"uris": [path.as_uri() for path in paths]}


async def _draft_each(ls: OrchServer, source_uri: str, paths: Sequence[Path], choice: CommandChoice) -> None:
    source = await snapshot(ls, source_uri).reading(choice)

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        resting = await deriving.resting_on(session, reading, source)
        return await asyncio.to_thread(plan_draft, resting, command=DERIVE_DOCUMENT)

    for path in paths:
        uri = path.as_uri()
        await show_file(ls, path)
        if not await ls.documents.wait_until_open(uri, OPENED_SECONDS):
            continue
        try:
            await start(ls, uri, choice, plan)
        except OrchError as error:
            if error.code == ErrorCode.NOT_ALLOWED:
                # The document shows why, and its cure, which the others would need as well.
                return


def _choice_of(given: CommandArgument) -> CommandChoice:
    """The provider, the model and the way of applying that an argument names.

    Raises:
        JsonRpcInvalidParams: `apply` is another word.
    """
    if given.apply not in {None, "auto", "review"}:
        raise JsonRpcInvalidParams('`apply` must be "auto" or "review"')
    return CommandChoice(given.provider, given.model, given.apply)  # pyright: ignore[reportArgumentType] -- checked above


def _choice_like_the_draft(ls: OrchServer, uri: str, choice: CommandChoice) -> CommandChoice:
    """Part of a draft is written anew by what wrote it, if that was named for this draft alone."""
    named = ls.named_once.get(normal_form(uri))
    if named is None or choice.provider is not None or choice.model is not None:
        return choice
    return dataclasses.replace(choice, provider=named.provider, model=named.model)


def _position_of(given: CommandArgument) -> types.Position | None:
    if given.position is None:
        return None
    line, character = given.position.get("line"), given.position.get("character")
    if not all(isinstance(value, int) and 0 <= value < _MOST for value in (line, character)):
        raise JsonRpcInvalidParams("`position` must have `line` and `character`, each a number from 0 on")
    return types.Position(cast("int", line), cast("int", character))


async def retry_run(ls: OrchServer, given: CommandArgument) -> dict[str, str]:
    """orch.retryRun: start a run like an earlier one, with the provider and model that are chosen now."""
    return await _again(ls, await _run_of(ls, given))


async def resume_run(ls: OrchServer, given: CommandArgument) -> dict[str, str]:
    """orch.resumeRun: go on with a run that failed, was cancelled or was killed; what was answered stays answered."""
    found = await _run_of(ls, given)
    if given.run_id is None and found.record.status is RunStatus.COMPLETED:
        raise RunError(ErrorCode.UNKNOWN_RUN, "The newest run completed: there is nothing to go on with.")
    require_resumable(found.record)
    return await _again(ls, found)


async def _run_of(ls: OrchServer, given: CommandArgument) -> FoundRun:
    return await find_run(ls, given.run_id) if given.run_id else await newest_run(ls, given.uri)


async def _again(ls: OrchServer, found: FoundRun) -> dict[str, str]:
    if found.record.status in LIVE:
        raise RunError(ErrorCode.RUN_IN_PROGRESS, "This run has not ended yet.")
    document = await document_of(ls, found)
    if document is None:
        raise JsonRpcInvalidParams("open the run's document first")
    uri, reading = document
    choice = CommandChoice()
    if reading.settings.choice is None and reading.settings.choice_problem is None:
        # Nothing is chosen now: the run was started with a provider of its own, and is tried again with it.
        choice = CommandChoice(found.record.provider.id, found.record.model.requested)

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        return await planned_resume(session, reading, found.record)

    return await start(ls, uri, choice, plan)


async def start(ls: OrchServer, uri: str, choice: CommandChoice, planner: Planner) -> dict[str, str]:
    """Begin a run on a document, as it is planned.

    Raises:
        OrchError: It is refused; the document shows why.
    """
    try:
        plan = await _plan(ls, uri, choice, planner)
        session = ls.shared
        observer = EditorObserver(ls, uri, f"Orch: {plan.choice.model or plan.choice.provider.name}")

        client = Software(ls.client.name, ls.client.version)
        live = await session.supervisor.start(
            plan, observer, functools.partial(deliver, ls, observer, plan), client=client
        )  # fmt: skip
    except OrchError as error:
        refused = error.provider if isinstance(error, NotAllowedError) else ""
        severity = severity_of(error.code)
        ls.failures.set(uri, ShownFailure(error.detail, line=error.line, severity=severity, refused=refused))
        refresh(ls, uri)
        raise
    ls.named_once.pop(normal_form(uri), None)
    if choice.provider is not None or choice.model is not None:
        ls.named_once[normal_form(uri)] = choice
    return {"runId": live.record.run_id, "status": "accepted"}


async def _plan(ls: OrchServer, uri: str, choice: CommandChoice, planner: Planner) -> DraftPlan:
    consent = ls.shared.consent
    plan = await planner(ls.shared, await read(ls, uri, choice))
    plan = dataclasses.replace(plan, previewed=ls.previewed.take(uri))
    missing = await consent.missing(plan)
    if missing is not None:
        if ls.client.message_actions:
            ls.run_task(_ask_for_consent(ls, plan, missing.provider.name, choice, planner), f"consent for {uri}")
        raise NotAllowedError(missing)
    return plan


async def _ask_for_consent(
    ls: OrchServer, plan: DraftPlan, provider: str, choice: CommandChoice, planner: Planner
) -> None:
    """Ask in a message as well; the diagnostic with its code action stays the way that always works."""
    allow_title = "Allow in this workspace"
    question = types.ShowMessageRequestParams(
        types.MessageType.Warning,
        f"Orch: this project chose the hosted provider {provider}. Send the spec and excerpts of the workspace to it?",
        [types.MessageActionItem(allow_title), types.MessageActionItem("Not now")],
    )
    try:
        answer = await ls.window_show_message_request_async(question)
    except JsonRpcException:
        return
    if answer is not None and answer.title == allow_title:
        uri = plan.reading.source.uri
        await allow(ls, plan.reading, provider)
        if ls.documents.is_open(uri):
            await start(ls, uri, choice, planner)
