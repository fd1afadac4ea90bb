"""A part of an open document is written anew: the real server, the real protocol, a provider on a real socket."""

from __future__ import annotations

import asyncio

import pytest
from pygls.exceptions import JsonRpcException

from tests.fakes.scripted_server import Stall, chat_pieces, stream_reply

SPEC = """\
# Rate limiter

Limit each client to 100 requests a minute.

## Goal

TODO

## Acceptance Criteria

- AC1: the 101st request is answered 429
- AC2: it comes back

## Tasks

- [ ] T1: Count requests for AC1
"""
DRAFTED = "## Goal\n\nLimit clients.\n"
SECONDS = 30.0


def answered(*pieces: str):
    return stream_reply(chat_pieces(list(pieces)))


async def regenerate(editor, uri: str, **argument):
    answer = await editor.execute("orch.regenerateSection", {"uri": uri, **argument})
    return await editor.ended(answer["runId"])


async def settled(editor, run_id: str, state: str):
    async with asyncio.timeout(SECONDS):
        while True:
            record = await editor.execute("orch.showRun", {"runId": run_id, "open": False})
            if record["draft"] and record["draft"]["state"] == state:
                return record
            await asyncio.sleep(0.05)


async def test_what_a_run_wrote_is_replaced_at_once_and_what_a_person_wrote_waits(
    start_editor, homes, provider, workspace
):
    homes.use(provider.url)
    provider.script(
        answered(DRAFTED),
        answered("Limit all clients.\n"),
        answered("## Goal\n\nCap all clients.\n"),
    )
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.draft(uri)
    drafted = editor.text(uri)

    first = await regenerate(editor, uri, key="goal", instruction="Say all.")
    await settled(editor, first["run_id"], "applied")
    assert editor.text(uri) == drafted.replace("Limit clients.", "Limit all clients.")
    assert first["command"] == "orch.regenerateSection"
    editor.type(uri, editor.text(uri).replace("Limit all", "Limit really all"))

    line = editor.text(uri)[: editor.text(uri).index("Limit really")].count("\n")
    second = await regenerate(editor, uri, position={"line": line, "character": 3})
    assert second["draft"]["state"] == "ready"
    prompt = (await provider.request(2)).json()["messages"][-1]["content"]
    assert "-Limit all clients.\n+Limit really all clients." in prompt
    assert "- Say all." in prompt
    assert "Limit really all clients." in editor.text(uri)
    answer = await editor.execute("orch.applyDraft", {"runId": second["run_id"]})
    assert answer["state"] == "applied"
    assert editor.text(uri) == drafted.replace("Limit clients.", "Cap all clients.")
    assert "unchanged" in await editor.hover(uri, "Cap all")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- AC1: the 101st request is answered 429\n", ""),
        ("- AC1: the 101st", "- AC9: the 101st"),
        ("the 101st request", "the second request"),
    ],
    ids=["removed", "renamed", "edited"],
)
async def test_what_is_another_meanwhile_is_not_written_over(start_editor, homes, provider, workspace, old, new):
    homes.use(provider.url)
    provider.script(answered("- AC1: better\n"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await regenerate(editor, uri, key="AC1")
    assert record["draft"]["state"] == "ready"
    changed = SPEC.replace(old, new, 1)
    editor.type(uri, changed)

    answer = await editor.execute("orch.applyDraft", {"runId": record["run_id"]})

    assert (answer["state"], answer["code"]) == ("ready", "document_changed")
    assert editor.text(uri) == changed
    preview = await editor.execute("orch.previewDraft", {"runId": record["run_id"], "open": False})
    assert "AC1: better" in preview["text"]


async def test_text_around_it_may_change_meanwhile(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(answered("- AC1: better\n"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await regenerate(editor, uri, key="AC1")
    changed = SPEC.replace("Limit each", "Limit, please, each").replace("it comes back", "it returns")
    editor.type(uri, changed)
    answer = await editor.execute("orch.applyDraft", {"runId": record["run_id"]})
    assert answer["state"] == "applied"
    assert editor.text(uri) == changed.replace("the 101st request is answered 429", "better")


async def test_a_part_that_was_moved_meanwhile_is_written_where_it_is_now(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(answered("- AC1: better\n"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await regenerate(editor, uri, key="AC1")
    first, second = "- AC1: the 101st request is answered 429\n", "- AC2: it comes back\n"
    moved = SPEC.replace(first + second, second + first)
    editor.type(uri, moved)
    answer = await editor.execute("orch.applyDraft", {"runId": record["run_id"]})
    assert answer["state"] == "applied"
    assert editor.text(uri) == moved.replace(first, "- AC1: better\n")


async def test_a_second_one_is_refused_and_the_first_can_be_cancelled(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["- AC1: "])[:1], Stall()))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute("orch.regenerateSection", {"uri": uri, "key": "AC1"}))["runId"]
    await provider.request(0)
    with pytest.raises(JsonRpcException) as refused:
        await editor.execute("orch.regenerateSection", {"uri": uri, "key": "AC2"})
    assert refused.value.data["code"] == "run_in_progress"
    await editor.execute("orch.cancelRun", {"runId": run_id})
    record = await editor.ended(run_id)
    assert record["status"] == "cancelled"
    assert editor.text(uri) == SPEC


async def test_an_answer_that_would_change_what_stands_around_is_no_draft(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(answered("- AC1: a\n- AC2: b\n\n## Tasks\n\n- [ ] T9: no\n"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await regenerate(editor, uri, key="AC1")
    assert record["error"]["code"] == "unusable_draft"
    assert {found["rule"] for found in record["findings"]} >= {"shape_missed"}
    assert editor.text(uri) == SPEC


async def test_the_action_at_the_cursor_rewrites_the_innermost_part(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(answered("- [ ] T1: Count for AC1\n"))
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text('locked = ["AC2"]\n')
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    titles = {line: await offered(editor, uri, line) for line in ("## Goal", "- AC1", "- AC2", "- [ ] T1", "# Rate")}
    assert titles["- AC1"] == ["Orch: Rewrite “AC1” with an instruction…"]
    assert titles["- [ ] T1"] == ["Orch: Rewrite “T1” with an instruction…"]
    assert titles["- AC2"] == []
    assert titles["# Rate"] == []


async def offered(editor, uri: str, words: str) -> list[str]:
    from lsprotocol import types

    text = editor.text(uri)
    at = types.Position(text[: text.index(words)].count("\n"), 2)
    found = await editor.client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri),
            types.Range(at, at),
            types.CodeActionContext([], only=["refactor.rewrite"]),
        )
    )
    return [one.title for one in found or [] if "Rewrite" in one.title]


async def test_nothing_named_is_told_and_nothing_is_sent(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert (await editor.execute("orch.regenerateSection", {"uri": uri}))["runId"] is None
    for argument in ({"key": "AC9"}, {"position": {"line": 0, "character": 0}}):
        with pytest.raises(JsonRpcException) as refused:
            await editor.execute("orch.regenerateSection", {"uri": uri, **argument})
        assert refused.value.data["code"] == "unknown_node"
    with pytest.raises(JsonRpcException):
        await editor.execute("orch.regenerateSection", {"uri": uri, "position": {"line": "x"}})
    assert provider.requests == []
