"""What is wrong between documents: changes that miss their aim, lose a part of it, or collide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.language.across import ACROSS, check_across
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.profiles.openspec.format import FORMAT
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.spec_kit.format import FORMAT as SPEC_KIT
from orch_lsp.rules.check import RULES
from orch_lsp.rules.rule import Finding
from tests.unit.rule_pages import examples_of_several

ROOT = "repo/openspec"
SCENARIOS = "#### Scenario: S\n- **WHEN** a\n\n#### Scenario: T\n- **WHEN** b\n\n"
SPEC = (
    f"## Purpose\n\nx\n\n## Requirements\n\n### Requirement: A\nIt SHALL.\n\n{SCENARIOS}### Requirement: B\nIt SHALL.\n"
)
MODIFIED = "## MODIFIED Requirements\n\n### Requirement: A\nIt SHALL, too.\n\n"
RENAMED = "## RENAMED Requirements\n\n- FROM: ### Requirement: A\n- TO: ### Requirement: C\n\n"
PROPOSAL = "## Why\n\nx\n\n## What Changes\n\n- x\n\n## Capabilities\n\n"


def indexed(path: str, text: str) -> IndexedDocument:
    its = FORMAT if "openspec/" in path else SPEC_KIT
    found = its.recognise(Clues(path, text))
    assert found is not None
    profile = its.profile(found.kind)
    assert profile is not None
    return IndexedDocument(path, parse(text, profile).nodes, found.scope, found.places, found.frozen, text)


def index_of(texts: dict[str, str]) -> Index:
    return Index.of(indexed(f"{ROOT}/{path}", text) for path, text in texts.items())


def delta(change: str = "x", capability: str = "auth") -> str:
    return f"changes/{change}/specs/{capability}/spec.md"


def found(texts: dict[str, str], path: str) -> list[Finding]:
    return list(check_across(index_of(texts), f"{ROOT}/{path}"))


def marked(texts: dict[str, str], path: str) -> list[tuple[str, str]]:
    text = texts[path]
    return [(finding.rule, text[finding.span.start : finding.span.end]) for finding in found(texts, path)]


def with_spec(text: str, **more: str) -> dict[str, str]:
    return {"specs/auth/spec.md": SPEC, delta(): text, **{delta(change): other for change, other in more.items()}}


def test_a_change_that_is_right() -> None:
    removed = "## REMOVED Requirements\n\n### Requirement: B\n"
    assert found(with_spec(f"{MODIFIED}{SCENARIOS}{removed}"), delta()) == []
    assert found(with_spec("## ADDED Requirements\n\n### Requirement: N\nIt SHALL.\n"), delta()) == []
    assert found(with_spec(f"{RENAMED}{MODIFIED.replace(': A', ': C')}{SCENARIOS}"), delta()) == []


def test_what_a_spec_does_not_have() -> None:
    texts = with_spec(f"{MODIFIED.replace(': A', ': Z')}## REMOVED Requirements\n\n- ### Requirement: Y\n")
    assert marked(texts, delta()) == [("modified_target_missing", "Z"), ("modified_target_missing", "Y")]
    (first, _) = found(texts, delta())
    assert first.severity == "error"
    assert first.key == "Requirement: Z"


def test_another_spelling_is_proposed() -> None:
    (finding,) = found(with_spec(MODIFIED.replace(": A", ": a") + SCENARIOS), delta())
    assert "but “A”" in finding.message
    assert [(each.path, SPEC[each.span.start : each.span.end]) for each in finding.related] == [
        (f"{ROOT}/specs/auth/spec.md", "A")
    ]


def test_what_another_change_will_add_is_said_with_it() -> None:
    added = f"## ADDED Requirements\n\n### Requirement: Z\nIt SHALL.\n\n{SCENARIOS}"
    texts = with_spec(MODIFIED.replace(": A", ": Z") + SCENARIOS, y=added)
    (finding,) = found(texts, delta())
    assert finding.rule == "modified_target_missing"
    assert finding.severity == "warning"
    assert "`repo/openspec/changes/y/specs/auth` adds it" in finding.message
    assert [each.path for each in finding.related] == [f"{ROOT}/{delta('y')}"]
    assert found(texts, delta("y")) == []


def test_a_spec_that_is_not_there() -> None:
    texts = {delta(): MODIFIED + SCENARIOS}
    (finding,) = found(texts, delta())
    assert finding.rule == "modified_target_missing"
    assert "no spec in `repo/openspec/specs/auth`" in finding.message


def test_a_scenario_that_would_be_lost() -> None:
    texts = with_spec(f"{MODIFIED}#### Scenario: S\n- **WHEN** a\n")
    assert marked(texts, delta()) == [("modified_drops_scenario", "### Requirement: A")]
    (finding,) = found(texts, delta())
    assert "“T”" in finding.message
    assert finding.severity == "error"
    assert [SPEC[each.span.start : each.span.end] for each in finding.related] == ["T"]
    renamed = with_spec(f"{RENAMED}{MODIFIED.replace(': A', ': C')}#### Scenario: T\n- **WHEN** b\n")
    assert [finding.rule for finding in found(renamed, delta())] == ["modified_drops_scenario"]


def test_scenarios_of_one_name_are_counted() -> None:
    texts = with_spec(f"{MODIFIED}{SCENARIOS}")
    texts["specs/auth/spec.md"] = SPEC.replace("Scenario: T", "Scenario: S")
    assert [finding.rule for finding in found(texts, delta())] == ["modified_drops_scenario"]


def test_two_changes_of_one_requirement() -> None:
    texts = with_spec(f"{MODIFIED}{SCENARIOS}", y="## REMOVED Requirements\n\n### Requirement: A\n")
    for one, other in (("x", "y"), ("y", "x")):
        (finding,) = found(texts, delta(one))
        assert finding.rule == "overlapping_changes"
        assert f"changes/{other}/specs/auth" in finding.message
        assert [each.path for each in finding.related] == [f"{ROOT}/{delta(other)}"]


def test_changes_of_other_requirements_and_other_specs_do_not_meet() -> None:
    texts = with_spec(f"{MODIFIED}{SCENARIOS}", y="## REMOVED Requirements\n\n### Requirement: B\n")
    texts |= {"specs/cart/spec.md": SPEC, delta("z", "cart"): f"{MODIFIED}{SCENARIOS}"}
    assert [found(texts, path) for path in (delta(), delta("y"), delta("z", "cart"))] == [[], [], []]


def test_what_is_archived_is_left_alone_and_leaves_alone() -> None:
    archived = "changes/archive/2026-01-01-y/specs/auth/spec.md"
    texts = {**with_spec(f"{MODIFIED}{SCENARIOS}"), archived: MODIFIED}
    assert found(texts, delta()) == []
    assert found(texts, archived) == []


def test_capabilities_of_a_proposal() -> None:
    path = "changes/x/proposal.md"
    listed = "### New Capabilities\n- `cart`: x\n\n### Modified Capabilities\n- `auth`: x\n- `gone`: x\n"
    texts = {"specs/auth/spec.md": SPEC, path: PROPOSAL + listed}
    assert marked(texts, path) == [("modified_target_missing", "gone")]
    texts[delta()] = f"{MODIFIED}{SCENARIOS}"
    assert sorted(marked(texts, path)) == [
        ("capability_without_delta", "cart"),
        ("capability_without_delta", "gone"),
        ("modified_target_missing", "gone"),
    ]
    texts[delta(capability="cart")] = "## ADDED Requirements\n"
    assert [span for rule, span in marked(texts, path) if rule == "capability_without_delta"] == ["gone"]


def test_a_delta_in_no_folder_of_a_capability() -> None:
    path = "changes/x/specs/spec.md"
    texts = {path: "## ADDED Requirements\n\n### Requirement: N\nIt SHALL.\n"}
    assert marked(texts, path) == [("misplaced_spec_file", "## ADDED Requirements")]


def test_the_user_decides() -> None:
    index = index_of({"changes/x/specs/spec.md": "## ADDED Requirements\n"})
    path = f"{ROOT}/changes/x/specs/spec.md"
    (finding,) = check_across(index, path, {"misplaced_spec_file": "hint"})
    assert finding.severity == "hint"
    assert check_across(index, path, {"misplaced_spec_file": "off"}) == ()
    assert check_across(index, "nowhere.md") == ()


def test_codes_are_of_one_name_space() -> None:
    assert ACROSS.keys().isdisjoint(RULES)
    assert all(code == rule.code == code.lower() for code, rule in ACROSS.items())


@pytest.mark.parametrize("code", [code for code, rule in ACROSS.items() if rule.check is not None])
def test_the_examples_of_the_page_are_what_they_are_said_to_be(code: str) -> None:
    for texts, number in zip(examples_of_several(code), (1, 0), strict=True):
        index = Index.of(indexed(path, text) for path, text in texts.items())
        codes = {path: [one.rule for one in check_across(index, path)] for path in texts}
        assert {code} >= {one for each in codes.values() for one in each}
        assert any(codes.values()) is bool(number)


@pytest.mark.parametrize("code", [code for code, rule in ACROSS.items() if rule.check is not None])
def test_the_severity_for_all_rules_holds_for_these(code: str) -> None:
    texts, _ = examples_of_several(code)
    index = Index.of(indexed(path, text) for path, text in texts.items())
    assert {one.severity for path in texts for one in check_across(index, path, {"*": "information"})} == {
        "information"
    }
    assert not any(check_across(index, path, {"*": "off"}) for path in texts)
    assert any(check_across(index, path, {"*": "off", code: "hint"}) for path in texts)


def test_of_many_documents_those_of_the_same_spec_are_looked_at_alone() -> None:
    class Counted(dict[str, IndexedDocument]):
        read = 0

        def __getitem__(self, path: str) -> IndexedDocument:
            self.read += 1
            return super().__getitem__(path)

        def __iter__(self):
            raise AssertionError("all documents are looked at")

        items = values = __iter__  # type: ignore[assignment]

    def asked(others: int) -> int:
        texts = with_spec(MODIFIED, y=MODIFIED)
        texts |= {delta(f"c{number}", f"other{number}"): MODIFIED for number in range(others)}
        texts["changes/x/proposal.md"] = f"{PROPOSAL}### New Capabilities\n\n- `gone`: x\n"
        index = index_of(texts)
        counted = Counted(index.documents)
        index = replace(index, documents=counted)
        for path in (delta(), "changes/x/proposal.md"):
            assert check_across(index, f"{ROOT}/{path}")
        return counted.read

    assert asked(5) == asked(500)


_pieces = st.sampled_from(
    [MODIFIED, SCENARIOS, RENAMED, SPEC, PROPOSAL, "## REMOVED Requirements\n\n- ### Requirement: A\n",
     "### New Capabilities\n", "- `auth`: x\n",
     "### Requirement: A\n", "#### Scenario: S\n", "```\n", "<!--\n", "## ADDED Requirements\n"]
)  # fmt: skip
_PATHS = [
    "specs/auth/spec.md", delta(), delta("y"), "changes/x/proposal.md", "changes/x/specs/spec.md", "changes/x/tasks.md",
    "changes/archive/2026-01-01-z/specs/auth/spec.md", "project.md", delta("y", "a/b"),
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(_PATHS), st.lists(_pieces, max_size=6).map("".join), max_size=5))
def test_any_documents_can_be_asked_about(texts: dict[str, str]) -> None:
    index = index_of(texts)
    for path, document in index.documents.items():
        findings = check_across(index, path)
        assert findings == check_across(Index.of(reversed(index.documents.values())), path)
        for finding in findings:
            assert 0 <= finding.span.start <= finding.span.end <= len(texts[path.removeprefix(f"{ROOT}/")])
            assert finding.key is None or finding.key in document.nodes.by_key
            for each in finding.related:
                assert each.path in index.documents


def test_a_delta_is_held_against_a_list_that_is_there_whatever_its_depth() -> None:
    text = "## ADDED Requirements\n\n### Requirement: A\nIt SHALL.\n"
    listed = PROPOSAL + "### Modified Capabilities\n\n- `auth/web`: more\n"
    texts = {"changes/x/proposal.md": listed, delta(capability="auth/web"): text, delta(capability="auth"): text}
    rules = {path: [one.rule for one in found(texts, path)] for path in texts}
    assert rules[delta(capability="auth")] == ["delta_not_in_proposal"]
    assert "delta_not_in_proposal" not in rules[delta(capability="auth/web")]
    assert found({"changes/x/proposal.md": PROPOSAL, delta(): text}, delta()) == []
    assert found({delta(): text}, delta()) == []


CONSTITUTION = "# A Constitution\n\n### I. Tests first\n\n**Version**: 2.1.0 | **Ratified**: 2026-01-10\n"


def drifts(plan: str, constitution: str = CONSTITUTION, tasks: str = "") -> list[str]:
    texts = {
        ".specify/memory/constitution.md": constitution,
        "specs/001-a/plan.md": f"# Implementation Plan: A\n\n{plan}\n",
    }
    index = Index.of(indexed(path, text) for path, text in {**texts, "specs/001-a/tasks.md": tasks}.items())
    text = texts["specs/001-a/plan.md"]
    return [text[one.span.start : one.span.end] for one in check_across(index, "specs/001-a/plan.md")]


@pytest.mark.parametrize(
    ("plan", "marked"),
    [
        *(
            ("**Constitution**: v2.0.9 (A)", ["2.0.9"]),
            ("Constitution `.specify/memory/constitution.md` (v1.10.0)", ["1.10.0"]),
        ),
        *(
            ("宪章版本：1.0.0", ["1.0.0"]),
            ("根据项目宪章 v1.0.0 检查", ["1.0.0"]),
            ("Constitution v2.1.0", []),
            ("Constitution v10.0.0", []),
            ("Constitution Check", []),
        ),
        *(
            ("`fix_constitution`, version `>=0.7.4`", []),
            ("constitution and tool >=0.7.4", []),
            ("Python 1.2.3", []),
            ("Constitution | 1.0.0", []),
            ("Constitution\n1.0.0", []),
        ),
    ],
)
def test_a_plan_is_held_against_the_version_that_the_constitution_has(plan: str, marked: list[str]) -> None:
    assert drifts(plan) == marked


def test_a_plan_that_is_carried_out_and_a_constitution_without_a_version_say_nothing() -> None:
    old = "Constitution v1.0.0"
    assert drifts(old, tasks="# Tasks: A\n\n- [x] T001 a\n") == []
    assert drifts(old, tasks="# Tasks: A\n\n- [x] T001 a\n- [ ] T002 b\n") == ["1.0.0"]
    assert drifts(old, CONSTITUTION.replace("2.1.0", "next")) == []


@pytest.mark.parametrize("around", ["<!-- {} -->", "```\n{}\n```"], ids=["comment", "code"])
def test_versions_that_no_reader_sees_are_none(around: str) -> None:
    assert drifts(around.format("Constitution v1.0.0")) == []
    hidden = around.format("**Version**: 9.0.0")
    assert drifts("Constitution v2.1.0", f"{CONSTITUTION}\n{hidden}\n") == []


def test_another_version_of_the_constitution_is_seen_by_others() -> None:
    one, two = (indexed(".specify/memory/constitution.md", CONSTITUTION.replace("2.1", new)) for new in ("2.1", "2.2"))
    assert one.seen_by_others != two.seen_by_others
