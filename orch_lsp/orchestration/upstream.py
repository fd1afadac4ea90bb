"""How the parts of a spec read that a document was made of, when it was last reworded: as git tells it.

A list of tasks whose requirement has changed since may be for something else than what is asked for now. A commit that
only ticks boxes rewords nothing. Somebody who has looked at a change says so in `.orch/reviewed.jsonl`.
"""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import cast

from orch_lsp.document.node import Nodes, Relation, folded
from orch_lsp.document.readings import Readings
from orch_lsp.git.files import common_folder, git_folder, read_file
from orch_lsp.git.head import head_revision
from orch_lsp.git.objects import MissingObjectError, ObjectStore
from orch_lsp.language.index import Index
from orch_lsp.orchestration.plan import Reading
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.registry import FORMATS
from orch_lsp.rules.rule import NodeThen
from orch_lsp.storage.files import replace_file
from orch_lsp.text import sha256
from orch_lsp.workspace import ORCH_DIRECTORY, git_top_level, relative_path

logger = logging.getLogger(__name__)

REVIEWED = "reviewed.jsonl"
_MAX_REVIEWED_BYTES = 4 * 1024 * 1024
_MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
_MOST_COMMITS = 2_000
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
    neighbours = index.neighbours(reading.spec_path)
    cited = {one.key for one in reading.document.nodes.citations if one.relation in _OF_REQUIREMENTS and not one.scope}
    if reading.root is None or not neighbours or not cited:
        return frozenset()
    made = _made(reading.root, reading.spec_path, tuple(sorted(one.path for one in neighbours)))
    if made is None or made.wording != _wording(reading.document.text):
        return frozenset()
    reviewed = read_reviewed(reading.root)
    then: set[NodeThen] = set()
    for neighbour in neighbours:
        for key in cited & neighbour.nodes.by_key.keys():
            was, now = made.nodes.get((neighbour.path, key)), neighbour.nodes.by_key[key].sha256
            if was is not None and was != now and (neighbour.path, key, now) not in reviewed:
                then.add(NodeThen(neighbour.path, key, was))
    return frozenset(then)


def _made(root: Path, path: str, others: tuple[str, ...]) -> _Made | None:
    top = git_top_level(root)
    folder = None if top is None else git_folder(top)
    if top is None or folder is None:
        return None
    common = common_folder(folder)
    head = head_revision(folder, common)
    if head is None or not root.is_relative_to(top):
        return None
    key = (root, head, path, others)
    with _known.lock:
        if key in _known.made:
            return _known.made[key]
    below = relative_path(root, top)
    with ObjectStore(common) as store:
        made = _History(store, "" if below in {"", "."} else f"{below}/").made(head, path, others)
    with _known.lock:
        _known.made[key] = made
        while len(_known.made) > _MOST_KEPT:
            _known.made.popitem(last=False)
    return made


class _History:
    """Documents in the commits of a branch, from the newest on; of a merge the way of the branch itself."""

    def __init__(self, store: ObjectStore, prefix: str) -> None:
        self._store = store
        self._prefix = prefix
        self._trees: dict[str, dict[bytes, str]] = {}
        self._wordings: dict[str, str] = {}

    def made(self, head: str, path: str, others: Collection[str]) -> _Made | None:
        wording: str | None = None
        made: str | None = None
        for tree in self._commits(head):
            try:
                now = self._wording_in(tree, path)
            except MissingObjectError:
                break
            wording = now if wording is None else wording
            if now is None or now != wording:
                break
            made = tree
        if wording is None or made is None:
            return None
        nodes: dict[tuple[str, str], str] = {}
        for other in others:
            for node in self._nodes_in(made, other).nodes:
                nodes[other, node.key] = node.sha256
        return _Made(wording, nodes)

    def _commits(self, head: str) -> Iterator[str]:
        """The folders of commits, by hash."""
        until = time.monotonic() + _MOST_SECONDS
        oid: str | None = head
        for _ in range(_MOST_COMMITS):
            if oid is None or time.monotonic() > until:
                return
            try:
                commit = self._store.commit(oid)
            except MissingObjectError:
                # A shallow clone ends here.
                return
            yield commit.tree
            oid = commit.parents[0] if commit.parents else None

    def _wording_in(self, tree: str, path: str) -> str | None:
        oid = self._file(tree, path)
        if oid is not None and oid not in self._wordings:
            self._wordings[oid] = _wording(self._text(oid))
        return None if oid is None else self._wordings[oid]

    def _nodes_in(self, tree: str, path: str) -> Nodes:
        try:
            oid = self._file(tree, path)
            text = None if oid is None else self._text(oid)
        except MissingObjectError:
            text = None
        return Nodes() if text is None else _nodes(path, text)

    def _file(self, tree: str, path: str) -> str | None:
        oid: str | None = tree
        for name in f"{self._prefix}{path}".encode("utf-8", "surrogateescape").split(b"/"):
            oid = None if oid is None else self._names(oid).get(name)
        return oid

    def _names(self, tree: str) -> dict[bytes, str]:
        if tree not in self._trees:
            self._trees[tree] = {entry.name: entry.oid for entry in self._store.tree(tree)}
        return self._trees[tree]

    def _text(self, oid: str) -> str:
        kind, content = self._store.read(oid, _MAX_DOCUMENT_BYTES)
        return content.decode("utf-8", "replace") if kind == "blob" else ""


def _wording(text: str) -> str:
    return sha256(folded(text))


def _nodes(path: str, text: str) -> Nodes:
    readings = Readings()
    markdown = readings.markdown(path, text)
    recognised = FORMATS.recognised(Clues(path, text, markdown.tree.headings, markdown.front_matter))
    return readings.read(path, text, recognised[0].profile).nodes if len(recognised) == 1 else Nodes()


def read_reviewed(root: Path) -> frozenset[tuple[str, str, str]]:
    """Nodes that somebody has looked at, each with path, key and hash. A line that cannot be read is none."""
    data = read_file(root / ORCH_DIRECTORY / REVIEWED, _MAX_REVIEWED_BYTES)
    found: set[tuple[str, str, str]] = set()
    for line in (data or b"").decode("utf-8", "replace").split("\n"):
        try:
            entry: object = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            values = cast("dict[str, object]", entry)
            path, key, hashed = (values.get(name) for name in ("path", "key", "sha256"))
            if isinstance(path, str) and isinstance(key, str) and isinstance(hashed, str):
                found.add((path, key, hashed))
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
