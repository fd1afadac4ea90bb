"""Links, `@path` and `@symbol` of a document that lead to nothing in its workspace."""

from __future__ import annotations

import os
import posixpath
import re
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from orch_lsp.context.choke import LINK_OUTSIDE, NOT_FOUND, OUTSIDE, confine, read_text
from orch_lsp.context.excerpts import Lines
from orch_lsp.context.index.look import stamps_of
from orch_lsp.context.item import Exclusion
from orch_lsp.context.mentions import Mention, has_suffix, telling_mentions_in
from orch_lsp.context.names import Defined, KnownNames
from orch_lsp.context.resolution import relative_readings
from orch_lsp.context.stamps import Stamp, stamp_of
from orch_lsp.context.tree import FileTree
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.rules.rule import LostMention
from orch_lsp.text import shortened
from orch_lsp.uri import path_of

_MOST = 100
_MOST_FILES = 20_000
_SECONDS_KEPT = 10
_LONGEST = 80
_OF_AN_AGENT = re.compile(
    r"/\.(?:(?:claude|codex|cursor|gemini|opencode|copilot|qwen|kiro|kilocode|windsurf|codeium|augment|trae|agents)"
    r"|config/(?:opencode|kilo))/"
)
"""Where agents keep what is installed for them: plans of GSD name its workflows there, and mean no file for us."""


def lost_mentions(reading: Reading) -> tuple[LostMention, ...]:
    """The first hundred of them, in order; none without a workspace. Blocking: it asks the file system about each.

    A file is looked for beside the document, below each folder up to the root, and by its name, if it is written
    without folders.
    """
    if reading.root is None:
        return ()
    found: list[LostMention] = []
    for mention in telling_mentions_in(reading.document.tree):
        reason = (mention.explicit and _lost(reading, mention)) or _beyond(reading, mention)
        if reason:
            written = shortened(mention.written, _LONGEST)
            found.append(LostMention(written, reason, mention.span))
            if len(found) == _MOST:
                break
    return tuple(found)


def _lost(reading: Reading, mention: Mention) -> str:
    """Why nothing is found; empty if something is, or if no file of the workspace is meant."""
    path = mention.path
    if reading.root is None or (mention.symbol and reading.has_file is not None):
        return ""
    if mention.symbol:
        when = int(time.monotonic() / _SECONDS_KEPT)
        defined = _defined(reading.root, when)
        return "" if defined is None or defined.holds(mention.symbol) else NOT_FOUND
    if path.startswith(("/", "~")) or path[:5].lower() == "file:" or path[1:2] == ":":
        is_fine = reading.has_file is not None or _OF_AN_AGENT.search(path) or _may_be_inside(reading.root, path)
        return "" if is_fine else OUTSIDE
    places = list(_places(reading, path))
    if not places:
        return OUTSIDE
    if any(map(reading.has_file or os.path.exists, places)):
        return f"a {LINK_OUTSIDE}" if reading.has_file is None and _leads_out(reading.root, places) else ""
    if not has_suffix(path):
        return ""
    return "" if "/" not in path and path in _names(reading.root, int(time.monotonic() / _SECONDS_KEPT)) else NOT_FOUND


@lru_cache(maxsize=4)
def _defined(root: Path, _when: int) -> Defined | None:
    """The names of a workspace, asked anew after some seconds; None as long as not all of its files were read."""
    real = Path(os.path.realpath(root))
    try:
        listing = FileTree(real).list_files(_MOST_FILES, lambda: False)
    except OSError:
        return None
    known = _known_names(real)
    stamps = stamps_of(real, listing.files, lambda: False)
    return known.defined() if listing.complete and known.look(stamps, lambda: False) else None


@lru_cache(maxsize=4)
def _known_names(root: Path) -> KnownNames:
    return KnownNames(root)


def _may_be_inside(root: Path, path: str) -> bool:
    """Whether a path of the machine may be one of the workspace, or of a web site whose pages are no files here."""
    if path[:5].lower() == "file:":
        named = path_of(quote(path, safe="/:\\", errors="surrogatepass"))
        return named is not None and Path(os.path.normpath(named)).is_relative_to(os.path.realpath(root))
    if not path.startswith("/") or path.startswith("//"):
        return False
    inside = posixpath.normpath(path.lstrip("/"))
    if Path(os.path.normpath(path)).is_relative_to(os.path.realpath(root)) or os.path.lexists(root / inside):
        return True
    return not has_suffix(path) and not os.path.lexists(f"/{inside.partition('/')[0]}")


def _leads_out(root: Path, places: Sequence[Path]) -> bool:
    """Whether the first of these places that there is lies elsewhere, behind a link."""
    there = next(filter(os.path.lexists, places), None)
    found = None if there is None else confine(Path(os.path.realpath(root)), there.relative_to(root).as_posix())
    return isinstance(found, Exclusion) and found.reason == LINK_OUTSIDE


def _beyond(reading: Reading, mention: Mention) -> str:
    """Why lines of a file are not there; empty if they are, or if only a trace or a version of git tells of them."""
    if mention.lines is None or mention.form == "frame" or reading.root is None or reading.has_file is not None:
        return ""
    if not has_suffix(mention.path) or mention.path.startswith(("/", "~", "file:")):
        return ""
    root = Path(os.path.realpath(reading.root))
    for place in _places(reading, mention.path):
        stamp = _stamp(place)
        if stamp is not None:
            lines = _lines(root, place.relative_to(reading.root).as_posix(), stamp)
            first = mention.lines[0]
            return f"line {first} of a file that has {lines}" if lines is not None and first > lines else ""
    return ""


def _stamp(place: Path) -> Stamp | None:
    try:
        return stamp_of(place.stat())
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=512)
def _lines(root: Path, path: str, _stamp: Stamp) -> int | None:
    """How many lines a text has that may be sent; None for any other file."""
    readable = read_text(root, path)
    return None if isinstance(readable, Exclusion) else len(Lines(readable.text))


def _places(reading: Reading, path: str) -> Iterator[Path]:
    for place in dict.fromkeys(relative_readings(posixpath.dirname(reading.spec_path), path)):
        if reading.root is not None and place is not None:
            yield reading.root / place


@lru_cache(maxsize=8)
def _names(root: Path, _when: int) -> frozenset[str]:
    """The names of the files of a workspace, looked up anew after some seconds."""
    try:
        files = FileTree(Path(os.path.realpath(root))).list_files(_MOST_FILES, lambda: False).files
    except OSError:
        return frozenset()
    return frozenset(map(posixpath.basename, files))
