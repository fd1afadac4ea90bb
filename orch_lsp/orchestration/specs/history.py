"""A document as it was in earlier commits: read from git's files, within a bound of commits and of time."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from orch_lsp.document.node import Nodes
from orch_lsp.document.readings import Readings
from orch_lsp.git.files import common_folder, git_folder
from orch_lsp.git.head import head_revision
from orch_lsp.git.objects import MissingObjectError, ObjectStore
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.registry import FORMATS
from orch_lsp.workspace import git_top_level, relative_path

_MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
_MOST_COMMITS = 2_000


class Checkout(NamedTuple):
    """Where a workspace's history is."""

    common: Path
    """The folder in which git keeps it."""
    head: str
    """The commit that is checked out."""
    prefix: str
    """From the checkout's root to the workspace's: empty, or with `/` at its end."""

    @contextmanager
    def history(self, seconds: float) -> Generator[History]:
        """Its history; walks end after a time. Blocking."""
        with ObjectStore(self.common) as store:
            yield History(store, self.prefix, seconds)


def checkout_of(root: Path) -> Checkout | None:
    """The checkout that a workspace is in; None without one, or before its first commit. Blocking."""
    top = git_top_level(root)
    folder = None if top is None else git_folder(top)
    if top is None or folder is None or not root.is_relative_to(top):
        return None
    common = common_folder(folder)
    head = head_revision(folder, common)
    if head is None:
        return None
    below = relative_path(root, top)
    return Checkout(common, head, "" if below in {"", "."} else f"{below}/")


class History:
    """Documents in the commits of a branch, from the newest on; of a merge the way of the branch itself."""

    def __init__(self, store: ObjectStore, prefix: str, seconds: float) -> None:
        self._store = store
        self._prefix = prefix
        self._seconds = seconds
        self._trees: dict[str, dict[bytes, str]] = {}

    def commits(self, head: str) -> Iterator[str]:
        """The folders of commits, by hash."""
        until = time.monotonic() + self._seconds
        oid: str | None = head
        for _ in range(_MOST_COMMITS):
            if oid is None or time.monotonic() > until:
                return
            try:
                commit = self._store.commit(oid)
            except MissingObjectError:
                # A shallow clone ends here.
                return
            yield commit.tree
            oid = commit.parents[0] if commit.parents else None

    def file(self, tree: str, path: str) -> str | None:
        """The hash of a document, relative to the workspace's root, in a commit's folder; None where it is not.

        Raises:
            MissingObjectError: A folder on the way was not fetched.
        """
        oid: str | None = tree
        for name in f"{self._prefix}{path}".encode("utf-8", "surrogateescape").split(b"/"):
            oid = None if oid is None else self._names(oid).get(name)
        return oid

    def text(self, oid: str) -> str:
        """The text of a document by its hash.

        Raises:
            MissingObjectError: It was not fetched.
        """
        kind, content = self._store.read(oid, _MAX_DOCUMENT_BYTES)
        return content.decode("utf-8", "replace") if kind == "blob" else ""

    def nodes_in(self, tree: str, path: str) -> Nodes:
        """The nodes of a document in a commit's folder; none where it is not."""
        try:
            oid = self.file(tree, path)
            text = None if oid is None else self.text(oid)
        except MissingObjectError:
            text = None
        return Nodes() if text is None else nodes_of(path, text)

    def _names(self, tree: str) -> dict[bytes, str]:
        if tree not in self._trees:
            self._trees[tree] = {entry.name: entry.oid for entry in self._store.tree(tree)}
        return self._trees[tree]


def nodes_of(path: str, text: str) -> Nodes:
    """The nodes of a text as the format that its path tells reads it; none if that is not one format."""
    readings = Readings()
    markdown = readings.markdown(path, text)
    recognised = FORMATS.recognised(Clues(path, text, markdown.tree.headings, markdown.front_matter))
    return readings.read(path, text, recognised[0].profile).nodes if len(recognised) == 1 else Nodes()
