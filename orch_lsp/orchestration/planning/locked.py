"""Nodes that the setting `locked` keeps: no run writes them, what they stand in, or what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from orch_lsp.document.node import Node, Nodes
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.orchestration.specs.reading import Reading


def locks_of_key(reading: Reading, key: str, offset: int) -> Iterator[tuple[str, str]]:
    """The locks on a place: key of what is locked, and the pattern of the setting.

    Args:
        reading: The document.
        key: The place's own key.
        offset: Where it stands.
    """
    patterns = reading.settings.locked
    if patterns:
        keys = (key, *(node.key for node in reading.document.nodes.around(offset)))
        yield from ((one, pattern) for one in keys for pattern in patterns if fnmatchcase(one, pattern))


def locks_of_node(reading: Reading, node: Node) -> Iterator[tuple[str, str]]:
    """The locks on a node, as above: on itself, on one in which it stands, or on one that stands in it."""
    patterns = reading.settings.locked
    if patterns:
        nodes = reading.document.nodes
        every = (*_with_those_around(nodes, node), *nodes.within(node))
        yield from ((one.key, pattern) for one in every for pattern in patterns if fnmatchcase(one.key, pattern))


def locked_error(key: str, locked: str, pattern: str) -> SpecError:
    """The refusal of a run that would write something locked."""
    named = f"“{locked}” is locked" if key == locked else f"“{locked}”, which belongs to “{key}”, is locked"
    return SpecError(
        ErrorCode.NOT_ALLOWED,
        f"{named} by the setting `locked` ({pattern}); nothing was sent.",
        remediation="Take the pattern out of `locked`, or name something that is not locked.",
    )


def _with_those_around(nodes: Nodes, node: Node) -> Iterator[Node]:
    one: Node | None = node
    while one is not None:
        yield one
        one = None if one.parent is None else nodes.by_key.get(one.parent)
