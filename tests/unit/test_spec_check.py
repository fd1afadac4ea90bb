"""The live rules and their cures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.language.across import ACROSS
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules.check import RULES, check
from orch_lsp.rules.rule import Finding
from orch_lsp.text import apply_edits

ROOT = Path(__file__).resolve().parents[2]

WHOLE = "# T\n\n" + "\n".join(f"## {section.title}\n\ntext\n" for section in PLAIN.sections)

_documents = st.lists(
    st.sampled_from(
        ["# T", "## Goal", "### Tasks", "Tasks\n---", "TODO", "text", "", "```", "<!-- c -->", "- x", "## Other",
         "#### Sub", "😋", "~~~", "## Rollback", "```sh"]
    ),
    max_size=14,
).flatmap(lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(lines)))  # fmt: skip


def findings(text: str, code: str) -> list[Finding]:
    return [finding for finding in check(parse(text, PLAIN)) if finding.rule == code]


def cured(text: str, finding: Finding, number: int = 0) -> str:
    return apply_edits(text, finding.fixes[number].edits)


def test_a_whole_spec_has_no_findings() -> None:
    assert check(parse(WHOLE, PLAIN)) == ()


def test_a_new_brief_gets_one_hint_on_its_title_and_nothing_louder() -> None:
    text = "\ufeff# T\n\nWe want x.\n"
    (found,) = check(parse(text, PLAIN))
    assert (found.rule, found.severity, text[found.span.start : found.span.end]) == ("missing_section", "hint", "# T")
    assert "Rollback Plan" in found.message


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_document_has_no_findings(text: str) -> None:
    assert check(parse(text, PLAIN)) == ()


def test_each_missing_section_is_told_once_there_are_sections_and_its_heading_can_be_added() -> None:
    text = WHOLE.replace("## Tasks\n\ntext\n\n", "").replace("## Goal\n\ntext\n\n", "")
    found = findings(text, "missing_section")
    assert [finding.key for finding in found] == ["goal", "tasks"]
    fixed = cured(text, found[1])
    assert "## Acceptance Criteria\n\ntext\n\n## Tasks\n\n## Verification Plan" in fixed
    assert [finding.key for finding in findings(fixed, "missing_section")] == ["goal"]
    assert findings(cured(text, found[0], 1), "missing_section") == []


def test_empty_and_placeholder_sections_are_hints_on_their_headings() -> None:
    text = WHOLE.replace("## Goal\n\ntext", "## Goal\n").replace("## Tasks\n\ntext", "## Tasks\n\nTODO")
    (empty,), (placeholder,) = findings(text, "empty_section"), findings(text, "placeholder_section")
    assert (empty.key, empty.severity, empty.fixes) == ("goal", "hint", ())
    assert (placeholder.key, placeholder.severity) == ("tasks", "hint")
    assert text[placeholder.span.start : placeholder.span.end] == "## Tasks"


def test_a_duplicate_is_joined_with_the_first_and_no_word_is_lost() -> None:
    text = (
        "# T\r\n\r\n## Tasks\r\n\r\n- a\r\n\r\n## Goal\r\n\r\ng\r\n\r\n# Tasks\r\n\r\n- b\r\n## Sub\r\n- c  \r\n- d\r\n"
    )
    (found,) = findings(text, "duplicate_section")
    assert found.severity == "warning"
    fixed = cured(text, found)
    assert fixed.startswith("# T\r\n\r\n## Tasks\r\n\r\n- a\r\n\r\n- b\r\n### Sub\r\n- c  \r\n- d\r\n\r\n## Goal\r\n")
    assert findings(fixed, "duplicate_section") == []


def test_a_duplicate_that_says_nothing_is_removed() -> None:
    text = "## Tasks\n\n- a\n\n## Tasks\n\nTODO\n"
    assert cured(text, findings(text, "duplicate_section")[0]) == "## Tasks\n\n- a\n\n"


def test_a_duplicate_fills_a_first_section_that_says_nothing() -> None:
    text = "## Tasks\n\nTODO\n\n## Tasks\n\n- b\n"
    assert cured(text, findings(text, "duplicate_section")[0]) == "## Tasks\n\n- b\n\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_where_a_duplicate_is_removed_the_text_above_does_not_run_on(end: str) -> None:
    text = end.join(("### Tasks", "- x", "### Tasks", "Tasks", "---", "y"))
    fixed = cured(text, findings(text, "duplicate_section")[0])
    assert fixed == end.join(("### Tasks", "- x", "", "Tasks", "---", "y"))


def test_a_document_of_several_parts_lacks_no_section_that_each_part_has() -> None:
    text = "# T\n## Goal\n### Tasks\n# T\n## Goal"
    found = findings(text, "missing_section")
    assert "goal" not in {finding.key for finding in found}
    for finding in found:
        for number in range(len(finding.fixes)):
            after = findings(cured(text, finding, number), "missing_section")
            assert finding.key not in {other.key for other in after}


def test_an_open_fence_is_closed_before_the_section_that_it_swallows() -> None:
    text = "# T\n\n## Goal\n\n````py\n# comment\n\n## Tasks\n\n- a\n"
    (found,) = findings(text, "unbalanced_fence")
    assert text[found.span.start : found.span.end] == "````py"
    fixed = cured(text, found)
    assert fixed == "# T\n\n## Goal\n\n````py\n# comment\n````\n\n## Tasks\n\n- a\n"


def test_an_open_fence_without_a_section_below_is_closed_at_the_end() -> None:
    text = "# T\r\n\r\n```\r\nx\r\n\r\n"
    assert cured(text, findings(text, "unbalanced_fence")[0]) == "# T\r\n\r\n```\r\nx\r\n```\r\n\r\n"
    assert cured("```", findings("```", "unbalanced_fence")[0]) == "```\n```"


@settings(max_examples=300, deadline=None)
@given(_documents)
@example("# T\n## Goal\n### Tasks\n# T\n## Goal")
@example("### Tasks\n- x\n### Tasks\nTasks\n---\n### Tasks\n### Tasks")
def test_every_fix_cures_its_finding(text: str) -> None:
    for finding in check(parse(text, PLAIN)):
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
        for fix in finding.fixes:
            after = check(parse(apply_edits(text, fix.edits), PLAIN))
            same = [other for other in after if other.rule == finding.rule]
            before = findings(text, finding.rule)
            if finding.rule == "missing_section":
                assert finding.key not in {other.key for other in same}
            elif finding.rule == "duplicate_section":
                assert len(same) < len(before)
            else:
                assert same == []


def test_findings_are_made_once_for_a_document_and_its_severities() -> None:
    document = parse("# T\n\n## Goal\n", PLAIN)
    first = check(document)
    assert check(document) is first
    assert check(document, {"missing_section": "hint"}) is first
    assert check(document, {"missing_section": "error"}) is not first


def test_the_user_decides_before_the_profile_and_the_profile_before_the_rule() -> None:
    stern = replace(PLAIN, severities={"empty_section": "error", "missing_section": "off"})
    document = parse("# T\n\nWords.\n\n## Goal\n", stern)
    assert [(found.rule, found.severity) for found in check(document)] == [("empty_section", "error")]
    (found,) = check(document, {"empty_section": "information"})
    assert found.severity == "information"
    assert check(document, {"empty_section": "off"}) == ()


def test_every_rule_has_its_place_on_the_page() -> None:
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert [section.title for section in parse(page, PLAIN).sections if section.level == 3] == [*RULES, *ACROSS]
    for rule in (*RULES.values(), *ACROSS.values()):
        assert rule.code == rule.code.lower()
        fixable = rule.code in RULES and RULES[rule.code].fixable
        row = f"| [`{rule.code}`](#{rule.code}) | {rule.family} | {rule.severity} | {'yes' if fixable else 'no'} |"
        assert row in page
        assert rule.summary in page
        assert rule.code in ACROSS or RULES[rule.code].page == f"rules.md#{rule.code}"


def test_a_rule_with_a_cure_says_so() -> None:
    text = "# T\n\n## Goal\n\n## Tasks\n\nTODO\n\n## Goal\n\na\n\n```\n"
    found = check(parse(text, PLAIN))
    assert {each.rule for each in found} == {
        *("missing_section", "empty_section", "placeholder_section", "duplicate_section", "unbalanced_fence"),
    }
    for each in found:
        assert bool(each.fixes) is RULES[each.rule].fixable
    assert [related.span for each in found for related in each.related] == [parse(text, PLAIN).sections[1].heading]
