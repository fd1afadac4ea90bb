"""Keys of a stored record that this version does not know: taken out when it is read, put back when it is written.

They are kept as a tree of plain JSON values. On each level, a name that the record's type does not have holds a value
of a later version's; a name that it has holds the tree below. The elements of a list are told apart by their first
field (a step's id, an attempt's number), so that they find their keys again when others were added.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from typing import Any, cast

_KEPT_IN = "unknown_keys"
"""The field of the record that holds the tree, which is no key of its JSON."""


def taken_from(values: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """The keys of a JSON object that the dataclass `kind`, or one below it, does not have."""
    known, nested = _fields(kind)
    found = {name: value for name, value in values.items() if name not in known}
    for name, below in nested.items():
        if tree := _below(values.get(name), below):
            found[name] = tree
    return found


def put_back(values: dict[str, Any], kept: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Add to a JSON object of the dataclass `kind` what `taken_from` found, where the object still has its place."""
    known, nested = _fields(kind)
    for name, value in kept.items():
        below = nested.get(name)
        if below is None:
            if name not in known:
                values[name] = value
        elif isinstance(present := values.get(name), dict):
            put_back(cast("dict[str, Any]", present), value, below)
        elif isinstance(present, list):
            for identity, element in _identified(cast("list[object]", present), below):
                put_back(element, value.get(identity, {}), below)
    return values


def _below(value: object, kind: type) -> dict[str, Any]:
    if isinstance(value, dict):
        return taken_from(cast("dict[str, Any]", value), kind)
    if isinstance(value, list):
        trees = {
            identity: taken_from(element, kind)
            for identity, element in _identified(cast("list[object]", value), kind)
        }  # fmt: skip
        return {identity: tree for identity, tree in trees.items() if tree}
    return {}


def _identified(elements: Sequence[object], kind: type) -> Generator[tuple[str, dict[str, Any]]]:
    """The objects of a list, each with its first field and how often that occurred before."""
    first = dataclasses.fields(kind)[0].name
    seen = Counter[str]()
    for element in elements:
        if isinstance(element, dict):
            values = cast("dict[str, Any]", element)
            name = str(values.get(first))
            yield f"{name}#{seen[name]}", values
            seen[name] += 1


@functools.cache
def _fields(kind: type) -> tuple[frozenset[str], dict[str, type]]:
    """The names of a dataclass's fields, and the dataclasses that its fields hold."""
    hints = typing.get_type_hints(kind)
    nested = {name: below for name, hint in hints.items() if (below := _dataclass_in(hint)) is not None}
    return frozenset(hints) - {_KEPT_IN}, nested


def _dataclass_in(hint: object) -> type | None:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint
    return next((found for part in typing.get_args(hint) if (found := _dataclass_in(part))), None)
