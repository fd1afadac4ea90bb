"""The nodes of specs and deltas: requirements with their scenarios, parts of a delta, renames.

A heading is known by its words, at any level. In a spec, each heading right below `## Requirements` is a requirement,
as OpenSpec takes it, unless requirements stand below it; and each right below a requirement is a scenario.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from orch_lsp.document.items import visible_matches
from orch_lsp.document.node import Citation, Node, Nodes, gathered
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.openspec.headings import (
    REQUIREMENT,
    SCENARIO,
    Named,
    named,
    named_by,
    operation_of,
    words_of,
)
from orch_lsp.profiles.openspec.words import REQUIREMENT_WORDS, Operation
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_BASE = "base"
_ARROW = " → "
_LINE = r"(?<![^\r\n])[ \t]*(?:[-*+][ \t]+)?"
_WORD = "|".join(map(re.escape, REQUIREMENT_WORDS))
_HEADING_IN_TEXT = rf"[*_]{{0,2}}`?#{{1,6}}[ \t]*(?:{_WORD})[ \t]*[:：][ \t]*(?P<name>[^`\r\n]*)"
_LISTED = re.compile(rf"(?<![^\r\n])[ \t]*[-*+][ \t]+{_HEADING_IN_TEXT}", re.IGNORECASE)
_RENAME = re.compile(
    rf"{_LINE}[*_]{{0,2}}(?P<end>from|to)[*_]{{0,2}}[ \t]*[:：][*_]{{0,2}}[ \t]*(?:{_HEADING_IN_TEXT}|"
    rf"`?(?P<bare>[^`\r\n]*))",
    re.IGNORECASE,
)


def spec_nodes(document: SpecDocument) -> Nodes:
    """The nodes of a main spec."""
    return _Reading(document, in_spec=True).nodes()


def delta_nodes(document: SpecDocument) -> Nodes:
    """The nodes of a delta; what it modifies, removes and renames is cited as of the spec that it changes."""
    return _Reading(document, in_spec=False).nodes()


_What = Literal["requirement", "scenario", "operation", "other"]


@dataclass(frozen=True, slots=True)
class _Heading:
    section: Section
    what: _What
    found: Named
    operation: Operation | None
    """That of the part of a delta in which it stands."""
    requirement: str
    """Name of the requirement that it is, or belongs to."""


class _Reading:
    """One document, read heading by heading."""

    def __init__(self, document: SpecDocument, *, in_spec: bool) -> None:
        self._document = document
        self._text = document.text
        self._in_spec = in_spec
        self._headings = [*self._read()]
        self._by_start = {heading.section.heading.start: heading for heading in self._headings}

    def nodes(self) -> Nodes:
        found = heading_nodes(self._document, self._node)
        if self._in_spec:
            return gathered(self._text, found)
        listed, removed = self._listed()
        renames, renamed = self._renames()
        new_names = {rename.title.partition(_ARROW)[2]: rename.key for rename in renames}
        citations = (*removed, *renamed, *self._citations(new_names))
        return gathered(self._text, (*found, *listed, *renames), citations)

    def _read(self) -> Iterator[_Heading]:
        sections = self._document.sections
        parents = _parents(sections)
        names = [named_by(REQUIREMENT, self._text, section) for section in sections]
        groups = {parents[number] for number, found in enumerate(names) if found is not None}
        read: list[_Heading] = []
        operation: Operation | None = None
        requirement = ""
        for number, section in enumerate(sections):
            above = read[parents[number]] if parents[number] >= 0 else None
            begun = None if self._in_spec else operation_of(section.title)
            if begun is not None or (above is None and section.level <= 2):
                operation = begun
            what, found = self._what(section, above, names[number], begun, is_group=number in groups)
            if what == "requirement":
                requirement = found.name
            elif what != "scenario" and (above is None or above.what not in {"requirement", "scenario"}):
                requirement = ""
            read.append(_Heading(section, what, found, operation, requirement))
        yield from read

    def _what(
        self, section: Section, above: _Heading | None, name: Named | None, begun: Operation | None, *, is_group: bool
    ) -> tuple[_What, Named]:
        if begun is not None:
            return "operation", named(self._text, section.heading)
        if name is not None:
            return "requirement", name
        if (scenario := named_by(SCENARIO, self._text, section)) is not None:
            return "scenario", scenario
        words = named(self._text, words_of(self._text, section))
        if is_group or above is None:
            return "other", words
        if above.what == "requirement":
            return "scenario", words
        if self._in_spec and above.section.profile_key == "requirements":
            return "requirement", words
        return "other", words

    def _node(self, section: Section, node: Node) -> Node:
        heading = self._by_start[section.heading.start]
        found = heading.found
        if heading.what == "operation":
            return replace(node, kind="delta")
        if heading.what == "scenario":
            key = f"{heading.requirement}/Scenario: {found.name}"
            return replace(node, kind="scenario", key=key, title=found.name, name=found.span)
        if heading.what != "requirement":
            return node
        # The requirement that it names stands elsewhere; a finding is placed on its own heading.
        elsewhere = heading.operation in {"modified", "removed"}
        return replace(
            node,
            kind="delta" if heading.operation in {"removed", "renamed"} else "requirement",
            key=f"Requirement: {found.name}",
            title=found.name,
            name=section.heading if elsewhere else found.span,
        )

    def _citations(self, new_names: Mapping[str, str]) -> Iterator[Citation]:
        """Args: new_names: The key of each rename, by the name that it gives: OpenSpec renames before it modifies."""
        for heading in self._headings:
            if heading.what != "requirement" or not heading.found.name:
                continue
            if heading.operation == "removed":
                yield _of_base("removes", heading.found)
            elif heading.operation == "modified" and heading.found.name in new_names:
                yield Citation("cites", heading.found.span, new_names[heading.found.name])
            elif heading.operation == "modified":
                yield _of_base("modifies", heading.found)

    def _listed(self) -> tuple[list[Node], list[Citation]]:
        """Requirements that a list removes: `- ### Requirement: NAME`."""
        nodes: list[Node] = []
        citations: list[Citation] = []
        for found in self._matches_in("removed", _LISTED):
            name = named(self._text, Span(*found.span("name")))
            if name.name:
                line = Span(_after_blanks(found), found.end())
                nodes.append(Node("delta", f"Requirement: {name.name}", name.name, line, name=line))
                citations.append(_of_base("removes", name))
        return nodes, citations

    def _renames(self) -> tuple[list[Node], list[Citation]]:
        """Pairs of lines: `- FROM: ### Requirement: OLD`, then `- TO: ### Requirement: NEW`."""
        nodes: list[Node] = []
        citations: list[Citation] = []
        begun: tuple[int, Named] | None = None
        for found in self._matches_in("renamed", _RENAME):
            name = named(self._text, Span(*found.span("name" if found["name"] is not None else "bare")))
            if not name.name:
                continue
            if found["end"].casefold() == "from":
                citations.append(_of_base("renames", name))
                begun = (_after_blanks(found), name)
            elif begun is not None:
                start, old = begun
                title = f"{old.name}{_ARROW}{name.name}"
                nodes.append(
                    Node("delta", f"RENAMED Requirement: {old.name}", title, Span(start, found.end()), name=name.span)
                )
                begun = None
        return nodes, citations

    def _matches_in(self, operation: Operation, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches in the parts of this operation, where there are such."""
        headings = self._headings
        if not any(heading.operation == operation for heading in headings):
            return
        starts = [heading.section.heading.start for heading in headings]
        for found in visible_matches(self._document.tree, pattern):
            number = bisect_right(starts, found.start()) - 1
            if number >= 0 and headings[number].operation == operation:
                yield found


def _parents(sections: Sequence[Section]) -> list[int]:
    """For each heading the number of the one that it stands below, -1 for none."""
    parents: list[int] = []
    above: list[int] = []
    for number, section in enumerate(sections):
        while above and sections[above[-1]].level >= section.level:
            above.pop()
        parents.append(above[-1] if above else -1)
        above.append(number)
    return parents


def _of_base(relation: Literal["modifies", "removes", "renames"], name: Named) -> Citation:
    return Citation(relation, name.span, f"Requirement: {name.name}", _BASE)


def _after_blanks(found: re.Match[str]) -> int:
    """Where a match begins, without the indentation of its line."""
    return found.end() - len(found[0].lstrip(" \t"))
