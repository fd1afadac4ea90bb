"""The indexes of a process: one for each root, and one for each folder of documents that have no root.

Open documents are taken over when they are asked about, each once for a version. All of it is done for the one loop
that the process has; only reading is done in threads.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.orchestration.plan import Reading, Surroundings, read_now
from orch_lsp.orchestration.source import Source
from orch_lsp.orchestration.spec_index import OpenSpec, SpecIndex, indexed
from orch_lsp.orchestration.whereabouts import root_of_folder
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.uri import normal_form
from orch_lsp.workspace import resolved

logger = logging.getLogger(__name__)

WAIT_SECONDS = 20.0
"""How long a request waits for the files to be looked at."""
_NO_EDITOR, _NO_COMMAND = ProjectLayer(), CommandChoice()


@dataclass(frozen=True, slots=True)
class Client:
    """The open documents of a client, and its settings. Asked on the loop."""

    documents: Callable[[], Sequence[Source]] = tuple[Source, ...]
    editor: Callable[[], ProjectLayer] = lambda: _NO_EDITOR
    affected: Callable[[Sequence[str]], None] = lambda _: None
    """Told of the URIs of open documents whose findings may be others now."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """An open document as it was taken over last."""

    source: Source
    index: SpecIndex | None
    path: str
    number: int


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
        self._by_folder: dict[tuple[Path, bool], SpecIndex] = {}
        self._taken: dict[str, _Taken] = {}
        self._numbers = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.client = Client()
        """Set by the server."""

    def known(self, source: Source, root: Path | None) -> Index:
        """The documents around one, as far as they are known now. From any thread."""
        key = _key(source, root)
        found = None if key is None else self._by_folder.get(key)
        return Index() if found is None else found.index

    def of(self, reading: Reading) -> SpecIndex | None:
        """The index of the folder that a document is in; None for one without a file."""
        key = _key(reading.source, reading.root)
        return None if key is None else self._at(key)

    async def whole(self, reading: Reading, seconds: float = WAIT_SECONDS) -> Index:
        """All documents around one, with it as it was read; waits for the first look at the files, within bounds."""
        found = self.of(reading)
        if found is None:
            return Index().with_document(reading.indexed).as_whole()
        await self.take_open()
        index = await found.whole(seconds)
        return index.with_document(reading.indexed)

    async def whole_of_folder(self, folder: Path, seconds: float = WAIT_SECONDS) -> IndexOfFolder | None:
        """All documents of the workspace that a folder is in, or is; waits as `whole` does. None if it is in none."""
        root = await asyncio.to_thread(root_of_folder, folder)
        if root is None:
            return None
        await self.take_open()
        named = folder if await asyncio.to_thread(resolved, folder) == root else root
        return IndexOfFolder(named, await self._at((root, True)).whole(seconds))

    async def take_open(self) -> None:
        """Let open documents count as they are now. One that has not changed costs nothing."""
        self._loop = asyncio.get_running_loop()
        sources = {normal_form(source.uri): source for source in self.client.documents() if source.path is not None}
        for form in [form for form in self._taken if form not in sources]:
            taken = self._taken.pop(form)
            if taken.index is not None:
                taken.index.set_open(taken.path, None)
                await taken.index.look_at([taken.path])
        changed = [
            (form, source, next(self._numbers)) for form, source in sources.items() if not self._is_taken(form, source)
        ]
        if changed:
            editor = self.client.editor()
            for form, source, number in changed:
                reading = await asyncio.to_thread(read_now, self._surroundings, source, editor, _NO_COMMAND)
                await asyncio.to_thread(self._take, form, reading, number)

    async def aclose(self) -> None:
        """End what is under way."""
        await asyncio.gather(*(index.aclose() for index in self._by_folder.values()), return_exceptions=True)

    def _is_taken(self, form: str, source: Source) -> bool:
        known = self._taken.get(form)
        return known is not None and known.source.version == source.version and known.source.text == source.text

    def _take(self, form: str, reading: Reading, number: int) -> None:
        known = self._taken.get(form)
        if known is not None and known.number > number:
            return
        key = _key(reading.source, reading.root)
        index = None if key is None else self._at(key)
        if known is not None and known.index is not None and (known.index, known.path) != (index, reading.spec_path):
            known.index.set_open(known.path, None)
        self._taken[form] = _Taken(reading.source, index, reading.spec_path, number)
        if index is not None:
            index.set_open(reading.spec_path, OpenSpec(reading.source, indexed(reading)))

    def _at(self, key: tuple[Path, bool]) -> SpecIndex:
        folder, is_root = key
        return self._by_folder.setdefault(
            key,
            SpecIndex(folder, self._surroundings, self._editor, is_root=is_root, on_change=self._changed),
        )

    def _editor(self) -> ProjectLayer:
        return self.client.editor()

    def _changed(self, index: SpecIndex, documents: Sequence[IndexedDocument]) -> None:
        """Tell of the open documents that are of the same spec as one of these, cite it, or change the same spec."""
        loop, known = self._loop, index.index
        if loop is None or loop.is_closed():
            return
        paths: set[str] = set()
        for document in documents:
            scope = document.own_scope
            paths |= {other.path for other in known.in_scope(scope)} | known.citing(scope)
            paths |= {path for base in document.places.values() for path in known.citing(base)}
        uris = [
            taken.source.uri for taken in tuple(self._taken.values()) if taken.index is index and taken.path in paths
        ]
        if uris:
            loop.call_soon_threadsafe(self.client.affected, uris)


def _key(source: Source, root: Path | None) -> tuple[Path, bool] | None:
    if root is not None:
        return root, True
    return None if source.path is None else (resolved(source.path).parent, False)
