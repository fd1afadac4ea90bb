"""Places in a spec that lead to a file, to a heading or to a web page, and the files that they lead to.

A link is meant, so that it is one whatever it leads to, but for other schemes than the web's; code between backticks is
one only where a file of that name is found. No file is read here, and none that the deny list names is led to.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from orch_lsp.context.choke import confine
from orch_lsp.context.denylist import denied
from orch_lsp.context.item import Exclusion
from orch_lsp.context.mentions import parse_target
from orch_lsp.markdown.tree import Tree
from orch_lsp.text import Span

MAX_LINKS = 2_000
"""Of one document, and as many pieces of code that may be files."""
_LONGEST_TARGET = 2_000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NO_URL = re.compile(r"[\x00-\x20\x7f<>\"\\^`{|}\ud800-\udfff]")
_FILE_LIKE = re.compile(r"[^\s*?<>|\"]*[./][^\s*?<>|\"]*")


@dataclass(frozen=True, slots=True)
class Link:
    """A place that leads somewhere."""

    span: Span
    target: str
    """As written, without escapes of the web."""
    is_meant: bool
    """Whether it is a link; else code that may be the name of a file."""


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A file below the root, or the document itself."""

    path: str | None
    """With `/`, relative to the root; None for the document."""
    line: int | None = None
    """The first line that is meant, counted from one."""
    anchor: str = ""
    """The name of a heading in it."""


def links(tree: Tree) -> tuple[Link, ...]:
    """The links and pieces of code of a document, in order; none within another one. Pure; never raises."""
    found: list[Link] = []
    end = meant = code = 0
    for link in sorted(_links(tree), key=lambda link: (link.span.start, -link.span.end)):
        if link.span.start < end or len(link.target) > _LONGEST_TARGET:
            continue
        if link.is_meant:
            meant += 1
        else:
            code += 1
        if (meant if link.is_meant else code) <= MAX_LINKS:
            end = link.span.end
            found.append(link)
    return tuple(found)


def _links(tree: Tree) -> Iterator[Link]:
    for element, span in tree.elements("link", "image", "code"):
        if element.kind != "code":
            if element.value:
                yield Link(span, unquote(element.value), is_meant=True)
            continue
        words = tree.text[span.start : span.end].strip("`").strip()
        if _FILE_LIKE.fullmatch(words) and not _SCHEME.match(words):
            yield Link(span, words, is_meant=False)
    for definition, span in tree.definitions():
        yield Link(span, unquote(definition.destination), is_meant=True)


def web_page(target: str) -> str | None:
    """The address, if the target of a link is a page on the web that can be opened as it is."""
    if _NO_URL.search(target) or not target.isascii():
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return target if parts.scheme.lower() in {"http", "https"} and parts.netloc else None


def file_target(root: Path | None, folder: str, link: Link) -> FileTarget | None:
    """The file that a link leads to, or the place in the document; None if there is none that may be opened.

    Args:
        root: The workspace, its symlinks resolved; None if the document is in none, so that only anchors lead anywhere.
        folder: The document's folder below the root with `/`, empty for the root itself.
        link: One of `links`.

    Blocking.
    """
    _, _, anchor = link.target.partition("#")
    if link.is_meant and link.target.startswith("#"):
        return FileTarget(None, anchor=anchor) if anchor else None
    mention = parse_target(link.target, explicit=link.is_meant)
    if mention is None or root is None or mention.path.startswith(("//", "~")) or _SCHEME.match(mention.path):
        return None
    places = [mention.path.lstrip("/")] if mention.path.startswith("/") else [f"{folder}/{mention.path}".lstrip("/")]
    if not link.is_meant:
        places.append(mention.path.lstrip("/"))
    for place in dict.fromkeys(map(posixpath.normpath, places)):
        if place.startswith(("../", "/")) or place in {"..", "."} or denied(place) is not None:
            continue
        real = confine(root, place)
        if isinstance(real, Exclusion) or denied(real) is not None or not (root / real).is_file():
            continue
        return FileTarget(place, mention.lines[0], "") if mention.lines else FileTarget(place, None, anchor)
    return None
