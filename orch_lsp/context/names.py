"""The names that the files of a workspace define, for somebody who types one: kept as long as each file's stamp.

The index on disk holds no names but hashes of them, so that these are read from the files, a slice at a time.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.context.choke import read_text
from orch_lsp.context.definitions import defined_names
from orch_lsp.context.item import Exclusion
from orch_lsp.context.references import Tails, module_parts
from orch_lsp.context.roles import role_of
from orch_lsp.context.stamps import Fields

SLICE_SECONDS = 0.3
"""How long files are read for one question; the next one goes on."""
MOST_FILES = 20_000
_MOST_BYTES = 512 * 1024
_DOTS = re.compile(r"\.|::")


@dataclass(frozen=True, slots=True)
class Defined:
    """The names that the files of a workspace define, and its modules."""

    names: frozenset[str]
    modules: Tails

    def holds(self, name: str) -> bool:
        """Whether a symbol, perhaps a dotted one, may be defined, or is a module."""
        parts = [part for part in _DOTS.split(name) if part]
        if not parts:
            return False
        is_module = len(parts) > 1 and self.modules.named(tuple(parts)) is not None
        return is_module or not self.names.isdisjoint((parts[0], parts[-1]))


class KnownNames:
    """The names of one workspace, as far as its files were read. Threads may share it.

    Args:
        root: The workspace, its symlinks resolved.
        now: Seconds.
    """

    def __init__(self, root: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._now = now
        self._files: dict[str, tuple[Fields, frozenset[str]]] = {}
        self._lock = threading.Lock()

    def look(self, stamps: Mapping[str, Fields], stopped: Callable[[], bool]) -> bool:
        """Read files that are new or changed, for a while; whether all are known now. Blocking.

        Args:
            stamps: The candidates as they are now.
            stopped: Asked before each file; once it says yes, the rest is not read.
        """
        until = self._now() + SLICE_SECONDS
        with self._lock:
            for path in self._files.keys() - stamps.keys():
                del self._files[path]
            for path, stamp in list(stamps.items())[:MOST_FILES]:
                known = self._files.get(path)
                if known is not None and known[0] == stamp:
                    continue
                if stopped() or self._now() > until:
                    return False
                self._files[path] = (stamp, self._names(path))
        return len(stamps) <= MOST_FILES

    def _names(self, path: str) -> frozenset[str]:
        if role_of(path) not in {"code", "tests", "config"}:
            return frozenset()
        readable = read_text(self._root, path, _MOST_BYTES)
        return frozenset() if isinstance(readable, Exclusion) else defined_names(path, readable.text)

    def defined(self) -> Defined:
        """Everything that was read until now."""
        with self._lock:
            files = dict(self._files)
        return Defined(frozenset(name for _, names in files.values() for name in names), Tails(files))

    def beginning(self, begun: str, most: int) -> list[tuple[str, str]]:
        """Names that begin as written, without regard to capitals, each with its file: the shortest first.

        A dotted one, `limit.Rate`, begins a module, or a name in the module or class before its last dot.
        """
        parts = _DOTS.split(begun)
        with self._lock:
            files = dict(self._files)
        found = set(_modules(files, begun)) if len(parts) > 1 else set[tuple[str, str]]()
        if len(parts) > 1 and parts[-2]:
            tails = Tails(path for path in files if role_of(path) in {"code", "tests"})
            named = tails.named(tuple(parts[:-1])) or (tails.find((parts[0],)), None)
            files = {path: files[path] for path in named[:1] if path is not None}
        before = begun[: len(begun) - len(parts[-1])]
        last = parts[-1].casefold()
        found.update(
            (f"{before}{name}", path)
            for path, (_, names) in files.items()
            for name in names
            if name.casefold().startswith(last)
        )
        return sorted(found, key=lambda one: (role_of(one[1]) != "code", len(one[0]), one))[:most]


def _modules(files: Sequence[str] | Mapping[str, object], begun: str) -> Iterator[tuple[str, str]]:
    wanted = f".{begun.casefold()}"
    for path in files:
        if role_of(path) in {"code", "tests"}:
            dotted = ".".join(module_parts(path))
            at = f".{dotted.casefold()}".find(wanted)
            if at >= 0:
                yield dotted[at:], path
