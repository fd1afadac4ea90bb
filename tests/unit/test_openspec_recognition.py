"""Which documents are OpenSpec's, what kind each is, and where the spec stands that it changes."""

from __future__ import annotations

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.openspec.format import FORMAT
from orch_lsp.profiles.openspec.recognition import recognise
from orch_lsp.profiles.protocol import Clues, Recognition

BARE = "# T\n\nWords.\n"


def recognised(path: str, text: str = BARE) -> Recognition | None:
    return recognise(Clues(path, text, read(text).headings))


@pytest.mark.parametrize(
    ("path", "kind", "scope"),
    [
        ("openspec/specs/auth/spec.md", "spec", "openspec/specs/auth"),
        ("apps/web/openspec/specs/a/b/spec.md", "spec", "apps/web/openspec/specs/a/b"),
        ("/home/x/openspec/openspec/specs/auth/spec.md", "spec", "/home/x/openspec/openspec/specs/auth"),
        ("openspec/specs/openspec/spec.md", "spec", "openspec/specs/openspec"),
        ("openspec/specs/spec.md", "spec", "openspec/specs"),
        ("openspec/specs/auth/design.md", "design", "openspec/specs/auth"),
        ("openspec/specs/auth/notes.md", "notes", "openspec/specs/auth"),
        ("openspec/changes/add-x/proposal.md", "proposal", "openspec/changes/add-x"),
        ("openspec/changes/add-x/design.md", "design", "openspec/changes/add-x"),
        ("docs/openspec/changes/add-x/tasks.md", "tasks", "docs/openspec/changes/add-x"),
        ("openspec/changes/add-x/research/tasks.md", "notes", "openspec/changes/add-x"),
        ("openspec/changes/add-x/specs/auth/spec.md", "delta", "openspec/changes/add-x/specs/auth"),
        ("openspec/changes/add-x/specs/a/b/spec.md", "delta", "openspec/changes/add-x/specs/a/b"),
        ("openspec/changes/add-x/specs/spec.md", "delta", "openspec/changes/add-x/specs"),
        ("openspec/changes/README.md", "notes", "openspec"),
        ("openspec/project.md", "notes", "openspec"),
        ("openspec/AGENTS.md", "notes", "openspec"),
    ],
)
def test_a_path_tells_the_kind_and_the_scope(path: str, kind: str, scope: str) -> None:
    found = recognised(path)
    assert found is not None
    assert (found.kind, found.certainty, found.scope, found.frozen) == (kind, "path", scope, False)
    assert FORMAT.profile(found.kind) is not None


@pytest.mark.parametrize(
    ("path", "kind", "frozen"),
    [
        ("openspec/changes/archive/2026-01-01-add-x/proposal.md", "proposal", True),
        ("openspec/changes/archive/2026-01-01-add-x/specs/auth/spec.md", "delta", True),
        ("openspec/changes/archive/README.md", "notes", True),
        ("openspec/schemas/ours/templates/spec.md", "notes", True),
    ],
)
def test_what_is_archived_or_a_template_is_frozen(path: str, kind: str, *, frozen: bool) -> None:
    found = recognised(path)
    assert found is not None
    assert (found.kind, found.frozen) == (kind, frozen)


@pytest.mark.parametrize(
    "path", ["specs/auth/spec.md", "openspec.md", "openspecs/specs/a/spec.md", "a/changes/x/tasks.md"]
)
def test_other_paths_tell_nothing(path: str) -> None:
    assert recognised(path) is None


def test_a_delta_names_the_spec_that_it_changes() -> None:
    found = recognised("docs/openspec/changes/add-x/specs/a/b/spec.md")
    assert found is not None
    assert found.scope_named("base") == "docs/openspec/specs/a/b"
    assert found.scope_named(None) == found.scope
    assert found.scope_named("deltas") is None
    archived = recognised("openspec/changes/archive/2026-01-01-x/specs/auth/spec.md")
    assert archived is not None
    assert archived.scope_named("base") == "openspec/specs/auth"
    misplaced = recognised("openspec/changes/x/specs/spec.md")
    assert misplaced is not None
    assert misplaced.scope_named("base") is None


def test_a_proposal_names_capabilities_among_the_specs_and_among_its_deltas() -> None:
    found = recognised("docs/openspec/changes/add-x/proposal.md")
    assert found is not None
    assert found.scope_named("specs/a/b") == "docs/openspec/specs/a/b"
    assert found.scope_named("deltas/auth") == "docs/openspec/changes/add-x/specs/auth"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# auth\n\n## Purpose\n\np\n\n## Requirements\n\n### Requirement: Lock\n\n#### Scenario: a\n", "spec"),
        ("# auth\n\n## 目的\n\np\n\n## 需求\n\n### 需求：锁定\n", "spec"),
        ("## ADDED Requirements\n\n### Other\n", "delta"),
        ("## Notes\n\n## MODIFIED Requirements\n\n### Requirement: A\n", "delta"),
        ("## 新增需求\n\n### 需求：锁定\n", "delta"),
        ("# Change\n\n## Why\n\nx\n\n## What Changes\n\ny\n", "proposal"),
        ("## Context\n\n## Decisions\n\nx\n\n## Risks / Trade-offs\n\ny\n", "design"),
        ("# T\n\n## Why\n\nx\n", None),
        ("# Spec\n\n## Scenarios\n\n## ADDED Requirements\n\n- **FR-001**: x\n", None),
        ("# T\n\n```\n## ADDED Requirements\n```\n", None),
        ("# Requirements Document\n\n## Requirements\n\n### Requirement 1\n\n#### Acceptance Criteria\n", None),
        ("## 1. Set up\n\n- [ ] 1.1 Do it\n", None),
        ("", None),
    ],
)
def test_headings_tell_the_kind_where_the_path_does_not(text: str, kind: str | None) -> None:
    found = recognised("docs/auth.md", text)
    assert found == (None if kind is None else Recognition(kind, "content"))


def test_an_index_leads_from_a_delta_to_what_it_changes_and_back() -> None:
    spec = "# A\n\n## Requirements\n\n### Requirement: Lock\n\nIt SHALL.\n"
    delta = "## MODIFIED Requirements\n\n### Requirement: Lock\n\nIt MUST.\n"
    proposal = "## Capabilities\n\n### Modified Capabilities\n\n- `a/b`: locks\n"
    texts = {
        "openspec/specs/a/b/spec.md": spec,
        "openspec/specs/a/spec.md": spec,
        "openspec/changes/x/specs/a/b/spec.md": delta,
        "openspec/changes/x/proposal.md": proposal,
    }
    documents: list[IndexedDocument] = []
    for path, text in texts.items():
        found = recognised(path, text)
        assert found is not None
        profile = FORMAT.profile(found.kind)
        assert profile is not None
        documents.append(IndexedDocument(path, parse(text, profile).nodes, found.scope, found.places))
    index = Index.of(documents)
    (citation,) = documents[2].nodes.citations
    assert [(each.path, each.node.key) for each in index.definitions(documents[2].path, citation)] == [
        ("openspec/specs/a/b/spec.md", "Requirement: Lock")
    ]
    (reference,) = index.references("openspec/specs/a/b/spec.md", "Requirement: Lock")
    assert (reference.path, reference.citation.relation) == ("openspec/changes/x/specs/a/b/spec.md", "modifies")
    (capability,) = documents[3].nodes.citations
    assert documents[3].scope_of(capability) == documents[0].scope


def test_a_report_that_counts_requirements_is_no_spec() -> None:
    text = "# Phase 2\n\n## Overview\n\nx\n\n## Validation\n\n### \u2705 Requirement 6: Export\n\nDone.\n"
    assert recognised("docs/report.md", text) is None
