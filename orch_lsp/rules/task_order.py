"""Tasks that do not go together: states of a task and its parts, tasks at once on one file, tasks that wait."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node, bare_key
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.done_tasks import paths_in
from orch_lsp.rules.prose import once_a_chunk, telling
from orch_lsp.rules.rule import Found, Related, Rule, Subject, nothing_else
from orch_lsp.text import Span, end_of_line, start_of_line

_AT_ONCE = re.compile(r"[\[(（【](?:P|Ｐ)[\])）】]")
_WAITING = (
    r"(?:depends?(?: on)?|dependenc(?:y|ies)|blocked by|requires|needs|依赖|依賴|依存|의존성?|depende de|dependencias?"
    r"|dependências?|hängt ab von|abhängig von|abhängigkeiten|dépend de|dépendances?)"
)
_OF_WAITING = re.compile(_WAITING, re.IGNORECASE)
_WAITS = re.compile(
    rf"{_WAITING}[\W_]{{0,4}}"
    r"(?:tasks?|on|于|於)?[\W_]{0,4}(?:(?:[^\W和]|\.){1,12}[,、&和\s]{1,6}){0,6}\Z",
    re.IGNORECASE,
)
_LONGEST_LOOK = 200


def parent_child_state(subject: Subject) -> Iterator[Found]:
    """Tasks that are ticked though a part of them is open."""
    nodes = subject.document.nodes
    said: set[str] = set()
    for node in nodes.nodes:
        parent = nodes.by_key.get(node.parent or "")
        if node.kind != "task" or parent is None or parent.kind != "task" or parent.key in said:
            continue
        if parent.state == "done" and node.state in {"open", "in_progress"}:
            said.add(parent.key)
            message = "This task is ticked, and a part of it is open."
            yield Found(message, _line(subject.document, parent), parent.key, (), (Related("The part.", node.head),))


def parallel_conflict(subject: Subject) -> Iterator[Found]:
    """Tasks for the same time (`[P]`), below one heading, that name the same file."""
    document = subject.document
    if next(telling(document, _has_marks), None) is None:
        return
    seen: dict[tuple[str | None, str], Node] = {}
    said: set[str] = set()
    for span, path in _repeated_paths(document):
        node = document.nodes.at(span.start)
        if node is None or node.kind != "task" or node.state == "done" or node.key in said:
            continue
        line = _line(document, node)
        if not _AT_ONCE.search(document.text, line.start, line.end):
            continue
        first = seen.setdefault((node.parent, path), node)
        if first.key != node.key:
            said.add(node.key)
            message = (
                f"This task and “{bare_key(first.key)}” are marked to be done at once, and both are about `{path}`."
            )
            yield Found(message, span, node.key, (), (Related("The other task.", first.head),))


@once_a_chunk
def _has_marks(chunk: Chunk) -> bool:
    return _AT_ONCE.search(chunk.text) is not None


def _repeated_paths(document: SpecDocument) -> Iterator[tuple[Span, str]]:
    """The paths in those pieces of the text, from one heading to the next, that name one twice."""
    tree = document.tree
    ends = (*tree.pieces[1:], len(tree.chunks))
    pieces = [tree.chunks[first:end] for first, end in zip(tree.pieces, ends, strict=True)]
    repeats = document.skeleton.by_chunk("repeated paths", None, pieces, lambda number: _names_twice(pieces[number]))
    for first, piece, is_repeating in zip(tree.pieces, pieces, repeats, strict=True):
        for number, chunk in enumerate(piece if is_repeating else (), first):
            base = tree.starts[number]
            for span, path in paths_in(chunk):
                yield Span(base + span.start, base + span.end), path


def _names_twice(piece: Sequence[Chunk]) -> bool:
    names = [path for chunk in piece for _, path in paths_in(chunk)]
    return len(set(names)) < len(names)


def depends_on_later(subject: Subject) -> Iterator[Found]:
    """Tasks that wait for one that comes after them."""
    for node, target, span in _waiting(subject.document):
        if target.span.start > node.span.end and node.state != "done":
            message = f"“{bare_key(node.key)}” waits for “{bare_key(target.key)}”, which comes after it."
            yield Found(message, span, node.key, (), (Related("The task that it waits for.", target.head),))


def dependency_cycle(subject: Subject) -> Iterator[Found]:
    """Tasks that wait for themselves, by way of others."""
    waiting: dict[str, dict[str, Span]] = {}
    for node, target, span in _waiting(subject.document):
        waiting.setdefault(node.key, {}).setdefault(target.key, span)
    for circle in _circles(waiting):
        names = " → ".join(f"“{key}”" for key in (*circle, circle[0]))
        yield Found(f"None of these tasks can begin: {names}.", waiting[circle[0]][circle[1]], circle[0])


def _circles(waiting: dict[str, dict[str, Span]]) -> Iterator[list[str]]:
    """Circles, each once, found by walking on from each task that was not walked over yet."""
    over: set[str] = set()
    for start in waiting:
        path: list[str] = []
        places: dict[str, int] = {}
        key: str | None = start
        branches = [iter([start])]
        while branches:
            key = next(branches[-1], None)
            if key is None:
                branches.pop()
                if path:
                    done = path.pop()
                    del places[done]
                    over.add(done)
            elif key in places:
                yield path[places[key] :] if len(path) - places[key] > 1 else [key, key]
            elif key not in over:
                places[key] = len(path)
                path.append(key)
                branches.append(iter(waiting.get(key, ())))


def _waiting(document: SpecDocument) -> tuple[tuple[Node, Node, Span], ...]:
    return document.once("waiting tasks", lambda: tuple(_read_waiting(document)))


def _read_waiting(document: SpecDocument) -> Iterator[tuple[Node, Node, Span]]:
    nodes, text, tree = document.nodes, document.text, document.tree
    speaking = {base for _, base, _ in telling(document, _speaks_of_waiting)}
    for node in nodes.nodes if speaking else ():
        for citation in node.citations if node.kind == "task" else ():
            if tree.starts[tree.chunk_at(citation.span.start)] not in speaking:
                continue
            target = nodes.by_key.get(citation.key) if citation.scope is None else None
            start = citation.span.start if citation.range is None else citation.range.start
            if target is None or target.kind != "task" or target is node:
                continue
            line = start_of_line(text, start, max(node.span.start, start - _LONGEST_LOOK))
            if _WAITS.search(text[line:start]):
                yield node, target, citation.span


@once_a_chunk
def _speaks_of_waiting(chunk: Chunk) -> bool:
    return _OF_WAITING.search(chunk.text) is not None


def _line(document: SpecDocument, node: Node) -> Span:
    return Span(node.span.start, min(node.span.end, end_of_line(document.text, node.span.start)))


RULES = (
    Rule(
        "parent_child_state", "tasks", "information", "A task is ticked, and a part of it is open.", parent_child_state,
        reads=nothing_else,
    ),
    Rule(
        "parallel_conflict", "tasks", "warning", "Two tasks that are to be done at once name the same file.",
        parallel_conflict,
    ),
    Rule(
        "depends_on_later", "tasks", "warning", "A task waits for one that comes after it.", depends_on_later
    ),
    Rule(
        "dependency_cycle", "tasks", "warning", "Tasks wait for one another.", dependency_cycle
    ),
)  # fmt: skip
