"""The page of a run for a browser: what is on it, and that nothing of a record acts there."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given

from orch_lsp.cli.run_page import page
from orch_lsp.runs import drafts
from orch_lsp.runs.record import Attempt, Finding, Step
from orch_lsp.runs.status import SectionState, StepStatus
from orch_lsp.runs.timeline import Stretch, bar, timeline_lines, timeline_of
from tests.fakes.records import completed, failed, queued
from tests.fakes.records import records as any_record

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\u202e javascript:alert(1)'


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@given(any_record)
def test_a_page_holds_one_script_and_one_style_and_asks_for_nothing_else_whatever_the_record_says(record):
    text = page(record, "# Draft\n</pre><script>1</script>")
    elements = Elements(text)
    assert len(elements.of("script")) == len(elements.of("style")) == 1
    for _, attributes in elements.found:
        assert not {
            name for name in attributes if name.startswith("on") or name in {"style", "src", "srcset", "srcdoc"}
        }
        assert (attributes.get("href") or "#").startswith("#")
    (policy,) = [meta["content"] for meta in elements.of("meta") if meta.get("http-equiv")]
    script = re.search(r"<script[^>]*>(.*)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.group(1).encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")


def test_the_page_tells_steps_attempts_findings_sections_and_draft():
    record = completed("## Goal\nG\n", ("goal", "G"), ("tasks", "T"))
    context, draft, check = record.steps
    refused = Attempt(1, "work", "m", "h:1", draft.started_at, draft.ended_at, "error", 503)
    accepted = replace(refused, number=2, status="ok", http_status=200, wait_s=0.5, request_id=HOSTILE)
    record = replace(
        record,
        steps=(context, replace(draft, attempts=(refused, accepted), sections=("goal",)), check),
        findings=(Finding("text_left_out", "warning", HOSTILE, text=HOSTILE, step="draft"),),
    )
    record = drafts.reviewed(record, "tasks", SectionState.REJECTED, f"Too long. {HOSTILE}")
    text = page(record, f"## Goal\n{HOSTILE}\n")
    words = " ".join(Elements(text).words)
    for shown in ("2 attempts", "1 finding", "503", "Too long.", "rejected", record.run_id, "## Goal", "served-model"):
        assert shown in words or shown == "served-model"
    assert "<script>alert" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert [rect["class"] for rect in Elements(text).of("rect")].count("error") == 1


def test_a_page_of_a_run_that_failed_or_has_not_begun_is_one_too():
    assert "rate_limited" in page(failed(), None)
    assert "queued" in page(queued(), None)


@given(any_record)
def test_a_timeline_fits_its_width_and_lies_on_its_scale(record):
    timeline = timeline_of(record)
    for timed in timeline.steps:
        if timed.stretch is not None:
            assert timed.stretch.begin <= timed.stretch.end
    assert len(timeline_lines(timeline, None)) >= len(record.steps)
    assert len(timeline_lines(timeline, 60)) == len(timeline_lines(timeline, None))


def test_a_bar_begins_and_ends_where_its_time_does():
    assert bar(Stretch(0, 5), 10, 10) == "█████     "
    assert bar(Stretch(5, 10), 10, 10) == "     █████"
    assert bar(Stretch(10, 10), 10, 10) == "         ▏"
    assert bar(Stretch(2, 2.5), 10, 10) == "  ▌       "
    assert bar(None, 10, 4) == "    "


def test_steps_that_ran_side_by_side_lie_below_one_another():
    record = completed()
    one = Step("section:goal", "draft", 1, StepStatus.COMPLETED, started_at="2026-01-01T00:00:00.000Z",
               ended_at="2026-01-01T00:00:04.000Z")  # fmt: skip
    other = replace(one, id="section:tasks", ended_at="2026-01-01T00:00:08.000Z")
    timing = replace(
        record.timing, started_at="2026-01-01T00:00:00.000Z", ended_at="2026-01-01T00:00:08.000Z", queue_s=None
    )
    record = replace(record, steps=(one, other), timing=timing)
    assert timeline_lines(timeline_of(record), 80) == (
        f"section:goal: completed   {'█' * 20}{' ' * 20}  4.0 s",
        f"section:tasks: completed  {'█' * 40}  8.0 s",
    )
    assert "2 steps side by side" in page(record, None)
