"""`orch-lsp runs list|show|cancel|prune`: the history of a workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from orch_lsp.cli.output import reporting_errors, say, terminal_width, write_json, write_page, write_result
from orch_lsp.errors import ErrorCode, RunError, SettingsError, SpecError
from orch_lsp.late import late
from orch_lsp.text import counted
from orch_lsp.workspace import find_root

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.cli import document_file as document_files
    from orch_lsp.cli import files, run_pages
    from orch_lsp.cli import run_page as run_html
    from orch_lsp.orchestration.drafts import applying
    from orch_lsp.orchestration.planning import batching
    from orch_lsp.orchestration.running import retryable as retrying
    from orch_lsp.orchestration.running.session import Session
    from orch_lsp.providers.base import CancelledBatch, Provider
    from orch_lsp.runs import history as histories
    from orch_lsp.runs import labels
    from orch_lsp.runs import schema as record_schema
    from orch_lsp.runs.labels import ListedRun
    from orch_lsp.runs.record import RunRecord
    from orch_lsp.runs.store import RunStore
    from orch_lsp.settings import load as layers
    from orch_lsp.settings import resolve as merging
    from orch_lsp.settings import runs as retention
    from orch_lsp.settings.run_settings import RunSettings
else:
    sessions = late("orch_lsp.app.session")
    document_files = late("orch_lsp.cli.document_file")
    files = late("orch_lsp.cli.files")
    run_html = late("orch_lsp.cli.run_page")
    run_pages = late("orch_lsp.cli.run_pages")
    retrying = late("orch_lsp.orchestration.running.retryable")
    applying = late("orch_lsp.orchestration.drafts.applying")
    batching = late("orch_lsp.orchestration.planning.batching")
    histories = late("orch_lsp.runs.history")
    labels = late("orch_lsp.runs.labels")
    record_schema = late("orch_lsp.runs.schema")
    layers = late("orch_lsp.settings.load")
    merging = late("orch_lsp.settings.resolve")
    retention = late("orch_lsp.settings.runs")

T = TypeVar("T")
_COUNTABLE = 2**53
"""More runs than there can be; the store could count further."""

workspace_option = click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The workspace's root (default: found from the current folder).",
)


def root_of_here(workspace: Path | None = None) -> Path | None:
    """The root of a file in the current folder, whether or not there is one."""
    return find_root(Path.cwd() / "spec.md", explicit=workspace, folders=(Path.cwd(),))


def roots_of_here(workspace: Path | None = None) -> Sequence[Path | None]:
    """The roots whose runs are meant here, that of the current folder first.

    Outside any workspace, the runs of documents without one are at home as well.
    """
    root = root_of_here(workspace)
    is_outside = root is not None and workspace is None and find_root(Path.cwd() / "spec.md") is None
    return [root, None] if is_outside else [root]


def with_store(workspace: Path | None, use: Callable[[Session, RunStore, RunSettings], Awaitable[T]]) -> T:
    """Open the workspace's store, use it, close it."""
    import asyncio

    async def run() -> T:
        session = sessions.build_session()
        try:
            root = root_of_here(workspace)
            settings = await session.settings(root, None, editor=layers.ProjectLayer(), command=merging.CommandChoice())
            store = await session.stores.store_at(root, None, settings.runs)
            for notice in session.stores.take_notices():
                say(f"warning: {notice}")
            return await use(session, store, settings.runs)
        finally:
            await session.aclose()

    return asyncio.run(run())


def looked_at(
    roots: Sequence[Path | None], ask: Callable[[histories.RunHistory], T], *, to_search: bool = False
) -> list[T] | None:
    """The answer of each of these histories, without the event loop, the settings and the libraries of a draft.

    Returns:
        The answers; None if in one of them more is to be done than to look: then `with_store` does it.
    """
    settings, notices = retention.retention_settings(), list[str]()
    found = [histories.RunHistory(root, settings, notices.append) for root in roots]
    try:
        for history in found:
            history.open()
        at_rest = all(history.is_at_rest(to_search=to_search) for history in found)
        return [ask(history) for history in found] if at_rest else None
    finally:
        for history in found:
            history.close()
        for notice in notices:
            say(f"warning: {notice}")


@click.group()
def runs() -> None:
    """Look at the runs that this workspace remembers."""


@runs.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="How many, newest first.")
@click.option("--search", metavar="WORDS", help="Only runs with all these words, or longer ones that begin so.")
@click.option("--retryable", is_flag=True, help="Only runs that did not complete, of what is still to be done.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array of records.")
@workspace_option
def list_runs(*, limit: int, search: str | None, retryable: bool, as_json: bool, workspace: Path | None) -> None:
    """List runs, newest first; outside any workspace, those of documents without one as well.

    With --retryable those that failed, were cancelled or interrupted, whose document still has open what they asked
    for, and that no later run completed: `orch-lsp replay RUN` or `draft FILE` does it.
    """
    if retryable and search is not None:
        raise click.UsageError("--retryable cannot be combined with --search")
    # One more than is shown: its id is to be told apart as well.
    wanted = min(limit, _COUNTABLE) + 1
    roots = roots_of_here(workspace)
    with reporting_errors(as_json=as_json):
        if retryable:
            _write_retryable(workspace, limit, as_json=as_json)
            return
        if as_json:
            write_json([record_schema.to_dict(record) for record in _records(workspace, roots, wanted, search)[:limit]])
            return
        found = _shortly(roots, wanted, search)
        if found is None:
            found = [labels.listed(record) for record in _records(workspace, roots, wanted, search)]
        if found:
            write_page("\n".join(_lines(found[:limit], found[limit:])) + "\n")
        else:
            say("No runs yet." if not (search or "").strip() else "No run has these words.")


def _write_retryable(workspace: Path | None, limit: int, *, as_json: bool) -> None:
    found = with_store(workspace, _retryable)
    if as_json:
        write_json([record_schema.to_dict(record) for record in found[:limit]])
    elif found:
        lines = [labels.listed(record) for record in found]
        write_page("\n".join(_lines(lines[:limit], lines[limit:])) + "\n")
    else:
        say("No run is to be tried again.")


async def _retryable(_: Session, store: RunStore, __: RunSettings) -> Sequence[RunRecord]:
    async def text_of(record: RunRecord) -> str | None:
        try:
            return files.read_text(document_files.file_of(store, record))
        except SpecError:
            return None

    return await retrying.retryable(store, text_of)


def _lines(runs: Sequence[ListedRun], before: Sequence[ListedRun]) -> list[str]:
    """The history as a table on a terminal, else with whole ids and times for `grep` and scripts."""
    if (width := terminal_width()) is not None:
        return run_pages.table_of(runs, before, width)

    return [labels.list_line(run) for run in runs]


def _records(workspace: Path | None, roots: Sequence[Path | None], wanted: int, search: str | None) -> list[RunRecord]:
    async def load(session: Session, store: RunStore, settings: RunSettings) -> list[RunRecord]:
        stores = [store, *[await session.stores.store_at(other, None, settings) for other in roots[1:]]]
        found = [record for each in stores for record in await each.list(limit=wanted, search=search)]
        return sorted(found, key=lambda record: record.run_id, reverse=True)[:wanted]

    return with_store(workspace, load)


def _shortly(roots: Sequence[Path | None], wanted: int, search: str | None) -> list[ListedRun] | None:
    """The runs as the columns beside their records tell them; None if more is to be done than to look."""
    found = looked_at(roots, lambda history: history.listing(wanted, search), to_search=search is not None)
    if found is None:
        return None
    return sorted((run for runs in found for run in runs), key=lambda run: run.run_id, reverse=True)[:wanted]


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
@click.option("--draft", "show_draft", is_flag=True, help="Print the draft's text alone.")
@click.option("--html", "as_html", is_flag=True, help="Print a page for a browser, in one file.")
@workspace_option
def show(*, run_id: str, as_json: bool, show_draft: bool, as_html: bool, workspace: Path | None) -> None:
    """Show a run; ID may be shortened to its first 8 characters."""
    if as_html and (as_json or show_draft):
        raise click.UsageError("--html excludes --json and --draft")

    async def load(session: Session, store: RunStore, settings: RunSettings) -> tuple[RunRecord, str | None]:
        store, record = await find_run(session, store, settings, run_id)
        if show_draft and not as_json:
            return record, await applying.draft_text_of(store, record)
        text = await store.text(record.draft.sha256) if record.draft else None
        return record, text

    with reporting_errors(as_json=as_json):
        record, text = with_store(workspace, load)
        if as_json:
            write_json(record_schema.to_dict(record))
        elif as_html:
            write_result(run_html.page(record, text))
        elif show_draft:
            draft = text or ""
            write_result(draft if draft.endswith("\n") else draft + "\n")
        else:
            write_page(run_pages.page_of(record, text))


async def find_run(
    session: Session, store: RunStore, settings: RunSettings, identifier: str
) -> tuple[RunStore, RunRecord]:
    """A run of the workspace, else of a document that has none.

    Raises:
        RunError: `unknown_run`.
    """
    try:
        return store, await store.get(identifier)
    except RunError as error:
        without_workspace = await session.stores.store_at(None, None, settings)
        try:
            return without_workspace, await without_workspace.get(identifier)
        except RunError:
            raise error from None


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the batches as JSON.")
@workspace_option
def cancel(*, run_id: str, as_json: bool, workspace: Path | None) -> None:
    """Cancel at its provider the batch in which a run waits; ID may be shortened to its first 8 characters.

    All requests of that batch are cancelled, those of other runs too. What was answered by then is kept: the command
    that sent the batch takes it when it is run again, and asks anew for the rest.

    Exit codes: 0 the provider was asked to cancel it, 1 it could not be asked, or nothing of the run waits in a batch.
    """

    async def work(session: Session, store: RunStore, settings: RunSettings) -> Sequence[CancelledBatch]:
        store, record = await find_run(session, store, settings, run_id)
        known = await session.settings_of(store.root)

        async def provider_of(name: str) -> Provider:
            if (provider := known.providers.get(name)) is None:
                raise SettingsError(ErrorCode.UNKNOWN_PROVIDER, f"The provider {name} is not set up any more.")
            return await session.provider(provider, await session.api_key(provider))

        return await batching.cancel_batches(record, store.location.parent / batching.FOLDER, provider_of)

    with reporting_errors(as_json=as_json):
        found = with_store(workspace, work)
        if as_json:
            write_json({"batches": [dataclasses.asdict(one) for one in found]})
        for one in found:
            say(_of_batch(one))


def _of_batch(batch: CancelledBatch) -> str:
    if batch.ended:
        return f"Batch {batch.id} had ended already: run the command that sent it again, and it takes the answers."
    return (
        f"Batch {batch.id} is cancelled at the provider ({batch.answered} of {counted(batch.requests, 'request')} "
        "answered so far). What was answered is kept: run the command that sent it again to take it."
    )


@runs.command()
@click.option("--keep-runs", type=click.IntRange(min=0), help="Keep the newest N runs (default: the setting).")
@click.option("--keep-days", type=click.IntRange(min=0), help="Keep runs of the last N days (default: the setting).")
@click.option("--json", "as_json", is_flag=True, help="Print the number as JSON.")
@workspace_option
def prune(keep_runs: int | None, keep_days: int | None, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001
    """Forget old runs. Live runs and drafts that wait to be applied are never forgotten."""

    async def forget(_: Session, store: RunStore, settings: RunSettings) -> int:
        return await store.prune(
            keep_runs=min(keep_runs, _COUNTABLE) if keep_runs is not None else settings.keep_runs,
            keep_days=keep_days if keep_days is not None else settings.keep_days,
            now=datetime.now(UTC),
        )

    with reporting_errors(as_json=as_json):
        count = with_store(workspace, forget)
        if as_json:
            write_json({"pruned": count})
        else:
            say(f"{count} runs were forgotten." if count != 1 else "One run was forgotten.")
