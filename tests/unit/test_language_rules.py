"""The language of requirements, in the languages in which specs are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.document.readings import Readings
from orch_lsp.profiles.kiro.sections import REQUIREMENTS
from orch_lsp.profiles.openspec.kinds import DELTA
from orch_lsp.profiles.openspec.kinds import SPEC as OPENSPEC
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.rules import language
from orch_lsp.rules.check import check
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, examples, found, marked

SPEC = PROFILES[0]
CODES = [rule.code for rule in language.RULES]


def requirement(text: str) -> str:
    return f"# Feature Specification: A\n\n## Requirements\n\n- **FR-001**: {text}\n"


def criterion(text: str) -> str:
    return (
        "# Requirements Document\n\n## Introduction\n\nA fast and easy app, etc.\n\n## Requirements\n\n"
        f"### Requirement 1: A\n\n#### Acceptance Criteria\n\n1. {text}\n"
    )


def profile_of(text: str) -> Profile:
    if text.startswith("# Requirements Document"):
        return REQUIREMENTS
    return OPENSPEC if "## Purpose" in text else SPEC


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_the_page_are_what_they_are_said_to_be(code: str) -> None:
    assert_examples_are_what_they_are_said_to_be(code, profile_of(examples(code)[0]))


@pytest.mark.parametrize(
    ("code", "sentence", "words"),
    [
        ("vague_term", "The system MUST answer quickly", "quickly"),
        ("vague_term", "The form MUST be user-friendly", "user-friendly"),
        ("vague_term", "系统必须快速响应", "快速"),
        ("vague_term", "システムは適切に応答しなければならない", "適切"),
        ("vague_term", "시스템은 신속하게 응답해야 한다", "신속"),
        ("vague_term", "El sistema debe responder rápidamente", "rápidamente"),
        ("vague_term", "O sistema deve responder rapidamente", "rapidamente"),
        ("vague_term", "Das System muss schnell antworten", "schnell"),
        ("vague_term", "Le système doit répondre rapidement", "rapidement"),
        ("escape_clause", "The system MUST, where possible, keep it", "where possible"),
        ("escape_clause", "The system MUST keep it As Appropriate", "As Appropriate"),
        ("escape_clause", "系统必须尽可能保存", "尽可能"),
        ("escape_clause", "システムは可能な限り保存しなければならない", "可能な限り"),
        ("escape_clause", "시스템은 가능한 한 저장해야 한다", "가능한 한"),
        ("escape_clause", "El sistema debe guardarlo si es posible", "si es posible"),
        ("escape_clause", "O sistema deve, se possível, guardar", "se possível"),
        ("escape_clause", "Das System muss ihn wenn möglich behalten", "wenn möglich"),
        ("escape_clause", "Le système doit, si possible, le garder", "si possible"),
        ("open_ended", "The system MUST search titles, authors, etc.", "etc"),
        ("open_ended", "The system MUST search titles and/or authors", "and/or"),
        ("open_ended", "系统必须搜索标题、作者等等", "等等"),
        ("open_ended", "システムは題名などを検索しなければならない", "など"),
        ("open_ended", "시스템은 제목 등등을 검색해야 한다", "등등"),
        ("open_ended", "El sistema debe buscar títulos y/o autores", "y/o"),
        ("open_ended", "O sistema deve buscar títulos e/ou autores", "e/ou"),
        ("open_ended", "Das System muss Titel und/oder Namen suchen", "und/oder"),
        ("open_ended", "Le système doit chercher titres et/ou auteurs", "et/ou"),
        ("multiple_requirements", "It SHALL search and SHALL sort", "SHALL"),
        ("multiple_requirements", "系统必须搜索，并且必须排序", "必须"),
        ("multiple_requirements", "系統必須搜尋，並且必須排序", "必須"),
        ("multiple_requirements", "入力は必須である。システムは拒否しなければならない", "しなければならない"),
        ("multiple_requirements", "Das System muss suchen und muss sortieren", "muss"),
        ("multiple_requirements", "El sistema debe buscar y debe ordenar", "debe"),
    ],
)
def test_words_are_found_in_any_language(code: str, sentence: str, words: str) -> None:
    for text in (requirement(sentence), criterion(sentence)):
        assert marked(text, profile_of(text), code) == [words]


@pytest.mark.parametrize(
    "sentence",
    [
        "The system MUST show `fast etc.` where it was typed",
        'The system MUST show "quickly, where possible, etc." as it was typed',
        "系统必须显示「快速等等」",
        "Das System muss „schnell“ zeigen",
        "The system MUST show <!-- fast, etc. --> the time",
        "The system MUST offer Quick Start in its menu",
        "The system MUST take the fast path",
        "The system MUST show breakfast, fasting and steadfast people",
        "The system MUST show quick_start and fast-forward",
        "The system MUST show the [page](https://example.org/fast/etc)",
        "The system SHALL refuse what the client must not send",
        "If プロバイダーが利用不可能な場合, the system shall 一覧を表示する",
        "システムは、通信が利用可能な場合に送信しなければならない",
        "시스템은 처리가 불가능한 경우 알려야 한다",
        "시스템은 잔액이 불충분할 때 거절해야 한다",
        "系统必须在不可能时拒绝",
        "システムは三十分に一度保存しなければならない",
        "The system shall 必須フィールドを検証する",
        "システムは必須フィールドを検証しなければならない",
        "システムは必須の項目を赤で示すものとする",
    ],
)
def test_words_of_others_names_and_parts_of_words_are_none(sentence: str) -> None:
    codes = {"vague_term", "escape_clause", "open_ended", "multiple_requirements"}
    for text in (requirement(sentence), criterion(sentence)):
        assert [one for one in check(parse(text, profile_of(text))) if one.rule in codes] == []


def test_only_what_obliges_is_looked_at() -> None:
    text = (
        "# Feature Specification: A\n\nFast, easy, etc. where possible.\n\n## User Scenarios & Testing\n\n"
        "### User Story 1 - Be fast (Priority: P1)\n\nAn easy way, etc.\n\n1. **Given** a, **When** b, **Then** c\n\n"
        "## Requirements\n\n- **FR-001**: It MUST count.\n- **A-001**: People are quick where possible.\n\n"
        "```\n- **FR-002**: It MUST be fast, etc.\n```\n\n## Notes\n\n- Robust, easy.\n"
    )
    assert [one.rule for one in check(parse(text, SPEC)) if RULES_HERE.get(one.rule)] == []


RULES_HERE = dict.fromkeys(CODES, 1)


def test_one_finding_tells_all_words_of_a_statement() -> None:
    (only,) = found(requirement("It MUST be fast, easy and FAST"), SPEC, "vague_term")
    assert only.message.startswith("“fast”, “easy”: nobody can check that.")
    assert only.key == "FR-001"


def test_a_statement_ends_where_the_next_one_begins() -> None:
    text = "# T\n\n## Requirements\n\n- **FR-001**: It MUST a\n  - **FR-002**: It MUST b\n"
    assert found(text, SPEC, "multiple_requirements") == []


@pytest.mark.parametrize(
    ("lines", "severities"),
    [
        (["It MUST a", "It MUST b", "A map of the results"], ["warning"]),
        (["系统必须甲", "系统应乙", "地图"], ["information"]),
        (["通知を返すこと", "コンテキストをLLMに渡すこと。", "履歴に残さないこと（30日）", "地図"], ["information"]),
        (["システムは甲すること", "通知を返すことの記録", "乙しなければならない"], ["information"]),
        (["システムは甲すること", "乙しなければならない", "地図"], ["information"]),
        (["시스템은 갑해야 한다", "을 합니다", "지도"], ["information"]),
        (["Es muss a", "Es soll b", "Eine Karte"], ["information"]),
        (["Debe a", "Puede b", "Mapa"], ["information"]),
        (["Deve a", "Pode b", "Mapa"], ["information"]),
        (["Il doit a", "Il peut b", "Une carte"], ["information"]),
        (["It MUST a", "A map of it", "A list of it"], []),
        (["WHEN a THEN b", "It SHALL c", "It SHALL d"], []),
        (["A map of it"], []),
        (["It MUST a", "It MUST b", "SUPERSEDED by FR-001", "~~A map of it~~", "(retired) A map of it"], []),
    ],
)
def test_a_statement_without_a_keyword_is_found_among_those_with_one(lines: list[str], severities: list[str]) -> None:
    listed = "".join(f"- **FR-{number:03}**: {line}\n" for number, line in enumerate(lines, 1))
    others = "".join(f"- **LO-{number:03}**: Learners know it\n" for number in range(1, 4))
    text = f"# T\n\n## Requirements\n\n{listed}\n{others}"
    assert [one.severity for one in found(text, SPEC, "statement_without_keyword")] == severities


def test_a_word_beside_the_id_obliges() -> None:
    lines = "".join(f"- **R{number:03}** (MUST): {{}}\n" for number in range(1, 4))
    text = f"# T\n\n## Requirements\n\n{lines.format('It MUST a', 'It MUST b', 'The fix is verifiable')}"
    assert found(text, SPEC, "statement_without_keyword") == []
    bare = text.replace("(MUST)", "(P1)")
    assert [one.key for one in found(bare, SPEC, "statement_without_keyword")] == ["R003"]


def test_scenarios_of_stories_oblige_by_their_form() -> None:
    text = (
        "# T\n\n## User Scenarios & Testing\n\n### User Story 1 - A (Priority: P1)\n\n1. **Given** a, **Then** b\n"
        "2. **Given** c, **Then** it MUST d\n3. The learner opens it\n"
    )
    assert found(text, SPEC, "statement_without_keyword") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("WHEN a THEN THE system SHALL b", 0),
        ("WHEN a, THE system SHALL b", 0),
        ("IF a, THEN THE system SHALL b", 0),
        ("IF a THE system SHALL b", 1),
        ("IF 失败 那么 系统 SHALL 重试", 0),
        ("THE system SHALL b WHEN a happens", 1),
        ("THE system SHALL say that WHEN a happens b follows", 0),
        ("THE system SHALL b when a happens", 0),
        ("WHEN a THEN THE system SHALL", 1),
        ("WHEN a THEN THE system SHALL NOT.", 1),
    ],
)
def test_the_shape_of_ears(text: str, count: int) -> None:
    assert len(found(criterion(text), REQUIREMENTS, "ears_shape")) == count


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        ("- **WHEN** a\n- **THEN** b\n", 0),
        ("- **GIVEN** a\n- **WHEN** b\n", 1),
        ("- 当 a\n", 1),
        ("- 当 a\n- 那么 b\n", 0),
        ("- **もし** a\n- **ならば** b\n", 0),
        ("- 만약 a 하면\n- 그러면 b\n", 0),
        ("- **CUANDO** a\n- **ENTONCES** b\n", 0),
        ("- **QUANDO** a\n- **ENTÃO** b\n", 0),
        ("- **WENN** a\n", 1),
        ("- **WENN** a\n- **DANN** b\n", 0),
        ("- **QUAND** a\n- **ALORS** b\n", 0),
        ("Words.\n", 0),
    ],
)
def test_a_scenario_says_what_then(steps: str, count: int) -> None:
    text = f"## ADDED Requirements\n\n### Requirement: A\nIt SHALL.\n\n#### Scenario: S\n{steps}"
    assert len(found(text, DELTA, "gwt_incomplete")) == count


def test_a_word_given_in_a_criterion_of_ears_makes_it_no_scenario() -> None:
    assert (
        found(criterion("WHEN the tool is given a file, THE tool SHALL read it"), REQUIREMENTS, "gwt_incomplete") == []
    )


def test_an_edit_finds_as_the_whole_does() -> None:
    readings = Readings()
    text = requirement("It MUST be fast") + "\n## Notes\n\n" + "Words.\n" * 50
    check(readings.read("a", text, SPEC))
    edited = text.replace("fast", "slow, etc.").replace("## Notes", "## Remarks")
    again, whole = check(readings.read("a", edited, SPEC)), check(parse(edited, SPEC))
    assert [(one.rule, one.message, one.span) for one in again] == [(one.rule, one.message, one.span) for one in whole]
    assert {"vague_term", "open_ended"} & {one.rule for one in again} == {"open_ended"}


@given(st.text(alphabet='İßǅ fastMUST必须-*_`"“”:：\n1.', max_size=80))
def test_any_text_has_findings_that_lie_in_it(text: str) -> None:
    whole = requirement(text)
    for finding in check(parse(whole, SPEC)):
        assert 0 <= finding.span.start <= finding.span.end <= len(whole)


CRITERIA = """\
# Requirements Document

## Requirements

### Requirement 1: A

#### Acceptance Criteria

1. WHEN a gate opens, THE system SHALL count it
2. THE system SHALL show the count
3. THE system SHALL keep it
4. THE system SHALL send it

### Requirement 2: B

#### Acceptance Criteria

{}
"""


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        (
            "- **GIVEN** a gate\n- **WHEN** it opens\n- **AND** it is day\n- **THEN** it is counted\n- **AND** shown\n",
            [],
        ),
        ("- GIVEN a gate\n- WHEN it opens\n", ["GIVEN a gate", "WHEN it opens"]),
        ("- GIVEN a gate\n- a map\n- THEN it is counted\n", ["GIVEN a gate", "a map"]),
        ("- GIVEN a gate\n- THEN it is counted\n- GIVEN a door\n- AND a key\n", ["GIVEN a door", "AND a key"]),
        ("- GIVEN a gate\n\n### Requirement 3: C\n\n#### Acceptance Criteria\n\n- THEN it opens\n", ["GIVEN a gate"]),
    ],
)
def test_the_steps_of_a_scenario_oblige_in_their_then(steps: str, lines: list[str]) -> None:
    assert marked(CRITERIA.format(steps), REQUIREMENTS, "statement_without_keyword") == lines


@pytest.mark.parametrize("title", ["Constraints and Limitations", "Known Gaps", "制約", "Annahmen"])
def test_lists_of_constraints_and_facts_are_no_statements(title: str) -> None:
    text = CRITERIA.format(f"1. THE system SHALL wait\n\n#### {title}\n\n1. A map of the gates\n2. Paper")
    assert found(text, REQUIREMENTS, "statement_without_keyword") == []
    also = "- **FR-001**: It MUST a\n- **FR-002**: It MUST b\n"
    text = f"# Feature Specification: A\n\n## Requirements\n\n{also}\n## {title}\n\n- **FR-003**: A map\n"
    assert marked(text, SPEC, "statement_without_keyword") == ["A map"]
    text = text.replace("FR-0", "GG-0")
    assert marked(text, SPEC, "statement_without_keyword") == []
