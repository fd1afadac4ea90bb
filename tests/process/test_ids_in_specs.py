"""Ids of a spec over a real pipe: from a citation to what it names, to all who cite it, and back."""

from __future__ import annotations

import pytest
from lsprotocol import types

SPEC = (
    "# Feature Specification: A\r\n\r\n## Requirements\r\n\r\n"
    "- **FR-001**: System MUST see\r\n- **FR-002**: System MUST say; 🎈 FR-001 holds\r\n"
)


@pytest.mark.parametrize("client", ["visual-studio-code", types.ClientCapabilities()], ids=["vscode", "none"])
async def test_an_id_leads_to_its_declaration_and_to_its_citations(start_editor, workspace, client):
    editor = await start_editor(capabilities=client, orch=False)
    document = types.TextDocumentIdentifier(editor.open(workspace / "specs" / "001-a" / "spec.md", SPEC))
    # In code units of UTF-16, of which the balloon takes two.
    cited = types.Range(types.Position(5, 34), types.Position(5, 40))
    declared = types.Range(types.Position(4, 4), types.Position(4, 10))
    place = types.Position(5, 35)
    definition = types.DefinitionParams(document, place)
    (found,) = await editor.client.text_document_definition_async(definition)
    assert (found.range if isinstance(found, types.Location) else found.target_selection_range) == declared
    context = types.ReferenceContext(include_declaration=False)
    references = types.ReferenceParams(context, document, declared.start)
    assert [one.range for one in await editor.client.text_document_references_async(references)] == [cited]
    highlight = types.DocumentHighlightParams(document, place)
    highlights = await editor.client.text_document_document_highlight_async(highlight)
    assert [one.range for one in highlights] == [declared, cited]
