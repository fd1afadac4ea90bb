"""The difference between two states of specs, as `orch.diff/1` and as a list for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from orch_lsp.cli.check_report import Place
from orch_lsp.document.node import folded
from orch_lsp.language.diff import Change, Difference, Kind
from orch_lsp.language.index import FoundDefinition
from orch_lsp.runs.escape import plain, visible
from orch_lsp.text import LineIndex

KINDS: tuple[Kind, ...] = ("added", "removed", "renamed", "moved", "reworded", "state")
_LONGEST_TITLE = 100
_WIDTH = 9
"""Cells of the longest kind and a blank."""


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """A document of one side."""

    path: str
    """As it is shown: relative to its workspace's root, with `/`."""
    lines: LineIndex


@dataclass(frozen=True, slots=True)
class Compared:
    """Two states with their difference; documents by the names by which both sides have them."""

    names: tuple[str, str]
    """As the person named the states."""
    old: Mapping[str, ComparedDocument]
    new: Mapping[str, ComparedDocument]
    difference: Difference

    def place(self, found: FoundDefinition, *, is_new: bool) -> Place:
        """Where a node is."""
        document = (self.new if is_new else self.old)[found.path]
        return Place.of(document.path, found.node.span, document.lines)


def as_json(compared: Compared) -> dict[str, Any]:
    """`orch.diff/1`; its schema is `diff.schema.json`."""
    difference = compared.difference
    return {
        "schema": "orch.diff/1",
        "old": compared.names[0],
        "new": compared.names[1],
        "changes": [
            {
                "kinds": list(change.kinds),
                "old": _node(compared, change.old, is_new=False),
                "new": _node(compared, change.new, is_new=True),
            }
            for change in difference.changes
        ],
        "summary": {kind: difference.count(kind) for kind in KINDS},
    }


def _node(compared: Compared, found: FoundDefinition | None, *, is_new: bool) -> dict[str, Any] | None:
    if found is None:
        return None
    node, place = found.node, compared.place(found, is_new=is_new)
    return {
        "path": place.path,
        "kind": node.kind,
        "key": node.key,
        "title": node.title,
        "range": place.range,
        "state": node.state,
        "sha256": node.sha256,
    }


def as_lines(compared: Compared) -> Iterator[str]:
    """Each document with what is another in it, in the order of the new state; lines are counted from 1."""

    def document(change: Change) -> str:
        return _shown(compared, change).path

    for path, changes in groupby(compared.difference.changes, document):
        yield visible(path)
        for change in changes:
            yield from _lines(compared, change)


def _shown(compared: Compared, change: Change) -> Place:
    if change.new is not None:
        return compared.place(change.new, is_new=True)
    assert change.old is not None  # noqa: S101 -- a change has a side
    return compared.place(change.old, is_new=False)


def _lines(compared: Compared, change: Change) -> Iterator[str]:
    old, new = change.old, change.new
    found = new or old
    if found is None:
        return
    key, title = plain(found.node.key), plain(found.node.title, _LONGEST_TITLE)
    if new is None or old is None:
        yield _line(change.kinds[0], f"{key} {title}", _shown(compared, change))
        return
    before = plain(old.node.key)
    name = f"{before} → {key}" if "renamed" in change.kinds else key
    yield _line(", ".join(change.kinds), f"{name} {title}", _shown(compared, change))
    for says, text in _details(compared, change, old, new):
        yield f"  {'':{_WIDTH}}{says}: {text}"


def _details(
    compared: Compared, change: Change, old: FoundDefinition, new: FoundDefinition
) -> Iterator[tuple[str, str]]:
    if "moved" in change.kinds:
        path = compared.old[old.path].path
        holder = "" if old.node.parent is None else plain(old.node.parent)
        elsewhere = visible(path) if path != compared.new[new.path].path else ""
        yield "was in", " ".join(filter(None, (elsewhere, holder))) or "no section"
    if "reworded" in change.kinds and folded(old.node.title) != folded(new.node.title):
        yield "was", plain(old.node.title, _LONGEST_TITLE)
    if "state" in change.kinds:
        yield "state", f"{_state(old.node.state)} → {_state(new.node.state)}"


def _state(state: str | None) -> str:
    return "none" if state is None else state.replace("_", " ")


def _line(kinds: str, text: str, place: Place) -> str:
    return f"  {f'{kinds} ':{_WIDTH}}{text} (line {place.start[0] + 1})"


def summary_line(difference: Difference) -> str:
    """How many nodes are changed in which way, in a sentence."""
    counts = [(kind, difference.count(kind)) for kind in KINDS]
    words = [f"{count} {'of another state' if kind == 'state' else kind}" for kind, count in counts if count]
    number = len(difference.changes)
    return (
        f"{number} {'node differs' if number == 1 else 'nodes differ'}: {', '.join(words)}."
        if words
        else "No node differs."
    )
