"""On which line of a TOML text a key stands, also when the text is not valid TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from orch_lsp.text import split_lines

_PART = r"(?:[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*')"
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_HEADER = re.compile(rf"\s*\[(\[?)\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]\]?\s*(?:#.*)?$")
_PARTS = re.compile(_PART)
_FENCE = re.compile(r'"""|\'\'\'')
DEEPEST = 32
"""Parts of a key that are looked at, tables around it included; no setting has more than four."""
# Read from the beginning to the end, each character once: a string that is not closed ends with its line.
_PIECE = r"(?:[A-Za-z0-9_-]++|\"(?:[^\"\\\n]|\\.)*+\"?|'[^'\n]*+'?)"
_CHAIN = re.compile(rf"{_PIECE}[ \t]*+(?:\.[ \t]*+{_PIECE}[ \t]*+)*+|[^A-Za-z0-9_\"'-]++")
_CHAIN_PIECE = re.compile(_PIECE)


def has_deep_key(toml_text: str) -> bool:
    """Whether a dotted key has more parts than any setting: TOML readers need time that grows with their square."""
    chains = (chain[0] for chain in _CHAIN.finditer(toml_text))
    return any(chain.count(".") >= DEEPEST and len(_CHAIN_PIECE.findall(chain)) > DEEPEST for chain in chains)


def _parts(dotted: str) -> tuple[str, ...]:
    found = (part.group() for part in _PARTS.finditer(dotted))
    return tuple(part.strip("\"'") for part in islice(found, DEEPEST))


def _fence_after(line: str, fence: str | None) -> str | None:
    """The multi-line string that is open after `line`, given the one that was open before."""
    for found in _FENCE.findall(line.partition("#")[0] if fence is None and "#" in line else line):
        if fence is None:
            fence = found
        elif fence == found:
            fence = None
    return fence


def _keys(toml_text: str) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """Line, table, and path within it of each table and key, as they stand; a table's own path within it is empty.

    A table of a list of tables has its number behind the list's name.
    """
    table: tuple[str, ...] = ()
    lists: dict[str, int] = {}
    fence: str | None = None
    for number, line in enumerate(split_lines(toml_text)):
        if fence is None:
            if header := _HEADER.match(line):
                table = _parts(header[2])
                if header[1]:
                    lists[table[0]] = lists.get(table[0], -1) + 1
                if table[0] in lists:
                    table = (table[0], str(lists[table[0]]), *table[1:])
                yield number, table, ()
            elif key := _KEY.match(line):
                yield number, table, _parts(key[1])
        fence = _fence_after(line, fence)


def key_lines(toml_text: str) -> dict[tuple[str, ...], int]:
    """Zero-based line of each table and key, the first where one occurs twice."""
    lines: dict[tuple[str, ...], int] = {}
    for number, table, within in _keys(toml_text):
        if not within:
            lines.setdefault(table, number)
        for length in range(1, len(within) + 1):
            lines.setdefault((*table, *within[:length]), number)
    return lines


def key_path_of_line(toml_text: str, line: int) -> tuple[str, ...] | None:
    """The whole path of the key that begins on a zero-based line; None if none does."""
    return next(((*table, *within) for number, table, within in _keys(toml_text) if number == line and within), None)


@lru_cache(maxsize=4)
def _places(toml_text: str) -> Mapping[tuple[str, ...], int]:
    """The first line of each key and table, and of each table that is only written as a part of others."""
    places: dict[tuple[str, ...], int] = {}
    for path, line in key_lines(toml_text).items():
        for length in range(len(path), 0, -1):
            if path[:length] in places:
                break  # So is all that is around it.
            places[path[:length]] = line
    return places


def locate_path(toml_text: str, path: tuple[str, ...]) -> int | None:
    """The line of the key at `path`, or of the innermost table around it that is written down; None if none is."""
    places = _places(toml_text)
    return next((places[path[:length]] for length in range(len(path), 0, -1) if path[:length] in places), None)


def locate_key(toml_text: str, dotted_key: str) -> int | None:
    """As `locate_path`, for a dotted key such as `providers.work.timeout.idle`."""
    return locate_path(toml_text, _parts(dotted_key))
