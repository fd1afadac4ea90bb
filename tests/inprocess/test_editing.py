"""The honest edit: what a person writes while a run goes on is theirs, whatever the document looks like."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types

from tests.fakes.scripted_server import Until, chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n\n## Notes\n\nMine.\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]


@pytest.fixture
def held(homes, provider):
    """A provider whose answer waits until the event is set."""
    homes.use(provider.url)
    go = asyncio.Event()
    pieces = chat_pieces(ANSWER)
    from tests.fakes.scripted_server import Reply, Send

    provider.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in pieces[1:]))))
    return go


async def begun(editor, uri, provider):
    answer = await editor.execute("orch.generateDraft", {"uri": uri})
    await editor.until(lambda: editor.deltas)
    return answer["runId"]


async def stored(editor, run_id):
    return await editor.execute("orch.showRun", {"runId": run_id, "open": False})


async def test_a_document_that_changed_outside_of_the_target_keeps_the_draft_waiting_and_gets_it_when_asked(
    start_editor, workspace, provider, held
):
    """Whoever writes there may be in the middle of a sentence."""
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = await begun(editor, uri, provider)
    mine = SPEC.replace("Mine.", "Mine, and more.\n\n## Also mine\n\nText.").replace("each", "every")
    editor.type(uri, mine)
    held.set()
    await editor.ended(run_id)
    record = await stored(editor, run_id)
    assert (record["status"], record["draft"]["state"]) == ("completed", "ready")
    assert record["error"]["code"] == "document_changed"
    assert editor.edits == []
    assert editor.text(uri) == mine
    assert (await editor.execute("orch.applyDraft", {"runId": run_id}))["state"] == "applied"
    text = editor.text(uri)
    assert "## Goal\n\nLimit clients.\n" in text
    assert "Limit every client." in text
    assert "Mine, and more.\n\n## Also mine\n\nText.\n" in text


@pytest.mark.parametrize("line", ["profile: openspec", "profile: [plain", "profile:"])
async def test_a_document_that_names_another_profile_meanwhile_gets_no_draft(
    start_editor, workspace, provider, held, line
):
    """Neither by itself nor when asked, until it names the run's profile again, or none."""
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = await begun(editor, uri, provider)
    mine = f"---\n{line}\n---\n{SPEC}"
    editor.type(uri, mine)
    held.set()
    await editor.ended(run_id)
    record = await stored(editor, run_id)
    assert (record["draft"]["state"], record["error"]["code"]) == ("ready", "unknown_profile")
    refused = await editor.execute("orch.applyDraft", {"runId": run_id})
    assert (refused["state"], refused["code"]) == ("ready", "unknown_profile")
    assert (await editor.execute("orch.previewDraft", {"runId": run_id, "open": False}))["document"] is None
    assert (editor.edits, editor.text(uri)) == ([], mine)
    editor.type(uri, mine.replace(line, "profile: plain"))
    assert (await editor.execute("orch.applyDraft", {"runId": run_id}))["state"] == "applied"
    assert "## Goal\n\nLimit clients.\n" in editor.text(uri)
    assert (await stored(editor, run_id))["error"] is None


async def test_a_change_that_was_taken_back_is_none(start_editor, workspace, provider, held):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = await begun(editor, uri, provider)
    editor.type(uri, SPEC + "A slip.")
    editor.undo(uri)
    held.set()
    record = await editor.ended(run_id)
    assert (record["draft"]["state"], record["error"]) == ("applied", None)


async def test_a_change_inside_the_target_keeps_the_persons_text_and_the_draft_waits(
    start_editor, workspace, provider, held
):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = await begun(editor, uri, provider)
    mine = SPEC.replace("TODO", "My own goal.")
    editor.type(uri, mine)
    held.set()
    await editor.ended(run_id)
    record = await stored(editor, run_id)
    assert editor.text(uri) == mine
    assert record["status"] == "completed"
    assert record["draft"]["state"] == "ready"
    assert record["error"]["code"] == "document_changed"
    diagnostic = await editor.diagnostic(uri, "document_changed")
    actions = await editor.actions(uri, diagnostic)
    result = await editor.run_action(actions["Orch: Insert the draft, keeping my text"])
    assert result == {"runId": run_id, "state": "applied"}
    assert "## Goal\n\nMy own goal.\n\nLimit clients.\n" in editor.text(uri)


@pytest.mark.parametrize("how", ["refuse", "lie", "close", "error"])
async def test_an_edit_that_was_not_made_leaves_the_draft_waiting(start_editor, workspace, provider, held, how):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = await begun(editor, uri, provider)
    if how == "refuse":
        editor.refuse = "the buffer is read-only"
    elif how == "lie":
        editor.lie = True
    elif how == "error":
        editor.before_edit = lambda: 1 / 0
    else:
        editor.close(uri)
    held.set()
    await editor.ended(run_id)
    record = await stored(editor, run_id)
    assert record["draft"]["state"] == "ready"
    assert record["error"]["code"] == "document_changed"
    assert record["applied"] is None
    if how == "close":
        assert editor.edits == []
    else:
        assert editor.text(uri) == SPEC
        editor.refuse, editor.lie, editor.before_edit = None, False, None
    if how == "close":
        uri = editor.open(workspace / "a.spec.md", SPEC)
    assert "Orch: Apply draft" in await editor.lenses(uri)
    assert (await editor.execute("orch.applyDraft"))["state"] == "applied"
    assert "Limit clients." in editor.text(uri)
    told = [(run["status"], (run["draft"] or {}).get("state")) for run in editor.runs if run["run_id"] == run_id]
    assert told == [("queued", None), ("running", None), ("completed", "ready"), ("completed", "applied")]


async def test_a_refused_command_to_apply_is_no_change_to_tell_of(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.draft(uri))["run_id"]
    editor.close(uri)
    answer = await editor.execute("orch.applyDraft", {"runId": run_id})
    assert (answer["state"], answer["code"]) == ("ready", "document_changed")
    assert (await stored(editor, run_id))["error"]["code"] == "document_changed"
    assert [run["status"] for run in editor.runs] == ["queued", "running", "completed"]


async def test_a_run_that_has_ended_is_not_cancelled_while_its_draft_is_brought_in(
    start_editor, workspace, provider, homes
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    slow: list[asyncio.Task[object]] = []
    editor.before_edit = lambda: slow.append(asyncio.ensure_future(editor.execute("orch.cancelRun", {"runId": run_id})))
    run_id = (await editor.execute("orch.generateDraft", uri))["runId"]
    record = await editor.ended(run_id)
    assert await slow[0] == {"runId": run_id, "status": "already_ended"}
    assert (record["status"], record["draft"]["state"]) == ("completed", "applied")


async def test_a_keystroke_between_the_check_and_the_edit_keeps_the_draft_waiting(
    start_editor, workspace, provider, held
):
    """The client's version moves on before the edit arrives: it refuses, and the person goes on typing in peace."""
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = await begun(editor, uri, provider)

    def type_once() -> None:
        editor.before_edit = None
        editor.type(uri, editor.text(uri) + "typed\n")

    editor.before_edit = type_once
    held.set()
    await editor.ended(run_id)
    record = await stored(editor, run_id)
    assert (record["draft"]["state"], record["error"]["code"]) == ("ready", "document_changed")
    assert editor.text(uri) == SPEC + "typed\n"
    assert len(editor.edits) == 1


async def test_a_draft_that_is_asked_for_is_computed_anew_after_a_keystroke(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.draft(uri))["run_id"]

    def type_once() -> None:
        editor.before_edit = None
        editor.type(uri, editor.text(uri) + "typed\n")

    editor.before_edit = type_once
    assert (await editor.execute("orch.applyDraft", {"runId": run_id}))["state"] == "applied"
    assert editor.text(uri) == SPEC.replace("TODO", "Limit clients.") + "typed\n"
    assert len(editor.edits) == 2


async def test_a_person_who_never_stops_typing_keeps_a_draft_that_was_asked_for_waiting(
    start_editor, workspace, provider, homes
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.draft(uri))["run_id"]
    editor.before_edit = lambda: editor.type(uri, editor.text(uri) + "typed\n")
    answer = await editor.execute("orch.applyDraft", {"runId": run_id})
    assert (answer["state"], answer["code"]) == ("ready", "document_changed")
    assert editor.text(uri).replace("typed\n", "") == SPEC
    editor.before_edit = None
    assert (await editor.execute("orch.applyDraft", {"runId": run_id}))["state"] == "applied"
    assert editor.text(uri).endswith("Mine.\n" + "typed\n" * len(editor.edits[:-1]))


async def test_a_client_that_does_not_answer_an_edit_is_sent_no_second_one(start_editor, workspace, provider, held):
    """It may still make the first: without versions, both would go in."""
    editor = await start_editor()
    editor.server.edit_answer_s = 0.5
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = await begun(editor, uri, provider)
    editor.silent_edits = True
    held.set()
    await editor.until(lambda: editor.edits)
    editor.type(uri, editor.text(uri) + "typed\n")
    await editor.ended(run_id)
    record = await stored(editor, run_id)
    assert (record["draft"]["state"], record["error"]["code"]) == ("ready", "document_changed")
    assert "did not answer" in record["error"]["message"]
    assert len(editor.edits) == 1


DOCUMENTS = {
    "crlf": "# T\r\n\r\nBrief.\r\n\r\n## Goal\r\n\r\nTODO\r\n",
    "no final newline": "# T\n\nBrief.",
    "bom": "\ufeff# T\n\nBrief.\n",
    "astral": "# 😋 T\n\nBrief 😋😋 and é.\n\n## Goal\n\n[😋]\n\n## Tasks\n\n- [ ] 😋 one\n",
    "line separators": "# T\n\nBrief\u2028with\u2029odd\u0085 \x0c \x0b ends.\n\n## Goal\n\nTODO",
    "lone cr": "# T\r\rBrief.\r\r## Goal\r\rTODO\r",
    "front matter": "---\nprofile: plain\n---\n\n# T\n\nBrief.\n",
    "setext": "T\n=\n\nBrief.\n\nGoal\n----\n\nTODO\n",
}


@pytest.mark.parametrize("capabilities", ["visual-studio-code", "neovim", "emacs"])
@pytest.mark.parametrize("name", DOCUMENTS)
async def test_documents_of_every_make_are_filled_without_losing_a_character(
    start_editor, workspace, provider, homes, name, capabilities
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["## Goal\n\nFilled 😋.\n"])))
    editor = await start_editor(capabilities=capabilities)
    before = DOCUMENTS[name]
    uri = editor.open(workspace / "a.spec.md", before)
    record = await editor.draft(uri)
    assert record["draft"]["state"] == "applied", record["error"]
    assert record["applied"]["verified"] is True
    after = editor.text(uri)
    assert "Filled 😋." in after
    lines = after.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in before.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        assert line in lines or line in {"TODO", "[😋]"}
    if name == "crlf":
        assert "\n" not in after.replace("\r\n", "")
    if name == "lone cr":
        assert "\n" not in after
    if name == "no final newline":
        assert not after.endswith("\n")


async def test_the_end_of_the_progress_is_seen_behind_the_record_that_it_tells_of(
    start_editor, workspace, provider, homes
):
    """Also by an editor that looks at each turn of the loop."""
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)

    async def look_always():
        while True:
            await editor.look_again()
            await asyncio.sleep(0)

    looking = asyncio.ensure_future(look_always())
    record = await editor.draft(uri)
    looking.cancel()
    assert record["draft"]["state"] == "applied", record["error"]


async def test_an_untitled_document_is_drafted_and_recorded(start_editor, homes, provider):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open("untitled:Untitled-1", "# T\n\nBrief.\n")
    record = await editor.draft(uri)
    assert record["spec"]["path"] == "untitled:Untitled-1"
    assert record["draft"]["state"] == "applied"
    assert record["run_id"] in await editor.hover(uri, "Limit clients.")


async def test_a_file_outside_any_workspace_is_drafted_and_recorded(start_editor, homes, provider, tmp_path, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    outside = tmp_path / "elsewhere" / "b.spec.md"
    uri = editor.open(outside, "# T\n\nBrief.\n")
    record = await editor.draft(uri)
    assert record["spec"]["path"] == "b.spec.md"
    assert record["draft"]["state"] == "applied"
    assert not (outside.parent / ".orch").exists()
    assert await stored(editor, record["run_id"]) == record
    later = await start_editor()
    assert await stored(later, record["run_id"]) == record


async def test_review_leaves_the_draft_waiting_until_it_is_applied(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    assert record["draft"]["state"] == "ready"
    assert editor.edits == []
    assert {"Orch: Apply draft", "Orch: Preview draft", "Orch: Discard draft"} <= set(await editor.lenses(uri))
    preview = await editor.execute("orch.previewDraft", {"open": False})
    assert preview["text"] == "## Goal\n\nLimit clients.\n"
    assert preview["document"] == SPEC.replace("TODO", "Limit clients.")
    assert (await editor.execute("orch.discardDraft"))["state"] == "discarded"
    assert editor.text(uri) == SPEC
    assert "Orch: Apply draft" not in await editor.lenses(uri)


async def test_a_newer_draft_supersedes_one_that_waits(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    first = await editor.draft(uri)
    second = await editor.draft(uri)
    assert second["draft"]["state"] == "ready"
    assert editor.record(first["run_id"])["draft"]["state"] == "superseded"


async def test_a_hover_below_a_heading_inside_the_section_tells_of_the_section(
    start_editor, workspace, provider, homes
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["## Goal\n\n### Details\n\nDeep inside.\n"])))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    for needle in ("## Goal", "### Details", "Deep inside."):
        assert record["run_id"] in await editor.hover(uri, needle)
    assert await editor.hover(uri, "Mine.") is None


async def test_two_untitled_documents_of_one_name_have_histories_of_their_own(start_editor, homes, provider):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open("untitled:Untitled-1", "# T\n\nBrief.\n")
    await editor.draft(uri, apply="review")
    assert "Orch: Apply draft" in await editor.offers(uri)
    editor.close(uri)
    editor.open(uri, "# Other\n\nBrief.\n")
    assert "Orch: Apply draft" not in await editor.offers(uri)


@pytest.mark.parametrize("order", ["close first", "open first"])
async def test_the_history_of_an_untitled_document_follows_it_to_its_file(
    start_editor, homes, provider, workspace, order
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open("untitled:Untitled-1", "# T\n\nBrief.\n")
    record = await editor.draft(uri)
    text = editor.text(uri)
    if order == "close first":
        editor.close(uri)
    saved = editor.open(workspace / "saved.spec.md", text)
    if order == "open first":
        editor.close(uri)

    async def history():
        return await editor.execute("orch.showHistory", {"uri": saved, "open": False})

    while not (found := await history()):
        pass
    assert [run["run_id"] for run in found] == [record["run_id"]]
    assert found[0]["spec"]["path"] == "saved.spec.md"
    assert record["run_id"] in await editor.hover(saved, "Limit clients.")


@pytest.mark.parametrize("when", ["before the tabs", "after the tabs"])
async def test_history_and_provenance_follow_a_renamed_file(start_editor, homes, provider, workspace, when):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    old, new = workspace / "a.spec.md", workspace / "docs" / "b.spec.md"
    uri = editor.open(old, SPEC)
    record = await editor.draft(uri)
    editor.save(uri)
    written = workspace / ".orch" / "provenance" / "a.spec.md.jsonl"
    while not written.exists():
        await editor.hover(uri, "Limit clients.")

    renamed = types.RenameFilesParams([types.FileRename(uri, new.as_uri())])
    text = editor.text(uri)
    new.parent.mkdir()
    old.rename(new)
    if when == "before the tabs":
        editor.client.workspace_did_rename_files(renamed)
    editor.close(uri)
    moved = editor.open(new, text)
    if when == "after the tabs":
        editor.client.workspace_did_rename_files(renamed)

    async def history():
        return await editor.execute("orch.showHistory", {"uri": moved, "open": False})

    while not (found := await history()):
        pass
    assert [(run["run_id"], run["spec"]["path"]) for run in found] == [(record["run_id"], "docs/b.spec.md")]
    shown = await editor.hover(moved, "Limit clients.")
    assert record["run_id"] in shown
    assert "unchanged" in shown
    while written.exists():
        await editor.hover(moved, "Limit clients.")
    assert (workspace / ".orch" / "provenance" / "docs" / "b.spec.md.jsonl").exists()


async def test_a_file_that_is_renamed_during_its_run_keeps_its_draft(start_editor, workspace, provider, held):
    editor = await start_editor()
    old, new = workspace / "a.spec.md", workspace / "b.spec.md"
    uri = editor.open(old, SPEC)
    run_id = await begun(editor, uri, provider)
    old.rename(new)
    editor.close(uri)
    moved = editor.open(new, SPEC)
    editor.client.workspace_did_rename_files(types.RenameFilesParams([types.FileRename(uri, new.as_uri())]))
    held.set()
    await editor.ended(run_id)
    while (record := await stored(editor, run_id))["spec"]["path"] != "b.spec.md":
        pass
    assert (record["status"], record["draft"]["state"]) == ("completed", "ready")
    assert "Orch: Apply draft" in await editor.lenses(moved)
    assert (await editor.execute("orch.applyDraft"))["state"] == "applied"
    assert editor.text(moved) == SPEC.replace("TODO", "Limit clients.")


@pytest.mark.parametrize("halves", ["\ud800", "\udc00 and \udfff", "\udc00\ud800"])
async def test_a_text_with_half_a_character_is_drafted_and_the_edit_is_verified(
    start_editor, homes, provider, workspace, halves
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["## Goal\n\nLimit clients.\n"])))
    editor = await start_editor()
    text = f"# Rate limiter\n\nLimit {halves} each client.\n\n## Goal\n\nTODO\n"
    uri = (workspace / "half.spec.md").as_uri()
    editor.open(uri, text)
    record = await editor.draft(uri)

    assert record["status"] == "completed"
    assert record["applied"]["verified"] is True
    assert editor.text(uri) == text.replace("TODO", "Limit clients.")
    assert "\ufffd" in provider.requests[-1].json()["messages"][-1]["content"]
