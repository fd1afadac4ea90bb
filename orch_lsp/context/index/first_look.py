"""The first look at a workspace of which nothing is known: its files are searched while the others are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from orch_lsp.context.corpus import Limits
from orch_lsp.context.index.reading import Found, Wanted
from orch_lsp.context.index.searching import Searching
from orch_lsp.context.tree import FileTree, Listing, Walk


@dataclass(frozen=True, slots=True)
class Looked:
    """The files that there are, and what was found in those of them that count, if they were searched."""

    listing: Listing
    tree: FileTree
    files: Sequence[str]
    found: Found | None = None


def first_look(
    tree: FileTree,
    searching: Searching,
    hints: Wanted,
    takes: Callable[[str], bool],
    limits: Limits,
    ended: Callable[[], bool],
) -> Looked:
    """List a tree, and search its files meanwhile if they are many. Blocking.

    Args:
        tree: The workspace.
        searching: The search.
        hints: What to look for.
        takes: Whether a file counts.
        limits: How much is looked at.
        ended: Asked before each file; once it says yes, that is the end.

    Raises:
        OSError: The root itself cannot be read.
    """
    walk = Walk(lambda folder: tree.look_into(folder, ended), limits.max_files)
    files: list[str] = []

    def taken() -> Iterator[str]:
        for path in walk:
            if ended():
                return
            if takes(path):
                files.append(path)
                yield path

    rest = taken()
    first = list(islice(rest, limits.indexed_from))
    found: Found | None = None
    if len(first) == limits.indexed_from:
        # Half of the time is left for reading, should it hang.
        found = searching.find(chain(first, rest), hints, limits.max_file_bytes, limits.max_seconds / 2, ended)
    for _ in rest:
        """Those that were not asked for."""
    return Looked(walk.listing(), tree, files, found)
