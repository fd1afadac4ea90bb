"""Findings and symbols over several documents while these are typed, saved, moved and deleted, over a real pipe."""

from __future__ import annotations

import asyncio
import os
import shutil

import pytest
from lsprotocol import types

from orch_lsp.text import LineIndex
from orch_lsp.uri import path_of
from tests.fakes.editor import SECONDS

SCENARIO = "#### Scenario: Asked for\n- **WHEN** they ask\n- **THEN** they are in\n"
SPEC = (
    "## Purpose\n\nLets people in, and keeps out others, whoever they may be.\n\n## Requirements\n\n"
    f"### Requirement: Sign in\nIt SHALL.\n\n{SCENARIO}"
)
DELTA = f"## MODIFIED Requirements\n\n### Requirement: Sign out\nIt SHALL.\n\n{SCENARIO}"
WITH_TARGET = f"{SPEC}\n### Requirement: Sign out\nIt SHALL.\n\n{SCENARIO}"
REQUIREMENTS = (
    "# Requirements Document\n\n## Introduction\n\n🎈\n\n## Requirements\n\n### Requirement 1: Sign in\n\n"
    "**User Story:** As a user, I want to sign in, so that I am known.\n\n#### Acceptance Criteria\n\n"
    "1. WHEN a user signs in THEN the system SHALL say hello\n"
)
TASKS = "# Implementation Plan\n\n- [ ] 1. Say hello\n  - _Requirements: 1.1, 1.2_\n"
MISSING = "modified_target_missing"

NOTHING = types.ClientCapabilities()
TELLS = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    )
)
PULLS = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    ),
    text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities()),
)
CREATED, CHANGED, DELETED = types.FileChangeType.Created, types.FileChangeType.Changed, types.FileChangeType.Deleted


def folder_of(workspace):
    return workspace / "My Prüf (1) [x]" / "openspec"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def spec_of(workspace, text=SPEC):
    return write(folder_of(workspace) / "specs" / "auth" / "spec.md", text)


def delta_of(workspace, text=DELTA, change="x"):
    return write(folder_of(workspace) / "changes" / change / "specs" / "auth" / "spec.md", text)


class Shown:
    """Codes that a client shows of a document: pushed, or pulled whenever it is told to."""

    def __init__(self, editor, *, pulls=False) -> None:
        self.editor, self.pulls, self.refreshes = editor, pulls, 0
        if pulls:
            editor.client.protocol.fm.features[types.WORKSPACE_DIAGNOSTIC_REFRESH] = self._refreshed

    async def _refreshed(self, _params) -> None:
        self.refreshes += 1
        await self.editor.look_again()

    async def until(self, uri, condition):
        """Wait until the codes of a document are as they should be."""
        if not self.pulls:
            await self.editor.until(lambda: condition(self._pushed(uri)))
            return
        async with asyncio.timeout(SECONDS):
            while True:
                seen = self.refreshes
                if condition(await self._pulled(uri)):
                    return
                await self.editor.until(lambda seen=seen: self.refreshes > seen)

    def _pushed(self, uri):
        return [each.code for each in self.editor.client.diagnostics.get(uri, [])]

    async def _pulled(self, uri):
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        found = await self.editor.client.text_document_diagnostic_async(params)
        return [each.code for each in found.items]

    async def has(self, uri, code):
        await self.until(uri, lambda codes: code in codes)

    async def has_not(self, uri, code):
        await self.until(uri, lambda codes: code not in codes)


def tell(editor, *changes):
    events = [types.FileEvent(path.as_uri(), kind) for path, kind in changes]
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))


@pytest.mark.parametrize("pulls", [True, False], ids=["pull", "push"])
async def test_a_document_is_looked_at_again_when_another_open_one_changes(start_editor, workspace, pulls):
    spec, delta = spec_of(workspace), delta_of(workspace)
    editor = await start_editor(capabilities=PULLS if pulls else NOTHING, orch=False)
    shown = Shown(editor, pulls=pulls)
    uri = editor.open(delta)
    await shown.has(uri, MISSING)
    other = editor.open(spec)
    editor.type(other, WITH_TARGET)
    if pulls:
        # As each client does for what was typed.
        await shown._pulled(other)
    await shown.has_not(uri, MISSING)
    editor.close(other)
    await shown.has(uri, MISSING)


async def test_a_client_that_pulls_is_told_to_ask_again_only_if_another_document_is_seen_otherwise(
    start_editor, workspace
):
    spec, delta = spec_of(workspace), delta_of(workspace)
    editor = await start_editor(capabilities=PULLS, orch=False)
    shown = Shown(editor, pulls=True)
    uri = editor.open(delta)
    other = editor.open(spec)
    await shown.has(uri, MISSING)
    await shown._pulled(other)
    # Asked for both, the client knows all; from now on only the delta's findings can be news.
    text = spec.read_text(encoding="utf-8")
    for number in range(6):
        text += f"\n### Requirement: R{number}\nIt SHALL.\n"
        editor.type(other, text)
        await shown._pulled(other)
        await editor.execute("orch.showHistory", {"open": False})
    before = shown.refreshes
    assert before <= 2, "nothing that was typed concerned the delta, after the workspace was first looked at"
    editor.type(other, WITH_TARGET)
    await shown._pulled(other)
    await editor.until(lambda: shown.refreshes > before)
    await shown.has_not(uri, MISSING)


async def test_two_changes_that_collide_are_told_in_both_as_one_is_typed(start_editor, workspace):
    spec_of(workspace, WITH_TARGET)
    editor = await start_editor(capabilities=NOTHING, orch=False)
    shown = Shown(editor)
    first, second = editor.open(delta_of(workspace)), editor.open(delta_of(workspace, "## ADDED Requirements\n", "y"))
    editor.type(second, DELTA)
    await shown.has(first, "overlapping_changes")
    await shown.has(second, "overlapping_changes")
    editor.type(second, DELTA.replace("Sign out", "Sign in"))
    await shown.has_not(first, "overlapping_changes")


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
async def test_the_other_place_is_shown_where_the_client_can(start_editor, workspace, is_open):
    spec = spec_of(workspace)
    delta = delta_of(workspace, DELTA.replace("Sign out", "Sign in").replace("Asked for", "🎈"))
    shows = types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True)
    )
    editor = await start_editor(capabilities=types.ClientCapabilities(text_document=shows), orch=False)
    uri = editor.open(delta)
    if is_open:
        editor.type(editor.open(spec), SPEC.replace("## Purpose", "🎈\n\n## Purpose") + "\n### Requirement: B\n")
    line = 9 + 2 * is_open

    def other():
        found = [one for one in editor.client.diagnostics.get(uri, []) if one.code == "modified_drops_scenario"]
        return found[0].related_information[0].location if found else None

    await editor.until(lambda: (there := other()) is not None and there.range.start.line == line)
    assert path_of(other().uri) == spec
    assert (other().range.start.character, other().range.end.character) == (15, 24)


async def test_what_is_pushed_again_has_changed(start_editor, workspace):
    spec, delta = spec_of(workspace), delta_of(workspace)
    unconcerned = write(workspace / "a.spec.md", "# A\n\nB.\n\n## Goal\n\n## Goal\n")
    editor = await start_editor(capabilities=NOTHING, orch=False)
    pushed: list[str] = []
    recorded = editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def record(params) -> None:
        pushed.append(params.uri)
        recorded(params)

    editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = record
    shown = Shown(editor)
    uri, other, third = editor.open(delta), editor.open(spec), editor.open(unconcerned)
    await shown.has(uri, MISSING)
    await shown.has(third, "duplicate_section")
    before = pushed.count(third)
    for text in (WITH_TARGET, SPEC):
        editor.type(other, text)
        await (shown.has_not if text == WITH_TARGET else shown.has)(uri, MISSING)
    assert pushed.count(third) == before
    before = pushed.count(uri)
    # The spec is seen otherwise, and the delta is as it was.
    editor.type(other, SPEC + "\n### Requirement: Another\nIt SHALL.\n")
    editor.type(other, WITH_TARGET)
    await shown.has_not(uri, MISSING)
    assert pushed.count(uri) == before + 1


async def test_files_that_appear_change_move_and_vanish_are_known_from_a_client_that_tells(start_editor, workspace):
    delta = delta_of(workspace)
    editor = await start_editor(capabilities=TELLS, orch=False)
    shown = Shown(editor)
    uri = editor.open(delta)
    await shown.has(uri, MISSING)
    spec = spec_of(workspace, WITH_TARGET)
    tell(editor, (spec, CREATED))
    await shown.has_not(uri, MISSING)
    spec_of(workspace)
    tell(editor, (spec, CHANGED))
    await shown.has(uri, MISSING)
    spec_of(workspace, WITH_TARGET)
    tell(editor, (spec, CHANGED))
    await shown.has_not(uri, MISSING)
    moved = spec.parent.with_name("other")
    spec.parent.rename(moved)
    # Of a folder that is moved some clients tell as one thing.
    tell(editor, (spec.parent, DELETED), (moved, CREATED))
    await shown.has(uri, MISSING)
    moved.rename(spec.parent)
    tell(editor, (spec.parent, CREATED), (moved, DELETED))
    await shown.has_not(uri, MISSING)
    shutil.rmtree(spec.parent)
    tell(editor, (spec, DELETED))
    await shown.has(uri, MISSING)


async def test_files_that_change_are_known_by_their_stamps_from_a_client_that_tells_nothing(start_editor, workspace):
    delta = delta_of(workspace)
    editor = await start_editor(capabilities=NOTHING, orch=False)
    shown = Shown(editor)
    uri = editor.open(delta)
    await shown.has(uri, MISSING)
    for text, is_missing in ((WITH_TARGET, False), (SPEC, True), (WITH_TARGET, False), (None, True)):
        if text is None:
            shutil.rmtree(folder_of(workspace) / "specs")
        else:
            spec_of(workspace, text)
        async with asyncio.timeout(SECONDS):
            while (MISSING in shown._pushed(uri)) != is_missing:
                await editor.hover(uri, "Sign out")


async def test_a_document_that_is_saved_and_closed_counts_as_its_file(start_editor, workspace):
    spec, delta = spec_of(workspace), delta_of(workspace)
    editor = await start_editor(capabilities=NOTHING, orch=False)
    shown = Shown(editor)
    uri, other = editor.open(delta), editor.open(spec)
    await shown.has(uri, MISSING)
    editor.type(other, WITH_TARGET)
    await shown.has_not(uri, MISSING)
    editor.save(other)
    editor.close(other)
    other = editor.open(spec)
    editor.type(other, SPEC)
    await shown.has(uri, MISSING)
    editor.close(other)
    await shown.has_not(uri, MISSING)


async def test_tasks_are_told_of_a_requirement_that_is_reworded_as_it_is_typed(start_editor, workspace):
    folder = workspace / ".kiro" / "specs" / "a"
    requirements = write(folder / "requirements.md", REQUIREMENTS)
    tasks = write(folder / "tasks.md", TASKS.replace(", 1.2", ""))
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        names = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        process = await asyncio.create_subprocess_exec("git", *names, *arguments, cwd=workspace)
        assert await process.wait() == 0
    editor = await start_editor(capabilities=NOTHING, orch=False)
    shown = Shown(editor)
    uri, other = editor.open(tasks), editor.open(requirements)
    editor.type(other, REQUIREMENTS.replace("say hello", "say goodbye"))
    await shown.has(uri, "stale_downstream")
    editor.type(other, REQUIREMENTS)
    await shown.has_not(uri, "stale_downstream")


async def test_ids_of_another_document_are_not_missed_before_all_are_known(start_editor, workspace):
    folder = workspace / ".kiro" / "specs" / "a"
    write(folder / "requirements.md", REQUIREMENTS)
    tasks = write(folder / "tasks.md", TASKS)
    editor = await start_editor(capabilities=NOTHING, orch=False)
    seen: list[str] = []
    recorded = editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def record(params) -> None:
        seen.extend(each.message for each in params.diagnostics if each.code == "undefined_reference")
        recorded(params)

    editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = record
    uri = editor.open(tasks)
    await editor.diagnostic(uri, "undefined_reference")
    assert seen
    assert all("1.2" in message for message in seen)


@pytest.mark.parametrize("client", ["visual-studio-code", "neovim@v0.11.0", NOTHING], ids=["vscode", "neovim", "none"])
async def test_symbols_of_the_workspace_and_declarations_lead_into_files(start_editor, workspace, client):
    folder = workspace / "My Prüf (1) [x]" / ".kiro" / "specs" / "a"
    requirements, tasks = write(folder / "requirements.md", REQUIREMENTS), write(folder / "tasks.md", TASKS)
    write(workspace / "notes.md", "# Sign in\n")
    editor = await start_editor(capabilities=client, orch=False)
    found = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("sign in"))
    assert next((path_of(one.location.uri), one.name) for one in found) == (requirements, "1 Sign in")
    assert {path_of(one.location.uri) for one in found} == {requirements}
    (criterion,) = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("1.1"))
    text = REQUIREMENTS
    place = LineIndex(text, editor.encoding).offset(
        criterion.location.range.start.line, criterion.location.range.start.character
    )
    assert text[place:].startswith("1. WHEN a user")
    assert await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("no such thing")) == []
    uri = editor.open(tasks)
    position = types.Position(*LineIndex(TASKS, editor.encoding).position(TASKS.index("1.1") + 1))
    params = types.DeclarationParams(types.TextDocumentIdentifier(uri), position)
    answer = await editor.client.text_document_declaration_async(params)
    (there,) = answer if isinstance(answer, list) else [answer]
    assert path_of(getattr(there, "uri", None) or there.target_uri) == requirements


async def test_symbols_follow_what_is_typed(start_editor, workspace):
    editor = await start_editor(capabilities=NOTHING, orch=False)
    uri = editor.open(workspace / ".kiro" / "specs" / "a" / "requirements.md", REQUIREMENTS)
    editor.type(uri, REQUIREMENTS.replace("Sign in", "Leave"))
    names = [one.name for one in await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("leave"))]
    assert names == ["1 Leave"]
    found = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("sign in"))
    assert "1 Sign in" not in [one.name for one in found]


async def test_a_workspace_that_is_too_large_to_be_known_is_told_of_once(start_editor, workspace, orch):
    delta = delta_of(workspace)
    for number in range(101):
        folder = workspace / "notes" / f"{number:03}"
        folder.mkdir(parents=True)
        for name in range(200):
            os.close(os.open(folder / f"{name}.md", os.O_CREAT | os.O_WRONLY))
    editor = await start_editor(capabilities=NOTHING, orch=False)
    editor.open(delta)
    await editor.until(lambda: editor.client.messages)
    await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("Sign"))
    (message,) = editor.client.messages
    assert message.type == types.MessageType.Warning
    assert f"{workspace.resolve()} holds more than 20,000 documents" in message.message
    done = await orch("doctor", "--offline")
    assert f"note     specs: {workspace.resolve()} holds more than 20,000 documents" in done.out.replace("\n", " ")
