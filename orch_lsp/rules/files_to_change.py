"""Open tasks that are to change a file which is not there: it has got another name, or never had that one.

Which files are there is not the document's to know: whoever asks looks for them, and says which are missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orch_lsp.document.items import items_around
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node, Nodes
from orch_lsp.rules.done_tasks import paths_in, placed_paths
from orch_lsp.rules.prose import chunks
from orch_lsp.rules.rule import Found, Rule, Subject
from orch_lsp.rules.words import CHANGES_FIRST, CHANGES_LAST, MAKES
from orch_lsp.text import Span

_MOST_FILES = 1_000
_OPEN = frozenset(("open", "optional"))
_MANY = 3
_TOO_MANY = 10
_IN_FRONT = (
    r"(?:[ \t:–—-]|\[[^\]\r\n]{1,40}\]|\([A-Za-z]\)|\*\*|__|T?\d[\d.]{0,12}[.:)]?(?=[\s*\[])|[A-Z]{1,6}-?\d{1,6}\b)*+"
)
"""In front of a task's words: number, labels."""
_FIRST = re.compile(rf"{_IN_FRONT}(?P<verb>{'|'.join(CHANGES_FIRST)})", re.IGNORECASE)
_LAST = re.compile(rf"[`*_\"”」』]{{0,3}}[^\r\n`。.;；]{{0,24}}?(?P<verb>{'|'.join(CHANGES_LAST)})", re.IGNORECASE)
_TOWARDS = re.compile(
    r"(?<!\w)(?:to|into|nach|vers|hacia|para)[ \t]+(?:the[ \t]+)?[`*_\"“]{0,3}(?:\./)?\Z", re.IGNORECASE
)
"""Before a file that may come to be."""
_MAKES = re.compile("|".join(rf"(?<!\w){word}" if word.isascii() else re.escape(word) for word in MAKES), re.IGNORECASE)


def files_to_change(document: SpecDocument) -> frozenset[str]:
    """The files that open tasks are to change, as they are written, at most a thousand."""
    return document.once(
        "files to change", lambda: frozenset(path for _, _, path in tasks_that_change(document)[:_MOST_FILES])
    )


def tasks_that_change(document: SpecDocument) -> tuple[tuple[Node, Span, str], ...]:
    """Open tasks that are to change a file, with that file and its place: the first that they name.

    None of which another task before it speaks, as that one may make it, and none of a task that makes something.
    """
    return document.once("tasks that change files", lambda: tuple(_tasks_that_change(document)))


def _tasks_that_change(document: SpecDocument) -> Iterator[tuple[Node, Span, str]]:
    nodes = document.nodes
    if not any(node.kind == "task" and node.state in _OPEN for node in nodes.nodes):
        return
    named: set[str] = set()
    looked_at: set[str] = set()
    for number, (base, place, path) in enumerate(
        (base, place, path) for chunk, base in chunks(document) for place, path in paths_in(chunk)
    ):
        if path in named:
            continue
        named.add(path)
        span = Span(base + place.start, base + place.end)
        node = nodes.at(span.start)
        if node is None or node.kind != "task" or node.state not in _OPEN or node.key in looked_at:
            continue
        looked_at.add(node.key)
        if _is_first(placed_paths(document), number, node, nodes) and _changes(document, span):
            yield node, span, path


def _is_first(places: Sequence[tuple[Span, str]], number: int, node: Node, nodes: Nodes) -> bool:
    """Whether a path is the first one of its own task, those of its parts left out."""
    while number and places[number - 1][0].start >= node.span.start:
        number -= 1
        if nodes.at(places[number][0].start) is node:
            return False
    return True


def _changes(document: SpecDocument, span: Span) -> bool:
    """Whether the words of the item around a path say that the file is to be changed."""
    around = items_around(document.tree, span.start)
    if not around or around[0].item.box is None or span.start >= around[0].content.end:
        return False
    content = around[0].content
    words = document.text[content.start : content.end]
    if _MAKES.search(words) is not None:
        return False
    if _FIRST.match(words, 0, span.start - content.start) is not None:
        return _TOWARDS.search(words, 0, span.start - content.start) is None
    return _LAST.match(words, span.end - content.start) is not None


def dead_path(subject: Subject) -> Iterator[Found]:
    """Files to change that are not in the workspace; one finding for all, where they are most of them or many."""
    missing = subject.evidence.missing_files
    if not missing or not subject.evidence.holds_code:
        return
    tasks = tasks_that_change(subject.document)
    dead = [(node, span, path) for node, span, path in tasks if path in missing]
    if len(dead) > _TOO_MANY or (len(dead) >= _MANY and len(dead) * 2 > len(tasks)):
        node, span, path = dead[0]
        message = f"{len(dead)} of {len(tasks)} open tasks are to change a file that is not there, such as `{path}`."
        yield Found(message, span, node.key)
        return
    for node, span, path in dead:
        yield Found(f"This task is to change `{path}`, which is not in the workspace.", span, node.key)


RULES = (
    Rule(
        "dead_path", "tasks", "information", "An open task is to change a file that is not there.",
        dead_path, waits_for_word=True,
    ),
)  # fmt: skip
