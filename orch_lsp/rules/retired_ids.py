"""Ids that were given up and stand for something else now: a link, a test or a person may still mean the old one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from orch_lsp.document.node import Node, NodeKind, Nodes
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.likeness import share_of_words
from orch_lsp.rules.prose import once_a_chunk, telling, visible
from orch_lsp.rules.rule import Found, Related, Rule, Subject
from orch_lsp.text import Span

_KINDS: frozenset[NodeKind] = frozenset(("requirement", "success_criterion"))
_ID_WORDS = r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d+[a-z]?"
_ID = re.compile(_ID_WORDS)
_GONE = r"(?:superseded|retired|removed|withdrawn|obsoleted?|deleted|dropped)"
_IN_OTHER_LANGUAGES = "已(?:废弃|廢棄|删除|刪除|弃用)|廃止|削除済み|폐기|삭제됨"
_AND_NO_MORE = (
    r"(?!\w)(?=[*_~`]{0,3}[ \t]*(?:[^\w \t*_~`“\"'<]|\Z)"
    r"|[ \t]+(?:(?:by|in|on|as|since|from|per|after|during|with|to|at|for|until|when|because|due|and)\b|v?\d))"
)
"""Behind a word that says what was done to an id, and not what that does: `FR-001 removed the index`."""
_MARKED = re.compile(
    rf"^[^\w\r\n]{{0,12}}(?P<id>{_ID_WORDS})[*_`]{{0,3}}"
    rf"(?:[ \t]*[:：]?[*_]{{0,2}}[ \t]*"
    rf"(?:[(\[（【]{_GONE}{_AND_NO_MORE}|(?-i:{_GONE.upper()})(?!\w)|{_GONE}[ \t]+(?:by|in|on)\b|{_IN_OTHER_LANGUAGES})"
    rf"|[ \t]+(?:(?:was|is|has[ \t]+been)[ \t]+{_GONE}(?!\w)|{_GONE}{_AND_NO_MORE}))",
    re.IGNORECASE | re.MULTILINE,
)
"""An entry that says of one id that it holds no more."""
_LISTED = re.compile(
    rf"^[^\w\r\n]{{0,12}}{_GONE}(?:[ \t]+(?:ids?|numbers|requirements|criteria))?[*_]{{0,2}}"
    rf"[ \t]*[:：][*_]{{0,2}}(?P<ids>[ \t]*[*_]{{0,2}}{_ID_WORDS}[^\r\n]{{0,400}})",
    re.IGNORECASE | re.MULTILINE,
)
"""A line with a list of such ids."""
_ENTRY = re.compile(
    rf"[ \t*_~`]{{0,8}}(?P<id>{_ID_WORDS})[*_~`]{{0,3}}"
    r"(?=[ \t]*(?:[^\w \t]|\Z)|[ \t]+(?:by|in|on|and|or|und|to|y|e|et)\b)"
    r"[ \t*_~`]{0,8}(?:[(（\[][^()（）\[\]\r\n]{0,200}[)）\]][ \t*_~`]{0,8})?"
    r"(?P<more>(?:[,;/&+–、，；]|(?:and|or|und|to|y|e|et)\b)[ \t]*(?:(?:and|or|und|y|e|et)\b)?)?"
)
"""An id of such a list, with what is said of it in brackets: what took its place is not given up."""
_ANOTHER = 0.4
"""Under this share of common words an id stands for something else; above it, its text was reworded."""


def has_id(node: Node) -> bool:
    """Whether a node is a requirement or an outcome with an id of its own, that is not its place in a list."""
    return node.kind in _KINDS and _ID.fullmatch(node.key) is not None


def wording(nodes: Nodes, node: Node) -> str:
    """The words of a node, up to the first node in it."""
    end = node.span.end
    inner = nodes.number_of(node.key) + 1
    if inner < len(nodes.nodes):
        end = min(end, max(node.span.start, nodes.nodes[inner].span.start))
    start = node.span.start if node.name is None else node.name.end
    return node.source[start:end]


def retired_id_reused(subject: Subject) -> Iterator[Found]:
    """Ids that the document itself, or a commit of it, says to be gone, at something that is at work."""
    document, before = subject.document, {one.key: one.words for one in subject.evidence.retired}
    recorded = _recorded(subject)
    if not recorded and not before:
        return
    for node in document.nodes.nodes:
        key = node.key.partition("~")[0]
        if node.kind not in _KINDS or node.name is None or (key not in recorded and key not in before):
            continue
        record = recorded.get(key)
        if record is not None and not any(node.span.start <= one.start < node.span.end for one in record):
            message = f"“{key}” was given up here: take a free id, as links and tests may still mean the old one."
            yield Found(message, node.name, node.key, (), (Related("Where it is said to be gone.", record[0]),))
        elif record is None and node.key in before and _is_another(before[node.key], wording(document.nodes, node)):
            words = " ".join(before[node.key].strip(" \t\r\n*_:：.").split())
            shown = words if len(words) <= 80 else f"{words[:80]}…"
            message = f"“{key}” stood for something else before, and was gone since: “{shown}”. Take a free id."
            yield Found(message, node.name, node.key)


def _is_another(before: str, now: str) -> bool:
    share = share_of_words(before, now)
    return share is not None and share < _ANOTHER


def _recorded(subject: Subject) -> Mapping[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for _, base, gone in telling(subject.document, _gone_in):
        for key, span in gone:
            found.setdefault(key, []).append(Span(base + span.start, base + span.end))
    return found


@once_a_chunk
def _gone_in(chunk: Chunk) -> tuple[tuple[str, Span], ...]:
    text = visible(chunk)
    lowered = text.casefold()
    if not any(word in lowered for word in _SIGNS):
        return ()
    found = [(one["id"], Span(*one.span("id"))) for one in _MARKED.finditer(text)]
    for line in _LISTED.finditer(text):
        found += _entries(text, line.start("ids"), line.end("ids"))
    return tuple(found)


def _entries(text: str, start: int, end: int) -> Iterator[tuple[str, Span]]:
    entry = _ENTRY.match(text, start, end)
    while entry is not None:
        yield entry["id"], Span(*entry.span("id"))
        entry = _ENTRY.match(text, entry.end(), end) if entry["more"] else None


_SIGNS = (
    *(
        "supersede",
        "retire",
        "remove",
        "withdraw",
        "obsolete",
        "delete",
        "drop",
        "废弃",
        "廢棄",
        "删除",
        "刪除",
        "弃用",
    ),
    *("廃止", "削除", "폐기", "삭제"),
)

RULES = (
    Rule(
        "retired_id_reused", "identity", "warning", "An id that was given up stands for something else.",
        retired_id_reused,
    ),
)  # fmt: skip
