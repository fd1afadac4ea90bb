"""The nodes of an index that code names.

An id that no document at work declares is none, and no fault either. One that several specs declare means the spec
that the code names before it, else all of them, unless they are too many; a bare number means something only if it is
certain of which spec.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from orch_lsp.document.node import NodeKind, Relation, slug
from orch_lsp.language.code.mentions import Mention, Place
from orch_lsp.language.index import FoundDefinition, Index, IndexedDocument
from orch_lsp.text import PositionEncoding

MOST_SPECS = 20
"""An id that more specs declare means nothing where the code does not say of which it is."""
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

    def without(self, files: Collection[str]) -> CodeLinks:
        """The same but for places in these files."""

        def others(found: Iterable[CodeCitation]) -> tuple[CodeCitation, ...]:
            return tuple(one for one in found if one.path not in files)

        return CodeLinks(others(self.citations), {node: others(found) for node, found in self._by_node.items()})

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
    declared = _Declared(index, wanted)
    found: list[CodeCitation] = []
    for path in sorted(files):
        for mention in files[path]:
            found += _citations(path, mention, declared)
    found.sort(key=lambda one: one.order)
    by_node: dict[tuple[str, str], list[CodeCitation]] = {}
    for citation in found:
        by_node.setdefault((citation.target.path, citation.target.node.key), []).append(citation)
    return CodeLinks(tuple(found), {node: tuple(citations) for node, citations in by_node.items()})


_ByScope = Mapping[str, Sequence[FoundDefinition]]


class _Declared:
    """The nodes of documents at work that code may name, found without looking through all specs for each place."""

    def __init__(self, index: Index, wanted: set[str]) -> None:
        self._found: dict[str, dict[str, list[FoundDefinition]]] = {}
        """By key, then by scope."""
        self._of_form: dict[tuple[str, str], _ByScope] = {}
        self._by_name: dict[str, set[str]] = {}
        """Scopes by the name of their folder, and by its slug."""
        for path, document in sorted(index.documents.items()) if wanted else ():
            if not document.frozen:
                self._add(path, document, wanted)

    def _add(self, path: str, document: IndexedDocument, wanted: set[str]) -> None:
        by_key, scope = document.nodes.by_key, document.own_scope
        for key in wanted.intersection(by_key):
            if by_key[key].kind not in _NEVER_BY_ID:
                of_key = self._found.setdefault(key, {})
                of_key.setdefault(scope, []).append(FoundDefinition(path, by_key[key]))
        folder = scope.rpartition("/")[2]
        for name in (folder, f"/{slug(folder)}"):
            self._by_name.setdefault(name, set()).add(scope)

    def meant(self, mention: Mention, key: str) -> Sequence[FoundDefinition]:
        """The nodes that a place means by a key."""
        found = self._fitting(mention.form, key)
        if len(found) <= 1:
            return next(iter(found.values()), ())
        for name in mention.spec:
            named = sorted(scope for scope in self._named(name) if scope in found)
            if named:
                return [one for scope in named for one in found[scope]]
        if mention.form not in {"id", "title", "joined"} or len(found) > MOST_SPECS:
            return ()
        return [one for of_scope in found.values() for one in of_scope]

    def _fitting(self, form: str, key: str) -> _ByScope:
        """The nodes of kinds that a form can mean, by scope."""
        if form not in {"number", "task"}:
            return self._found.get(key, {})
        if (form, key) not in self._of_form:
            fitting = {
                scope: [one for one in of_scope if _fits(form, one.node.kind)]
                for scope, of_scope in self._found.get(key, {}).items()
            }
            self._of_form[form, key] = {scope: of_scope for scope, of_scope in fitting.items() if of_scope}
        return self._of_form[form, key]

    def _named(self, name: str) -> set[str]:
        """The scopes that a name of a spec, or a path in it, means: `login`, `specs/login/x.md`."""
        parts = name.split("/")
        found = set(self._by_name.get(f"/{slug(parts[0])}", ()))
        for part in parts:
            found |= self._by_name.get(part, set())
        return found


def _fits(form: str, kind: NodeKind) -> bool:
    return kind == "task" if form == "task" else kind not in _NEVER_BY_NUMBER


def _citations(path: str, mention: Mention, declared: _Declared) -> Iterator[CodeCitation]:
    for key in mention.keys:
        targets = declared.meant(mention, key)
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
