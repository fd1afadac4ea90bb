"""How a run is presented: hover, lens, record page, list, diagnostics and command line all say it with these words.

Pure. Every value that a model, a provider or a repository wrote is made harmless here, and only here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from orch_lsp.errors import ErrorDetail
from orch_lsp.runs.escape import code, fenced, plain, sentence
from orch_lsp.runs.labels import (
    COST_UNKNOWN,
    NO_MODEL,
    TOKENS_UNKNOWN,
    ago,
    cost_label,
    has_model,
    list_line,
    listed,
    model_label,
    status_label,
    tokens_label,
)
from orch_lsp.runs.origins import SectionOrigin, time_of
from orch_lsp.runs.record import SECTION_MISSING, Attempt, Finding, Question, RunRecord, Step
from orch_lsp.runs.status import RunStatus, SectionState
from orch_lsp.runs.timeline import step_label, timeline_lines, timeline_of
from orch_lsp.text import counted, shortened

_WORDS_SHOWN = 160
_PAGE_WIDTH = 84
_ALL_ALIKE = (set[SectionState](), {SectionState.READY}, {SectionState.APPLIED})
_TOLD = frozenset(("error", "warning"))


@dataclass(frozen=True, slots=True)
class RunView:
    """A run in words, as plain text on single lines."""

    run_id: str
    title: str
    status: str
    document: str
    model: str
    prompt: str
    tokens: str
    cost: str
    lifecycle: str
    finish: str
    context: tuple[str, ...]
    steps: tuple[str, ...]
    attempts: tuple[str, ...]
    error: tuple[str, ...]
    draft: str
    sections: tuple[str, ...]
    findings: tuple[str, ...]
    applied: str


def view_of(record: RunRecord) -> RunView:
    """The run in words."""
    return RunView(
        run_id=record.run_id,
        title=plain(f"{_title(record)}: {record.spec.path}"),
        status=status_label(record),
        document=plain(record.spec.path),
        model=model_label(
            record.provider.id, record.model.resolved or record.model.requested, kind=record.provider.kind
        ),
        prompt=plain(f"{record.prompt.name} {record.prompt.version}"),
        tokens=tokens_label(record.usage),
        cost=cost_label(record.cost),
        lifecycle=" → ".join(f"{change.status} {plain(change.at)}" for change in record.status_timeline),
        finish=_finish(record),
        context=tuple(_context(record)),
        steps=tuple(step_label(step) for step in record.steps),
        attempts=tuple(_attempt(step, attempt) for step in record.steps for attempt in step.attempts),
        error=error_lines(record.error),
        draft=_draft(record),
        sections=section_lines(record),
        findings=finding_lines(record),
        applied=_applied(record),
    )


def error_lines(error: ErrorDetail | None) -> tuple[str, ...]:
    """The error of a run, and its cure."""
    if error is None:
        return ()
    status = f" (HTTP {error.http_status})" if error.http_status is not None else ""
    lines = (f"{plain(error.code)}{status}: {plain(error.message)}", f"cure: {plain(error.remediation)}")
    return lines if error.remediation else lines[:1]


def finding_lines(record: RunRecord) -> tuple[str, ...]:
    """Errors and warnings of the check of an answer: a line each, the words in short behind it."""
    return tuple(line for _, line in findings_told(record))


def findings_told(record: RunRecord) -> tuple[tuple[str, str], ...]:
    """As `finding_lines`, each with its severity."""
    return tuple((one.severity, _finding_line(one)) for one in record.findings if one.severity in _TOLD)


def looked(record: RunRecord) -> str:
    """The end of a run that wrote nothing, in a few words."""
    told = [severity for severity, _ in findings_told(record)]
    errors = f" ({counted(told.count('error'), 'error')})" if "error" in told else ""
    open_ones = sum(question.answer is None for question in record.questions)
    return f"{counted(len(told), 'finding')}{errors}, {counted(open_ones, 'open question')}"


def _finding_line(finding: Finding) -> str:
    words = " ".join(finding.text.split())
    shown = f": “{words if len(words) <= _WORDS_SHOWN else words[: _WORDS_SHOWN - 1] + '…'}”" if words else ""
    # A sentence of a model's ends with a full stop; the words follow it.
    return plain(f"{finding.message.rstrip('.') if shown else finding.message}{shown}", limit=600)


def _finding_blocks(findings: Sequence[Finding]) -> Iterable[str]:
    """Each finding with its words, whole, in a code fence of their own."""
    for finding in findings:
        yield f"- {sentence(f'{finding.rule}: {finding.message}')}"
        if finding.text.strip():
            yield fenced(finding.text, "text")


def question_lines(record: RunRecord) -> tuple[str, ...]:
    """The questions that a person has to answer, a line each, with their options and what was answered."""
    return tuple(_question_line(question) for question in record.questions)


def _question_line(question: Question) -> str:
    beside = ""
    if question.options:
        beside += f" Options: {' / '.join(question.options)}."
    if question.answer is not None:
        beside += f" Answer: {question.answer}."
    elif question.default is not None:
        beside += f" Default: {question.default}."
    return plain(f"{question.id}: {question.text}{beside}", limit=1_200)


def draft_page(record: RunRecord, draft_text: str) -> str:
    """A draft as a page: its text, and below it what was said of it, and what is to be looked at or is not in it."""
    reviewed = section_lines(record)
    # A reader of the draft sees which sections it has.
    findings = [one for one in record.findings if (one.rule, one.severity) != (SECTION_MISSING, "information")]
    if not findings and not reviewed:
        return draft_text
    blocks = ["---"]
    if reviewed:
        blocks += ("## Sections dealt with (no part of the draft)", _bullets([code(line) for line in reviewed]))
    if findings:
        blocks += ("## Findings of the check (no part of the draft)", *_finding_blocks(findings))
    return draft_text.rstrip("\n") + "\n\n" + "\n\n".join(blocks) + "\n"


def section_lines(record: RunRecord) -> tuple[str, ...]:
    """The sections of a draft, a line each with the reason; none where all of them wait, or all are applied."""
    sections = record.draft.sections if record.draft else ()
    states = {section.state for section in sections}
    if states in _ALL_ALIKE:
        return ()
    return tuple(
        plain(f"{section.key}: {section.state}{f', {section.reason}' if section.reason else ''}", limit=600)
        for section in sections
    )


def hover_lines(origin: SectionOrigin, now: dt.datetime | None = None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The hover of a section: lines of a label, which may be empty, and values.

    Args:
        origin: The section and its run.
        now: The present, for a time in words beside the exact one.
    """
    state = "unchanged" if origin.unchanged else "edited since"
    run, entry = origin.run, origin.entry
    if run is not None:
        ending = () if run.status is RunStatus.COMPLETED else (f"run {status_label(run)}",)
        asked = run.model.resolved or run.model.requested
        return (
            ("Written by", (*_who(run.provider.id, run.provider.kind, asked), *_fallen_from(run))),
            ("When", (time_of(run), *_ago(time_of(run), now))),
            ("From", (*_kind(run), f"prompt {run.prompt.name} {run.prompt.version}", *_given(run))),
            ("Tokens and cost", (tokens_label(run.usage), cost_label(run.cost))),
            ("Since then", (state, *_stale(origin), *ending)),
            ("Record", (f"run {run.run_id}",)),
        )
    if entry is not None:
        return (
            ("Written by", _who(entry.provider, None, entry.model)),
            ("When", (entry.time, *_ago(entry.time, now))),
            ("From", (f"prompt {entry.prompt_name} {entry.prompt_version}",)),
            ("Tokens and cost", (TOKENS_UNKNOWN, COST_UNKNOWN)),
            ("Since then", (state,)),
            ("Record", (f"run {entry.run_id}", "not in local history", "from the repository")),
        )
    return (("", (state,)),)


def _stale(origin: SectionOrigin) -> tuple[str, ...]:
    """The answer that came since and that the section does not know."""
    answered = origin.answered
    if answered is None:
        return ()
    return (
        f"stale: {answered.id} “{shortened(answered.text, 120)}” is answered: {shortened(answered.answer or '', 80)}",
    )


def _ago(time: str, now: dt.datetime | None) -> tuple[str, ...]:
    words = None if now is None else ago(time, now)
    return () if words is None else (words,)


def _given(run: RunRecord) -> tuple[str, ...]:
    """How much of the workspace the run was given."""
    files = len({item.path for item in run.context.items})
    return (f"{files} {'file' if files == 1 else 'files'} of the workspace",) if files else ()


def hover_text(origin: SectionOrigin, now: dt.datetime | None = None) -> str:
    """The hover for a client that shows plain text only."""
    return "\n".join(
        f"{label}: {' · '.join(map(plain, values))}" if label else " · ".join(map(plain, values))
        for label, values in hover_lines(origin, now)
    )


def hover_markdown(origin: SectionOrigin, now: dt.datetime | None = None) -> str:
    """The hover: every value a code span, so that it stands for itself."""
    return "\n".join(
        f"- {f'**{label}:** ' if label else ''}{' · '.join(map(code, values))}"
        for label, values in hover_lines(origin, now)
    )


def record_markdown(record: RunRecord, draft_text: str | None, notes: Iterable[str] = ()) -> str:
    """The record as a page.

    Args:
        record: The run.
        draft_text: The draft's text, if it is kept.
        notes: Sentences on top, such as that the text comes from the repository.
    """
    view = view_of(record)
    blocks = [
        f"# {sentence(_title(record))}: {code(record.spec.path)}",
        *(f"> {sentence(note)}" for note in notes),
        _bullets(_fact_lines(record)),
    ]
    if view.error:
        blocks += ("## Error", _bullets([sentence(line) for line in view.error]))
    if record.steps:
        # As a block: bars that stand below one another tell more.
        blocks += ("## Steps", fenced("\n".join(timeline_lines(timeline_of(record), _PAGE_WIDTH)), "text"))
    for heading, lines in (
        ("Attempts", [code(line) for line in view.attempts]),
        ("Context", [code(line) for line in view.context]),
        ("Sections", [code(line) for line in view.sections]),
    ):
        if lines:
            blocks += (f"## {heading}", _bullets(lines))
    if record.findings:
        blocks += ("## Findings", *_finding_blocks(record.findings))
    if record.questions:
        blocks += ("## Questions", _bullets([sentence(line) for line in question_lines(record)]))
    if draft_text is not None:
        blocks += ("## Draft", fenced(draft_text, "markdown"))
    return "\n\n".join(blocks) + "\n"


def facts_of(record: RunRecord) -> list[tuple[str, str]]:
    """The head of a run's page: pairs of a label and a value in plain text; an empty value is unknown."""
    view = view_of(record)
    requested = record.model.requested
    return [
        ("Run", view.run_id),
        ("Follows run", record.parent_run_id or ""),
        ("Status", view.status),
        ("Lifecycle", view.lifecycle),
        ("Document", view.document),
        ("Profile", record.spec.profile),
        ("Kind", record.spec.kind or ""),
        ("Model", view.model),
        ("Model asked for", requested if requested and requested != record.model.resolved else ""),
        ("Sent to", record.provider.server_address or ""),
        ("Prompt", view.prompt),
        *_rewritten(record),
        ("Tokens", view.tokens.removeprefix("tokens ")),
        ("Cost", view.cost.removeprefix("cost ")),
        ("Finish reason", view.finish),
        ("Draft", view.draft),
        ("Applied", view.applied),
        ("Revision", _revision(record)),
    ]


def _rewritten(record: RunRecord) -> list[tuple[str, str]]:
    """The nodes that the run was to write anew, and by which instruction; nothing of any other run."""
    rewrite = record.rewrite
    if rewrite is None:
        return []
    what = "the whole document" if rewrite.whole else ", ".join(rewrite.keys)
    return [("Rewrites", plain(what)), *([("Instruction", plain(rewrite.instruction))] if rewrite.instruction else [])]


def _fact_lines(record: RunRecord) -> list[str]:
    return [f"**{label}:** {code(value)}" for label, value in facts_of(record) if value]


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _title(record: RunRecord) -> str:
    if record.status is RunStatus.COMPLETED and record.draft is not None:
        return f"Draft {record.draft.state}"
    return {
        RunStatus.QUEUED: "Waiting to draft",
        RunStatus.RUNNING: "Drafting",
        RunStatus.COMPLETED: "Completed",
        RunStatus.FAILED: "Failed draft",
        RunStatus.CANCELLED: "Cancelled draft",
        RunStatus.INTERRUPTED: "Interrupted draft",
    }[record.status]


def _kind(run: RunRecord) -> tuple[str, ...]:
    return (f"kind {run.spec.kind}",) if run.spec.kind else ()


def _fallen_from(record: RunRecord) -> tuple[str, ...]:
    """The providers that were asked before the one that answered."""
    asked = dict.fromkeys(attempt.provider for step in record.steps for attempt in step.attempts)
    return tuple(f"fallback from {provider}" for provider in asked if provider != record.provider.id)


def _who(provider: str, kind: str | None, model: str | None) -> tuple[str, ...]:
    if not has_model(provider, kind):
        return (NO_MODEL,) if kind in {None, provider} else (provider, NO_MODEL)
    return (provider, model or "model unknown")


def _finish(record: RunRecord) -> str:
    raw = ", ".join(plain(reason) for reason in record.finish_reasons)
    if record.finish_reason is None:
        return raw
    return f"{record.finish_reason} ({raw})" if raw and raw != record.finish_reason else str(record.finish_reason)


def _draft(record: RunRecord) -> str:
    draft = record.draft
    if draft is None:
        return ""
    keys = ", ".join(plain(section.key) for section in draft.sections)
    kind = "partial, " if draft.partial else ""
    return f"{draft.state}, {kind}{draft.bytes} bytes{f': {keys}' if keys else ''}"


def _applied(record: RunRecord) -> str:
    if record.applied is None:
        return ""
    last = f"{plain(record.applied.at)}, {'verified' if record.applied.verified else 'not verified'}"
    return last if len(record.applications) < 2 else f"{last}, the last of {len(record.applications)} edits"


def _revision(record: RunRecord) -> str:
    if record.vcs is None:
        return ""
    return f"{plain(record.vcs.revision)}{' with uncommitted changes' if record.vcs.dirty else ''}"


def _context(record: RunRecord) -> Iterable[str]:
    context = record.context
    if context.error is not None:
        yield f"not grounded: {plain(context.error.code)}: {plain(context.error.message)}"
    for item in context.items:
        lines = f":{item.range[0]}-{item.range[1]}" if item.range else ""
        redactions = f", {counted(item.redactions, 'redaction')}" if item.redactions else ""
        yield f"{plain(item.path)}{lines} ({item.bytes} bytes, {plain(item.source)}{redactions})"
    for server in context.asked:
        yield f"asked: {plain(server)}"
    for left in context.left_out:
        yield f"left out: {plain(left.path)} ({plain(left.reason)})"


def _attempt(step: Step, attempt: Attempt) -> str:
    where = model_label(attempt.provider, attempt.model)
    parts = [f"{plain(step.id)} {attempt.number}: {plain(attempt.status or 'open')}", where]
    if attempt.http_status is not None:
        parts.append(f"HTTP {attempt.http_status}")
    if attempt.wait_s:
        parts.append(f"waited {round(attempt.wait_s, 2):g} s")
    if attempt.request_id:
        parts.append(f"request {plain(attempt.request_id)}")
    if attempt.error is not None:
        parts.append(f"{plain(attempt.error.code)}: {plain(attempt.error.message)}")
    return ", ".join(parts)


def history_markdown(records: Sequence[RunRecord], taken_back: Collection[str] = ()) -> str:
    """Runs as a page, newest first, grouped by day; `taken_back` has the ids of those whose draft was undone."""
    blocks = ["# Spec runs"]
    day = ""
    lines: list[str] = []
    for record in records:
        if record.timing.started_at[:10] != day:
            if lines:
                blocks.append("\n".join(lines))
            day, lines = record.timing.started_at[:10], []
            blocks.append(f"## {day}")
        undone = ", taken back" if record.run_id in taken_back else ""
        lines.append(f"- {code(list_line(listed(record)))}{undone}")
    if lines:
        blocks.append("\n".join(lines))
    if not records:
        blocks.append("No runs yet.")
    return "\n\n".join(blocks) + "\n"
