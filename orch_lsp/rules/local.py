"""Findings of rules that look at each node by itself: after an edit, only where it was made.

The others are taken over from the document before the edit, moved by its length. The result is that of looking at the
whole document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from typing import Any

from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import Node, Nodes
from orch_lsp.document.pieces import TAKEN, TakenOver, keep
from orch_lsp.markdown.tree import Tree
from orch_lsp.rules.requirement_blocks import part_named
from orch_lsp.rules.rule import Found, Rule, Subject


class LocalRules:
    """Runs rules that are local over one document."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._document = subject.document
        self._taken: TakenOver | None = None

    def found(self, rule: Rule) -> Iterable[Found]:
        """The results of a rule, as `rule.check` gives them."""
        document = self._document
        # The nodes are made first: with them it is known whether they were taken over.
        known = document.nodes and document.derived.get(TAKEN)
        self._taken = known
        before: tuple[Found, ...] | None = None if known is None else known.kept.get(rule.code)
        if known is None or before is None:
            found = fresh = tuple(rule.check(self._subject))
        else:
            fresh = tuple(rule.check(self._window))
            found = self._found_after(known, before, fresh)
        # One that has a cure, or another place, holds offsets that cannot be moved; none that was kept has.
        if not any(one.fixes or one.related or one.key is None for one in fresh):
            keep(document, rule.code, found)
        return found if rule.settle is None else rule.settle(self._subject, found)

    def _found_after(self, taken: TakenOver, before: tuple[Found, ...], fresh: tuple[Found, ...]) -> tuple[Found, ...]:
        """The results before the edit, those in the window replaced by fresh ones."""
        if not before:
            return fresh
        keys, start, by = self._keys, taken.start, taken.by
        kept = [one for one in before if one.key not in keys]
        at = self._place_among(before, kept) if fresh else 0
        if by:
            kept = [one if one.span.start < start else one.moved(by) for one in kept]
        return (*kept[:at], *fresh, *kept[at:])

    def _place_among(self, before: Sequence[Found], kept: Sequence[Found]) -> int:
        """The number of results that stand in front of the window."""
        if len(kept) < len(before):
            return next((number for number, one in enumerate(kept) if one is not before[number]), len(kept))
        nodes, first = self._document.nodes, self._numbers.start
        return bisect_left(kept, first, key=lambda one: 0 if one.key is None else nodes.number_of(one.key))

    @cached_property
    def _numbers(self) -> range:
        """The nodes to look at: those that were made anew, each with all that the outermost one around it holds."""
        nodes, taken = self._document.nodes, self._taken
        if taken is None:
            return range(0)
        first, end = taken.first, taken.end
        # An edit may lie in a node that holds none of those.
        for node in (*nodes.nodes[taken.first : taken.end], *nodes.around(taken.start)[:1]):
            outermost = self._outermost(node)
            if outermost is not None:
                number = nodes.number_of(outermost.key)
                first = min(first, number)
                end = max(end, number + 1 + len(nodes.within(outermost)))
        return range(first, end)

    def _outermost(self, node: Node) -> Node | None:
        """The outermost node around one, itself included, that is no section and no part of a delta."""
        by_key, found = self._document.nodes.by_key, None
        around: Node | None = node
        while around is not None:
            if around.kind != "section" and part_named(around) is None:
                found = around
            around = None if around.parent is None else by_key.get(around.parent)
        return found

    @cached_property
    def _keys(self) -> frozenset[str]:
        numbers = self._numbers
        return frozenset(node.key for node in self._document.nodes.nodes[numbers.start : numbers.stop])

    @cached_property
    def _window(self) -> Subject:
        """The document with these nodes alone, and the chunks that they stand in; a key still finds any node."""
        document, numbers = self._document, self._numbers
        nodes = document.nodes.nodes[numbers.start : numbers.stop]
        tree = document.tree
        if nodes:
            first, last = tree.chunk_at(nodes[0].span.start), tree.chunk_at(max(node.span.end for node in nodes) - 1)
        else:
            first, last = 0, -1
        end = tree.starts[last] + len(tree.chunks[last].text) if nodes else 0
        start = tree.starts[first]
        made: SpecDocument = object.__new__(SpecDocument)
        made.__dict__.update(document.__dict__)
        shown = Nodes(nodes)
        shown.__dict__["by_key"] = document.nodes.by_key
        first_section, behind = (bisect_left(document.sections, at, key=_start) for at in (start, end))
        made.__dict__.update(
            tree=Tree(tree.text, tree.chunks[first : last + 1], tree.starts[first : last + 1]),
            sections=document.sections[first_section:behind], _nodes=[shown], derived=dict[Hashable, Any](),
        )  # fmt: skip
        return Subject(made, self._subject.neighbours, self._subject.evidence)


def _start(section: Section) -> int:
    return section.heading.start
