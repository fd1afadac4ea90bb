"""Ids over the files of a workspace, most of them not open, over a real pipe."""

from __future__ import annotations

import pytest
from lsprotocol import types

from orch_lsp.text import LineIndex
from orch_lsp.uri import path_of

REQUIREMENTS = """# Requirements Document

## Introduction

🎈 Sign-in.

## Requirements

### Requirement 1: Sign in

**User Story:** As a user, I want to sign in, so that I am known.

#### Acceptance Criteria

1. WHEN a user signs in THEN the system SHALL say hello
2. WHEN a password is wrong THEN the system SHALL say so
"""
TASKS = """# Implementation Plan

- [ ] 1. Say hello
  - _Requirements: 1.1, 1.2_
- [ ] 2. Count 🎈
  - 🎈 text
  - _Requirements: 1.2_
"""


def write(folder, **documents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


class Asking:
    """Asks about places of files by the texts that stand there."""

    def __init__(self, editor) -> None:
        self.editor = editor

    def place(self, uri, needle):
        text = self.editor.text(uri)
        index = LineIndex(text, self.editor.encoding)
        place = types.Position(*index.position(text.index(needle) + 1))
        return types.TextDocumentIdentifier(uri), place

    def shown(self, locations):
        """Names of folder and file, and the text there."""
        found = []
        for one in locations or ():
            path = path_of(getattr(one, "uri", None) or one.target_uri)
            place = getattr(one, "range", None) or one.target_selection_range
            text = path.read_bytes().decode("utf-8")
            index = LineIndex(text, self.editor.encoding)
            start, end = (index.offset(at.line, at.character) for at in (place.start, place.end))
            found.append((path.name, place.start.line, text[start:end]))
        return found

    async def definition(self, uri, needle):
        found = await self.editor.client.text_document_definition_async(
            types.DefinitionParams(*self.place(uri, needle))
        )
        return self.shown(found)

    async def references(self, uri, needle):
        document, place = self.place(uri, needle)
        params = types.ReferenceParams(types.ReferenceContext(include_declaration=False), document, place)
        return self.shown(await self.editor.client.text_document_references_async(params))


@pytest.mark.parametrize("client", ["visual-studio-code", types.ClientCapabilities()], ids=["vscode", "none"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_ids_lead_over_files_that_are_not_open(start_editor, workspace, client, encoding):
    folder = write(workspace / "My Prüf (1) [x]" / ".kiro" / "specs" / "a", requirements=REQUIREMENTS, tasks=TASKS)
    if encoding == "utf-8" and not isinstance(client, str):
        client = types.ClientCapabilities(general=types.GeneralClientCapabilities(position_encodings=[encoding]))
    editor = await start_editor(capabilities=client, orch=False)
    asking = Asking(editor)
    uri = editor.open(folder / "tasks.md", TASKS)
    assert await asking.definition(uri, "1.2") == [
        ("requirements.md", 15, "2. WHEN a password is wrong THEN the system SHALL say so")
    ]
    uri = editor.open(folder / "requirements.md", REQUIREMENTS)
    assert await asking.references(uri, "2. WHEN") == [("tasks.md", 3, "1.2"), ("tasks.md", 6, "1.2")]
