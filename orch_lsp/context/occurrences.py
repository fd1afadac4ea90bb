"""Which of some names occur anywhere in a workspace's files: for a check, so that a file's text goes nowhere."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Collection
from pathlib import Path

from orch_lsp.context.choke import read_text
from orch_lsp.context.item import Exclusion
from orch_lsp.context.tree import FileTree

MOST_FILES = 20_000
MOST_BYTES = 64 * 1024 * 1024
MOST_SECONDS = 5.0


def missing_names(
    root: Path, names: Collection[str], *, now: Callable[[], float] = time.monotonic, seconds: float = MOST_SECONDS
) -> frozenset[str]:
    """Those of `names` that no file below a root has as a whole word. Blocking.

    Files are those that git would take. None is called missing if not all of them could be read in time: of a large
    workspace nothing is known for certain.
    """
    left = set(names)
    if not left:
        return frozenset()
    until = now() + seconds
    real = Path(os.path.realpath(root))
    try:
        listing = FileTree(real).list_files(MOST_FILES, lambda: now() > until)
    except OSError:
        return frozenset()
    if not listing.complete:
        return frozenset()
    total = 0
    for path in listing.files:
        if now() > until or total > MOST_BYTES:
            return frozenset()
        readable = read_text(real, path)
        if isinstance(readable, Exclusion):
            continue
        total += readable.size
        left -= {name for name in left if name in readable.text and _is_word(name, readable.text)}
        if not left:
            break
    return frozenset(left)


def _is_word(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
