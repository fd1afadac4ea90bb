"""The outline of a spec over a real pipe, to a client that declares nothing and to one that shows a tree."""

from __future__ import annotations

import pytest
from lsprotocol import types

SPEC = "# Feature Specification: A\r\n\r\n## Requirements\r\n\r\n- **FR-001**: System MUST 🎈 see\r\n"


@pytest.mark.parametrize("client", ["visual-studio-code", types.ClientCapabilities()], ids=["vscode", "none"])
async def test_an_outline_comes_over_a_real_pipe(start_editor, workspace, client):
    editor = await start_editor(capabilities=client, orch=False)
    uri = editor.open(workspace / "specs" / "001-a" / "spec.md", SPEC)
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    found = await editor.client.text_document_document_symbol_async(params)
    if isinstance(found[0], types.DocumentSymbol):
        found = [found[0], *found[0].children, *found[0].children[0].children]
    assert [each.name for each in found] == ["Feature Specification: A", "Requirements", "FR-001 System MUST 🎈 see"]
