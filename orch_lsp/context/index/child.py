"""The process that reads much, so that the editor's own never waits for it: `python -m orch_lsp.context.index.child`.

One order as a line of JSON comes on standard input; answers are lines of JSON on standard output. `find` answers what
stands in files, `build` tells of its progress and how it ended. An order to build ends when the input does.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from orch_lsp.context.index.reading import Wanted, find
from orch_lsp.errors import OrchError
from orch_lsp.late import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from orch_lsp.context.index import build
else:
    # Reading for an answer, somebody waits for the process to start.
    build = late("orch_lsp.context.index.build")

_NICE = 5
"""The person at the machine comes first."""


def main() -> None:
    """Do what is ordered."""
    # Nothing here refers to itself in a circle, and the process ends with its order.
    gc.disable()
    if os.name == "posix":
        with suppress(OSError):
            os.nice(_NICE)
    line = sys.stdin.buffer.readline()
    if not line:
        return
    order = json.loads(line)
    answers = sys.stdout.buffer
    if order["do"] == "find":
        _answer(answers, _find(order))
    else:
        threading.Thread(target=_end_with, args=(sys.stdin.fileno(),), daemon=True).start()
        _answer(answers, _build(order, answers))


def _find(order: Mapping[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + order["seconds"]
    wanted = Wanted(frozenset(order["terms"]), frozenset(order["symbols"]))
    found = find(Path(order["root"]), order["files"], wanted, order["max_file_bytes"], lambda: time.monotonic() > until)
    return {
        "documents": [(one.path, one.counts, one.length) for one in found.documents],
        "defining": found.defining,
        "left_out": [(one.path, one.reason) for one in found.left_out],
        "is_whole": found.is_whole,
    }


def _build(order: Mapping[str, Any], answers: BinaryIO) -> dict[str, Any]:
    def progress(done: int, of: int) -> None:
        _answer(answers, {"done": done, "of": of})

    try:
        built = build.build(Path(order["root"]), order["max_files"], progress, lambda: False)
    except OrchError as error:
        return {"end": "failed", "reason": error.message}
    except OSError as error:
        return {"end": "failed", "reason": error.strerror or type(error).__name__}
    return {"end": "elsewhere" if built.elsewhere else "built", "files": built.files}


def _answer(answers: BinaryIO, value: Mapping[str, Any]) -> None:
    try:
        answers.write(json.dumps(value).encode("ascii") + b"\n")
        answers.flush()
    except OSError:
        # There is no reader any more: the process that asked is gone.
        os._exit(0)


def _end_with(orders: int) -> None:
    """End at once when whoever gave the order does, or wants no more: what is under way is not lost but undone.

    Reads the descriptor itself. A thread that waits in `sys.stdin.buffer` holds its lock, which the interpreter takes
    at its end, and it aborts if it cannot.
    """
    with suppress(OSError):
        while os.read(orders, 1024):
            pass
    os._exit(0)


if __name__ == "__main__":
    main()
