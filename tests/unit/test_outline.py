"""The outline provider: the brief's own words, sorted; questions where it says nothing; nothing invented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orch_lsp.document.answer.reading import read_answer
from orch_lsp.document.brief import brief_of, fill_targets
from orch_lsp.document.fill import plan_fill
from orch_lsp.document.parse import parse
from orch_lsp.document.placeholder import is_placeholder
from orch_lsp.generation import FinishReason
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.providers.base import Finished, GenerationRequest, SectionRequest, StreamEvent, TextDelta
from orch_lsp.providers.outline import OutlineProvider
from orch_lsp.providers.outline_sorting import Statement, section_bodies, section_of, statements
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.text import apply_edits

EXAMPLES = Path(__file__).parents[2] / "examples"
SECTIONS = tuple(SectionRequest(section.key, section.title, section.guidance) for section in PLAIN.sections)


def request(brief: str, sections: tuple[SectionRequest, ...] = SECTIONS) -> GenerationRequest:
    return GenerationRequest(None, "", "", brief, sections)


def provider() -> OutlineProvider:
    return OutlineProvider(ProviderSettings("outline", "outline", None))


async def events(brief: str, sections: tuple[SectionRequest, ...] = SECTIONS) -> list[StreamEvent]:
    return [event async for event in provider().stream(request(brief, sections))]


def text_of(found: list[StreamEvent]) -> str:
    return "".join(event.text for event in found if isinstance(event, TextDelta))


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        ("We want fewer outages.", "goal"),
        ("Users can see who changed an account.", "goal"),
        ("Nothing known about this sentence.", "goal"),
        ("Billing is out of scope.", "non-goals"),
        ("We will not support XML.", "non-goals"),
        ("No need for a new database.", "non-goals"),
        ("Full-text search comes in a later version.", "non-goals"),
        ("We assume that Redis is there.", "assumptions"),
        ("All requests already pass one gateway.", "assumptions"),
        ("The job depends on the nightly export.", "assumptions"),
        ("A request above the limit must get status 429.", "acceptance-criteria"),
        ("The page loads within two seconds.", "acceptance-criteria"),
        ("Error rate stays below 0.1 %.", "acceptance-criteria"),
        ("When the store is down, then requests pass.", "acceptance-criteria"),
        ("Add a counter to the gateway.", "tasks"),
        ("[ ] Migrate the table", "tasks"),
        ("First, extract the client.", "tasks"),
        ("Load tests show that it holds.", "verification-plan"),
        ("It is verified on staging.", "verification-plan"),
        ("If errors rise we roll back.", "rollback-plan"),
        ("A feature flag switches it off.", "rollback-plan"),
        ("Revert the migration if a load test fails.", "rollback-plan"),
    ],
)
def test_a_statement_goes_where_its_words_point(statement: str, key: str) -> None:
    assert section_of(Statement(statement, None)) == key


def test_a_brief_is_cut_into_sentences_and_whole_bullets() -> None:
    brief = (
        "# Title. Not a statement.\n\nOne here,\ne.g. this. Two follows! Version 2.5 stays whole.\n"
        "- A bullet. With two sentences\n  on two lines.\n* [ ] Box\n1. Number\n\n> quoted words\n"
        "```\ncode. Not a statement.\n```\n<!-- a comment -->\n| a | table |\n---\nTODO\n"
    )
    assert [statement.text for statement in statements(brief)] == [
        "One here, e.g. this.", "Two follows!", "Version 2.5 stays whole.",
        "A bullet. With two sentences on two lines.", "[ ] Box", "Number", "quoted words",
    ]  # fmt: skip


def test_statements_below_a_heading_that_names_a_section_belong_to_it() -> None:
    brief = "# T\n\nlead\n\n## Out of scope\n\n- Add a cache\n\n### Sub\n\nmore\n\n## Notes\n\nWe want x.\n"
    assert [(statement.text, statement.key) for statement in statements(brief)] == [
        ("lead", None), ("Add a cache", "non-goals"), ("more", "non-goals"), ("We want x.", None),
    ]  # fmt: skip


async def test_where_the_brief_says_nothing_there_is_an_open_question_and_no_placeholder() -> None:
    found = read_answer(text_of(await events("# Limit the API")), PLAIN, [section.key for section in SECTIONS])
    assert len(found.sections) == len(SECTIONS)
    assert all(section.body.startswith("- Open question: ") for section in found.sections)
    assert found.notes == ()


async def test_a_section_of_another_profile_gets_a_question_of_its_own() -> None:
    assert text_of(await events("x", (SectionRequest("impact", "Impact", ""),))) == (
        "## Impact\n\n- Open question: What belongs under “Impact”? The brief does not say.\n\n"
    )


async def test_the_stream_comes_in_pieces_and_ends_with_stop() -> None:
    found = await events("# T\n\nWe want x. It must hold.")
    assert found[-1] == Finished(FinishReason.STOP, ("stop",))
    assert len(found) > 2 * len(SECTIONS)
    assert all(isinstance(event, TextDelta) for event in found[:-1])


async def test_the_same_brief_gives_the_same_text() -> None:
    brief = (EXAMPLES / "rate-limiter.spec.md").read_text("utf-8")
    assert text_of(await events(brief)) == text_of(await events(brief))


def test_nothing_is_sent_anywhere() -> None:
    outline = provider()
    assert (outline.id, outline.kind, outline.server_address) == ("outline", "outline", None)
    assert outline.request_body(request("x")) is None


def test_the_goal_is_prose_tasks_are_boxes_and_the_rest_bullets() -> None:
    bodies = section_bodies("We want x. So that y is quick.\n- [x] Add z\n- It must hold.\n- It must hold.\n", SECTIONS)
    by_key = dict(zip((section.key for section in SECTIONS), bodies, strict=True))
    assert by_key["goal"] == "We want x. So that y is quick."
    assert by_key["tasks"] == "- [ ] Add z"
    assert by_key["acceptance-criteria"] == "- It must hold."


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.spec.md")), ids=lambda path: path.name)
async def test_every_example_becomes_a_whole_spec_in_the_words_of_its_brief(example: Path) -> None:
    text = example.read_text("utf-8")
    document = parse(text, PLAIN)
    targets = fill_targets(document, PLAIN)
    assert targets
    asked = tuple(SectionRequest(target.key, target.title, "") for target in targets)
    draft = text_of(await events(brief_of(document, PLAIN), asked))
    answer = read_answer(draft, PLAIN, [target.key for target in targets])
    after = apply_edits(text, plan_fill(document, document, PLAIN, answer.sections).edits)
    assert fill_targets(parse(after, PLAIN), PLAIN) == ()
    known = set(re.findall(r"\w+", text))
    said = [line for section in answer.sections for line in section.body.split("\n") if "Open question" not in line]
    assert len(said) >= 3
    assert set(re.findall(r"\w+", " ".join(said))) <= known


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(alphabet="\r\n\u2028\x0c# -`~<!>*|.1😋aTODG[]\x00", max_size=80),
        st.lists(
            st.sampled_from(
                ["# T", "We want x.", "- Add y", "- ", "```", "<!--", "> q", "1. z", "TODO", "", "- - a", "# Goal",
                 "- # h", "-->"]
            ),
            max_size=8,
        ).map("\n".join),
    )
)  # fmt: skip
@example("1.\x00")
@example("<!D")
@example("<?x")
def test_whatever_the_brief_every_section_gets_a_body_that_is_read_back(brief: str) -> None:
    bodies = section_bodies(brief, SECTIONS)
    assert not any(is_placeholder(body) for body in bodies)
    text = "".join(f"## {section.title}\n\n{body}\n\n" for section, body in zip(SECTIONS, bodies, strict=True))
    answer = read_answer(text, PLAIN, [section.key for section in SECTIONS])
    assert [section.key for section in answer.sections] == [section.key for section in SECTIONS]
