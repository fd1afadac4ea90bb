"""The sentences that oblige: requirements, criteria and outcomes, each by itself, wherever a format writes them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.document.beside import is_beside_requirements
from orch_lsp.document.node import Node, NodeKind
from orch_lsp.rules.lexicon import TermKind, terms
from orch_lsp.rules.requirement_blocks import blocks
from orch_lsp.rules.rule import Subject
from orch_lsp.text import Span, end_of_line

_KINDS: frozenset[NodeKind] = frozenset(("requirement", "criterion", "success_criterion"))
_LEAD = re.compile(r"[^\w\r\n(（\[`\"“'<]*(?:\d{1,9}[.)、．）][ \t]*)?(?:\[.\]\*?[ \t]*)?")
NO_REQUIREMENT = re.compile(r"(?:NG|A|AS|ASM|ASSUMPTION|C|CON|EC|QG|D|DEC|OOS|OQ|Q|K|RISK|E|T|NFG)-?\d")
"""Ids of what people list beside requirements: non-goals, assumptions, constraints, edge cases, gates, decisions."""
_REQUIREMENT = re.compile(r"(?:N?FR|REQ|R|SR|UR|AC)-?\d")
_BEHIND_ID = re.compile(r"[*_]{0,2}[ \t]*(?:[(（][^()（）\r\n]{0,60}[)）])?[ \t]*[:：.)]?[*_]{0,2}[ \t]*[:：]?[ \t]*")
_OVER = re.compile(
    r"[\W_]{0,6}(?:supersede[sd]|retired|removed|deprecated|withdrawn|obsolete|moved to|n/a\b|~~"
    r"|已废弃|已廢棄|已删除|廃止|폐기)",
    re.IGNORECASE,
)
"""In front of the words of one that holds no more."""
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Statement:
    """The sentences of one node by itself."""

    node: Node
    span: Span
    """Its words without marker, box and id, up to the first node in it."""

    def line(self, text: str) -> Span:
        """Where something is said about it as a whole: its first line."""
        return Span(self.span.start, max(self.span.start, min(self.span.end, end_of_line(text, self.span.start))))


def statements(subject: Subject) -> tuple[Statement, ...]:
    """The statements of a document in its order."""
    return subject.document.once("statements", lambda: tuple(_read(subject)))


def marked(subject: Subject, kind: TermKind) -> Iterator[tuple[Statement, list[Span]]]:
    """The statements that hold terms of a kind, each with those."""
    found = terms(subject.document, kind)
    for statement in statements(subject) if found else ():
        if spans := found.within(statement.span):
            yield statement, spans


def _facts(subject: Subject) -> frozenset[str]:
    """Keys of the nodes in sections of constraints, assumptions and the like: they say what is so."""
    document = subject.document
    spans = [one for one in document.sections if one.level > 1 and is_beside_requirements(one.title)]
    found: set[str] = set()
    nodes, end = document.nodes.nodes, -1
    starts = [node.span.start for node in nodes] if spans else []
    for section in spans:
        if section.body.end > end:
            first, last = bisect_left(starts, section.body.start), bisect_left(starts, section.body.end)
            found.update(node.key for node in nodes[first:last])
            end = section.body.end
    return frozenset(found)


def _read(subject: Subject) -> Iterator[Statement]:
    document = subject.document
    text, nodes = document.text, document.nodes.nodes
    whole = {block.node.key for block in blocks(subject) if block.whole and block.scenarios}
    judged = {node.parent for node in nodes if node.kind in {"criterion", "scenario"}} - whole
    facts = _facts(subject)
    for number, node in enumerate(nodes):
        if node.key in facts and not _REQUIREMENT.match(node.key):
            continue
        if node.kind not in _KINDS or node.key in judged or (node.name and NO_REQUIREMENT.match(node.key)):
            continue
        section = document.headed_at(node.span.start)
        if section is not None and node.key not in whole:
            continue
        end = node.span.end
        if number + 1 < len(nodes):
            end = min(end, max(node.span.start, nodes[number + 1].span.start))
        if section is not None:
            start = section.heading.end
        elif node.name is not None:
            behind = _BEHIND_ID.match(text, node.name.end, end)
            start = node.name.end if behind is None else behind.end()
        else:
            lead = _LEAD.match(text, node.span.start, end)
            start = node.span.start if lead is None else lead.end()
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        end = max(start, end - len(words) + len(words.rstrip()))
        struck = node.name is not None and text.find("~~", max(0, node.name.start - 6), node.name.start) >= 0
        if _WORD.search(text, start, end) and not struck and not _OVER.match(text, start, end):
            yield Statement(node, Span(start, end))
