"""`orch-lsp diff OLD NEW`: how specs differ between two states, node by node."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli import diff_report
from orch_lsp.cli.diff_report import Compared, ComparedDocument
from orch_lsp.cli.git_files import Checkouts, committed, really
from orch_lsp.cli.options import chosen_form
from orch_lsp.cli.output import EXIT_FAILED, say, write_json, write_page
from orch_lsp.cli.runs import workspace_option
from orch_lsp.errors import SpecError
from orch_lsp.language.diff import difference
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.late import late
from orch_lsp.orchestration.index.spec_reading import indexed
from orch_lsp.reports.spec_files import ReadSpec, Shelf, SpecFiles, Unreadable, WorkTree, common_root
from orch_lsp.text import LineIndex
from orch_lsp.workspace import relative_path

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.git.repository import Repository
    from orch_lsp.orchestration.running.session import Session
else:
    sessions = late("orch_lsp.app.session")

FORMATS = ("text", "json")
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two states: a file or a folder, as it is or as it was committed."""

    place: Path
    """Absolute; where it is in the checkout, for one that was committed."""
    shelf: Shelf
    is_file: bool
    is_there: bool = True
    """False for a revision that does not have what the other side is."""

    @property
    def base(self) -> Path:
        """The folder below which documents of both sides have the same names."""
        return self.place.parent if self.is_file else self.place


@dataclass(slots=True)
class _Read:
    """The documents of a side."""

    specs: dict[str, ReadSpec] = field(default_factory=dict[str, ReadSpec])
    is_whole: bool = True


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print the difference (default: text).")
@click.option("--json", "as_json", is_flag=True, help="As `--format json`.")
@workspace_option
def diff(*, old: str, new: str, form: str | None, as_json: bool, workspace: Path | None) -> None:
    """Show which sections, requirements, tasks and so on are new, gone, renamed, moved, reworded or of another state.

    OLD and NEW are files, folders or revisions of git: `orch-lsp diff HEAD .` shows your changes in this folder, and
    `orch-lsp diff v1.0 main` those of a branch. A name that is both is the file or the folder. REV:PATH is a file or a
    folder as it was committed.

    Exit codes: 0 all specs were read, 1 one could not be, 2 wrong arguments.
    """
    form = chosen_form(form, as_json=as_json)
    compared, is_whole = asyncio.run(_compare(old, new, workspace))
    if form == "json":
        write_json(diff_report.as_json(compared))
    else:
        write_page("".join(f"{line}\n" for line in diff_report.as_lines(compared)))
        say(diff_report.summary_line(compared.difference))
    sys.exit(0 if is_whole else EXIT_FAILED)


async def _compare(old: str, new: str, workspace: Path | None) -> tuple[Compared, bool]:
    session = sessions.build_session()
    try:
        with Checkouts() as checkouts:
            sides = _sides((old, new), session, checkouts)
            # Two files that were named are one document.
            both = sides[1].place.name if sides[0].is_file and sides[1].is_file else None
            documents = [_Documents(side, both, session, workspace) for side in sides]
            hashes = [await asyncio.to_thread(each.hashes) for each in documents]
            # Documents with the same content are not parsed.
            differing = frozenset(
                name
                for one in hashes
                for name in one
                if hashes[0].get(name, _NOTHING).isdisjoint(hashes[1].get(name, _NOTHING))
            )
            before, after = [await each.read(differing) for each in documents]
    finally:
        await session.aclose()
    indexes = _index(before.specs), _index(after.specs)
    found = await asyncio.to_thread(difference, *indexes)
    is_whole = before.is_whole and after.is_whole
    return Compared((old, new), _documents(before), _documents(after), indexes, found), is_whole


class _Documents:
    """The documents of one side, each by the name by which the other side has it.

    Args:
        side: The side.
        both: The one name that there is; None if names are paths below the side's folder.
        session: What reads documents.
        workspace: The root that the person named, if they did.
    """

    def __init__(self, side: _Side, both: str | None, session: Session, workspace: Path | None) -> None:
        self._side = side
        self._both = both
        self._asked: frozenset[str] = frozenset()
        paths = [side.place] if side.is_there else []
        self._files = SpecFiles(
            paths, session, workspace, _complain, shelf=side.shelf, is_asked=self._is_asked, with_past=True
        )

    def hashes(self) -> Mapping[str, frozenset[str]]:
        """The hashes that the content of each file can have. Blocking."""
        return {self._name(file.path): self._side.shelf.hashes(file.path) for file in self._files.files()}

    async def read(self, names: frozenset[str]) -> _Read:
        """Read the documents of these names that are specs."""
        self._asked = names
        read = _Read()
        async for found in self._files.read():
            if isinstance(found, Unreadable):
                read.is_whole = False
                say(f"error: {found.message}")
            elif indexed(found.reading) is not None:
                read.specs[self._name(found.file.path)] = found
            else:
                _complain(f"{found.reading.spec_path} is left out: it is not a spec of a known format.")
        return read

    def _name(self, path: Path) -> str:
        return self._both or relative_path(path, self._side.base)

    def _is_asked(self, path: Path) -> bool:
        return self._name(path) in self._asked


def _index(specs: Mapping[str, ReadSpec]) -> Index:
    return Index.of(IndexedDocument(name, spec.reading.document.nodes) for name, spec in specs.items())


def _documents(read: _Read) -> dict[str, ComparedDocument]:
    root = common_root((spec.root for spec in read.specs.values()), of_checkout=False)
    return {
        name: ComparedDocument(relative_path(spec.file.path, root), LineIndex(spec.reading.document.text))
        for name, spec in read.specs.items()
    }


def _complain(message: str) -> None:
    say(f"warning: {message}")


def _sides(given: tuple[str, str], session: Session, checkouts: Checkouts) -> tuple[_Side, _Side]:
    """The two states.

    Raises:
        click.UsageError: One of them names nothing.
    """
    paths = [Path(text) if text and os.path.lexists(text) else None for text in given]
    try:
        old, new = (
            _path_side(path) if path is not None else _revision_side(text, other, session, checkouts)
            for text, path, other in zip(given, paths, reversed(paths), strict=True)
        )
    except SpecError as error:
        raise click.UsageError(f"{error.message} {error.remediation}") from error
    return old, new


def _path_side(path: Path) -> _Side:
    return _Side(path.absolute(), WorkTree(_complain), is_file=not path.is_dir())


def _revision_side(text: str, other: Path | None, session: Session, checkouts: Checkouts) -> _Side:
    """A revision: of what it names behind a colon, else of what the other side is, else of all."""
    revision, colon, written = text.partition(":")
    here = Path.cwd()
    repository = _around(here if other is None else other.absolute(), here, checkouts)
    commit = repository.commit(revision)
    shelf = committed(session, checkouts, {repository.top: commit})
    if colon:
        place = _named(repository, written, here)
        if not shelf.has(place):
            raise click.UsageError(f"{revision} holds no file and no folder {written!r}.")
        return _Side(place, shelf, is_file=not shelf.is_folder(place))
    if other is None or repository.path_of(really(other)) is None:
        return _Side(repository.top, shelf, is_file=False)
    place = really(other)
    return _Side(place, shelf, is_file=not other.is_dir(), is_there=shelf.has(place))


def _around(path: Path, here: Path, checkouts: Checkouts) -> Repository:
    try:
        return checkouts.around(path)
    except SpecError:
        if path == here:
            raise
        return checkouts.around(here)


def _named(repository: Repository, written: str, here: Path) -> Path:
    """The place that a path behind a colon names: from the top of the checkout, or with `./` from here, as in git."""
    start = here if written.startswith(("./", "../")) or written in {".", ".."} else repository.top
    place = Path(os.path.normpath(start / written))
    if repository.path_of(place) is None:
        raise click.UsageError(f"{written!r} leads out of the checkout.")
    return place
