"""The difference between two states of specs, as `orch.diff/1` and as a list for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from orch_lsp.document.node import Node, folded
from orch_lsp.language.diff import Change, Difference, Kind
from orch_lsp.language.index import FoundDefinition, Index
from orch_lsp.reports.check_report import Place
from orch_lsp.runs.escape import plain, visible
from orch_lsp.text import LineIndex

KINDS: tuple[Kind, ...] = ("added", "removed", "renamed", "moved", "reworded", "state")
_ONE_SIDED: tuple[Kind, Kind] = ("added", "removed")
_WHOLE = {"added": "new", "removed": "gone"}
_NAMED_BY_TITLE = frozenset(("section", "checklist_item", "question", "entity"))
"""Kinds with keys that are made of their titles."""
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
    index: tuple[Index, Index]
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
    """Each document with what is another in it, in the order of the new state; lines are counted from 1.

    Of a document that is new or gone as a whole only the number of its nodes is told.
    """

    def document(change: Change) -> tuple[str, str]:
        found = change.new or change.old
        return ("", "") if found is None else (found.path, _shown(compared, change).path)

    for (name, path), grouped in groupby(compared.difference.changes, document):
        changes = list(grouped)
        is_whole = name not in compared.old or name not in compared.new
        if is_whole and len({change.kinds for change in changes}) == 1 and changes[0].kinds[0] in _ONE_SIDED:
            yield visible(f"{path}: {_WHOLE[changes[0].kinds[0]]}, {_counted(changes)}")
            continue
        origin = _origin(compared, name, changes)
        yield visible(path if origin is None else f"{path} (was {origin})")
        for change in changes:
            yield from _lines(compared, change, is_carried=origin is not None)


def _counted(changes: Sequence[Change]) -> str:
    """How many nodes of which kind there are."""
    kinds = Counter(found.node.kind for change in changes if (found := change.new or change.old) is not None)
    return ", ".join(f"{count} {_name_of(kind, count)}" for kind, count in kinds.items())


def _name_of(kind: str, count: int) -> str:
    name = kind.replace("_", " ")
    if count == 1:
        return name
    if name.endswith("criterion"):
        return name.removesuffix("on") + "a"
    return f"{name.removesuffix('y')}ies" if name.endswith("y") else f"{name}s"


def _origin(compared: Compared, name: str, changes: Sequence[Change]) -> str | None:
    """The path that a document had before; None if it is new, or has no other path."""
    if name in compared.old:
        return None
    before = {change.old.path for change in changes if change.old is not None and "moved" in change.kinds}
    origin = next(iter(before)) if len(before) == 1 else None
    return None if origin is None or origin in compared.new else compared.old[origin].path


def _shown(compared: Compared, change: Change) -> Place:
    if change.new is not None:
        return compared.place(change.new, is_new=True)
    assert change.old is not None  # noqa: S101 -- a change has a side
    return compared.place(change.old, is_new=False)


def _lines(compared: Compared, change: Change, *, is_carried: bool) -> Iterator[str]:
    """A change, unless all that is to be said of it is that its document has another path."""
    old, new = change.old, change.new
    kinds: list[Kind] = [
        kind for kind in change.kinds if kind != "moved" or not is_carried or not _is_outermost(change)
    ]
    if new is None or old is None:
        found = new or old
        if found is not None:
            yield _line(kinds, _called(found.node), _shown(compared, change))
        return
    if not kinds:
        return
    called = _called(new.node)
    if "renamed" in kinds:
        called = f"{_name(old.node)} → {called}"
    states = f", {_state(old.node.state)} → {_state(new.node.state)}" if "state" in kinds else ""
    yield _line(kinds, called, _shown(compared, change), states)
    for says, text in _details(compared, kinds, old, new):
        yield f"  {'':{_WIDTH}}{says}: {text}"


def _is_outermost(change: Change) -> bool:
    return all(side is not None and side.node.parent is None for side in (change.old, change.new))


def _called(node: Node) -> str:
    """The node by its name and its title, if that says any more."""
    name, title = _name(node), plain(node.title, _LONGEST_TITLE)
    return name if folded(node.title) in folded(name) else f"{name} {title}"


def _name(node: Node) -> str:
    """The key, for those that people write; else the title."""
    if node.kind in _NAMED_BY_TITLE and node.title:
        return f"“{plain(node.title, _LONGEST_TITLE)}”"
    return plain(node.key)


def _details(
    compared: Compared, kinds: Sequence[Kind], old: FoundDefinition, new: FoundDefinition
) -> Iterator[tuple[str, str]]:
    if "moved" in kinds:
        path = compared.old[old.path].path
        holder = compared.index[0].documents[old.path].nodes.by_key.get(old.node.parent or "")
        elsewhere = visible(path) if path != compared.new[new.path].path else ""
        yield "was in", " ".join(filter(None, (elsewhere, "" if holder is None else _name(holder)))) or "no section"
    if (
        "reworded" in kinds
        and new.node.kind not in _NAMED_BY_TITLE
        and folded(old.node.title) != folded(new.node.title)
    ):
        yield "was", plain(old.node.title, _LONGEST_TITLE)


def _state(state: str | None) -> str:
    return "none" if state is None else state.replace("_", " ")


def _line(kinds: Sequence[Kind], text: str, place: Place, more: str = "") -> str:
    said = ", ".join(kinds) + " "
    return f"  {said:{_WIDTH}}{text} (line {place.start[0] + 1}{more})"


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
