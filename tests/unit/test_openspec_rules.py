"""The rules about documents of OpenSpec: each on the examples of its page, and on what looks like them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.profiles.openspec.kinds import DELTA, SPEC, TASKS
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules import openspec, openspec_documents
from orch_lsp.rules.check import RULES, check
from orch_lsp.rules.rule import Finding
from orch_lsp.text import apply_edits

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
CODES = [rule.code for family in (openspec, openspec_documents) for rule in family.RULES]
PROFILES = {"## ADDED": DELTA, "## MODIFIED": DELTA, "## RENAMED": DELTA, "## 1.": TASKS}
W = "- **WHEN** a\n- **THEN** b\n"
REQUIREMENT = f"### Requirement: A\nUI SHALL.\n\n#### Scenario: S\n{W}\n"
ADDED = f"## ADDED Requirements\n\n{REQUIREMENT}"
PURPOSE = "## Purpose\n\nLets people sign in with a password, and keeps others out of what is not theirs.\n\n"
MODIFIED = f"## MODIFIED Requirements\n\n{REQUIREMENT}"
REMOVED = "## REMOVED Requirements\n\n- ### Requirement: B\n"
CLOSED = "## ADDED Requirements ##"
WHOLE = f"{PURPOSE}## Requirements\n\n{REQUIREMENT}"


def renamed(old: str, new: str) -> str:
    return f"## RENAMED Requirements\n\n- FROM: ### Requirement: {old}\n- TO: ### Requirement: {new}\n\n"


def about(code: str) -> str:
    """What the page says of a rule."""
    section = next(each for each in parse(PAGE, PLAIN).sections if each.title == code)
    return PAGE[section.body.start : section.body.end]


def examples(code: str) -> list[str]:
    return re.findall(r"```markdown\n(.*?)```\n", about(code), re.DOTALL)


def findings(text: str, profile: Profile, code: str) -> list[Finding]:
    return [finding for finding in check(parse(text, profile)) if finding.rule == code]


def marked(text: str, profile: Profile, code: str) -> list[str]:
    return [text[finding.span.start : finding.span.end] for finding in findings(text, profile, code)]


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_the_page_are_what_they_are_said_to_be(code: str) -> None:
    bad, good = examples(code)
    profile = next((each for begin, each in PROFILES.items() if begin in good), SPEC)
    (found,) = findings(bad, profile, code)
    assert found.severity == profile.severities[code]
    assert f"`{profile.name}` ({found.severity})" in about(code)
    assert findings(good, profile, code) == []
    assert bool(found.fixes) is RULES[code].fixable
    for fix in found.fixes:
        assert findings(apply_edits(bad, fix.edits), profile, code) == []


@pytest.mark.parametrize("code", CODES)
def test_the_page_says_in_which_documents_a_rule_is_on(code: str) -> None:
    said = set(re.findall(r"`([^`]+)` \((error|warning|information|hint)\)", about(code).partition("\n\n")[0]))
    profiles = [each for each in (SPEC, DELTA, TASKS) if each.severities.get(code, "off") != "off"]
    assert said == {(each.name, each.severities[code]) for each in profiles}
    assert about(code).lstrip().startswith("On in `")
    assert findings(examples(code)[0], PLAIN, code) == []


def test_nothing_is_found_in_documents_that_are_right() -> None:
    assert check(parse(WHOLE, SPEC)) == ()
    assert check(parse(ADDED, DELTA)) == ()
    assert check(parse("## 1. G\n\n- [ ] 1.1 a\n  - [x] 1.1.1 b\n- [ ] 1.2 c\n\n## 2. H\n\n- [ ] 2.1 d\n", TASKS)) == ()


@pytest.mark.parametrize("text", [WHOLE.replace("\n", "\r\n"), "\ufeff" + WHOLE, WHOLE.replace("\n", "\r")])
def test_line_ends_and_byte_order_marks_change_nothing(text: str) -> None:
    assert check(parse(text, SPEC)) == ()


FINDS = [
    (SPEC, "requirement_without_text", WHOLE.replace("UI SHALL.", "**Priority**: P1"), []),
    (SPEC, "requirement_without_text", WHOLE.replace("UI SHALL.", "```\nUI SHALL.\n```"), ["### Requirement: A"]),
    (SPEC, "requirement_without_text", WHOLE.replace("UI SHALL.", "<!-- UI SHALL. -->"), ["### Requirement: A"]),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "```\nUI SHALL.\n```\nwords"), ["### Requirement: A"]),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "UI SHOULD."), ["### Requirement: A"]),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "UI MARSHALLS."), ["### Requirement: A"]),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "系统必须这样做。"), []),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "La API debe responder."), []),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "シェルは保存しなければなりません。"), []),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "시스템은 저장되어야 합니다."), []),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "系统需要保存。"), []),
    (SPEC, "no_normative_keyword", WHOLE.replace("UI SHALL.", "The mustard is hot."), ["### Requirement: A"]),
    (DELTA, "no_normative_keyword", "## REMOVED Requirements\n\n### Requirement: A\nwords\n", []),
    (SPEC, "requirement_without_scenario", f"{WHOLE}#### Scenario: T\n", []),
    (DELTA, "requirement_without_scenario", ADDED.replace("####", "#####"), ["### Requirement: A"]),
    (DELTA, "requirement_without_scenario", "## REMOVED Requirements\n\n### Requirement: A\n", []),
    (DELTA, "scenario_heading_level", ADDED.replace("####", "###"), ["### Scenario: S"]),
    (DELTA, "scenario_heading_level", ADDED.replace("#### Scenario: S", "**Scenario: S**"), ["**Scenario:"]),
    (DELTA, "scenario_heading_level", ADDED.replace("#### Scenario: S", "- Scenario 1: S"), ["- Scenario 1:"]),
    (DELTA, "scenario_heading_level", ADDED.replace("####", "  ####"), ["  #### Scenario: S"]),
    (SPEC, "scenario_heading_level", WHOLE.replace("####", " ####"), [" #### Scenario: S"]),
    (SPEC, "scenario_heading_level", f"{WHOLE}##### Detail\n\nx\n", []),
    (SPEC, "requirement_too_long", WHOLE.replace("UI SHALL.", "UI SHALL " + "x" * 491), []),
    (SPEC, "requirement_too_long", WHOLE.replace("UI SHALL.", "UI SHALL " + "x" * 492), ["### Requirement: A"]),
    (SPEC, "requirement_outside_section", f"{REQUIREMENT}{WHOLE}", ["### Requirement: A"]),
    (SPEC, "requirement_outside_section", f"{WHOLE}\n```\n## Notes\n### Requirement: B\n```\n", []),
    (DELTA, "requirement_outside_section", f"{ADDED}## Notes\n\n### Requirement: B\n", ["### Requirement: B"]),
    (SPEC, "no_requirements", f"{PURPOSE}## Requirements\n", []),
    (SPEC, "purpose_placeholder", WHOLE.replace("Lets", "TODO Lets"), ["## Purpose"]),
    (SPEC, "purpose_placeholder", WHOLE.replace("Lets", "Lets TODO"), []),
    (SPEC, "purpose_too_short", "## Purpose\n\n" + "x" * 49 + "\n", ["## Purpose"]),
    (SPEC, "purpose_too_short", "## Purpose\n\n" + "x" * 50 + "\n", []),
    (SPEC, "delta_header_in_main_spec", f"{WHOLE}## Removed requirements\n", ["## Removed requirements"]),
    (SPEC, "delta_header_in_main_spec", f"{WHOLE}```\n## ADDED Requirements\n```\n", []),
    (SPEC, "unread_heading", WHOLE.replace("## Requirements", "## 需求"), ["## 需求"]),
    (SPEC, "unread_heading", WHOLE.replace("## Purpose", "### purpose"), []),
    (DELTA, "unread_heading", ADDED.replace("Requirement:", "需求："), ["### 需求： A"]),
    (DELTA, "unread_heading", ADDED.replace("## ADDED Requirements", CLOSED), [CLOSED]),
    (DELTA, "unread_heading", "## REMOVED Requirements\n\n- **### Requirement: A**\n", ["- **### Requirement: A**"]),
    (DELTA, "unread_heading", "## REMOVED Requirements\n\n- ### Requirement: A\n", []),
    (DELTA, "unread_heading", "## REMOVED Requirements\n\n- ### REQUIREMENT: A\n", ["- ### REQUIREMENT: A"]),
    (DELTA, "unread_heading", "## RENAMED Requirements\n\n- FROM: A\n- TO: B\n", ["- FROM: A\n- TO: B"]),
    (DELTA, "unread_heading", renamed("A", "B").replace("TO: ### R", "TO: ### r"), [
        "- FROM: ### Requirement: A\n- TO: ### requirement: B"
    ]),
    (DELTA, "no_delta", "## ADDED Requirements\n", ["## ADDED Requirements"]),
    (DELTA, "no_delta", "words\n", [""]),
    (DELTA, "no_delta", "## REMOVED Requirements\n\n- ### Requirement: A\n", []),
    (DELTA, "stray_heading_in_delta", f"{ADDED}## Notes\n\n### Words\n", []),
    (DELTA, "conflicting_operations", f"{ADDED}{renamed('B', 'A')}", ["### Requirement: A"]),
    (DELTA, "conflicting_operations", f"{renamed('B', 'A')}{REMOVED}", ["- ### Requirement: B"]),
    (DELTA, "conflicting_operations", f"{renamed('A', 'B')}{MODIFIED}", ["### Requirement: A"]),
    (DELTA, "conflicting_operations", f"{renamed('B', 'A')}{MODIFIED}", []),
    (DELTA, "rename_without_pair", renamed("A", "B").replace("FROM", "FRO"), ["TO: ### Requirement: B"]),
    (DELTA, "rename_without_pair", renamed("A", "B"), []),
    (DELTA, "rename_without_pair", renamed("A", "B").replace("### Requirement: B", "`### Requirement: B`"), []),
    (SPEC, "scenario_heading_level", WHOLE.replace("### Requirement: A", "> A"), ["#### Scenario: S"]),
    (SPEC, "scenario_heading_level", f"{WHOLE}## Notes\n\n#### Scenario: S\n{W}", []),
    (SPEC, "duplicate_id", f"{WHOLE}{REQUIREMENT}", ["A"]),
    (SPEC, "duplicate_id", f"{WHOLE}{REQUIREMENT.replace('Requirement: A', 'Requirement: a')}", []),
    (DELTA, "duplicate_id", f"{ADDED}## ADDED Requirements\n\n{REQUIREMENT}", ["A"]),
    (TASKS, "duplicate_id", "## 1. G\n\n- [ ] 1.1 a\n- [ ] 1.10 b\n", []),
    (TASKS, "malformed_task", "## 1. G\n\n1. [ ] a\n-\t[ ] 1.2 b\n", []),
    (TASKS, "malformed_task", "## 1. G\n\n- [] 1.1 a\n", ["- [] 1.1 a"]),
    (TASKS, "task_group_mismatch", "## 01. G\n\n- [ ] 1.1 a\n\n## Notes\n\n- [ ] 3.1 b\n", []),
    (TASKS, "task_group_mismatch", "## 1. G\n\n- [ ] 1.1 a\n  - [ ] 2.1.1 b\n", ["2.1.1"]),
    (TASKS, "task_group_mismatch", "## 1. G\n\n```\n- [ ] 2.1 a\n```\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("profile", "code", "text", "spans"), FINDS)
def test_what_looks_alike(profile: Profile, code: str, text: str, spans: list[str]) -> None:
    assert marked(text, profile, code) == spans


def test_a_finding_shows_the_other_place() -> None:
    text = f"{WHOLE}{REQUIREMENT}"
    (found,) = findings(text, SPEC, "duplicate_id")
    assert [text[each.span.start : each.span.end] for each in found.related] == ["A"]
    assert found.key == "Requirement: A~2"


_lines = st.sampled_from(
    [
        "## Purpose", "## Requirements", "## ADDED Requirements", "## MODIFIED Requirements", "## REMOVED Requirements",
        "## RENAMED Requirements", "### Requirement: A", "### Requirement: B", "### Requirement:", "### 需求：A",
        "### **Requirement: A**", "#### Scenario: S", "##### Scenario: S", "  #### Scenario: S",
        "**Scenario: S**", "#### Requirement: A",
        "### x",
        "- FROM: `### Requirement: A`", "- TO: ### Requirement: B", "- from: A", "- to: B", "- ### Requirement: A",
        "UI SHALL.", "It must.", "**Priority**: P1", "TBD", "", "```", "<!--", "-->", "> ### Requirement: A", "# T",
        "## 1. G", "- [ ] 1.1 a", "  - [x] 2.1 b", "- [ ] 1.1 c", "---", "{#a}", "\t", "Requirements\n---",
    ]
)  # fmt: skip
_texts = st.builds(lambda lines, end: end.join(lines), st.lists(st.one_of(_lines, st.text(max_size=12)), max_size=14),
                   st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))  # fmt: skip
ON = dict.fromkeys(CODES, "warning")


@settings(max_examples=400, deadline=None)
@given(_texts, st.sampled_from([SPEC, DELTA, TASKS, PLAIN]))
def test_no_text_is_too_much_for_the_rules(text: str, profile: Profile) -> None:
    """In documents of other formats, too, where somebody switches the rules on."""
    document = parse(text, profile)
    for finding in check(document, ON):
        assert 0 <= finding.span.start <= finding.span.end <= len(document.text)
        assert all(0 <= each.span.start <= each.span.end <= len(text) for each in finding.related)
        for fix in finding.fixes:
            apply_edits(text, fix.edits)


@settings(max_examples=300, deadline=None)
@given(_texts, st.sampled_from([SPEC, DELTA]))
def test_a_cure_cures(text: str, profile: Profile) -> None:
    for code in ("no_normative_keyword", "scenario_heading_level"):
        before = findings(text, profile, code)
        for fix in _fixes(before):
            after = findings(apply_edits(text, fix), profile, code)
            assert len(after) < len(before)


def _fixes(found: list[Finding]) -> Iterator[tuple]:
    return (fix.edits for finding in found for fix in finding.fixes)


def test_a_prohibition_is_put_into_capitals_whole() -> None:
    text = WHOLE.replace("UI SHALL.", "It must not wait.")
    (found,) = findings(text, SPEC, "no_normative_keyword")
    assert [fix.title for fix in found.fixes] == ["Write MUST NOT in capitals"]
    assert apply_edits(text, found.fixes[0].edits) == WHOLE.replace("UI SHALL.", "It MUST NOT wait.")
