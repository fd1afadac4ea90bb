"""The steps of a run in time: when each began, how long it took, what it used; as values, and as bars of text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orch_lsp.runs.escape import plain
from orch_lsp.runs.labels import COST_UNKNOWN, TOKENS_UNKNOWN, cost_label, tokens_label
from orch_lsp.runs.record import Attempt, RunRecord, Step, seconds_between
from orch_lsp.runs.status import StepStatus
from orch_lsp.text import counted

_FULL = "█"
_PARTS = " ▏▎▍▌▋▊▉"
_LEAST_BAR = 8
_MOST_BAR = 40
_GAP = "  "
_MINUTE = 60
_HOUR = 3600
_WORTH_TELLING = 1.0
"""Seconds of waiting that have a line of their own."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a run's time, in seconds since its creation."""

    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class TimedAttempt:
    """An exchange with the provider, and the wait before it."""

    attempt: Attempt
    stretch: Stretch
    wait: Stretch | None


@dataclass(frozen=True, slots=True)
class TimedStep:
    """A step; without a stretch it did not begin."""

    step: Step
    stretch: Stretch | None
    attempts: tuple[TimedAttempt, ...]
    findings: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps of a run in the order of the record, on one scale."""

    seconds: float
    """From the creation of the run to its end, or to the last that is known of it."""
    queued: Stretch | None
    """The wait for other runs, if there was one."""
    steps: tuple[TimedStep, ...]


def timeline_of(record: RunRecord) -> Timeline:
    """The timeline of a run."""
    zero = record.timing.started_at
    last = _last_moment(record)
    steps = tuple(_timed(step, record, zero, last) for step in record.steps)
    queue_s = record.timing.queue_s
    return Timeline(_between(zero, last), Stretch(0.0, queue_s) if queue_s else None, steps)


def _last_moment(record: RunRecord) -> str:
    """The end of a run; of one that lives, or that was killed, the last time on its record."""
    if record.timing.ended_at is not None:
        return record.timing.ended_at
    moments = [record.timing.started_at, *(change.at for change in record.status_timeline)]
    for step in record.steps:
        moments += filter(None, (step.started_at, step.ended_at))
        moments += (moment for attempt in step.attempts for moment in (attempt.started_at, attempt.ended_at) if moment)
    return max(moments)


def _timed(step: Step, record: RunRecord, zero: str, last: str) -> TimedStep:
    found = sum(finding.step == step.id for finding in record.findings)
    attempts = tuple(_timed_attempt(attempt, zero, last) for attempt in step.attempts)
    return TimedStep(step, _stretch(step.started_at, step.ended_at, zero, last), attempts, found)


def _timed_attempt(attempt: Attempt, zero: str, last: str) -> TimedAttempt:
    begin = _between(zero, attempt.started_at)
    end = max(begin, _between(zero, attempt.ended_at or last))
    wait = Stretch(max(0.0, begin - attempt.wait_s), begin) if attempt.wait_s else None
    return TimedAttempt(attempt, Stretch(begin, end), wait)


def _stretch(begin: str | None, end: str | None, zero: str, last: str) -> Stretch | None:
    if begin is None:
        return None
    began = _between(zero, begin)
    return Stretch(began, max(began, _between(zero, end or last)))


def _between(earlier: str, later: str) -> float:
    """Seconds from one time to another; none where a record holds something else."""
    try:
        return seconds_between(earlier, later)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def duration_of(record: RunRecord) -> float | None:
    """Seconds from a run's start to its end; None while it lives."""
    ended = record.timing.ended_at
    return None if ended is None else round(_between(record.timing.started_at, ended), 3)


def seconds_label(seconds: float) -> str:
    """A length of time as people read it: `120 ms`, `3.4 s`, `2 min 5 s`, `3 h 20 min`."""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE)} s"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE)} min"


def step_facts(timed: TimedStep) -> tuple[str, ...]:
    """The rest of a step's line: its length, exchanges, tokens, cost and findings, as far as there are such."""
    step = timed.step
    tokens, cost = tokens_label(step.usage), cost_label(step.cost)
    return tuple(
        filter(
            None,
            (
                seconds_label(timed.stretch.seconds) if timed.stretch else "",
                f"{len(step.attempts)} attempts" if len(step.attempts) > 1 else "",
                f"batch {plain(step.batch.id)}" if step.batch is not None and step.batch.id else "",
                "" if tokens == TOKENS_UNKNOWN else tokens,
                "" if cost == COST_UNKNOWN else cost,
                counted(timed.findings, "finding") if timed.findings else "",
            ),
        )
    )


def step_label(step: Step) -> str:
    """A step with its state, and why it was skipped or what went wrong in it."""
    failure = step.error.code if step.error is not None and step.status is StepStatus.FAILED else ""
    reason = step.skip_reason or failure
    return f"{plain(step.id)}: {step.status}{f', {plain(reason)}' if reason else ''}"


def timeline_lines(timeline: Timeline, width: int | None) -> tuple[str, ...]:
    """A line for each step: its label, a bar where the width has room for one, and the rest.

    Args:
        timeline: The run's.
        width: Cells of a line; without one there are no bars, and no line is longer than its words.
    """
    rows = [(step_label(timed.step), timed.stretch, ", ".join(step_facts(timed))) for timed in timeline.steps]
    if timeline.queued is not None and timeline.queued.seconds >= _WORTH_TELLING and rows:
        rows.insert(0, ("queued", timeline.queued, seconds_label(timeline.queued.seconds)))
    if width is None:
        return tuple(f"{label}{f', {facts}' if facts else ''}" for label, _, facts in rows)
    labels = max((len(label) for label, _, _ in rows), default=0)
    facts_width = max((len(facts) for _, _, facts in rows), default=0)
    room = min(_MOST_BAR, width - labels - facts_width - 2 * len(_GAP))
    if room < _LEAST_BAR:
        return timeline_lines(timeline, None)
    return tuple(
        f"{label:<{labels}}{_GAP}{bar(stretch, timeline.seconds, room)}{_GAP}{facts}".rstrip()
        for label, stretch, facts in rows
    )


def bar(stretch: Stretch | None, seconds: float, width: int) -> str:
    """A stretch of time on a scale of `seconds`, in cells; one that began is never without a mark."""
    if stretch is None or seconds <= 0:
        return " " * width
    begin = min(round(stretch.begin / seconds * width), width - 1)
    eighths = max(1, min(round(stretch.seconds / seconds * width * 8), (width - begin) * 8))
    drawn = _FULL * (eighths // 8) + (_PARTS[eighths % 8] if eighths % 8 else "")
    return f"{' ' * begin}{drawn}".ljust(width)


def waves_of(steps: Sequence[TimedStep]) -> tuple[tuple[TimedStep, ...], ...]:
    """The steps by wave: those that may run side by side."""
    numbers = sorted({timed.step.wave for timed in steps})
    return tuple(tuple(timed for timed in steps if timed.step.wave == number) for number in numbers)
