"""The indexes of a process: one for each root, and one for each folder of documents that have no root.

Open documents are taken over when they are asked about, each once for a version. All of it is done for the one loop
that the process has; only reading is done in threads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.orchestration.index.spec_index import Known, OpenSpec, SpecIndex
from orch_lsp.orchestration.index.spec_reading import indexed
from orch_lsp.orchestration.specs.reading import Reading, Surroundings, read_now
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.orchestration.specs.whereabouts import root_of_folder
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workspace import in_unicode, resolved

logger = logging.getLogger(__name__)

WAIT_SECONDS = 20.0
"""How long a request waits for the files to be looked at."""
GLANCE_SECONDS = 1.0
"""How long one waits that is asked for by the way, and is of use with what stands nearest."""
_PATIENCE_SECONDS = 0.2
"""How long a request waits for files that are looked at again."""
_NO_EDITOR, _NO_COMMAND = ProjectLayer(), CommandChoice()


IndexKey = tuple[Path, bool]
"""A folder, and whether it is the root of a workspace: of another one only the files directly in it count.

Links to a root are resolved; another one is named as its documents are, whose format may be known by that.
"""


@dataclass(frozen=True, slots=True)
class Client:
    """The client, as the indexes see it. It is asked for documents on the loop, for settings from any thread."""

    altered: Callable[[], Sequence[tuple[str, Source | None]]] = tuple[tuple[str, Source | None], ...]
    """Documents that were opened, changed or, with None, closed since this was last asked, by a name of each."""
    editor: Callable[[], ProjectLayer] = lambda: _NO_EDITOR
    affected: Callable[[Sequence[str] | None], None] = lambda _: None
    """Told, on the loop, of the URIs of open documents whose findings may be others now; None for all of them."""
    fell_short: Callable[[str], None] = lambda _: None
    """Told once a folder, on the loop, that it holds more than is read: a sentence for the person."""
    tells_changes: Callable[[], bool] = lambda: False
    """Whether it tells of files that change."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """An open document as it was taken over last."""

    source: Source
    index: SpecIndex | None
    path: str


@dataclass(frozen=True, slots=True)
class IndexOfFolder:
    """The documents of a workspace."""

    folder: Path
    """Its root, as it was named if it was."""
    index: Index


class SpecIndexes:
    """The indexes, by folder."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._by_folder: dict[IndexKey, SpecIndex] = {}
        self._taken: dict[str, _Taken] = {}
        self._pending: dict[str, Source | None] = {}
        self._taking: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.client = Client()
        """Set by the server."""

    def known(self, source: Source, root: Path | None) -> Index:
        """The documents around one, as far as they are known now. From any thread."""
        key = key_of(source, root)
        found = None if key is None else self._by_folder.get(key)
        if found is None:
            return Index(is_whole=key is None)
        return found.index

    def offer(self, reading: Reading) -> None:
        """A document was read that the index of its folder would read, too: it takes it over if its file is the same.

        Blocking at the first one.
        """
        found = self.of(reading)
        if found is not None and not found.is_begun:
            found.offer(reading.spec_path, reading.source.text, indexed(reading))

    def of(self, reading: Reading) -> SpecIndex | None:
        """The index of the folder that a document is in; None for one without a file. Blocking at the first one."""
        key = key_of(reading.source, reading.root)
        return None if key is None else self.at(key)

    async def whole(self, reading: Reading, seconds: float = WAIT_SECONDS) -> Index:
        """All documents around one, with it as it was read; waits for the first look at the files, within bounds."""
        found = await asyncio.to_thread(self.of, reading)
        if found is None:
            return Index().with_document(reading.indexed).as_whole()
        found.prefer(reading.spec_path)
        index = await self.whole_of(found, seconds)
        return index.with_document(reading.indexed)

    async def concerning(
        self, reading: Reading, scopes: Collection[str], seconds: float = WAIT_SECONDS, *, citing: bool = True
    ) -> Known:
        """The documents that matter to these specs, maybe others, with one as it was read. See `SpecIndex`."""
        found = await asyncio.to_thread(self.of, reading)
        if found is None:
            return Known(Index().with_document(reading.indexed).as_whole(), is_complete=True)
        await self.take_open()
        await self._look_if_stale(found)
        known = await found.concerning(scopes, seconds, citing=citing)
        return Known(known.index.with_document(reading.indexed), known.is_complete)

    async def whole_of_folder(self, folder: Path, seconds: float = WAIT_SECONDS) -> IndexOfFolder | None:
        """All documents of the workspace that a folder is in, or is; waits as `whole` does. None if it is in none."""
        root = await asyncio.to_thread(root_of_folder, folder)
        if root is None:
            return None
        named = folder if await asyncio.to_thread(resolved, folder) == root else root
        return IndexOfFolder(named, await self.whole_of(self.at((root, True)), seconds))

    async def whole_of(self, index: SpecIndex, seconds: float = WAIT_SECONDS) -> Index:
        """All documents of a folder, open ones as they are now."""
        await self.take_open()
        await self._look_if_stale(index)
        return await index.whole(seconds)

    async def begin(self, source: Source, root: Path | None) -> None:
        """A document was opened: look at the files around it, unless that was done a short while ago."""
        key = await asyncio.to_thread(key_of, source, root)
        if key is not None:
            self._loop = asyncio.get_running_loop()
            found = await asyncio.to_thread(self.at, key)
            found.begin()
            await self._look_if_stale(found)

    async def keep_up(self, reading: Reading) -> None:
        """Bring all around a document up to date, for the sake of others: it was looked at, and may have changed."""
        await self.take_open()
        found = await asyncio.to_thread(self.of, reading)
        if found is not None and found.is_begun:
            await self._look_if_stale(found)

    async def _look_if_stale(self, index: SpecIndex) -> None:
        if not index.is_stale(told=self.client.tells_changes()):
            return
        look = index.look_again()
        await asyncio.wait((look,), timeout=_PATIENCE_SECONDS)

    async def look_again(self) -> None:
        """Settings may have changed: every folder that was looked at is looked at anew, and so is what is open."""
        self._pending = {form: taken.source for form, taken in self._taken.items()} | self._pending
        for index in tuple(self._by_folder.values()):
            if index.is_begun:
                index.look_again()

    async def look_at(self, paths: Sequence[Path]) -> None:
        """Files appeared, vanished or changed."""
        real = await asyncio.to_thread(lambda: [resolved(path.parent) / path.name for path in paths])
        for index in tuple(self._by_folder.values()):
            below = [in_unicode(one.relative_to(index.folder).as_posix()) for one in real if _is_below(one, index)]
            if below:
                await index.look_at(below)

    async def take_open(self) -> None:
        """Let open documents count as they are now: those that were altered since are read, and no others."""
        await self._settle(lambda _: True)

    async def let_go_closed(self) -> None:
        """Let the files of documents that were closed count again; nothing that is open is read."""
        await self._settle(lambda source: source is None)

    async def _settle(self, is_due: Callable[[Source | None], bool]) -> None:
        self._loop = asyncio.get_running_loop()
        for form, source in self.client.altered():
            if not self._is_taken(form, source):
                self._pending[form] = source
        while True:
            if self._taking is None or self._taking.done():
                if not any(map(is_due, self._pending.values())):
                    return
                # One task for all who wait, so that no older text comes last, whoever gives up.
                self._taking = asyncio.create_task(self._take_each(is_due), name="open documents in the index")
            await asyncio.shield(self._taking)

    async def _take_each(self, is_due: Callable[[Source | None], bool]) -> None:
        while (form := next((form for form, source in self._pending.items() if is_due(source)), None)) is not None:
            source = self._pending.pop(form)
            if source is None or source.path is None:
                await self._let_go(form)
            else:
                await asyncio.to_thread(self._take, form, source)

    async def aclose(self) -> None:
        """End what is under way."""
        taking = () if self._taking is None else (self._taking,)
        for task in taking:
            task.cancel()
        closing = (index.aclose() for index in self._by_folder.values())
        await asyncio.gather(*taking, *closing, return_exceptions=True)

    def _is_taken(self, form: str, source: Source | None) -> bool:
        known = self._taken.get(form)
        if known is None or source is None or form in self._pending:
            return False
        return known.source.version == source.version and known.source.text == source.text

    async def _let_go(self, form: str) -> None:
        taken = self._taken.pop(form, None)
        if taken is not None:
            self._surroundings.readings.forget(taken.source.uri)
        if taken is not None and taken.index is not None:
            taken.index.set_open(taken.path, None)
            await taken.index.look_at([taken.path])

    def _take(self, form: str, source: Source) -> None:
        reading = read_now(self._surroundings, source, self.client.editor(), _NO_COMMAND)
        known, index = self._taken.get(form), self.of(reading)
        if known is not None and known.index is not None and (known.index, known.path) != (index, reading.spec_path):
            known.index.set_open(known.path, None)
        self._taken[form] = _Taken(source, index, reading.spec_path)
        if index is not None:
            index.set_open(reading.spec_path, OpenSpec(source, indexed(reading)))

    def at(self, key: IndexKey) -> SpecIndex:
        """The index of a folder. Blocking when it is first asked for."""
        folder, is_root = key
        if (known := self._by_folder.get(key)) is not None:
            return known
        return self._by_folder.setdefault(
            key,
            SpecIndex(
                folder if is_root else resolved(folder),
                self._surroundings,
                self._editor,
                named=folder,
                is_root=is_root,
                on_change=self._changed,
                on_short=self._fell_short,
            ),
        )

    def _editor(self) -> ProjectLayer:
        return self.client.editor()

    def _fell_short(self, index: SpecIndex) -> None:
        if index.shortfall is not None:
            self.client.fell_short(index.shortfall)

    def _changed(self, index: SpecIndex, documents: Sequence[IndexedDocument] | None) -> None:
        """Tell of the open documents that are of the same spec as one of these, cite it, or change the same spec."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        if documents is None:
            loop.call_soon_threadsafe(self.client.affected, None)
            return
        known, paths = index.index, set[str]()
        for document in documents:
            scope = document.own_scope
            paths |= {other.path for other in known.in_scope(scope)} | known.citing(scope)
            for place in document.places.values():
                paths |= {other.path for other in known.placing(place)} | known.citing(place)
        paths -= {document.path for document in documents}
        uris = [
            taken.source.uri for taken in tuple(self._taken.values()) if taken.index is index and taken.path in paths
        ]
        if uris:
            loop.call_soon_threadsafe(self.client.affected, uris)


def _is_below(path: Path, index: SpecIndex) -> bool:
    return path.is_relative_to(index.folder) and path != index.folder


def key_of(source: Source, root: Path | None) -> IndexKey | None:
    """The folder whose index a document is in; None for one without a file. Blocking."""
    if root is not None:
        return root, True
    return None if source.path is None else (source.path.parent, False)
