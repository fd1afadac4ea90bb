"""Completion in specs over a real pipe: ids where they are cited, with their text, for clients of all abilities."""

from __future__ import annotations

import pytest
from lsprotocol import types

from orch_lsp.text import LineIndex

SPEC = (
    "# Feature Specification: A\r\n\r\n## User Scenarios & Testing\r\n\r\n### User Story 1 - In (Priority: P1)\r\n\r\n"
    "1. **Given** a, **When** b, **Then** c\r\n\r\n## Requirements\r\n\r\n- **FR-001**: System MUST let in 🎈\r\n"
    "- **FR-002**: System MUST say\r\n"
)
TASKS = "# Tasks: A\r\n\r\n## Phase 1: Setup\r\n\r\n- [ ] T001 🎈 [US1] Do FR-001\r\n- [ ] T002 🎈 "
ENCODINGS = [kind.value for kind in types.PositionEncodingKind]


def a_client(*, encoding=None, snippets=False, markdown=False):
    item = types.ClientCompletionItemOptions(
        snippet_support=snippets, documentation_format=[types.MarkupKind.Markdown] if markdown else None
    )
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[encoding]) if encoding else None,
        text_document=types.TextDocumentClientCapabilities(
            completion=types.CompletionClientCapabilities(completion_item=item)
        ),
    )


class Typist:
    """A person who types in a document, and takes what is offered."""

    def __init__(self, editor, folder, *, files=None) -> None:
        self.editor, self.folder = editor, folder
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (files or {"spec.md": SPEC}).items():
            (folder / name).write_bytes(text.encode())

    async def types(self, name, marked):
        """What is offered at the `¦`: the answer, and the text with each item taken, by label."""
        offset = marked.index("¦")
        text = marked.replace("¦", "")
        uri = self.editor.open(self.folder / name, text)
        index = LineIndex(text, self.editor.encoding)
        params = types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(*index.position(offset)))
        answer = await self.editor.client.text_document_completion_async(params)
        while answer is not None and answer.is_incomplete and not answer.items:
            answer = await self.editor.client.text_document_completion_async(params)
        taken = {}
        for item in answer.items if answer else ():
            at = item.text_edit.range
            assert at.start.line == at.end.line
            start, end = (index.offset(place.line, place.character) for place in (at.start, at.end))
            assert start <= offset <= end
            assert item.filter_text.casefold().startswith(text[start:offset].casefold())
            taken[item.label] = text[:start] + item.text_edit.new_text + text[end:]
        return answer, taken


@pytest.fixture
def typist(start_editor, workspace):
    async def sit_down(folder="specs/001-My Prüf (1) [x]", files=None, **kinds):
        return Typist(await start_editor(orch=False, **kinds), workspace / folder, files=files)

    return sit_down


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_ids_of_other_files_are_offered_with_their_text(typist, encoding):
    person = await typist(capabilities=a_client(encoding=encoding, markdown=True))
    answer, taken = await person.types("tasks.md", f"{TASKS}Do FR-0¦\r\n")
    assert taken == {key: f"{TASKS}Do {key}\r\n" for key in ("FR-001", "FR-002")}
    assert not answer.is_incomplete
    first = answer.items[0]
    assert first.detail == "System MUST let in 🎈"
    assert first.documentation.kind == types.MarkupKind.Markdown
    assert "System MUST let in 🎈" in first.documentation.value
    assert "specs/001-My Prüf (1) [x]/spec.md" in first.documentation.value


async def test_a_client_that_declares_nothing_gets_plain_items(typist):
    person = await typist(capabilities=types.ClientCapabilities())
    answer, taken = await person.types("tasks.md", f"{TASKS}Do FR-001, ¦")
    assert {"FR-001", "FR-002", "US1", "US1/AC1", "T001"} <= set(taken)
    assert {item.insert_text_format for item in answer.items} == {types.InsertTextFormat.PlainText}
    told = next(item for item in answer.items if item.label == "FR-002").documentation
    assert told.splitlines() == [
        "FR-002 · requirement · specs/001-My Prüf (1) [x]/spec.md",
        "- **FR-002**: System MUST say",
    ]


@pytest.mark.parametrize("marked", ["Do¦", "Do it. ¦", "Note: ¦", "see `x/¦`", "in the US¦ of A", "1.¦", "well-¦"])
async def test_nothing_is_offered_in_prose(typist, marked):
    person = await typist(capabilities=a_client())
    answer, _ = await person.types("spec.md", f"{SPEC}\r\n{marked}\r\n")
    assert answer is None


@pytest.mark.parametrize(
    "around", ["```\r\n{}\r\n```\r\n", "<!-- {} -->\r\n", "```\r\n{}", "<!--\r\n{}\r\n", "[a]({})"]
)
async def test_nothing_is_offered_in_fences_comments_and_destinations(typist, around):
    person = await typist(capabilities=a_client())
    answer, _ = await person.types("spec.md", f"{SPEC}\r\n{around.format('FR-0¦')}")
    assert answer is None


async def test_of_very_many_the_texts_come_when_they_are_asked_for(typist):
    many = "".join(f"- **FR-{number:05d}**: System MUST do {number}\r\n" for number in range(1, 10_001))
    person = await typist(files={"spec.md": SPEC + many}, capabilities=a_client(markdown=True))
    answer, taken = await person.types("tasks.md", f"{TASKS}Do FR-0¦")
    assert answer.is_incomplete
    assert len(taken) <= 300
    answer, taken = await person.types("tasks.md", f"{TASKS}Do FR-0999¦")
    assert "FR-09990" in taken
    assert not answer.is_incomplete
    answer, _ = await person.types("tasks.md", f"{TASKS}Do FR-09¦")
    item = answer.items[7]
    assert item.documentation is None
    told = await person.editor.client.completion_item_resolve_async(item)
    assert f"{item.label}**: System MUST do {int(item.label[3:])}" in told.documentation.value
    item.data["path"] = "../../secret"
    item.documentation = None
    assert (await person.editor.client.completion_item_resolve_async(item)).documentation is None


async def test_archived_and_unknown_documents_get_nothing(typist, workspace):
    person = await typist(capabilities=a_client())
    answer, _ = await person.types("../../notes.md", "# Notes\n\nSee FR-0¦\n")
    assert answer is None
    person.folder = workspace / "openspec/changes/archive/2025-01-01-a"
    answer, _ = await person.types("tasks.md", "# Tasks\n\n- [ ] 1.1 Do 1.¦\n")
    assert answer is None


async def test_free_ids_boxes_and_labels_are_offered_as_a_list_begins(typist):
    person = await typist(capabilities=a_client(snippets=True))
    before = TASKS.removesuffix("- [ ] T002 🎈 ")
    answer, taken = await person.types("tasks.md", f"{before}- [¦")
    assert taken["[ ]"] == f"{before}- [ ] "
    # Such a client gets texts with blanks as snippets, too: Neovim puts a plain one in up to the first blank.
    assert {item.insert_text_format for item in answer.items} == {
        types.InsertTextFormat.Snippet,
        types.InsertTextFormat.PlainText,
    }
    assert (
        next(item for item in answer.items if item.label == "[ ]").insert_text_format == types.InsertTextFormat.Snippet
    )
    assert taken["[ ] T002"] == before + "- [ ] T002 ${1:TODO}"
    assert answer.items[0].insert_text_format == types.InsertTextFormat.Snippet
    _, taken = await person.types("tasks.md", f"{before}- [ ] T002 [¦\r\n")
    assert {label: text.removeprefix(before) for label, text in taken.items()} == {
        "[P]": "- [ ] T002 [P] \r\n",
        "[US1]": "- [ ] T002 [US1] \r\n",
    }


async def test_sections_and_new_requirements_are_offered_as_a_heading_begins(typist):
    person = await typist(capabilities=a_client())
    _, taken = await person.types("spec.md", f"{SPEC}\r\n## ¦")
    assert taken["Success Criteria"] == f"{SPEC}\r\n## Success Criteria"
    _, taken = await person.types("spec.md", f"{SPEC}- **¦\r\n")
    assert taken["**FR-003**: System MUST"] == f"{SPEC}- **FR-003**: System MUST \r\n"


async def test_paths_are_those_that_git_would_track_one_level_at_a_time(typist, workspace):
    (workspace / ".git").mkdir(exist_ok=True)
    (workspace / ".gitignore").write_text("built/\n")
    for name in ("src/My Prüf (1) [x]/größe.py", "src/built/no.py", "src/.env", "src/main.py"):
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text("x = 1\n")
    person = await typist(capabilities=a_client(encoding="utf-8"))
    answer, taken = await person.types("tasks.md", f"{TASKS}Do src/¦")
    assert set(taken) == {"My Prüf (1) [x]/", "main.py"}
    assert taken["main.py"] == f"{TASKS}Do src/main.py"
    assert answer.items[0].kind == types.CompletionItemKind.Folder
    _, taken = await person.types("spec.md", f"{SPEC}\r\n[a](../../src/My¦)\r\n")
    assert list(taken.values()) == [f"{SPEC}\r\n[a](../../src/My%20Pr%C3%BCf%20%281%29%20%5Bx%5D/)\r\n"]
    _, taken = await person.types("spec.md", f"{SPEC}\r\n[a](../../src/My%20Pr%C3%BCf%20%281%29%20%5Bx%5D/¦)\r\n")
    assert set(taken) == {"größe.py"}
    for nowhere in ("../../../", "/etc/", "src/built/", "~/"):
        answer, _ = await person.types("tasks.md", f"{TASKS}Do {nowhere}¦")
        assert answer is None, nowhere


async def test_a_full_folder_is_cut_and_said_to_be(typist, workspace):
    (workspace / "many").mkdir()
    for number in range(400):
        (workspace / "many" / f"f{number:03d}.py").write_text("")
    person = await typist(capabilities=a_client())
    answer, taken = await person.types("tasks.md", f"{TASKS}Do many/¦")
    assert answer.is_incomplete
    assert len(taken) == 300
    answer, taken = await person.types("tasks.md", f"{TASKS}Do many/f39¦")
    assert not answer.is_incomplete
    assert len(taken) == 10
