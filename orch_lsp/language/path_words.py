"""The path of a file that is being typed: in a link, between backticks, or in the words of a task."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote

from orch_lsp.document.items import is_in_code, items_around
from orch_lsp.document.model import SpecDocument
from orch_lsp.text import Span, end_of_line, start_of_line

_LONGEST = 1_000
_IN_LINK = re.compile(r"\]\(<?(?P<path>[^()<>\s\"]*)\Z")
_IN_DEFINITION = re.compile(r" {0,3}\[(?:[^\[\]\\]|\\.){1,200}+\]:[ \t]*+<?(?P<path>[^<>\s\"]*)\Z")
_IN_CODE = re.compile(r"[^`]*(?:`[^`]*`[^`]*)*`(?P<path>[^`]*)\Z")
_BARE = re.compile(
    r"(?:^|(?<=[\s(（:：,，、]))(?P<path>(?:\.{0,2}/)?[^\s`()<>\[\]\"',;:：，、（）]*/[^\s`()<>\[\]\"',;:：，、（）]*)\Z"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#|~")
_SEGMENT = re.compile(r"[^/\s`)>\]#]*")


@dataclass(frozen=True, slots=True)
class PathWord:
    """A path up to the cursor."""

    span: Span
    """Its last part, on both sides of the cursor."""
    folder: str
    """The folder that was typed, below the root with `/`; empty for the root itself."""
    name: str
    """The beginning of the last part, as it is called on the disk."""
    is_link: bool
    """Whether it is the target of a link, where blanks and brackets are escaped."""


def path_word(document: SpecDocument, path: str, offset: int) -> PathWord | None:
    """The path at an offset of the document at `path`; None where none is typed, or where it leads out of the root.

    A link is relative to the document, as Markdown takes it; other paths are relative to the root, unless they begin
    with a dot.
    """
    text = document.text
    line = text[start_of_line(text, offset) : offset]
    if len(line) > _LONGEST or is_in_code(document.tree, offset):
        return None
    items = items_around(document.tree, offset)
    is_task = bool(items) and any(one.item.box is not None for one in items)
    link, code = _IN_LINK.search(line) or _IN_DEFINITION.match(line), _IN_CODE.match(line)
    if link is not None:
        typed, is_link = link["path"], True
    elif code is not None:
        typed, is_link = code["path"], False
        if not is_task and "/" not in typed:
            return None
    else:
        bare = _BARE.search(line) if is_task else None
        if bare is None:
            return None
        typed, is_link = bare["path"], False
    if _SCHEME.match(typed):
        return None
    before, _, name = typed.rpartition("/")
    if is_link:
        before, name = unquote(before), unquote(name)
    own = posixpath.dirname(path) if (is_link or typed.startswith(".")) and not typed.startswith("/") else ""
    folder = posixpath.normpath(posixpath.join(own, before.lstrip("/")) or ".")
    if folder.startswith(".."):
        return None
    behind = _SEGMENT.match(text, offset, end_of_line(text, offset))
    last = typed.rpartition("/")[2]
    return PathWord(
        Span(offset - len(last), offset if behind is None else behind.end()),
        "" if folder == "." else folder,
        name,
        is_link,
    )
