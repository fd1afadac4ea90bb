"""Wording that obliges badly, requirements that are there twice, and what a template left behind."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from orch_lsp.document.parse import parse
from orch_lsp.document.readings import Readings
from orch_lsp.profiles.kiro.sections import REQUIREMENTS
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.rules import duplicates, leftovers, wording
from orch_lsp.rules.check import check
from orch_lsp.rules.likeness import Likeness, Twins, likeness
from orch_lsp.text import apply_edits
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, found, marked

SPEC = PROFILES[0]
FAMILIES = (wording, duplicates, leftovers)
CODES = [rule.code for family in FAMILIES for rule in family.RULES]


def requirements(*lines: str) -> str:
    listed = "".join(f"- **FR-{number:03}**: {line}\n" for number, line in enumerate(lines, 1))
    return f"# Feature Specification: A\n\n## Requirements\n\n{listed}"


def criteria(*lines: str) -> str:
    listed = "".join(f"{number}. {line}\n" for number, line in enumerate(lines, 1))
    return f"# Requirements Document\n\n## Requirements\n\n### Requirement 1: A\n\n#### Acceptance Criteria\n\n{listed}"


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_the_page_are_what_they_are_said_to_be(code: str) -> None:
    assert_examples_are_what_they_are_said_to_be(code, SPEC)


@pytest.mark.parametrize(
    ("code", "sentence", "words"),
    [
        ("universal_quantifier", "The system MUST always answer", "always"),
        ("universal_quantifier", "It MUST work in all circumstances", "all circumstances"),
        ("universal_quantifier", "系统必须总是响应", "总是"),
        ("universal_quantifier", "システムは常に応答しなければならない", "常に"),
        ("universal_quantifier", "Das System muss stets antworten", "stets"),
        ("double_negative", "The cache MUST NOT be disabled", "NOT be disabled"),
        ("double_negative", "The job MUST NOT fail to report", "NOT fail to"),
        ("double_negative", "Es darf nicht unverschlüsselt bleiben", "nicht unverschlüsselt"),
        ("double_negative", "系统不得不重试", "不得不"),
        ("double_negative", "失敗しないことはない", "ないことはない"),
        ("passive_no_actor", "Entries MUST be sorted", "MUST be sorted"),
        ("passive_no_actor", "Keys shall not be  automatically kept", "shall not be  automatically kept"),
        ("pronoun_subject", "It MUST answer", "It MUST"),
        ("pronoun_subject", "The index holds titles. They MUST be kept", "They MUST"),
        ("pronoun_subject", "它必须响应", "它必须"),
        ("pronoun_subject", "それは応答しなければならない", "それは"),
        ("pronoun_subject", "Er muss antworten", "Er muss"),
        ("pronoun_subject", "Elle doit répondre", "Elle doit"),
    ],
)
def test_wording_is_found_in_any_language(code: str, sentence: str, words: str) -> None:
    assert marked(requirements(sentence), SPEC, code) == [words]
    assert marked(criteria(sentence), REQUIREMENTS, code) == [words]


@pytest.mark.parametrize(
    "sentence",
    [
        "The system MUST search all titles of each user",
        "The system MUST NOT delete a title without a confirmation",
        "The system MUST show `always` and “It MUST never be disabled” as they were typed",
        "Titles MUST be sorted by the index",
        "When a title is too long, it MUST end in an ellipsis",
        "The system MUST report no unexpected titles",
        "The seven-step wizard MUST-be-named",
    ],
)
def test_what_is_clear_is_left_alone(sentence: str) -> None:
    codes = {rule.code for rule in wording.RULES}
    for text, profile in ((requirements(sentence), SPEC), (criteria(sentence), REQUIREMENTS)):
        every = check(parse(text, profile), dict.fromkeys(codes, "warning"))
        assert [one for one in every if one.rule in codes] == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "The export MUST write titles, authors and prices into one archive",
            "Into the archive the export MUST write prices, titles and authors of one",
        ),
        (
            "The archive MUST keep titles, authors, prices, ratings and covers of books",
            "The archive MUST keep titles, authors, prices, ratings, reviews and covers of books",
        ),
        (
            "When an import ends late, the archive MUST write titles, authors, prices",
            "The archive MUST write titles, authors, prices when an import ends late",
        ),
        ("系统必须在导出归档时写入所有标题作者和价格", "系统必须在导出归档时写入所有标题作者和价格。"),
        (
            "Der Export muss Titel, Autoren, Preise und Bilder schreiben",
            "Titel, Autoren, Preise, Bilder schreiben muss der Export",
        ),
    ],
)
def test_what_is_said_twice_is_found_where_it_stands_again(first: str, second: str) -> None:
    text = requirements(first, "Another one MUST stand between the two of them", second)
    (only,) = found(text, SPEC, "near_duplicate_requirement")
    assert only.key == "FR-003"
    assert [text[one.span.start : one.span.end] for one in only.related] == [first]
    assert "“FR-001”" in only.message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Exports MUST hold titles, authors and prices as CSV", "Exports MUST hold titles, authors and prices as PDF"),
        ("It MUST hold at most 10 titles, authors and covers", "It MUST hold at most 20 titles, authors and covers"),
        ("The archive MUST keep titles, authors, covers", "The archive MUST NOT keep titles, authors, covers"),
        ("It MUST write titles, authors, prices to `a.md`", "It MUST write titles, authors, prices to `a.mdx`"),
        ("The system MUST sort titles", "The system MUST sort titles"),
        ("[initial state] MUST [describe what the action does to titles]", "[initial state] MUST [describe what]"),
        ("系统必须在导出归档时写入标题", "系统必须在导入归档时读取作者"),
        (
            "The order service MUST call the payment service before noon",
            "The payment service MUST call the order service before noon",
        ),
        ("Clients ask the pricing gateway for covers, ratings", "The pricing gateway asks clients for covers, ratings"),
    ],
)  # fmt: skip
def test_parallel_and_short_statements_are_no_duplicates(first: str, second: str) -> None:
    assert found(requirements(first, second), SPEC, "near_duplicate_requirement") == []


def test_a_scenario_may_say_what_a_requirement_says() -> None:
    sentence = "the archive keeps titles, authors, covers and prices of books"
    text = (
        "# T\n\n## User Scenarios & Testing\n\n### User Story 1 - A (Priority: P1)\n\n"
        f"1. **Given** {sentence}\n\n## Requirements\n\n- **FR-001**: {sentence}\n"
    )
    assert found(text, SPEC, "near_duplicate_requirement") == []


@pytest.mark.parametrize(
    "typed", ["x", " prices", ".", "\n- **FR-050**: It MUST keep titles, authors, covers and prices\n"]
)
@given(at=st.integers(0, 600))
def test_duplicates_after_an_edit_are_those_of_the_whole(typed: str, at: int) -> None:
    readings = Readings()
    text = requirements(
        *[f"The archive MUST keep titles, authors, covers and prices of kind {n % 3}" for n in range(9)]
    )
    check(readings.read("a", text, SPEC))
    at = min(at, len(text))
    edited = text[:at] + typed + text[at:]
    again = [one for one in check(readings.read("a", edited, SPEC)) if one.rule in CODES]
    assert again == [one for one in check(parse(edited, SPEC)) if one.rule in CODES]


def test_many_like_ones_are_compared_with_few() -> None:
    compared = 0

    class Counted(Likeness):
        @override
        def is_near(self, other: Likeness, share: float = 1.0) -> bool:
            nonlocal compared
            compared += 1
            return False

    one = likeness("The export MUST write titles, authors and prices into an archive")
    assert one is not None
    Twins([Counted(one.words, one.pairs, one.exact, one.bands) for _ in range(500)])
    assert compared <= 64 * 500


WORDS = ("titles", "authors", "prices", "covers", "notes", "shelves", "loans", "dates")
STATEMENTS = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=5, max_size=9), min_size=1, max_size=40,
).map(lambda lists: [found for words in lists if (found := likeness(" ".join(words))) is not None])  # fmt: skip


@given(ones=STATEMENTS, others=STATEMENTS, at=st.integers(0, 40))
def test_twins_after_an_edit_are_those_of_all(ones: list[Likeness], others: list[Likeness], at: int) -> None:
    edited = [*ones[:at], *others[: len(ones) - at], *ones[at + len(others) :]]
    back = Twins(ones).changed(edited)
    assert list(back.pairs()) == list(Twins(edited).pairs())
    assert list(back.changed(ones).pairs()) == list(Twins(ones).pairs())


@given(seed=st.integers(0, 1 << 30))
def test_twins_among_many_like_ones_after_each_key_are_those_of_all(seed: int) -> None:
    chance = random.Random(seed)
    known = [chance.sample(WORDS, chance.randint(5, 8)) for _ in range(chance.choice((2, 4, 8)))]

    def one() -> Likeness:
        words = [*chance.choice(known), *chance.choices((*WORDS, "till", "door"), k=chance.choice((0, 0, 1)))]
        found = likeness(" ".join(words), 5)
        assert found is not None
        return found

    ones = [one() for _ in range(chance.randint(1, 90))]
    twins = Twins(ones)
    for _ in range(3):
        edited = [*ones]
        for _ in range(chance.choice((1, 1, 2, 5))):
            edited[chance.randrange(len(edited))] = one()
        twins, ones = twins.changed(edited), edited
        assert list(twins.pairs()) == list(Twins(ones).pairs())


def test_one_of_many_that_changes_is_compared_with_those_that_are_like_it() -> None:
    words = [f"{one}{n}" for n in range(60) for one in ("title", "author", "price", "cover", "note")]
    ones = [found for n in range(60) if (found := likeness(" ".join(words[n * 5 : n * 5 + 5]))) is not None]
    twins = Twins(ones)
    edited = [*ones[:30], ones[7], *ones[31:]]
    assert list(twins.pairs()) == []
    assert list(twins.changed(edited).pairs()) == [(30, 7)]
    assert list(twins.changed(edited).changed(ones).pairs()) == []


@pytest.mark.parametrize(
    ("heading", "is_found"),
    [
        ("Review & Acceptance Checklist", True),
        ("Execution Status", True),
        ("✅ Quality Checklist *(mandatory)*", True),
        ("评审与验收检查清单", True),
        ("品質チェックリスト", True),
        ("Checklist of the cashier", False),
        ("User Story 2 - A checklist that is shared (Priority: P2)", False),
    ],
)
def test_a_checklist_of_the_template_is_known_by_its_heading(heading: str, *, is_found: bool) -> None:
    text = f"# Feature Specification: A\n\n## {heading}\n\n- [ ] a\n\n### Part\n\n- [x] b\n\n## Notes\n\nx\n"
    every = found(text, SPEC, "leftover_checklist_in_spec")
    assert bool(every) is is_found
    for one in every:
        assert not one.fixes[0].by_itself
        assert apply_edits(text, one.fixes[0].edits) == "# Feature Specification: A\n\n## Notes\n\nx\n"


def test_a_heading_without_boxes_is_no_checklist() -> None:
    text = "# Feature Specification: A\n\n## Quality Checklist\n\nSee the folder.\n\n```\n- [ ] a\n```\n"
    assert found(text, SPEC, "leftover_checklist_in_spec") == []
