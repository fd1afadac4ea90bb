"""Faults between documents: changes of specs that miss their aim, lose a part of it, or collide.

Pure functions of an index and the path of a document in it, without a second look at any text: what a spec holds is
its nodes, what a change does to it is citations (`modifies`, `removes`, `renames`) of the scope that the document calls
`base`. The index has to hold the documents of the whole workspace: what it does not hold is not there. A document
that is frozen is neither looked at nor held against another one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from orch_lsp.document.items import PlacedMatch, visible_matches
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Citation, Node, NodeKind, Nodes, scope_named
from orch_lsp.document.profile import Severity
from orch_lsp.language.index import FoundDefinition, Index, IndexedDocument
from orch_lsp.markdown.reader import read
from orch_lsp.rules.check import EVERY_RULE
from orch_lsp.rules.rule import Family, Finding, Found, Grade, Reads, Related
from orch_lsp.rules.shape import ShapeRules
from orch_lsp.text import Span

_BASE = "base"
_SPECS = "specs"
_DELTAS = "deltas"
_CHANGES = frozenset(("modifies", "removes", "renames"))

_TITLED: frozenset[NodeKind] = frozenset(("requirement", "scenario"))

_HELD_AGAINST = re.compile(
    r"(?:(?<![\w-])(?:constitution(?:al)?|constitución|constituição|verfassung)|宪章|憲章|章程|헌법)[^\r\n|,;，；]{0,80}?"
    r"(?<![\w.<>=~^])v?(?P<version>\d{1,4}\.\d{1,4}\.\d{1,4})(?![\w.]*\w)",
    re.IGNORECASE,
)
"""The version that a plan names behind the constitution, in its line."""


@dataclass(frozen=True, slots=True)
class AcrossRule:
    """A row of the table of rules that need several documents."""

    code: str
    """As of `Rule`: stable, in snake_case, in one name space with those of all rules."""
    family: Family
    severity: Severity
    """The severity where the user sets none."""
    summary: str
    """The fault that it finds, in a line."""
    check: Callable[[Index, IndexedDocument], Iterator[Found]] | None
    """None for one that looks at all documents at once (`alike`), where somebody has read them all."""
    reads: Reads | None = None
    """As of `Rule`."""
    waits_for_word: bool = False
    """As of `Rule`."""


_NOTHING: Mapping[str, Severity] = MappingProxyType({})


def check_across(
    index: Index, path: str, severities: Mapping[str, Severity] = _NOTHING, spec: SpecDocument | None = None
) -> tuple[Finding, ...]:
    """All findings about the document at a path, in document order. Pure; never raises.

    Args:
        index: The documents of a workspace.
        path: One of them; of another one nothing is said.
        severities: The user's, by code, `*` for all others; a rule that is `off` does not run.
        spec: The document as it was read, which keeps what was found until something else is written than words.
    """
    document = index.documents.get(path)
    if document is None or document.frozen:
        return ()
    shape = None if spec is None else ShapeRules(spec, _looked_at(index, document))
    findings: list[Finding] = []
    for rule in ACROSS.values():
        severity = severities.get(rule.code, severities.get(EVERY_RULE, rule.severity))
        if severity != "off":
            grade = Grade(severity, rule.code in severities or EVERY_RULE in severities)
            findings += _findings(rule, grade, index, document, shape)
    return tuple(sorted(findings, key=lambda finding: finding.span))


def _looked_at(index: Index, document: IndexedDocument) -> Iterator[object]:
    """All that rules with `reads` look at beside the document's nodes."""
    yield document.scope
    yield document.places
    scopes = {document.own_scope, *document.cited_scopes, *document.places.values()}
    for scope in sorted(scopes):
        yield scope
        for other in (*index.in_scope(scope), *index.placing(scope)):
            if other is not document:
                yield other


def _findings(
    rule: AcrossRule, grade: Grade, index: Index, document: IndexedDocument, shape: ShapeRules | None
) -> Iterable[Finding]:
    check = rule.check
    if check is None:
        return ()
    if shape is None or rule.reads is None:
        return [grade.finding(rule.code, found) for found in check(index, document)]
    return shape.findings(rule.code, rule.reads, grade, lambda: check(index, document))


def _titles(node: Node) -> str | None:
    return node.title if node.kind in _TITLED else None


def modified_target_missing(index: Index, document: IndexedDocument) -> Iterator[Found]:
    """Alterations of a change whose target another spec does not have, or whose spec is not there."""
    if document.cited_scopes <= {document.own_scope}:
        return
    nodes = document.nodes
    for node in (None, *nodes.nodes):
        for number, cited in enumerate(nodes.loose if node is None else node.cites):
            if cited.relation not in _CHANGES or cited.scope is None or (scope := document.scope_of(cited)) is None:
                continue
            is_there = bool(index.in_scope(scope))
            if is_there and (not cited.key or index.definitions(document.path, cited)):
                continue
            citation = cited if node is None else node.citations[number]
            if is_there:
                yield _missed(index, document, citation, scope)
            else:
                yield Found(f"There is no spec in `{scope}`: nothing there can be changed.", citation.span)


def _missed(index: Index, document: IndexedDocument, citation: Citation, scope: str) -> Found:
    name = _named(citation.key)
    message = f"The spec in `{scope}` has no “{name}”"
    near = next(
        (
            FoundDefinition(other.path, node)
            for other in index.in_scope(scope)
            for node in other.nodes.nodes
            if node.kind == "requirement" and node.key.casefold() == citation.key.casefold()
        ),
        None,
    )
    adding = next((other for other in _beside(index, document) if (citation.key, True) in dict(_touched(other))), None)
    related: tuple[Related, ...] = ()
    if near is not None:
        message += f", but “{near.node.title}”: use that spelling"
        related = (Related("What it has.", near.node.name or near.node.span, near.path),)
    elif adding is not None:
        message += f" yet: `{adding.own_scope}` adds it"
        node = adding.nodes.by_key[citation.key]
        related = (Related("Where it is added.", node.name or node.span, adding.path),)
    severity = "warning" if near is None and adding is not None else None
    return Found(f"{message}.", citation.span, _holder(document, citation.span), (), related, severity)


def modified_drops_scenario(index: Index, document: IndexedDocument) -> Iterator[Found]:
    """Requirements that are modified without a scenario that they have now: it would be gone."""
    if all(relation not in _CHANGES for relation, _ in document.nodes.named):
        return
    for node in document.nodes.nodes:
        if node.kind != "requirement" or not node.cites:
            continue
        own = [scenario.title for scenario in _scenarios(document, node)]
        for target in _modified(index, document, node):
            now = _scenarios(index.documents[target.path], target.node)
            if [scenario.title for scenario in now] == own:
                continue
            kept = Counter(own)
            for scenario in now:
                if kept[scenario.title] > 0:
                    kept[scenario.title] -= 1
                    continue
                message = (
                    f"“{node.title}” loses the scenario “{scenario.title}”: what is modified takes the place of all "
                    "that there is. Copy it, or say what becomes of it."
                )
                related = (Related("The scenario.", scenario.name or scenario.span, target.path),)
                yield Found(message, node.name or node.span, node.key, (), related)


def _modified(index: Index, document: IndexedDocument, node: Node) -> Iterator[FoundDefinition]:
    """The requirement as it is now, also where the same document gives it another name."""
    for citation in node.cites:
        if citation.relation == "modifies" and citation.scope == _BASE:
            yield from index.definitions(document.path, citation)
        elif citation.relation == "cites" and citation.scope is None:
            rename = document.nodes.by_key.get(citation.key)
            for old in () if rename is None else rename.cites:
                if old.relation == "renames":
                    yield from index.definitions(document.path, old)


def _scenarios(document: IndexedDocument, requirement: Node) -> Sequence[Node]:
    nodes = document.nodes
    return nodes.once("scenarios", lambda: _scenarios_by_parent(nodes)).get(requirement.key, ())


def _scenarios_by_parent(nodes: Nodes) -> Mapping[str, Sequence[Node]]:
    found: dict[str, list[Node]] = {}
    for node in nodes.nodes:
        if node.kind == "scenario" and node.parent is not None:
            found.setdefault(node.parent, []).append(node)
    return found


def overlapping_changes(index: Index, document: IndexedDocument) -> Iterator[Found]:
    """Requirements that another change that is at work adds, or alters, too: the one that ends last wins.

    One that adds what another one alters comes before it, and is no collision.
    """
    touched = [(other, dict(_touched(other))) for other in _beside(index, document)]
    said: set[tuple[str, bool]] = set()
    for what, span in _touched(document) if touched else ():
        meeting = [(other, spans[what]) for other, spans in touched if what in spans]
        if meeting and what not in said:
            said.add(what)
            key, adds = what
            names = ", ".join(f"`{other.own_scope}`" for other, _ in meeting)
            related = tuple(Related("The other change.", there, other.path) for other, there in meeting)
            message = f"“{_named(key)}” is {'added' if adds else 'changed'} by {names}, too: the last one wins."
            yield Found(message, span, _holder(document, span), (), related)


def _touched(document: IndexedDocument) -> Iterator[tuple[tuple[str, bool], Span]]:
    """Alterations of a change to its spec, by key and whether each is added."""
    for node in document.nodes.nodes:
        if _adds(node):
            yield (node.key, True), node.name or node.span
    for citation in document.nodes.citations:
        if _is_change(citation):
            yield (citation.key, False), citation.span


def _adds(node: Node) -> bool:
    return node.kind == "requirement" and not any(_is_change(citation) for citation in node.cites)


def _is_change(citation: Citation) -> bool:
    return citation.relation in _CHANGES and citation.scope == _BASE


def _beside(index: Index, document: IndexedDocument) -> Sequence[IndexedDocument]:
    """The documents of other changes of the same spec that are at work, by path."""
    base = document.places.get(_BASE)
    if base is None:
        return ()
    return [
        other
        for other in index.placing(base)
        if other.places.get(_BASE) == base and other.own_scope != document.own_scope and not other.frozen
    ]


def capability_without_delta(index: Index, document: IndexedDocument) -> Iterator[Found]:
    """Specs that a proposal says to make or to change, and that no delta is about. Not before there is one."""
    if _DELTAS not in document.places:
        return
    named: list[tuple[Citation, str, str]] = []
    for citation in document.nodes.citations:
        place, _, name = (citation.scope or "").partition("/")
        delta = scope_named(f"{_DELTAS}/{name}", None, document.places)
        if not citation.key and name and place in {_SPECS, _DELTAS} and delta is not None:
            named.append((citation, name, delta))
    begun = f"{document.places[_DELTAS]}/"
    if not any(other.own_scope.startswith(begun) for other in index.placing(document.own_scope) if named):
        return
    for citation, name, delta in named:
        if not index.in_scope(delta):
            message = f"No delta says what changes in “{name}”: write `{delta}/spec.md`, or take it off the list."
            yield Found(message, citation.span, _holder(document, citation.span))


def delta_not_in_proposal(index: Index, document: IndexedDocument) -> Iterator[Found]:
    """Deltas of which the proposal of their change says nothing, where it lists capabilities."""
    change = document.places.get("change")
    if change is None or _BASE not in document.places or not document.nodes.nodes:
        return
    listing: list[tuple[IndexedDocument, Citation]] = []
    for other in index.in_scope(change):
        for citation in other.nodes.citations if _DELTAS in other.places else ():
            place, _, name = (citation.scope or "").partition("/")
            if not citation.key and name and place in {_SPECS, _DELTAS}:
                if scope_named(f"{_DELTAS}/{name}", None, other.places) == document.own_scope:
                    return
                listing.append((other, citation))
    if listing:
        proposal, first = listing[0]
        name = document.own_scope.removeprefix(f"{proposal.places[_DELTAS]}/")
        node = document.nodes.nodes[0]
        message = f"The proposal of this change lists no “{name}”: put it on the list, or take this delta away."
        related = (Related("The list.", first.span, proposal.path),)
        yield Found(message, node.name or Span(node.span.start, node.span.start), node.key, (), related)


def constitution_version_drift(index: Index, document: IndexedDocument) -> Iterator[Found]:
    """Plans that were held against an older version of the constitution, while there is work left to be done."""
    scope = document.places.get("constitution")
    if scope is None or document.scope is None or not document.path.casefold().endswith("/plan.md"):
        return
    found = _held_against(document.text)
    now = next(((other, other.version) for other in index.in_scope(scope) if other.version is not None), None)
    if found is None or now is None or _numbers(found["version"]) >= _numbers(now[1]) or _is_over(index, document):
        return
    constitution, version = now
    span = Span(*found.span("version"))
    message = f"The constitution has version {version} by now: look whether this plan still keeps to it."
    first = constitution.nodes.nodes[0].head if constitution.nodes.nodes else Span(0, 0)
    yield Found(message, span, _holder(document, span), (), (Related("The constitution.", first, constitution.path),))


def _held_against(text: str) -> PlacedMatch | None:
    """The first version behind the constitution that a reader of a plan sees."""
    if _HELD_AGAINST.search(text) is None:
        return None
    return next(visible_matches(read(text), _HELD_AGAINST), None)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _is_over(index: Index, document: IndexedDocument) -> bool:
    """Whether the spec has tasks, and all of them are done."""
    around = index.in_scope(document.own_scope)
    states = [node.state for other in around for node in other.nodes.nodes if node.kind == "task"]
    return bool(states) and all(state in {"done", "optional"} for state in states)


def misplaced_spec_file(index: Index, document: IndexedDocument) -> Iterator[Found]:
    """Deltas in a place from which they change no spec: in no capability's folder."""
    del index
    if document.scope is not None and _BASE not in document.places and document.nodes.nodes:
        first = document.nodes.nodes[0]
        if any(kind == "delta" for kind, _ in document.nodes.kinds):
            message = "This delta is read of no spec: put it into the folder of a capability, `specs/NAME/spec.md`."
            yield Found(message, first.name or Span(first.span.start, first.span.start))


def _named(key: str) -> str:
    return key.partition(": ")[2] or key


def _holder(document: IndexedDocument, span: Span) -> str | None:
    node = next(iter(document.nodes.around(span.start)), None)
    return None if node is None else node.key


ACROSS: Mapping[str, AcrossRule] = {
    rule.code: rule
    for rule in (
        AcrossRule(
            "modified_target_missing", "identity", "error",
            "A change alters what its spec does not have.", modified_target_missing, reads=_titles, waits_for_word=True,
        ),
        AcrossRule(
            "modified_drops_scenario", "traceability", "error",
            "A requirement is modified without a scenario that it has.", modified_drops_scenario, reads=_titles,
        ),
        AcrossRule(
            "overlapping_changes", "identity", "warning",
            "Two open changes touch the same requirement.", overlapping_changes, reads=_titles,
        ),
        AcrossRule(
            "capability_without_delta", "traceability", "warning",
            "A proposal names a capability that no delta is about.", capability_without_delta,
        ),
        AcrossRule(
            "delta_not_in_proposal", "traceability", "warning",
            "A change has a delta that its proposal does not list.", delta_not_in_proposal, reads=_titles,
        ),
        AcrossRule(
            "constitution_version_drift", "traceability", "information",
            "A plan was held against an older version of the constitution.", constitution_version_drift,
        ),
        AcrossRule(
            "misplaced_spec_file", "structure", "error",
            "A delta stands where it changes no spec.", misplaced_spec_file, reads=_titles,
        ),
        AcrossRule(
            "near_duplicate_across_specs", "language", "hint",
            "A requirement says what one of another spec says.", None,
        ),
    )
}  # fmt: skip
"""By code."""
