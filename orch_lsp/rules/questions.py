"""Questions that a document leaves open: markers, stand-ins in the place of a value, and lists of questions.

A marker is one where somebody marked a question with it. Lines that tell how to write markers, or that say that there
are none, are not; nor is the stand-in of a template, nor work on a question that is listed among tasks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import shortened, slug
from orch_lsp.document.skeleton import Skeleton
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.prose import once_a_chunk, telling, visible
from orch_lsp.rules.rule import Found, Related, Rule, Subject
from orch_lsp.rules.words import (
    ANSWERED,
    CLARIFY,
    NO_MORE,
    NO_MORE_BEFORE,
    NO_MORE_BEHIND,
    NONE_OPEN,
    NOTHING,
    OPEN_QUESTIONS,
    STAND_INS,
)
from orch_lsp.text import Span, end_of_line, start_of_line


def _either(words: tuple[str, ...]) -> str:
    return "|".join(
        rf"(?<!\w){re.escape(word)}(?!\w)" if word[0].isascii() and word[-1].isalpha() else re.escape(word)
        for word in sorted(words, key=len, reverse=True)
    )


_BRACKETED = re.compile(
    rf"[\[【［](?:{_either(CLARIFY)})"
    r"(?:[ \t]*[:：–—-]+(?P<words>(?:[^\[\]【】［］]|\[[^\[\]\r\n]{0,80}\]){0,600}))?[\]】］](?!\()",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(?:[:：][*_]{0,3}|\|)[ \t]*(?P<mark>NEEDS CLARIFICATION)(?!\w)(?![^\[\r\n]{0,300}\])")
_STAND_IN = re.compile(
    r"(?:[:：][*_]{0,3}|\||(?<![^\r\n])[ \t]*[^\w\s\[(（【]{1,3}[ \t])[ \t]*[*_]{0,3}"
    rf"(?P<mark>{_either(STAND_INS)})(?=[*_]{{0,3}}[ \t]*[.。!]?[ \t]*(?:[|\r\n(（]|\Z))"
    rf"|[\[(（【［](?:{_either(STAND_INS)}|(?-i:TODO))"
    r"(?:[ \t]*[:：–—-]+[^\[\]()（）【】［］\r\n]{0,300})?[\])）】］](?!\()",
    re.IGNORECASE,
)
_NONE_BEFORE = re.compile(
    rf"(?:\A[ \t]*→|(?:{_either(NO_MORE)})[^。.;；:：\r\n]{{0,30}})[^\w\r\n]*\Z"
    rf"|(?:{_either(NO_MORE_BEFORE)})[^\r\n]{{0,12}}\Z",
    re.IGNORECASE,
)
_NONE_BEHIND = re.compile(rf"[^。.;；\r\n]{{0,30}}(?:{_either(NO_MORE_BEHIND)})", re.IGNORECASE)
_OF_A_TEMPLATE = re.compile(r"\W*(?:specific question|question|reason|topic|x{1,3})?\W*\Z", re.IGNORECASE)
_WORK = frozenset(("task", "checklist_item"))
_ANSWER = re.compile(
    rf"→|✅|✔|[*_(（\[【](?:{_either(ANSWERED)})[*_]{{0,2}}[:：.)）\]】*_]"
    rf"|(?:{_either(ANSWERED)})[*_]{{0,2}}[ \t]*[:：]",
    re.IGNORECASE,
)
_IS_ANSWER = re.compile(rf"[\s*_]{{0,6}}(?:{_either(ANSWERED)})[*_]{{0,2}}[ \t]*[:：]", re.IGNORECASE)
_NONE_OPEN = re.compile(rf"[\s*_>]{{0,9}}(?:{'|'.join(map(re.escape, NONE_OPEN))})(?![A-Za-z])", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[ \t]*(?:[(（][^()（）]*[)）]|[–—:：-][ \t].*)\Z", re.DOTALL)
_LONGEST_LOOK = 400
_MOST_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A place where something is left open."""

    span: Span
    words: str
    """The question; empty if the marker alone stands there."""
    is_marker: bool
    """Whether it is a marker for questions, and no stand-in for a value."""


@once_a_chunk
def marks_in(chunk: Chunk) -> tuple[Mark, ...]:
    """The places of a chunk where something is left open, in their order, as the chunk counts."""
    text = visible(chunk)
    found = [
        mark
        for pattern in (_BRACKETED, _VALUE, _STAND_IN)
        for match in pattern.finditer(text)
        if (mark := _mark(text, match)) is not None
    ]
    ordered: list[Mark] = []
    for mark in sorted(found, key=lambda mark: mark.span):
        if not ordered or mark.span.start >= ordered[-1].span.end:
            ordered.append(mark)
    return tuple(ordered)


def _mark(text: str, found: re.Match[str]) -> Mark | None:
    groups = found.groupdict()
    span = Span(*found.span("mark")) if groups.get("mark") else Span(*found.span())
    said = groups.get("words")
    words = " ".join((said or "").split())
    if said is not None and _OF_A_TEMPLATE.match(words):
        return None
    line = start_of_line(text, span.start, max(0, span.start - _LONGEST_LOOK))
    before = text[line : span.start]
    if _TELLS.match(before) or (not words and _speaks_of_markers(text, before, span)):
        return None
    return Mark(span, words, found.re is not _STAND_IN)


def _speaks_of_markers(text: str, before: str, span: Span) -> bool:
    """Whether a line says that there are no markers, or that they were resolved."""
    behind = text[span.end : span.end + _LONGEST_LOOK]
    return _NONE_BEFORE.search(before) is not None or _NONE_BEHIND.match(behind) is not None


_TELLS = re.compile(
    r"[^\w\r\n→]{0,10}(?:x\][ \t]*)?(?:→|if any\b|mark\b|use\b|limit\b.*\bmax|max(?:imum)?\b)", re.IGNORECASE
)


def open_marks(document: SpecDocument) -> tuple[Mark, ...]:
    """The places of a document where something is left open, those of tasks and of unwritten sections left out."""
    return document.once("open marks", lambda: tuple(_open_marks(document)))


def _open_marks(document: SpecDocument) -> Iterator[Mark]:
    sections = document.sections
    for _, base, marks in telling(document, marks_in):
        for mark in marks:
            span = Span(base + mark.span.start, base + mark.span.end)
            around = document.nodes.around(span.start)
            number = bisect_right(sections, span.start, key=lambda section: section.heading.start) - 1
            if any(node.kind in _WORK for node in around) or (number >= 0 and _unwritten(sections[number], span)):
                continue
            yield Mark(span, mark.words, mark.is_marker)


def _unwritten(section: Section, span: Span) -> bool:
    """Whether a place stands in a section that holds nothing else, of which there is a finding already."""
    return span.start >= section.body.start and section.placeholder


def open_clarification(subject: Subject) -> Iterator[Found]:
    """Markers of questions, and values that nobody has decided: an error once there are tasks made of them."""
    marks = open_marks(subject.document)
    if not marks:
        return
    plans = [one for one in subject.neighbours if any(kind == "task" for kind, _ in one.nodes.kinds)]
    related = tuple(Related("The tasks.", Span(0, 0), plan.path) for plan in plans)
    for mark in marks:
        said = f": “{shortened(mark.words)}”" if mark.words else ""
        if not mark.is_marker:
            message = "This is not decided yet."
        elif plans:
            message = f"This question is open, and there are tasks already{said}."
        else:
            message = f"This question is open{said}."
        node = subject.document.nodes.at(mark.span.start)
        severity = "error" if plans and mark.is_marker else None
        yield Found(message, mark.span, None if node is None else node.key, (), related, severity)


def too_many_clarifications(subject: Subject) -> Iterator[Found]:
    """More than three markers in one document."""
    marks = [mark for mark in open_marks(subject.document) if mark.is_marker]
    if len(marks) > _MOST_QUESTIONS:
        message = (
            f"{len(marks)} questions are marked here: keep the {_MOST_QUESTIONS} that decide most, and say for the "
            "others what is assumed."
        )
        yield Found(message, marks[_MOST_QUESTIONS].span)


def clarification_not_integrated(subject: Subject) -> Iterator[Found]:
    """Markers whose question was answered elsewhere in the document."""
    document = subject.document
    if ("question", "done") not in document.nodes.kinds:
        return
    answered = {
        node.key.partition("~")[0]: node
        for node in document.nodes.nodes
        if node.kind == "question" and node.state == "done"
    }
    for mark in open_marks(document):
        node = answered.get(f"question/{slug(mark.words)}") if mark.words else None
        if node is not None:
            related = (Related("The answer.", node.head),)
            yield Found(
                "This question was answered, and its marker is still here: write the answer in its place.",
                mark.span,
                None,
                (),
                related,
            )


def open_question(subject: Subject) -> Iterator[Found]:
    """Entries of a list of open questions that nobody has answered."""
    document = subject.document
    skeleton = document.skeleton
    asking = skeleton.once("open questions", None, lambda: tuple(_asking(skeleton)))
    for section in map(document.sections.__getitem__, asking):
        if _NONE_OPEN.match(section.content) is not None:
            continue
        tree = document.tree
        for number in tree.piece_at(tree.chunk_at(section.heading.start)):
            base = tree.starts[number]
            for span in questions_in(tree.chunks[number]):
                start, end = base + span.start, base + span.end
                node = document.nodes.at(start)
                words = shortened(document.text[start:end].replace("*", ""))
                key = None if node is None else node.key
                yield Found(f"Nobody has answered this: “{words}”.", Span(start, end), key)


def _asking(skeleton: Skeleton) -> Iterator[int]:
    """Numbers of the headings that stand above questions: `Questions?` asks nothing, and invites to ask."""
    for number, (title, key) in enumerate(zip(skeleton.titles, skeleton.profile_keys, strict=True)):
        named = heading_name(title) in OPEN_QUESTIONS and not title.rstrip(" *_").endswith(("?", "？"))
        if named or key == "open-questions":
            yield number


@once_a_chunk
def questions_in(chunk: Chunk) -> tuple[Span, ...]:
    """The first lines of the items of a chunk that hold no answer, as it counts."""
    text = visible(chunk)
    items = [item for item in items_of(chunk) if item.parent < 0]
    lists = [element.span for element in chunk.elements if element.kind == "list"]
    answered = [
        max((span for span in lists if item.span.start in span), key=lambda span: span.end - span.start)
        for item in items
        if _IS_ANSWER.match(text, item.content.start, item.content.end)
    ]
    return tuple(
        Span(item.content.start, min(end_of_line(text, item.content.start), item.content.end))
        for item in items
        if _is_open(text, item) and not any(item.span.start in span for span in answered)
    )


def _is_open(text: str, item: Item) -> bool:
    words = text[item.content.start : item.content.end]
    if item.box not in {None, " "} or not words.strip() or words.startswith("~~"):
        return False
    if _ANSWER.search(text, item.content.start, item.span.end) or _IS_ANSWER.match(text, item.span.end):
        return False
    bare = words.strip(" \t\r\n*_.。")
    return all(form.strip(" \t*_.。()（）").casefold() not in NOTHING for form in (bare, _IN_BRACKETS.sub("", bare)))


RULES = (
    Rule(
        "open_clarification", "questions", "warning", "Something is marked as not clarified or not decided.",
        open_clarification, graded=True,
    ),
    Rule(
        "too_many_clarifications", "questions", "information", "More than three questions are marked in a document.",
        too_many_clarifications,
    ),
    Rule(
        "clarification_not_integrated", "questions", "warning",
        "A question was answered, and its marker is still there.",
        clarification_not_integrated,
    ),
    Rule(
        "open_question", "questions", "information", "Nobody has answered an entry of a list of open questions.",
        open_question,
    ),
)  # fmt: skip
