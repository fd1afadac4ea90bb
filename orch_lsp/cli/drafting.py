"""Runs on files, as all commands have them that ask a model: what is said and printed, and how they end."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from orch_lsp import __version__
from orch_lsp.cli.document_file import DocumentFile, update_provenance_of
from orch_lsp.cli.files import read_text, require_replaceable
from orch_lsp.cli.output import (
    EXIT_BEFORE_RUN,
    EXIT_CANCELLED,
    EXIT_FAILED,
    error_document,
    say,
    say_error,
    say_text,
    write_json,
    write_page,
    write_result,
)
from orch_lsp.cli.runs import root_of_here
from orch_lsp.cli.several import Ending, each_of
from orch_lsp.cli.signals import end_at_once, is_to_outlive_its_terminal
from orch_lsp.cli.terminal import TerminalDisplay, TerminalObserver
from orch_lsp.errors import ErrorCode, OrchError, RunError, SpecError, StoreError
from orch_lsp.late import late
from orch_lsp.orchestration.drafts.applying import draft_edit
from orch_lsp.orchestration.drafts.delivery import deliver, has_errors
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.run import FinishedDraft
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading, read
from orch_lsp.orchestration.specs.review import warnings_of
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.runs.record import RunRecord, Software
from orch_lsp.runs.status import DraftState, RunStatus, StepStatus
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.text import diff_lines, split_lines
from orch_lsp.workflows.model import ANSWERED_ONCE
from orch_lsp.workspace import resolved

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.orchestration.running.session import Planner
    from orch_lsp.runs import schema as record_schema
    from orch_lsp.runs import view as views
else:
    sessions = late("orch_lsp.app.session")
    record_schema = late("orch_lsp.runs.schema")
    views = late("orch_lsp.runs.view")

_MOST_LINES = 200
"""Of a difference that is shown."""
_SIGNALS = {signal.SIGINT: "with Ctrl-C", signal.SIGTERM: "by a signal to end (SIGTERM)"}
if sys.platform != "win32":
    _SIGNALS[signal.SIGHUP] = "as its terminal was closed (SIGHUP)"

_ENDINGS: dict[int, Ending] = {
    0: "drafted", EXIT_FAILED: "failed", EXIT_BEFORE_RUN: "refused", EXIT_CANCELLED: "cancelled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command line, and what it is about."""

    choice: CommandChoice
    write: bool
    as_json: bool
    workspace: Path | None
    plan: Planner
    """Decides what a run is to do with a document."""
    given: Mapping[Path, str | SpecError] = field(default_factory=dict[Path, "str | SpecError"])
    """Texts that are not read from their files: those of pipes and devices, and those that the command has."""
    several: bool = False
    """Whether there are several files, so that what is said of one has to name it."""
    begins: bool = False
    """Whether the files are not there yet: `given` has how they begin."""
    before_sending: Callable[[Session, DraftPlan], Awaitable[None]] | None = None
    """Called once nothing stands in the way of a run any more."""
    jobs: int = 1
    """How many documents are drafted at once."""
    most_failures: int | None = None
    """After how many failures no further document is begun; None for no limit."""
    told: set[str] = field(default_factory=set[str])
    """Warnings that were given: each file may have the same ones."""


class _Interruption:
    """Ctrl-C and a polite request to end, from the first file to the last.

    What is being prepared is given up, and a live run is cancelled and recorded. What has been made is still delivered.
    """

    def __init__(self, session: Session) -> None:
        self.asked = False
        self.by = ""
        self.preparing: set[asyncio.Task[object]] = set()
        self.run_ids: set[str] = set()
        self._session = session

    def ask(self, by: str) -> None:
        """End, as far as that is still possible; `by` says on the record who or what asked for it."""
        self.asked, self.by = True, by
        for task in self.preparing:
            task.cancel()
        for run_id in self.run_ids:
            self._session.supervisor.cancel(run_id, by)

    @contextlib.contextmanager
    def while_preparing(self) -> Generator[None]:
        """Give up this task when somebody asks: nothing has begun that would have to be recorded."""
        task = asyncio.current_task()
        if task is not None:
            self.preparing.add(task)
        try:
            yield
        finally:
            if task is not None:
                self.preparing.discard(task)

    @contextlib.contextmanager
    def on_signals(self) -> Generator[None]:
        """Ask when a signal comes, instead of being killed."""
        loop = asyncio.get_running_loop()
        installed: list[signal.Signals] = []
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers on its loop.
            for number, by in _SIGNALS.items():
                if not is_to_outlive_its_terminal(number):
                    loop.add_signal_handler(number, self.ask, by)
                    installed.append(number)
        try:
            yield
        finally:
            for number in installed:
                loop.remove_signal_handler(number)


def run_on(files: Sequence[Path], options: Options) -> NoReturn:
    """Run on each of some files, and end with the worst exit code."""
    try:
        # A pipe may keep us waiting for long; here, Ctrl-C ends the wait.
        piped = {path: _given(path) for path in files if path not in options.given and not path.is_file()}
        options = replace(options, given={**options.given, **piped})
    except KeyboardInterrupt:
        sys.exit(EXIT_CANCELLED)
    try:
        code = asyncio.run(_draft_all(files, options))
    except KeyboardInterrupt:
        # Where the loop takes no signal handlers, and before and after it.
        code = _report(RunError(ErrorCode.CANCELLED, "Cancelled; nothing is being drafted."), options, EXIT_CANCELLED)
    sys.exit(code)


def _report(error: OrchError, options: Options, code: int, path: Path | None = None) -> int:
    """Say what kept a run from beginning, and for which of several files; returns the exit code."""
    if options.as_json:
        named = {"path": str(path)} if path is not None and options.several else {}
        write_json({**error_document(error.detail), **named})
    if path is not None and options.several:
        say(f"{path}: Not drafted")
    say_error(error.detail)
    return code


def _given(path: Path) -> str | SpecError:
    try:
        return read_text(path)
    except SpecError as error:
        return error


async def _draft_all(files: Sequence[Path], options: Options) -> int:
    session = sessions.build_session()
    interruption = _Interruption(session)
    worst = 0
    ended = Counter[int | None]()

    async def one(path: Path) -> Ending:
        nonlocal worst
        code = await _draft_one(session, path, options, interruption, display)
        worst = max(worst, code or 0)
        ended[code] += 1
        if options.several:
            failed = ended[EXIT_FAILED] + ended[EXIT_BEFORE_RUN]
            display.tally(f"{ended.total()} of {len(files)} done" + (f", {failed} failed" if failed else ""))
        if interruption.asked:
            return "cancelled"
        return "done" if code is None else _ENDINGS[code]

    with interruption.on_signals(), TerminalDisplay() as display:
        try:
            tally = await each_of(files, one, jobs=options.jobs, most_failures=options.most_failures)
        finally:
            await session.supervisor.aclose()
            await session.aclose()
    if options.several:
        say(f"{len(tally.endings)} documents: {tally.summary()}")
    # Nothing is left to cancel.
    end_at_once(worst)
    return worst


async def _draft_one(
    session: Session, path: Path, options: Options, interruption: _Interruption, display: TerminalDisplay
) -> int | None:
    """Draft one file and print what the options ask for.

    Returns:
        The exit code; None if one of several documents has nothing open, which is no failure then.
    """
    try:
        live, delivered = await _run(session, path, options, interruption, display)
    except asyncio.CancelledError:
        if not interruption.asked:
            raise
        return _report(RunError(ErrorCode.CANCELLED, "Cancelled; nothing was drafted."), options, EXIT_CANCELLED, path)
    except StoreError as error:
        return _report(error, options, EXIT_FAILED, path)
    except OrchError as error:
        if options.several and error.code == ErrorCode.NOTHING_TO_FILL:
            say(f"{path}: nothing is open in it")
            return None
        cannot_write = error.code == ErrorCode.DOCUMENT_CHANGED
        return _report(error, options, EXIT_FAILED if cannot_write else EXIT_BEFORE_RUN, path)
    with display.aside():
        return await _told(live, delivered, options, interruption)


async def _told(live: LiveRun, delivered: Delivered | None, options: Options, interruption: _Interruption) -> int:
    """Say and print what came of a run; returns the exit code."""
    record = live.record
    document = delivered.document if delivered else None
    _say_findings(record)
    _say_where(live)
    if options.as_json:
        write_json(await _as_json(live))
    if live.unrecorded is not None and live.rescued is None and not options.as_json:
        await _hand_over(live, delivered, options)
    if record.error is not None:
        say_error(record.error)
        return EXIT_CANCELLED if record.status is RunStatus.CANCELLED else EXIT_FAILED
    if record.draft is None and record.status is RunStatus.COMPLETED:
        if not options.as_json:
            write_page(_looked(record))
        return 0
    if document is None and record.applied is None:
        if interruption.asked:
            say_error(RunError(ErrorCode.CANCELLED, "Cancelled; the draft was made, and is kept.").detail)
            return EXIT_CANCELLED
        fault = RunError(ErrorCode.UNEXPECTED_ERROR, "The draft was made and is kept, but could not be delivered.")
        say_error(fault.detail)
        return EXIT_FAILED
    if document is not None and not options.as_json and not options.write:
        write_result(document)
    return EXIT_FAILED if delivered is not None and delivered.refused else 0


def _looked(record: RunRecord) -> str:
    """The findings and questions of a run that wrote nothing, for stdout."""
    findings = [f"{severity}: {line}" for severity, line in views.findings_told(record)]
    lines = [f"{views.looked(record)}.", *findings, *views.question_lines(record)]
    return "".join(f"{line}\n" for line in lines)


def _say_findings(record: RunRecord) -> None:
    """Say what the answer held and the document does not get, and what is to be looked at."""
    if record.status is RunStatus.COMPLETED and record.draft is not None:
        for severity, line in views.findings_told(record):
            say(f"{severity}: {line}")


def _say_where(live: LiveRun) -> None:
    run_id, root = live.record.run_id, live.store.root
    if live.unrecorded is None:
        where = f" --workspace {shlex.quote(str(root))}" if root is not None and root != root_of_here() else ""
        if (onward := _onward(live.record)) is not None:
            say(f"{onward} {run_id}{where}")
        say(f"Run {run_id} is recorded in {live.store.location}; look at it with: orch-lsp runs show {run_id}{where}")
    elif live.rescued is not None:
        say(
            f"Run {run_id} is not recorded. It is kept with its draft in {live.rescued}; "
            "the next command in this workspace that can write the record adds it."
        )
    else:
        say(f"Run {run_id} is not recorded, and the state folder cannot be written either.")


def _onward(record: RunRecord) -> str | None:
    """The command that goes on from the end of a run, if something of it is kept that the file does not have."""
    if record.status in {RunStatus.FAILED, RunStatus.CANCELLED}:
        is_kept = any(step.name in ANSWERED_ONCE and step.status is StepStatus.COMPLETED for step in record.steps)
        return "What was answered whole is kept; go on with: orch-lsp resume" if is_kept else None
    if record.draft is None and any(question.answer is None for question in record.questions):
        return "Answer what it asks with: orch-lsp answer"
    waits = record.draft is not None and record.draft.state is DraftState.READY
    return "Its draft waits; put it into the file with: orch-lsp apply" if waits else None


async def _as_json(live: LiveRun) -> dict[str, Any]:
    """The record; with the draft's text in it if the store does not have it."""
    values = record_schema.to_dict(live.record)
    if live.unrecorded is not None and live.record.draft is not None:
        values["draft"]["text"] = await live.store.text(live.record.draft.sha256)
    return values


async def _hand_over(live: LiveRun, delivered: Delivered | None, options: Options) -> None:
    """Print the only copy of what was paid for, where nobody has asked for it or it could not be written."""
    if delivered is not None:
        if options.write and not delivered.written:
            say("The document with the draft follows on stdout, as this is its only copy.")
            write_result(delivered.document)
    elif live.record.draft is not None:
        say("What had arrived follows, as this is its only copy:")
        say_text(await live.store.text(live.record.draft.sha256) or "")


def _source(path: Path, options: Options) -> Source:
    text = options.given[path] if path in options.given else read_text(path)
    if isinstance(text, SpecError):
        raise text
    if options.write and not options.begins:
        require_replaceable(path)
    return Source(resolved(path).as_uri(), path.absolute(), None, text, (Path.cwd(),), options.workspace)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A draft in its document, and whether the file holds that now."""

    document: str
    written: bool
    refused: bool = False
    """Whether the file was to be written and was not, as the document would break rules of its format."""


async def _prepare(session: Session, path: Path, options: Options) -> DraftPlan:
    source = await asyncio.to_thread(_source, path, options)
    reading = _with_jobs(await read(session, source, editor=ProjectLayer(), command=options.choice), options.jobs)
    for warning in await asyncio.to_thread(warnings_of, reading):
        if warning not in options.told:
            say(f"warning: {warning}")
        options.told.add(warning)
    plan = await options.plan(session, reading)
    await session.consent.require_all(plan)
    if options.before_sending is not None:
        await options.before_sending(session, plan)
    return plan


def _with_jobs(reading: Reading, jobs: int) -> Reading:
    """The reading with room for as many runs at once as the command asks for."""
    runs = reading.settings.runs
    if jobs <= runs.parallel:
        return reading
    return replace(reading, settings=replace(reading.settings, runs=replace(runs, parallel=jobs)))


async def _run(
    session: Session, path: Path, options: Options, interruption: _Interruption, display: TerminalDisplay
) -> tuple[LiveRun, Delivered | None]:
    with interruption.while_preparing():
        plan = await _prepare(session, path, options)
    result: list[Delivered] = []

    async def finish(live: LiveRun, finished: FinishedDraft) -> None:
        result.append(await _deliver(live, plan, finished, write=options.write))

    with TerminalObserver(path.name, display) as observer:
        client = Software("orch-lsp", __version__)
        with interruption.while_preparing():
            live = await session.supervisor.start(plan, observer, finish, client=client)
            interruption.run_ids.add(live.record.run_id)
        if interruption.asked:
            session.supervisor.cancel(live.record.run_id, interruption.by)
        await session.supervisor.wait(live.record.run_id)
        interruption.run_ids.discard(live.record.run_id)
        for notice in session.stores.take_notices():
            observer.warned(notice)
    return live, result[0] if result else None


def _why_it_waits(record: RunRecord) -> str:
    if has_errors(record):
        return "the check found errors in the draft, which is kept and waits for your review"
    return "with the draft it would break rules of its format"


async def _deliver(live: LiveRun, plan: DraftPlan, finished: FinishedDraft, *, write: bool) -> Delivered:
    """The resulting document; written to the file if asked, with the record and the provenance following."""
    reading, answer = plan.reading, finished.answer
    path, before = reading.source.path, reading.document.text
    at_once = write and path is not None
    delivery = await deliver(live, plan, answer, DocumentFile(path or Path(), before), at_once=at_once)
    if delivery.undrafted:
        live.observer.warned(f"the answer has no {', '.join(delivery.undrafted)}")
    if delivery.made is None and delivery.broken and at_once:
        live.observer.warned(f"the file was not written: {_why_it_waits(live.record)}")
    if delivery.made is None:
        edit = await asyncio.to_thread(draft_edit, before, before, reading.profile.name, answer, insist=False)
        return Delivered(edit.text, written=False, refused=at_once and delivery.broken)
    text = delivery.made.edit.text
    if plan.rewrite is not None and plan.rewrite.by_person:
        _say_difference(before, text)
    for problem in await update_provenance_of(live.store, live.record, text):
        live.observer.warned(problem)
    return Delivered(text, written=True)


def _say_difference(before: str, after: str) -> None:
    """Show a change of words that may be the person's own: as lines, without those around them."""
    lines = diff_lines(split_lines(before), split_lines(after), around=0)
    say("Changed, as the text before was not, or not only, a model's:")
    for line in lines[:_MOST_LINES]:
        say(f"  {line}")
    if len(lines) > _MOST_LINES:
        say(f"  … {len(lines) - _MOST_LINES} more lines")
