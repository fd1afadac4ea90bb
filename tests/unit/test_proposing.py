"""Words of a format that are proposed while somebody types: headings, ids, boxes, labels, keywords, paths."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.context.tree import FileTree
from orch_lsp.document.parse import parse
from orch_lsp.language.path_words import path_word
from orch_lsp.language.proposal import snippet_of
from orch_lsp.language.proposing import proposals
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.text import Edit, Span, apply_edits
from tests.fakes.shelf import Shelf, typed
from tests.unit.test_inserting import DOCUMENTS, EMPTY, GROUPS, LOCAL, NEW, STORIES
from tests.unit.test_rename import BASE, PLAN, REQUIREMENTS, SPEC, TASKS

NUMBERED = "specs/004-d/plan.md"
GERMAN = "c.spec.md"
PHASES = "specs/005-e/tasks.md"
CHECKS = "specs/006-f/checklists/words.md"
MARKS = next(profile for profile in PROFILES if profile.kind == "checklist").node_forms[0].marks
MORE = DOCUMENTS | {
    CHECKS: "# Words Checklist: F\n\n## Words\n\n- [ ] CHK001 Is it clear?\n- [ ] CHK002 Is it whole?\n",
    NUMBERED: "# Implementation Plan: D\n\n## 1. Summary\n\nx\n\n## 2. Technical Context\n\nx\n",
    PHASES: "# Tasks: E\n\n## Phase 1: Setup\n\n- [ ] T001 x\n\n## Phase 2: Stories\n\n- [ ] T002 y\n\n## End\n",
    GERMAN: "# C\n\n## Ziel\n\nx\n\n## Anforderungen\n\nDas System MUSS x.\n\n## Aufgaben\n\n- [ ] y\n",
}


def proposed(path, old, new):
    """What is proposed at the cursor: for each label the line with it."""
    shelf, document, offset = typed(MORE, path, old, new)
    found = {}
    for one in proposals(shelf.index, document, path, offset):
        assert one.span.start <= offset <= one.span.end
        assert not {"\n", "\r"} & set(document.text[one.span.start : one.span.end] + one.text)
        begun = document.text[one.span.start : offset].casefold()
        assert (one.filter or one.text).casefold().startswith(begun) or one.kind == "keyword"
        after = apply_edits(document.text, [Edit(one.span, one.text)])
        line = after[max(after.rfind("\n", 0, one.span.start), after.rfind("\r", 0, one.span.start)) + 1 :]
        found[one.label] = line.split("\n")[0].split("\r")[0]
    return found


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        # Sections that are not there, at their level, in the document's language and numbers.
        (EMPTY, "## Success Criteria", "#¦", {"Success Criteria": "## Success Criteria", "Assumptions": None}),
        (EMPTY, "## Success Criteria", "## Su¦", {"Success Criteria": "## Success Criteria"}),
        (EMPTY, "## Success Criteria", "### Su¦cc", {"Success Criteria": "## Success Criteria"}),
        (
            NUMBERED,
            "x\n\n## 2.",
            "x\n\n## ¦\n\n## 2.",
            {"Constitution Check": "## 2. Constitution Check", "Project Structure": "## 2. Project Structure"},
        ),
        (LOCAL, "### 需求 3", "## 术¦\n\n### 需求 3", {"术语表": "## 术语表"}),
        (GERMAN, "## Aufgaben", "## Annah¦\n\n## Aufgaben", {"Annahmen": "## Annahmen", "Annahme": "## Annahme"}),
        # Nodes with a free id.
        (REQUIREMENTS, "### Requirement 2: Out", "### R¦\n\n### Requirement 2: Out", {"### Requirement 3:": None}),
        (LOCAL, "### 需求 3", "### 需¦\r\n\r\n### 需求 3", {"### 需求 4：": "### 需求 4："}),
        (NEW, "## Requirements\n", "## Requirements\n\n### R¦", {"### Requirement:": "### Requirement: "}),
        (STORIES, "### Edge", "### U¦\n\n### Edge", {"### User Story 2 -": "### User Story 2 - "}),
        (SPEC, "- **FR-0011**", "- **¦\r\n- **FR-0011**", {"**FR-045**: System MUST": "- **FR-045**: System MUST "}),
        (SPEC, "- **FR-0011**", "- **FR-¦**\r\n- **FR-0011**", {"**FR-045**: System MUST": None}),
        (PLAN, "- [ ] T002", "- [ ] T0¦\n- [ ] T002", {"[ ] T004 [US1]": "- [ ] T004 [US1] "}),
        (TASKS, "- [ ] 2. That", "- [ ] 3¦\n- [ ] 2. That", {"[ ] 3.": "- [ ] 3. "}),
        (TASKS, "- [ ] 2. That", "  - [ ] 1¦\n- [ ] 2. That", {"[ ] 1.2": "  - [ ] 1.2 "}),
        (TASKS, "  - _Requirements: 1.2", "  - [ ] 2¦\n  - _Requirements: 1.2", {"[ ] 2.1": "  - [ ] 2.1 "}),
        # Phases and groups of tasks go on.
        (PHASES, "## End", "## ¦\n\n## End", {"## Phase 3:": "## Phase 3: "}),
        (PHASES, "## End", "## Ph¦\n\n## End", {"## Phase 3:": "## Phase 3: "}),
        (GROUPS, "* [ ] **2.1** Link\n", "* [ ] **2.1** Link\n\n## ¦", {"## 3.": "## 3. "}),
        # Boxes and labels.
        (
            GROUPS,
            "- [ ] 1.3 Test",
            "- [ ] 1.3 Test\n- [¦",
            {"[ ] 1.4": "- [ ] 1.4 ", "[ ]": "- [ ] ", "[x]": "- [x] "},
        ),
        (TASKS, "- [ ] 2. That", "- [¦ ] 2. That", {"[ ]": None, "[x]": "- [x] 2. That", "[-]": None}),
        (PLAN, "- [ ] T002 [US1]", "- [ ] T002 [¦", {"[P]": None, "[US1]": None}),
        (PLAN, "- [ ] T002 [US1]", "- [ ] T002 [P] [U¦", {"[US1]": None}),
        (CHECKS, "Is it clear?", "Is it clear? [¦", dict.fromkeys(MARKS)),
        (CHECKS, "Is it clear?", "Is it clear? [Gap, Cl¦", {"Clarity": "- [ ] CHK001 Is it clear? [Gap, Clarity]"}),
        (CHECKS, "Is it clear?", "Is it clear? [Sp¦]", {"Spec §": "- [ ] CHK001 Is it clear? [Spec §"}),
        # Keywords.
        (REQUIREMENTS, "3. WHEN e", "4. ¦\n3. WHEN e", {"WHEN": None, "IF": None, "WHILE": None, "WHERE": None,
                                                       "THE SYSTEM SHALL": "4. THE SYSTEM SHALL "}),
        (REQUIREMENTS, "3. WHEN e", "4. WHE¦\n3. WHEN e", {"WHEN": "4. WHEN ", "WHERE": "4. WHERE "}),
        (BASE, "- **WHEN** x", "- **W¦**", {"**WHEN**": "- **WHEN** "}),
        (BASE, "- **WHEN** x", "- t¦", {"**THEN**": "- **THEN** "}),
        (REQUIREMENTS, "the system SHALL f", "the system SHA¦", {"SHALL": None, "SHALL NOT": None}),
        (LOCAL, "系统应当 d", "系统应¦ d", {"应当": None, "应该": None}),
    ],
)  # fmt: skip
def test_words_of_the_format_are_proposed(path, old, new, expected):
    found = proposed(path, old, new)
    assert list(found) == list(expected)
    for label, line in expected.items():
        assert found[label] == (line or found[label])


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (STORIES, "Text.", "Some words¦"),
        (STORIES, "Text.", "SHALL we¦"),
        (STORIES, "Text.", "issue #¦"),
        (STORIES, "Text.", "    ## In¦dented code"),
        (STORIES, "Text.", "```\n## Re¦\n```"),
        (STORIES, "Text.", "```\n- [¦"),
        (STORIES, "Text.", "<!-- ## ¦ -->"),
        (STORIES, "Text.", "- some words [¦"),
        (REQUIREMENTS, "the system SHALL f", "the system sha¦"),
        (REQUIREMENTS, "the system SHALL f", "the system S¦"),
        (PLAN, "do FR-001\n", "do [¦\n"),
        (EMPTY, "## Success Criteria", "######## ¦"),
    ],
)
def test_nothing_is_proposed_in_prose_code_and_comments(path, old, new):
    assert proposed(path, old, new) == {}


def test_a_snippet_escapes_what_is_no_place():
    text = "a $1 \\ {b} TODO }"
    assert snippet_of(text, [Span(11, 15)], Span(0, len(text))) == "a \\$1 \\\\ {b\\} ${1:TODO} \\}"
    assert snippet_of(text, [], Span(0, len(text))) == ""


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("do src/a¦", ("src", "a", "a", False)),
        ("do src/a¦b.py now", ("src", "a", "ab.py", False)),
        ("do `src/`, then `My Prüf (1) [x]/so¦", ("My Prüf (1) [x]", "so", "so", False)),
        ("do `s¦`", ("", "s", "s", False)),
        ("do ./a¦", ("specs/001-a", "a", "a", False)),
        ("do ../¦", ("specs", "", "", False)),
        ("see [a](../../My%20Pr%C3%BCf/b¦)", ("My Prüf", "b", "b", True)),
        ("see [a](¦)", ("specs/001-a", "", "", True)),
        ("do it\n\n[r]: ../../src/b¦", ("src", "b", "b", True)),
        ("do it\n\n[r]: <../../src/¦", ("src", "", "", True)),
        ("do [r]: ../../src/¦", ("src", "", "", False)),
        ("see [a](/src/¦", ("src", "", "", True)),
        ("看src/a.py、src/¦", ("src", "", "", False)),
        ("do ../../../¦", None),
        ("see [a](https://x/¦)", None),
        ("see [a](#b¦)", None),
        ("do it¦", None),
    ],
)
def test_a_path_is_found_where_one_is_typed(new, expected):
    _, document, offset = typed(DOCUMENTS, PLAN, "do FR-001\n", f"{new}\n")
    found = path_word(document, PLAN, offset)
    if expected is None:
        assert found is None
    else:
        folder, name, replaced, is_link = expected
        assert found is not None
        assert (found.folder, found.name, found.is_link) == (folder, name, is_link)
        assert document.text[found.span.start : found.span.end] == replaced


@pytest.mark.parametrize("new", ["and/¦or", "see `a`/¦", "```\nsrc/¦\n```", "x `ab¦"])
def test_prose_holds_no_path(new):
    _, document, offset = typed(DOCUMENTS, SPEC, "System MUST x", new)
    assert path_word(document, SPEC, offset) is None


def test_a_folder_gives_what_git_would_track(tmp_path):
    for name in ("src/a.py", "src/out/b.py", "src/.env", "build/c", "node_modules/d.js", "other/.git/HEAD", "e.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("out/\n/build\n")
    (tmp_path / "link").symlink_to(tmp_path / "src")
    tree = FileTree(tmp_path.resolve())
    assert tree.within("") == ((".gitignore", False), ("e.md", False), ("src", True))
    assert tree.within("src") == (("a.py", False),)
    for folder in ("build", "src/out", "link", "other", "nowhere", "..", "node_modules", ".git", "src/../src", "e.md"):
        assert tree.within(folder) == (), folder


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_text_at_any_place(data):
    path = data.draw(st.sampled_from(sorted(MORE)))
    text = MORE[path]
    at = data.draw(st.integers(0, len(text)))
    put = data.draw(
        st.sampled_from(["#", "## ", "- [", "- **", "SH", "[P", "\n- ", "\n### ", "WH", "`", "🎈", "\r", "\n  - ["])
    )
    edited = text[:at] + put + text[at + data.draw(st.integers(0, 6)) :]
    offset = at + len(put)
    shelf = Shelf({**MORE, path: edited})
    document = parse(edited, shelf.profiles[path])
    for one in proposals(shelf.index, document, path, offset):
        assert one.span.start <= offset <= one.span.end <= len(edited)
        assert not {"\n", "\r"} & set(edited[one.span.start : one.span.end])
        after = parse(apply_edits(edited, [Edit(one.span, one.text)]), shelf.profiles[path])
        if one.kind == "section" and "x" not in one.label:
            assert len(after.sections) >= len(document.sections) - 1
    path_word(document, path, offset)
