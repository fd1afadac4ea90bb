"""Files that a spec names itself: links, inline code, and file names in its prose.

A link is meant, so that one that leads nowhere or must not be followed is reported. Inline code and prose are only
taken for a file where one is found, since `/v1/users` and `e.g.` are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Chunk

MAX_MENTIONS = 1_000

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_FRAGMENT_LINES = re.compile(r"L?(\d{1,9})(?:C\d+)?(?:-L?(\d{1,9})(?:C\d+)?)?$")
_COLON_LINES = re.compile(r"^(?P<path>.*?[^:]):(?P<first>\d{1,9})(?:-(?P<last>\d{1,9})|:\d{1,9})?:?$", re.DOTALL)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTES = "\"'“”‘’«»<>()[]{}*,;!?…"


@dataclass(frozen=True, slots=True)
class Mention:
    """A file as the spec names it.

    `written` is for messages; `path` has `/` and no range; `lines` is 1-based, last line included; `explicit` says
    that it was a link.
    """

    written: str
    path: str
    lines: tuple[int, int] | None
    explicit: bool


def find_mentions(text: str) -> list[Mention]:
    """Mentions in the order of the text, each once. Links to the web, and inside the document, are none.

    A link definition is a mention where it stands. Code blocks and HTML hold none.
    """
    tree = read(text)
    found: dict[Mention, None] = {}
    for chunk in tree.chunks:
        for mention in _in_chunk(chunk):
            found.setdefault(mention)
            if len(found) == MAX_MENTIONS:
                return list(found)
    return list(found)


def parse_target(target: str, *, explicit: bool) -> Mention | None:
    """Read what a link or a word points to; None if that is no file here, such as a web address."""
    written = target
    lines: tuple[int, int] | None = None
    path, hash_sign, fragment = target.partition("#")
    if hash_sign:
        lines = _range(_FRAGMENT_LINES.match(fragment))
    elif at := _COLON_LINES.match(path):
        path = at["path"]
        lines = _ordered(int(at["first"]), int(at["last"] or at["first"]))
    path = path.partition("?")[0] if explicit else path
    if not path:
        return None
    if explicit and _SCHEME.match(path):
        # One letter is a drive, file: is a path; all else is the web's, or some other program's.
        if not path.lower().startswith("file:"):
            return None
        return Mention(written, path, lines, explicit)
    return Mention(written, path.replace("\\", "/"), lines, explicit)


def _in_chunk(chunk: Chunk) -> Iterator[Mention]:
    """Mentions of one chunk: what is no prose is looked at by itself, and the words between are."""
    at = 0
    for start, end, target, explicit in sorted(_not_prose(chunk)):
        if start >= at:
            yield from _in_prose(chunk.text[at:start])
            at = end
        elif not explicit:
            # Code within a link names what the link leads to.
            continue
        if target and (mention := parse_target(target, explicit=explicit)):
            yield mention
    yield from _in_prose(chunk.text[at:])


def _not_prose(chunk: Chunk) -> Iterator[tuple[int, int, str, bool]]:
    """Start, end and target of everything that is no prose, and whether it is a link."""
    for element in chunk.elements:
        match element.kind:
            case "link" | "image":
                yield element.start, element.end, unquote(element.value), True
            case "code":
                yield element.start, element.end, _code(chunk.source(element)), False
            case "code_block" | "html_block" | "html":
                yield element.start, element.end, "", False
            case _:
                pass
    for definition in chunk.definitions:
        yield definition.start, definition.end, unquote(definition.destination), True


def _code(source: str) -> str:
    return " ".join(source.strip("`").split())


def _in_prose(text: str) -> Iterator[Mention]:
    for word in _ESCAPE.sub(r"\1", text).replace("|", " ").split():
        bare = word.lstrip(_QUOTES).rstrip(f"{_QUOTES}.:")
        # A name without a dot or a slash is a word like any other.
        if ("." in bare or "/" in bare) and "://" not in bare and (mention := parse_target(bare, explicit=False)):
            yield mention


def _range(match: re.Match[str] | None) -> tuple[int, int] | None:
    if match is None:
        return None
    return _ordered(int(match[1]), int(match[2] or match[1]))


def _ordered(first: int, last: int) -> tuple[int, int]:
    return (max(1, min(first, last)), max(1, first, last))
