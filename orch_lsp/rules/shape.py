"""Findings of rules that go by ids, kinds, states and citations of nodes: after an edit of words they are only moved.

The result is that of looking at the whole document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Citation, Node
from orch_lsp.document.pieces import TAKEN, TakenOver, keep
from orch_lsp.rules.rule import Finding, Found, Grade, Reads, Related
from orch_lsp.text import Span, end_of_line, new_span


@dataclass(frozen=True, slots=True)
class _Kept:
    """The findings of a rule, how severe they are, and the other documents that they hold with."""

    findings: Sequence[Finding]
    grade: Grade
    others: list[object]


class ShapeRules:
    """Runs such rules over one document.

    Args:
        document: The document.
        others: Whatever else they look at.
    """

    def __init__(self, document: SpecDocument, others: Iterable[object]) -> None:
        self._document = document
        self._others = list(others)

    def findings(
        self, code: str, reads: Reads, grade: Grade, check: Callable[[], Iterable[Found]]
    ) -> Sequence[Finding]:
        """The findings of a rule, whose results `check` gives."""
        findings = self._findings_before(code, reads, grade)
        if findings is None:
            findings = [grade.finding(code, found) for found in check()]
            # The edits of a cure hold offsets that cannot be moved.
            if any(one.fixes for one in findings):
                return findings
        keep(self._document, (ShapeRules, code), _Kept(findings, grade, self._others))
        return findings

    def _findings_before(self, code: str, reads: Reads, grade: Grade) -> Sequence[Finding] | None:
        """The findings before the edit, moved; None if they may be others now."""
        taken = self._taken
        kept: _Kept | None = None if taken is None else taken.kept.get((ShapeRules, code))
        if taken is None or kept is None or kept.grade != grade or kept.others != self._others:
            return None
        places = self._places
        if places is None or any(reads(old) != reads(new) for old, new in taken.remade):
            return None
        return _Moves(taken, places).findings(kept.findings)

    @cached_property
    def _taken(self) -> TakenOver | None:
        document = self._document
        # The nodes are made first: with them it is known whether they were taken over.
        return document.derived.get(TAKEN) if document.nodes else None

    @cached_property
    def _places(self) -> Mapping[Span, Span | None] | None:
        """Where places of remade nodes were, and are; None if their shape is another, or that of a place is."""
        taken = self._taken
        if taken is None:
            return None
        places: dict[Span, Span | None] = {}
        for old, new in taken.remade:
            cited = _cited_within(old, taken.start, taken.behind)
            cites = _cited_within(new, taken.start, taken.behind + taken.by)
            if _shape(old, cited) != _shape(new, cites):
                return None
            for span, now in zip(_spans(old, cited), _spans(new, cites), strict=True):
                # A node of one line is as long as that, until another line comes.
                places[span] = now if places.get(span, now) == now else None
        return places


_new_finding: Callable[[type[Finding], tuple[object, ...]], Finding] = vars(tuple)["__new__"]
"""As `new_span`."""


class _Moves:
    """Where spans of the text before the edit are now."""

    def __init__(self, taken: TakenOver, places: Mapping[Span, Span | None]) -> None:
        self._start = taken.start
        self._behind = taken.behind
        self._by = taken.by
        self._places = places

    def span(self, span: Span) -> Span | None:
        """Where it is; None if that is not known."""
        start, end = span
        if start >= self._behind:
            return new_span(Span, (start + self._by, end + self._by))
        return span if end <= self._start else self._places.get(span)

    def findings(self, findings: Sequence[Finding]) -> Sequence[Finding] | None:
        """Findings where they are; None if that is not known of one."""
        made: list[Finding] = []
        start, known = self._start, ()
        # There may be hundreds: a finding is made as the tuple that it is.
        for one in findings:
            rule, severity, message, span, key, fixes, others = one
            # Many findings have the same other places.
            related = known if others is known else self._related(others)
            span = self.span(span)
            if span is None or related is None:
                return None
            known = related
            is_same = related is others and span.end <= start
            made.append(one if is_same else _new_finding(Finding, (rule, severity, message, span, key, fixes, related)))
        return made

    def _related(self, related: tuple[Related, ...]) -> tuple[Related, ...] | None:
        if all(one.path is not None for one in related):
            return related
        made: list[Related] = []
        for one in related:
            span = one.span if one.path is not None else self.span(one.span)
            if span is None:
                return None
            made.append(Related(one.message, span, one.path))
        return tuple(made)


def _cited_within(node: Node, start: int, end: int) -> Sequence[Citation]:
    return [one for one in node.citations if start <= one.span.start < end]


def _shape(node: Node, cited: Sequence[Citation]) -> object:
    return (
        node.kind, node.key, node.state, node.parent, node.name is None,
        [(one.relation, one.key, one.scope, one.range is None, one.range == one.span) for one in cited],
    )  # fmt: skip


def _spans(node: Node, cited: Sequence[Citation]) -> Iterator[Span]:
    start = node.span.start
    yield Span(start, min(node.span.end, end_of_line(node.source, start)))
    yield node.span
    yield node.head
    for one in cited:
        yield one.span
