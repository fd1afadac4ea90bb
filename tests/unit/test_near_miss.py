"""Headings that are nearly those of a format."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.profile import Profile
from orch_lsp.profiles.gsd.kinds import REQUIREMENTS as GSD
from orch_lsp.profiles.kiro.sections import DESIGN, REQUIREMENTS
from orch_lsp.profiles.openspec.kinds import PROPOSAL, SPEC
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.text import apply_edits
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, found

CODE = "unknown_heading_near_miss"
FEATURE = PROFILES[0]


def test_the_examples_of_the_page_are_what_they_are_said_to_be() -> None:
    assert_examples_are_what_they_are_said_to_be(CODE, FEATURE)


@pytest.mark.parametrize(
    ("heading", "profile", "meant"),
    [
        ("## Sucess Criteria", FEATURE, "## Success Criteria"),
        ("## 3. Sucess Critera *(mandatory)*", FEATURE, "## 3. Success Criteria *(mandatory)*"),
        ("### Fuctional Requirements", FEATURE, "### Functional Requirements"),
        ("## Requirments {#r}", SPEC, "## Requirements {#r}"),
        ("## Requirement", SPEC, "## Requirements"),
        ("### New Capabilites", PROPOSAL, "### New Capabilities"),
        ("#### Acceptence Criteria", REQUIREMENTS, "#### Acceptance Criteria"),
        ("## Data Model", DESIGN, "## Data Models"),
        ("## **Rollbakc Plan**", PLAIN, "## **Rollback Plan**"),
        ("## Erfolgskritirien", FEATURE, "## Erfolgskriterien"),
        ("## Critères de succés", FEATURE, "## Critères de succès"),
        ("## Escenarios de usuarios y pruebas", FEATURE, "## Escenarios de usuario y pruebas"),
        ("## Critérios de suceso", FEATURE, "## Critérios de sucesso"),
        ("## 用户场景与测式", FEATURE, "## 用户场景与测试"),
        ("## ユーザーシナリオとテヌト", FEATURE, "## ユーザーシナリオとテスト"),
        ("## 사용자 시나리오 및 테스드", FEATURE, "## 사용자 시나리오 및 테스트"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_heading_with_a_slip_is_told_with_the_known_one(heading: str, profile: Profile, meant: str, end: str) -> None:
    text = f"# A{end * 2}{heading}{end * 2}Words.{end}"
    (one,) = found(text, profile, CODE)
    assert one.severity == "hint"
    assert [fix.by_itself for fix in one.fixes] == [False]
    fixed = apply_edits(text, one.fixes[0].edits)
    assert fixed == text.replace(heading, meant)
    assert found(fixed, profile, CODE) == []


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        *(("# Sucess Criteria\n", FEATURE), ("## Success Criteria\n\nx\n\n## Sucess Criteria\n\ny\n", FEATURE)),
        *(("```\n## Sucess Criteria\n```\n", FEATURE), ("<!--\n## Sucess Criteria\n-->\n", FEATURE)),
        *(("## Tests\n\n## Gaol\n\n## Risk\n\n## Contents\n", PLAIN), ("## 非功能需求\n", REQUIREMENTS)),
        *(("## v2.0 Requirements\n", GSD), ("## v12 Requirements\n", GSD), ("## v3 Requirements\n", GSD)),
        *(("## Sucess Criteria for all people and their friends, in many more words than that\n", FEATURE),),
    ],
)
def test_other_headings_are_let_be(text: str, profile: Profile) -> None:
    assert found(text, profile, CODE) == []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6), st.sampled_from([FEATURE, REQUIREMENTS, PLAIN]))
def test_any_headings_will_do_and_a_cure_ends_its_finding(titles: list[str], profile: Profile) -> None:
    text = "".join(f"## {title}\n\n" for title in titles)
    for one in found(text, profile, CODE):
        for fix in one.fixes:
            after = found(apply_edits(text, fix.edits), profile, CODE)
            assert len(after) < len(found(text, profile, CODE))
