"""How the parts of a spec read that a document was made of, when it was last reworded: as git tells it.

A list of tasks whose requirement has changed since may be for something else than what is asked for now. A commit that
only ticks boxes rewords nothing. Somebody who has looked at a change says so in `.orch/reviewed.jsonl`.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import cast

from orch_lsp.context.stamps import Stamp, stamp_of
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Citation, Relation, folded
from orch_lsp.git.files import read_file
from orch_lsp.git.objects import MissingObjectError
from orch_lsp.language.index import Index
from orch_lsp.orchestration.specs.history import History, checkout_of
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.rules.rule import NodeThen
from orch_lsp.storage.files import replace_file
from orch_lsp.text import sha256
from orch_lsp.workspace import ORCH_DIRECTORY

logger = logging.getLogger(__name__)

REVIEWED = "reviewed.jsonl"
_MAX_REVIEWED_BYTES = 4 * 1024 * 1024
_MOST_SECONDS = 1.0
_MOST_KEPT = 512
_OF_REQUIREMENTS: frozenset[Relation] = frozenset(("covers", "validates"))


@dataclass(frozen=True, slots=True)
class _Made:
    """A document as it was committed, and the hashes of what its spec held when it was last reworded."""

    wording: str
    nodes: Mapping[tuple[str, str], str]
    """By path and key."""


@dataclass
class _Known:
    """Results of looks into history, by commit and path; any thread may ask."""

    made: OrderedDict[tuple[object, ...], _Made | None] = field(
        default_factory=OrderedDict[tuple[object, ...], "_Made | None"]
    )
    lock: Lock = field(default_factory=Lock)


_known = _Known()


def nodes_then(reading: Reading, index: Index) -> frozenset[NodeThen]:
    """Nodes that the document covers or validates and that were reworded after it, each with its hash of that time.

    Empty without git, for a document that is not committed or is being reworded, and for what was reviewed since.
    Blocking: the first look at a commit walks through history, for a second at most.
    """
    if reading.root is None or checkout_of(reading.root) is None:
        return frozenset()
    # Where a key is of several nodes, as `2.3` of a criterion and of a task, those count that a citation means.
    meant = {
        (found.path, found.node.key): found.node.sha256
        for key in _cited(reading.document)
        for found in index.definitions(reading.spec_path, key)
        if found.path != reading.spec_path
    }
    # A spec can have a hundred documents, and each that is looked at in a commit is read as it was then.
    if not meant:
        return frozenset()
    made = _made(reading.root, reading.spec_path, tuple(sorted({path for path, _ in meant})))
    if made is None or made.wording != _wording(reading.document.text):
        return frozenset()
    reviewed = read_reviewed(reading.root)
    then: set[NodeThen] = set()
    for (path, key), now in meant.items():
        was = made.nodes.get((path, key))
        if was is not None and was != now and (path, key, now) not in reviewed:
            then.add(NodeThen(path, key, was))
    return frozenset(then)


def _cited(document: SpecDocument) -> Collection[Citation]:
    """A citation of each key that the document covers or validates in its own spec."""
    own = (one for one in document.nodes.citations if one.relation in _OF_REQUIREMENTS and not one.scope)
    return {(one.relation, one.key): one for one in own}.values()


def _made(root: Path, path: str, others: tuple[str, ...]) -> _Made | None:
    checkout = checkout_of(root)
    if checkout is None:
        return None
    key = (root, checkout.head, path, others)
    with _known.lock:
        if key in _known.made:
            return _known.made[key]
    with checkout.history(_MOST_SECONDS) as history:
        made = _look(history, checkout.head, path, others)
    with _known.lock:
        _known.made[key] = made
        while len(_known.made) > _MOST_KEPT:
            _known.made.popitem(last=False)
    return made


def _look(history: History, head: str, path: str, others: Collection[str]) -> _Made | None:
    wordings: dict[str, str] = {}
    wording: str | None = None
    made: str | None = None
    for tree in history.commits(head):
        try:
            oid = history.file(tree, path)
            if oid is not None and oid not in wordings:
                wordings[oid] = _wording(history.text(oid))
        except MissingObjectError:
            break
        now = None if oid is None else wordings[oid]
        wording = now if wording is None else wording
        if now is None or now != wording:
            break
        made = tree
    if wording is None or made is None:
        return None
    nodes = {
        (other, node.key): node.sha256 for other in others for node in history.nodes_in(made, other).nodes
    }  # fmt: skip
    return _Made(wording, nodes)


def _wording(text: str) -> str:
    return sha256(folded(text))


def read_reviewed(root: Path) -> frozenset[tuple[str, str, str]]:
    """Nodes that somebody has looked at, each with path, key and hash. A line that cannot be read is none."""
    path = root / ORCH_DIRECTORY / REVIEWED
    try:
        return _reviewed(path, stamp_of(path.lstat()))
    except OSError:
        return frozenset()


@lru_cache(maxsize=16)
def _reviewed(path: Path, _stamp: Stamp) -> frozenset[tuple[str, str, str]]:
    data = read_file(path, _MAX_REVIEWED_BYTES)
    found: set[tuple[str, str, str]] = set()
    for line in (data or b"").decode("utf-8", "replace").split("\n"):
        try:
            entry: object = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            values = cast("dict[str, object]", entry)
            named, key, hashed = (values.get(name) for name in ("path", "key", "sha256"))
            if isinstance(named, str) and isinstance(key, str) and isinstance(hashed, str):
                found.add((named, key, hashed))
    return frozenset(found)


def write_reviewed(root: Path, nodes: Collection[tuple[str, str, str]]) -> None:
    """Add nodes to those that somebody has looked at; an older wording of one is forgotten. Blocking.

    Raises:
        OSError: It cannot be written.
    """
    new = {(path, key) for path, key, _ in nodes}
    kept = {one for one in read_reviewed(root) if one[:2] not in new}
    lines = [
        json.dumps({"path": path, "key": key, "sha256": hashed}, ensure_ascii=False)
        for path, key, hashed in sorted({*kept, *nodes})
    ]
    folder = root / ORCH_DIRECTORY
    if folder.is_symlink():
        raise OSError(f"{folder} is a link")
    folder.mkdir(exist_ok=True)
    replace_file(folder / REVIEWED, "".join(f"{line}\n" for line in lines).encode(), mode=0o644)
