"""The open places of a plan: its tasks and what they lack, its objective, and lists of its front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.asking import asking
from orch_lsp.document.drafting import Drafting, Fit, OpenPlace
from orch_lsp.document.open_sections import Words, content_in
from orch_lsp.document.placeholder import is_open_note, is_placeholder, is_placeholder_line
from orch_lsp.document.shapes import line_behind
from orch_lsp.profiles.gsd import shapes
from orch_lsp.profiles.gsd.references import tagged
from orch_lsp.text import Span, end_of_line, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument

_TASK = """\
<task type="auto">
  <name>Task 1: Keep sessions</name>
  <files>src/sessions.py, tests/test_sessions.py</files>
  <action>Add `Sessions` with `open(user) -> str` and `close(key)`; keys are 32 random bytes in hex.</action>
  <verify>pytest tests/test_sessions.py</verify>
  <done>A key that was closed opens nothing</done>
</task>"""
_TASKS = Words(
    "Two or three tasks in tags, each with a name, its files, what is done with concrete values, a command that "
    "verifies it, and what holds when it is done. Nothing stands between the tasks.",
    _TASK,
)
_BLOCKS = {
    "objective": Words(
        "What the plan reaches in a sentence; then a line `Purpose:` and a line `Output:`.",
        "Customers stay signed in.\n\nPurpose: Nobody has to sign in on each page.\nOutput: "
        "`src/sessions.py` with tests",
    ),
    "verification": Words(
        "Commands and observations that are made before the plan counts as done, one box each.",
        "- [ ] `pytest` passes\n- [ ] A customer stays signed in after a restart",
    ),
    "success_criteria": Words(
        "Results that hold at the end, one bullet each.", "- All tasks are done\n- A key that was closed opens nothing"
    ),
}
_PARTS = {
    "name": ("The task's name in a few words, with its number in front.", "Task 1: Keep sessions"),
    "files": ("The files that it changes, with commas between.", "src/sessions.py, tests/test_sessions.py"),
    "action": (
        "The change with concrete values: names, parameters, results.",
        "Add `Sessions` with `open(user) -> str`.",
    ),
    "verify": ("A command, or a check, that shows that it works.", "pytest tests/test_sessions.py"),
    "done": ("A result that can be measured.", "A key that was closed opens nothing"),
}
_LISTS = {
    "files_modified": Words(
        "The files that the tasks change, one bullet each.", "- src/sessions.py\n- tests/test_sessions.py"
    ),
    "requirements": Words("The ids of the requirements that the plan covers, with commas.", "AUTH-01, AUTH-02"),
    "truths": Words(
        "Three to seven sentences that are true when the plan is done, as a person observes them, one bullet each.",
        "- A customer stays signed in after a restart\n- A wrong password is refused",
    ),
    "artifacts": Words(
        "Files that exist at the end, one bullet each: path, colon, what it gives.",
        "- src/sessions.py: keys of sessions",
    ),
    "key_links": Words(
        "Connections between files that matter, one bullet each: from → to: how.",
        "- src/web/login.py → src/sessions.py: opens a session after the password was checked",
    ),
}
_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>tasks?|{'|'.join(_BLOCKS)}|{'|'.join(_PARTS)})(?P<attributes>\s[^<>]{{0,300}})?>"
)
_EMPTY = re.compile(
    rf"(?<![^\r\n])(?P<indent>[ \t]*)(?P<key>{'|'.join(_LISTS)})[ \t]*:(?P<value>[ \t]*\[[ \t]*\])[ \t]*(?:#[^\r\n]*)?"
    r"(?=[\r\n])"
)
_LABELLED = re.compile(r"(?<![^\r\n])[ \t]*(?P<label>Purpose|Output)[ \t]*:[ \t]*(?P<value>[^\r\n]*)")
_AUTONOMOUS = re.compile(r"(?<![^\r\n])autonomous[ \t]*:[ \t]*[\"']?false\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\[(?P<inner>[^\[\]]{2,900})\]")


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    opened: Span
    body: Span
    inside: tuple[_Element, ...] = ()


def _elements(document: SpecDocument) -> tuple[_Element, ...]:
    """The plan's tags with their bodies, those of tasks with the parts in them; what is not closed is left out."""
    found: list[_Element] = []
    open_block: re.Match[str] | None = None
    task: re.Match[str] | None = None
    part: re.Match[str] | None = None
    parts: list[_Element] = []
    for tag in tagged(document, _TAG):
        name, closes = tag["name"], bool(tag["close"])
        if name == "task":
            if closes and task is not None:
                found.append(_element(task, tag, tuple(parts)))
            task, part, parts = (None if closes else tag), None, []
        elif name in _PARTS:
            if task is not None and closes and part is not None and part["name"] == name:
                parts.append(_element(part, tag))
            part = None if closes or task is None else tag
        elif closes:
            if open_block is not None and open_block["name"] == name:
                found.append(_element(open_block, tag))
            open_block = None
        else:
            open_block = tag
    return tuple(found)


def _element(opened: re.Match[str], closing: re.Match[str], inside: tuple[_Element, ...] = ()) -> _Element:
    return _Element(opened["name"], Span(*opened.span()), Span(opened.end(), closing.start()), inside)


def _says_nothing(words: str) -> bool:
    """Whether there is only a stand-in, or a template's note in brackets."""
    if is_placeholder(words):
        return True
    notes = [*_BRACKETED.finditer(words)]
    outside = _BRACKETED.sub("", words)
    bare = re.sub(r"\s|Task[ \t]+\d{1,3}[ \t]*:|[-*.,:;]|Purpose:|Output:", "", outside)
    return bool(notes) and not bare and any(is_open_note(note["inner"]) for note in notes)


def _places(document: SpecDocument) -> Iterator[OpenPlace]:
    elements = _elements(document)
    tasks = [one for one in elements if one.name == "task"]
    written = [one for one in tasks if not _is_open(document, one)]
    front = document.front_matter
    autonomous = front is None or _AUTONOMOUS.search(document.text, front.span.start, front.span.end) is None
    yield from _lists(document, planned=bool(written))
    for one in elements:
        if one.name in _BLOCKS:
            yield from _of_block(document, one)
        elif one.name == "tasks" and not written:
            fit = shapes.tasks(checkpoints=not autonomous)
            yield _within(document, one, "tasks", "Tasks", _TASKS, fit)
    if written:
        for one in tasks:
            yield from _of_task(document, one)


def _is_open(document: SpecDocument, task: _Element) -> bool:
    """Whether nobody has said what is done in a task."""
    said = [one for one in task.inside if not _says_nothing(document.text[one.body.start : one.body.end])]
    bare = not task.inside and _says_nothing(document.text[task.body.start : task.body.end])
    return bare or (
        bool(task.inside) and all(one.name in {"files", "name"} for one in said) and _has_stand_in(document, task)
    )


def _has_stand_in(document: SpecDocument, task: _Element) -> bool:
    return any(_says_nothing(document.text[one.body.start : one.body.end]) for one in task.inside)


def _within(document: SpecDocument, element: _Element, key: str, title: str, words: Words, fit: Fit) -> OpenPlace:
    """The whole body of a tag that stands on lines of its own."""
    text, body = document.text, element.body
    span = content_in(document, body)
    if span.start == span.end:
        lines = text[body.start : body.end].count("\n")
        fit = _between(fit, lines=lines)
        span = Span(body.start, body.end)
    line = Span(start_of_line(text, element.opened.start), end_of_line(text, element.opened.start))
    return OpenPlace(key, title, words.guidance, words.example, span, line, fit)


def _between(fit: Fit, *, lines: int) -> Fit:
    around = "\n\n" if lines > 1 else "\n"

    def fitted(body: str) -> str | None:
        text = fit(body)
        return None if text is None else f"{around}{text}{around}"

    return fitted


def _of_block(document: SpecDocument, element: _Element) -> Iterator[OpenPlace]:
    words = _BLOCKS[element.name]
    title = element.name.replace("_", " ").capitalize()
    if _says_nothing(document.text[element.body.start : element.body.end]):
        yield _within(document, element, element.name, title, words, shapes.in_tag(1))
        return
    if element.name != "objective":
        return
    for found in _LABELLED.finditer(document.text, element.body.start, element.body.end):
        value = found["value"].strip()
        if value and not is_placeholder_line(value) and not _says_nothing(value):
            continue
        if not value and document.text[found.end() : element.body.end].strip():
            continue
        label = found["label"]
        guidance = (
            "Why the plan matters, in one line." if label == "Purpose" else "What is there at the end, in one line."
        )
        span = Span(found.start("value"), found.start("value") + len(found["value"].rstrip()))
        example = "Nobody has to sign in on each page."
        key = f"objective/{label.casefold()}"
        yield OpenPlace(key, label, guidance, example, span, Span(*found.span()), _in_line(label))


def _in_line(label: str) -> Fit:
    behind_label = line_behind(label)

    def fit(body: str) -> str | None:
        line = shapes.line_in_tag(body)
        return None if line is None else behind_label(line)

    return fit


def _of_task(document: SpecDocument, task: _Element) -> Iterator[OpenPlace]:
    node = document.nodes.at(task.opened.start)
    key = "task" if node is None else node.key
    for part in task.inside:
        if not _says_nothing(document.text[part.body.start : part.body.end]):
            continue
        guidance, example = _PARTS[part.name]
        fit = shapes.in_tag(1) if part.name == "action" else shapes.line_in_tag
        span = content_in(document, part.body)
        head = Span(start_of_line(document.text, part.opened.start), end_of_line(document.text, part.opened.start))
        yield OpenPlace(f"{key}/{part.name}", f"{key}: {part.name}", guidance, example, span, head, fit)


def _lists(document: SpecDocument, *, planned: bool) -> Iterator[OpenPlace]:
    """The empty lists of front matter; once there are tasks, an empty one is mostly what its writer means."""
    front = document.front_matter
    if front is None:
        return
    for found in _EMPTY.finditer(document.text, front.span.start, front.span.end):
        key, indent = found["key"], found["indent"]
        if planned and key != "truths":
            continue
        words = _LISTS[key]
        inner = f"{indent}  "
        fits: dict[str, Fit] = {
            "files_modified": shapes.listed_values(inner, paths=True),
            "requirements": _after_blank(shapes.inline_ids),
            "truths": shapes.listed_values(inner),
            "artifacts": shapes.artifacts(inner),
            "key_links": shapes.links(inner),
        }
        span = Span(found.start("value"), found.end())
        title = key.replace("_", " ").capitalize()
        yield OpenPlace(
            key, title, words.guidance, words.example, span, Span(found.start("key"), found.end()), fits[key]
        )


def _after_blank(fit: Fit) -> Fit:
    def fitted(body: str) -> str | None:
        text = fit(body)
        return None if text is None else f" {text}"

    return fitted


_KEYS: Sequence[str] = ("name", "files", "action", "verify", "done")

PLAN = Drafting(asking(__package__, "gsd.plan", "2", "a plan that an agent executes"), _places)
