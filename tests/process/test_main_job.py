"""The main job, through the real server and the real command line, with a real HTTP provider."""

from __future__ import annotations

import pytest

from tests.fakes.scripted_server import chat_pieces, messages_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Tasks\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit ", "clients.\n\n", "## Tasks\n\n- [ ] Count ", "requests 😋.\n"]


@pytest.mark.parametrize("capabilities", ["visual-studio-code", "neovim", "emacs"])
async def test_a_draft_is_streamed_applied_recorded_and_explained(
    start_editor, homes, provider, workspace, capabilities
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(capabilities=capabilities)
    uri = editor.open(workspace / "a.spec.md", SPEC)

    record = await editor.draft(uri)

    assert [change["status"] for change in record["status_timeline"]] == ["queued", "running", "completed"]
    assert record["draft"]["state"] == "applied"
    assert record["applied"]["verified"] is True
    assert record["model"] == {"requested": "asked-model", "resolved": "served-model"}
    assert record["usage"]["input_tokens"] == 11
    assert editor.text(uri) == (
        "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n"
        "## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Count requests 😋.\n"
    )
    assert "".join(delta["text"] for delta in editor.deltas) == "".join(ANSWER)
    hover = await editor.hover(uri, "Count requests")
    for part in ("work", "served-model", "plain.draft", "11 in / 4 out", "cost unknown", "unchanged", record["run_id"]):
        assert part in hover
    editor.type(uri, editor.text(uri).replace("Count", "Tally"))
    assert "edited since" in await editor.hover(uri, "Tally requests")
    editor.undo(uri)
    editor.undo(uri)
    assert editor.text(uri) == SPEC


@pytest.mark.parametrize(
    ("kind", "pieces"), [("openai-compatible", chat_pieces(ANSWER)), ("anthropic", messages_pieces(ANSWER))]
)
async def test_the_command_line_prints_the_document_and_records_the_run(orch, homes, provider, workspace, kind, pieces):
    homes.use(provider.url, kind=kind)
    provider.script(stream_reply(pieces))
    path = workspace / "a.spec.md"
    path.write_text(SPEC)

    done = await orch("draft", "a.spec.md")

    assert done.code == 0, done.err
    assert done.out.endswith("## Tasks\n\n- [ ] Count requests 😋.\n")
    assert path.read_text() == SPEC
    (record,) = (await orch("runs", "list", "--json")).json()
    assert record["status"] == "completed"
    assert record["draft"]["state"] == "ready"
    shown = await orch("runs", "show", record["run_id"][:13])
    assert "served-model" in shown.out


async def test_a_wrong_key_is_a_diagnostic_with_cures_that_work(start_editor, homes, provider, workspace):
    from tests.fakes.scripted_server import chat_error

    homes.use(provider.url)
    provider.script(chat_error(401, "invalid_api_key"), stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)

    record = await editor.draft(uri)

    assert record["status"] == "failed"
    assert record["error"]["code"] == "invalid_auth"
    diagnostic = await editor.diagnostic(uri, "invalid_auth")
    assert diagnostic.source == "orch"
    actions = await editor.actions(uri, diagnostic)
    assert {"Orch: Retry", "Orch: Open the run's record", "Orch: Dismiss"} <= set(actions)
    unwritten = await editor.diagnostic(uri, "missing_section")
    assert next(iter(await editor.actions(uri, unwritten, diagnostic))) == "Orch: Retry"
    answer = await editor.run_action(actions["Orch: Retry"])
    retried = await editor.ended(answer["runId"])
    assert retried["parent_run_id"] == record["run_id"]
    assert retried["draft"]["state"] == "applied"
    await editor.until(lambda: not [d for d in editor.client.diagnostics[uri] if d.code == "invalid_auth"])


async def test_the_menu_of_a_failed_run_has_its_cures_first_and_no_more_than_help(
    start_editor, homes, provider, workspace
):
    from tests.fakes.scripted_server import chat_error

    others = "".join(
        f'[providers.p{number}]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:9"\nmodel = "m{number}"\n'
        for number in range(6)
    )
    homes.use(provider.url, more=others)
    provider.script(chat_error(503, "overloaded"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    code = (await editor.draft(uri))["error"]["code"]
    failure, unwritten = await editor.diagnostic(uri, code), await editor.diagnostic(uri, "missing_section")
    actions = await editor.actions(uri, unwritten, failure)
    titles = list(actions)
    assert titles[:5] == [
        "Orch: Retry", "Orch: Use p0 (m0)", "Orch: Use p1 (m1)", "Orch: Use outline (local, no model)",
        "Orch: Choose another model…",
    ]  # fmt: skip
    about = titles.index(f"Orch: Explain {code}")
    fixes = titles[5:about]
    assert fixes, titles
    assert [title for title in fixes if "eading" not in title] == []
    assert titles[about + 1 : about + 3] == ["Orch: Open the run's record", "Orch: Dismiss"]
    assert titles.count("Orch: Generate spec draft") == 1, "only among what can be done with any document"


async def test_no_word_of_a_brief_decides_how_a_run_ends(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    (workspace / "a.spec.md").write_text(
        "# Handle the login fail case\n\nA delegate-fail must fail, error, time out and be cancelled.\n"
    )
    done = await orch("draft", "a.spec.md", "--json")
    assert (done.code, done.json()["status"]) == (0, "completed")
