"""Sections that a model wrote and that nobody has reviewed: found once they are saved, settled by a person's word."""

from __future__ import annotations

import json

from lsprotocol import types

from tests.fakes.scripted_server import chat_pieces, stream_reply

CODE = "unreviewed_ai_section"
SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n\n## Tasks\n\nTODO\n\n## Notes\n\nMine.\n"
ANSWER = ["## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Count.\n"]


async def drafted(start_editor, workspace, provider, homes, how):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"apply": how, "lint": {CODE: "hint"}})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    return editor, uri, record["run_id"]


async def found(editor, uri):
    """Lines and words of the headings that are reported."""
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    report = await editor.client.text_document_diagnostic_async(params)
    lines = editor.text(uri).split("\n")
    return [(one, lines[one.range.start.line]) for one in report.items if one.code == CODE]


async def saved(editor, workspace, uri, *keys):
    """Save, and wait until the provenance has entries of these keys: nothing tells of it."""
    editor.save(uri)
    path = workspace / ".orch" / "provenance" / "a.spec.md.jsonl"
    while not path.exists() or keys_in(path) != set(keys):
        await editor.hover(uri, "Rate limiter")


def keys_in(path):
    return {json.loads(line)["key"] for line in path.read_text("utf-8").splitlines()}


def reviewed(workspace):
    path = workspace / ".orch" / "reviewed.jsonl"
    return keys_in(path) if path.exists() else set()


async def test_what_is_written_at_once_waits_for_a_person(start_editor, workspace, provider, homes):
    editor, uri, _ = await drafted(start_editor, workspace, provider, homes, "auto")
    await saved(editor, workspace, uri, "goal", "tasks")
    here = await found(editor, uri)
    assert [line for _, line in here] == ["## Goal", "## Tasks"]
    assert {one.severity for one, _ in here} == {types.DiagnosticSeverity.Hint}
    actions = await editor.actions(uri, here[0][0])
    assert await editor.run_action(actions["Orch: I have reviewed this"]) == {"keys": ["goal"]}
    assert reviewed(workspace) == {"goal"}
    assert [line for _, line in await found(editor, uri)] == ["## Tasks"]
    editor.type(uri, editor.text(uri).replace("- [ ] Count.", "- [ ] Count them."))
    assert await found(editor, uri) == []
    editor.type(uri, editor.text(uri).replace("- [ ] Count them.", "- [ ] Count."))
    assert await editor.execute("orch.markReviewed", {"uri": uri}) == {"keys": ["tasks"]}
    assert await found(editor, uri) == []


async def test_what_a_person_took_is_reviewed(start_editor, workspace, provider, homes):
    editor, uri, run_id = await drafted(start_editor, workspace, provider, homes, "review")
    await editor.execute("orch.reviewSection", {"runId": run_id, "key": "goal", "state": "accepted"})
    await saved(editor, workspace, uri, "goal")
    assert reviewed(workspace) == {"goal"}
    await editor.execute("orch.applyDraft", {"runId": run_id})
    await saved(editor, workspace, uri, "goal", "tasks")
    assert reviewed(workspace) == {"goal", "tasks"}
    assert await found(editor, uri) == []


async def test_nothing_is_said_unless_it_is_switched_on(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"lint": {"*": "error"}})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.draft(uri)
    await saved(editor, workspace, uri, "goal", "tasks")
    assert await found(editor, uri) == []
