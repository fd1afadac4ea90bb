"""A client that says which diagnostics it has is not sent them again."""

from __future__ import annotations

import pytest
from lsprotocol import types

TEXT = "# Feature Specification: A\n\nWords.\n\n## Requirements\n\n- **FR-001**: x\n- **FR-001**: y\n\nMore words.\n"
WORDS, FOUND = 2, 7
PULLS = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    ),
    text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities()),
)


class Pulling:
    def __init__(self, editor, uri):
        self.editor, self.uri = editor, uri
        self.result_id = None

    async def pull(self):
        params = types.DocumentDiagnosticParams(
            types.TextDocumentIdentifier(self.uri), previous_result_id=self.result_id
        )
        report = await self.editor.client.text_document_diagnostic_async(params)
        self.result_id = report.result_id
        return report.kind

    def type(self, line, text="z", character=1):
        lines = self.editor.text(self.uri).split("\n")
        lines[line] = lines[line][:character] + text + lines[line][character:]
        self.editor.type(self.uri, "\n".join(lines))


@pytest.fixture
async def pulling(start_editor, workspace):
    editor = await start_editor(capabilities=PULLS, orch=False)
    await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams(""))
    found = Pulling(editor, editor.open(workspace / "specs/001-a/spec.md", TEXT))
    while await found.pull() != "unchanged":
        # The index of the workspace is read once.
        pass
    return found


async def test_a_key_in_a_line_without_findings_changes_nothing_that_is_shown(pulling):
    before = pulling.result_id
    for _ in range(3):
        pulling.type(WORDS)
        assert await pulling.pull() == "unchanged"
        assert pulling.result_id == before


async def test_a_key_in_the_line_of_a_finding_or_a_new_line_gives_all_of_them_again(pulling):
    pulling.type(FOUND, character=15)
    assert await pulling.pull() == "full"
    pulling.type(WORDS, "a\nb")
    assert await pulling.pull() == "full"
    assert await pulling.pull() == "unchanged"


async def test_whatever_is_not_one_change_after_the_last_answer_gives_all_of_them_again(pulling):
    pulling.type(WORDS)
    pulling.type(WORDS)
    assert await pulling.pull() == "full"
    pulling.editor.whole_texts = True
    pulling.type(WORDS)
    assert await pulling.pull() == "full"
    pulling.editor.whole_texts = False
    pulling.result_id = "of somebody else"
    assert await pulling.pull() == "full"
    pulling.result_id = None
    assert await pulling.pull() == "full"


async def test_several_cursors_are_several_changes(pulling):
    buffer = pulling.editor.buffers[pulling.uri]
    lines = buffer.text.split("\n")
    for line in (WORDS, 9):
        lines[line] = f"z{lines[line]}"
    buffer.text, buffer.version = "\n".join(lines), buffer.version + 1
    changes = [
        types.TextDocumentContentChangePartial(types.Range(types.Position(line, 0), types.Position(line, 0)), "z")
        for line in (WORDS, 9)
    ]
    document = types.VersionedTextDocumentIdentifier(version=buffer.version, uri=pulling.uri)
    pulling.editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))
    assert await pulling.pull() == "full"
    assert await pulling.pull() == "unchanged"


async def test_a_client_that_names_no_answer_gets_all_of_them(pulling):
    pulling.result_id = None
    assert await pulling.pull() == "full"
