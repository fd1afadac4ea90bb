"""From a file as a spec names it to a path below the root, or the reason why there is none."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path

from orch_lsp.context.choke import LINK_OUTSIDE, NOT_A_FILE, NOT_FOUND, OUTSIDE, confine
from orch_lsp.context.denylist import denied
from orch_lsp.context.item import Exclusion
from orch_lsp.context.mentions import Mention
from orch_lsp.context.tree import FileTree

IGNORED = "ignored by git"


class Resolver:
    """Finds mentioned files: beside the spec, then below the root, then by a name that only one file has.

    Args:
        root: The workspace, its symlinks resolved.
        folder: The spec's folder below the root with `/`, empty for the root itself; None if it is not below it.
        tree: What git would track.
        files: The candidates.
    """

    def __init__(self, root: Path, folder: str | None, tree: FileTree, files: Sequence[str]) -> None:
        self._root = root
        self._folder = folder
        self._tree = tree
        self._by_name = _unique_names(files)

    def resolve(self, mention: Mention) -> str | Exclusion | None:
        """The real path of the mentioned file, why it is left out, or None if no file is meant."""
        if mention.path.startswith(("//", "file:", "~")) or mention.path[1:2] == ":":
            return self._refuse(mention, OUTSIDE)
        outside = False
        missing = NOT_FOUND
        for path in self._readings(mention):
            if path is None:
                outside = True
                continue
            found = self._look_at(path)
            if isinstance(found, str):
                return found
            if found.reason not in {NOT_FOUND, NOT_A_FILE}:
                return Exclusion(mention.written, found.reason)
            missing = found.reason if missing == NOT_FOUND else missing
        if (unique := self._by_name.get(mention.path)) is not None:
            return unique
        if outside and not mention.path.startswith("/"):
            return Exclusion(mention.written, OUTSIDE)
        return self._refuse(mention, OUTSIDE if outside else missing)

    def _readings(self, mention: Mention) -> list[str | None]:
        """Paths below the root that may be meant, best first; None stands for one that leads out."""
        if mention.path.startswith("/"):
            # A leading slash is the root's on the web's forges, the machine's everywhere else.
            inside = _normal(mention.path.lstrip("/"))
            return [inside, None]
        if self._folder:
            return [_normal(f"{self._folder}/{mention.path}"), _normal(mention.path)]
        return [_normal(mention.path)]

    def _look_at(self, path: str) -> str | Exclusion:
        real = confine(self._root, path)
        if isinstance(real, Exclusion):
            # A name on the deny list says more than that a link leads out.
            return Exclusion(path, real.reason if real.reason == LINK_OUTSIDE else NOT_FOUND)
        if (self._root / real).is_dir():
            return Exclusion(path, NOT_A_FILE)
        reason = denied(path) or denied(real)
        if reason is None and self._tree.ignored(real):
            reason = IGNORED
        return Exclusion(path, reason) if reason else real

    def _refuse(self, mention: Mention, reason: str) -> Exclusion | None:
        return Exclusion(mention.written, reason) if mention.explicit else None


def _normal(path: str) -> str | None:
    normal = posixpath.normpath(path)
    return None if normal == ".." or normal.startswith(("../", "/")) else normal


def _unique_names(files: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    shared: set[str] = set()
    for path in files:
        name = posixpath.basename(path)
        if name in found:
            shared.add(name)
        found[name] = path
    return {name: path for name, path in found.items() if name not in shared}
