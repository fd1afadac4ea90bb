"""An index of documents with their nodes: what is at an offset, where a citation leads, who cites a node.

An index is a value. One with a document more, less or changed shares everything else with the one before, so that an
edit costs its own file. A key means a node of its scope (the spec that a document belongs to), so that `FR-001` of two
specs are two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from orch_lsp.document.node import Citation, Node, Nodes, scope_named

ANYWHERE = ""
"""The scope of a citation that may mean a node of any spec, as an id in a comment of the code does."""


_OF_REQUIREMENTS = frozenset(("covers", "validates"))
"""Relations to what is to be built, never to the work of building it."""
FOR_IT = frozenset(("covers", "cites", "validates"))
"""Relations by which a task says what it is for."""
_FEW = 8
"""Changed documents up to which an index is changed one by one."""
_WORK = frozenset(("task", "checklist_item"))


@dataclass(frozen=True)
class IndexedDocument:
    """A document as the index knows it."""

    path: str
    """Relative to the workspace's root, with `/`; unique in an index."""
    nodes: Nodes
    scope: str | None = None
    """The spec that it belongs to; None if it stands alone."""
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    """The scopes of other specs by what its citations call them, see `Recognition.places`."""
    frozen: bool = False
    """Whether it is of the past, or a template: what it says is not at work."""
    text: str = field(default="", repr=False, compare=False)
    """The text that its spans are in; empty where nobody needs it."""

    @property
    def own_scope(self) -> str:
        """The scope of its keys: its path, if it stands alone."""
        return self.path if self.scope is None else self.scope

    def scope_of(self, citation: Citation) -> str | None:
        """The scope in which a citation of the document names something; None if that is not known."""
        if citation.scope == ANYWHERE:
            return ANYWHERE
        return scope_named(citation.scope, self.own_scope, self.places)

    @cached_property
    def cited(self) -> Mapping[tuple[str, str], tuple[Citation, ...]]:
        """Its citations by scope and key of what they name."""
        found: dict[tuple[str, str], list[Citation]] = {}
        for citation in self.nodes.citations:
            if (scope := self.scope_of(citation)) is not None:
                found.setdefault((scope, citation.key), []).append(citation)
        return {name: tuple(citations) for name, citations in found.items()}

    @cached_property
    def cited_by_tasks(self) -> frozenset[tuple[str, str]]:
        """Scope and key of what its tasks are for."""
        found: set[tuple[str, str]] = set()
        for node in self.nodes.nodes:
            for citation in node.citations if node.kind == "task" else ():
                scope = self.scope_of(citation)
                if scope is not None and citation.key and citation.relation in FOR_IT:
                    found.add((scope, citation.key))
        return frozenset(found)

    @cached_property
    def cited_scopes(self) -> frozenset[str]:
        """The scopes in which its citations name something."""
        return frozenset(scope for scope, _ in self.cited)

    @cached_property
    def seen_by_others(self) -> object:
        """The part of it on which findings of other documents depend; two that are equal make no difference there."""
        return (
            self.scope, self.frozen, dict(self.places),
            [(node.kind, node.key, node.title, node.parent, self._wording(node)) for node in self.nodes.nodes],
            [(citation.relation, citation.scope, citation.key) for citation in self.nodes.citations],
        )  # fmt: skip

    def _wording(self, node: Node) -> int:
        """A hash of the text of a node to which work that was made of it is held; cheap, and of this process alone."""
        is_work = node.kind == "section" or node.kind in _WORK
        return 0 if is_work else hash(self.text[node.span.start : node.span.end])


@dataclass(frozen=True, slots=True)
class FoundDefinition:
    """A node with the document that it stands in."""

    path: str
    node: Node


@dataclass(frozen=True, slots=True)
class Reference:
    """A citation with the document and the node that it stands in."""

    path: str
    citation: Citation
    source: Node | None


@dataclass(frozen=True)
class Index:
    """Documents by their paths, and which of them matter for a scope."""

    documents: Mapping[str, IndexedDocument] = field(default_factory=dict[str, IndexedDocument])
    _in_scope: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Paths of the documents that belong to a scope."""
    _citing: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Paths of the documents that name something in a scope."""
    _placing: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Paths of the documents that have a name for a scope, see `IndexedDocument.places`."""
    is_whole: bool = False
    """Whether it holds all documents that there are around these: only then a thing that it lacks is not there."""

    @staticmethod
    def of(documents: Iterable[IndexedDocument], *, is_whole: bool = False) -> Index:
        """The index of these documents; of two with one path the last counts."""
        by_path = {document.path: document for document in documents}
        in_scope: dict[str, set[str]] = {}
        citing: dict[str, set[str]] = {}
        placing: dict[str, set[str]] = {}
        for path, document in by_path.items():
            in_scope.setdefault(document.own_scope, set()).add(path)
            for scope in document.cited_scopes:
                citing.setdefault(scope, set()).add(path)
            for scope in document.places.values():
                placing.setdefault(scope, set()).add(path)
        return Index(by_path, _frozen(in_scope), _frozen(citing), _frozen(placing), is_whole)

    def as_whole(self) -> Index:
        """The same index, known to hold all that there is."""
        return replace(self, is_whole=True)

    def changed(self, documents: Mapping[str, IndexedDocument | None]) -> Index:
        """The index with what is now known of these paths; None for a path of which nothing is."""
        new = {path: document for path, document in documents.items() if self.documents.get(path) is not document}
        if len(new) > _FEW:
            rest = {path: document for path, document in self.documents.items() if path not in new}
            added = [document for document in new.values() if document is not None]
            return Index.of([*rest.values(), *added], is_whole=self.is_whole)
        index = self
        for path, document in new.items():
            index = index.without_document(path) if document is None else index.with_document(document)
        return index

    def with_document(self, document: IndexedDocument) -> Index:
        """The index in which `document` is what is known of its path."""
        if self.documents.get(document.path) is document:
            return self
        without = self.without_document(document.path)
        return Index(
            {**without.documents, document.path: document},
            _with(without._in_scope, (document.own_scope,), document.path),  # noqa: SLF001 -- its own kind
            _with(without._citing, document.cited_scopes, document.path),  # noqa: SLF001
            _with(without._placing, set(document.places.values()), document.path),  # noqa: SLF001
            self.is_whole,
        )

    def without_document(self, path: str) -> Index:
        """The index in which nothing is known of a path."""
        known = self.documents.get(path)
        if known is None:
            return self
        rest = {other: document for other, document in self.documents.items() if other != path}
        return Index(
            rest, _without(self._in_scope, (known.own_scope,), path), _without(self._citing, known.cited_scopes, path),
            _without(self._placing, set(known.places.values()), path), self.is_whole,
        )  # fmt: skip

    def citing(self, scope: str) -> frozenset[str]:
        """Paths of the documents that name something in a scope; those that may mean any scope are not among them."""
        return self._citing.get(scope, frozenset())

    def placing(self, scope: str) -> tuple[IndexedDocument, ...]:
        """The documents that have a name for a scope among their `places`, by path."""
        return tuple(self.documents[path] for path in sorted(self._placing.get(scope, ())))

    def neighbours(self, path: str) -> tuple[IndexedDocument, ...]:
        """The other documents of the spec to which the document at `path` belongs, by path."""
        document = self.documents.get(path)
        if document is None or document.scope is None:
            return ()
        return tuple(other for other in self.in_scope(document.own_scope) if other.path != path)

    def in_scope(self, scope: str) -> tuple[IndexedDocument, ...]:
        """The documents of a spec, by path."""
        return tuple(self.documents[path] for path in sorted(self._in_scope.get(scope, ())))

    def around(self, path: str, offset: int) -> tuple[Node, ...]:
        """The nodes that hold an offset of a document, the innermost first."""
        document = self.documents.get(path)
        return () if document is None else document.nodes.around(offset)

    def citation_at(self, path: str, offset: int) -> Citation | None:
        """The citation at an offset of a document."""
        document = self.documents.get(path)
        return None if document is None else document.nodes.citation_at(offset)

    def definitions(self, path: str, citation: Citation) -> tuple[FoundDefinition, ...]:
        """The nodes that a citation in the document at `path` names, sorted by path: mostly one, none if it dangles."""
        document = self.documents.get(path)
        if document is None:
            return ()
        scope = document.scope_of(citation)
        paths = self.documents if scope == ANYWHERE else self._in_scope.get(scope or "", ())
        found = ((other, self.documents[other].nodes.by_key.get(citation.key)) for other in sorted(paths))
        return _meant(path, citation, [FoundDefinition(other, node) for other, node in found if node is not None])

    def references(self, path: str, key: str) -> tuple[Reference, ...]:
        """References to the node with this key in the document at `path`, by path and place."""
        document = self.documents.get(path)
        if document is None:
            return ()
        scope = document.own_scope
        paths = self._citing.get(scope, frozenset[str]()) | self._citing.get(ANYWHERE, frozenset[str]())
        return tuple(
            reference
            for other in sorted(paths)
            for named in sorted({scope, ANYWHERE})
            for reference in _references(self.documents[other], (named, key))
            if any(found.path == path for found in self.definitions(other, reference.citation))
        )


def _meant(path: str, citation: Citation, found: Sequence[FoundDefinition]) -> tuple[FoundDefinition, ...]:
    """Those of the nodes with one key that a citation can mean: the numbers of tasks may be those of criteria."""
    if citation.relation in _OF_REQUIREMENTS:
        return tuple(each for each in found if each.node.kind not in _WORK)
    if len(found) > 1 and citation.scope is None:
        own = tuple(each for each in found if each.path == path)
        return own or tuple(each for each in found if each.node.kind not in _WORK) or tuple(found)
    return tuple(found)


def _references(document: IndexedDocument, name: tuple[str, str]) -> Iterable[Reference]:
    for citation in document.cited.get(name, ()):
        around = document.nodes.around(citation.span.start)
        source = next((node for node in around if citation.span.end <= node.span.end), None)
        yield Reference(document.path, citation, source)


def _frozen(paths: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {scope: frozenset(found) for scope, found in paths.items()}


def _with(paths: Mapping[str, frozenset[str]], scopes: Iterable[str], path: str) -> dict[str, frozenset[str]]:
    changed = dict(paths)
    for scope in scopes:
        changed[scope] = changed.get(scope, frozenset()) | {path}
    return changed


def _without(paths: Mapping[str, frozenset[str]], scopes: Iterable[str], path: str) -> dict[str, frozenset[str]]:
    changed = dict(paths)
    for scope in scopes:
        changed[scope] -= {path}
        if not changed[scope]:
            del changed[scope]
    return changed
