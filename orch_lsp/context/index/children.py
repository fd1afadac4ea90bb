"""Starting the processes that read much, and ending them: our own interpreter with our own code, from no search path.

Where none can be started, the same work is done by whoever asks.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from orch_lsp.context.index.reading import Found, Wanted
from orch_lsp.context.item import Exclusion
from orch_lsp.context.ranking import Document

logger = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-P", "-m", "orch_lsp.context.index.child")
# Without a window of its own, and behind what a person does.
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
_MOST_AT_ONCE = 4
_POLL_S = 0.05
_END_S = 2.0


def find_in_children(
    root: Path, files: Sequence[str], wanted: Wanted, max_file_bytes: int, seconds: float, stopped: Callable[[], bool]
) -> Found | None:
    """As `reading.find`, in a process for each processor; None if that could not be done.

    Args:
        root: The workspace, its symlinks resolved.
        files: Root-relative paths with `/`.
        wanted: What to look for.
        max_file_bytes: Larger files are passed over.
        seconds: After that, the rest is not read.
        stopped: Asked now and then; once it says yes, the processes are ended.
    """
    shares = min(_MOST_AT_ONCE, os.cpu_count() or 1)
    orders = [
        {
            "do": "find", "root": str(root), "files": files[share::shares], "terms": sorted(wanted.terms),
            "symbols": sorted(wanted.symbols), "max_file_bytes": max_file_bytes, "seconds": seconds,
        }
        for share in range(shares)
    ]  # fmt: skip
    processes: list[subprocess.Popen[bytes]] = []
    asking: list[threading.Thread] = []
    answers: list[bytes | None] = [None] * shares
    try:
        for number, order in enumerate(orders):
            processes.append(_start())
            asking.append(threading.Thread(target=_ask, args=(processes[-1], order, answers, number), daemon=True))
            asking[-1].start()
        while alive := [thread for thread in asking if thread.is_alive()]:
            alive[0].join(_POLL_S)
            if stopped():
                return Found()
        return _gathered(answers)
    except OSError as error:
        logger.warning("no process could be started to read files: %s", error.strerror or error)
        return None
    finally:
        for process in processes:
            _end(process)
        for thread in asking:
            thread.join(_END_S)
        for process in processes:
            _close(process)


class Build:
    """A process that builds an index, and the thread that hears of its progress.

    Args:
        root: The workspace, its symlinks resolved.
        max_files: How many files are looked at.
        progress: Called with how many files of how many were read, in that thread.
        ended: Called once with how it ended (`built`, `elsewhere`, `failed`, `stopped`) and a reason, in that thread.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(
        self, root: Path, max_files: int, progress: Callable[[int, int], None], ended: Callable[[str, str], None]
    ) -> None:
        self._process = _start()
        self._progress = progress
        self._ended = ended
        self._stopping = False
        _send(self._process, {"do": "build", "root": str(root), "max_files": max_files})
        self._thread = threading.Thread(target=self._listen, name="orch-index-build", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it; what was not committed is undone. Blocking, for a moment."""
        self._stopping = True
        _end(self._process)
        if self._thread is not threading.current_thread():
            self._thread.join(_END_S)

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; whether it has. Blocking."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _listen(self) -> None:
        how, reason = "failed", "the process that reads files ended"
        assert self._process.stdout is not None  # noqa: S101 -- asked for by PIPE
        try:
            for line in self._process.stdout:
                told = json.loads(line)
                if "end" in told:
                    how, reason = told["end"], told.get("reason", "")
                else:
                    self._progress(told["done"], told["of"])
        except (OSError, ValueError) as error:
            reason = str(error)
        finally:
            _end(self._process)
            _close(self._process)
            self._ended("stopped" if self._stopping else how, reason)


def _start() -> subprocess.Popen[bytes]:
    if not sys.executable:
        raise OSError("the interpreter's place is not known")
    return subprocess.Popen(  # noqa: S603 -- our own interpreter with our own module
        _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, creationflags=_FLAGS
    )


def _send(process: subprocess.Popen[bytes], order: Mapping[str, Any]) -> None:
    assert process.stdin is not None  # noqa: S101 -- asked for by PIPE
    process.stdin.write(json.dumps(order).encode("ascii") + b"\n")
    process.stdin.flush()


def _ask(process: subprocess.Popen[bytes], order: Mapping[str, Any], answers: list[bytes | None], number: int) -> None:
    try:
        answers[number], _ = process.communicate(json.dumps(order).encode("ascii") + b"\n")
    except (OSError, ValueError) as error:
        logger.info("a process that reads files was ended: %s", error)


def _gathered(answers: Sequence[bytes | None]) -> Found | None:
    found = Found()
    for answer in answers:
        if not answer:
            return None
        try:
            told = json.loads(answer)
        except ValueError:
            return None
        found.add(
            Found(
                [Document(path, counts, length) for path, counts, length in told["documents"]],
                told["defining"],
                [Exclusion(path, reason) for path, reason in told["left_out"]],
                told["is_whole"],
            )
        )
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            with suppress(OSError):
                pipe.close()
