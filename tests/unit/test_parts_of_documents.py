"""Parts of a document that fold, that a selection grows over, that mean something, or lead somewhere."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.context.links import FileTarget, Link, file_target, links, web_page
from orch_lsp.document.anchors import anchored
from orch_lsp.document.folds import folds
from orch_lsp.document.parse import parse
from orch_lsp.document.selections import selections
from orch_lsp.document.terms import terms
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.registry import profile_named
from orch_lsp.text import Span

SPEC = """---
profile: spec-kit
---

# Feature Specification: A

<!-- a note
of two lines -->

### User Story 1 - Do it (Priority: P1)

Words `MUST` not count.

1. **Given** a, **When** b, **Then** it MUST 🎈 hold, per FR-001

## Requirements {#needs}

- **FR-001**: System MUST see
  and more of it
- **FR-002**: System SHOULD NOT say; see [FR-001](./plan.md#FR-001)

```text
- **FR-003**: MUST
a
```

| a | b |
|---|---|
| c | d |
"""
TASKS = "# Tasks: A\n\n## Phase 1\n\n- [ ] T001 Do FR-001\n  - [x] T002 below\n\n\n## Phase 2\n\n- [?] odd\n"
KIRO = (
    "# Requirements Document\n\n## Requirements\n\n### Requirement 1: Wer\n\n#### Acceptance Criteria\n\n"
    "1. WHEN ein Mensch kommt THEN das System muss öffnen\n2. 当 用户 来 系统 必须 打开\n\nMan muss nicht.\n"
)
OPENSPEC = (
    "## Requirements\n\n### Requirement: 登录\nThe system SHALL open.\n\n#### Scenario: a\n- **WHEN** b\n- **THEN** c\n"
)
KINDS = [("spec-kit", SPEC), ("spec-kit/tasks", TASKS), ("kiro", KIRO), ("openspec", OPENSPEC), ("plain", SPEC)]


def document(text, profile="spec-kit"):
    found = profile_named(profile)
    assert found is not None
    return parse(text, found)


def said(text, spans):
    return [text[span.start : span.end] for span in spans]


def line_at(text, offset):
    return text[:offset].count("\n")


def test_what_has_several_lines_folds_without_the_blank_ones_behind_it():
    found = folds(document(SPEC))
    lines = [(line_at(SPEC, fold.span.start), line_at(SPEC, fold.span.end), fold.kind) for fold in found]
    assert (0, 2, "part") in lines
    assert (6, 7, "comment") in lines
    assert (15, 28, "part") in lines
    assert (17, 18, "part") in lines
    assert (21, 24, "part") in lines
    assert (26, 28, "part") in lines
    assert all(SPEC[fold.span.start : fold.span.end].strip() for fold in found)


def test_a_task_folds_over_those_below_it_and_a_phase_over_its_tasks():
    found = said(TASKS, [fold.span for fold in folds(document(TASKS, "spec-kit/tasks"))])
    assert "- [ ] T001 Do FR-001\n  - [x] T002 below" in found
    assert "## Phase 1\n\n- [ ] T001 Do FR-001\n  - [x] T002 below" in found


def test_a_selection_grows_from_the_word_over_the_id_and_the_item_to_the_document():
    at = SPEC.index("001**: System MUST see") + 1
    grown = said(SPEC, selections(document(SPEC), at))
    assert grown[:4] == ["001", "FR-001", "**FR-001**", "**FR-001**: System MUST see\n  and more of it"]
    assert grown[-1] == SPEC
    item = "- **FR-001**: System MUST see\n  and more of it"
    section = SPEC[SPEC.index("## Requirements") :].rstrip()
    assert grown.index(item) < grown.index(section) < len(grown) - 1


def test_a_selection_in_code_and_in_a_cell_knows_both():
    grown = said(SPEC, selections(document(SPEC), SPEC.index("MUST` not") + 1))
    assert grown[:2] == ["MUST", "`MUST`"]
    assert "| c | d |" in said(SPEC, selections(document(SPEC), SPEC.index("c | d")))


@pytest.mark.parametrize(
    ("profile", "text", "wanted"),
    [
        (
            "spec-kit", SPEC,
            [
                ("User Story 1", "declaration"), ("Given", "step"), ("When", "step"), ("Then", "step"),
                ("MUST", "duty"), ("FR-001", "citation"), ("FR-001", "declaration"), ("MUST", "duty"),
                ("FR-002", "declaration"), ("SHOULD NOT", "duty"), ("FR-001", "citation"),
            ],
        ),
        (
            "spec-kit/tasks", TASKS,
            [
                ("[ ]", "state"), ("T001", "declaration"), ("FR-001", "citation"),
                ("[x]", "state"), ("T002", "declaration"),
            ],
        ),
    ],
)  # fmt: skip
def test_ids_states_and_words_that_oblige_are_told(profile, text, wanted):
    found = terms(document(text, profile))
    assert [(text[term.span.start : term.span.end], term.kind) for term in found] == wanted


def test_words_of_other_languages_count_where_something_is_required_and_nowhere_else():
    found = [(KIRO[term.span.start : term.span.end], term.kind) for term in terms(document(KIRO, "kiro"))]
    assert ("WHEN", "step") in found
    assert [word for word, kind in found if kind == "duty"] == ["muss", "必须"]


def test_steps_in_capitals_are_told_without_a_format_and_prose_is_not():
    text = "# A\n\nWhen it must be, WHEN it MUST be. `THEN`\n\n```\nMUST\n```\n<div>MUST</div>\n"
    found = [text[term.span.start : term.span.end] for term in terms(document(text, "plain"))]
    assert found == ["WHEN", "MUST"]


def test_a_link_leads_to_a_file_or_heading_or_page_and_code_to_a_file_that_is_there(tmp_path: Path):
    root = tmp_path.resolve()
    (root / "specs" / "a").mkdir(parents=True)
    for name in ("specs/a/plan.md", "src.py", ".env", "specs/a/id_rsa"):
        (root / name).write_text("# x\n")
    (root / "specs" / "a" / "out.md").symlink_to("/etc/hostname")

    def target(written, *, meant=True):
        return file_target(root, "specs/a", Link(Span(0, 0), written, is_meant=meant))

    assert target("./plan.md") == FileTarget("specs/a/plan.md")
    assert target("plan.md#FR-001") == FileTarget("specs/a/plan.md", None, "FR-001")
    assert target("/src.py#L3-L9") == FileTarget("src.py", 3)
    assert target("src.py") is None
    assert target("src.py", meant=False) == FileTarget("src.py")
    assert target("src.py:12", meant=False) == FileTarget("src.py", 12)
    assert target("#needs") == FileTarget(None, None, "needs")
    for bad in (
        *("../../.env", ".env", "/.env", "id_rsa", "out.md", "../../../etc/hostname", "/etc/hostname", "specs", "."),
        *("file:///etc/hostname", "command:x", "vscode://a/b", "javascript:alert(1)", "//host/a.md", "~/a.md", "#"),
        *("a\0b.md", "\ud800.md", "x" * 5000, "data:text/html,x", "c:/a.md", "\\\\host\\a.md", ""),
    ):
        assert target(bad) is None, bad
        assert target(bad, meant=False) is None, bad
    assert file_target(None, "", Link(Span(0, 0), "plan.md", is_meant=True)) is None


def test_only_addresses_of_the_web_are_pages():
    assert web_page("https://example.org/a?b#c") == "https://example.org/a?b#c"
    for bad in (
        "http:///x",
        "https://[::1",
        "ftp://example.org",
        "https://example.org/a b",
        "javascript:x",
        "a.md",
        "",
    ):
        assert web_page(bad) is None, bad


def test_links_are_found_where_they_stand_and_none_within_another():
    text = "[a `x.md`](a%20b.md) `src/x.py` `no file` ![i](i.png) <https://example.org> [r]\n\n[r]: r.md\n\n"
    text += "```\n[c](c.md)\n```\n"
    found = links(read(text))
    assert [(text[link.span.start : link.span.end], link.target) for link in found] == [
        ("[a `x.md`](a%20b.md)", "a b.md"),
        ("`src/x.py`", "src/x.py"),
        ("![i](i.png)", "i.png"),
        ("<https://example.org>", "https://example.org"),
        ("[r]", "r.md"),
        ("[r]: r.md", "r.md"),
    ]


def test_an_anchor_is_a_heading_by_its_words_its_number_or_its_own_name():
    tree = read("# A & b\n\n## Ziele – mehr {#goal}\n\n## A & b\n\n### `x.md` [y](z.md)\n")
    starts = [heading.span.start for heading in tree.headings]
    assert [anchored(tree, name) for name in ("a--b", "goal", "Ziele--mehr", "a--b-1", "xmd-y")] == [
        *(starts[0], starts[1], starts[1], starts[2], starts[3])
    ]
    assert anchored(tree, "nowhere") is None


def assert_parts_hold(text, profile, offset):
    read_document = document(text, profile)
    found = folds(read_document)
    last: list[Span] = []
    assert len({fold.span.start for fold in found}) == len(found)
    for fold in found:
        assert 0 <= fold.span.start < fold.span.end <= len(text)
        assert any(end in text[fold.span.start : fold.span.end] for end in "\r\n")
        while last and last[-1].end <= fold.span.start:
            last.pop()
        assert not last or (last[-1].start < fold.span.start and fold.span.end <= last[-1].end)
        last.append(fold.span)
    grown = selections(read_document, offset)
    assert grown[-1] == Span(0, len(text))
    for inner, outer in pairwise(grown):
        assert outer.start <= inner.start <= inner.end <= outer.end
        assert inner != outer
    assert all(span.start <= offset <= span.end for span in grown)
    end = 0
    for term in terms(read_document):
        assert end <= term.span.start < term.span.end <= len(text)
        assert not set("\r\n") & set(text[term.span.start : term.span.end])
        end = term.span.end
    end = 0
    for link in links(read_document.tree):
        assert end <= link.span.start < link.span.end <= len(text)
        end = link.span.end


_PIECES = st.sampled_from(
    [
        *(
            "# A\n",
            "## Requirements\r\n",
            "### Requirement: x\n",
            "#### Scenario: y\n",
            "- [ ] T001 a\n",
            "  - [x] 2.1 b\n",
        ),
        *(
            "- **FR-001**: MUST\r\n",
            "> q\n",
            "```\n",
            "<!-- ",
            " -->\n",
            "| a | b |\n|---|---|\n",
            "**Given** ",
            "\ufeff",
        ),
        *(
            "---\n",
            "\n",
            "\r",
            "[a](b.md#c)",
            "`x/y.md`",
            "[r]: r.md\n",
            "\ud800",
            "🎈",
            "　",
            "必须",
            "<div>\n",
            "\t- x\n",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=8), max_size=30), st.sampled_from(KINDS), st.data())
def test_parts_lie_in_any_text_nest_and_do_not_cross(pieces, kind, data):
    text = "".join(pieces)
    assert_parts_hold(text, kind[0], data.draw(st.integers(0, len(text))))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_parts_hold_while_a_real_document_is_half_typed(kind, data):
    profile, text = kind
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    text = text[:start] + data.draw(st.sampled_from(["", "\r\n", "`", "```\n", "[", "# "])) + text[end:]
    assert_parts_hold(text, profile, min(start, len(text)))


def test_deep_nesting_and_large_documents_are_read():
    deep = "".join(f"{'  ' * level}- [ ] T{level} x\n" for level in range(200)) + "> " * 300 + "x\n"
    assert_parts_hold(f"# A\n\n## Tasks\n\n{deep}", "plain", 300)
    large = "## Requirements\n\n" + "".join(f"- **FR-{n:05}**: System MUST do `a/{n}.md`\n" for n in range(10_000))
    assert_parts_hold(large, "spec-kit", len(large) // 2)
    assert sum(term.kind == "declaration" for term in terms(document(large))) == 10_000
