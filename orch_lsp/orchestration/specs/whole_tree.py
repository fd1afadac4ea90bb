"""Files named from a folder further down than anybody looks: `_parts/a.md` for `presets/_parts/a.md`.

Only for what is found nowhere else: a list of a workspace's files costs too much after each key.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from orch_lsp.context.denylist import unwanted

_MOST_ENTRIES = 50_000
_MOST_FOLDERS = 50
_SECONDS_KEPT = 10
FOREIGN = frozenset(("node_modules", "vendor", "venv", "site-packages"))
"""Folders of what others wrote."""


def folders_with(root: Path, path: str) -> Iterator[str]:
    """The folders of a workspace from which a path leads to a file, at most 50; none beyond 50,000 of its entries.

    A file that came within the last ten seconds may be missed, and one that went may be listed. Blocking.
    """
    return islice(_folders_in(_files(root, int(time.monotonic() / _SECONDS_KEPT)), path, str(root)), _MOST_FOLDERS)


def _folders_in(files: str, path: str, root: str) -> Iterator[str]:
    line = f"/{path}\n"
    at = files.find(line)
    while at >= 0:
        yield root + files[files.rfind("\n", 0, at) + 1 : at]
        at = files.find(line, at + 1)


@lru_cache(maxsize=2)
def _files(root: Path, _when: int) -> str:
    """Each file on a line of its own, from the root with a `/` in front, in one text: small, and soon searched."""
    lines: list[str] = []
    waiting, seen = deque([""]), 0
    while waiting and seen <= _MOST_ENTRIES:
        folder = waiting.popleft()
        try:
            with os.scandir(f"{root}{folder}") as entries:
                for entry in entries:
                    seen += 1
                    if not entry.is_dir(follow_symlinks=False):
                        lines.append(f"{folder}/{entry.name}\n")
                    elif not unwanted(entry.name) and entry.name not in FOREIGN:
                        waiting.append(f"{folder}/{entry.name}")
        except OSError:
            continue
    return "".join(lines)
