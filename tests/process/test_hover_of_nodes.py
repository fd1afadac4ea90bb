"""A requirement under the cursor over a real pipe: its text, its citations, in what the client can show."""

from __future__ import annotations

import pytest
from lsprotocol import types

SPEC = (
    "# Feature Specification: A\r\n\r\n## Requirements\r\n\r\n"
    "- **FR-001**: System 🎈 MUST [see](command:x) <img src=x>\r\n- **FR-002**: System MUST say; 🎈 FR-001 holds\r\n"
)


def a_client(kind):
    if kind is None:
        return types.ClientCapabilities()
    hover = types.HoverClientCapabilities(content_format=[kind])
    return types.ClientCapabilities(text_document=types.TextDocumentClientCapabilities(hover=hover))


@pytest.mark.parametrize("kind", [types.MarkupKind.Markdown, types.MarkupKind.PlainText, None])
@pytest.mark.parametrize("place", [(4, 5), (4, 20), (5, 35)])
async def test_a_requirement_is_told_where_it_stands_and_where_it_is_cited(start_editor, workspace, kind, place):
    editor = await start_editor(capabilities=a_client(kind), orch=False)
    uri = editor.open(workspace / "specs" / "001-My Prüf (1) [x]" / "spec.md", SPEC)
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(*place))
    found = await editor.client.text_document_hover_async(params)
    said = found.contents.value
    assert found.contents.kind == (kind or types.MarkupKind.PlainText)
    assert "FR-001" in said.splitlines()[0]
    assert "System 🎈 MUST [see](command:x) <img src=x>" in said
    assert "cited by 1: " in said
    assert (f"(<{uri}#L6>)" in said) == (kind == types.MarkupKind.Markdown)
    if place == (5, 35):
        assert found.range == types.Range(types.Position(5, 34), types.Position(5, 40))


async def test_there_is_nothing_to_tell_of_prose_and_of_ids_that_name_nothing(start_editor, workspace):
    editor = await start_editor(capabilities=a_client(None), orch=False)
    uri = editor.open(workspace / "specs" / "001-a" / "spec.md", SPEC.replace("FR-001 holds", "FR-009 holds"))
    for place in ((0, 4), (2, 5), (5, 35), (1, 0), (99, 99)):
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(*place))
        assert await editor.client.text_document_hover_async(params) is None, place


async def test_it_is_told_from_and_with_files_that_are_not_open(start_editor, workspace):
    folder = workspace / "specs" / "001-My Prüf (1) [x]"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text(SPEC, newline="")
    tasks = "# Tasks: A\n\n## Phase 1\n\n- [ ] T001 Do FR-001\n- [x] T002 Do FR-001 more\n"
    editor = await start_editor(capabilities=a_client(types.MarkupKind.Markdown), orch=False)
    uri = editor.open(folder / "tasks.md", tasks)
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(4, 17))
    said = (await editor.client.text_document_hover_async(params)).contents.value
    assert "`specs/001-My Prüf (1) [x]/spec.md`" in said.splitlines()[0]
    assert "System 🎈 MUST [see](command:x)" in said
    assert "cited by 3: " in said
    assert f"(<{uri}#L5>)" in said
    assert "/spec.md#L6>)" in said
