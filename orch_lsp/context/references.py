"""The files of a workspace that a text refers to: by imports of many languages, dotted names and names of symbols.

Modules are compared by the ends of paths, so that neither a language's search path nor a build has to be known:
`a.b.c`, `a/b/c`, `a::b::c` and `from .b import c` all are parts, and the file is the one whose path ends like that.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

_LONGEST_LINE = 500
_MOST_PARTS = 8

_FROM = re.compile(r"^[ \t]*+from[ \t]++([\w.]*+)[ \t]++import[ \t]++\(?([\w ,*]*+)", re.MULTILINE)
_DOTTED = re.compile(r"(?<![\w.@/-])[A-Za-z_]\w*(?:(?:\.|::)[A-Za-z_]\w*){1,7}")
_QUOTED_PATH = re.compile(r"""["'<](\.{0,2}/?[\w@.-]{1,80}(?:/[\w@.-]{1,80}){0,8})["'>]""")
_IMPORTING = re.compile(
    r"^\s*(?:import|export|from|use|using|require|include|#\s*include|@import|mod|package|const|let|var)\b"
)
_SYMBOL = re.compile(r"(?<!\w)(?:[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*|[a-z_]\w*(?=\())(?!\w)")

_INSIDE = frozenset(("__init__", "index", "mod", "main", "lib"))
"""Files that stand for their folder."""


class Tails:
    """Files by the ends of their paths, without their suffixes.

    Args:
        files: Root-relative paths with `/`.
    """

    def __init__(self, files: Iterable[str]) -> None:
        self._by_last: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for path in files:
            parts = module_parts(path)
            if parts:
                self._by_last.setdefault(parts[-1], []).append((parts, path))

    def find(self, parts: tuple[str, ...]) -> str | None:
        """The one file whose path ends with these parts; of several, the one that lies highest, if only one does."""
        if not parts:
            return None
        found = [(len(own), path) for own, path in self._by_last.get(parts[-1], ()) if own[-len(parts) :] == parts]
        if not found:
            return None
        found.sort()
        if len(found) > 1 and found[0][0] == found[1][0]:
            return None
        return found[0][1]

    def named(self, dotted: tuple[str, ...]) -> tuple[str, str | None] | None:
        """The file of a dotted name, and the name in it if its last part is one; None if no file is meant."""
        for kept in range(len(dotted), max(0, len(dotted) - 3), -1):
            # The name of a package from outside, such as `crate` or a repository's address, is no folder.
            for first in range(max(1, kept - 1)):
                if kept - first == 1 and len(dotted) > 1:
                    break
                path = self.find(dotted[first:kept])
                if path is not None:
                    return path, dotted[kept] if kept < len(dotted) else None
        return None


def module_parts(path: str) -> tuple[str, ...]:
    """The parts of a module's name by its file's path; a file that stands for its folder has the folder's."""
    folder, name = posixpath.split(path)
    stem = name.partition(".")[0]
    parts = (*folder.split("/"), stem) if folder else (stem,)
    return parts[:-1] if stem in _INSIDE and len(parts) > 1 else parts


def dotted_names(path: str, text: str) -> Counter[tuple[str, ...]]:
    """The dotted names and imported modules of a text as parts, and how often each is named. Linear."""
    found: Counter[tuple[str, ...]] = Counter()
    folder = tuple(posixpath.dirname(path).split("/")) if "/" in path else ()
    for match in _FROM.finditer(text):
        module, names = match[1], match[2]
        base = _relative(folder, module) if module.startswith(".") else tuple(module.split("."))
        for name in names.replace(" as ", " ").split(",") or ("",):
            found[(*base, *name.split()[:1])] += 1
    for match in _DOTTED.finditer(text):
        found[tuple(re.split(r"\.|::", match[0]))] += 1
    for line in text.split("\n"):
        if len(line) <= _LONGEST_LINE and _IMPORTING.match(line):
            found.update(_quoted(line, folder))
    return found


def _relative(folder: tuple[str, ...], module: str) -> tuple[str, ...]:
    ups = len(module) - len(module.lstrip("."))
    base = folder[: len(folder) - (ups - 1)] if ups > 1 else folder
    return (*base, *filter(None, module.lstrip(".").split(".")))


def _quoted(line: str, folder: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for match in _QUOTED_PATH.finditer(line):
        path = match[1]
        if path.startswith("."):
            path = posixpath.normpath("/".join((*folder, path)))
        parts = module_parts(path.lstrip("/"))
        if parts and ".." not in parts:
            yield parts[-_MOST_PARTS:]


def symbols(text: str) -> Counter[str]:
    """CamelCase names and names that are called, and how often. Linear."""
    return Counter(match[0] for match in _SYMBOL.finditer(text))


def referred(path: str, text: str, tails: Tails) -> Mapping[str, int]:
    """The files that a text refers to by dotted names and imports, and how often; not itself."""
    found: Counter[str] = Counter()
    for parts, count in dotted_names(path, text).items():
        named = tails.named(parts)
        if named is not None and named[0] != path:
            found[named[0]] += count
    return found
