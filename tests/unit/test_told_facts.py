"""Facts and questions that a model tells: only what stands in the brief counts, whatever form the answer has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.answer.listed import items_in
from orch_lsp.draft_checks.facts import facts_of
from orch_lsp.draft_checks.told import read_facts, read_questions

BRIEF = (
    "# Rate limiter\n\n"
    "Limit each client to 100 requests a minute. It belongs into `limits/window.py`.\n"
    "The default window is 60 seconds.\n"
    "Whether a client is told is undecided.\n\n"
    "## Notes\n\n"
    "- The default window is 30 seconds.\n"
)


def told(*lines: str):
    return read_facts(items_in("\n".join(f"- {line}" for line in lines)), BRIEF)


def kinds(found) -> dict[str, str]:
    return {fact.text: fact.kind for fact in found.facts}


@pytest.mark.parametrize(
    "line",
    [
        'must: "Limit each client to 100 requests a minute."',
        "**must**: “Limit each client to 100 requests a minute”",
        "F1 must: `Limit each client to 100 requests a minute`",
        "MUST (L3): 'x' “Limit each client\nto 100 requests a minute.”".replace("\n", " "),
    ],
)
def test_a_quote_is_found_however_it_is_written(line):
    found = told(line)
    assert found.is_read
    assert found.misquoted == ()
    fact = next(fact for fact in found.facts if fact.text.startswith("Limit each client"))
    assert (fact.kind, fact.line_from, fact.line_to, fact.heading) == ("must", 3, 3, "")


def test_the_lines_are_those_of_the_quote_and_not_of_the_model():
    found = told('limit, L99: "The default window is 60 seconds."')
    fact = next(fact for fact in found.facts if "60 seconds" in fact.text)
    assert (fact.line_from, fact.line_to) == (4, 4)


def test_a_fact_that_the_brief_does_not_say_is_none():
    found = told('must: "Every request is logged."', 'must: "Limit"', 'limit: "The default window is 90 seconds."')
    assert len(found.misquoted) == 2
    assert not any("logged" in fact.text or "90" in fact.text for fact in found.facts)


def test_the_machine_fills_in_what_the_model_left_out():
    found = told('limit: "The default window is 60 seconds."')
    assert [fact.id for fact in found.facts] == [f"F{number}" for number in range(1, len(found.facts) + 1)]
    machine = {fact.text for fact in facts_of(BRIEF)}
    assert {fact.text for fact in found.facts} == machine


def test_no_word_of_a_model_makes_noise_of_a_demand():
    found = told(
        'noise: "Limit each client to 100 requests a minute."', 'noise: "Whether a client is told is undecided."'
    )
    assert kinds(found)["Limit each client to 100 requests a minute."] in {"must", "limit"}
    assert kinds(found)["Whether a client is told is undecided."] == "undecided"


def test_a_contradiction_is_a_question_if_both_of_its_quotes_stand_in_the_brief():
    found = told(
        'contradiction: "The default window is 60 seconds." / "The default window is 30 seconds."',
        'contradiction: "The default window is 60 seconds." / "The window lasts a day."',
    )
    (question,) = found.contradictions
    assert (question.about, question.is_contradiction) == ((4, 9), True)
    assert len(found.misquoted) == 1


@pytest.mark.parametrize("raw", ["", "I cannot.", '{"facts": []}', "```\nmust\n```", "## must\n\ntext", "- \n- []\n"])
def test_an_answer_without_a_fact_is_not_read_and_the_machines_stand(raw):
    found = read_facts(items_in(raw), BRIEF)
    assert not found.is_read
    assert found.facts == facts_of(BRIEF)


def test_an_answer_in_a_fence_is_read():
    fenced = '```markdown\n- must: "Limit each client to 100 requests a minute."\n```'
    assert read_facts(items_in(fenced), BRIEF).is_read


def asked(*lines: str):
    return read_questions(items_in("\n".join(f"- {line}" for line in lines)), f"\n{BRIEF}", BRIEF)


def test_questions_have_options_a_default_and_the_lines_of_the_brief():
    found = asked(
        "question (L6): Is a client told? Options: yes / no. Default: no.",
        "Q2: **contradiction** (L5, L10): 60 or 30 seconds? Options: 60 seconds / 30 seconds. Default: 60 seconds.",
        "question (L700): Who owns it?",
    )
    assert [(one.text, one.options, one.default, one.about, one.is_contradiction) for one in found.questions] == [
        ("Is a client told?", ("yes", "no"), "no", (5, 5), False),
        ("60 or 30 seconds?", ("60 seconds", "30 seconds"), "60 seconds", (4, 9), True),
        ("Who owns it?", (), None, None, False),
    ]


def test_none_is_an_answer_and_talk_is_not():
    assert asked("none") == asked("None.")
    assert asked("none").is_read
    assert not asked("I would start with the limits.").is_read


def test_there_is_an_end_to_the_questions():
    assert len(asked(*(f"question: Is it {number}?" for number in range(500))).questions) == 12


@given(st.lists(st.text(max_size=120), max_size=12), st.text(max_size=300))
def test_whatever_a_model_says_only_words_of_the_brief_become_facts(items, brief):
    brief = brief.replace("\r", "")
    found = read_facts(items, brief)
    words = " ".join(brief.replace("*", "").replace("`", "").split())
    for fact in found.facts:
        assert (
            fact in facts_of(brief)
            or " ".join(fact.text.replace("*", "").replace("`", "").split()).strip(" .…") in words
            or fact.text in {one.text for one in facts_of(brief)}
        )
    read_questions(items, brief, brief)
