"""ripgrep over named files, where the user has it: what it finds in each.

The program is the user's, from the search path and never from the checkout. It gets no variables, no configuration and
no pattern but ours, and nothing depends on its answer being right: one that dies, hangs, floods or says what it was not
asked is done without.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from orch_lsp.settings.key_command import find_program

_ALWAYS = (
    # Nothing that a configuration, an ignore file or the mark of an encoding says: each file is named.
    *("--no-config", "--no-ignore", "--hidden", "--encoding=none", "--color=never", "--no-messages"),
    *("--heading", "--null", "--no-line-number"),
)
_FIRST_NAMES_BYTES = 128 * 1024
"""Of the names that the first process is given: the sooner it starts, the less it is waited for."""
_MOST_NAMES_BYTES = 640 * 1024
_MOST_BYTES = 32 * 1024 * 1024
"""Of the names that one process is given, and of the files in which it searches, which bounds what it may answer."""
_BINARY = "binary file matches ("
_FOUND, _NOTHING_FOUND, _SOME_UNREADABLE = 0, 1, 2
_NICE = 5
"""The person at the machine comes first."""
_POLL_S = 0.02


class RipgrepError(Exception):
    """ripgrep cannot be asked, or its answer cannot be used."""


@dataclass(frozen=True, slots=True)
class Search:
    """One pass over files."""

    pattern: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """The lines that were found in one file; what is no UTF-8 in them replaced."""

    search: Search
    path: str
    text: str


def program_for(root: Path) -> str | None:
    """The program as an absolute path; None if there is none that the checkout could not have brought.

    On Windows, a command has room for too few names.
    """
    return None if os.name == "nt" else find_program("rg", os.environ.get("PATH", os.defpath), root)


class Ripgrep:
    """Searches over named files of one workspace.

    Args:
        program: The absolute path of ripgrep.
        root: The workspace, its symlinks resolved.
        until: The time of `time.monotonic` at which it is given up.
        stopped: Asked now and then; once it says yes, that is the end.
    """

    def __init__(self, program: str, root: Path, until: float, stopped: Callable[[], bool]) -> None:
        self._program = program
        self._before = f"{root}/"
        self._until = until
        self._stopped = stopped
        self.unreadable: list[str] = []
        """Files that may not be read, as far as it was asked."""

    def search(self, files: Iterable[tuple[str, int]], searches: Sequence[Search]) -> Iterator[Hits]:
        """Search in files; the next ones are searched while the caller looks at what is told. Blocking.

        Args:
            files: Root-relative paths with `/` of printable characters, each with its size in bytes. Later ones are
                asked for while the first are searched.
            searches: What to look for; all of a file is told before anything of the last file.

        Raises:
            RipgrepError: It could not be done, or was stopped.
        """
        running: list[tuple[Search, _Batch, _Process]] = []
        # Other programs have this name, too, and one that finds nothing cannot be told from them by its answer.
        asked: _Process | None = self._process([self._program, "--version"], 10_000)
        try:
            for batch in _batches(files, os.fsencode(self._before)):
                if asked is not None:
                    self._make_sure(asked)
                    asked = None
                for search in searches:
                    running.append((search, batch, self._start(search, batch)))
                    if len(running) > 1:
                        yield from self._told(*running.pop(0))
            if running:
                yield from self._told(*running.pop(0))
        finally:
            for process in (*((asked,) if asked else ()), *(process for _, _, process in running)):
                process.end()

    def _make_sure(self, asked: _Process) -> None:
        status, answer = asked.wait(self._until, self._stopped)
        if status != 0 or not answer.startswith(b"ripgrep "):
            raise RipgrepError("it is another program")

    def _start(self, search: Search, batch: _Batch) -> _Process:
        command = [self._program, *_ALWAYS, *search.options, "-e", search.pattern, "--", *batch.names]
        # Each match is on a line of its own, and a name before those of each file.
        return self._process(command, 2 * batch.bytes_of_files + batch.bytes_of_names + 100 * len(batch.names))

    def _process(self, command: Sequence[str | bytes], most: int) -> _Process:
        try:
            return _Process(command, most)
        except (OSError, ValueError) as error:
            raise RipgrepError(f"it could not be started: {error}") from error

    def _told(self, search: Search, batch: _Batch, process: _Process) -> Iterator[Hits]:
        status, answer = process.wait(self._until, self._stopped)
        if status not in ((_FOUND, _SOME_UNREADABLE) if answer else (_NOTHING_FOUND,)):
            raise RipgrepError(f"it ended with status {status}")
        if status == _SOME_UNREADABLE:
            lost = [path for path in batch.paths if not os.access(self._before + path, os.R_OK)]
            if not lost:
                # An answer that it could not write to its end, as on a full disk, is not all of it.
                raise RipgrepError(f"it ended with status {status}")
            self.unreadable += lost
        known = frozenset(batch.paths)
        for block in answer.decode("utf-8", "replace").removesuffix("\n").split("\n\n") if answer else ():
            name, separator, text = block.partition("\0")
            if not separator and _BINARY in name:
                continue
            path = name.removeprefix(self._before)
            if path not in known:
                raise RipgrepError("it told of something else")
            if not text.rpartition("\n")[2].startswith(_BINARY):
                yield Hits(search, path, text)


class _Process:
    """One process, and the file without a name into which it writes its answer, up to a size.

    A pipe would have to be read meanwhile, in small pieces, each of which takes the interpreter from who counts.
    """

    def __init__(self, command: Sequence[str | bytes], most: int) -> None:
        self._answer = _file_in_memory()
        try:
            # Not in the workspace: a stand-in on the search path may ask its folder which version it is to run.
            self._process = subprocess.Popen(  # noqa: S603 -- the user's own program, looked up outside of the project
                command, cwd=os.sep, env={}, stdin=subprocess.DEVNULL, stdout=self._answer, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except BaseException:
            self._answer.close()
            raise
        self._most = most
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICE)

    def wait(self, until: float, stopped: Callable[[], bool]) -> tuple[int, bytes]:
        """Its status and its answer. Blocking.

        Raises:
            RipgrepError: It took too long, was stopped, or said more than it can have to say.
        """
        try:
            while self._process.poll() is None:
                if stopped() or time.monotonic() > until:
                    raise RipgrepError("it was stopped, or took too long")
                self._bounded_size()
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_POLL_S)
            return self._process.returncode, os.pread(self._answer.fileno(), self._bounded_size(), 0)
        finally:
            self.end()

    def _bounded_size(self) -> int:
        size = os.fstat(self._answer.fileno()).st_size
        if size > self._most:
            raise RipgrepError("it told more than there is")
        return size

    def end(self) -> None:
        """End it. Blocking, for a moment."""
        if self._process.poll() is None:
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._answer.close()


def _file_in_memory() -> IO[bytes]:
    """A file that has no name; on the disk of temporary files where the system has none in memory."""
    # Interpreters that are built to run on old systems, too, know no such file, and a sandbox may refuse one.
    if sys.platform == "linux" and hasattr(os, "memfd_create"):
        with suppress(OSError):
            return os.fdopen(os.memfd_create("orch-ripgrep"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


@dataclass(slots=True)
class _Batch:
    """Files as one process is given them."""

    paths: list[str] = field(default_factory=list[str])
    names: list[bytes] = field(default_factory=list[bytes])
    bytes_of_names: int = 0
    bytes_of_files: int = 0


def _batches(files: Iterable[tuple[str, int]], before: bytes) -> Iterator[_Batch]:
    """Files in few batches, the first ones smaller than the others."""
    most_names = _FIRST_NAMES_BYTES
    batch = _Batch()
    for path, size in files:
        name = before + os.fsencode(path)
        length = len(name) + 16
        if batch.names and (batch.bytes_of_names + length > most_names or batch.bytes_of_files + size > _MOST_BYTES):
            yield batch
            batch = _Batch()
            most_names = min(2 * most_names, _MOST_NAMES_BYTES)
        batch.paths.append(path)
        batch.names.append(name)
        batch.bytes_of_names += length
        batch.bytes_of_files += size
    if batch.names:
        yield batch
