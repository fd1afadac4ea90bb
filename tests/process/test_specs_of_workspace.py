"""The specs of a workspace by how far each has come, over a real pipe."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types

from orch_lsp.uri import path_of
from tests.fakes.editor import SECONDS

REQUIREMENTS = "# Requirements Document\n\n## Requirements\n\n### Requirement 1: See\n\n1. WHEN a THEN b SHALL c\n"
SPEC = "# Feature Specification: Sign <b>in</b>\n\n## Requirements\n\n- **FR-001**: System MUST see\n"
TASKS = "# Tasks: Sign in\n\n## Phase 1\n\n- [x] T001 Do FR-001\n- [ ] T002 Do more\n"


def write(folder: Path, **documents: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in documents.items():
        (folder / f"{name}.md").write_text(text)
    return folder


async def test_specs_are_listed_with_their_documents_and_the_state_of_their_tasks(start_editor, workspace):
    folder = write(workspace / "specs" / "001-My Prüf (1) [x]", spec=SPEC, tasks=TASKS)
    write(workspace / "specs" / "002-b", spec=SPEC.replace("Sign <b>in</b>", "B"))
    write(workspace / ".kiro" / "specs" / "c", requirements=REQUIREMENTS, tasks="# Implementation Plan\n\n- [x] 1. A\n")
    (workspace / "notes.md").write_text("# Notes\n")
    editor = await start_editor(orch=False)
    found = await editor.execute("orch.showSpecs", {"open": False})
    assert (found["schema"], found["complete"]) == ("orch.specs/1", True)
    by_scope = {spec["scope"]: spec for spec in found["specs"]}
    first = by_scope["specs/001-My Prüf (1) [x]"]
    assert (first["state"], first["tasks"], first["done"], first["requirements"]) == ("in_progress", 2, 1, 1)
    assert [path_of(document["uri"]) for document in first["documents"]] == [folder / "spec.md", folder / "tasks.md"]
    assert by_scope["specs/002-b"]["state"] == "unplanned"
    assert by_scope[".kiro/specs/c"]["state"] == "done"
    assert not any("notes" in spec["scope"] for spec in found["specs"])


async def test_the_list_follows_what_is_typed_and_opens_as_a_page(start_editor, workspace):
    folder = write(workspace / "specs" / "001-a", spec=SPEC, tasks=TASKS)
    show = types.WindowClientCapabilities(show_document=types.ShowDocumentClientCapabilities(support=True))
    editor = await start_editor(capabilities=types.ClientCapabilities(window=show), orch=False)
    uri = editor.open(folder / "tasks.md", TASKS)
    editor.type(uri, TASKS.replace("- [ ] T002", "- [x] T002"))
    found = await editor.execute("orch.showSpecs", {"uri": workspace.as_uri()})
    assert [spec["state"] for spec in found["specs"]] == ["done"]
    async with asyncio.timeout(SECONDS):
        while not editor.client.shown_documents:
            await editor.execute("orch.showSpecs", {"open": False})
    page = path_of(editor.client.shown_documents[0].uri)
    assert page is not None
    text = page.read_text(encoding="utf-8")
    assert "## Done" in text
    assert "Sign \\<b\\>in\\</b\\>" in text
    assert f"(<{uri}>)" in text


async def test_a_folder_without_specs_has_none(start_editor, workspace):
    editor = await start_editor(orch=False)
    assert (await editor.execute("orch.showSpecs", {"open": False}))["specs"] == []
