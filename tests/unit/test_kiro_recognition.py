"""Which documents are Kiro's, and what kind each is."""

from __future__ import annotations

import pytest

from orch_lsp.markdown.reader import read
from orch_lsp.profiles.kiro.format import FORMAT
from orch_lsp.profiles.kiro.recognition import recognise
from orch_lsp.profiles.protocol import Clues, Recognition
from orch_lsp.profiles.registry import FORMATS

BARE = "# T\n\nWords.\n"


def recognised(path: str, text: str = BARE) -> Recognition | None:
    return recognise(Clues(path, text, read(text).headings))


@pytest.mark.parametrize(
    ("path", "kind", "scope"),
    [
        (".kiro/specs/x/requirements.md", "requirements", ".kiro/specs/x"),
        (".kiro/specs/x/bugfix.md", "bugfix", ".kiro/specs/x"),
        ("apps/web/.kiro/specs/x/design.md", "design", "apps/web/.kiro/specs/x"),
        ("/home/x/.kiro/specs/a/b/tasks.md", "tasks", "/home/x/.kiro/specs/a/b"),
        (".kiro/specs/x/Tasks.MD", "tasks", ".kiro/specs/x"),
        (".kiro/specs/x/research.md", "notes", ".kiro/specs/x"),
        (".claude/specs/x/tasks.md", "tasks", ".claude/specs/x"),
        (".codex/specs/x/design.md", "design", ".codex/specs/x"),
        (".sce/specs/01-00-x/requirements.md", "requirements", ".sce/specs/01-00-x"),
        (".sce/specs/01-00-x/reports/done.md", "notes", ".sce/specs/01-00-x/reports"),
        (".spec-workflow/specs/x/requirements.md", "requirements", ".spec-workflow/specs/x"),
        (".kiro/steering/product.md", "steering", ".kiro/steering"),
    ],
)
def test_a_path_tells_the_kind_and_the_scope(path: str, kind: str, scope: str) -> None:
    found = recognised(path)
    assert found is not None
    assert (found.kind, found.certainty, found.scope, found.frozen) == (kind, "path", scope, False)
    assert FORMAT.profile(found.kind) is not None


@pytest.mark.parametrize(
    "path",
    [
        "requirements.md",
        "specs/x/tasks.md",
        ".claude/specs/x/notes.md",
        ".claude/agents/x.md",
        "docs/kiro.md",
        ".kiro/specs/x/spec.json",
    ],
)
def test_other_files_are_somebody_elses(path: str) -> None:
    assert recognised(path) is None


@pytest.mark.parametrize("path", [".kiro/specs/archive/x/tasks.md", ".kiro/settings/rules/ears-format.md"])
def test_archives_and_the_tools_own_files_are_not_to_be_changed(path: str) -> None:
    found = recognised(path)
    assert found is not None
    assert found.frozen


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# Requirements Document\n\n## Introduction\n\nx\n", "requirements-elsewhere"),
        ("# 需求文档\n\nx\n", "requirements-elsewhere"),
        ("# R\n\n## Requirements\n\n### Requirement 1\n\n#### Acceptance Criteria\n\n1. a\n", "requirements-elsewhere"),
        ("# R\n\n### 需求 1：a\n\n#### 验收标准\n\n1. a\n", "requirements-elsewhere"),
        ("# Bugfix Requirements Document\n\nx\n", "bugfix"),
        ("# Design Document\n\nx\n", "design"),
        ("# D\n\n## Correctness Properties\n\nx\n", "design"),
        ("# Implementation Plan\n\n- [ ] 1. Set up\n  - _Requirements: 1.1_\n", "tasks"),
        ("# Implementation Plan\n\nWords.\n", None),
        ("# T\n\n## Requirements\n\nr\n\n## Acceptance Criteria\n\n- a\n", None),
        ("# T\n\n```\n# Requirements Document\n```\n", None),
        (BARE, None),
    ],
)
def test_headings_tell_the_kind_where_no_path_does(text: str, kind: str | None) -> None:
    found = recognised("notes/a.md", text)
    assert (None if found is None else (found.kind, found.certainty)) == (None if kind is None else (kind, "content"))


@pytest.mark.parametrize(
    "path", [".kiro/specs/001-limits/tasks.md", "a/.sce/specs/105-00-x/plan.md", ".sce/specs/105-00-x/tasks.md"]
)
def test_a_number_in_front_of_a_specs_name_makes_it_nobody_elses(path: str) -> None:
    found = FORMATS.recognised(Clues(path, BARE))
    assert {one.profile.format for one in found} <= {"kiro"}


def test_documents_of_a_spec_elsewhere_belong_together_by_their_names_and_headings() -> None:
    texts = {
        "requirements.md": "# Requirements Document\n",
        "design.md": "# Design Document\n",
        "tasks.md": "# Implementation Plan\n\n- [ ] 1. x\n",
    }
    for name, text in texts.items():
        found = recognised(f"web/.agent/specs/ask/{name}", text)
        assert found is not None
        assert (found.certainty, found.scope) == ("content", "web/.agent/specs/ask")
    alone = recognised("web/.agent/specs/ask/plan.md", texts["tasks.md"])
    assert alone is not None
    assert alone.scope is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        *(("需求规格说明书", "requirements-elsewhere"), ("要求仕様書", "requirements-elsewhere")),
        *(("요구사항 정의서", "requirements-elsewhere"), ("Especificación de requisitos", "requirements-elsewhere")),
        *(("Document d’exigences", "requirements-elsewhere"), ("バグ修正要件定義書", "bugfix")),
        *(("技术设计文档", "design"), ("Documento de diseño", "design"), ("Document de conception", "design")),
    ],
)
def test_titles_are_known_in_other_languages(title: str, kind: str) -> None:
    found = recognised("notes/a.md", f"# {title}\n\nWords.\n")
    assert found is not None
    assert found.kind == kind
