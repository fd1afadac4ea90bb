"""Ids and names that are offered where a citation is written: those that would be read as one there, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.language.citing import citable
from orch_lsp.text import Edit, apply_edits
from tests.fakes.shelf import Shelf, typed
from tests.unit.test_rename import (
    BASE,
    DESIGN,
    GSD,
    KIRO,
    MODIFIES,
    OPENSPEC,
    PLAIN,
    PLAN,
    RENAMES,
    REQUIREMENTS,
    SPEC,
    SPEC_KIT,
    TASKS,
)

ROADMAP, GSD_PLAN, PROPOSAL = (
    ".planning/ROADMAP.md",
    ".planning/phases/01-auth/01-01-PLAN.md",
    "openspec/changes/c1/proposal.md",
)
CHANGE = OPENSPEC | {
    PROPOSAL: (
        "# Proposal: a\n\n## Why\n\nx\n\n## Capabilities\n\n### New Capabilities\n\n- `b`: x\n\n"
        "### Modified Capabilities\n\n- X\n"
    ),
    "openspec/specs/pay/spec.md": OPENSPEC[BASE],
}
EVERY = {**KIRO, **SPEC_KIT, **CHANGE, **GSD, **PLAIN}
OF_REQUIREMENTS = ["1", "2", "1.1", "1.2", "1.3", "2.1", "2.2"]


def offered(texts, path, old, new):
    """The texts that are offered at the cursor, and the text that they replace."""
    shelf, document, offset = typed(texts, path, old, new)
    found = citable(shelf.index, document, path, offset)
    for one in found:
        assert one.span.start <= offset <= one.span.end
        assert "\n" not in document.text[one.span.start : one.span.end]
        assert "\r" not in document.text[one.span.start : one.span.end]
    replaced = {document.text[one.span.start : one.span.end] for one in found}
    assert len(replaced) <= 1
    return [one.text for one in found], next(iter(replaced), None)


@pytest.mark.parametrize(
    ("path", "old", "new", "expected", "replaced"),
    [
        (TASKS, "_Requirements: 1.1-1.3, 2.1_", "_Requirements: ¦_", OF_REQUIREMENTS, ""),
        (TASKS, "_Requirements: 1.1-1.3, 2.1_", "_Requirements:¦_", [f" {key}" for key in OF_REQUIREMENTS], ""),
        (TASKS, "_Requirements: 1.1-1.3, 2.1_", "_Requirements: 1¦", ["1", "1.1", "1.2", "1.3"], "1"),
        (TASKS, "_Requirements: 1.1-1.3, 2.1_", "_Requirements: 2.¦1, 1_", ["2.1", "2.2"], "2.1"),
        (TASKS, "_Requirements: 1.1-1.3, 2.1_", "_Requirements: 1.1-1.¦_", ["1.1", "1.2", "1.3"], "1."),
        (TASKS, "_Requirements: 1.1-1.3, 2.1_", "_需求：2.¦_", ["2.1", "2.2"], "2."),
        (TASKS, "_Depends: 1.1_", "_Depends: ¦_", ["1", "2", "1.1"], ""),
        (TASKS, "_Depends: 1.1_", "_Boundary: Over, Corr¦_", None, "Corr"),
        (DESIGN, "Requirements 1.1, 2.2", "Requirements ¦", OF_REQUIREMENTS, ""),
        (REQUIREMENTS, "see Requirement 1.1", "see Requirement 2¦", ["2", "2.1", "2.2"], "2"),
        (PLAN, "do FR-001\n", "do FR-¦\n", ["FR-001", "FR-002", "FR-003", "FR-0011"], "FR-"),
        (PLAN, "do FR-001\n", "do fr-001¦\n", ["FR-001", "FR-0011"], "fr-001"),
        (PLAN, "do FR-001\n", "do FR¦\n", ["FR-001", "FR-002", "FR-003", "FR-0011"], "FR"),
        (PLAN, "do FR-001\n", "do FR-001-FR-00¦\n", ["FR-001", "FR-002", "FR-003", "FR-0011"], "FR-00"),
        (PLAN, "do FR-001\n", "do US1/¦\n", ["US1/AC1"], "US1/"),
        (PLAN, "do FR-001\n", "do 🎈T0¦1\n", ["T001", "T002", "T003"], "T01"),
        (SPEC, "see FR-001\r\n", "see FR-001, FR-0¦\r\n", ["FR-001", "FR-002", "FR-003", "FR-0011"], "FR-0"),
        (MODIFIES, "### Requirement: Sign in", "### Requirement: ¦", ["Sign in"], ""),
        (MODIFIES, "### Requirement: Sign in", "### Requirement: Si¦gn", ["Sign in"], "Sign"),
        (RENAMES, "FROM: `### Requirement: Sign in`", "FROM: `### Requirement: ¦`", ["Sign in"], ""),
        (PROPOSAL, "- X", "- ¦", ["`auth`", "`pay`"], ""),
        (PROPOSAL, "- X", "- `¦`", ["auth", "pay"], ""),
        (PROPOSAL, "- X", "- `¦", ["auth`", "pay`"], ""),
        (PROPOSAL, "- X", "- au¦", ["`auth`", "`pay`"], "au"),
        (ROADMAP, "**Requirements**: AUTH-01, AUTH-02", "**Requirements**: ¦", ["AUTH-01", "AUTH-02"], ""),
        (ROADMAP, "**Depends on**: Phase 1", "**Depends on**: Phase ¦", ["1", "2", "3"], ""),
        (GSD_PLAN, "[AUTH-01]", "[¦]", ["AUTH-01", "AUTH-02"], ""),
        (GSD_PLAN, "\nAUTH-01\n", "\nAUTH-¦\n", ["AUTH-01", "AUTH-02"], "AUTH-"),
        ("a.spec.md", "do AC-1\n", "do AC-¦\n", ["AC-1"], "AC-"),
        # Behind the sign of a section, as a checklist of spec-kit names what it looks at.
        (PLAN, "do FR-001\n", "do [Spec §F¦]\n", ["FR-001", "FR-002", "FR-003", "FR-0011"], "F"),
        (PLAN, "do FR-001\n", "do [Spec §U¦]\n", ["US1", "US1/AC1"], "U"),
    ],
)
def test_ids_are_offered_where_they_are_read(path, old, new, expected, replaced):
    texts, instead = offered(EVERY, path, old, new)
    assert instead == replaced
    if expected is not None:
        assert texts == expected


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (TASKS, "_Depends: 1.1_", "it takes 1.¦ seconds"),
        (TASKS, "_Depends: 1.1_", "words ¦"),
        (PLAN, "do FR-001\n", "do ¦\n"),
        (PLAN, "do FR-001\n", "do F¦\n"),
        (SPEC, "System MUST x", "In the US¦, people"),
        (SPEC, "System MUST x", "System MUST x. ¦"),
        (SPEC, "System MUST x", "Note: ¦"),
        (SPEC, "System MUST x", "well-¦"),
        (SPEC, "- **FR-001**", "- **FR-¦**"),
        (SPEC, "FR-001 FR-002", "FR-¦ FR-002"),
        (SPEC, "<!-- FR-001 -->", "<!-- FR-¦ -->"),
        (SPEC, "(FR-001.md#FR-001)", "(FR-¦)"),
        (RENAMES, "Requirement: New", "Requirement: ¦"),
        ("a.spec.md", "do AC-1\n", "do ¦\n"),
        (PLAN, "do FR-001\n", "do §T¦\n"),
    ],
)
def test_nothing_is_offered_in_prose_fences_comments_and_where_a_node_is_declared(path, old, new):
    assert offered(EVERY, path, old, new) == ([], None)


def test_archived_documents_are_not_offered():
    archived = {"openspec/changes/archive/2025-01-01-x/specs/old/spec.md": OPENSPEC[MODIFIES]}
    texts, _ = offered(CHANGE | archived, PROPOSAL, "- X", "- ¦")
    assert texts == ["`auth`", "`pay`"]


def test_ten_thousand_requirements_cost_no_more_readings_than_ten():
    read: list[int] = []

    def counting(text, profile):
        read.append(len(text))
        return parse(text, profile)

    cost = []
    for many in (10, 10_000):
        lines = "".join(f"- **FR-{number:05d}**: System MUST do {number}\n" for number in range(1, many + 1))
        texts = {
            SPEC: f"# Feature Specification: A\n\n## Requirements\n\n{lines}",
            PLAN: "# Tasks: A\n\n- [ ] T001 X\n",
        }
        for path, old in ((PLAN, "X"), (SPEC, "do 7\n")):
            read.clear()
            shelf, document, offset = typed(texts, path, old, "do FR-¦\n")
            found = citable(shelf.index, document, path, offset, counting)
            assert len(found) == many
            cost.append((len(read), sum(read)))
    assert cost[2:] == cost[:2]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_offered_is_read_as_a_citation_of_it_and_nothing_else_changes(data):
    path = data.draw(st.sampled_from(sorted(EVERY)))
    text = EVERY[path]
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 12))
    put = data.draw(
        st.sampled_from(["", "FR-", "FR-0", "1.", ", ", "_Requirements: ", "T0", "`", "US1", "- ", "🎈", "\r"])
    )
    before = text[:at] + put
    edited = before + text[at + cut :]
    shelf = Shelf({**EVERY, path: edited})
    document = parse(edited, shelf.profiles[path])
    for one in citable(shelf.index, document, path, len(before))[:5]:
        after = Shelf({**shelf.texts, path: apply_edits(edited, [Edit(one.span, one.text)])})
        cited = [
            citation
            for citation in after.index.documents[path].nodes.citations
            if one.span.start <= citation.span.start and citation.span.end <= one.span.start + len(one.text)
        ]
        assert cited
        if one.found is not None:
            named = {(found.path, found.node.key) for c in cited for found in after.index.definitions(path, c)}
            assert (one.found.path, one.found.node.key) in named
