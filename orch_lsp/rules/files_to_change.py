"""Open tasks that are to change a file which is not there: it has got another name, or never had that one.

Which files are there is not the document's to know: whoever asks looks for them, and says which are missing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from orch_lsp.document.given_up import is_given_up
from orch_lsp.document.items import Item, items_of
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import bare_key
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.done_tasks import paths_in
from orch_lsp.rules.prose import chunks, once_a_chunk
from orch_lsp.rules.rule import Found, Rule, Subject
from orch_lsp.rules.words import CHANGES_FIRST, CHANGES_LAST, MAKES
from orch_lsp.text import Span, end_of_line, start_of_line

_MOST_FILES = 1_000
_MANY = 3
_LEAST_NAMING = 5
_LEAST_SHARE = 0.65
"""Of the tasks that may name a file, the share that has to, before the others are told."""
_MAY_BE_PATH = re.compile(
    r"`[^`\r\n]*[/.][^`\r\n]*`|(?<!\w)[\w.-]{1,60}/[\w./-]*|(?<![\w.])[\w-]{2,60}\.[a-z]{1,5}(?!\w)"
    r"|(?<![^\s(（\[,，、:：])\.[a-z][\w-]{1,40}"
)
"""A folder, a file without one, a command, a file such as `.env`."""
_CHECKS = re.compile(
    r"(?<!\w)(?:run|verify|validate|review|check|confirm|ensure|measure|deploy|release|test|audit|document|commit|merge"
    r"|prüfe|vérifier|verificar|comprobar|ejecutar|executar)\w*|检查|验证|運行|运行|確認|検証|実行|검증|확인|실행",
    re.IGNORECASE,
)
"""Words of a task that looks at what is there."""
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
    named = tuple(map(_named_in, document.tree.chunks))
    return document.skeleton.once(
        "files to change", named, lambda: frozenset(islice(_first_changed(named), _MOST_FILES))
    )


@once_a_chunk
def _named_in(chunk: Chunk) -> tuple[tuple[str, bool], ...]:
    """The paths of a chunk in order, and whether an open box is to change each: the same after most keys."""
    return tuple((path, is_changed) for _, path, is_changed in _changed_in(chunk))


def _first_changed(named: Iterable[tuple[tuple[str, bool], ...]]) -> Iterator[str]:
    known: set[str] = set()
    for path, is_changed in chain.from_iterable(named):
        if is_changed and path not in known:
            yield path
        known.add(path)


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
    """The paths of a chunk as it counts, and whether an open box, or a line or item within, is to change each."""
    paths = paths_in(chunk)
    items = items_of(chunk) if paths else ()
    starts = [item.content.start for item in items]
    found: list[tuple[Span, str, bool]] = []
    read: set[int] = set()
    for span, path in paths:
        number = bisect_right(starts, span.start) - 1
        is_changed = False
        if number >= 0 and span.start < items[number].content.end:
            content = items[number].content
            line = max(content.start, start_of_line(chunk.text, span.start))
            is_changed = line not in read and _is_open(items, number) and _changes(chunk.text, content, line, span)
            read.add(line)
        found.append((span, path, is_changed))
    return tuple(found)


def _is_open(items: Sequence[Item], number: int) -> bool:
    """Whether the box of an item, or else the nearest one around it, is open."""
    while number >= 0 and items[number].box is None:
        number = items[number].parent
    return number >= 0 and items[number].box == " "


def _changes(text: str, content: Span, line: int, span: Span) -> bool:
    """Whether the words of an item around a path say, in the path's line, that the file is to be changed."""
    start = content.start
    words = text[start : content.end]
    if _FIRST.match(words, line - start, span.start - start) is not None:
        changes = _TOWARDS.search(words, line - start, span.start - start) is None
    else:
        changes = _LAST.match(words, span.end - start) is not None
    return changes and _MAKES.search(words) is None


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


@once_a_chunk
def _boxes_and_paths(chunk: Chunk) -> tuple[int, tuple[int, ...]]:
    """How many boxes of a chunk name a path, and where those begin that are open and name none."""
    items = items_of(chunk)
    boxes = [number for number, item in enumerate(items) if item.box is not None]
    if not boxes:
        return 0, ()
    holders = {items[number].parent for number in boxes}
    starts = [items[number].span.start for number in boxes]
    named = {bisect_right(starts, span.start) - 1 for span, _ in paths_in(chunk)}
    bare: list[int] = []
    count = 0
    for at, number in enumerate(boxes):
        if number in holders:
            continue
        words = chunk.text[items[number].content.start : items[number].content.end]
        if at in named or _MAY_BE_PATH.search(words) is not None:
            count += 1
        elif items[number].box == " " and _CHECKS.search(words) is None:
            bare.append(items[number].span.start)
    return count, tuple(bare)


def task_missing_path(subject: Subject) -> Iterator[Found]:
    """Open tasks that say not where they are to be done, where most others name a file."""
    document = subject.document
    read = [(base, *_boxes_and_paths(chunk)) for chunk, base in chunks(document)]
    bare = [base + start for base, _, starts in read for start in starts]
    named = sum(count for _, count, _ in read)
    if not bare or named < _LEAST_NAMING or named < _LEAST_SHARE * (named + len(bare)):
        return
    for start in bare:
        node = document.nodes.at(start)
        if node is not None and node.kind == "task" and node.name is not None and not is_given_up(node):
            message = f"“{bare_key(node.key)}” names no file, and most other tasks here do: say where it is to be done."
            yield Found(message, Span(start, end_of_line(document.text, start)), node.key)


RULES = (
    Rule(
        "dead_path", "tasks", "information", "An open task is to change a file that is not there.",
        dead_path, waits_for_word=True,
    ),
    Rule(
        "task_missing_path", "tasks", "off", "A task names no file, where most others do.",
        task_missing_path,
    ),
)  # fmt: skip
