"""Answers for one section each: headings, other sections, chatter and shapes that models put around a text."""

from __future__ import annotations

from functools import partial

import pytest

from orch_lsp.document.answer.by_section import Part, read_parts
from orch_lsp.document.answer.in_shape import read_for_places
from orch_lsp.document.answer.reading import read_answer
from orch_lsp.document.drafting import answer_profile, open_places
from orch_lsp.document.parse import parse
from orch_lsp.orchestration.planning.beginning import choices, text_of_new
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.registry import FORMATS

BODY = "- A 503 with `Retry-After: 3` is retried no earlier than 3 seconds later.\n- A 500 is retried as today."


def reading(*texts: tuple[str, str]):
    titles = {"goal": "Goal", "acceptance-criteria": "Acceptance Criteria", "tasks": "Tasks"}
    parts = [Part(key, f"## {titles[key]}\n\n{text}") for key, text in texts]
    return read_parts(parts, PLAIN, lambda text, wanted: read_answer(text, PLAIN, wanted))


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"## Acceptance Criteria\n\n{BODY}",
        f"# Acceptance criteria\n\n{BODY}\n",
        f"```markdown\n{BODY}\n```",
        f"Here is the text for the section:\n\n{BODY}",
        f"Gerne! Hier ist der Abschnitt:\n\n{BODY}",
        f"{BODY}\n\nLet me know if you want me to change anything!",
    ],
)
def test_the_text_is_found_whatever_is_around_it(text):
    answer = reading(("acceptance-criteria", text))
    assert [(section.key, section.body) for section in answer.sections] == [("acceptance-criteria", BODY)]


def test_headings_in_a_text_stay_in_it_below_its_own():
    answer = reading(("tasks", "## First\n\n- [ ] a\n\n## Second\n\n- [ ] b\n"))
    assert answer.sections[0].body == "### First\n\n- [ ] a\n\n### Second\n\n- [ ] b"


def test_another_section_is_not_taken_for_the_one_that_was_asked_for():
    answer = reading(("goal", f"## Acceptance Criteria\n\n{BODY}\n"), ("acceptance-criteria", BODY))
    assert [section.key for section in answer.sections] == ["acceptance-criteria"]


def test_of_a_whole_document_its_own_section_is_taken():
    whole = f"## Goal\n\nClients wait.\n\n## Acceptance Criteria\n\n{BODY}\n\n## Tasks\n\n- [ ] Write it.\n"
    answer = reading(("goal", whole), ("acceptance-criteria", whole), ("tasks", whole))
    assert [section.body for section in answer.sections] == ["Clients wait.", BODY, "- [ ] Write it."]


def test_words_that_are_left_out_are_said():
    answer = reading(("goal", f"Sure! Here is the goal:\n\n{BODY}"))
    assert [(note.code, note.text) for note in answer.notes] == [("text_left_out", "Sure! Here is the goal:")]


def test_refusals_in_every_part_are_no_draft():
    refusal = "I need more information to write this section. Please provide details."
    answer = reading(("goal", refusal), ("tasks", refusal))
    assert not answer.sections
    assert answer.reason in {"refused", "questions", "repeated"}


def test_a_part_that_is_refused_leaves_the_others():
    answer = reading(("goal", "I cannot help with that."), ("tasks", "- [ ] Write it."))
    assert [section.key for section in answer.sections] == ["tasks"]
    assert "section_refused" in {note.code for note in answer.notes}


def test_empty_parts_are_none():
    assert not reading(("goal", ""), ("tasks", " \n")).sections
    assert partial(reading)(("goal", "x")).sections[0].body == "x"


def _open_places():
    for choice in choices():
        found = FORMATS.named(choice.profile)
        for one in () if found is None or choice.kind == "change" else found.started(choice.kind, "x", lambda _: ()):
            profile = found.profile(one.kind)
            document = parse(text_of_new(profile, one.path, "Title"), profile)
            for place in open_places(document):
                yield pytest.param(profile, document, place, id=f"{profile.name}-{place.key}")


@pytest.mark.parametrize(("profile", "document", "place"), list(_open_places()))
def test_each_place_of_each_format_can_be_asked_for_by_its_text_alone(profile, document, place):
    places = open_places(document)
    asked = answer_profile(profile, places)
    parts = [Part(place.key, f"## {place.title}\n\n{place.example}")]
    answer = read_parts(parts, asked, lambda text, wanted: read_for_places(text, asked, wanted, places, ""))
    assert [section.key for section in answer.sections] == [place.key]


def test_a_section_of_open_questions_may_hold_a_single_question():
    openspec = FORMATS.named("openspec")
    profile = openspec and openspec.profile("design")
    assert profile
    places = open_places(parse("# Design: reset\n\n## Open Questions\n\nTODO\n", profile))
    asked = answer_profile(profile, places)
    [place] = places
    parts = [Part(place.key, f"## {place.title}\n\n- Who may reset the list for others?")]
    answer = read_parts(parts, asked, lambda text, wanted: read_for_places(text, asked, wanted, places, ""))
    assert [section.body for section in answer.sections] == ["- Who may reset the list for others?"]
    assert answer.reason == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"body": "TEXT"}', "answer_mended"),
        ('```json\n{"Acceptance Criteria": "TEXT"}\n```', "answer_mended"),
        ("<answer>\nTEXT\n</answer>", "answer_mended"),
        ("---\ntitle: x\nmodel: y\n---\n\nTEXT", "text_left_out"),
        ("```diff\n--- a/spec.md\n+++ b/spec.md\n@@ -1 +1,2 @@\n-old\n+DIFF\n```", "answer_mended"),
        ("<ul><li>HTML</li></ul>", "answer_mended"),
    ],
)
def test_a_text_is_taken_out_of_the_shape_in_which_it_is_handed_over(text, code):
    given = text.replace("TEXT", BODY.replace("\n", "\\n") if "json" in text or text[0] == "{" else BODY)
    given = given.replace("DIFF", BODY.replace("\n", "\n+"))
    given = given.replace("<li>HTML</li>", "".join(f"<li>{line[2:]}</li>" for line in BODY.split("\n")))
    answer = reading(("acceptance-criteria", given))
    assert [section.body for section in answer.sections] == [BODY]
    assert [note.code for note in answer.notes] == [code]


@pytest.mark.parametrize("text", ['["Count", "[ ] Refuse"]', '```json\n{"tasks": ["Count", "- [ ] Refuse"]}\n```'])
def test_tasks_that_come_as_a_list_of_words_get_their_boxes(text):
    answer = reading(("tasks", text))
    assert [section.body for section in answer.sections] == ["- [ ] Count\n- [ ] Refuse"]


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"limit": 100, "window": "minute"}\n```',
        "---\n\nA rule above.\n\n---",
        "`<answer>` is a tag.\n\n<answer>\nx",
        "- a\n\n```diff\n+ b\n```",
    ],
)
def test_a_text_that_only_holds_such_a_shape_stays(text):
    answer = reading(("acceptance-criteria", text))
    assert all(note.message.find("read the text") < 0 for note in answer.notes)
    assert text.strip("-\n").split("\n")[0].strip("`") in answer.sections[0].body
