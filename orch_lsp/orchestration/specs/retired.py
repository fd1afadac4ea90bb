"""Ids that stood for something in an earlier version of a document and were gone since, as git tells it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from orch_lsp.document.node import Node, Nodes
from orch_lsp.git.objects import MissingObjectError
from orch_lsp.orchestration.specs.history import History, checkout_of, nodes_of
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.rules.retired_ids import has_id, wording
from orch_lsp.rules.rule import RetiredId

_MOST_SECONDS = 0.5
_MOST_VERSIONS = 40
_MOST_KEPT = 256


@dataclass
class _Known:
    """Results of looks into history, by commit and path; any thread may ask."""

    retired: OrderedDict[tuple[object, ...], frozenset[RetiredId]] = field(
        default_factory=OrderedDict[tuple[object, ...], "frozenset[RetiredId]"]
    )
    lock: Lock = field(default_factory=Lock)


_known = _Known()


def retired_ids(reading: Reading) -> frozenset[RetiredId]:
    """Ids of the document that a later commit had no more, each with the words that it stood for last.

    Empty without git, and for a document without such ids. Blocking: the first look at a commit walks through history,
    for half a second and forty versions of the document at most.
    """
    nodes = reading.document.nodes
    if reading.root is None or not nodes.once_for_shape(has_id, lambda: any(map(has_id, nodes.nodes))):
        return frozenset()
    checkout = checkout_of(reading.root)
    if checkout is None:
        return frozenset()
    key = (reading.root, checkout.head, reading.spec_path)
    with _known.lock:
        if key in _known.retired:
            return _known.retired[key]
    with checkout.history(_MOST_SECONDS) as history:
        retired = _look(history, checkout.head, reading.spec_path)
    with _known.lock:
        _known.retired[key] = retired
        while len(_known.retired) > _MOST_KEPT:
            _known.retired.popitem(last=False)
    return retired


def _look(history: History, head: str, path: str) -> frozenset[RetiredId]:
    found: dict[str, RetiredId] = {}
    newer: dict[str, Node] = {}
    seen: dict[str, None] = {}
    for tree in history.commits(head):
        try:
            oid = history.file(tree, path)
            if oid is None or (oid not in seen and len(seen) == _MOST_VERSIONS):
                break
            if next(reversed(seen), None) == oid:
                continue
            seen[oid] = None
            nodes = nodes_of(path, history.text(oid))
        except MissingObjectError:
            break
        ids = _ids(nodes)
        # A document that was begun anew has given up none of its ids.
        if ids.keys() & newer.keys():
            for key in ids.keys() - newer.keys() - found.keys():
                found[key] = RetiredId(key, wording(nodes, ids[key]))
        newer = ids
    return frozenset(found.values())


def _ids(nodes: Nodes) -> dict[str, Node]:
    return {node.key: node for node in nodes.nodes if has_id(node)}
