"""The nodes of an index that code names.

An id that no document at work declares is none, and no fault either. One that several specs declare means the spec
that the code names before it, else all of them; a bare number means something only if it is certain of which spec.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from orch_lsp.document.node import NodeKind, Relation, slug
from orch_lsp.language.code.mentions import Mention, Place
from orch_lsp.language.index import FoundDefinition, Index
from orch_lsp.text import PositionEncoding

_NEVER_BY_ID: frozenset[NodeKind] = frozenset(("section", "delta", "entity"))
_NEVER_BY_NUMBER: frozenset[NodeKind] = frozenset((*_NEVER_BY_ID, "task", "checklist_item"))
_REQUIRED: frozenset[NodeKind] = frozenset(
    ("requirement", "success_criterion", "story", "criterion", "scenario", "property")
)


@dataclass(frozen=True, slots=True)
class CodeCitation:
    """A place in code that names a node."""

    path: str
    """The file, with `/`, relative to the same root as the documents of the index."""
    place: Place
    target: FoundDefinition
    relation: Relation
    """`tests` for a test that names something that can be tested, else `cites`."""
    within: str | None
    """The function, class or test in which it stands."""

    @property
    def order(self) -> tuple[str, int, int]:
        """By file and place."""
        return self.path, self.place.line, len(self.place.before)


@dataclass(frozen=True)
class CodeLinks:
    """All places in code that name a node of an index, by file and place."""

    citations: tuple[CodeCitation, ...] = ()
    _by_node: Mapping[tuple[str, str], tuple[CodeCitation, ...]] = field(
        default_factory=dict[tuple[str, str], "tuple[CodeCitation, ...]"]
    )

    def of(self, path: str, key: str) -> tuple[CodeCitation, ...]:
        """The places that name the node with this key in the document at `path`."""
        return self._by_node.get((path, key), ())

    @cached_property
    def _by_file(self) -> Mapping[str, tuple[CodeCitation, ...]]:
        found: dict[str, list[CodeCitation]] = {}
        for citation in self.citations:
            found.setdefault(citation.path, []).append(citation)
        return {path: tuple(citations) for path, citations in found.items()}

    @property
    def files(self) -> Iterable[str]:
        """Paths of the files that name something."""
        return self._by_file.keys()

    def in_file(self, path: str) -> tuple[CodeCitation, ...]:
        """The places in a file that name a node."""
        return self._by_file.get(path, ())

    def at(self, path: str, line: int, column: int, encoding: PositionEncoding) -> tuple[CodeCitation, ...]:
        """The citations in a file whose text holds a position, its end included."""
        found = [one for one in self.in_file(path) if one.place.line == line]
        return tuple(one for one in found if _holds(one, column, encoding))


def _holds(citation: CodeCitation, column: int, encoding: PositionEncoding) -> bool:
    start, end = citation.place.columns(encoding)
    return start <= column <= end


def link(index: Index, files: Mapping[str, Iterable[Mention]]) -> CodeLinks:
    """The places in files that name a node of a document which is at work.

    Args:
        index: The specs; its paths are relative to the same root.
        files: What may name a node, by file.
    """
    wanted = {key for mentions in files.values() for mention in mentions for key in mention.keys}
    declared = _declared(index, wanted)
    found: list[CodeCitation] = []
    for path in sorted(files):
        for mention in files[path]:
            found += _citations(path, mention, declared, index)
    found.sort(key=lambda one: one.order)
    by_node: dict[tuple[str, str], list[CodeCitation]] = {}
    for citation in found:
        by_node.setdefault((citation.target.path, citation.target.node.key), []).append(citation)
    return CodeLinks(tuple(found), {node: tuple(citations) for node, citations in by_node.items()})


def _declared(index: Index, wanted: set[str]) -> Mapping[str, list[FoundDefinition]]:
    """The nodes with the keys that are wanted, by key."""
    found: dict[str, list[FoundDefinition]] = {}
    if not wanted:
        return found
    for path, document in sorted(index.documents.items()):
        if document.frozen:
            continue
        by_key = document.nodes.by_key
        for key in by_key.keys() & wanted:
            if by_key[key].kind not in _NEVER_BY_ID:
                found.setdefault(key, []).append(FoundDefinition(path, by_key[key]))
    return found


def _citations(
    path: str, mention: Mention, declared: Mapping[str, list[FoundDefinition]], index: Index
) -> Iterator[CodeCitation]:
    for key in mention.keys:
        targets = _meant(mention, declared.get(key, []), index)
        for target in targets:
            tests = mention.tests and target.node.kind in _REQUIRED
            place = mention.place
            if mention.form == "title":
                place = _titled(place, key.partition(": ")[2])
            yield CodeCitation(path, place, target, "tests" if tests else "cites", mention.within)
        if targets and mention.form in {"title", "joined"}:
            return


def _titled(place: Place, title: str) -> Place:
    """The part of a place that is a title: others words may follow it, and quotes stand before it."""
    at = max(0, place.text.find(title))
    return replace(place, before=place.before + place.text[:at], text=title, start=place.start + at)


def _meant(mention: Mention, found: list[FoundDefinition], index: Index) -> list[FoundDefinition]:
    if mention.form == "number":
        found = [one for one in found if one.node.kind not in _NEVER_BY_NUMBER]
    elif mention.form == "task":
        found = [one for one in found if one.node.kind == "task"]
    scopes = {index.documents[one.path].own_scope for one in found}
    if len(scopes) <= 1:
        return found
    for name in mention.spec:
        named = {scope for scope in scopes if _names(name, scope)}
        if named:
            return [one for one in found if index.documents[one.path].own_scope in named]
    return found if mention.form in {"id", "title", "joined"} else []


def _names(name: str, scope: str) -> bool:
    """Whether a name of a spec, or a path in it, means the spec of a scope: `login`, `specs/login/x.md`."""
    folder = scope.rpartition("/")[2]
    parts = name.split("/")
    return folder in parts or slug(parts[0]) == slug(folder)
