"""Renames by any client: as an edit to look at, of all files or of none."""

from __future__ import annotations

import contextlib

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.lsp.wire.protocol import REQUEST_FAILED
from orch_lsp.text import LineIndex

REQUIREMENTS = (
    "# Requirements Document\r\n\r\n## Introduction\r\n\r\n🎈 In.\r\n\r\n## Requirements\r\n\r\n"
    "### Requirement 1: In\r\n\r\n#### Acceptance Criteria\r\n\r\n1. WHEN a THEN the system SHALL b\r\n\r\n"
    "### Requirement 2: Out\r\n\r\n#### Acceptance Criteria\r\n\r\n1. WHEN c THEN the system SHALL d\r\n"
)
TASKS = "\ufeff# Implementation Plan\n\n- [ ] 1. Do 🎈\n  - 🎈 _Requirements: 1.1, 2.1_\n"
FOLDER = "My Prüf (1) [x]/.kiro/specs/a"
CLIENTS = ["visual-studio-code", "neovim@v0.11.0", "emacs", types.ClientCapabilities()]
VERSIONED = types.WorkspaceEditClientCapabilities(document_changes=True)
ANNOTATED = types.WorkspaceEditClientCapabilities(
    document_changes=True, change_annotation_support=types.ChangeAnnotationsSupportOptions()
)


def client_with(edits):
    return types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(workspace_edit=edits))


class Desk:
    """A person who renames in an editor, and the files beside the open ones."""

    def __init__(self, editor, folder) -> None:
        self.editor, self.folder = editor, folder

    def open(self, name):
        return self.editor.open(self.folder / name)

    def place(self, uri, needle):
        text = self.editor.text(uri)
        line, column = LineIndex(text, self.editor.encoding).position(text.index(needle))
        return types.TextDocumentIdentifier(uri), types.Position(line, column)

    async def prepare(self, uri, needle):
        found = await self.editor.client.text_document_prepare_rename_async(
            types.PrepareRenameParams(*self.place(uri, needle))
        )
        return found and found.placeholder

    async def rename(self, uri, needle, new):
        return await self.editor.client.text_document_rename_async(
            types.RenameParams(*self.place(uri, needle), new_name=new)
        )

    async def refusal(self, uri, needle, new):
        with pytest.raises(JsonRpcException) as refused:
            await self.rename(uri, needle, new)
        assert refused.value.code == REQUEST_FAILED
        assert refused.value.data["code"] == "cannot_rename"
        return refused.value.message

    def after(self, edit):
        """The texts of all files after an edit, by name."""
        by_uri = dict(edit.changes or {})
        for change in edit.document_changes or ():
            by_uri[change.text_document.uri] = change.edits
        texts = {}
        for path in self.folder.iterdir():
            text = path.read_bytes().decode()
            uri = next((uri for uri in by_uri if uri.rsplit("/", 1)[-1] == path.name), None)
            index = LineIndex(text, self.editor.encoding)
            for one in sorted(by_uri.get(uri, ()), key=lambda one: (one.range.start.line, one.range.start.character))[
                ::-1
            ]:
                start, end = (index.offset(at.line, at.character) for at in (one.range.start, one.range.end))
                text = text[:start] + one.new_text + text[end:]
            texts[path.name] = text
        return texts


@pytest.fixture
def desk(start_editor, workspace):
    async def sit_down(files=None, folder=FOLDER, **kinds):
        place = workspace / folder
        place.mkdir(parents=True)
        for name, text in (files or {"requirements.md": REQUIREMENTS, "tasks.md": TASKS}).items():
            (place / name).write_bytes(text.encode())
        return Desk(await start_editor(orch=False, **kinds), place)

    return sit_down


@pytest.mark.parametrize("capabilities", CLIENTS, ids=["vscode", "neovim", "emacs", "none"])
async def test_every_client_renames_in_files_that_are_not_open(desk, capabilities):
    person = await desk(capabilities=capabilities)
    uri = person.open("requirements.md")
    assert await person.prepare(uri, "2: Out") == "2"
    edit = await person.rename(uri, "2: Out", "7")
    assert person.after(edit) == {
        "requirements.md": REQUIREMENTS.replace("Requirement 2", "Requirement 7"),
        "tasks.md": TASKS.replace("2.1", "7.1"),
    }
    # From a citation, too.
    uri = person.open("tasks.md")
    assert await person.prepare(uri, "2.1") == "2.1"
    edit = await person.rename(uri, "2.1", "2.4")
    assert person.after(edit)["tasks.md"] == TASKS.replace("2.1", "2.4")
    assert await person.prepare(uri, "Plan") is None


async def test_an_edit_says_for_which_version_it_is_and_names_what_it_changes_in_other_files(desk):
    person = await desk(capabilities=client_with(ANNOTATED))
    uri = person.open("requirements.md")
    person.editor.type(uri, person.editor.text(uri) + "\r\n")
    edit = await person.rename(uri, "2: Out", "7")
    own, other = edit.document_changes
    assert edit.changes is None
    assert (own.text_document.version, other.text_document.version) == (2, None)
    assert [type(one) for one in (*own.edits, *other.edits)] == [types.TextEdit, types.AnnotatedTextEdit]
    annotation = edit.change_annotations[other.edits[0].annotation_id]
    assert annotation.needs_confirmation is False, "a client that asks would apply the half if it is not answered"
    assert "“2”" in annotation.label


async def test_a_client_without_annotations_gets_plain_edits_and_one_without_versions_changes(desk):
    person = await desk(capabilities=client_with(VERSIONED))
    uri = person.open("requirements.md")
    edit = await person.rename(uri, "2: Out", "7")
    assert edit.change_annotations is None
    assert all(type(one) is types.TextEdit for change in edit.document_changes for one in change.edits)


async def test_an_open_document_counts_as_it_is_typed_and_not_as_its_file(desk):
    person = await desk(capabilities=client_with(VERSIONED))
    tasks = person.open("tasks.md")
    person.editor.type(tasks, TASKS.replace("2.1", "1.1") + "  - _Requirements: 2.1_\n")
    uri = person.open("requirements.md")
    edit = await person.rename(uri, "2: Out", "7")
    change = edit.document_changes[1]
    assert (change.text_document.version, change.edits[0].range.start.line) == (2, 4)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("1", "taken: `My Prüf (1) [x]/.kiro/specs/a/requirements.md` declares it in line 9"),
        ("in", "would not be read as the name of a requirement"),
        ("7\n8", "one line"),
        ("  ", "one line"),
    ],
)
async def test_a_name_that_cannot_be_is_refused_with_the_reason(desk, new, reason):
    person = await desk()
    assert reason in await person.refusal(person.open("requirements.md"), "2: Out", new)


async def test_a_file_that_cannot_be_written_refuses_all_of_it(desk):
    person = await desk()
    (person.folder / "tasks.md").chmod(0o444)
    assert "`My Prüf (1) [x]/.kiro/specs/a/tasks.md` names it, and is read-only" in await person.refusal(
        person.open("requirements.md"), "2: Out", "7"
    )


async def test_a_file_that_was_changed_meanwhile_refuses_all_of_it(desk):
    person = await desk()
    uri = person.open("requirements.md")
    assert await person.rename(uri, "2: Out", "7")
    (person.folder / "tasks.md").write_text(TASKS + "  - _Requirements: 2_\n")
    assert "tasks.md` was changed since it was read" in await person.refusal(uri, "2: Out", "7")
    (person.folder / "tasks.md").unlink()
    assert "cannot be read any more" in await person.refusal(uri, "2: Out", "7")


async def test_a_file_that_cannot_be_read_names_nothing(desk):
    person = await desk()
    (person.folder / "tasks.md").write_bytes(b"\xff\xfe\x00 2.1")
    edit = await person.rename(person.open("requirements.md"), "2: Out", "7")
    assert len(edit.changes or edit.document_changes) == 1


async def test_archived_documents_are_neither_changed_nor_renamed_from(desk):
    spec = "# auth\n\n## Purpose\n\nx\n\n## Requirements\n\n### Requirement: In\nIt SHALL.\n\n#### Scenario: A\n- x\n"
    delta = "## MODIFIED Requirements\n\n### Requirement: In\nIt SHALL.\n\n#### Scenario: A\n- x\n"
    person = await desk({"spec.md": spec}, "openspec/specs/auth")
    archived = person.folder.parents[1] / "changes/archive/2025-01-01-x/specs/auth/spec.md"
    uri = person.editor.open(archived, delta)
    assert "not to be changed any more" in await person.refusal(uri, "In\n", "Enter")
    edit = await person.rename(person.open("spec.md"), "In\n", "Enter")
    assert len(edit.changes or edit.document_changes) == 1

    assert await person.prepare(uri, "\n#### Scenario: A") is None, "no name stands there"
    assert await person.prepare(uri, "IFIED") is None


KIT = "# Feature Specification: A\n\n## Requirements\n\n- **FR-001**: System MUST x\n\n```\nFR-001\n```\n"


async def test_a_file_that_is_read_only_says_so_before_a_name_is_asked_for(desk):
    person = await desk()
    uri = person.open("requirements.md")
    assert await person.prepare(uri, "2: Out") == "2"
    (person.folder / "requirements.md").chmod(0o444)
    with pytest.raises(JsonRpcException, match="is read-only") as refused:
        await person.prepare(uri, "2: Out")
    assert refused.value.data["code"] == "cannot_rename"
    assert await person.prepare(uri, "In.") is None


async def test_mentions_in_code_are_to_be_confirmed(desk):
    person = await desk(
        {"spec.md": KIT, "plan.md": "# Plan\n\n`FR-001`\n"}, "specs/001-a", capabilities=client_with(ANNOTATED)
    )
    edit = await person.rename(person.open("spec.md"), "FR-001", "FR-009")
    assert person.after(edit)["spec.md"] == KIT.replace("FR-001", "FR-009")
    (own,) = [one for one in edit.document_changes if one.text_document.uri.endswith("spec.md")]
    assert [type(one) for one in own.edits] == [types.TextEdit, types.AnnotatedTextEdit]
    annotation = edit.change_annotations[own.edits[1].annotation_id]
    assert (annotation.label, annotation.needs_confirmation) == (
        "Rename “FR-001” in code, comments and other places outside the text",
        True,
    )
    assert person.editor.client.messages == []


async def test_a_client_that_cannot_ask_is_told_of_mentions_in_code(desk):
    person = await desk({"spec.md": KIT}, "specs/001-a", capabilities=client_with(VERSIONED))
    edit = await person.rename(person.open("spec.md"), "FR-001", "FR-009")
    assert person.after(edit)["spec.md"] == KIT.replace("FR-001", "FR-009", 1)
    (told,) = person.editor.client.messages
    assert told.message == (
        "Orch: “FR-001” stays in a place that is not part of the spec's text, such as code: spec.md:8"
    )


async def test_the_same_name_again_changes_nothing(desk):
    person = await desk(capabilities=types.ClientCapabilities())
    edit = await person.rename(person.open("requirements.md"), "2: Out", "2")
    assert edit.changes == {}


@pytest.mark.parametrize("text", ["", "\ufeff", "# A", "- [", "## Tasks\n\n- [ ] ", "- **FR-", "### Requirement: "])
async def test_nothing_is_renamed_where_nothing_is_named(start_editor, workspace, text, caplog):
    editor = await start_editor()
    for path in ("a.spec.md", "specs/001-a/spec.md", "openspec/specs/a/spec.md", ".kiro/specs/a/tasks.md"):
        document = types.TextDocumentIdentifier(editor.open(workspace / path, text))
        for place in (types.Position(0, 0), types.Position(2, 4), types.Position(99, 99)):
            with contextlib.suppress(JsonRpcException):
                assert await editor.client.text_document_rename_async(types.RenameParams(document, place, "x")) is None
                params = types.PrepareRenameParams(document, place)
                assert await editor.client.text_document_prepare_rename_async(params) is None
    assert "Traceback" not in caplog.text
