"""Reads the files of one folder for its index, each by itself: nothing is kept of one but its nodes and citations."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from orch_lsp.document.readings import Readings
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.orchestration.specs.reading import Reading, read_now
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.orchestration.specs.whereabouts import Place
from orch_lsp.profiles.recognition import kept_away
from orch_lsp.redaction import Redactor
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import Settings
from orch_lsp.settings.resolve import CommandChoice

_NO_COMMAND = CommandChoice()


class SettingsSource(Protocol):
    """A reader of settings, and of what must not be said aloud."""

    redactor: Redactor

    def read_settings(
        self, root: Path | None, front_matter: FrontMatter | None, /, *, editor: ProjectLayer, command: CommandChoice
    ) -> Settings:
        """All layers, merged. Blocking."""
        ...


class SpecReader:
    """Reads files as specs with the settings as they were when it was made. For one thread. Blocking.

    Args:
        source: What reads settings.
        editor: The editor's settings.
        folder: The folder, its links resolved.
        named: The folder as its documents are named.
        is_root: Whether it is the root of a workspace.
    """

    def __init__(
        self, source: SettingsSource, editor: ProjectLayer, folder: Path, *, named: Path, is_root: bool
    ) -> None:
        self.root = folder if is_root else None
        self.named = named
        self._source = source
        self._editor = editor
        self._folders = (folder,)
        self.settings = source.read_settings(self.root, None, editor=editor, command=_NO_COMMAND)

    def read(self, path: str, text: str) -> Reading:
        """The document at a path, relative to the folder and with `/`, as it is with a text."""
        place = self.named / path
        source = Source(place.as_uri(), place, None, text, self._folders, self.root)
        return read_now(_Passing(self, path), source, self._editor, _NO_COMMAND)

    def settings_with(self, front_matter: FrontMatter) -> Settings:
        """The settings that hold for a document with this front matter."""
        return self._source.read_settings(self.root, front_matter, editor=self._editor, command=_NO_COMMAND)

    @property
    def redactor(self) -> Redactor:
        """Takes secrets out of messages."""
        return self._source.redactor


class _Passing:
    """The surroundings of one file, which keep nothing of it."""

    def __init__(self, reader: SpecReader, path: str) -> None:
        self.readings = Readings()
        self.redactor = reader.redactor
        self._reader = reader
        self._path = path

    def locate(self, source: Source, /) -> Place:
        """Where it is; no link leads to the files of a folder that are read for its index."""
        return Place(source, self._reader.root, self._path)

    def read_settings(
        self, root: Path | None, front_matter: FrontMatter | None, /, *, editor: ProjectLayer, command: CommandChoice
    ) -> Settings:
        del root, editor, command
        return self._reader.settings if front_matter is None else self._reader.settings_with(front_matter)

    def known_index(self, source: Source, root: Path | None, /) -> Index:
        del source, root
        return Index()


def indexed(reading: Reading) -> IndexedDocument | None:
    """The document as others see it: a spec that is at work, or one of the past; None for what is neither."""
    if is_spec(reading):
        return reading.indexed
    return reading.indexed if reading.recognition is not None and _is_past(reading) else None


def _is_past(reading: Reading) -> bool:
    away = kept_away(reading.spec_path)
    return reading.indexed.frozen and away in {None, "archived"}
