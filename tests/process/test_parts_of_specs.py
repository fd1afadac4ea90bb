"""Folding, selecting, following links and colouring over a real pipe, for clients with much and with nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from lsprotocol import types

from orch_lsp.text import LineIndex

SPEC = (
    "\ufeff# Feature Specification: A\r\n\r\n## Requirements {#needs}\r\n\r\n"
    "- **FR-001**: System 🎈 MUST see\r\n  [x](./my%20plan.md#the-plan) `src/a.py:3`\r\n"
    "- **FR-002**: [web](https://example.org/x) [bad](command:x) [own](#needs) [out](../../../x.md) [env](.env)\r\n"
    "\r\n```text\r\n- FR-001 MUST\r\n```\r\n"
)
COLOURS = types.SemanticTokensClientCapabilities(
    requests=types.ClientSemanticTokensRequestOptions(range=True, full=True),
    token_types=["class", "keyword", "enumMember"],
    token_modifiers=["declaration"],
    formats=[types.TokenFormat.Relative],
)
BARE = types.ClientCapabilities()


def a_client(encoding, **more):
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[encoding]),
        text_document=types.TextDocumentClientCapabilities(semantic_tokens=COLOURS, **more),
    )


@pytest.fixture
def folder(workspace):
    found = workspace / "specs" / "001-My Prüf (1) [x]"
    found.mkdir(parents=True)
    (found / "my plan.md").write_text("# x\n\n## The plan\n", newline="\r\n")
    (found / ".env").write_text("A=1\n")
    (workspace / "src").mkdir(exist_ok=True)
    (workspace / "src" / "a.py").write_text("a\nb\nc\n")
    return found


def text_at(editor, uri, place):
    index = LineIndex(editor.text(uri), editor.encoding)
    start, end = (index.offset(position.line, position.character) for position in (place.start, place.end))
    return editor.text(uri)[start:end]


@pytest.mark.parametrize("limit", [None, 2])
async def test_parts_fold_as_whole_lines_and_no_more_than_the_client_takes(start_editor, folder, limit):
    folding = types.FoldingRangeClientCapabilities(line_folding_only=True, range_limit=limit)
    capabilities = BARE if limit is None else a_client("utf-16", folding_range=folding)
    editor = await start_editor(capabilities=capabilities, orch=False)
    document = types.TextDocumentIdentifier(editor.open(folder / "spec.md", SPEC))
    found = await editor.client.text_document_folding_range_async(types.FoldingRangeParams(document))
    lines = [(fold.start_line, fold.end_line) for fold in found]
    assert lines == ([(0, 10), (2, 10)] if limit else [(0, 10), (2, 10), (4, 5), (8, 10)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_a_selection_grows_in_the_clients_encoding(start_editor, folder, encoding):
    editor = await start_editor(capabilities=a_client(encoding), orch=False)
    uri = editor.open(folder / "spec.md", SPEC)
    index = LineIndex(SPEC, editor.encoding)
    places = [types.Position(*index.position(SPEC.index("MUST") + 1)), types.Position(9999, 9999)]
    params = types.SelectionRangeParams(types.TextDocumentIdentifier(uri), places)
    first, last = await editor.client.text_document_selection_range_async(params)
    chain = []
    while first is not None:
        chain.append(text_at(editor, uri, first.range))
        first = first.parent
    assert chain[0] == "MUST"
    assert all(inner in outer and inner != outer for inner, outer in pairwise(chain))
    assert chain[-1] == SPEC
    while last.parent is not None:
        last = last.parent
    assert text_at(editor, uri, last.range) == SPEC


@pytest.mark.parametrize("client", ["visual-studio-code", BARE], ids=["vscode", "none"])
async def test_links_lead_into_the_workspace_and_to_the_web_and_nowhere_else(start_editor, workspace, folder, client):
    editor = await start_editor(capabilities=client, orch=False)
    uri = editor.open(folder / "spec.md", SPEC)
    params = types.DocumentLinkParams(types.TextDocumentIdentifier(uri))
    found = await editor.client.text_document_document_link_async(params)
    targets = {}
    for link in found:
        known = link if link.target else await editor.client.document_link_resolve_async(link)
        targets[text_at(editor, uri, link.range)] = known.target
    assert targets == {
        "[x](./my%20plan.md#the-plan)": f"{(folder / 'my plan.md').as_uri()}#L3",
        "`src/a.py:3`": f"{(workspace / 'src' / 'a.py').as_uri()}#L3",
        "[web](https://example.org/x)": "https://example.org/x",
        "[own](#needs)": f"{uri}#L3",
    }
    for data in (
        *({"uri": uri, "target": ".env", "meant": True}, {"uri": uri, "target": "../../../x", "meant": True}),
        *({"uri": "file:///x", "target": "spec.md", "meant": True}, {"uri": 1, "target": []}, [], None, "x"),
    ):
        link = types.DocumentLink(found[0].range, data=data)
        assert (await editor.client.document_link_resolve_async(link)).target is None


def decoded(editor, uri, tokens):
    index, line, column, found = LineIndex(editor.text(uri), editor.encoding), 0, 0, []
    for at in range(0, len(tokens.data), 5):
        lines, columns, length, kind, modifiers = tokens.data[at : at + 5]
        line, column = line + lines, columns if lines else column + columns
        start, end = index.offset(line, column), index.offset(line, column + length)
        found.append((editor.text(uri)[start:end], kind, modifiers))
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_ids_and_words_that_oblige_are_coloured(start_editor, workspace, folder, encoding):
    editor = await start_editor(capabilities=a_client(encoding), orch=False)
    uri = editor.open(folder / "spec.md", SPEC)
    document = types.TextDocumentIdentifier(uri)
    found = await editor.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert decoded(editor, uri, found) == [("FR-001", 0, 1), ("MUST", 2, 0), ("FR-002", 0, 1)]
    part = types.SemanticTokensRangeParams(document, types.Range(types.Position(6, 0), types.Position(7, 0)))
    seen = await editor.client.text_document_semantic_tokens_range_async(part)
    assert decoded(editor, uri, seen) == [("FR-002", 0, 1)]
    editor.type(uri, SPEC.replace("MUST see", "see"))
    found = await editor.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert decoded(editor, uri, found) == [("FR-001", 0, 1), ("FR-002", 0, 1)]
    notes = types.TextDocumentIdentifier(editor.open(workspace / "notes.md", "# N\n\nIt MUST be.\n"))
    assert not (await editor.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(notes))).data


async def test_colours_can_be_switched_off(start_editor, workspace, folder):
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text("semantic_tokens = false\n")
    editor = await start_editor(capabilities=a_client("utf-16"), orch=False)
    document = types.TextDocumentIdentifier(editor.open(folder / "spec.md", SPEC))
    found = await editor.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert not found.data


async def test_five_megabytes_are_read(start_editor, folder):
    editor = await start_editor(capabilities=a_client("utf-16"), orch=False)
    text = "# Feature Specification: A\n\n## Requirements\n\n" + "".join(
        f"- **FR-{number:05}**: System MUST {'do this ' * 40}\n" for number in range(15_000)
    )
    assert len(text) > 5_000_000
    document = types.TextDocumentIdentifier(editor.open(folder / "spec.md", text))
    found = await editor.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert len(found.data) == 5 * 2 * 15_000
    assert len(await editor.client.text_document_folding_range_async(types.FoldingRangeParams(document))) == 2
    params = types.SelectionRangeParams(document, [types.Position(7_000, 30)])
    assert len(await editor.client.text_document_selection_range_async(params)) == 1
    assert not await editor.client.text_document_document_link_async(types.DocumentLinkParams(document))
