"""The outline of documents in an editor: what can be addressed, as a tree or a list, in any client."""

from __future__ import annotations

from typing import get_args

import pytest
from lsprotocol import types

from orch_lsp.document.node import NodeKind
from orch_lsp.lsp.symbols import SYMBOL_KINDS
from orch_lsp.text import LineIndex

SPEC = (
    "# Feature Specification: Sign in\r\n\r\n### 🎈 User Story 1 - Do it (Priority: P1)\r\n\r\nx\r\n\r\n"
    "1. **Given** a, **When** b, **Then** c\r\n\r\n## Requirements\r\n\r\n"
    "- **FR-001**: System MUST 🎈 see\r\n- **FR-0011**: System MUST say, as FR-001 has it\r\n"
    "- **FR-001**: again\r\n\r\n```\r\n- **FR-002**: no requirement\r\n```\r\n"
)
TASKS = "# Tasks: Sign in\n\n## Phase 1\n\n- [ ] T001 [US1] Do FR-001\n- [x] T002 Do more\n"
PLAIN = "# A\n\n## Goal\n\nx\n\n## Tasks\n\n- [ ] T1 do it\n- [x] do more\n"
CLIENTS = [
    *("visual-studio-code", "neovim@v0.6.1", "neovim@v0.7.0", "neovim@v0.8.0", "neovim@v0.9.1", "neovim@v0.10.0"),
    *("neovim@v0.11.0", "emacs", "nothing at all"),
]


def capabilities(name):
    return types.ClientCapabilities() if name == "nothing at all" else name


def a_client(encoding: types.PositionEncodingKind | str, *, tree: bool) -> types.ClientCapabilities:
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[encoding]),
        text_document=types.TextDocumentClientCapabilities(
            document_symbol=types.DocumentSymbolClientCapabilities(hierarchical_document_symbol_support=tree)
        ),
    )


async def asked(editor, uri):
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    return await editor.client.text_document_document_symbol_async(params)


def names(symbols):
    return [(symbol.name, names(symbol.children)) if symbol.children else symbol.name for symbol in symbols]


def flat(symbols):
    for symbol in symbols:
        yield symbol
        yield from flat(getattr(symbol, "children", None) or [])


def text_at(editor, uri, place):
    text, index = editor.text(uri), LineIndex(editor.text(uri), editor.encoding)
    start, end = (index.offset(position.line, position.character) for position in (place.start, place.end))
    return text[start:end]


def within(inner, outer):
    return (outer.start.line, outer.start.character) <= (inner.start.line, inner.start.character) and (
        (inner.end.line, inner.end.character) <= (outer.end.line, outer.end.character)
    )


@pytest.mark.parametrize("name", CLIENTS)
async def test_every_client_gets_every_node(start_editor, workspace, name):
    editor = await start_editor(capabilities=capabilities(name), orch=False)
    found = list(flat(await asked(editor, editor.open(workspace / "specs" / "001-sign-in" / "tasks.md", TASKS))))
    assert [symbol.name for symbol in found] == ["Tasks: Sign in", "Phase 1", "T001 Do FR-001", "T002 Do more"]
    if isinstance(found[0], types.SymbolInformation):
        assert [symbol.container_name for symbol in found] == [None, "Tasks: Sign in", "Phase 1", "Phase 1"]
    else:
        assert [symbol.detail for symbol in found] == [None, None, "open", "done"]
        assert all(within(symbol.selection_range, symbol.range) for symbol in found)


@pytest.mark.parametrize("encoding", [kind.value for kind in types.PositionEncodingKind])
async def test_places_are_in_the_clients_encoding_whatever_stands_before_them(start_editor, workspace, encoding):
    editor = await start_editor(capabilities=a_client(encoding, tree=True))
    uri = editor.open(workspace / "specs" / "001-sign-in" / "spec.md", SPEC)
    found = await asked(editor, uri)
    assert names(found) == [
        (
            "Feature Specification: Sign in",
            [
                ("US1 Do it", ["US1/AC1 Given a, When b, Then c"]),
                (
                    "Requirements",
                    [
                        "FR-001 System MUST 🎈 see",
                        "FR-0011 System MUST say, as FR-001 has it",
                        "FR-001~2 again",
                    ],
                ),
            ],
        )
    ]
    requirements = found[0].children[1].children
    assert [text_at(editor, uri, one.selection_range) for one in requirements] == ["FR-001", "FR-0011", "FR-001"]
    assert text_at(editor, uri, requirements[0].range) == "- **FR-001**: System MUST 🎈 see"
    assert text_at(editor, uri, found[0].children[0].selection_range) == "User Story 1"
    criterion = found[0].children[0].children[0]
    assert text_at(editor, uri, criterion.selection_range) == "1. **Given** a, **When** b, **Then** c"
    assert all(within(inner.range, one.range) for one in flat(found) for inner in one.children or [])


async def test_the_outline_follows_what_is_typed(start_editor, workspace):
    editor = await start_editor(capabilities=a_client("utf-16", tree=True))
    uri = editor.open(workspace / "a.spec.md", PLAIN)
    assert names(await asked(editor, uri)) == [("A", ["Goal", ("Tasks", ["T1 do it", "do more"])])]
    editor.type(uri, PLAIN.replace("[ ] T1", "[x] T9"))
    (title,) = await asked(editor, uri)
    task = title.children[1].children[0]
    assert (task.name, task.detail, task.kind) == ("T9 do it", "done", types.SymbolKind.Boolean)


@pytest.mark.parametrize("tree", [True, False])
async def test_a_document_that_is_not_open_or_is_no_spec_has_none(start_editor, workspace, tree):
    editor = await start_editor(capabilities=a_client("utf-16", tree=tree))
    assert await asked(editor, (workspace / "nowhere.md").as_uri()) == []
    (workspace / "closed.spec.md").write_text(PLAIN)
    assert await asked(editor, (workspace / "closed.spec.md").as_uri()) == []
    assert await asked(editor, editor.open(workspace / "notes.md", "# N\n\n## Usage\n\n- [ ] T1 not a task\n")) == []
    assert await asked(editor, editor.open("untitled:Untitled-1", "")) == []


async def test_a_tree_is_of_bounded_depth_however_deep_the_document_is(start_editor, workspace):
    deep = "".join(f"{'  ' * level}- [ ] T{level} x\n" for level in range(200))
    editor = await start_editor(capabilities=a_client("utf-16", tree=True))
    found = await asked(editor, editor.open(workspace / "a.spec.md", f"# A\n\n## Tasks\n\n{deep}"))
    depth, level = 0, found
    while level:
        depth, level = depth + 1, [child for symbol in level for child in symbol.children or []]
    assert 3 < depth <= 32
    assert len(list(flat(found))) >= depth


def test_every_kind_of_node_has_a_symbol_that_every_client_knows():
    assert set(SYMBOL_KINDS) == set(get_args(NodeKind))
    assert {kind.value for kind in SYMBOL_KINDS.values()} <= set(range(1, 19))
