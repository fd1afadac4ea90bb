"""Names of nodes as they are typed: where a node is named, and how a place that names it is written after a rename."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from orch_lsp.document.node import Citation, Node, bare_key
from orch_lsp.text import Span

_ORDINAL = re.compile(r"[ \t]*(\d{1,9})[.)]")
_COUNTED = re.compile(r"(?P<before>.*?)(?P<number>\d+)\Z", re.DOTALL)
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
_SHORTEST_RUN = 3
"""Fewer ids are written one by one, and not as a range."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A node before and after a rename, by its key and by its name as it is typed."""

    key: str
    new_key: str
    name: str
    new_name: str


def name_of(node: Node) -> Span | None:
    """Where the text stands by which a node is named; None for one that has no name of its own.

    A section is named by its heading's words, an item of a numbered list by its number.
    """
    text = node.source
    if node.name is None:
        found = _ORDINAL.match(text, node.span.start, node.span.end)
        numbered = found is not None and node.key.endswith(found[1])
        return Span(*found.span(1)) if found is not None and numbered else None
    if text[node.name.start : node.name.end].lstrip().startswith("#") or node.kind == "section":
        start = text.find(node.title, node.name.start, node.name.end) if node.title else -1
        return None if start < 0 else Span(start, start + len(node.title))
    return node.name


def candidates(typed: str, place: str, node: Node, name: str) -> tuple[str, ...]:
    """The forms in which a new name may have to stand where the node is named, the likeliest first.

    Args:
        typed: The new name as a person gives it.
        place: The text that named the node where the person stood: `US1`, `2.3`, the end `6` of `4.1-6`.
        node: The node.
        name: Its name as it is typed: `User Story 1`, or the number `3` of a list.
    """
    found = [typed]
    new, old = _COUNTED.fullmatch(typed), _COUNTED.fullmatch(name)
    if new is not None and old is not None:
        forms = (_COUNTED.fullmatch(form) for form in (place, name, bare_key(node.key)))
        before = {"", *(form["before"] for form in forms if form is not None)}
        if new["before"] in before:
            found.append(old["before"] + _as_wide(new["number"], old["number"]))
    return tuple(dict.fromkeys(found))


def written(place: str, renamed: Renamed) -> str:
    """The text that names a node after a rename, where `place` named it before: alike in form and width."""
    plain = unicodedata.normalize("NFKC", place)
    text = _written(place, plain, renamed)
    if place.isascii() or plain == place or not any(digit.isdecimal() and not digit.isascii() for digit in place):
        return text
    return text.translate(_FULL_WIDTH if "．" in place else {key: _FULL_WIDTH[key] for key in map(ord, "0123456789")})


def _written(place: str, plain: str, renamed: Renamed) -> str:
    key, new_key = bare_key(renamed.key), renamed.new_key
    if place == renamed.name:
        return renamed.new_name
    if plain == key:
        return new_key
    if key.endswith(plain):
        before = key[: -len(plain)]
        return new_key[len(before) :] if new_key.startswith(before) and len(new_key) > len(before) else new_key
    typed, old, new = (_COUNTED.fullmatch(text) for text in (plain, key, new_key))
    if typed and old and new and old["before"] == new["before"] and int(typed["number"]) == int(old["number"]):
        return typed["before"] + _as_wide(new["number"], typed["number"])
    return new_key


def _as_wide(number: str, like: str) -> str:
    return f"{int(number):0{len(like)}d}" if like.startswith("0") else number


def written_out(text: str, members: Sequence[tuple[Citation, Renamed | None]]) -> str:
    """A range after a rename of some of its members: what it named, id by id, with a range where ids still follow.

    Args:
        text: The document's.
        members: What the range names, in order, each with its rename if it has one.
    """
    first, last = members[0][0], members[-1][0]
    to = text[first.span.end : last.span.start]
    before = _before(text[first.span.start : first.span.end], first.key)
    pieces: list[str] = []
    run: list[str] = []

    def end_run() -> None:
        pieces.extend([f"{run[0]}{to}{run[-1]}"] if len(run) >= _SHORTEST_RUN else run)
        run.clear()

    for citation, renamed in members:
        if renamed is None:
            run.append(citation.key.removeprefix(before))
        else:
            end_run()
            pieces.append(renamed.new_key.removeprefix(before))
    end_run()
    return ", ".join(pieces)


def follows(first: str, last: str) -> bool:
    """Whether a range from one key to the other goes forward, through numbers of one kind."""
    low, high = _COUNTED.fullmatch(first), _COUNTED.fullmatch(last)
    if low is None or high is None:
        return first < last
    return low["before"] == high["before"] and int(low["number"]) <= int(high["number"])


def _before(place: str, key: str) -> str:
    """The part of a key that the format adds to a text: `Derived ` of `Derived 2`."""
    plain = unicodedata.normalize("NFKC", place)
    return key[: -len(plain)] if key.endswith(plain) else ""
