"""Hints beside requirements and sections, over a real pipe."""

from __future__ import annotations

import pytest
from lsprotocol import types

from orch_lsp.text import LineIndex

FOLDER = "My Prüf (1) [x]/specs/001-export"
SPEC = (
    "# Feature Specification: Export\r\n\r\n## User Scenarios & Testing\r\n\r\n### User Story 1 - Save 🎈 "
    "(Priority: P1)\r\n\r\n"
    "**Acceptance Scenarios**:\r\n\r\n1. **Given** a, **When** b, **Then** c\r\n\r\n## Requirements\r\n\r\n"
    "- **FR-001**: System MUST save 🎈\r\n- **FR-0010**: System MUST load\r\n- **FR-002**: System MUST wait\r\n"
    "\r\n## Success Criteria\r\n\r\n- **SC-001**: It is fast\r\n"
)
TASKS = (
    "# Tasks: Export\n\n## Phase 1: Setup\n\n- [ ] T001 [US1] Save per FR-001\n- [x] T002 Save FR-001 again, FR-001\n"
    "- [ ] T003 FR-002\n"
)


class Hints:
    def __init__(self, editor) -> None:
        self.editor = editor

    async def asked(self, uri, first="", last=None):
        """The hints from the line that holds one text to that which holds another."""
        text = self.editor.text(uri)
        index = LineIndex(text, self.editor.encoding)
        start = types.Position(index.position(text.index(first))[0], 0)
        end = types.Position(*index.position(len(text) if last is None else text.index(last) + len(last)))
        params = types.InlayHintParams(types.TextDocumentIdentifier(uri), types.Range(start, end))
        return await self.editor.client.text_document_inlay_hint_async(params)

    async def shown(self, uri, first="", last=None):
        """Each hint behind the end of its line."""
        text = self.editor.text(uri)
        index = LineIndex(text, self.editor.encoding)
        found = []
        for hint in await self.asked(uri, first, last):
            offset = index.offset(hint.position.line, hint.position.character)
            assert text[offset : offset + 1] in {"\r", "\n", ""}
            line = text[:offset].replace("\r", "\n").rpartition("\n")[2]
            found.append((line.lstrip("#-* ")[:8], hint.label))
        return found


@pytest.fixture
def folder(workspace):
    made = workspace / FOLDER
    made.mkdir(parents=True)
    (made / "tasks.md").write_bytes(TASKS.encode())
    return made


CLIENTS = ["visual-studio-code", "neovim@v0.10.0", types.ClientCapabilities()]
ALL = [("User Sto", "1 task"), ("FR-001**", "2 tasks"), ("FR-0010*", "no task"), ("FR-002**", "1 task")]


@pytest.mark.parametrize("client", CLIENTS, ids=["vscode", "neovim", "none"])
async def test_a_requirement_says_how_many_tasks_it_has_or_that_it_has_none(start_editor, folder, client):
    editor = await start_editor(capabilities=client, orch=False)
    hints = Hints(editor)
    spec = editor.open(folder / "spec.md", SPEC)
    # No task cites a success criterion: of these nothing is said, nor of what a task for the whole story is for.
    assert await hints.shown(spec) == ALL
    tooltips = {hint.label: hint.tooltip for hint in await hints.asked(spec)}
    assert tooltips["2 tasks"] == "T001 Save per FR-001 (open)\nT002 Save FR-001 again, FR-001 (done)"
    assert await hints.shown(spec, "FR-0010", "to") == []
    assert await hints.shown(spec, "- **FR-0010", "load") == [("FR-0010*", "no task")]
    tasks = editor.open(folder / "tasks.md", TASKS)
    assert await hints.shown(tasks) == []


async def test_the_client_is_told_to_ask_again_when_another_document_changes(start_editor, folder):
    again = types.InlayHintWorkspaceClientCapabilities(refresh_support=True)
    workspace = types.WorkspaceClientCapabilities(inlay_hint=again)
    editor = await start_editor(capabilities=types.ClientCapabilities(workspace=workspace))
    hints = Hints(editor)
    spec = editor.open(folder / "spec.md", SPEC)
    tasks = editor.open(folder / "tasks.md", TASKS)
    assert await hints.shown(spec) == ALL
    before = editor.hint_refreshes
    editor.type(tasks, TASKS.replace("FR-002", "FR-0010"))
    await hints.asked(tasks)
    await editor.until(lambda: editor.hint_refreshes > before)
    assert ("FR-0010*", "1 task") in await hints.shown(spec)
    assert ("FR-002**", "no task") in await hints.shown(spec)


async def test_hints_can_be_switched_off(start_editor, workspace, folder):
    (workspace / ".orch" / "config.toml").write_text("inlay_hints = false\n")
    editor = await start_editor()
    spec = editor.open(folder / "spec.md", SPEC)
    assert not await Hints(editor).asked(spec)


async def test_a_section_that_was_edited_since_its_run_says_so(start_editor, workspace):
    (workspace / ".orch" / "config.toml").write_text('provider = "outline"\n')
    editor = await start_editor()
    hints = Hints(editor)
    uri = editor.open(workspace / "a.spec.md", "# Export\n\nSave things.\n")
    await editor.draft(uri)
    editor.save(uri)
    written = editor.text(uri)
    assert "\n## Goal\n" in written
    assert await hints.shown(uri) == []
    editor.type(uri, written.replace("\n## Goal\n", "\n## Goal\n\nAnother one.\n"))
    assert await hints.shown(uri) == [("Goal", "edited since its run")]
    (hint,) = await hints.asked(uri)
    assert "outline" in hint.tooltip
    assert await hints.shown(uri, "", "# Export") == []


async def test_half_a_document_and_one_that_is_no_spec_have_none(start_editor, workspace, folder):
    editor = await start_editor()
    hints = Hints(editor)
    notes = editor.open(workspace / "notes.md", "# A\n\n- **FR-001**: x\n")
    assert not await hints.asked(notes)
    spec = editor.open(folder / "spec.md", SPEC)
    for end in range(0, len(SPEC), 40):
        editor.type(spec, SPEC[:end])
        await hints.asked(spec)
    editor.type(spec, SPEC)
    assert await hints.shown(spec) == ALL
    gone = types.InlayHintParams(
        types.TextDocumentIdentifier((folder / "other.md").as_uri()),
        types.Range(types.Position(0, 0), types.Position(9, 9)),
    )
    assert not await editor.client.text_document_inlay_hint_async(gone)
