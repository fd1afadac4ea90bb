"""The workspace as a tool may see it: its specs, by paths that lead nowhere else."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from orch_lsp.context.choke import read_text
from orch_lsp.context.denylist import denied
from orch_lsp.context.item import ContextQuery, Exclusion
from orch_lsp.context.kept_back import KeptBack, stamp_of_own_ignores
from orch_lsp.errors import ContextError, ErrorCode, RunError, SpecError
from orch_lsp.language.code.links import CodeLinks
from orch_lsp.language.index import Index
from orch_lsp.mcp.reviewing import Reviews
from orch_lsp.mcp.telling_keys import TellingKeys
from orch_lsp.orchestration.index.file_documents import MAX_FILE_BYTES
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading, read
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.reports.spec_files import SpecFiles, WorkTree
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.keys import keys_in_environment
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workspace import relative_path, resolved

MOST_SECONDS = 15.0
"""How long a call waits for the specs of the workspace; they are read on when it is answered."""
CODE_SECONDS = 10.0
"""How long it then waits for the code."""
MOST_PROPOSALS = 60
"""In an hour, so that no agent fills the history of a person."""
_HOUR_S = 3600.0
_NO_EDITOR, _NO_COMMAND = ProjectLayer(), CommandChoice()


class ConfinedTree:
    """Files of the workspace as the choke point reads them: below its root, and on no list of what is kept back."""

    def __init__(self, root: Path, kept_back: KeptBack, complain: Callable[[str], None]) -> None:
        self._root = root
        self._kept_back = kept_back
        self._tree = WorkTree(complain)

    def is_folder(self, path: Path) -> bool:
        """Whether there is a folder of this name."""
        return path.is_dir()

    def names(self, folder: Path) -> Iterable[str]:
        """Files that git would track, in the order of their paths, without those that are never given to agents."""
        before = "" if folder == self._root else f"{relative_path(folder, self._root)}/"
        found = sorted(self._tree.names(folder))
        return (name for name in found if not denied(before + name) and self._kept_back.reason(before + name) is None)

    def content(self, path: Path) -> bytes:
        """The content of a file.

        Raises:
            SpecError: It is not to be read.
        """
        try:
            return _text_at(self._root, relative_path(path, self._root), self._kept_back).encode()
        except ContextError as error:
            # One file that cannot be read is a finding of its own, and no end of what is said of the others.
            raise SpecError(error.code, error.message, remediation=error.remediation) from error

    def hashes(self, path: Path) -> frozenset[str]:
        """None: nothing here is compared with git."""
        del path
        return frozenset()

    def surrounded(self, reading: Reading) -> Reading:
        """The document as it is."""
        return reading


@dataclass(slots=True)
class Grounds:
    """One workspace, and what reads it.

    Attributes:
        session: Reads documents and runs.
        root: The workspace, its links resolved.
        reviews: Those that go on, or whose further pages may be asked for.
        telling_keys: Keys that are not given, as they would tell a secret.
    """

    session: Session
    root: Path
    telling_keys: TellingKeys = field(init=False)
    _store: RunStore | None = field(default=None, init=False)
    reviews: Reviews = field(default_factory=Reviews, init=False)
    _kept_back: tuple[tuple[object, ...], KeptBack] | None = field(default=None, init=False)
    _proposed: list[float] = field(default_factory=list[float], init=False)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        self.telling_keys = TellingKeys(self.session.redactor)

    def look_for_telling_keys(self) -> None:
        """Know those of all specs that are known by now. Blocking."""
        index = self.session.indexes.at((self.root, True)).index
        self.telling_keys.look_at(tuple(index.documents.values()))

    def path_of(self, named: str) -> str:
        """A path below the root, from how an agent names it. Blocking, for links on the way; nothing is opened.

        Raises:
            ContextError: `not_allowed`: it leads out of the workspace.
        """
        path = PurePosixPath(named.replace("\\", "/") if "\\" in named else named)
        if Path(named).is_absolute():
            given = Path(named)
            if not given.is_relative_to(self.root):
                given = resolved(given)
            if not given.is_relative_to(self.root):
                raise _outside(named)
            path = PurePosixPath(given.relative_to(self.root).as_posix())
        if path.is_absolute() or ".." in path.parts or not path.parts or ":" in path.parts[0]:
            raise _outside(named)
        return path.as_posix()

    async def kept_back(self) -> KeptBack:
        """The globs of what the person or the project keeps from models: agents put what they are given before one.

        Before anything is given, the keys that are set are known, and taken out.

        Raises:
            ContextError: `.orchignore` cannot be read.
        """
        settings = await self.session.settings_of(self.root)
        for key in keys_in_environment(settings.providers.values(), os.environ):
            # A key is taken up when its provider is asked, which never happens here.
            self.session.redactor.add(key)
        return await asyncio.to_thread(self._kept_back_by, settings.context.exclude)

    def _kept_back_by(self, exclude: tuple[str, ...]) -> KeptBack:
        """The globs, read anew only if they may be others: a call asks several times. Blocking."""
        stamp = stamp_of_own_ignores(self.root)
        known = self._kept_back
        if known is not None and stamp is not None and known[0] == (exclude, stamp):
            return known[1]
        read = KeptBack(self.root, ContextQuery(self.root, None, "", "", 0, exclude=exclude))
        self._kept_back = ((exclude, stamp), read)
        return read

    async def spec(self, named: str) -> Reading:
        """A spec of the workspace.

        Raises:
            ContextError: `not_allowed`: it is outside, kept back, or no spec.
            SpecError: `invalid_request`: it cannot be read.
        """
        path = await asyncio.to_thread(self.path_of, named)
        text = await asyncio.to_thread(_text_at, self.root, path, await self.kept_back())
        file = self.root / path
        source = Source(file.as_uri(), file, None, text, (self.root,), self.root)
        reading = await read(self.session, source, editor=_NO_EDITOR, command=_NO_COMMAND)
        if not is_spec(reading):
            raise ContextError(
                ErrorCode.NOT_ALLOWED, f"{path} is not a spec of a known format.",
                remediation="Call `spec_outline` without arguments: it lists the specs.",
            )  # fmt: skip
        self.telling_keys.look_at((reading.indexed,))
        return reading

    async def index(self) -> Index:
        """All specs of the workspace, as far as they are known by the end of the wait."""
        found = await asyncio.to_thread(self.session.indexes.at, (self.root, True))
        return await self._given(await self.session.indexes.whole_of(found, MOST_SECONDS))

    async def surrounded(self, reading: Reading) -> Reading:
        """A spec with all others around it."""
        around = await self.session.indexes.whole(reading, MOST_SECONDS)
        return replace(reading, around_it=await self._given(around))

    async def _given(self, index: Index) -> Index:
        """The index without the documents that are kept back."""
        kept_back = await self.kept_back()
        away = [path for path in index.documents if kept_back.reason(path) is not None]
        return index.changed(dict.fromkeys(away)) if away else index

    async def code(self, index: Index) -> tuple[CodeLinks, bool]:
        """The places in code that name nodes of an index, but for files that are kept back; whether these are all."""
        code = await self.session.code_of(self.root)
        if code is None:
            return CodeLinks(), True
        known = await code.code(CODE_SECONDS)
        links, kept_back = await code.links(index, known), await self.kept_back()
        away = {path for path in links.files if denied(path) or kept_back.reason(path) is not None}
        return (links.without(away) if away else links), known.is_whole

    async def files(
        self, named: str | None, complain: Callable[[str], None], *, with_others: bool = False
    ) -> SpecFiles:
        """The specs at or below a path, or of the whole workspace.

        Raises:
            ContextError: `not_allowed`: it leads out of the workspace.
            SpecError: `invalid_request`: there is nothing.
        """
        path = await asyncio.to_thread(self.existing, named)
        shelf = ConfinedTree(self.root, await self.kept_back(), complain)
        return SpecFiles((path,), self.session, self.root, complain, shelf=shelf, with_others=with_others)

    def existing(self, named: str | None) -> Path:
        """A file or folder of the workspace, its root for nothing. Blocking; nothing is opened.

        Raises:
            ContextError: `not_allowed`: it leads out of the workspace.
            SpecError: `invalid_request`: there is nothing.
        """
        path = self.root if named in {None, "", "."} else self.root / self.path_of(named or "")
        if not path.exists() or not resolved(path).is_relative_to(self.root):
            raise SpecError(
                ErrorCode.INVALID_REQUEST, f"There is no {(named or '')[:200]!r} in the workspace.",
                remediation="Call `spec_outline` without arguments: it lists the specs.",
            )  # fmt: skip
        return path

    async def history(self, _: Reading | None = None) -> RunStore:
        """The runs of the workspace, to be looked at: nothing is marked, tended or dropped.

        Raises:
            StoreError: It cannot be read.
        """
        async with self._opening:
            if self._store is None:
                settings = await self.session.settings_of(self.root)
                self._store = await RunStore.open(self.root, owner=self.session.owner, settings=settings.runs)
            return self._store

    def count_proposal(self) -> None:
        """Count a proposal.

        Raises:
            RunError: `rate_limited`: there were too many in the last hour.
        """
        now = time.monotonic()
        self._proposed = [one for one in self._proposed if now - one < _HOUR_S]
        if len(self._proposed) >= MOST_PROPOSALS:
            raise RunError(
                ErrorCode.RATE_LIMITED, f"{MOST_PROPOSALS} proposals in an hour are enough.",
                remediation="Ask for a review of those that wait.",
            )  # fmt: skip
        self._proposed.append(now)

    async def aclose(self) -> None:
        """Give all back."""
        await self.reviews.aclose()
        if self._store is not None:
            await self._store.aclose()
        await self.session.supervisor.aclose()
        await self.session.aclose()


def _text_at(root: Path, path: str, kept_back: KeptBack) -> str:
    reason = kept_back.reason(path)
    found = Exclusion(path, reason) if reason else read_text(root, path, MAX_FILE_BYTES)
    if not isinstance(found, Exclusion) and (reason := kept_back.reason(found.path)) is not None:
        # A link within the workspace leads to it.
        found = Exclusion(path, reason)
    if isinstance(found, Exclusion):
        raise ContextError(
            ErrorCode.NOT_ALLOWED, f"{found.path} is not read: {found.reason}.",
            remediation="Name a spec by its path from the workspace's root, with `/`.",
        )  # fmt: skip
    return found.text


def _outside(named: str) -> ContextError:
    return ContextError(
        ErrorCode.NOT_ALLOWED, f"{named[:200]} is outside the workspace.",
        remediation="Name a spec by its path from the workspace's root, with `/`.",
    )  # fmt: skip
