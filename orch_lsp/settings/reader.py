"""The settings that hold for a document: files read when they have changed, layers merged when one of them has."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.settings.keys import configured_secrets, keys_of_servers
from orch_lsp.settings.load import ProjectLayer, UserLayer, load_project, load_user, read_editor, read_front_matter
from orch_lsp.settings.model import ProviderSettings, Settings
from orch_lsp.settings.resolve import CommandChoice, resolve
from orch_lsp.workspace import project_config_path, resolved, user_config_path

_LayerT = TypeVar("_LayerT", UserLayer, ProjectLayer)
_KEPT = 64
"""Merged settings that are kept, and files of projects."""
_SETTLED_NS = 2_000_000_000
"""Age of a file's last change from which on its stamp is believed: a clock may tick slower than a person saves."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """The stamp of a file, which changes with it: another file in its place, other content, another way to it."""

    path: Path
    leads_to: Path
    file: tuple[int, int, int, int, int] | str
    """Device, inode, size, and the times of its content and of itself in nanoseconds; else why there is none."""

    def is_settled(self, now_ns: int) -> bool:
        """Whether the next change is sure to give another stamp.

        A file's own time cannot be set, unlike that of its content. One in the future is another machine's.
        """
        return isinstance(self.file, str) or now_ns - self.file[-1] > _SETTLED_NS


def stamp_of(path: Path) -> FileStamp:
    """The stamp of a file as it is now; links are followed. Blocking; never raises."""
    leads_to = resolved(path)
    try:
        found = os.stat(path)  # noqa: PTH116 -- `Path.stat` does the same
    except (OSError, ValueError) as error:
        return FileStamp(path, leads_to, f"{type(error).__name__}: {error}")
    numbers = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return FileStamp(path, leads_to, numbers)


class _Files(Generic[_LayerT]):
    """Layers by file, each read again when its stamp is another one."""

    def __init__(self, load: Callable[[Path], _LayerT], clock: Callable[[], int]) -> None:
        self._load = load
        self._clock = clock
        self._known: OrderedDict[Path, tuple[FileStamp, _LayerT]] = OrderedDict()

    def layer(self, path: Path) -> _LayerT:
        """Read the file. Blocking."""
        stamp = stamp_of(path)
        known = self._known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        layer = self._load(path)
        # A file that cannot be read may be readable the next time, with the same stamp.
        if stamp.is_settled(self._clock()) and all(problem.key for problem in layer.problems):
            self._known[path] = (stamp, layer)
            _forget_oldest(self._known)
        else:
            self._known.pop(path, None)
        return layer


@dataclass(frozen=True, slots=True, eq=False)
class _Merged:
    """Settings with what they were merged from, which is compared by identity: a layer that was read again is new."""

    layers: tuple[object, ...]
    command: CommandChoice
    settings: Settings

    def is_of(self, layers: tuple[object, ...], command: CommandChoice) -> bool:
        return self.command == command and all(one is other for one, other in zip(self.layers, layers, strict=True))


class SettingsReader:
    """Reads settings for one process. May be asked from several threads: at worst, something is read twice."""

    def __init__(
        self,
        presets: Mapping[str, ProviderSettings],
        kinds: Collection[str],
        on_secret: Callable[[str], None],
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._presets = presets
        self._kinds = kinds
        self._on_secret = on_secret
        self._user_files = _Files(load_user, clock)
        self._project_files = _Files(load_project, clock)
        self._editor: tuple[object, ProjectLayer] = (None, ProjectLayer())
        self._front_matter: OrderedDict[int, tuple[FrontMatter, ProjectLayer]] = OrderedDict()
        self._merged: OrderedDict[tuple[int, ...], _Merged] = OrderedDict()
        self._no_project = self._no_front_matter = ProjectLayer()

    def editor(self, options: object) -> ProjectLayer:
        """The layer of an editor's settings; `options` are not changed in place."""
        known, layer = self._editor
        if known is not options:
            layer = read_editor(options)
            self._editor = (options, layer)
        return layer

    def read(
        self,
        root: Path | None,
        front_matter: FrontMatter | None,
        *,
        editor: ProjectLayer,
        command: CommandChoice,
        handed_over: UserLayer | None,
    ) -> Settings:
        """Merge what holds for a document below `root`. Blocking; never raises on a value: see `Settings.problems`.

        Args:
            root: The workspace, whose `.orch/config.toml` counts.
            front_matter: The document's own.
            editor: The editor's settings, from `editor`.
            command: What a command names.
            handed_over: What the editor gave at user level.
        """
        user = self._user_files.layer(user_config_path())
        project = self._project_files.layer(project_config_path(root)) if root else self._no_project
        own = self._of_document(front_matter)
        layers = (user, handed_over, project, editor, own)
        key = tuple(map(id, layers))
        merged = self._merged.get(key)
        if merged is not None and merged.is_of(layers, command):
            return merged.settings
        settings = resolve(
            user=user,
            handed_over=handed_over,
            project=project,
            editor=editor,
            front_matter=own,
            command=command,
            presets=self._presets,
            kinds=self._kinds,
        )
        for secret in (*configured_secrets(settings), *keys_of_servers(settings.mcp.values(), os.environ)):
            self._on_secret(secret)
        self._merged[key] = _Merged(layers, command, settings)
        _forget_oldest(self._merged)
        return settings

    def _of_document(self, front_matter: FrontMatter | None) -> ProjectLayer:
        """The layer of a front matter, which stays the same object for as long as its text does."""
        if front_matter is None:
            return self._no_front_matter
        known = self._front_matter.get(id(front_matter))
        if known is not None and known[0] is front_matter:
            return known[1]
        layer = read_front_matter(front_matter)
        self._front_matter[id(front_matter)] = (front_matter, layer)
        _forget_oldest(self._front_matter)
        return layer


def _forget_oldest(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > _KEPT:
        try:
            kept.popitem(last=False)
        except KeyError:
            return  # Another thread was quicker.
