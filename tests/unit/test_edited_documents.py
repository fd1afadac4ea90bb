"""A document of any format that is edited key by key is what reading it whole makes of it."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orch_lsp.document.carried import Carried
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import gathered
from orch_lsp.document.parse import parse
from orch_lsp.document.readings import Readings
from orch_lsp.language.index import IndexedDocument
from orch_lsp.markdown.dividing import LONG
from orch_lsp.profiles.registry import profile_named
from orch_lsp.rules.check import check
from orch_lsp.rules.rule import Finding
from tests.fakes.format_documents import DOCUMENTS

_FRAGMENTS = (
    "x", " ", "\n", "\n\n", "## Requirements\n", "### Requirement 2: B\n", "### Requirement: B\n", "#### Scenario: s\n",
    "- [ ] 1.2 Do it\n", "- [x] T002 [US1] done\n", "1. WHEN a, THE S SHALL b\n", "FR-001", "_Requirements: 1.1, 2.1_",
    "\n```\n", "<!-- ", " -->", "TODO", "AUTH-02", "## REMOVED Requirements\n", "\r\n", "**FR-009**: ", "é", "\ud800",
    "1.1", "Property 2", "---\n", "===\n", "[a]: b\n", "[NEEDS CLARIFICATION: who?]",
    "### User Story 2 - B (Priority: P2)\n",
    "- FROM: `### Requirement: A`\n- TO: `### Requirement: C`\n", "Phase 3", "- `auth`: new\n", "| FR-003 | a |\n",
)  # fmt: skip


def said(found: tuple[Finding, ...]) -> list[object]:
    return [(one.rule, one.severity, one.message, one.span, one.key, one.related) for one in found]


def seen(document: SpecDocument) -> object:
    return IndexedDocument("a", document.nodes, text=document.text).seen_by_others


def edited(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    end = min(len(text), at + chance.choice((0, 0, 0, 1, 1, 5, 40)))
    return text[:at] + chance.choice(("", *_FRAGMENTS)) + text[end:]


def assert_equal(document: SpecDocument, whole: SpecDocument) -> None:
    assert document == whole
    assert document.nodes.nodes == whole.nodes.nodes
    assert document.nodes.loose == whole.nodes.loose
    assert document.nodes.citations == whole.nodes.citations
    assert [one.range for one in document.nodes.citations] == [one.range for one in whole.nodes.citations]
    assert {node.source for node in document.nodes.nodes} <= {whole.text}
    assert [node.sha256 for node in document.nodes.nodes] == [node.sha256 for node in whole.nodes.nodes]
    assert [node.head for node in document.nodes.nodes] == [node.head for node in whole.nodes.nodes]
    assert [section.sha256 for section in document.sections] == [section.sha256 for section in whole.sections]
    assert [section.placeholder for section in document.sections] == [one.placeholder for one in whole.sections]
    assert all(section.tree is document.tree for section in document.sections)
    assert said(check(document)) == said(check(whole))


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1 << 30), keys=st.integers(1, 8))
def test_edited_key_by_key_is_read_whole(name: str, seed: int, keys: int) -> None:
    profile, chance, readings = profile_named(name), random.Random(seed), Readings()
    assert profile is not None
    text = DOCUMENTS[name]
    if chance.random() < 0.2:
        text = text.replace("\n", "\r\n")
    assert_equal(readings.read("a", text, profile), parse(text, profile))
    for _ in range(keys):
        text = edited(text, chance)
        assert_equal(readings.read("a", text, profile), parse(text, profile))


_LISTED = (
    "- a\n", "- [ ] 7. x\n  - [ ] 7.1 y\n    - _Requirements: 1.1, 2.2_\n", "1. WHEN x, THE S SHALL y\n",
    "- b\n\n  c\n", "Words on FR-001, 1.2 and Requirement 2.\n\n", "- **Property 4: p**\n",
    "**Property 5: q**\n*For any* y\n",
    "**Validates: Requirements 1.2**\n\n", "  _Requirements: 1.1_\n", "- [ ] T009 [P] do src/a/b.py per FR-001\n",
    "- FROM: `### Requirement: A`\n", "- TO: `### Requirement: C`\n", "- [x] T010 depends on T009\n", "\n",
    "- ### Requirement: Gone\n", "- [ ]  3. odd box\n", "5. no box\n", "- [✓] 4. odd\n", "* x\n", "```\na\n```\n",
    "1.4 WHEN a, THE S SHALL b\n\n", "- **FR-2.1**: It SHALL\n", "Title\n===\n\n", "- Who decides?\n",
    "- Is it so? → **Answer**: yes\n", "- [ ] **AUTH-03**: z\n", "- 2.2\n", "> q\n\n", "---\n\n",
    "[NEEDS CLARIFICATION: who?]\n\n", "| ID | x |\n|---|---|\n| FR-009 | y |\n\n",
)  # fmt: skip


def lengthened(text: str, chance: random.Random) -> str:
    """The document with a section, or the text before all of them, so long that it is read in parts."""
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    added: list[str] = []
    while sum(map(len, added)) < LONG:
        added += [chance.choice(_LISTED)] * chance.choice((1, 1, 2, 8))
    return "".join((*lines[:at], *added, *lines[at:]))


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1 << 30), keys=st.integers(1, 6))
@example(seed=1047, keys=2)
def test_a_long_section_edited_key_by_key_is_read_whole(name: str, seed: int, keys: int) -> None:
    profile, chance, readings = profile_named(name), random.Random(seed), Readings()
    assert profile is not None
    text = lengthened(DOCUMENTS[name], chance)
    if chance.random() < 0.2:
        text = text.replace("\n", "\r\n")
    assert_equal(readings.read("a", text, profile), parse(text, profile))
    for _ in range(keys):
        text = edited(text, chance)
        assert_equal(readings.read("a", text, profile), parse(text, profile))


def how_often(called: Callable[..., object], work: Callable[[], object]) -> int:
    """How often a function of Python is called."""
    code, count = called.__code__, 0  # type: ignore[attr-defined]

    def see(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is code

    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


PIECEWISE = sorted(DOCUMENTS.keys() - {"gsd/plan"})


@pytest.mark.parametrize("name", PIECEWISE)
def test_words_are_typed_without_gathering_the_nodes_anew(name: str) -> None:
    profile, readings = profile_named(name), Readings()
    assert profile is not None
    text = DOCUMENTS[name]
    assert how_often(gathered, lambda: readings.read("a", text, profile).nodes) == 1
    places = [found.end() for found in re.finditer(r"typed here", text)]
    assert places
    for number, at in enumerate(places):
        text = f"{text[: at + number]}x{text[at + number :]}"
        assert how_often(gathered, lambda text=text: readings.read("a", text, profile).nodes) == 0, text[: at + number]
        assert readings.read("a", text, profile).nodes.nodes == parse(text, profile).nodes.nodes


@pytest.mark.parametrize("name", PIECEWISE)
def test_a_key_reads_the_chunk_that_it_touched_and_no_other(name: str) -> None:
    profile, readings = profile_named(name), Readings()
    assert profile is not None
    text = "\n\n".join(DOCUMENTS[name].replace("typed here", f"typed here {number}") for number in range(30))
    first = readings.read("a", text, profile)
    assert first.nodes.nodes
    at = text.index("typed here 15") + 5
    edited = f"{text[:at]}x{text[at:]}"
    second = readings.read("a", edited, profile)
    found = second.nodes.nodes
    known = {id(chunk) for chunk in first.tree.chunks}
    fresh = [number for number, chunk in enumerate(second.tree.chunks) if id(chunk) not in known]
    assert len(fresh) == 1
    assert second.tree.starts[fresh[0]] <= at < second.tree.starts[fresh[0] + 1]
    assert found == parse(edited, profile).nodes.nodes


def typed(text: str, at: int, chance: random.Random) -> tuple[str, int]:
    """A key at a place, and where the next one goes."""
    if chance.random() < 0.2:
        return text[: max(0, at - 1)] + text[at:], max(0, at - 1)
    key = chance.choice("xy1 -.\n")
    return f"{text[:at]}{key}{text[at:]}", at + 1


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 30), places=st.integers(1, 4))
def test_typed_on_in_one_place_after_another_is_read_whole(name: str, seed: int, places: int) -> None:
    profile, chance, readings = profile_named(name), random.Random(seed), Readings()
    assert profile is not None
    text = DOCUMENTS[name]
    check(readings.read("a", text, profile))
    for _ in range(places):
        at = chance.randrange(len(text) + 1)
        for _ in range(chance.randrange(1, 9)):
            text, at = typed(text, at, chance)
            document = readings.read("a", text, profile)
            # Most keys are followed by findings alone, which ask for few of the values that were carried over.
            whole = parse(text, profile)
            assert said(check(document)) == said(check(whole))
            assert seen(document) == seen(whole)
        assert_equal(readings.read("a", text, profile), parse(text, profile))


@pytest.mark.parametrize("name", PIECEWISE)
def test_at_a_key_the_nodes_and_sections_beside_it_alone_are_made(name: str) -> None:
    profile, readings = profile_named(name), Readings()
    assert profile is not None
    text = "\n\n".join(DOCUMENTS[name].replace("typed here", f"typed here {number}") for number in range(30))
    at = text.index("typed here 15") + 5
    assert readings.read("a", text, profile).nodes.nodes
    for number in range(1, 4):
        edited = f"{text[:at]}{'x' * number}{text[at:]}"
        document = readings.read("a", edited, profile)
        for carried, ask in ((document.sections, document.headed_at), (document.nodes.nodes, document.nodes.at)):
            assert isinstance(carried, Carried)
            assert how_often(vars(type(carried))["_moved"], lambda ask=ask: ask(at)) < 12
