"""A run as a page: one file of HTML that asks for no other (`html`), its steps as bars of time.

Everything on it is what the record says; the words are those of `runs.view`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from orch_lsp.cli.html import HtmlPage, add
from orch_lsp.runs.escape import plain, visible
from orch_lsp.runs.labels import COST_UNKNOWN, TOKENS_UNKNOWN, cost_label, model_label
from orch_lsp.runs.record import ContextRecord, Finding, RunRecord
from orch_lsp.runs.status import LIVE, WAITING, DraftState
from orch_lsp.runs.timeline import (
    Stretch,
    TimedAttempt,
    TimedStep,
    Timeline,
    duration_of,
    seconds_label,
    step_facts,
    timeline_of,
    waves_of,
)
from orch_lsp.runs.view import error_lines, facts_of, view_of
from orch_lsp.text import counted

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

_SCALE = 1000
"""Units of a bar's drawing."""
_THINNEST = 3
_HEIGHT = 16
_SHORT = 13
"""Characters of a run's id that its commands show."""
_SAID_ABOVE = frozenset({"Status", "Lifecycle", "Model", "Tokens", "Cost", "Document"})


def page(record: RunRecord, draft_text: str | None) -> str:
    """The page of a run.

    Args:
        record: The run.
        draft_text: The draft's text, if it is kept.
    """
    writer = _Page(record)
    writer.describe()
    writer.add_error()
    writer.add_steps()
    writer.add_context()
    writer.add_usage()
    writer.add_findings()
    writer.add_sections(draft_text)
    writer.add_facts()
    return writer.text()


class _Page:
    def __init__(self, record: RunRecord) -> None:
        self._record = record
        self._timeline = timeline_of(record)
        self._page = HtmlPage("run")
        self._main = self._page.part("main")
        self.text = self._page.text

    def describe(self) -> None:
        """The title, and a sentence with what matters most."""
        record, view = self._record, view_of(self._record)
        self._page.part("name").text = view.title
        self._page.part("heading").text = view.title
        said = self._page.part("summary")
        add(said, "span", view.status, of=f"tag {record.status}").tail = " "
        _add_time(said, record.timing.started_at, with_ago=True).tail = " · "
        seconds = duration_of(record)
        facts = [
            view.model,
            "" if view.tokens == TOKENS_UNKNOWN else view.tokens,
            "" if view.cost == COST_UNKNOWN else view.cost,
            "" if seconds is None else seconds_label(seconds),
        ]
        add(said, "span", " · ".join(filter(None, facts)))

    def add_error(self) -> None:
        """The reason why the run did not complete, and its cure."""
        if lines := error_lines(self._record.error):
            section = self._section("Error", "error")
            for line in lines:
                add(section, "p", line)

    def add_steps(self) -> None:
        """The steps as bars, in waves, each with its exchanges."""
        timeline = self._timeline
        if not timeline.steps:
            return
        section = self._section("Timeline", "timeline")
        legend = [f"{seconds_label(timeline.seconds)} from left to right."]
        attempts = [one for timed in timeline.steps for one in timed.attempts]
        if any(one.wait for one in attempts) or timeline.queued is not None:
            legend.append("Grey: waiting.")
        if any(one.attempt.error is not None for one in attempts):
            legend.append("Red: an attempt that failed.")
        if any(timed.step.first_chunk_s is not None for timed in timeline.steps):
            legend.append("Upright line: the first words.")
        add(section, "p", " ".join(legend), of="faint")
        if timeline.queued is not None:
            row = add(add(section, "div", of="step"), "div", of="row")
            add(row, "span", "queued", of="name")
            _add_bar(row, timeline, [(timeline.queued, "wait")], "queued")
            add(row, "span", seconds_label(timeline.queued.seconds), of="facts")
        waves = waves_of(timeline.steps)
        for wave in waves:
            if len(wave) > 1:
                add(section, "p", f"{counted(len(wave), 'step')} side by side", of="wave")
            for timed in wave:
                self._add_step(section, timed)

    def _add_step(self, section: ET.Element, timed: TimedStep) -> None:
        step = timed.step
        entry = add(section, "details", of="step")
        head = add(entry, "summary")
        name = add(head, "span", plain(step.id), of="name")
        name.tail = " "
        drawn = [(timed.stretch, f"{step.status}{' under' if timed.attempts else ''}")] if timed.stretch else []
        drawn += [(one.wait, "wait") for one in timed.attempts if one.wait is not None]
        drawn += [(one.stretch, plain(one.attempt.status or "running")) for one in timed.attempts]
        if timed.stretch is not None and step.first_chunk_s is not None:
            at = timed.stretch.begin + step.first_chunk_s
            drawn.append((Stretch(at, at), "first"))
        _add_bar(head, self._timeline, drawn, ", ".join([step.id, str(step.status), *step_facts(timed)]))
        facts = add(head, "span", of="facts")
        add(facts, "span", str(step.status), of=f"tag {step.status}").tail = " " + ", ".join(step_facts(timed))
        self._add_inner(add(entry, "div", of="inner"), timed)

    def _add_inner(self, inner: ET.Element, timed: TimedStep) -> None:
        step = timed.step
        begun = None if timed.stretch is None else f"{seconds_label(timed.stretch.begin)} after the run was asked for"
        asked = step.model or step.provider
        _add_facts(
            inner,
            [
                ("Kind", "" if step.name == step.id else plain(step.name)),
                ("Began", begun or ""),
                ("Skipped as", plain(step.skip_reason) if step.skip_reason else ""),
                ("Error", " ".join(error_lines(step.error))),
                ("Model", model_label(step.provider, step.model) if step.provider and asked else ""),
                ("First words", "" if step.first_chunk_s is None else f"after {seconds_label(step.first_chunk_s)}"),
                ("Needs", ", ".join(map(plain, step.needs))),
                ("Was to write", ", ".join(map(plain, step.sections))),
                ("Reused from", plain(step.reused_from) if step.reused_from else ""),
                ("Finish reason", ", ".join(map(plain, step.finish_reasons))),
                ("Request", step.request_sha256 or ""),
            ],
        )
        if timed.attempts:
            _add_attempts(inner, timed.attempts)

    def add_context(self) -> None:
        """The pieces that were put before the model, and those that were not."""
        context = self._record.context
        if not (context.items or context.left_out or context.error):
            return
        section = self._section("Context", "context")
        for line in error_lines(context.error):
            add(section, "p", f"not grounded: {line}", of="error")
        if context.items:
            _add_items(section, context)
        if context.left_out:
            details = add(section, "details")
            add(details, "summary", f"{len(context.left_out):,} left out")
            body = _table(details, (("File", ""), ("Why", "")))
            for left in context.left_out:
                row = add(body, "tr")
                add(row, "td", plain(left.path), of="path")
                add(row, "td", plain(left.reason))

    def add_usage(self) -> None:
        """Tokens and cost by step."""
        asked = [step for step in self._record.steps if step.usage is not None or step.cost is not None]
        if not asked:
            return
        section = self._section("Tokens and cost", "usage")
        columns = (("Step", ""), ("In", "number"), ("of it cached", "number"), ("Out", "number"), ("Cost", "number"))
        body = _table(section, columns)
        rows = [(plain(step.id), step.usage, step.cost) for step in asked]
        if len(rows) > 1:
            rows.append(("all", self._record.usage, self._record.cost))
        for name, usage, cost in rows:
            row = add(body, "tr")
            add(row, "th", name, scope="row")
            counts = (
                (None, None, None)
                if usage is None
                else (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens)
            )
            for count in counts:
                add(row, "td", "unknown" if count is None else f"{count:,}", of="number")
            add(row, "td", "unknown" if cost is None else cost_label(cost), of="number")

    def add_findings(self) -> None:
        """Findings of the checks, the gravest first."""
        findings = sorted(self._record.findings, key=lambda one: _GRAVITY.get(one.severity, len(_GRAVITY)))
        if findings:
            section = self._section("Findings", "findings")
            for finding in findings:
                _add_finding(section, finding)

    def add_sections(self, draft_text: str | None) -> None:
        """The sections of the draft with what became of them, the edits, and the text."""
        draft = self._record.draft
        if draft is None:
            return
        section = self._section("Draft", "draft")
        said = add(section, "p")
        add(
            said, "span", str(draft.state), of=f"tag {draft.state}"
        ).tail = f" {'partial, ' if draft.partial else ''}{draft.bytes:,} bytes"
        if draft.sections:
            body = _table(section, (("Section", ""), ("State", ""), ("Reason", "")))
            for one in draft.sections:
                row = add(body, "tr")
                add(row, "th", plain(one.key), of="key", scope="row")
                add(add(row, "td"), "span", str(one.state), of=f"tag {one.state}")
                add(row, "td", plain(one.reason, limit=2_000) if one.reason else "")
        for edit in self._record.applications:
            told = add(section, "p", "Put into the document ")
            _add_time(
                told, edit.at
            ).tail = f": {', '.join(map(plain, edit.sections))}{'' if edit.verified else ' (not verified)'}"
        self._add_commands(section, draft.state)
        if draft_text is not None:
            details = add(section, "details", open="")
            add(details, "summary", "Text")
            text = visible(draft_text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")
            add(details, "pre", text)

    def _add_commands(self, section: ET.Element, state: DraftState) -> None:
        record = self._record
        short = record.run_id[:_SHORT]
        commands: list[str] = []
        waits = any(one.state in WAITING for one in record.draft.sections) if record.draft else False
        if record.status not in LIVE and (state is DraftState.READY or waits):
            commands.append(f"orch-lsp apply {short}")
        if record.parent_run_id is not None:
            commands.append(f"orch-lsp compare {record.parent_run_id[:_SHORT]} {short}")
        commands.append(f"orch-lsp replay {short}")
        told = add(section, "p", "In a terminal: ", of="faint")
        for command in commands:
            add(told, "code", command).tail = " "

    def add_facts(self) -> None:
        """Everything else on the record."""
        section = self._section("Record", "record")
        listed = _add_facts(section, [pair for pair in facts_of(self._record) if pair[0] not in _SAID_ABOVE])
        add(listed, "dt", "Lifecycle")
        value = add(listed, "dd")
        for change in self._record.status_timeline:
            add(value, "span", f"{change.status} ").tail = ""
            _add_time(value, change.at).tail = "  "

    def _section(self, title: str, name: str) -> ET.Element:
        nav = self._page.part("nav")
        add(nav, "a", title, href=f"#{name}")
        section = add(self._main, "section", **{"aria-labelledby": name})
        add(section, "h2", title, id=name)
        return section


_GRAVITY = {"error": 0, "warning": 1, "information": 2}


def _add_finding(section: ET.Element, finding: Finding) -> None:
    entry = add(section, "div", of="finding")
    said = add(entry, "p")
    add(said, "span", plain(finding.severity), of=f"tag {plain(finding.severity)}").tail = " "
    add(said, "span", plain(finding.rule), of="key").tail = f": {plain(finding.message, limit=2_000)}"
    if finding.text.strip():
        text = visible(finding.text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")
        add(entry, "pre", text.strip("\n"))


def _add_items(section: ET.Element, context: ContextRecord) -> None:
    columns = (("File", ""), ("Lines", "number"), ("Bytes", "number"), ("Why", ""), ("Redacted", "number"))
    body = _table(section, columns)
    for item in context.items:
        row = add(body, "tr")
        add(row, "td", plain(item.path), of="path")
        add(row, "td", f"{item.range[0]}–{item.range[1]}" if item.range else "all", of="number")
        add(row, "td", f"{item.bytes:,}", of="number")
        add(row, "td", plain(item.source) + (f" {item.score:g}" if item.score is not None else ""))
        add(row, "td", str(item.redactions) if item.redactions else "", of="number")


def _add_attempts(inner: ET.Element, attempts: Sequence[TimedAttempt]) -> None:
    columns = (("Attempt", "number"), ("State", ""), ("Asked", ""), ("HTTP", "number"), ("Waited", "number"),
               ("Took", "number"), ("Request", ""), ("Error", ""))  # fmt: skip
    body = _table(inner, columns)
    for timed in attempts:
        attempt = timed.attempt
        row = add(body, "tr")
        add(row, "td", str(attempt.number), of="number")
        status = plain(attempt.status or "running")
        add(add(row, "td"), "span", status, of=f"tag {status}")
        where = f" at {plain(attempt.server_address)}" if attempt.server_address else ""
        add(row, "td", model_label(attempt.provider, attempt.model) + where)
        add(row, "td", "" if attempt.http_status is None else str(attempt.http_status), of="number")
        add(row, "td", "" if timed.wait is None else seconds_label(timed.wait.seconds), of="number")
        add(row, "td", seconds_label(timed.stretch.seconds), of="number")
        add(row, "td", plain(attempt.request_id) if attempt.request_id else "", of="path")
        add(row, "td", " ".join(error_lines(attempt.error)[:1]))


def _add_facts(parent: ET.Element, pairs: Iterable[tuple[str, str]]) -> ET.Element:
    listed = add(parent, "dl")
    for label, value in pairs:
        if value:
            add(listed, "dt", label)
            add(listed, "dd", value)
    return listed


def _table(parent: ET.Element, columns: Iterable[tuple[str, str]]) -> ET.Element:
    table = add(add(parent, "div", of="scroll"), "table")
    head = add(add(table, "thead"), "tr")
    for shown, name in columns:
        add(head, "th", shown, scope="col", of=name)
    return add(table, "tbody")


def _add_bar(parent: ET.Element, timeline: Timeline, drawn: Sequence[tuple[Stretch, str]], label: str) -> None:
    """A bar on the scale of the run, later stretches over earlier ones; its label is what a screen reader says."""
    picture = add(
        parent, "svg", of="bar", viewBox=f"0 0 {_SCALE} {_HEIGHT}", preserveAspectRatio="none", role="img",
        **{"aria-label": plain(label)},
    )  # fmt: skip
    whole = timeline.seconds or 1.0
    for stretch, name in drawn:
        begin = min(round(stretch.begin / whole * _SCALE), _SCALE - _THINNEST)
        width = min(max(round(stretch.seconds / whole * _SCALE), _THINNEST), _SCALE - begin)
        add(picture, "rect", of=name, x=str(begin), y="0", width=str(width), height=str(_HEIGHT))


def _add_time(parent: ET.Element, moment: str, *, with_ago: bool = False) -> ET.Element:
    """A time in UTC; the script makes it the reader's own."""
    extra = {"data-ago": ""} if with_ago else {}
    return add(parent, "time", plain(moment), datetime=plain(moment), **extra)
