"""Ids and names that are free in a spec: declared by no document of it, and cited by none.

What is cited and not there was perhaps there once, or is still to come: its id is not given to something else.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node, NodeKind, bare_key
from orch_lsp.document.node_form import STAND_IN
from orch_lsp.language.index import Index
from orch_lsp.text import Span

COUNTED = re.compile(r"(?P<before>.*?)(?P<number>\d{1,9})[a-z]?\Z", re.DOTALL)
"""A key with a number at its end."""
_WORK = frozenset(("task", "checklist_item"))
_WIDEST_GAP = 100
"""Between two numbers of one series: some begin each part of a document at the next hundred."""


def taken_keys(index: Index, document: SpecDocument, path: str, kind: NodeKind, leave_out: Span) -> frozenset[str]:
    """The keys that a new node of a kind must not have: those of the work, or of what is to be built.

    Args:
        index: The documents of the spec.
        document: The document as it is typed.
        path: Its path in the index.
        kind: The kind of the new node.
        leave_out: Nodes that begin there do not count: they are being typed.
    """
    is_work = kind in _WORK
    known = index.documents.get(path)
    nodes = [node for node in document.nodes.nodes if node.span.start not in leave_out]
    others = () if known is None else index.in_scope(known.own_scope)
    nodes += [node for other in others if other.path != path for node in other.nodes.nodes]
    taken = {node.key for node in nodes if (node.kind in _WORK) == is_work}
    if known is not None:
        declared = {node.key for node in nodes}
        for citing in index.citing(known.own_scope):
            cited = index.documents[citing].cited
            taken |= {key for scope, key in cited if scope == known.own_scope and key not in declared}
    return frozenset(taken)


def highest(before: str, taken: Collection[str], beside: int = 0) -> int:
    """The highest number behind a prefix among keys, without those far beyond all others; 0 without any.

    A few numbers behind a wide gap are slips of the pen: `FR-9999` behind `FR-003`. The next one is free all the same.

    Args:
        before: The prefix.
        taken: The keys.
        beside: A number that counts wherever it is: that of a node beside which a new one is to stand.
    """
    found = (COUNTED.fullmatch(bare_key(key)) for key in taken if key.startswith(before))
    numbers = sorted({int(one["number"]) for one in found if one and one["before"] == before})
    kept = len(numbers)
    for at in range(len(numbers) - 1, 0, -1):
        is_gap = numbers[at] - numbers[at - 1] > _WIDEST_GAP
        if is_gap and kept - at < max(at, 2) and numbers[at] > beside:
            kept = at
    return numbers[kept - 1] if numbers else 0


def next_key(key: str, taken: Collection[str]) -> tuple[str, str] | None:
    """A free key like one, and its number as it is typed, as wide as that one's; None if that has no number."""
    counted = COUNTED.fullmatch(bare_key(key))
    if counted is None:
        return None
    digits = counted["number"]
    number = highest(counted["before"], taken, int(digits)) + 1
    written = f"{number:0{len(digits)}d}" if digits.startswith("0") else str(number)
    return f"{counted['before']}{written}", written


def free_title(beside: Node, taken: Collection[str]) -> str:
    """A stand-in for the name of a node that is known by its name alone, unlike all that there are."""
    before = bare_key(beside.key)[: -len(beside.title)] if beside.title else ""
    title, number = STAND_IN, 1
    while f"{before}{title}" in taken:
        number += 1
        title = f"{STAND_IN} {number}"
    return title
