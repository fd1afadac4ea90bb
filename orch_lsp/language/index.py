"""An index of documents with their nodes: what is at an offset, where a citation leads, who cites a node.

An index is a value. One with a document more, less or changed shares everything else with the one before, so that an
edit costs its own file. A key means a node of its scope (the spec that a document belongs to), so that `FR-001` of two
specs are two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from operator import attrgetter

from orch_lsp.document.items import visible_matches
from orch_lsp.document.node import Citation, Node, Nodes, scope_named
from orch_lsp.markdown.reader import read

ANYWHERE = ""
"""The scope of a citation that may mean a node of any spec, as an id in a comment of the code does."""


_OF_REQUIREMENTS = frozenset(("covers", "validates"))
"""Relations to what is to be built, never to the work of building it."""
FOR_IT = frozenset(("covers", "cites", "validates"))
"""Relations by which a task says what it is for."""
_NO_PATHS: frozenset[str] = frozenset()
_WORK = frozenset(("task", "checklist_item"))

_VERSION = re.compile(
    r"(?:\*\*|__)Version(?:\*\*|__)[ \t]*[:：][ \t]*v?(\d{1,4}(?:\.\d{1,4}){1,3})(?![\w.]*\w)", re.IGNORECASE
)


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
        return self._scope_named(citation.scope)

    def _scope_named(self, name: str | None) -> str | None:
        return ANYWHERE if name == ANYWHERE else scope_named(name, self.own_scope, self.places)

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
            for citation in node.cites if node.kind == "task" else ():
                scope = self.scope_of(citation)
                if scope is not None and citation.key and citation.relation in FOR_IT:
                    found.add((scope, citation.key))
        return frozenset(found)

    @cached_property
    def cited_scopes(self) -> frozenset[str]:
        """The scopes in which its citations name something."""
        # Not by way of `cited`, which nobody may ask for: this is looked at after each key.
        named = map(self._scope_named, {name for _, name in self.nodes.named})
        return frozenset(scope for scope in named if scope is not None)

    @cached_property
    def version(self) -> str | None:
        """The version that it says of itself to have, `**Version**: 2.1.0`, the last one; None if it says none."""
        if "ersion" not in self.text or _VERSION.search(self.text) is None:
            return None
        # Only now is it worth reading: a version in a comment or a code block is that of something else.
        found = [match[1] for match in visible_matches(read(self.text), _VERSION)]
        return found[-1] if found else None

    @cached_property
    def seen_by_others(self) -> object:
        """The part of it on which findings of other documents depend; two that are equal make no difference there."""
        nodes, loose = tuple(self.nodes.anywhere()), self.nodes.loose
        return (
            self.scope, self.frozen, self.version, dict(self.places),
            [(node.kind, node.key, node.title, node.parent, _wording(node)) for node in nodes],
            [(one.relation, one.scope, one.key) for one in chain(*map(_cites, nodes), loose)],
        )  # fmt: skip


def _wording(node: Node) -> int:
    """A hash of the text of a node to which work that was made of it is held."""
    is_work = node.kind == "section" or node.kind in _WORK
    return 0 if is_work else node.text_hash


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
        return Index(is_whole=is_whole).changed({document.path: document for document in documents})

    def as_whole(self) -> Index:
        """The same index, known to hold all that there is."""
        return replace(self, is_whole=True)

    def changed(self, documents: Mapping[str, IndexedDocument | None]) -> Index:
        """The index with what is now known of these paths; None for a path of which nothing is."""
        by_path = dict(self.documents)
        in_scope, citing, placing = _Moves(), _Moves(), _Moves()
        is_other = False
        for path, document in documents.items():
            known = by_path.get(path)
            if known is document:
                continue
            is_other = True
            if known is not None:
                del by_path[path]
                in_scope.remove(path, (known.own_scope,))
                citing.remove(path, known.cited_scopes)
                placing.remove(path, known.places.values())
            if document is not None:
                by_path[path] = document
                in_scope.add(path, (document.own_scope,))
                citing.add(path, document.cited_scopes)
                placing.add(path, document.places.values())
        if not is_other:
            return self
        return Index(
            by_path, in_scope.made_in(self._in_scope), citing.made_in(self._citing), placing.made_in(self._placing),
            self.is_whole,
        )  # fmt: skip

    def with_document(self, document: IndexedDocument) -> Index:
        """The index in which `document` is what is known of its path."""
        return self.changed({document.path: document})

    def without_document(self, path: str) -> Index:
        """The index in which nothing is known of a path."""
        return self.changed({path: None})

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
        found: list[FoundDefinition] = []
        # A change asks for all that it alters at each key, and its spec is mostly one document.
        for other in sorted(paths) if len(paths) > 1 else paths:
            node = self.documents[other].nodes.by_key.get(citation.key)
            if node is not None:
                found.append(FoundDefinition(other, node))
        return _meant(path, citation, found) if found else ()

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


_cites: Callable[[Node], Sequence[Citation]] = attrgetter("cites")


class _Moves:
    """Paths that come to scopes and go from them, all in one step: a scope may have thousands of them."""

    def __init__(self) -> None:
        self._gone: dict[str, set[str]] = {}
        self._come: dict[str, set[str]] = {}

    def remove(self, path: str, scopes: Iterable[str]) -> None:
        for scope in scopes:
            self._gone.setdefault(scope, set()).add(path)

    def add(self, path: str, scopes: Iterable[str]) -> None:
        for scope in scopes:
            self._come.setdefault(scope, set()).add(path)

    def made_in(self, paths: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
        """The paths by scope with these changes; a scope without paths is not among them."""
        if self._gone == self._come:
            return paths
        changed = dict(paths)
        for scope in self._gone.keys() | self._come.keys():
            now = changed.get(scope, _NO_PATHS).difference(self._gone.get(scope, ())).union(self._come.get(scope, ()))
            if now:
                changed[scope] = now
            else:
                changed.pop(scope, None)
        return changed
