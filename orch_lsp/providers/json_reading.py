"""JSON from a provider, parsed within bounds: bytes say little about what a document becomes in memory.

A list of empty lists takes 3 bytes an element on the wire and 30 times that when it is parsed, while the event loop
stands still.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

MAX_VALUES = 500_000
"""Values in one document: a hundred times what the longest list of models holds."""
MAX_DEPTH = 500

_JSON = json.JSONDecoder()
# Shorter ones are parsed in no time and cannot be deep.
_SMALL = 1_000
# The closing quote is optional, so that a text without end is looked at once.
_TEXT_OR_BRACKET = r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{\]}]'


class TooComplexError(ValueError):
    """A document would become too large, or is nested too deeply."""


def parse_json(data: str) -> object:
    """The value of a JSON document.

    Raises:
        TooComplexError: It holds more than `MAX_VALUES` values or is nested deeper than `MAX_DEPTH`.
        ValueError: It is no JSON.
    """
    if len(data) > _SMALL:
        _check(data)
    # As json.loads(), which looks for white space around the value in two further steps; there is hardly ever any.
    try:
        value, end = _JSON.raw_decode(data)
    except RecursionError as error:
        raise TooComplexError("nested too deeply") from error
    except ValueError:
        return _with_white_space(data)
    return value if end == len(data) else _with_white_space(data)


def _with_white_space(data: str) -> object:
    try:
        return _JSON.decode(data)
    except RecursionError as error:
        raise TooComplexError("nested too deeply") from error


def _check(data: str) -> None:
    """Refuse by what is cheap to count: each value but the first follows a comma or an opening bracket.

    Those in texts are counted, too; no text of a model has so many.
    """
    openings = data.count("[") + data.count("{")
    if openings + data.count(",") > MAX_VALUES:
        raise TooComplexError(f"more than {MAX_VALUES} values")
    if openings > MAX_DEPTH and _depth_exceeds(data):
        raise TooComplexError(f"nested deeper than {MAX_DEPTH}")


def _depth_exceeds(data: str) -> bool:
    depth = 0
    for token in re.finditer(_TEXT_OR_BRACKET, data):
        match token[0]:
            case "[" | "{":
                depth += 1
                if depth > MAX_DEPTH:
                    return True
            case "]" | "}":
                depth -= 1
            case _:
                pass
    return False


def bounded(value: object, *, depth: int = 4, members: int = 64, characters: int = 256) -> object:
    """A copy of a JSON value that is small enough to be kept, without its deep, long and not finite parts."""
    match value:
        case None | bool():
            return value
        case int():
            return value if -(1 << 63) <= value < 1 << 63 else None
        case float():
            return value if value - value == 0 else None
        case str():
            return value[:characters]
        case _ if depth == 0:
            return None
        case dict():
            return bounded_members(value, depth=depth, members=members, characters=characters)  # pyright: ignore[reportUnknownArgumentType] -- JSON of any shape
        case list():
            return _bounded_items(value, depth, members, characters)  # pyright: ignore[reportUnknownArgumentType] -- JSON of any shape
        case _:
            return None


def bounded_members(
    value: Mapping[str, object], *, depth: int = 4, members: int = 64, characters: int = 256
) -> dict[str, object]:
    """An object with as much of its members as `bounded` keeps."""
    kept: dict[str, object] = {}
    for name, item in value.items():
        if len(kept) == members:
            break
        kept[name[:characters]] = bounded(item, depth=depth - 1, members=members, characters=characters)
    return kept


def _bounded_items(value: Sequence[object], depth: int, members: int, characters: int) -> list[object]:
    return [bounded(item, depth=depth - 1, members=members, characters=characters) for item in value[:members]]
