"""Rename: a name changes everywhere, and nothing else does.

Which texts are names is not decided here: the format reads the documents as they would be, and the rename holds only if
each node is still there, and if all that was cited is what is cited afterwards. So a name that is no legal one, that is
taken, or that a place cannot hold is found out by reading, alike for all formats.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from orch_lsp.document.node import Citation, Node, bare_key
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.language.index import ANYWHERE, FoundDefinition, Index, IndexedDocument, Reference
from orch_lsp.language.names import Renamed, candidates, follows, name_of, written, written_out
from orch_lsp.language.repeated import same_things
from orch_lsp.text import Edit, Span, apply_edits, split_lines

_LONGEST_NAME = 200
_LONGEST_SHOWN = 60
_ROUNDS = 4
"""A changed key may change others: of the scenarios of a requirement, of the criteria below it."""
_WORK = frozenset(("task", "checklist_item"))


Reader = Callable[[IndexedDocument, str], IndexedDocument]
"""Reads a document of an index as it would be with another text. Pure."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that can be changed, at the place where a person stands."""

    span: Span
    text: str
    node: FoundDefinition
    """The node that it names."""


@dataclass(frozen=True, slots=True)
class Rename:
    """A rename, ready to be made."""

    name: str
    """The old name."""
    new_name: str
    edits: Mapping[str, tuple[Edit, ...]]
    """The edits of each document by its path, in order; none where old and new are the same."""
    renamed: Mapping[tuple[str, str], Renamed] = field(default_factory=dict[tuple[str, str], Renamed])
    """The nodes that have another key or name then, by path and old key."""
    after: Index = field(default_factory=Index)
    """The documents as they are then."""


def name_at(index: Index, path: str, offset: int) -> Name | None:
    """The name at an offset of the document at `path`; None if no node is named there.

    Raises:
        SpecError: `cannot_rename`: something is named there, and cannot be renamed; the message says why.
    """
    document = index.documents.get(path)
    if document is None:
        return None
    citation = document.nodes.citation_at(offset)
    node = None if citation is not None else next((n for n in document.nodes.around(offset) if _names(n, offset)), None)
    if document.frozen and (citation is not None or (node is not None and _is_named(index, path, node))):
        raise _refused(f"`{path}` is not to be changed any more: nothing is renamed from there.")
    if node is not None and node.name is not None and node.kind != "section":
        # A heading that names a node of another document, as that of a requirement which a change modifies.
        within = node.name
        citation = next((c for c in node.citations if within.start <= c.span.start and c.span.end <= within.end), None)
    if citation is not None:
        found = _cited(index, path, citation)
        return None if found is None else _name(document, citation.span, found)
    if node is None or not _is_named(index, path, node):
        return None
    span = name_of(node)
    if span is None:
        raise _refused(f"“{_shown(node.title or node.key)}” has no id of its own. Write one in front of it.")
    return _name(document, span, FoundDefinition(path, node))


def _is_named(index: Index, path: str, node: Node) -> bool:
    """Whether a node has a name of which others may speak: a heading alone is none, before somebody cites it."""
    if node.kind == "delta":
        return node.name is not None and not node.source.startswith("#", node.name.start)
    return node.kind not in {"section", "entity", "question"} or bool(index.references(path, node.key))


def _names(node: Node, offset: int) -> bool:
    return node.head.start <= offset <= node.head.end


def _name(document: IndexedDocument, span: Span, node: FoundDefinition) -> Name:
    return Name(span, document.text[span.start : span.end], node)


def _cited(index: Index, path: str, citation: Citation) -> FoundDefinition | None:
    if not citation.key:
        return None
    found = index.definitions(path, citation)
    if not found:
        raise _refused(f"“{_shown(citation.key)}” is declared nowhere: there is nothing to rename.")
    if len(found) > 1:
        raise _refused(_several(citation.key, (each.path for each in found)))
    return next(iter(found))


def _several(key: str, paths: Iterable[str]) -> str:
    places = " and ".join(f"`{path}`" for path in dict.fromkeys(paths))
    return f"“{_shown(key)}” is declared in {places}: which of them is meant cannot be told. Rename one by hand first."


def rename(index: Index, read: Reader, path: str, offset: int, new_name: str) -> Rename | None:
    """Rename what is named at an offset, everywhere in the index; None if no node is named there.

    Args:
        index: All documents that may name it.
        read: Reads them with other texts, as their formats do.
        path: The document in which the person stands.
        offset: The place.
        new_name: The new name, in the form of the old one at that place, of the node's key, or its number alone.

    Raises:
        SpecError: `cannot_rename`, with the reason. Nothing is half done.
    """
    name = name_at(index, path, offset)
    if name is None:
        return None
    typed = new_name.strip()
    if not typed or "\n" in typed or "\r" in typed or len(typed) > _LONGEST_NAME:
        raise _refused("A name is one line with something on it, of at most 200 characters.")
    if typed == name.text:
        return Rename(name.text, typed, {})
    return _Renaming(index, read, name, typed).made()


class _Renaming:
    """One rename while it is worked out: edits by document, and the documents as they would be with them."""

    def __init__(self, index: Index, read: Reader, name: Name, typed: str) -> None:
        self._before = index
        self._reader = read
        self._name = name
        self._typed = typed
        self._edits: dict[str, dict[Span, str]] = {}
        self._after = index
        self._named: set[tuple[str, int]] = set()
        """Nodes whose names are edited, by path and number in the document."""
        self._renamed: dict[tuple[str, str], Renamed] = {}
        """The nodes that have another key or name now, by path and old key."""
        self._written_out: set[str] = set()
        """Documents in which a range is written out."""
        self._known_ranges: dict[str, Mapping[Span, tuple[Citation, ...]]] = {}

    def made(self) -> Rename:
        self._declare()
        for _ in range(_ROUNDS):
            known = {path: dict(edits) for path, edits in self._edits.items()}
            self._follow(self._changes())
            if known == self._edits:
                break
            self._read(path for path, edits in self._edits.items() if edits != known.get(path))
        self._hold_ranges()
        self._verify()
        edits = {
            path: tuple(Edit(span, text) for span, text in sorted(of_it.items()) if text != self._text(path, span))
            for path, of_it in sorted(self._edits.items())
        }
        made = {path: of_it for path, of_it in edits.items() if of_it}
        return Rename(self._name.text, self._typed, made, self._renamed, self._after)

    # -- where it is declared

    def _declare(self) -> None:
        nodes = sorted(same_things(self._before, self._name.node), key=lambda each: (each.path, each.node.span))
        for each in nodes:
            if self._before.documents[each.path].frozen:
                raise _refused(
                    f"“{_shown(each.node.key)}” is declared in `{each.path}`, which is not to be changed any more."
                )
            self._declare_one(each)

    def _declare_one(self, found: FoundDefinition) -> None:
        span = name_of(found.node)
        if span is None:
            raise _refused(
                f"“{_shown(found.node.title or found.node.key)}” has no id of its own: there is nothing to rename."
            )
        number = self._number(found)
        self._named.add((found.path, number))
        faults: list[str] = []
        for form in candidates(self._typed, self._name.text, found.node, self._text(found.path, span)):
            self._edits.setdefault(found.path, {})[span] = form
            self._read((found.path,))
            fault = self._fault_in(found, number, form, span)
            if fault is None:
                self._check_free(found, self._nodes(self._after, found.path)[number])
                return
            faults.append(fault)
        raise _refused(faults[-1])

    def _fault_in(self, found: FoundDefinition, number: int, form: str, span: Span) -> str | None:
        """The reason why a form of the new name is not read as the node's name; None if it is."""
        old, new = self._nodes(self._before, found.path), self._nodes(self._after, found.path)
        node = new[number] if len(new) == len(old) else None
        # Edits before it, in the same document, move it.
        moved = sum(
            len(text) - (at.end - at.start) for at, text in self._edits[found.path].items() if at.start < span.start
        )
        place = Span(span.start + moved, span.start + moved + len(form))
        if node is not None and node.key == old[number].key and name_of(found.node) != found.node.name:
            return f"“{_shown(node.key)}” has its number from its place in the list: move it there instead."
        if node is None or node.kind != found.node.kind or name_of(node) != place:
            kind = found.node.kind.replace("_", " ")
            like = self._text(found.path, span) if span == found.node.name else bare_key(found.node.key)
            return f"“{_shown(form)}” would not be read as the name of a {kind} here; “{_shown(like)}” is one."
        return None

    def _check_free(self, found: FoundDefinition, node: Node) -> None:
        """Refuse a key that something else has, in the same spec or in one that a change makes of it."""
        key, old_key = bare_key(node.key), bare_key(found.node.key)
        scope = self._before.documents[found.path].own_scope
        for path, document in sorted(self._before.documents.items()):
            near = document.own_scope == scope or (scope in document.places.values() and not document.frozen)
            other = document.nodes.by_key.get(key) if near and key != old_key else None
            if other is not None and (other.kind in _WORK) == (node.kind in _WORK):
                line = _line(document, other.span.start)
                raise _refused(f"“{_shown(key)}” is taken: `{path}` declares it in line {line}.")

    # -- who cites it

    def _changes(self) -> Iterator[tuple[FoundDefinition, Renamed]]:
        """The nodes that have another key or name now, each as it was."""
        for path in sorted(self._edits):
            old, new = self._nodes(self._before, path), self._nodes(self._after, path)
            if [node.kind for node in old] != [node.kind for node in new]:
                raise _refused(f"`{path}` would not be read as before with this name.")
            starts = sorted(span.start for span in self._edits[path])
            within: set[str] = set()
            """Keys of the nodes that are edited, and of all that stands in them."""
            for number, (one, other) in enumerate(zip(old, new, strict=True)):
                named = (path, number) in self._named or _is_edited(one, starts)
                if named or one.parent in within:
                    within.add(one.key)
                    if named or one.key != other.key:
                        renamed = Renamed(one.key, other.key, _typed_name(one), _typed_name(other))
                        yield FoundDefinition(path, one), renamed
                elif bare_key(one.key) != bare_key(other.key):
                    raise _refused(f"With this name “{_shown(one.key)}” would become “{_shown(other.key)}”.")

    def _follow(self, changes: Iterable[tuple[FoundDefinition, Renamed]]) -> None:
        self._renamed = {(found.path, found.node.key): each for found, each in changes}
        for (path, key), renamed in self._renamed.items():
            if renamed.key == renamed.new_key and renamed.name == renamed.new_name:
                continue
            self._check_cited(path, renamed)
            for reference in self._before.references(path, key):
                self._cite(reference, renamed)

    def _cite(self, reference: Reference, renamed: Renamed) -> None:
        path, citation = reference.path, reference.citation
        if self._before.documents[path].frozen:
            return
        found = self._before.definitions(path, citation)
        if citation.scope == ANYWHERE and len(found) > 1:
            return
        if len({(each.path, each.node.key) in self._renamed for each in found}) > 1:
            raise _refused(_several(citation.key, (each.path for each in found)))
        members = self._ranges(path).get(citation.range) if citation.range is not None else None
        if members is not None and citation not in {members[0], members[-1]}:
            # One of the ids between the ends; the range is looked at as a whole, afterwards.
            return
        self._edits.setdefault(path, {})[citation.span] = written(self._text(path, citation.span), renamed)

    def _check_cited(self, path: str, renamed: Renamed) -> None:
        """Refuse a key that is cited already, though it names nothing: it would name this node then."""
        scope, key = self._before.documents[path].own_scope, bare_key(renamed.new_key)
        if key == bare_key(renamed.key):
            return
        for other, document in sorted(self._before.documents.items()):
            for citation in document.cited.get((scope, key), ()) if not document.frozen else ():
                if not self._before.definitions(other, citation) and self._after.definitions(other, citation):
                    line = _line(document, citation.span.start)
                    raise _refused(f"“{_shown(key)}” is taken: `{other}` names it in line {line} already.")

    # -- ranges

    def _hold_ranges(self) -> None:
        """Write out each range that would name something else than before."""
        for path in sorted(self._touched_ranges()):
            edits = self._edits.setdefault(path, {})
            now = self._ranges_now(path)
            for whole, members in self._ranges(path).items():
                named = [(citation, self._rename_of(path, citation)) for citation in members]
                wanted = [citation.key if renamed is None else renamed.new_key for citation, renamed in named]
                if all(renamed is None for _, renamed in named):
                    continue
                if set(wanted) == now.get(whole) and follows(wanted[0], wanted[-1]):
                    continue
                self._written_out.add(path)
                edits.pop(members[0].span, None)
                edits.pop(members[-1].span, None)
                edits[whole] = written_out(self._before.documents[path].text, named)
        self._read(self._written_out)

    def _touched_ranges(self) -> set[str]:
        return {
            reference.path
            for path, key in self._renamed
            for reference in self._before.references(path, key)
            if reference.citation.range is not None and not self._before.documents[reference.path].frozen
        }

    def _rename_of(self, path: str, citation: Citation) -> Renamed | None:
        found = (self._renamed.get((each.path, each.node.key)) for each in self._before.definitions(path, citation))
        return next((each for each in found if each is not None and each.key != each.new_key), None)

    def _ranges(self, path: str) -> Mapping[Span, tuple[Citation, ...]]:
        """The ranges of a document as it was, each with what it names, in order."""
        if path not in self._known_ranges:
            self._known_ranges[path] = _ranges(self._before.documents[path])
        return self._known_ranges[path]

    def _ranges_now(self, path: str) -> dict[Span, set[str]]:
        """The keys that the ranges name as the document is now, by where each range stood before."""
        edits = sorted(self._edits[path].items())
        ends = [span.end for span, _ in edits]
        grown = [0, *accumulate(len(text) - (span.end - span.start) for span, text in edits)]
        found: dict[Span, set[str]] = {}
        for citation in self._after.documents[path].nodes.citations:
            if citation.range is not None:
                found.setdefault(citation.range, set()).add(citation.key)
        return {
            whole: found.get(
                Span(
                    whole.start + grown[bisect_right(ends, whole.start)],
                    whole.end + grown[bisect_right(ends, whole.end)],
                ),
                set(),
            )
            for whole in self._ranges(path)
        }

    # -- all of it

    def _verify(self) -> None:
        """Refuse what would make a citation mean another node than before, or none."""
        for _ in self._changes():
            pass
        for path in sorted(self._edits):
            before, after = self._meaning(self._before, path), self._meaning(self._after, path)
            if before != after:
                places = "where it cites the old one, alone or in a range"
                raise _refused(f"`{path}` cannot hold this name {places}: it would not be read as a name there.")

    def _meaning(self, index: Index, path: str) -> Counter[Hashable]:
        found: Counter[Hashable] = Counter()
        for citation in index.documents[path].nodes.citations:
            nodes = frozenset((each.path, _position(index, each)) for each in index.definitions(path, citation))
            found[(citation.relation, nodes or (citation.scope, citation.key))] += 1
        return found

    # -- documents

    def _read(self, paths: Iterable[str]) -> None:
        for path in paths:
            edits = [Edit(span, text) for span, text in self._edits[path].items()]
            text = apply_edits(self._before.documents[path].text, edits)
            self._after = self._after.with_document(self._reader(self._before.documents[path], text))

    def _text(self, path: str, span: Span) -> str:
        return self._before.documents[path].text[span.start : span.end]

    @staticmethod
    def _nodes(index: Index, path: str) -> Sequence[Node]:
        return index.documents[path].nodes.nodes

    def _number(self, found: FoundDefinition) -> int:
        return _position(self._before, found)


def _position(index: Index, found: FoundDefinition) -> int:
    return index.documents[found.path].nodes.number_of(found.node.key)


def _is_edited(node: Node, starts: Sequence[int]) -> bool:
    """Whether one of the edits, which begin at `starts`, is in a node's name, or in what it cites itself."""
    spans = (node.head, *(citation.span for citation in node.citations))
    return any((at := bisect_left(starts, span.start)) < len(starts) and starts[at] < span.end for span in spans)


def _typed_name(node: Node) -> str:
    span = name_of(node)
    return "" if span is None else node.source[span.start : span.end]


def _ranges(document: IndexedDocument) -> dict[Span, tuple[Citation, ...]]:
    """The ranges of a document with what each names, the ends first and last."""
    found: dict[Span, list[Citation]] = {}
    for citation in document.nodes.citations:
        if citation.range is not None:
            found.setdefault(citation.range, []).append(citation)
    ranges: dict[Span, tuple[Citation, ...]] = {}
    for whole, members in found.items():
        ends = [citation for citation in members if citation.span != whole]
        if len(ends) > 1:
            first, last = ends[0], ends[-1]
            between = (citation for citation in members if citation is not first and citation is not last)
            ranges[whole] = (first, *between, last)
    return ranges


def _line(document: IndexedDocument, offset: int) -> int:
    """The line of an offset, counted from 1."""
    return len(split_lines(document.text[:offset]))


def _refused(message: str) -> SpecError:
    return SpecError(ErrorCode.CANNOT_RENAME, message)


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…"
