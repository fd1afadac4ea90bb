"""`orch-lsp check PATH…`: what the editor says of specs, for terminals and continuous integration."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli import alike_specs, check_report
from orch_lsp.cli.alike_specs import AlikeSpecs
from orch_lsp.cli.check_report import Place, Report, Reported
from orch_lsp.cli.files import replace_text
from orch_lsp.cli.fixing import fix
from orch_lsp.cli.git_files import ChangedSince, Checkouts, GitShelf, staged
from orch_lsp.cli.output import EXIT_FAILED, say, say_error, write_json, write_page, write_result
from orch_lsp.cli.runs import workspace_option
from orch_lsp.cli.spec_files import ReadSpec, SpecFiles, Unreadable, WorkTree, common_root
from orch_lsp.errors import SpecError
from orch_lsp.language.across import ACROSS
from orch_lsp.language.index import Index
from orch_lsp.late import late
from orch_lsp.orchestration.reading import Reading
from orch_lsp.orchestration.review import BESIDE_THE_RULES, is_of_the_document, is_spec, review
from orch_lsp.rules.check import RULES
from orch_lsp.rules.rule import Finding, Related
from orch_lsp.text import LineIndex, counted, sha256
from orch_lsp.workspace import relative_path

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.cli import sarif
    from orch_lsp.orchestration.session import Session
else:
    sessions = late("orch_lsp.app.session")
    sarif = late("orch_lsp.cli.sarif")

FORMATS = ("text", "json", "sarif", "github")
CODES = (*RULES, *ACROSS, *BESIDE_THE_RULES, check_report.UNREADABLE)
"""All that `--rule` takes."""


@dataclass(frozen=True, slots=True)
class _InFile:
    """Findings of a file; an empty path is its own, others are relative to its root."""

    file: Path
    root: Path
    findings: Sequence[Reported]

    def placed(self, root: Path) -> Iterator[Reported]:
        """The findings with paths that are relative to the report's root."""
        own = relative_path(self.file, root)

        def place(one: Place) -> Place:
            return replace(one, path=relative_path(self.root / one.path, root) if one.path else own)

        for one in self.findings:
            related = tuple((message, place(where)) for message, where in one.related)
            yield replace(one, place=place(one.place), related=related)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The arguments of the command."""

    paths: Sequence[Path] = field(kw_only=False)
    workspace: Path | None = field(kw_only=False)
    rules: Collection[str] = field(kw_only=False)
    to_fix: bool
    is_staged: bool
    since: str | None


@dataclass(slots=True)
class _Checked:
    """Findings so far: the paths to show are known when all roots are."""

    found: list[_InFile] = field(default_factory=list["_InFile"])
    files: int = 0
    is_lost: bool = False
    """Whether a cure could not be written."""
    told: set[str] = field(default_factory=set[str])
    alike: AlikeSpecs | None = None
    """Specs to be compared with one another; None if nobody asks."""

    def report(self, *, of_checkout: bool) -> Report:
        """The findings, placed below one root: that of the checkout, if it is asked for and there is one."""
        root = common_root((one.root for one in self.found), of_checkout=of_checkout)
        return check_report.report_of([found for one in self.found for found in one.placed(root)], self.files)

    def warn(self, message: str) -> None:
        """Say something once: each file may have the same problem."""
        if message not in self.told:
            self.told.add(message)
            say(f"warning: {message}")


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print the findings (default: text).")
@click.option("--json", "as_json", is_flag=True, help="As `--format json`.")
@click.option(
    "--rule", "rules", metavar="CODE", multiple=True, type=click.Choice(CODES), help="Only this rule; may be repeated."
)
@click.option("--fix", "to_fix", is_flag=True, help="Apply the cures that are safe, then say what is left.")
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
    if as_json and form not in {None, "json"}:
        raise click.UsageError(f"--json and --format {form} exclude one another")
    if to_fix and is_staged:
        raise click.UsageError("--fix writes files, and --staged reads none: leave out one of them")
    form = "json" if as_json else form or "text"
    asked = _Asked(paths, workspace, frozenset(rules), to_fix=to_fix, is_staged=is_staged, since=since)
    checked = asyncio.run(_check(asked))
    report = checked.report(of_checkout=form in {"sarif", "github"})
    _print(report, form)
    sys.exit(EXIT_FAILED if report.has_error or checked.is_lost else 0)


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


async def _check(asked: _Asked) -> _Checked:
    session, checked = sessions.build_session(), _Checked()
    checked.alike = AlikeSpecs() if not asked.rules or alike_specs.RULE in asked.rules else None
    try:
        with Checkouts() as checkouts:
            files = _files(asked, session, checkouts, checked.warn)
            if asked.to_fix:
                # All of them first: a cure in one may be seen in another.
                written = [path async for path in _fix(files, asked.rules, checked)]
                await session.indexes.look_at(written)
            async for found in files.read():
                if isinstance(found, Unreadable):
                    one = Reported(check_report.UNREADABLE, "error", found.message, Place(""))
                    checked.found.append(_InFile(found.file.path, found.root, [one]))
                    continue
                await asyncio.to_thread(_take, found, asked.rules, checked)
            if checked.alike is not None:
                repeated = await asyncio.to_thread(list, checked.alike.findings())
                checked.found += (_InFile(file, root, [one]) for file, root, one in repeated)
    finally:
        await session.aclose()
    return checked


async def _fix(files: SpecFiles, rules: Collection[str], checked: _Checked) -> AsyncIterator[Path]:
    """Apply the cures of all files; gives those that were written."""
    async for found in files.read():
        if isinstance(found, ReadSpec):
            spec, is_written = await cured(files, found, rules, checked.warn)
            checked.is_lost = checked.is_lost or not is_written
            if spec is not found:
                yield spec.file.path


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


def _take(spec: ReadSpec, rules: Collection[str], checked: _Checked) -> None:
    reading = spec.reading
    for problem in reading.settings.problems:
        if not is_of_the_document(problem):
            # Said once, and not of each document.
            checked.warn(f"{problem.place}: {problem.message}")
    if is_spec(reading):
        checked.files += 1
    elif reading.no_profile is not None:
        checked.warn(f"{reading.spec_path} is not checked. {reading.no_profile.message}")
    else:
        checked.warn(
            f"{spec.file.path.name} is not checked: it is no spec by its path, its format or its front matter."
        )
    lines = LineIndex(reading.document.text)
    around = reading.index
    found = [_reported(one, lines, around) for one in findings_of(reading, rules)]
    if checked.alike is not None and is_spec(reading):
        checked.alike.take(spec, lines)
    checked.found.append(_InFile(spec.file.path, spec.root, found))


def findings_of(reading: Reading, rules: Collection[str]) -> list[Finding]:
    """Findings of a document, but for settings that stand in other files.

    Args:
        reading: The document.
        rules: Codes of what is asked for; all if empty.
    """
    own = tuple(problem for problem in reading.settings.problems if is_of_the_document(problem))
    alone = replace(reading, settings=replace(reading.settings, problems=own))
    return [one for one in review(alone) if not rules or one.rule in rules]


def _related_place(related: Related, lines: LineIndex, around: Index) -> Place:
    if related.path is None:
        return Place.of("", related.span, lines)
    other = around.documents.get(related.path)
    return Place(related.path) if other is None else Place.of(related.path, related.span, LineIndex(other.text))


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


def _reported(finding: Finding, lines: LineIndex, around: Index) -> Reported:
    related = tuple((one.message, _related_place(one, lines, around)) for one in finding.related)
    return Reported(
        finding.rule, finding.severity, finding.message, Place.of("", finding.span, lines), finding.key, related
    )
