"""Rules that go by ids, kinds, states and citations: an edit of words moves their findings, and looks for none anew."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.document.readings import Readings
from orch_lsp.language.across import check_across
from orch_lsp.language.index import IndexedDocument
from orch_lsp.profiles.registry import profile_named
from orch_lsp.rules.check import RULES, check
from orch_lsp.rules.rule import Finding, Found, Grade, Rule, Subject
from orch_lsp.rules.shape import ShapeRules
from tests.fakes.format_documents import DOCUMENTS
from tests.unit.test_across import MODIFIED, RENAMED, ROOT, delta, index_of, with_spec
from tests.unit.test_edited_documents import edited, said

TASKS = "".join(
    (
        "# Tasks: Shop\n\n",
        *(
            f"## Phase {phase}: User Story {phase} - Cart\n\n- [ ] T{phase:03d} [P] [US1] Make it, typed here, "
            f"per FR-{phase:03d}\n- [x] T{phase + 500} Again per FR-{phase:03d}\n\n"
            for phase in range(1, 60)
        ),
    )
)
SPEC = "# Feature Specification: Shop\n\n## Requirements\n\n- **FR-001**: It MUST\n- **FR-002**: It MUST\n"


def named(name: str) -> Profile:
    profile = profile_named(name)
    assert profile is not None
    return profile


def beside(path: str, text: str, name: str) -> IndexedDocument:
    return IndexedDocument(path, parse(text, named(name)).nodes)


class Counting:
    """A rule that counts how often it looks at a document."""

    def __init__(self, code: str) -> None:
        self.calls = 0
        self._check = RULES[code].check
        self.rule: Rule = replace(RULES[code], check=self._looked)

    def findings(self, document: SpecDocument, around: tuple[IndexedDocument, ...], grade: Grade) -> Sequence[Finding]:
        reads = self.rule.reads
        assert reads is not None
        shape = ShapeRules(document, around)
        return shape.findings(self.rule.code, reads, grade, lambda: self.rule.check(Subject(document, around)))

    def _looked(self, subject: Subject) -> Iterator[Found]:
        self.calls += 1
        return iter(self._check(subject))


def test_words_typed_in_a_task_only_move_findings_about_ids() -> None:
    readings, profile, around = Readings(), named("spec-kit/tasks"), (beside("spec.md", SPEC, "spec-kit"),)
    counting = Counting("undefined_reference")
    text, grade = TASKS, Grade("warning")
    document = readings.read("a", text, profile)
    assert len(counting.findings(document, around, grade)) == 57
    for word in "typed":
        at = text.index("typed here", len(text) // 2)
        text = f"{text[:at]}{word}{text[at:]}"
        findings = counting.findings(readings.read("a", text, profile), around, grade)
        whole = RULES[counting.rule.code].check(Subject(parse(text, profile), around))
        assert list(findings) == [grade.finding(counting.rule.code, one) for one in whole]
    assert counting.calls == 1


def test_findings_are_graded_anew_when_the_user_sets_another_severity() -> None:
    readings, profile, around = Readings(), named("spec-kit/tasks"), (beside("spec.md", SPEC, "spec-kit"),)
    text = TASKS
    for severity in ("warning", "hint", "error"):
        at = text.index("typed here")
        text = f"{text[:at]}x{text[at:]}"
        found = check(readings.read("a", text, profile), {"undefined_reference": severity}, around)
        assert {one.severity for one in found if one.rule == "undefined_reference"} == {severity}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Again per FR-030", "Again per FR-031"),
        ("- [x] T530", "- [ ] T530"),
        ("- [x] T530 Again per FR-030", "- [x] T530 Again"),
        ("T530", "T531x"),
    ],
)
def test_another_id_state_or_citation_is_looked_at(old: str, new: str) -> None:
    readings, profile, around = Readings(), named("spec-kit/tasks"), (beside("spec.md", SPEC, "spec-kit"),)
    check(readings.read("a", TASKS, profile), neighbours=around)
    text = TASKS.replace(old, new)
    assert text != TASKS
    assert said(check(readings.read("a", text, profile), neighbours=around)) == said(
        check(parse(text, profile), neighbours=around)
    )


def test_with_another_document_of_the_spec_all_is_looked_at_again() -> None:
    readings, profile = Readings(), named("spec-kit/tasks")
    before = beside("spec.md", SPEC, "spec-kit")
    now = beside("spec.md", f"{SPEC}- **FR-030**: It MUST\n", "spec-kit")
    first = check(readings.read("a", TASKS, profile), neighbours=(before,))
    text = TASKS.replace("typed here", "typed, here", 1)
    second = check(readings.read("a", text, profile), neighbours=(now,))
    assert said(second) == said(check(parse(text, profile), neighbours=(now,)))
    assert Counter(one.rule for one in first) - Counter(one.rule for one in second) == {"undefined_reference": 1}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1 << 30), keys=st.integers(1, 8))
def test_beside_others_an_edited_document_is_judged_as_a_new_one(name: str, seed: int, keys: int) -> None:
    chance, readings, profile = random.Random(seed), Readings(), named(name)
    text, family = DOCUMENTS[name], name.partition("/")[0]
    around = tuple(
        beside(f"{other}.md", DOCUMENTS[other], other)
        for other in sorted(DOCUMENTS)
        if other != name and other.partition("/")[0] == family
    )
    check(readings.read("a", text, profile), neighbours=around)
    for _ in range(keys):
        text = edited(text, chance)
        if chance.random() < 0.2 and around:
            other = edited(DOCUMENTS[name], chance)
            around = (*around[1:], beside("changed.md", other, name))
        document = readings.read("a", text, profile)
        assert said(check(document, neighbours=around)) == said(check(parse(text, profile), neighbours=around))


_CHANGES = (
    "Requirement: A", "Requirement: B", "Requirement: Z", "#### Scenario: S\n", "#### Scenario: T\n", "x", "\n",
    "## REMOVED Requirements\n\n", "- FROM: ### Requirement: A\n- TO: ### Requirement: C\n",
    "### Requirement: B\nIt SHALL.\n\n",
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 1 << 30), keys=st.integers(1, 8))
def test_faults_between_documents_are_those_of_a_new_reading(seed: int, keys: int) -> None:
    chance, readings, path = random.Random(seed), Readings(), f"{ROOT}/{delta()}"
    text = with_spec(f"{MODIFIED}{RENAMED}")[delta()]
    for _ in range(keys):
        others = with_spec(text, y=MODIFIED if chance.random() < 0.8 else RENAMED)
        index = index_of(others)
        document = readings.read(path, text, named("openspec/delta"))
        known = index.documents[path]
        live = index.with_document(replace(known, nodes=document.nodes))
        assert check_across(live, path, spec=document) == check_across(index, path)
        at = chance.randrange(len(text) + 1)
        text = f"{text[:at]}{chance.choice(_CHANGES)}{text[at + chance.choice((0, 0, 1, 9)) :]}"
