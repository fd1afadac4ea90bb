"""Ids in one document: where one leads, who cites it, and what is highlighted, in any client and encoding."""

from __future__ import annotations

import pytest
from lsprotocol import types

from orch_lsp.text import LineIndex

SPEC = (
    "# Feature Specification: Sign in\r\n\r\n## Requirements\r\n\r\n"
    "- **FR-001**: System MUST let in\r\n"
    "- **FR-0011**: System MUST say; 🎈 FR-001 and FR-002 hold\r\n"
    "- **FR-001**: again\r\n\r\n"
    "```\r\nFR-001 in a fence\r\n```\r\n\r\n<!-- FR-001 in a comment -->\r\n\r\n"
    "## Notes\r\n\r\n🎈 See FR-001, FR-0011; not FR-009, FR-009.\r\n"
)
CLIENTS = [
    *("visual-studio-code", "neovim@v0.6.1", "neovim@v0.7.0", "neovim@v0.8.0", "neovim@v0.9.1", "neovim@v0.10.0"),
    *("neovim@v0.11.0", "emacs", "nothing at all"),
]
ENCODINGS = [kind.value for kind in types.PositionEncodingKind]


def capabilities(name):
    return types.ClientCapabilities() if name == "nothing at all" else name


def counting(encoding):
    return types.ClientCapabilities(general=types.GeneralClientCapabilities(position_encodings=[encoding]))


class Asking:
    """Asks about the place where a text stands for the n-th time."""

    def __init__(self, editor, uri) -> None:
        self.editor, self.uri = editor, uri
        self.index = LineIndex(editor.text(uri), editor.encoding)

    def place(self, needle, number, inside):
        offset = -1
        for _ in range(number):
            offset = self.editor.text(self.uri).index(needle, offset + 1)
        return types.TextDocumentIdentifier(self.uri), types.Position(*self.index.position(offset + inside))

    def at(self, place):
        """The line and the text of a place."""
        assert place is not None
        start, end = (self.index.offset(at.line, at.character) for at in (place.start, place.end))
        return place.start.line, self.editor.text(self.uri)[start:end]

    async def definition(self, needle, number=1, inside=1):
        params = types.DefinitionParams(*self.place(needle, number, inside))
        found = await self.editor.client.text_document_definition_async(params)
        return (
            None if found is None else [self.at(getattr(o, "range", None) or o.target_selection_range) for o in found]
        )

    async def references(self, needle, number=1, inside=1, *, declaration=False):
        document, position = self.place(needle, number, inside)
        params = types.ReferenceParams(types.ReferenceContext(declaration), document, position)
        found = await self.editor.client.text_document_references_async(params)
        return None if found is None else [self.at(one.range) for one in found]

    async def highlights(self, needle, number=1, inside=1):
        params = types.DocumentHighlightParams(*self.place(needle, number, inside))
        found = await self.editor.client.text_document_document_highlight_async(params)
        return None if found is None else [(*self.at(one.range), one.kind) for one in found]


@pytest.fixture
def asking(start_editor, workspace):
    async def ask(text=SPEC, path="specs/001-sign-in/spec.md", **kinds):
        editor = await start_editor(**kinds)
        return Asking(editor, editor.open(workspace / path, text))

    return ask


@pytest.mark.parametrize("name", CLIENTS)
async def test_every_client_gets_from_a_citation_to_what_it_names_and_back(asking, name):
    ask = await asking(capabilities=capabilities(name), orch=False)
    assert await ask.definition("FR-001 and") == [(4, "FR-001")]
    assert await ask.references("**FR-001**", inside=3) == [(5, "FR-001"), (16, "FR-001")]
    assert len(await ask.highlights("FR-001 and")) == 3


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_ids_are_found_in_the_clients_encoding_and_never_in_longer_ids_fences_and_comments(asking, encoding):
    ask = await asking(capabilities=counting(encoding))
    everywhere = [(4, "FR-001"), (5, "FR-001"), (16, "FR-001")]
    # From its declaration, in the midst of a citation, and behind one.
    for needle, inside in (("**FR-001**", 2), ("FR-001 and", 3), ("FR-001, FR-0011", 6)):
        assert await ask.references(needle, inside=inside, declaration=True) == everywhere
        assert await ask.definition(needle, inside=inside) == everywhere[:1]
    kinds = types.DocumentHighlightKind
    assert await ask.highlights("FR-001 and") == [
        (*place, kinds.Read if number else kinds.Write) for number, place in enumerate(everywhere)
    ]
    assert await ask.references("FR-0011", number=2) == [(16, "FR-0011")]
    for needle in ("FR-001 in a fence", "FR-001 in a comment", "hold"):
        assert await ask.definition(needle) is None
        assert await ask.references(needle) is None
        assert await ask.highlights(needle) is None


async def test_of_two_with_one_id_the_first_is_meant_and_the_second_is_cited_by_nobody(asking):
    ask = await asking()
    assert await ask.definition("**FR-001**", number=2, inside=3) == [(6, "FR-001")]
    assert await ask.references("**FR-001**", number=2, inside=3) == []
    assert await ask.references("**FR-001**", number=2, inside=3, declaration=True) == [(6, "FR-001")]
    assert await ask.highlights("**FR-001**", number=2, inside=3) is None


async def test_what_is_declared_nowhere_has_its_citations(asking):
    ask = await asking()
    assert await ask.definition("FR-009") is None
    assert await ask.references("FR-009", declaration=True) == [(16, "FR-009"), (16, "FR-009")]
    assert len(await ask.highlights("FR-009", number=2)) == 2


async def test_a_client_that_takes_links_gets_the_whole_of_what_is_named(asking):
    links = types.DefinitionClientCapabilities(link_support=True)
    client = types.ClientCapabilities(text_document=types.TextDocumentClientCapabilities(definition=links))
    ask = await asking(capabilities=client)
    params = types.DefinitionParams(*ask.place("FR-001 and", 1, 1))
    (link,) = await ask.editor.client.text_document_definition_async(params)
    assert ask.at(link.target_range) == (4, "- **FR-001**: System MUST let in")
    assert ask.at(link.target_selection_range) == (4, "FR-001")
    assert ask.at(link.origin_selection_range) == (5, "FR-001")
    assert link.target_uri == ask.uri


async def test_a_number_of_a_criterion_is_none_of_a_task(asking):
    text = (
        "# Implementation Plan\n\n- [ ] 1. Do it\n  - [ ] 1.1 This\n    - _Requirements: 1.1, 2.3_\n"
        "- [ ] 2. That\n  - _Requirements: 1.1_\n"
    )
    ask = await asking(text, ".kiro/specs/sign-in/tasks.md")
    assert await ask.definition("1.1, 2.3") is None
    assert await ask.references("1.1, 2.3", declaration=True) == [(4, "1.1"), (6, "1.1")]
    assert await ask.references("1.1 This") == []


async def test_a_criterion_without_a_written_id_is_found_by_its_first_line(asking):
    text = (
        "# Requirements Document\n\n## Requirements\n\n### Requirement 1: In\n\n#### Acceptance Criteria\n\n"
        "1. WHEN a THEN the system SHALL b.\n2. WHEN c THEN the system SHALL d, see Requirement 1.1.\n"
    )
    ask = await asking(text, ".kiro/specs/sign-in/requirements.md")
    assert await ask.definition("1.1") == [(8, "1. WHEN a THEN the system SHALL b.")]
    assert await ask.references("WHEN a") == [(9, "1.1")]


async def test_tasks_of_a_plain_spec_lead_to_its_criteria_as_they_are_typed(asking):
    ask = await asking("# A\n\n## Acceptance Criteria\n\n- AC-1: x\n\n## Tasks\n\n- [ ] T1 do AC-1\n", "a.spec.md")
    assert await ask.definition("do AC-1", inside=4) == [(4, "AC-1")]
    ask.editor.type(ask.uri, ask.editor.text(ask.uri).replace("- AC-1: x", "- AC-7: y\n- AC-1: x"))
    assert await Asking(ask.editor, ask.uri).definition("do AC-1", inside=4) == [(5, "AC-1")]


async def test_documents_that_are_not_open_or_no_specs_have_no_ids(start_editor, workspace):
    editor = await start_editor()
    other = editor.open(workspace / "notes.md", "# N\n\n## Usage\n\nFR-001 FR-001\n")
    (workspace / "closed.spec.md").write_text(SPEC)
    position = types.Position(4, 1)
    for uri in (other, (workspace / "closed.spec.md").as_uri(), "untitled:Untitled-1", "orch-run:/x"):
        document = types.TextDocumentIdentifier(uri)
        client = editor.client
        assert await client.text_document_definition_async(types.DefinitionParams(document, position)) is None
        context = types.ReferenceContext(include_declaration=True)
        assert await client.text_document_references_async(types.ReferenceParams(context, document, position)) is None
        highlight = types.DocumentHighlightParams(document, position)
        assert await client.text_document_document_highlight_async(highlight) is None


@pytest.mark.parametrize("text", ["", "\ufeff", "# A", "\r\n\r\r\n", "# A\n\n## Tasks\n\n- [ ] "])
async def test_places_beyond_any_text_are_no_fault(start_editor, workspace, text, caplog):
    editor = await start_editor()
    document = types.TextDocumentIdentifier(editor.open(workspace / "a.spec.md", text))
    for position in (types.Position(0, 0), types.Position(99, 99), types.Position(4, 6)):
        await editor.client.text_document_definition_async(types.DefinitionParams(document, position))
        context = types.ReferenceContext(include_declaration=True)
        await editor.client.text_document_references_async(types.ReferenceParams(context, document, position))
        highlight = types.DocumentHighlightParams(document, position)
        assert await editor.client.text_document_document_highlight_async(highlight) is None
    assert "Traceback" not in caplog.text


GSD = {
    ".planning/REQUIREMENTS.md": "# Requirements\n\n## v1 Requirements\n\n- [ ] **AUTH-01**: User can sign in\n\n"
    "## Traceability\n\n| Requirement | Phase | Status |\n|---|---|---|\n| AUTH-01 | Phase 1 | Pending |\n",
    ".planning/ROADMAP.md": "# Roadmap\n\n### Phase 1: Sign in\n\n**Requirements**: AUTH-01\n",
}


async def test_a_word_in_front_of_a_number_means_the_number(start_editor, workspace):
    for name, text in GSD.items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    editor = await start_editor(orch=False)
    ask = Asking(editor, editor.open(workspace / ".planning/REQUIREMENTS.md"))
    for inside in (0, 2, 5, 6, 7):
        params = types.DefinitionParams(*ask.place("Phase 1", 1, inside))
        (found,) = await editor.client.text_document_definition_async(params)
        assert (found.target_uri if hasattr(found, "target_uri") else found.uri).endswith("ROADMAP.md")
        hover = await editor.client.text_document_hover_async(types.HoverParams(*ask.place("Phase 1", 1, inside)))
        assert hover is not None
        assert "Phase 1: Sign in" in str(hover.contents)
    assert (
        await editor.client.text_document_definition_async(types.DefinitionParams(*ask.place("Status", 1, 1))) is None
    )


async def test_a_spec_that_is_named_as_a_whole_is_found(start_editor, workspace):
    spec = workspace / "openspec/specs/auth/spec.md"
    spec.parent.mkdir(parents=True)
    spec.write_text("# auth\n\n## Purpose\n\nPeople sign in.\n\n## Requirements\n")
    text = "## Why\n\nx\n\n## Capabilities\n\n### Modified Capabilities\n\n- `auth`: asks twice\n- `pay`: z\n"
    editor = await start_editor(orch=False)
    ask = Asking(editor, editor.open(workspace / "openspec/changes/twice/proposal.md", text))
    (found,) = await editor.client.text_document_definition_async(types.DefinitionParams(*ask.place("auth", 1, 1)))
    assert (found.target_uri if hasattr(found, "target_uri") else found.uri) == spec.as_uri()
    assert await editor.client.text_document_definition_async(types.DefinitionParams(*ask.place("pay", 1, 1))) is None
