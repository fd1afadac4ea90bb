"""`orch-lsp runs list|show|prune`: the history of a workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from orch_lsp.cli.output import reporting_errors, say, write_json, write_page, write_result
from orch_lsp.errors import RunError
from orch_lsp.orchestration.session import Session
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import RunSettings
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workspace import find_root

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


def with_store(workspace: Path | None, use: Callable[[Session, RunStore, RunSettings], Awaitable[T]]) -> T:
    """Open the workspace's store, use it, close it."""

    async def run() -> T:
        from orch_lsp.app.session import build_session

        session = build_session()
        try:
            root = root_of_here(workspace)
            settings = await session.settings(root, None, editor=ProjectLayer(), command=CommandChoice())
            store = await session.store_at(root, None, settings.runs)
            for notice in session.take_notices():
                say(f"warning: {notice}")
            return await use(session, store, settings.runs)
        finally:
            await session.aclose()

    return asyncio.run(run())


@click.group()
def runs() -> None:
    """Look at the runs that this workspace remembers."""


@runs.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="How many, newest first.")
@click.option("--search", metavar="WORDS", help="Only runs with all these words, or longer ones that begin so.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array of records.")
@workspace_option
def list_runs(limit: int, search: str | None, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """List runs, newest first; outside any workspace, those of documents without one as well."""
    from orch_lsp.cli.run_pages import list_lines
    from orch_lsp.runs.schema import to_dict

    async def load(session: Session, store: RunStore, settings: RunSettings) -> list[RunRecord]:
        # One more than is shown: its id is to be told apart as well.
        wanted = min(limit, _COUNTABLE) + 1
        found = list(await store.list(limit=wanted, search=search))
        if workspace is None and find_root(Path.cwd() / "spec.md") is None:
            # Outside any workspace, the runs of documents without one are at home here.
            without_workspace = await session.store_at(None, None, settings)
            others = await without_workspace.list(limit=wanted, search=search)
            found = sorted((*found, *others), key=lambda record: record.run_id, reverse=True)
        return found[:wanted]

    with reporting_errors(as_json=as_json):
        found = with_store(workspace, load)
        records, before = found[:limit], found[limit:]
        if as_json:
            write_json([to_dict(record) for record in records])
        elif records:
            write_page("\n".join(list_lines(records, before)) + "\n")
        else:
            say("No runs yet." if not (search or "").strip() else "No run has these words.")


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
@click.option("--draft", "show_draft", is_flag=True, help="Print the draft's text alone.")
@workspace_option
def show(run_id: str, as_json: bool, show_draft: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- as above
    """Show a run; ID may be shortened to its first 8 characters."""
    from orch_lsp.cli.run_pages import page_of
    from orch_lsp.orchestration.applying import draft_text_of
    from orch_lsp.runs.schema import to_dict

    async def load(session: Session, store: RunStore, settings: RunSettings) -> tuple[RunRecord, str | None]:
        store, record = await _find(session, store, settings, run_id)
        if show_draft and not as_json:
            return record, await draft_text_of(store, record)
        text = await store.text(record.draft.sha256) if record.draft else None
        return record, text

    with reporting_errors(as_json=as_json):
        record, text = with_store(workspace, load)
        if as_json:
            write_json(to_dict(record))
        elif show_draft:
            draft = text or ""
            write_result(draft if draft.endswith("\n") else draft + "\n")
        else:
            write_page(page_of(record, text))


async def _find(
    session: Session, store: RunStore, settings: RunSettings, identifier: str
) -> tuple[RunStore, RunRecord]:
    """A run of the workspace, else of a document that has none.

    Raises:
        RunError: `unknown_run`.
    """
    try:
        return store, await store.get(identifier)
    except RunError as error:
        without_workspace = await session.store_at(None, None, settings)
        try:
            return without_workspace, await without_workspace.get(identifier)
        except RunError:
            raise error from None


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
