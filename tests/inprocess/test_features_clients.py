"""Clients of every make: each optional capability that is absent has a fallback, and nothing is asked of it."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from orch_lsp.lsp.commands import (
    ALLOW_PROVIDER,
    APPLY_DRAFT,
    CANCEL_RUN,
    DISCARD_DRAFT,
    DISMISS_DIAGNOSTIC,
    DOCTOR,
    EXPLAIN_ERROR,
    GENERATE_DRAFT,
    PREVIEW_DRAFT,
    RETRY_RUN,
    SHOW_HISTORY,
    SHOW_RUN,
    USE_PROVIDER,
)
from tests.fakes.editor import SECONDS, plain
from tests.fakes.scripted_server import Stall, chat_chunk, chat_error, chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit ", "clients.\n"]
RECORDED = [
    "visual-studio-code",
    "neovim@v0.6.1",
    "neovim@v0.7.0",
    "neovim@v0.8.0",
    "neovim@v0.9.1",
    "neovim@v0.10.0",
    "neovim@v0.11.0",
    "emacs",
    "nothing at all",
]
COMMANDS = [
    GENERATE_DRAFT, RETRY_RUN, APPLY_DRAFT, PREVIEW_DRAFT, DISCARD_DRAFT, CANCEL_RUN, SHOW_RUN, SHOW_HISTORY, DOCTOR,
    USE_PROVIDER, ALLOW_PROVIDER, DISMISS_DIAGNOSTIC, EXPLAIN_ERROR,
]  # fmt: skip


def capabilities(name):
    return types.ClientCapabilities() if name == "nothing at all" else name


def pulling(*, refresh: bool) -> types.ClientCapabilities:
    return types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities()),
        workspace=types.WorkspaceClientCapabilities(
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=refresh)
        ),
    )


async def settled(editor, run_id):
    """The record of a run that has ended and whose draft was dealt with, asked for as any client can."""
    async with asyncio.timeout(SECONDS):
        while True:
            record = await editor.execute(SHOW_RUN, {"runId": run_id, "open": False})
            waits = record["draft"] and record["draft"]["state"] == "ready" and not record["error"]
            if record["status"] not in {"queued", "running"} and not waits:
                return record


async def drafted(editor, uri):
    return await settled(editor, (await editor.execute(GENERATE_DRAFT, {"uri": uri}))["runId"])


def shows(editor):
    """Note what the editor is asked to show."""
    shown = []

    async def show(params):
        shown.append(params.uri)
        await editor.look_again()
        return types.ShowDocumentResult(True)

    editor.client.protocol.fm.features[types.WINDOW_SHOW_DOCUMENT] = show
    return shown


async def pulled(editor, uri):
    report = await editor.client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    return report.items


@pytest.mark.parametrize("name", RECORDED)
async def test_the_main_job_works_without_any_extra(start_editor, homes, provider, workspace, name):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=capabilities(name), orch=False)
    uri = editor.open(workspace / "a.spec.md", SPEC)

    answer = await editor.execute(GENERATE_DRAFT)

    assert answer["status"] == "accepted"
    record = await settled(editor, answer["runId"])
    assert record["draft"]["state"] == "applied"
    assert editor.text(uri) == SPEC.replace("TODO", "Limit clients.")
    assert "served-model" in await editor.hover(uri, "Limit clients.")
    assert editor.runs == []
    assert editor.deltas == []
    (edit,) = editor.edits
    if editor.server.client.document_changes:
        (change,) = edit.edit.document_changes
        assert change.text_document.version == 1
    else:
        assert edit.edit.document_changes is None
        assert list(edit.edit.changes) == [uri]
    editor.undo(uri)
    assert editor.text(uri) == SPEC
    assert "Orch: Generate spec draft" in await editor.lenses(uri)


@pytest.mark.parametrize("name", RECORDED)
async def test_a_failure_has_cures_that_work_in_every_client(start_editor, homes, provider, workspace, name):
    homes.use(provider.url)
    provider.script(chat_error(401, "invalid_api_key"), stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=capabilities(name), orch=False)
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.execute(GENERATE_DRAFT)
    diagnostic = await editor.diagnostic(uri, "invalid_auth")
    actions = await editor.actions(uri, diagnostic)
    answer = await editor.run_action(actions["Orch: Retry"])
    assert (await settled(editor, answer["runId"]))["draft"]["state"] == "applied"


async def test_nothing_is_asked_of_a_client_that_declares_nothing(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=types.ClientCapabilities(), orch=False)
    asked = []
    send = editor.server.protocol.send_request
    editor.server.protocol.send_request = lambda method, *a, **k: (asked.append(method), send(method, *a, **k))[1]
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute(GENERATE_DRAFT)
    await settled(editor, answer["runId"])
    await editor.execute(SHOW_RUN)
    await editor.execute(SHOW_HISTORY)
    await editor.execute(DOCTOR)
    await editor.hover(uri, "Goal")
    assert asked == ["workspace/applyEdit"]
    assert editor.client.progress_reports == {}


async def test_a_client_without_progress_is_told_by_messages(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=types.ClientCapabilities(), orch=False)
    editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute(GENERATE_DRAFT)
    await settled(editor, answer["runId"])
    await editor.execute(SHOW_HISTORY, {"open": False})
    told = [message.message for message in editor.client.messages]
    left = "Non-goals, Assumptions, Acceptance Criteria, Tasks, Verification Plan, Rollback Plan"
    assert told == ["Orch: asked-model", f"the draft is in the document; the answer has no {left}"]


async def test_a_client_that_never_answers_the_progress_request_loses_nothing(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    editor.silent_progress = True
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute(GENERATE_DRAFT)
    assert (await settled(editor, answer["runId"]))["draft"]["state"] == "applied"
    assert editor.text(uri) == SPEC.replace("TODO", "Limit clients.")
    assert editor.client.progress_reports == {}


async def test_a_client_that_refuses_the_progress_request_loses_nothing(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()

    def refuse(params):
        raise JsonRpcException("no progress today")

    editor.client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = refuse
    editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute(GENERATE_DRAFT)
    assert (await settled(editor, answer["runId"]))["draft"]["state"] == "applied"
    assert editor.client.progress_reports == {}
    assert editor.server.work_done_progress.tokens == {}


async def test_a_progress_that_is_granted_too_late_is_not_begun(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    granted = asyncio.Event()

    async def late(params):
        await granted.wait()

    editor.client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = late
    editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute(GENERATE_DRAFT)
    await settled(editor, answer["runId"])
    granted.set()
    await editor.execute(SHOW_HISTORY, {"open": False})
    assert editor.client.progress_reports == {}
    assert editor.server.work_done_progress.tokens == {}


async def test_every_command_answers_while_provider_and_progress_never_do(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply([], Stall()))
    editor = await start_editor()
    editor.silent_progress = True
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute(GENERATE_DRAFT))["runId"]
    await provider.request(0)
    assert (await editor.execute(SHOW_RUN, {"open": False}))["status"] == "running"
    assert [run["run_id"] for run in await editor.execute(SHOW_HISTORY, {"open": False})] == [run_id]
    assert (await editor.execute(DOCTOR, {"open": False}))["schema"] == "orch.doctor/1"
    with pytest.raises(JsonRpcException) as caught:
        await editor.execute(GENERATE_DRAFT)
    assert plain(caught.value.data)["code"] == "run_in_progress"
    assert "Orch: Cancel (running)" in await editor.lenses(uri)
    assert (await editor.execute(CANCEL_RUN))["runId"] == run_id
    assert (await settled(editor, run_id))["status"] == "cancelled"


@pytest.mark.parametrize("door", ["progress", "command"])
async def test_a_run_is_cancelled_through_either_door(start_editor, homes, provider, workspace, door):
    homes.use(provider.url)
    provider.script(stream_reply([chat_chunk("## Goal\n\nPart")], Stall()))
    editor = await start_editor()
    editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute(GENERATE_DRAFT))["runId"]
    await editor.until(lambda: editor.deltas and editor.client.progress_reports)
    if door == "progress":
        (token,) = editor.client.progress_reports
        editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    else:
        await editor.execute(CANCEL_RUN, {"runId": run_id})
    record = await editor.status(run_id, "cancelled")
    assert record["draft"]["partial"] is True
    assert record["error"]["code"] == "cancelled"
    await (await provider.request(0)).disconnected.wait()
    assert (await editor.execute(CANCEL_RUN, {"runId": run_id}))["status"] == "already_ended"


# -- what a command may be given


@pytest.mark.parametrize("arguments", [None, [], [None], [{}], [{"future": 1, "uri": None}]], ids=repr)
async def test_a_command_needs_no_argument(start_editor, homes, provider, workspace, arguments):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    editor.open(workspace / "a.spec.md", SPEC)

    async def execute(command):
        return plain(
            await editor.client.workspace_execute_command_async(types.ExecuteCommandParams(command, arguments))
        )

    run_id = (await execute(GENERATE_DRAFT))["runId"]
    await editor.ended(run_id)
    assert (await execute(SHOW_RUN))["run_id"] == run_id
    assert [run["run_id"] for run in await execute(SHOW_HISTORY)] == [run_id]
    assert (await execute(CANCEL_RUN))["status"] == "already_ended"
    assert (await execute(DOCTOR))["schema"] == "orch.doctor/1"
    assert await execute(DISMISS_DIAGNOSTIC) is None


WRONG = [
    7, True, ["x"], {"uri": 7}, {"runId": 7}, {"runId": ["a"]}, {"uri": {}}, {"apply": 1}, {"open": "no"},
    {"limit": "5"}, {"limit": True}, {"provider": False}, {"model": 5},
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
async def test_an_argument_of_another_type_is_refused(start_editor, workspace, command):
    editor = await start_editor()
    editor.open(workspace / "a.spec.md", SPEC)
    for argument in WRONG:
        with pytest.raises(JsonRpcInvalidParams):
            await editor.execute(command, argument)


@pytest.mark.parametrize("argument", [{"apply": "always"}, {"uri": "file:///not/open.md"}, {"uri": "what is this"}])
async def test_a_value_that_means_nothing_is_refused(start_editor, workspace, argument):
    editor = await start_editor()
    editor.open(workspace / "a.spec.md", SPEC)
    with pytest.raises(JsonRpcInvalidParams):
        await editor.execute(GENERATE_DRAFT, argument)


async def test_without_a_document_there_is_nothing_to_generate(start_editor):
    editor = await start_editor()
    with pytest.raises(JsonRpcInvalidParams):
        await editor.execute(GENERATE_DRAFT)


async def test_the_document_last_worked_on_is_meant(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    first = editor.open(workspace / "a.spec.md", SPEC)
    editor.open(workspace / "b.spec.md", SPEC)
    editor.type(first, SPEC + "\nMore.\n")
    answer = await editor.execute(GENERATE_DRAFT)
    assert (await editor.ended(answer["runId"]))["spec"]["path"] == "a.spec.md"


# -- showing things


async def test_a_client_that_shows_documents_is_asked_to(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    shown = shows(editor)

    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.draft(uri))["run_id"]
    await editor.execute(SHOW_RUN)
    await editor.until(lambda: shown)
    page = Path(types_path(shown[0]))
    assert run_id in page.read_text()
    assert not page.is_relative_to(workspace)
    assert stat.S_IMODE(page.stat().st_mode) == 0o400
    assert not [m for m in editor.client.messages if str(page) in m.message]


def types_path(uri):
    from pygls.uris import to_fs_path

    return to_fs_path(uri)


@pytest.mark.parametrize("name", ["neovim@v0.7.0", "nothing at all"])
async def test_a_client_that_cannot_show_documents_is_told_where_the_page_is(
    start_editor, homes, provider, workspace, name
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=capabilities(name))
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.draft(uri))["run_id"]
    await editor.execute(SHOW_RUN)
    (told,) = [m.message for m in editor.client.messages if "see " in m.message]
    page = Path(told.partition("see ")[2])
    assert run_id in page.read_text()


async def test_a_client_with_virtual_documents_gets_records_and_drafts_as_such(
    start_editor, homes, provider, workspace
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    found = types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(
            text_document_content=types.TextDocumentContentClientCapabilities()
        ),
        window=types.WindowClientCapabilities(show_document=types.ShowDocumentClientCapabilities(support=True)),
    )
    editor = await start_editor(capabilities=found)
    shown = shows(editor)

    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.draft(uri))["run_id"]
    await editor.execute(SHOW_RUN)
    await editor.execute(PREVIEW_DRAFT, {"runId": run_id})
    await editor.until(lambda: len(shown) == 2)
    assert shown == [f"orch-run:{run_id}.md", f"orch-draft:{run_id}.md"]
    texts = [
        (await editor.client.workspace_text_document_content_async(types.TextDocumentContentParams(one))).text
        for one in shown
    ]
    assert run_id in texts[0]
    assert texts[1] == "## Goal\n\nLimit clients.\n"
    with pytest.raises(JsonRpcInvalidParams):
        await editor.client.workspace_text_document_content_async(types.TextDocumentContentParams("orch-run:what.md"))


async def test_a_client_that_never_answers_a_show_request_loses_nothing(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()

    async def show(params):
        await asyncio.Event().wait()

    editor.client.protocol.fm.features[types.WINDOW_SHOW_DOCUMENT] = show

    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.draft(uri))["run_id"]
    assert (await editor.execute(SHOW_RUN))["run_id"] == run_id


# -- diagnostics


async def test_a_client_that_pulls_gets_no_push(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(chat_error(401, "invalid_api_key"))
    editor = await start_editor(capabilities=pulling(refresh=True))
    refreshed = []

    async def refresh(params):
        refreshed.append(params)
        await editor.look_again()

    editor.client.protocol.fm.features[types.WORKSPACE_DIAGNOSTIC_REFRESH] = refresh

    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute(GENERATE_DRAFT))["runId"]
    await editor.status(run_id, "failed")
    before = len(refreshed)
    await editor.until(lambda: len(refreshed) > before)
    found = await pulled(editor, uri)
    (failure,) = [diagnostic for diagnostic in found if diagnostic.code == "invalid_auth"]
    assert plain(failure.data)["runId"] == run_id
    assert editor.client.diagnostics == {}
    editor.close(uri)
    assert not await pulled(editor, uri)
    assert editor.client.diagnostics == {}


async def test_a_client_that_pulls_but_cannot_be_told_to_sees_each_diagnostic_once(start_editor, workspace):
    editor = await start_editor(capabilities=pulling(refresh=False))
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.until(lambda: editor.client.diagnostics.get(uri))
    pushed = [diagnostic.code for diagnostic in editor.client.diagnostics[uri]]
    assert pushed
    # Told that it could, it would show each of them twice.
    assert editor.result.capabilities.diagnostic_provider is None


async def test_diagnostics_are_pushed_while_somebody_types_without_a_pause(start_editor, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.until(lambda: uri in editor.client.diagnostics)
    pushed: list[int | None] = []
    recorded = editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def record(params):
        pushed.append(params.version)
        recorded(params)

    editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = record
    async with asyncio.timeout(SECONDS):
        while len(pushed) < 3:
            editor.type(uri, editor.text(uri) + "x")
            await asyncio.sleep(0.005)
    last = editor.buffers[uri].version
    await editor.until(lambda: pushed[-1] == last)
    # An older text is never the last word.
    assert pushed == sorted(pushed)


async def test_a_client_that_pulls_is_not_told_of_what_it_typed_itself(start_editor, workspace):
    editor = await start_editor(capabilities=pulling(refresh=True))
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.execute("orch.showHistory", {"open": False})
    await asyncio.gather(*(one.task for one in editor.server.publishing.values()))
    editor.type(uri, SPEC + "x")
    await pulled(editor, uri)
    assert not editor.server.publishing


async def test_diagnostics_are_cleared_for_a_closed_document(start_editor, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.until(lambda: editor.client.diagnostics.get(uri))
    editor.close(uri)
    await editor.until(lambda: not editor.client.diagnostics.get(uri))


# -- other optional things


@pytest.mark.parametrize(("name", "kind"), [("visual-studio-code", "markdown"), ("nothing at all", "plaintext")])
async def test_hover_comes_in_a_format_that_the_client_can_show(start_editor, homes, provider, workspace, name, kind):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=capabilities(name))
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await drafted(editor, uri)
    found = await editor.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(6, 0))
    )
    assert found.contents.kind == kind
    for part in ("work", "served-model", "plain.draft", "11 in / 2 out", "cost unknown", "unchanged", record["run_id"]):
        assert part in found.contents.value
    if kind == "plaintext":
        assert "*" not in found.contents.value
        assert "`" not in found.contents.value


async def test_a_client_without_code_action_literals_gets_commands(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(chat_error(401, "invalid_api_key"), stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=types.ClientCapabilities())
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.draft(uri)
    diagnostic = await editor.diagnostic(uri, "invalid_auth")
    found = await editor.client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri), diagnostic.range, types.CodeActionContext([diagnostic])
        )
    )
    assert found
    assert all(isinstance(action, types.Command) and action.command.startswith("orch.") for action in found)


@pytest.mark.parametrize("trigger", [types.CodeActionTriggerKind.Automatic, types.CodeActionTriggerKind.Invoked])
async def test_a_save_can_never_spend_money(start_editor, homes, provider, workspace, trigger):
    homes.use(provider.url)
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    start = types.Range(types.Position(0, 0), types.Position(0, 0))

    async def offered(*only):
        context = types.CodeActionContext([], list(only) or None, trigger)
        return await editor.client.text_document_code_action_async(
            types.CodeActionParams(types.TextDocumentIdentifier(uri), start, context)
        )

    assert not await offered(types.CodeActionKind.SourceFixAll)
    assert not await offered(types.CodeActionKind.Source)
    assert bool(await offered()) is (trigger is types.CodeActionTriggerKind.Invoked)
    kinds = {getattr(action.kind, "value", action.kind) for action in await offered() if hasattr(action, "kind")}
    assert kinds <= {"refactor.rewrite.orch"}


async def test_a_client_that_does_not_know_apply_edit_keeps_its_text_and_the_draft(
    start_editor, homes, provider, workspace
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=types.ClientCapabilities())
    del editor.client.protocol.fm.features[types.WORKSPACE_APPLY_EDIT]
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute(GENERATE_DRAFT)
    await settled(editor, answer["runId"])
    record = await editor.execute("orch.showRun", {"runId": answer["runId"], "open": False})
    assert record["status"] == "completed"
    assert record["draft"]["state"] == "ready"
    assert record["error"]["code"] == "document_changed"
    assert editor.text(uri) == SPEC
    preview = await editor.execute(PREVIEW_DRAFT, {"runId": answer["runId"], "open": False})
    assert preview["document"] == SPEC.replace("TODO", "Limit clients.")


async def test_a_client_that_calls_its_own_extras_by_the_orch_name_gets_notifications_in_order(
    start_editor, homes, provider, workspace
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["## Goal\n\n", "Limit ", "clients 😋.\n"])))
    editor = await start_editor(capabilities=types.ClientCapabilities(), orch=True)
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await drafted(editor, uri)
    await editor.until(lambda: editor.runs[-1]["applied"])
    mine = [run for run in editor.runs if run["run_id"] == record["run_id"]]
    assert [run["status"] for run in mine] == ["queued", "running", "completed", "completed"]
    assert [run["draft"]["state"] for run in mine if run["draft"]] == ["ready", "applied"]
    assert "text" not in mine[-1]["draft"]
    offset = 0
    for delta in editor.deltas:
        assert delta["runId"] == record["run_id"]
        assert delta["offset"] == offset
        offset += len(delta["text"])
    assert "".join(delta["text"] for delta in editor.deltas) == "## Goal\n\nLimit clients 😋.\n"


async def test_two_folders_with_files_of_one_name_do_not_mix_up_their_histories(
    start_editor, homes, provider, tmp_path
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        (folder / ".orch").mkdir(parents=True)
    editor = await start_editor(*folders)
    uris = [editor.open(folder / "a.spec.md", SPEC) for folder in folders]
    records = [await editor.draft(uri) for uri in uris]
    for uri, record in zip(uris, records, strict=True):
        shown = await editor.execute(SHOW_HISTORY, {"uri": uri, "open": False})
        assert [run["run_id"] for run in shown] == [record["run_id"]]
        assert record["run_id"] in await editor.hover(uri, "Limit clients.")


async def test_no_workspace_folder_is_needed(start_editor, homes, provider, tmp_path):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(alone=True)
    uri = editor.open(tmp_path / "alone" / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    assert record["draft"]["state"] == "applied"
    assert record["spec"]["path"] == "a.spec.md"
    assert (homes.state / "documents").is_dir()
