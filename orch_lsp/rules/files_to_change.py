"""Open tasks that are to change a file which is not there: it has got another name, or never had that one.

Which files are there is not the document's to know: whoever asks looks for them, and says which are missing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from orch_lsp.document.items import Item, items_of
from orch_lsp.document.model import SpecDocument
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.done_tasks import paths_in
from orch_lsp.rules.prose import chunks, once_a_chunk
from orch_lsp.rules.rule import Found, Rule, Subject
from orch_lsp.rules.words import CHANGES_FIRST, CHANGES_LAST, MAKES
from orch_lsp.text import Span

_MOST_FILES = 1_000
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
    """The files that open boxes are to change, as they are written, at most a thousand."""
    return document.once("files to change", lambda: frozenset(path for _, path in _to_change(document)[:_MOST_FILES]))


def _to_change(document: SpecDocument) -> tuple[tuple[Span, str], ...]:
    """The files that open boxes are to change, each with its place: the first that a box names.

    None of which the document speaks before, as somebody may make it there, and none of a box that makes something.
    """
    return document.once("paths to change", lambda: tuple(_read(document)))


def _read(document: SpecDocument) -> Iterator[tuple[Span, str]]:
    named: set[str] = set()
    for chunk, base in chunks(document):
        for span, path, is_changed in _changed_in(chunk):
            if is_changed and path not in named:
                yield Span(base + span.start, base + span.end), path
            named.add(path)


@once_a_chunk
def _changed_in(chunk: Chunk) -> tuple[tuple[Span, str, bool], ...]:
    """The paths of a chunk as it counts, and whether an open box is to change each."""
    paths = paths_in(chunk)
    boxes = [item for item in items_of(chunk) if item.box is not None] if paths else []
    starts = [item.content.start for item in boxes]
    found: list[tuple[Span, str, bool]] = []
    last = -1
    for span, path in paths:
        number = bisect_right(starts, span.start) - 1
        is_first = number > last and span.start < boxes[number].content.end
        last = max(last, number) if is_first else last
        found.append((span, path, is_first and boxes[number].box == " " and _changes(chunk.text, boxes[number], span)))
    return tuple(found)


def _changes(text: str, item: Item, span: Span) -> bool:
    """Whether the words of an item around a path say that the file is to be changed."""
    start = item.content.start
    words = text[start : item.content.end]
    if _MAKES.search(words) is not None:
        return False
    if _FIRST.match(words, 0, span.start - start) is not None:
        return _TOWARDS.search(words, 0, span.start - start) is None
    return _LAST.match(words, span.end - start) is not None


def dead_path(subject: Subject) -> Iterator[Found]:
    """Files to change that are not in the workspace; one finding for all, where they are most of them or many."""
    missing = subject.evidence.missing_files
    if not missing or not subject.evidence.holds_code:
        return
    every, nodes = _to_change(subject.document), subject.document.nodes
    dead = [
        (node, span, path)
        for span, path in every
        if path in missing and (node := nodes.at(span.start)) is not None and node.kind == "task"
    ]
    if len(dead) > _TOO_MANY or (len(dead) >= _MANY and len(dead) * 2 > len(every)):
        node, span, path = dead[0]
        message = f"{len(dead)} of {len(every)} open tasks are to change a file that is not there, such as `{path}`."
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
