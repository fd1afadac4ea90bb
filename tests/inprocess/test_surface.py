"""What editors and scripts rely on, where two readings of the same situation are possible."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.runs.record import Owner
from orch_lsp.runs.status import RunStatus
from tests.fakes.scripted_server import (
    Reply,
    Send,
    Until,
    chat_error,
    chat_pieces,
    messages_pieces,
    stream_reply,
)

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]
REFUSED = -32803


@pytest.fixture
def held(homes, provider):
    """A provider whose answer waits until the event is set."""
    homes.use(provider.url)
    go = asyncio.Event()
    pieces = chat_pieces(ANSWER)
    provider.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in pieces[1:]))))
    return go


async def refusal(editor, command, argument):
    """The error that a command is answered with."""
    with pytest.raises(JsonRpcException) as caught:
        await editor.execute(command, argument)
    return caught.value


async def outcome(editor, command):
    """The error that a command without arguments is answered with; None if it was done."""
    try:
        await editor.execute(command)
    except JsonRpcException as error:
        return error
    return None


@pytest.mark.parametrize("state", ["discarded", "superseded"])
async def test_a_draft_that_was_dealt_with_is_not_applied(start_editor, workspace, state):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    first = await editor.draft(uri, provider="outline", apply="review")
    if state == "discarded":
        await editor.execute("orch.discardDraft", {"runId": first["run_id"]})
    else:
        await editor.draft(uri, provider="outline", apply="review")

    answer = await editor.execute("orch.applyDraft", {"runId": first["run_id"]})

    assert answer == {"runId": first["run_id"], "state": state}
    assert editor.text(uri) == SPEC
    assert editor.edits == []


async def test_a_second_run_on_a_document_is_refused_and_the_diagnostic_goes_with_the_first(
    start_editor, workspace, provider, held
):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute("orch.generateDraft", uri)
    await editor.until(lambda: editor.deltas)

    error = await refusal(editor, "orch.generateDraft", uri)

    assert error.code == REFUSED
    diagnostic = await editor.diagnostic(uri, "run_in_progress")
    assert diagnostic.severity == types.DiagnosticSeverity.Error
    held.set()
    assert (await editor.ended(answer["runId"]))["status"] == "completed"
    await editor.until(lambda: all(d.code != "run_in_progress" for d in editor.client.diagnostics[uri]))


async def test_a_draft_without_the_workspace_says_so_in_a_warning(start_editor, workspace, homes, provider):
    class Unreadable:
        name = "unreadable"

        async def retrieve(self, query):
            del query
            raise ContextError(ErrorCode.UNEXPECTED_ERROR, "No file can be read.")

    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    (await editor.server.session()).context_source = Unreadable()
    uri = editor.open(workspace / "a.spec.md", SPEC)

    record = await editor.draft(uri)

    assert record["status"] == "completed"
    assert record["context"]["error"]["message"] == "No file can be read."
    diagnostic = await editor.diagnostic(uri, "unexpected_error")
    assert diagnostic.severity == types.DiagnosticSeverity.Warning
    assert diagnostic.message.startswith("The draft is not grounded on the workspace: No file can be read.")
    assert diagnostic.data["runId"] == record["run_id"]


async def test_a_conflict_is_told_at_the_document_and_is_nobodys_error(start_editor, workspace, provider, held):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute("orch.generateDraft", uri)
    await editor.until(lambda: editor.deltas)
    editor.type(uri, SPEC.replace("TODO", "Mine."))
    held.set()
    await editor.ended(answer["runId"])
    assert (await editor.diagnostic(uri, "document_changed")).severity == types.DiagnosticSeverity.Information


COMPLETE = "# T\n\nBrief.\n\n" + "".join(
    f"## {title}\n\nWritten.\n\n"
    for title in [
        "Goal",
        "Non-goals",
        "Assumptions",
        "Acceptance Criteria",
        "Tasks",
        "Verification Plan",
        "Rollback Plan",
    ]
)


async def test_a_finished_document_is_information_until_it_has_something_to_fill(start_editor, workspace, homes):
    homes.configure('provider = "outline"\n')
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", COMPLETE)
    assert (await refusal(editor, "orch.generateDraft", {"uri": uri})).data["code"] == "nothing_to_fill"
    diagnostic = await editor.diagnostic(uri, "nothing_to_fill")
    assert diagnostic.severity == types.DiagnosticSeverity.Information
    assert "Orch: Try again" not in await editor.actions(uri, diagnostic)
    editor.type(uri, COMPLETE.replace("Written.", "TODO", 1))
    await editor.until(lambda: not any(d.code == "nothing_to_fill" for d in editor.client.diagnostics[uri]))


async def test_the_cures_of_a_failure_are_offered_on_every_line(start_editor, workspace, homes, provider):
    homes.use(provider.url)
    provider.script(chat_error(401, "invalid_api_key"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    assert record["error"]["code"] == "invalid_auth"
    diagnostic = await editor.diagnostic(uri, "invalid_auth")
    at_the_failure = await editor.actions(uri, diagnostic)
    elsewhere = await editor.actions(uri)
    for title in ("Orch: Retry", "Orch: Explain invalid_auth", "Orch: Open the run's record", "Orch: Dismiss"):
        assert title in at_the_failure
        assert title in elsewhere
    await editor.run_action(elsewhere["Orch: Dismiss"])
    await editor.until(lambda: not any(d.code == "invalid_auth" for d in editor.client.diagnostics[uri]))
    assert "Orch: Retry" not in await editor.actions(uri)


async def test_without_an_argument_the_document_before_a_closed_one_is_meant(start_editor, workspace, homes):
    homes.configure('provider = "outline"\n')
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    editor.close(editor.open(workspace / "b.spec.md", SPEC))
    record = await editor.ended((await editor.execute("orch.generateDraft"))["runId"])
    assert record["spec"]["path"] == "a.spec.md"
    editor.close(uri)
    error = await refusal(editor, "orch.generateDraft", {})
    assert error.code == -32602


async def test_a_failure_that_was_closed_away_comes_back_only_in_the_next_session(
    start_editor, workspace, homes, provider
):
    homes.use(provider.url)
    provider.script(Reply(status=401, steps=(Send(b"{}"),)))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.draft(uri)
    await editor.diagnostic(uri, "invalid_auth")
    editor.close(uri)
    editor.client.diagnostics.clear()
    editor.open(workspace / "a.spec.md", SPEC)
    await editor.until(lambda: uri in editor.client.diagnostics)
    await editor.lenses(uri)
    assert all(d.code != "invalid_auth" for d in editor.client.diagnostics[uri])

    later = await start_editor()
    later.open(workspace / "a.spec.md", SPEC)
    assert (await later.diagnostic(uri, "invalid_auth")).severity == types.DiagnosticSeverity.Error


async def test_a_run_that_is_found_without_its_owner_is_announced(start_editor, workspace, provider, held):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute("orch.generateDraft", uri)
    await editor.until(lambda: editor.deltas)
    (live,) = (await editor.server.session()).supervisor.live
    # As a killed process leaves it: live, and its owner gone.
    gone = replace(live.record, owner=Owner(live.record.owner.host, 2**22 + 1, 0.0, live.record.owner.pid_namespace))
    await live.store.save(gone, expected=RunStatus.RUNNING)

    later = await start_editor()
    later.open(workspace / "b.spec.md", SPEC)
    found = await later.status(answer["runId"], "interrupted")

    assert [change["status"] for change in found["status_timeline"]] == ["queued", "running", "interrupted"]
    assert found["error"]["code"] == "interrupted"
    held.set()


async def test_a_secret_in_the_document_is_shown_on_its_line(start_editor, workspace, homes, provider):
    homes.use(provider.url)
    secret = "AKIA" + "Q" * 3 + "7WLSHFRMK" + "ABCD"
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", f"# Rate limiter\n\nLimit each client.\n\naws_key = {secret}\n")
    record = await editor.draft(uri)
    assert record["error"]["code"] == "secret_blocked"
    assert (await editor.diagnostic(uri, "secret_blocked")).range.start.line == 4
    assert provider.requests == []


async def test_a_front_matter_value_that_is_not_used_is_shown_on_its_line(start_editor, workspace):
    editor = await start_editor()
    text = "---\nprovider: outline\nbase_url: https://elsewhere.invalid\n---\n" + SPEC
    uri = editor.open(workspace / "a.spec.md", text)
    diagnostic = await editor.diagnostic(uri, "invalid_settings")
    assert "base_url" in diagnostic.message
    assert diagnostic.range.start.line == 2


@pytest.mark.parametrize("answer", [{}, None])
async def test_initialization_options_hold_where_the_editor_has_no_settings(start_editor, workspace, answer):
    editor = await start_editor(options={"orch": {"provider": "outline", "apply": "review"}}, settings=answer)
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    assert record["provider"]["id"] == "outline"
    assert record["draft"]["state"] == "ready"


async def test_the_steps_of_a_failed_run_say_what_the_attempt_told(start_editor, workspace, homes, provider):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER, finish="length")))
    editor = await start_editor()
    record = await editor.draft(editor.open(workspace / "a.spec.md", SPEC))
    draft = next(step for step in record["steps"] if step["name"] == "draft")
    assert record["error"]["code"] == "truncated"
    assert (draft["status"], draft["finish_reason"]) == ("failed", "length")
    assert draft["usage"] == record["usage"]
    assert draft["usage"]["input_tokens"] == 11


async def test_the_record_says_which_limit_was_sent(start_editor, workspace, homes, provider):
    homes.use(provider.url, kind="anthropic")
    provider.script(stream_reply(messages_pieces(ANSWER)))
    editor = await start_editor()
    record = await editor.draft(editor.open(workspace / "a.spec.md", SPEC))
    sent = json.loads(provider.requests[0].body)["max_tokens"]
    assert sent > 0
    assert record["request"]["max_output_tokens"] == sent


@pytest.mark.parametrize("command", ["orch.applyDraft", "orch.discardDraft"])
async def test_there_is_nothing_to_do_with_a_draft_that_is_not_there(
    start_editor, workspace, homes, provider, command, caplog
):
    homes.use(provider.url)
    go = asyncio.Event()
    provider.script(Reply(status=401, steps=(Until(go), Send(b"{}"))))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute("orch.generateDraft", uri))["runId"]
    assert (await refusal(editor, command, {"runId": run_id})).data["code"] == "run_in_progress"
    go.set()
    await editor.ended(run_id)
    assert (await refusal(editor, command, {"runId": run_id})).data["code"] == "unknown_run"
    assert "Traceback" not in caplog.text


async def test_every_command_works_without_an_argument(start_editor, workspace, homes):
    homes.configure('provider = "outline"\n')
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.draft(uri)
    for command in editor.result.capabilities.execute_command_provider.commands:
        error = await outcome(editor, command)
        if error is not None:
            # Of a document without a format nothing is made.
            codes = {"nothing_to_fill", "unknown_run"} | ({"unknown_profile"} if "derive" in command else set())
            assert error.code == REFUSED, command
            assert error.data["code"] in codes, command


async def test_a_provider_can_be_chosen_in_a_message(start_editor, workspace):
    editor = await start_editor()
    editor.answer_question = "Use outline (local, no model)"
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute("orch.useProvider")
    assert {"uri": uri, "provider": "outline", "model": None} in answer["choices"]
    await editor.until(lambda: editor.questions)
    config = workspace / ".orch" / "config.toml"
    async with asyncio.timeout(20):
        while not config.exists():
            await editor.lenses(uri)
    assert (await editor.draft(uri))["provider"]["id"] == "outline"


async def test_the_last_failure_is_explained_without_its_code_being_named(start_editor, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert await editor.execute("orch.explainError") == {"path": None}
    await refusal(editor, "orch.generateDraft", uri)
    assert (await editor.execute("orch.explainError"))["path"].endswith("missing_provider.md")


async def test_progress_is_told_a_few_times_a_second_and_not_for_each_word(start_editor, workspace, homes, provider):
    homes.use(provider.url)
    words = ["## Goal\n\n", *(f"word{number} " for number in range(1000))]
    provider.script(stream_reply(chat_pieces(words)))
    editor = await start_editor()
    record = await editor.draft(editor.open(workspace / "a.spec.md", SPEC))
    assert record["draft"]["state"] == "applied"
    reports = editor.client.progress_reports[record["run_id"]]
    assert 2 <= len(reports) < 200
    assert (reports[0].kind, reports[-1].kind) == ("begin", "end")


async def test_the_history_tells_of_an_undo_and_of_a_redo(start_editor, workspace, homes, provider):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.draft(uri))["run_id"]
    drafted = editor.text(uri)

    async def told():
        (run,) = await editor.execute("orch.showHistory", {"uri": uri, "open": False})
        assert run["run_id"] == run_id
        return run.get("taken_back", False)

    assert await told() is False
    editor.undo(uri)
    assert editor.text(uri) == SPEC
    assert await told() is True
    await editor.execute("orch.showHistory")
    editor.type(uri, SPEC + "\n## Mine\n\nMore.\n")
    assert await told() is True
    editor.type(uri, drafted)
    assert await told() is False


async def test_a_choice_says_where_it_was_written(start_editor, workspace, homes):
    homes.configure('[providers.work]\nkind = "ollama"\nmodel = "small"\n')
    editor = await start_editor()
    with_front_matter = editor.open(workspace / "b.spec.md", "---\nprofile: plain\n---\n" + SPEC)
    alone = editor.open(workspace / "a.spec.md", SPEC)

    def said(part):
        return any(part in message.message for message in editor.client.messages)

    assert (await editor.execute("orch.useProvider", {"uri": alone, "provider": "work"}))["where"] == str(
        workspace / ".orch" / "config.toml"
    )
    await editor.until(lambda: said("work is chosen in .orch/config.toml, for all specs below it"))
    await editor.execute("orch.useProvider", {"uri": with_front_matter, "provider": "work", "model": "other"})
    await editor.until(lambda: said("work (other) is chosen in the front matter of b.spec.md"))
    assert "model: other" in editor.text(with_front_matter)


async def test_a_folder_in_which_nothing_was_drafted_gets_nothing_from_being_looked_at(start_editor, workspace, homes):
    homes.configure('[providers.work]\nkind = "ollama"\nmodel = "small"\n')
    (workspace / ".orch").rmdir()
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    editor = await start_editor()
    uri = editor.open(path, SPEC)
    assert await editor.lenses(uri)
    assert await editor.hover(uri, "TODO") is None
    await editor.actions(uri)
    for command in ("orch.showHistory", "orch.doctor"):
        await editor.execute(command, {"uri": uri, "open": False})
    editor.type(uri, SPEC + "More.\n")
    editor.save(uri)
    with pytest.raises(JsonRpcException):
        await editor.execute("orch.showRun", {"uri": uri, "open": False})
    assert [file.name for file in workspace.iterdir()] == ["a.spec.md"]
    assert not list(homes.state.rglob("*.db"))
