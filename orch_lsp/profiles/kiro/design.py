"""The nodes of a design: its sections, and the properties that validate criteria."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from orch_lsp.document.items import visible_matches
from orch_lsp.document.node import Node, Nodes, gathered
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.kiro.references import citations_of, key_of
from orch_lsp.profiles.kiro.words import PROPERTY, either
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_NUMBERED = rf"{either(PROPERTY)}[ \t]*#?(?P<id>\d{{1,4}}(?:\.\d{{1,4}})?)(?![A-Za-z0-9])"
_HEADING = re.compile(rf"[\W_]*+{_NUMBERED}[)）*_]*[ \t]*(?:[:：.、–—-]+[ \t]*)?[*_]*(?P<title>.*)")
_LINE = re.compile(
    rf"(?<![^\r\n])[ \t]*(?:[-*+][ \t]+|\d{{1,3}}[.)][ \t]+)?(?P<bold>\*\*)?{_NUMBERED}"
    rf"(?:[ \t]*[:：–—-][ \t]*(?P<title>[^*\r\n]*)|(?=\*\*))"
)
_SUFFIX = re.compile(r"<!--.*?-->|\{[#:.][^{}]*\}[ \t]*\Z")


def design_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `design.md`."""
    text = document.text

    def classify(section: Section, node: Node) -> Node:
        end = end_of_line(text, section.heading.start)
        found = _HEADING.match(text, section.heading.start, end) if section.profile_key is None else None
        if found is None:
            return node
        title = _SUFFIX.sub("", found["title"]).strip(" \t*_#")
        name = Span(*found.span("id"))
        return replace(node, kind="property", key=_key(found), title=title or section.title, name=name)

    headings = [*heading_nodes(document, classify)]
    known = {node.key for node in headings if node.kind == "property"}
    nodes = [*headings, *(node for node in _lines(document, headings) if node.key not in known)]
    return gathered(text, nodes, citations_of(document))


def _lines(document: SpecDocument, headings: list[Node]) -> Iterator[Node]:
    """Properties that begin a line, in bold or in the properties' section: each to the next one, or a heading."""
    section = document.profile_sections.get("correctness-properties")
    found = [
        match
        for match in visible_matches(document.tree, _LINE)
        if match["bold"] or (section is not None and match.start() in section.body)
    ]
    starts = sorted([*(node.span.start for node in headings), *(match.start() for match in found), len(document.text)])
    following = dict(pairwise(starts))
    for match in found:
        end = following[match.start()]
        while end > match.end() and document.text[end - 1] in " \t\r\n":
            end -= 1
        title = (match["title"] or "").strip()
        yield Node("property", _key(match), title, Span(match.start(), end), name=Span(*match.span("id")))


def _key(found: re.Match[str]) -> str:
    return f"Property {key_of(found['id'])}"
