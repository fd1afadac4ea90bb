"""What a run looks like, in every status, wherever it is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orch_lsp.errors import ErrorDetail
from orch_lsp.generation import Usage
from orch_lsp.runs.interruption import interrupted
from orch_lsp.runs.labels import list_line, listed, status_label, tokens_label
from orch_lsp.runs.lifecycle import transition
from orch_lsp.runs.origins import SectionOrigin, entry_of
from orch_lsp.runs.record import (
    Attempt,
    ContextItemRef,
    ContextRecord,
    Cost,
    LeftOut,
    ModelRef,
    ProviderRef,
    RunRecord,
    SpecRef,
    Vcs,
)
from orch_lsp.runs.status import DraftState, RunStatus, StepStatus
from orch_lsp.runs.view import (
    facts_of,
    history_markdown,
    hover_markdown,
    hover_text,
    record_markdown,
    view_of,
)
from tests.fakes.records import applied, completed, draft_of, failed, queued, running, section

ANY_STATUS = {
    RunStatus.QUEUED: queued(),
    RunStatus.RUNNING: running(),
    RunStatus.COMPLETED: completed("## Goal\nG\n", ("goal", "G")),
    RunStatus.FAILED: failed(),
    RunStatus.CANCELLED: transition(running(), RunStatus.CANCELLED),
    RunStatus.INTERRUPTED: interrupted(running(), {"draft": "## Go"}),
}
every_status = pytest.mark.parametrize("status", list(RunStatus))


def outline() -> RunRecord:
    record = replace(completed("## Goal\nG\n", ("goal", "G")), provider=ProviderRef("outline", "outline", None))
    return applied(replace(record, model=ModelRef(None), usage=None, steps=()))


@every_status
def test_every_status_has_a_page_with_the_whole_story(status):
    record = ANY_STATUS[status]
    page = record_markdown(record, "## Goal\n" if record.draft else None)
    assert record.run_id in page
    assert record.spec.path in page
    for change in record.status_timeline:
        assert f"{change.status} {change.at}" in page
    assert ("## Error" in page) == (record.error is not None)
    assert ("## Draft" in page) == (record.draft is not None)
    assert page.endswith("\n")


@every_status
def test_every_status_is_one_line_of_history(status):
    record = ANY_STATUS[status]
    line = list_line(listed(record))
    assert len(line.splitlines()) == 1
    assert line.startswith(record.run_id)
    assert str(status) in line
    assert record.spec.path in line


@every_status
def test_every_status_can_stand_in_a_hover(status):
    text = hover_markdown(SectionOrigin("goal", unchanged=True, run=ANY_STATUS[status]))
    assert ANY_STATUS[status].run_id in text
    assert (f"run {status}" in text) == (status is not RunStatus.COMPLETED)


@pytest.mark.parametrize("state", list(DraftState))
def test_every_draft_state_shows_on_its_page(state):
    record = replace(completed(), draft=draft_of("x", ("goal", "G"), state=state))
    assert f"Draft {state}" in record_markdown(record, None)


def test_a_hover_holds_every_promised_word():
    record = replace(applied(completed("t", ("goal", "G"))), cost=Cost("0.0123", "USD", "price list"))
    text = hover_markdown(SectionOrigin("goal", unchanged=True, run=record))
    for word in (
        "work", "some-model-2", record.timing.ended_at, "draft 1", "812 in / 1204 out", "0.0123 USD", "unchanged",
        record.run_id,
    ):  # fmt: skip
        assert word is not None
        assert word in text
    assert "edited since" not in text
    assert "not in local history" not in text


def test_a_hover_on_an_edited_section_says_so():
    text = hover_markdown(SectionOrigin("goal", unchanged=False, run=completed()))
    assert "edited since" in text
    assert "unchanged" not in text
    assert "cost unknown" in text


def test_a_hover_from_provenance_alone_says_where_it_comes_from():
    entry = entry_of(completed(), section("goal", "G"))
    text = hover_markdown(SectionOrigin("goal", unchanged=True, entry=entry))
    for word in (
        "work", "some-model-2", entry.time, "draft 1", "tokens unknown", "cost unknown", "unchanged", entry.run_id,
        "not in local history", "from the repository",
    ):  # fmt: skip
        assert word in text


@pytest.mark.parametrize("from_repository", [True, False])
def test_an_outline_is_never_taken_for_a_model(from_repository):
    record = outline()
    entry = entry_of(record, section("goal", "G"))
    origin = (
        SectionOrigin("goal", unchanged=True, entry=entry)
        if from_repository
        else SectionOrigin("goal", unchanged=True, run=record)
    )
    for text in (hover_markdown(origin), hover_text(origin), list_line(listed(record)), record_markdown(record, None)):
        assert "outline (no model)" in text
    assert "tokens unknown" in hover_markdown(origin)


def test_the_requested_model_stands_in_for_one_that_never_answered():
    assert "some-model" in hover_markdown(SectionOrigin("goal", unchanged=True, run=failed()))


@pytest.mark.parametrize(
    ("usage", "label"),
    [
        (None, "tokens unknown"),
        (Usage(), "tokens unknown"),
        (Usage(input_tokens=5), "tokens unknown"),
        (Usage(0, 0), "0 in / 0 out"),
        (Usage(1234567, 8), "1234567 in / 8 out"),
        (Usage(7600, 50, 7000), "7600 in (7000 cached) / 50 out"),
        (Usage(7600, 50, 0), "7600 in / 50 out"),
    ],
)
def test_tokens_are_counted_or_unknown(usage, label):
    assert tokens_label(usage) == label


def test_a_failure_names_its_code_and_an_interruption_is_not_said_twice():
    assert status_label(failed("timeout")) == "failed (timeout)"
    assert status_label(interrupted(running(), {})) == "interrupted"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("No answer came.", "No answer came. Retry."),
        ("work answered HTTP 401: Incorrect key ", "work answered HTTP 401: Incorrect key. Retry."),
        ("Is it on?", "Is it on? Retry."),
        ("", "Retry."),
    ],
)
def test_message_and_remediation_are_two_sentences(message, text):
    assert ErrorDetail("timeout", message, "Retry.", True).text == text


def test_the_page_names_once_what_is_unknown():
    facts = dict(facts_of(replace(completed(), usage=None, cost=None)))
    assert (facts["Tokens"], facts["Cost"]) == ("unknown", "unknown")


def test_the_page_tells_of_attempts_context_and_what_was_left_out():
    error = ErrorDetail("rate_limited", "Slow down.", "Wait.", True, 429)
    attempts = (
        Attempt(1, "work", "m", "127.0.0.1", "t", "t", "error", 429, "req-1", 0.0, error),
        Attempt(2, "work", "m", "127.0.0.1", "t", "t", "ok", 200, "req-2", 2.50614),
    )
    record = completed()
    steps = (record.steps[0], replace(record.steps[1], attempts=attempts))
    context = ContextRecord(
        (ContextItemRef("src/a.py", (3, 9), "0", 120, 1.5, "rank", 2),),
        (LeftOut(".env", "secrets"),),
        error=ErrorDetail("unexpected_error", "Unreadable.", "", False),
    )
    record = replace(record, steps=steps, context=context, vcs=Vcs("abc123", True), parent_run_id="parent-1")
    page = record_markdown(record, None, notes=["The text comes from the repository."])
    for words in (
        "draft 1: error, work · m, HTTP 429, request req-1, rate_limited: Slow down.",
        "draft 2: ok, work · m, HTTP 200, waited 2.51 s, request req-2",
        "src/a.py:3-9 (120 bytes, rank, 2 redactions)",
        "left out: .env (secrets)",
        "not grounded: unexpected_error: Unreadable.",
        "abc123 with uncommitted changes",
        "parent-1",
        "The text comes from the repository",
    ):
        assert words in page


def test_the_page_says_of_each_step_where_it_is_and_why_it_was_skipped():
    record = interrupted(running(), {"draft": "## Go"})
    assert view_of(record).steps == (
        "context: completed", "draft: interrupted", "check: skipped, the run had been interrupted"
    )  # fmt: skip
    page = record_markdown(record, None)
    lines = page.partition("## Steps\n\n```text\n")[2].split("\n")
    assert [line.partition("  ")[0] for line in lines[:3]] == list(view_of(record).steps)
    context, *rest = running().steps
    failing = replace(context, status=StepStatus.FAILED, error=ErrorDetail("store_error", "No.", "", False, None, None))
    assert view_of(replace(running(), steps=(failing, *rest))).steps == (
        "context: failed, store_error", "draft: running", "check: pending"
    )  # fmt: skip
    assert "Steps" not in record_markdown(queued(), None)


def test_a_fallback_of_the_model_id_is_visible():
    page = record_markdown(completed(), None)
    assert "some-model-2" in page
    assert "**Model asked for:** `some-model`" in page


def test_hostile_values_cannot_act_anywhere():
    evil = "x`]\n# [click](command:evil) <img src=x onerror=y> \x1b[31m\u202e"
    record = replace(
        completed(evil),
        spec=SpecRef(evil, evil, "0", evil),
        provider=ProviderRef(evil, evil, evil),
        model=ModelRef(evil, evil),
        error=ErrorDetail(evil, evil, evil, False),
        finish_reasons=(evil,),
    )
    origin = SectionOrigin("goal", unchanged=True, run=record)
    from markdown_it import MarkdownIt

    for text in (record_markdown(record, evil, [evil]), hover_markdown(origin)):
        tokens = MarkdownIt("commonmark").parse(text)
        found = {token.type for token in tokens} | {c.type for token in tokens for c in token.children or ()}
        assert not found & {"link_open", "image", "html_block", "html_inline"}
        assert "\x1b" not in text
        assert "\u202e" not in text
    for text in (hover_text(origin), list_line(listed(record))):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "\n" not in list_line(listed(record))


def test_the_kind_of_document_stands_beside_the_prompt_where_it_is_known():
    record = completed()
    origin = SectionOrigin("goal", unchanged=True, run=record)
    assert "kind" not in hover_text(origin)
    assert "**Kind:**" not in record_markdown(record, None)
    known = replace(record, spec=replace(record.spec, kind="tasks"))
    assert f"kind tasks · prompt {known.prompt.name}" in hover_text(replace(origin, run=known))
    assert "- **Kind:** `tasks`" in record_markdown(known, None)
    assert ("Kind", "tasks") in facts_of(known)


def test_the_history_page_groups_runs_by_day():
    first, second = completed(), failed()
    older = replace(first, timing=replace(first.timing, started_at="2026-01-01T00:00:00.000Z"))
    page = history_markdown([second, older])
    assert page.index(second.run_id) < page.index("## 2026-01-01") < page.index(older.run_id)
    assert "No runs yet." in history_markdown([])


def test_an_origin_without_a_source_still_has_a_state():
    assert hover_text(SectionOrigin("goal", unchanged=True)) == "unchanged"


def test_the_view_is_plain_text_on_single_lines():
    view = view_of(ANY_STATUS[RunStatus.FAILED])
    assert view.error == ("rate_limited (HTTP 429): The provider refused.", "cure: Wait a moment, then retry.")
    assert view.tokens == "tokens unknown"
    assert view.cost == "cost unknown"
    assert view.title == "Failed draft: docs/a.spec.md"
