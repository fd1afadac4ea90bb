"""Tasks of spec-kit with another letter than `T`: they have ids, as those have, wherever ids are known."""

from __future__ import annotations

import pytest

from orch_lsp.language.citing import citable
from orch_lsp.language.inserting import insertions
from orch_lsp.language.toggling import toggles
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.spec_kit.recognition import recognise
from orch_lsp.text import Span
from tests.fakes.shelf import Shelf, typed
from tests.unit.rule_pages import found
from tests.unit.test_tasks_and_ids import TASKS

PATH = "specs/001-a/tasks.md"
TEXT = (
    "# Tasks: A\n\n## Phase M1: Setup\n\n- [x] T001 Begin\n- [ ] M009 [P] [US1] Add the driver for FR-001\n"
    "- [ ] **M010** Read the tables\n- [ ] M011 Write, after M009-M010\n\n"
    "Phase M1 is done before Phase M2+: M010, M011 in parallel. An A100 and UTF-8 are no tasks, nor is X012.\n"
)
SHELF = {PATH: TEXT, "specs/001-a/spec.md": "# Feature Specification: A\n\n- **FR-001**: System MUST x\n"}


def test_a_task_has_an_id_whatever_its_letter_is():
    nodes = Shelf(SHELF).index.documents[PATH].nodes
    assert [(node.key, node.title) for node in nodes.nodes if node.kind == "task"] == [
        ("T001", "Begin"),
        ("M009", "Add the driver for FR-001"),
        ("M010", "Read the tables"),
        ("M011", "Write, after M009-M010"),
    ]
    assert [(one.relation, one.key) for one in nodes.citations] == [
        ("covers", "US1"),
        ("covers", "FR-001"),
        *[("cites", key) for key in ("M009", "M010", "M010", "M011")],
    ]


@pytest.mark.parametrize("title", ["Tasks: A", "任务：A"])
def test_a_document_of_such_tasks_is_known_by_its_title(title):
    text = f"# {title}\n\n- [ ] M001 Begin\n"
    known = recognise(Clues("notes/tasks.md", text, read(text).headings))
    assert known is not None
    assert known.kind == "tasks"


def test_a_range_names_all_that_it_holds_and_what_is_not_there_is_said():
    text = TEXT.replace("after M009-M010", "after M009–M012")
    (only,) = found(text, TASKS, "broken_reference_range")
    assert "M012" in only.message


def test_one_is_renamed_with_its_citations_and_nothing_else():
    after = Shelf(SHELF).renamed(PATH, "M010** Read", "M030").texts[PATH]
    assert after == TEXT.replace("**M010** Read", "**M030** Read").replace("M009-M010", "M009, M030").replace(
        "M2+: M010", "M2+: M030"
    )


def test_the_next_one_has_the_letter_of_the_one_beside_it_and_a_number_that_is_free():
    for needle, key in (("Read the", "M012"), ("Begin", "T002")):
        shelf, document, offset = typed(SHELF, PATH, needle, f"¦{needle}")
        made = [one.key for one in insertions(shelf.index, document, PATH, offset)]
        assert made == [key]


def test_ids_that_were_begun_are_completed():
    shelf, document, offset = typed(SHELF, PATH, "after M009-M010", "after M0¦")
    assert [one.text for one in citable(shelf.index, document, PATH, offset)] == ["M009", "M010", "M011"]


def test_one_is_toggled_by_its_id():
    _, document, offset = typed(SHELF, PATH, "Read the", "¦Read the")
    assert next(iter(toggles(document, Span(offset, offset)))).title == "Mark M010 as done"
