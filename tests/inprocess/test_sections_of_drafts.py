"""A draft that waits, dealt with section by section: one word on one section leaves the others as they are."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.runs.pages import pages_folder
from tests.fakes.scripted_server import chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n\n## Tasks\n\nTODO\n\n## Notes\n\nMine.\n"
WORDS = ("Orch: Accept “", "Orch: Reject “")
ANSWER = ["## Goal\n\nLimit clients.\n\n## Non-goals\n\nBilling.\n\n## Tasks\n\n- [ ] Count.\n"]


@pytest_asyncio.fixture
async def desk(start_editor, workspace, provider, homes):
    """An editor with a draft of three sections that waits."""
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    return editor, uri, record["run_id"]


async def stored(editor, run_id):
    return await editor.execute("orch.showRun", {"runId": run_id, "open": False})


def states(record):
    return {section["key"]: section["state"] for section in record["draft"]["sections"]}


async def review(editor, run_id, key, state, reason=None):
    argument = {"runId": run_id, "key": key, "state": state}
    return await editor.execute("orch.reviewSection", argument if reason is None else {**argument, "reason": reason})


async def test_an_accepted_section_alone_goes_into_the_document_in_one_edit(desk):
    editor, uri, run_id = desk
    answer = await review(editor, run_id, "goal", "accepted")
    assert answer == {"runId": run_id, "key": "goal", "state": "applied", "draft": "ready"}
    assert editor.text(uri) == SPEC.replace("TODO", "Limit clients.", 1)
    assert len(editor.edits) == 1
    record = await stored(editor, run_id)
    assert states(record) == {"goal": "applied", "non-goals": "ready", "tasks": "ready"}
    assert record["draft"]["state"] == "ready"
    (application,) = record["applications"]
    assert application["sections"] == ["goal"]
    assert application["sha256_after"] == record["applied"]["sha256_after"]
    hover = await editor.hover(uri, "Limit clients.")
    assert run_id in hover
    assert "unchanged" in hover
    assert "Orch: Apply draft" in await editor.lenses(uri)
    editor.undo(uri)
    assert editor.text(uri) == SPEC


async def test_the_draft_is_dealt_with_when_all_of_its_sections_are(desk):
    editor, uri, run_id = desk
    await review(editor, run_id, "goal", "accepted")
    rejected = await review(editor, run_id, "non-goals", "rejected", "Billing is a goal.")
    assert rejected == {"runId": run_id, "key": "non-goals", "state": "rejected", "draft": "ready"}
    last = await review(editor, run_id, "tasks", "accepted")
    assert (last["state"], last["draft"]) == ("applied", "applied")
    record = await stored(editor, run_id)
    assert [section["reason"] for section in record["draft"]["sections"]] == [None, "Billing is a goal.", None]
    assert [edit["sections"] for edit in record["applications"]] == [["goal"], ["tasks"]]
    assert "Orch: Apply draft" not in await editor.lenses(uri)
    assert "Non-goals" not in editor.text(uri)


async def test_a_rejected_section_can_be_taken_after_all(desk):
    editor, uri, run_id = desk
    for key in ("goal", "non-goals", "tasks"):
        answer = await review(editor, run_id, key, "rejected", f"No {key}.")
    assert answer["draft"] == "discarded"
    assert editor.text(uri) == SPEC
    assert (await editor.execute("orch.applyDraft", {"runId": run_id}))["state"] == "discarded"
    answer = await review(editor, run_id, "tasks", "accepted")
    assert (answer["state"], answer["draft"]) == ("applied", "applied")
    assert "## Tasks\n\n- [ ] Count.\n" in editor.text(uri)
    assert "Limit clients" not in editor.text(uri)


async def test_all_that_wait_are_applied_without_those_that_were_rejected(desk):
    editor, uri, run_id = desk
    await review(editor, run_id, "goal", "rejected", "Too short.")
    assert (await editor.execute("orch.applyDraft", {"runId": run_id}))["state"] == "applied"
    text = editor.text(uri)
    assert "## Goal\n\nTODO\n" in text
    assert "- [ ] Count." in text
    assert "Billing." in text
    assert states(await stored(editor, run_id)) == {"goal": "rejected", "non-goals": "applied", "tasks": "applied"}


async def test_sections_of_a_superseded_draft_can_be_taken(desk):
    editor, uri, run_id = desk
    await review(editor, run_id, "goal", "accepted")
    newer = await editor.draft(uri)
    record = await stored(editor, run_id)
    assert record["draft"]["state"] == "superseded"
    assert states(record)["goal"] == "applied"
    answer = await review(editor, run_id, "tasks", "accepted")
    assert (answer["state"], answer["draft"]) == ("applied", "superseded")
    assert newer["draft"]["state"] == "ready"


async def test_a_section_in_which_a_person_wrote_keeps_their_text_and_is_edited(desk):
    editor, uri, run_id = desk
    editor.type(uri, SPEC.replace("TODO", "My own goal.", 1))
    answer = await review(editor, run_id, "goal", "accepted")
    assert answer["state"] == "edited"
    assert "My own goal.\n\nLimit clients.\n" in editor.text(uri)
    assert "edited since" in await editor.hover(uri, "My own goal.")


async def test_a_section_that_could_not_be_put_anywhere_stays_accepted_with_the_reason(desk):
    editor, _, run_id = desk
    editor.refuse = "the buffer is read-only"
    answer = await review(editor, run_id, "goal", "accepted")
    assert (answer["state"], answer["draft"], answer["code"]) == ("accepted", "ready", "document_changed")
    record = await stored(editor, run_id)
    assert "read-only" in record["draft"]["sections"][0]["reason"]
    assert record["error"]["code"] == "document_changed"
    editor.refuse = None
    assert (await review(editor, run_id, "goal", "accepted"))["state"] == "applied"
    assert (await stored(editor, run_id))["error"] is None


async def test_two_sections_accepted_at_once_are_both_in_the_document(desk):
    editor, uri, run_id = desk
    answers = await asyncio.gather(*(review(editor, run_id, key, "accepted") for key in ("goal", "tasks", "goal")))
    assert [answer["state"] for answer in answers] == ["applied"] * 3
    text = editor.text(uri)
    assert text.count("Limit clients.") == 1
    assert text.count("- [ ] Count.") == 1
    assert states(await stored(editor, run_id)) == {"goal": "applied", "non-goals": "ready", "tasks": "applied"}


async def test_a_section_that_the_document_has_is_not_rejected(desk):
    editor, _, run_id = desk
    await review(editor, run_id, "goal", "accepted")
    with pytest.raises(JsonRpcException) as refused:
        await review(editor, run_id, "goal", "rejected")
    assert refused.value.data["code"] == "invalid_request"
    assert states(await stored(editor, run_id))["goal"] == "applied"


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ({"key": "rollback", "state": "accepted"}, "unknown_node"),
        ({"key": "goal", "state": "edited"}, None),
        ({"state": "accepted"}, None),
    ],
)
async def test_a_word_on_nothing_is_refused(desk, argument, code):
    editor, uri, run_id = desk
    with pytest.raises(JsonRpcException) as refused:
        await editor.execute("orch.reviewSection", {"runId": run_id, **argument})
    assert (refused.value.data or {}).get("code") == code
    assert editor.text(uri) == SPEC


async def test_discarding_leaves_what_the_document_has(desk):
    editor, uri, run_id = desk
    await review(editor, run_id, "goal", "accepted")
    assert (await editor.execute("orch.discardDraft", {"runId": run_id}))["state"] == "applied"
    assert states(await stored(editor, run_id)) == {"goal": "applied", "non-goals": "rejected", "tasks": "rejected"}
    assert "Limit clients." in editor.text(uri)


async def test_the_preview_has_what_would_be_put_there(desk):
    editor, _, run_id = desk
    await review(editor, run_id, "goal", "rejected", "Too short.")
    preview = await editor.execute("orch.previewDraft", {"runId": run_id, "open": False})
    assert "Limit clients." in preview["text"]
    assert "Limit clients." not in preview["document"]
    assert "- [ ] Count." in preview["document"]


async def lenses_at(editor, uri):
    found = await editor.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
    text = editor.text(uri).split("\n")
    return {(text[lens.range.start.line], lens.command.title): lens.command for lens in found}


async def test_each_section_is_offered_where_it_would_stand(desk):
    editor, uri, run_id = desk
    found = await lenses_at(editor, uri)
    of_sections = {place for place in found if place[1].startswith(WORDS)}
    assert of_sections == {
        (f"## {title}", f"Orch: {word} “{title}”") for title in ("Goal", "Tasks") for word in ("Accept", "Reject")
    }
    accept = found["## Goal", "Orch: Accept “Goal”"]
    assert list(accept.arguments) == [{"runId": run_id, "key": "goal", "state": "accepted"}]
    await editor.execute(accept.command, accept.arguments[0])
    reject = (await lenses_at(editor, uri))["## Tasks", "Orch: Reject “Tasks”"]
    await editor.execute(reject.command, reject.arguments[0])
    assert not {place for place in await lenses_at(editor, uri) if place[1].startswith(WORDS)}
    assert states(await stored(editor, run_id)) == {"goal": "applied", "non-goals": "ready", "tasks": "rejected"}


async def titles_at(editor, uri, needle):
    line = editor.text(uri).split("\n").index(needle)
    here = types.Range(types.Position(line, 0), types.Position(line, 0))
    found = await editor.client.text_document_code_action_async(
        types.CodeActionParams(types.TextDocumentIdentifier(uri), here, types.CodeActionContext([]))
    )
    return [action.title for action in found]


async def actions_at(editor, uri, needle):
    return [title for title in await titles_at(editor, uri, needle) if title.startswith(WORDS)]


async def test_actions_are_about_the_section_at_the_cursor_and_on_the_title_about_those_without_a_place(desk):
    editor, uri, _ = desk
    assert await actions_at(editor, uri, "## Goal") == ["Orch: Accept “Goal”", "Orch: Reject “Goal”"]
    assert await actions_at(editor, uri, "# Rate limiter") == ["Orch: Accept “Non-goals”", "Orch: Reject “Non-goals”"]
    assert await actions_at(editor, uri, "Mine.") == []


async def test_the_page_of_a_draft_offers_the_same_and_what_was_rejected(desk):
    editor, uri, run_id = desk
    await review(editor, run_id, "non-goals", "rejected", "Billing is a goal.")
    await editor.execute("orch.previewDraft", {"runId": run_id})
    (path,) = pages_folder().glob("*/draft-*.md")
    text = path.read_text(encoding="utf-8")
    assert "non-goals: rejected, Billing is a goal." in text
    page_uri = editor.open(path, text)
    found = await lenses_at(editor, page_uri)
    assert set(found) == {
        ("## Goal", "Orch: Accept “Goal”"),
        ("## Goal", "Orch: Reject “Goal”"),
        ("## Non-goals", "Orch: Accept “Non-goals”"),
        ("## Tasks", "Orch: Accept “Tasks”"),
        ("## Tasks", "Orch: Reject “Tasks”"),
    }
    again = found["## Non-goals", "Orch: Accept “Non-goals”"]
    assert (await editor.execute(again.command, again.arguments[0]))["state"] == "applied"
    assert "## Non-goals\n\nBilling.\n" in editor.text(uri)
    assert await actions_at(editor, page_uri, "## Tasks") == ["Orch: Accept “Tasks”", "Orch: Reject “Tasks”"]


async def test_the_newest_two_drafts_are_compared_or_those_that_are_named(desk):
    editor, uri, run_id = desk
    with pytest.raises(JsonRpcException) as refused:
        await editor.execute("orch.compareRuns", {"uri": uri})
    assert refused.value.data["code"] == "unknown_run"
    newer = (await editor.draft(uri))["run_id"]
    made = await editor.execute("orch.compareRuns", {"uri": uri})
    assert [run["run_id"] for run in made["runs"]] == [run_id, newer]
    assert all(section["same"] for section in made["sections"])
    (page,) = pages_folder().glob("*/comparison.md")
    assert "2 runs compared" in page.read_text(encoding="utf-8")
    named = await editor.execute("orch.compareRuns", {"runIds": [newer, run_id], "open": False})
    assert [run["run_id"] for run in named["runs"]] == [newer, run_id]
    for wrong in ([newer], "all", [1, 2]):
        with pytest.raises(JsonRpcException):
            await editor.execute("orch.compareRuns", {"runIds": wrong})


async def test_a_section_that_an_undo_took_back_is_offered_and_taken_again(desk):
    editor, uri, run_id = desk
    await review(editor, run_id, "goal", "accepted")
    written = editor.text(uri)
    assert ("## Goal", "Orch: Accept “Goal”") not in await lenses_at(editor, uri)
    editor.undo(uri)
    assert ("## Goal", "Orch: Accept “Goal”") in await lenses_at(editor, uri)
    assert ("## Goal", "Orch: Reject “Goal”") not in await lenses_at(editor, uri)
    assert (await review(editor, run_id, "goal", "accepted"))["state"] == "applied"
    assert editor.text(uri) == written
    assert (await review(editor, run_id, "goal", "accepted"))["state"] == "applied"
    assert editor.text(uri) == written
    editor.type(uri, written.replace("Limit clients.", "Limit them all."))
    assert (await review(editor, run_id, "goal", "accepted"))["state"] == "applied"
    assert editor.text(uri) == written.replace("Limit clients.", "Limit them all.")
    assert len((await stored(editor, run_id))["applications"]) == 2


async def test_a_section_of_a_draft_is_drafted_anew_and_the_others_wait_on(desk, provider):
    editor, uri, run_id = desk
    await review(editor, run_id, "tasks", "commented", "Say how requests are counted.")
    await review(editor, run_id, "goal", "rejected", "Name the limit.")
    provider.script(stream_reply(chat_pieces(["## Tasks\n\n- [ ] Count by key.\n"])))
    places = {place for place, title in await lenses_at(editor, uri) if title == "Orch: Redraft"}
    assert places == {"## Tasks"}
    assert "Orch: Redraft “Tasks”" in await titles_at(editor, uri, "## Tasks")
    again = await editor.execute("orch.regenerateSection", {"uri": uri, "key": "tasks", "apply": "review"})
    newer = await editor.ended(again["runId"])
    assert states(newer) == {"tasks": "ready"}
    prompt = (await provider.request(1)).json()["messages"][-1]["content"]
    assert "Say how requests are counted." in prompt
    assert "Name the limit." not in prompt
    older = await stored(editor, run_id)
    assert states(older) == {"goal": "rejected", "non-goals": "ready", "tasks": "superseded"}
    assert older["draft"]["state"] == "ready"
    assert (await editor.execute("orch.applyDraft", {"uri": uri}))["runId"] == again["runId"]
    assert (await editor.execute("orch.applyDraft", {"uri": uri}))["runId"] == run_id
    assert "- [ ] Count by key." in editor.text(uri)
    assert "Billing." in editor.text(uri)


async def test_a_section_is_drafted_anew_by_whom_its_draft_was_asked_of_for_once(desk, provider):
    editor, uri, _ = desk
    once = {"uri": uri, "provider": "work", "model": "for-once", "apply": "review"}
    provider.script(stream_reply(chat_pieces(ANSWER)))
    await editor.ended((await editor.execute("orch.generateDraft", once))["runId"])
    anew = {"uri": uri, "key": "tasks", "apply": "review"}
    for _ in range(2):
        provider.script(stream_reply(chat_pieces(["## Tasks\n\n- [ ] Count by key.\n"])))
        record = await editor.ended((await editor.execute("orch.regenerateSection", anew))["runId"])
        assert record["model"]["requested"] == "for-once"
    # A word of its own, or a run with what is chosen, ends that.
    provider.script(stream_reply(chat_pieces(["## Tasks\n\n- [ ] Count by key.\n"])))
    named = await editor.execute("orch.regenerateSection", {**anew, "model": "another"})
    assert (await editor.ended(named["runId"]))["model"]["requested"] == "another"
    provider.script(stream_reply(chat_pieces(ANSWER)))
    chosen = await editor.ended((await editor.execute("orch.generateDraft", {"uri": uri}))["runId"])
    provider.script(stream_reply(chat_pieces(["## Tasks\n\n- [ ] Count by key.\n"])))
    record = await editor.ended((await editor.execute("orch.regenerateSection", anew))["runId"])
    assert record["model"]["requested"] == chosen["model"]["requested"] != "for-once"


async def test_sections_and_findings_have_their_places_in_the_document_as_it_would_be(desk):
    editor, _, run_id = desk
    await review(editor, run_id, "goal", "commented", "Too short?")
    answer = await editor.execute("orch.previewDraft", {"runId": run_id, "open": False})
    lines = answer["document"].split("\n")
    assert [(one["key"], lines[one["head"]["start"]["line"]]) for one in answer["sections"]] == [
        ("goal", "## Goal"),
        ("non-goals", "## Non-goals"),
        ("tasks", "## Tasks"),
    ]
    assert [one["reason"] for one in answer["sections"]] == ["Too short?", None, None]
    record = await stored(editor, run_id)
    assert {(one["rule"], one["key"]) for one in answer["diagnostics"]} == {
        (one["rule"], one["key"]) for one in record["findings"]
    }
    assert all(lines[one["range"]["start"]["line"]].strip() for one in answer["diagnostics"])


async def test_a_section_that_a_run_wrote_has_lenses_to_write_it_anew(desk):
    editor, uri, run_id = desk
    await editor.execute("orch.applyDraft", {"runId": run_id})
    found = await lenses_at(editor, uri)
    assert {("## Goal", "Orch: Redraft"), ("## Goal", "Orch: Refine…")} <= set(found)
    assert ("## Notes", "Orch: Redraft") not in found
    assert {"Orch: Redraft “Goal”", "Orch: Refine “Goal” with an instruction…"} <= set(
        await titles_at(editor, uri, "## Goal")
    )


async def test_the_page_of_a_draft_shows_what_its_check_found_where_it_stands(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(
        stream_reply(chat_pieces(["## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] To be defined by the team.\n"]))
    )
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    await editor.execute("orch.previewDraft", {"runId": record["run_id"]})
    (path,) = pages_folder().glob("*/draft-*.md")
    page = path.read_text(encoding="utf-8")
    found = await editor.diagnostic(editor.open(path, page), "section_refused")
    # Its words stand among those that are no part of the draft.
    assert page.split("\n")[found.range.start.line].strip()
    assert found.severity == types.DiagnosticSeverity.Error
