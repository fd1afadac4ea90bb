"""`orch-lsp check PATH…`: what the editor says of specs, for terminals and continuous integration."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.files import replace_text
from orch_lsp.cli.fixing import fix
from orch_lsp.cli.git_files import ChangedSince, Checkouts, GitShelf, staged
from orch_lsp.cli.options import chosen_form
from orch_lsp.cli.output import EXIT_FAILED, say, say_error, write_json, write_page, write_result
from orch_lsp.cli.runs import workspace_option
from orch_lsp.errors import SpecError
from orch_lsp.late import late
from orch_lsp.reports import check_report
from orch_lsp.reports.check_report import Report
from orch_lsp.reports.checking import CODES, Checked, findings_of
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles, WorkTree
from orch_lsp.text import counted, sha256

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.cli import sarif
    from orch_lsp.orchestration.running.session import Session
else:
    sessions = late("orch_lsp.app.session")
    sarif = late("orch_lsp.cli.sarif")

FORMATS = ("text", "json", "sarif", "github")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The arguments of the command."""

    paths: Sequence[Path] = field(kw_only=False)
    workspace: Path | None = field(kw_only=False)
    rules: Collection[str] = field(kw_only=False)
    to_fix: bool
    is_staged: bool
    since: str | None


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print the findings (default: text).")
@click.option("--json", "as_json", is_flag=True, help="As `--format json`.")
@click.option(
    "--rule", "rules", metavar="CODE", multiple=True, type=click.Choice(CODES), help="Only this rule; may be repeated."
)
@click.option("--fix", "to_fix", is_flag=True, help="Apply the safe fixes, then report what is left.")
@click.option("--staged", "is_staged", is_flag=True, help="Check what git's index holds, not the files as they are.")
@click.option("--changed-since", "since", metavar="REV", help="Only documents that differ from those of this revision.")
@workspace_option
def check(
    *,
    paths: tuple[Path, ...],
    form: str | None,
    as_json: bool,
    rules: tuple[str, ...],
    to_fix: bool,
    is_staged: bool,
    since: str | None,
    workspace: Path | None,
) -> None:
    """Say of each spec at or below PATH what an editor says of it.

    In a folder, the Markdown files are looked at that a format recognises or that match `include`; what git would not
    track, templates, archives and copies of others are left out.

    With `--staged`, documents and those around them are what the next commit is going to hold.

    Exit codes: 0 no error was found, 1 an error, 2 wrong arguments.
    """
    form = chosen_form(form, as_json=as_json)
    if to_fix and is_staged:
        raise click.UsageError("--fix writes files, and --staged reads none: leave out one of them")
    asked = _Asked(paths, workspace, frozenset(rules), to_fix=to_fix, is_staged=is_staged, since=since)
    checked, is_lost = asyncio.run(_check(asked))
    report = checked.report(of_checkout=form in {"sarif", "github"})
    _print(report, form)
    sys.exit(EXIT_FAILED if report.has_error or is_lost else 0)


def _print(report: Report, form: str) -> None:
    if form == "json":
        write_json(check_report.as_json(report))
    elif form == "sarif":
        log, left_out = sarif.log_of(report)
        write_json(log)
        if left_out:
            say(f"warning: {left_out} findings of the least severity are left out: GitHub takes no more in one run.")
    else:
        lines = list(check_report.as_github(report) if form == "github" else check_report.as_lines(report))
        text = "".join(f"{line}\n" for line in lines)
        (write_result if form == "github" else write_page)(text)
    if form != "json":
        say(check_report.summary_line(report))


class _Warnings:
    """Sentences for the person, each said once: every file may have the same problem."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def warn(self, message: str) -> None:
        """Say it, unless it was said."""
        if message not in self._told:
            self._told.add(message)
            say(f"warning: {message}")


async def _check(asked: _Asked) -> tuple[Checked, bool]:
    """The findings, and whether a cure could not be written."""
    session, warn, is_lost = sessions.build_session(), _Warnings().warn, False
    checked = Checked(warn, asked.rules)
    try:
        with Checkouts() as checkouts:
            files = _files(asked, session, checkouts, warn)
            if asked.to_fix:
                # All of them first: a cure in one may be seen in another.
                written, is_lost = await _fix(files, asked.rules, warn)
                await session.indexes.look_at(written)
            await checked.take(files)
    finally:
        await session.aclose()
    return checked, is_lost


async def _fix(files: SpecFiles, rules: Collection[str], warn: Callable[[str], None]) -> tuple[Sequence[Path], bool]:
    """Apply the cures of all files; gives those that were written, and whether one of them could not be."""
    written: list[Path] = []
    is_lost = False
    async for found in files.read():
        if isinstance(found, ReadSpec):
            spec, is_written = await cured(files, found, rules, warn)
            is_lost = is_lost or not is_written
            if spec is not found:
                written.append(spec.file.path)
    return written, is_lost


def _files(asked: _Asked, session: Session, checkouts: Checkouts, warn: Callable[[str], None]) -> SpecFiles:
    """The files that are asked for.

    Raises:
        click.UsageError: A path or a revision names nothing.
    """
    try:
        shelf = staged(session, checkouts) if asked.is_staged else None
        paths = [path for path in asked.paths if _is_there(path, shelf, warn)]
        kept = shelf or WorkTree(warn)
        since = None if asked.since is None else ChangedSince(asked.since, paths, kept, checkouts, warn)
    except SpecError as error:
        raise click.UsageError(f"{error.message} {error.remediation}") from error
    is_asked = None if since is None else since.holds
    return SpecFiles(paths, session, asked.workspace, warn, shelf=kept, is_asked=is_asked, with_others=True)


def _is_there(path: Path, shelf: GitShelf | None, warn: Callable[[str], None]) -> bool:
    if shelf is not None and shelf.has(path.absolute()):
        return True
    if not path.exists():
        raise click.BadParameter(f"Path {str(path)!r} does not exist.", param_hint="'PATH...'")
    if shelf is not None:
        warn(f"{path} is left out: nothing of it is staged.")
    return shelf is None


async def cured(
    files: SpecFiles, spec: ReadSpec, rules: Collection[str], warn: Callable[[str], None]
) -> tuple[ReadSpec, bool]:
    """Write the safe cures of a document in one step, if its file still is what was read.

    Returns:
        The document as its file is then, and whether all that was to be written could be.
    """
    before, path, name = spec.reading, spec.file.path, spec.reading.spec_path
    if before.left is not None:
        warn(f"{name} is left as it is: a link on the way to it leads out of the workspace {before.left}.")
        return spec, True
    fixed = await fix(before, lambda reading: findings_of(reading, rules), lambda text: files.reading(spec.file, text))
    if not fixed.cures:
        return spec, True
    text, old = (spec.mark + reading.document.text for reading in (fixed.reading, before))
    try:
        await asyncio.to_thread(replace_text, path, text, expected_sha256=sha256(old))
    except SpecError as error:
        say_error(replace(error.detail, remediation="Run the command again when nobody else writes the file."))
        return spec, False
    say(f"{name}: {counted(fixed.cures, 'cure')} applied.")
    return replace(spec, reading=fixed.reading), True
