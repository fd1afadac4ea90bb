"""From a file or symbol as a spec names it to places below the root, or the reason why there is none."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from orch_lsp.context.choke import LINK_OUTSIDE, NOT_A_FILE, NOT_FOUND, OUTSIDE, confine
from orch_lsp.context.denylist import denied
from orch_lsp.context.item import Exclusion
from orch_lsp.context.mentions import Mention
from orch_lsp.context.references import Tails
from orch_lsp.context.roles import role_of
from orch_lsp.context.tree import FileTree
from orch_lsp.uri import path_of

IGNORED = "ignored by git"
MOST_DEFINING = 3
"""A symbol that more files define names none of them."""
MOST_SYMBOLS = 200
"""Symbols that are looked for; of a spec that names more, the later ones mean nothing."""
_LEAST_TAIL = 2
"""Parts of a path that is not of this machine which have to agree, if it has so many."""


@dataclass(frozen=True, slots=True)
class Place:
    """The meaning of a mention: a file below the root, perhaps lines of it, perhaps a definition in it by its name."""

    path: str
    lines: tuple[int, int] | None = None
    symbol: str = ""
    is_certain: bool = True
    """Whether the file is named, too; a symbol alone may be defined somewhere else than it is meant."""


class Resolver:
    """Finds mentioned files: beside the spec, then below each folder up to the root, then by a name of one file only.

    A project in a folder of the workspace has paths of its own: `@src/a.ts` in `shop/.planning/` is `shop/src/a.ts`.

    Args:
        root: The workspace, its symlinks resolved.
        folder: The spec's folder below the root with `/`, empty for the root itself; None if it is not below it.
        tree: What git would track.
        files: The candidates.
        defining: The files that define a symbol.
    """

    def __init__(
        self,
        root: Path,
        folder: str | None,
        tree: FileTree,
        files: Sequence[str],
        defining: Callable[[str], Sequence[str]] = lambda _: (),
    ) -> None:
        self._root = root
        self._folder = folder
        self._tree = tree
        self._files = files
        self._defining = defining
        self._definers: dict[str, Sequence[str]] = {}

    def resolve(self, mention: Mention) -> tuple[Place, ...] | Exclusion | None:
        """The places that are meant, why the mentioned file is left out, or None if nothing here is meant."""
        if mention.form == "frame":
            path = self._by_tail(mention.path)
            return None if path is None else (Place(path, mention.lines, mention.symbol),)
        file = self._file(mention) if mention.path else self._refuse(mention, NOT_FOUND)
        if isinstance(file, str):
            return (Place(file, mention.lines),)
        return self._definition(mention) or file

    def pinned(self, path: str) -> str | Exclusion:
        """The file at a path from the root, or why it is left out."""
        normal = _normal(path.lstrip("/")) if path else None
        return Exclusion(path, OUTSIDE) if normal is None else self._look_at(normal)

    def _definition(self, mention: Mention) -> tuple[Place, ...]:
        """The places of a dotted module, of a name in one, or of a symbol alone."""
        name = mention.symbol or mention.path
        if "/" in name or mention.lines is not None:
            return ()
        parts = [part for part in re.split(r"\.|::|#", name) if part]
        if not parts:
            return ()
        if len(parts) > 1 and (named := self._tails.named(tuple(parts))) is not None:
            return (Place(named[0], None, named[1] or ""),)
        if not mention.symbol:
            return ()
        for symbol, wanted in ((parts[0], ".".join(parts)), (parts[-1], parts[-1])):
            found = self._definers_of(symbol)
            if 1 <= len(found) <= MOST_DEFINING:
                return tuple(Place(path, None, wanted, is_certain=mention.explicit) for path in found)
        return ()

    def _definers_of(self, symbol: str) -> Sequence[str]:
        """The files that define a symbol, tests only if nothing else does, which may have names of their own."""
        if symbol not in self._definers and len(self._definers) < MOST_SYMBOLS:
            found = self._defining(symbol)
            self._definers[symbol] = [path for path in found if role_of(path) != "tests"] or found
        return self._definers.get(symbol, ())

    def _file(self, mention: Mention) -> str | Exclusion | None:
        if mention.path[:5].lower() == "file:":
            return self._file_of_uri(mention)
        if mention.path.startswith(("//", "~")) or mention.path[1:2] == ":":
            return self._refuse(mention, OUTSIDE)
        missing = NOT_FOUND
        readings = self._readings(mention)
        # One that leads out of the root alone is no reading: `../x` beside the spec may be meant.
        outside = readings[0] is None or mention.path.startswith("/")
        for path in readings:
            if path is None:
                continue
            found = self._look_at(path)
            if isinstance(found, str):
                return found
            if found.reason not in {NOT_FOUND, NOT_A_FILE}:
                return Exclusion(mention.written, found.reason)
            missing = found.reason if missing == NOT_FOUND else missing
        named = self._named(mention)
        if named is not None:
            return named
        if outside and not mention.path.startswith("/"):
            return Exclusion(mention.written, OUTSIDE)
        return self._refuse(mention, OUTSIDE if outside else missing)

    def _named(self, mention: Mention) -> str | None:
        """The one file of a name, or whose path ends as code and words have it; tests only if nothing else does."""
        path = mention.path
        found = self._by_name.get(posixpath.basename(path), ())
        if "/" in path:
            end = f"/{path.removeprefix('./')}"
            found = [] if mention.explicit else [one for one in found if one.endswith(end)]
        if len(found) > 1:
            found = [one for one in found if role_of(one) != "tests"]
        return found[0] if len(found) == 1 else None

    def _file_of_uri(self, mention: Mention) -> str | Exclusion | None:
        """As `_file`, for an address of this machine, which is compared with the root as it is written."""
        # The address was decoded once already, and a name may hold a percent sign.
        path = path_of(quote(mention.path, safe="/:\\", errors="surrogatepass"))
        if path is None or not (normal := Path(os.path.normpath(path))).is_relative_to(self._root):
            return self._refuse(mention, OUTSIDE)
        found = self._look_at(normal.relative_to(self._root).as_posix())
        return found if isinstance(found, str) else self._refuse(mention, found.reason)

    def _by_tail(self, path: str) -> str | None:
        """The one file whose path ends most like a path of another machine, such as one of an installed package."""
        parts = [part for part in path.split("/") if part not in {"", ".", ".."}]
        if not parts:
            return None
        agreeing = {one: _same_end(one.split("/"), parts) for one in self._by_name.get(parts[-1], ())}
        most = max(agreeing.values(), default=0)
        found = [one for one, count in agreeing.items() if count == most]
        is_enough = most >= min(_LEAST_TAIL, len(parts)) or (most and len(found[0].split("/")) == most == len(parts))
        return found[0] if len(found) == 1 and is_enough else None

    @cached_property
    def _tails(self) -> Tails:
        return Tails(path for path in self._files if role_of(path) in {"code", "tests"})

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._files:
            found.setdefault(posixpath.basename(path), []).append(path)
        return found

    def _readings(self, mention: Mention) -> list[str | None]:
        """Paths below the root that may be meant, best first; None stands for one that leads out."""
        if mention.path.startswith("/"):
            # A leading slash is the root's on the web's forges, the machine's everywhere else.
            written = Path(os.path.normpath(mention.path))
            below = [written.relative_to(self._root).as_posix()] if written.is_relative_to(self._root) else []
            return [*below, _normal(mention.path.lstrip("/"))]
        return relative_readings(self._folder or "", mention.path)

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


def relative_readings(folder: str, path: str) -> list[str | None]:
    """Paths below the root that a relative path in a document of a folder may mean, best first; None leads out.

    Args:
        folder: The document's folder below the root, with `/`; empty or `.` for the root itself.
        path: As it is written. With `../` in front it is meant from the document, or from the root.
    """
    parts = folder.split("/") if folder not in {"", "."} else []
    whole = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    folders = whole[:1] if path.startswith("../") else whole
    return [_normal(f"{one}/{path}") for one in (*folders, ".")]


def _normal(path: str) -> str | None:
    normal = posixpath.normpath(path)
    return None if normal == ".." or normal.startswith(("../", "/")) else normal


def _same_end(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return count
