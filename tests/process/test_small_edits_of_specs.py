"""Tasks toggled over a real pipe, by any client: as an edit, or by the command."""

from __future__ import annotations

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.lsp.commands import INSERT_NODE, TOGGLE_TASK
from orch_lsp.text import LineIndex

TASKS = (
    "# Implementation Plan\r\n\r\n- [ ] 1. Do 🎈\r\n  - [ ] 1.1 This 计划\r\n    - _Requirements: 1.1_\r\n"
    "- [x] 2. That\r\n\r\nProse.\r\n"
)
FOLDER = ".kiro/specs/My Prüf (1) [x]"
LITERALS = types.ClientCodeActionLiteralOptions(types.ClientCodeActionKindOptions([]))
CLIENTS = ["visual-studio-code", "neovim@v0.11.0", "emacs"]


def counting(encoding, *, document_changes=True):
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[encoding]),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=document_changes)
        ),
        text_document=types.TextDocumentClientCapabilities(
            code_action=types.CodeActionClientCapabilities(code_action_literal_support=LITERALS)
        ),
    )


class Desk:
    """A person who asks for actions at a place."""

    def __init__(self, editor) -> None:
        self.editor = editor

    async def actions(self, uri, needle, end=None, only=None):
        text = self.editor.text(uri)
        index = LineIndex(text, self.editor.encoding)
        start, stop = text.index(needle), text.index(end or needle)
        place = types.Range(types.Position(*index.position(start)), types.Position(*index.position(stop)))
        context = types.CodeActionContext([], only=only)
        return await self.editor.client.text_document_code_action_async(
            types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        )

    def after(self, uri, action):
        """The text with an action's edit made."""
        edit = action.edit
        edits = edit.document_changes[0].edits if edit.document_changes else edit.changes[uri]
        text = self.editor.text(uri)
        index = LineIndex(text, self.editor.encoding)
        for one in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character))[::-1]:
            start, end = (index.offset(at.line, at.character) for at in (one.range.start, one.range.end))
            text = text[:start] + one.new_text + text[end:]
        return text


@pytest.fixture
def desk(start_editor, workspace):
    async def sit_down(name="tasks.md", text=TASKS, folder=FOLDER, **kinds):
        editor = await start_editor(orch=False, **kinds)
        (workspace / folder).mkdir(parents=True, exist_ok=True)
        return Desk(editor), editor.open(workspace / folder / name, text)

    return sit_down


@pytest.mark.parametrize("encoding", [kind.value for kind in types.PositionEncodingKind])
@pytest.mark.parametrize("document_changes", [True, False])
async def test_the_task_under_the_cursor_is_toggled_by_an_edit(desk, encoding, document_changes):
    person, uri = await desk(capabilities=counting(encoding, document_changes=document_changes))
    found = {one.title: one for one in await person.actions(uri, "_Requirements", only=["refactor.rewrite"])}
    action = found["Orch: Mark 1.1 as done"]
    assert action.kind == "refactor.rewrite.orch.toggle"
    assert person.after(uri, action) == TASKS.replace("[ ] 1.1", "[x] 1.1")
    found = {one.title: one for one in await person.actions(uri, "1. Do", only=["refactor.rewrite.orch.toggle"])}
    assert set(found) == {
        "Orch: Mark 1 as done",
        "Orch: Mark 1 as begun",
        "Orch: Mark 1 and its 1 open parts as done",
    }
    assert person.after(uri, found["Orch: Mark 1 as done"]) == TASKS.replace("[ ] 1. ", "[x] 1. ")
    assert not await person.actions(uri, "Prose", only=["refactor.rewrite.orch.toggle"])
    assert not await person.actions(uri, "1. Do", only=["quickfix"])


@pytest.mark.parametrize("capabilities", [*CLIENTS, types.ClientCapabilities()], ids=[*CLIENTS, "none"])
async def test_the_command_makes_the_edit_itself(desk, capabilities):
    person, uri = await desk(capabilities=capabilities)
    assert (await person.editor.execute(TOGGLE_TASK, {"uri": uri, "line": 4}))["state"] == "done"
    assert person.editor.text(uri) == TASKS.replace("[ ] 1.1", "[x] 1.1")
    assert (await person.editor.execute(TOGGLE_TASK, {"uri": uri, "line": 3}))["state"] == "open"
    assert person.editor.text(uri) == TASKS
    assert (await person.editor.execute(TOGGLE_TASK, {"uri": uri, "line": 7}))["state"] is None
    assert (await person.editor.execute(TOGGLE_TASK, {"uri": uri, "line": 700}))["state"] is None
    assert person.editor.text(uri) == TASKS


async def test_a_client_without_edits_in_actions_gets_the_command(desk):
    person, uri = await desk(capabilities=types.ClientCapabilities())
    found = [one for one in await person.actions(uri, "1. Do") if one.command == TOGGLE_TASK]
    assert [one.title for one in found] == ["Orch: Mark 1 as done"]
    await person.editor.execute(found[0].command, found[0].arguments[0])
    assert person.editor.text(uri) == TASKS.replace("[ ] 1. ", "[x] 1. ")


async def test_a_client_without_edits_in_actions_inserts_by_the_command(desk):
    person, uri = await desk(capabilities=types.ClientCapabilities())
    found = {one.title: one for one in await person.actions(uri, "1. Do") if one.command == INSERT_NODE}
    assert list(found) == ["Orch: Insert task 3 here", "Orch: Insert part of task 1 1.2 here"]
    for command, key in zip(found.values(), ("3", "1.2"), strict=True):
        assert await person.editor.execute(command.command, command.arguments[0]) == {"uri": uri, "key": key}
    assert "\n- [ ] 3. " in person.editor.text(uri)
    assert "\n  - [ ] 1.2 " in person.editor.text(uri)
    before = person.editor.text(uri)
    assert (await person.editor.execute(INSERT_NODE, {"uri": uri, "line": 2, "kind": "scenario"}))["key"] is None
    assert (await person.editor.execute(INSERT_NODE, {"uri": uri}))["key"] is None
    assert (await person.editor.execute(INSERT_NODE, {"uri": uri, "line": 7000}))["key"] in {None, "4"}
    assert person.editor.text(uri).startswith(before[:40])
    assert any("no scenario can be inserted" in told.message for told in person.editor.client.messages)


async def test_a_refused_edit_is_told_and_without_a_line_nothing_is_done(desk):
    person, uri = await desk()
    person.editor.refuse = "not now"
    with pytest.raises(JsonRpcException, match="not now"):
        await person.editor.execute(TOGGLE_TASK, {"uri": uri, "line": 2})
    assert (await person.editor.execute(TOGGLE_TASK, {"uri": uri}))["state"] is None


@pytest.mark.parametrize(("folder", "text"), [("openspec/changes/archive/2025-01-01-a", TASKS), ("n", "- [ ] 1. Do\n")])
async def test_nothing_is_offered_in_documents_of_the_past_and_in_others(desk, folder, text):
    person, uri = await desk(folder=folder, text=text, capabilities=counting("utf-16"))
    assert not await person.actions(uri, "1. Do", only=["refactor.rewrite.orch.toggle"])
    assert (await person.editor.execute(TOGGLE_TASK, {"uri": uri, "line": 2}))["state"] is None


SPEC = (
    "# Feature Specification: A\r\n\r\n## Requirements\r\n\r\n- **FR-001**: System MUST 🎈 let in\r\n"
    "- **FR-007**: System MUST say\r\n"
)


@pytest.mark.parametrize("encoding", [kind.value for kind in types.PositionEncodingKind])
async def test_a_requirement_is_inserted_with_an_id_that_is_free_in_all_files(desk, workspace, encoding):
    folder = "specs/001-My Prüf (1) [x]"
    (workspace / folder).mkdir(parents=True)
    (workspace / folder / "tasks.md").write_text("# Tasks: A\n\n- [ ] T001 Do FR-011\n")
    person, uri = await desk("spec.md", SPEC, folder, capabilities=counting(encoding))
    found = await person.actions(uri, "🎈", only=["refactor.rewrite.orch.insert"])
    assert [(one.title, one.kind) for one in found] == [
        ("Orch: Insert requirement FR-012 here", "refactor.rewrite.orch.insert")
    ]
    after = SPEC.replace("let in\r\n", "let in\r\n- **FR-012**: System MUST TODO\r\n")
    assert person.after(uri, found[0]) == after
    person.editor.type(uri, after)
    found = await person.actions(uri, "TODO", only=["refactor.rewrite.orch.insert"])
    assert [one.title for one in found] == ["Orch: Insert requirement FR-013 here"]


async def test_a_client_with_snippets_in_edits_gets_the_places_to_type_in(desk):
    able = counting("utf-16")
    able.workspace.workspace_edit.snippet_edit_support = True
    text = SPEC.replace("say", "pay $1 \\ {x}")
    person, uri = await desk("spec.md", text, "specs/001-a", capabilities=able)
    found = await person.actions(uri, "FR-007", only=["refactor.rewrite.orch.insert"])
    (edit,) = found[0].edit.document_changes[0].edits
    assert isinstance(edit, types.SnippetTextEdit)
    assert edit.snippet.value == "\r\n- **FR-008**: System MUST ${1:TODO}"
