"""Toggle tasks: the box of a line, and nothing that nobody asked for.

A task that holds others keeps its own box when one of them is ticked: whether it is done as a whole is for a person to
say. To tick all of them at once, or to reopen a task together with those around it, are offers of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from orch_lsp.document.items import PlacedItem, items_around, items_of
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import State
from orch_lsp.text import Edit, Span, end_of_line, start_of_line

_DONE = "xX"
_SHORT = 40


@dataclass(frozen=True, slots=True)
class Toggle:
    """A change of boxes that can be made."""

    title: str
    """The change in words: `Mark 2.1 as done`."""
    state: State
    """The state that the tasks have afterwards."""
    edits: tuple[Edit, ...]
    """One for each box: the character between its brackets."""


def toggles(document: SpecDocument, span: Span) -> tuple[Toggle, ...]:
    """The changes that fit the tasks of a selection, or the task that holds an empty one; the plain toggle comes first.

    A selection of several lines toggles all tasks that begin in it: to done, unless all of them are. A box with a
    character that means no state is left alone.
    """
    chosen = [*_chosen(document, span)]
    if not chosen:
        return ()
    done = _done_mark(document)
    if len(chosen) > 1:
        return (_several(chosen, done),)
    task = chosen[0]
    name = _name(document, task)
    if task.item.state == "done":
        around = [other for other in items_around(document.tree, task.span.start) if other.span.start < task.span.start]
        closed = [other for other in around if other.item.state == "done"]
        reopened = (_toggle(f"Reopen {name} and the tasks around it", "open", " ", (task, *closed)),) if closed else ()
        return (_toggle(f"Mark {name} as open", "open", " ", (task,)), *reopened)
    found = [_toggle(f"Mark {name} as done", "done", done, (task,))]
    form = document.profile.task_form
    if form is not None and form.begun and task.item.state == "open":
        found.append(_toggle(f"Mark {name} as begun", "in_progress", form.begun, (task,)))
    within = [other for other in _within(document, task) if other.item.state in {"open", "in_progress"}]
    within = [other for other in within if not other.item.starred]
    if within:
        found.append(_toggle(f"Mark {name} and its {len(within)} open parts as done", "done", done, (task, *within)))
    return tuple(found)


def _chosen(document: SpecDocument, span: Span) -> Iterator[PlacedItem]:
    """The tasks that begin in the lines of a selection, else the innermost one that holds its beginning."""
    text = document.text
    lines = Span(start_of_line(text, span.start), end_of_line(text, max(span.start, span.end)))
    if span.end > span.start:
        begun = [one for one in _boxes(document, lines) if lines.start <= one.span.start <= lines.end]
        if begun:
            yield from begun
            return
    around = items_around(document.tree, span.start)
    yield from islice((one for one in around if one.item.state is not None), 1)


def _boxes(document: SpecDocument, span: Span) -> Iterator[PlacedItem]:
    tree = document.tree
    for number in range(tree.chunk_at(span.start), len(tree.chunks)):
        base = tree.starts[number]
        if base > span.end:
            return
        for item in items_of(tree.chunks[number]):
            if item.state is not None:
                yield PlacedItem(item, base)


def _within(document: SpecDocument, task: PlacedItem) -> Iterator[PlacedItem]:
    for one in _boxes(document, task.span):
        if task.span.start < one.span.start and one.span.end <= task.span.end:
            yield one


def _several(chosen: Sequence[PlacedItem], done: str) -> Toggle:
    if all(one.item.state == "done" for one in chosen):
        return _toggle(f"Mark {len(chosen)} tasks as open", "open", " ", chosen)
    return _toggle(f"Mark {len(chosen)} tasks as done", "done", done, chosen)


def _toggle(title: str, state: State, mark: str, tasks: Iterable[PlacedItem]) -> Toggle:
    spans = sorted(one.box for one in tasks if one.box is not None and one.item.state != state)
    return Toggle(title, state, tuple(Edit(Span(box.start + 1, box.end - 1), mark) for box in spans))


def _done_mark(document: SpecDocument) -> str:
    """The mark by which most tasks of the document are done: `x`, or `X`."""
    whole = Span(0, len(document.text))
    marks = Counter(one.item.box for one in _boxes(document, whole) if one.item.state == "done")
    return max(_DONE, key=lambda mark: marks[mark])


def _name(document: SpecDocument, task: PlacedItem) -> str:
    """The id of a task, or its first words."""
    node = next((node for node in document.nodes.around(task.span.start) if node.span.start == task.span.start), None)
    if node is not None and (node.name is not None or node.key.isdecimal()):
        return node.key
    words = " ".join(document.text[task.content.start : task.content.end].split()) or "the task"
    return f"“{words}”" if len(words) <= _SHORT else f"“{words[: _SHORT - 1]}…”"
