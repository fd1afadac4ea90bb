"""An answer to an open question, written where the document keeps answers: beside the question, or below a heading.

A format with a place of its own says so in its profile (`AnswersKept`); elsewhere decisions stand below `Decisions`.
Nothing but the answer is added, and no other byte changes.
"""

from __future__ import annotations

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import PlacedItem, placed_items
from orch_lsp.document.layout import Layout
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import folded
from orch_lsp.document.profile import AnswersKept
from orch_lsp.text import Edit, Span

_LONGEST = 2_000
_LEAST_OF_A_QUESTION = 8
_ANSWER = "**Answer:**"


def answer_edit(document: SpecDocument, question: str, answer: str, date: str) -> Edit:
    """The edit that writes an answer into a document. Pure.

    Args:
        document: The document as it is.
        question: The words of the question.
        answer: The words of the answer; a line end in it becomes a blank.
        date: Of today, as `2026-01-31`.
    """
    words = " ".join(answer.split())[:_LONGEST]
    asked = " ".join(question.split())[:_LONGEST]
    layout = Layout(document)
    kept = document.profile.answers
    if (earlier := _earlier_answer(document, asked)) is not None:
        return Edit(earlier, words)
    if not kept.by_session and (item := _item_that_asks(document, asked)) is not None:
        end = item.content.end
        end -= len(document.text[item.content.start : end]) - len(document.text[item.content.start : end].rstrip())
        return Edit(Span(end, end), f" {_ANSWER} {words}")
    line = f"- Q: {asked} → A: {words}" if kept.by_session else f"- {date}: {asked} → {words}"
    section = _section(document, kept)
    if section is None:
        return _new_section(document, layout, kept, line, date)
    return _in_section(document, layout, section, kept, line, date)


def _earlier_answer(document: SpecDocument, question: str) -> Span | None:
    """The words of an answer that the document has to a question; a later one takes their place."""
    asked = folded(question)
    if len(asked) < _LEAST_OF_A_QUESTION:
        return None
    text = document.text
    for item in placed_items(document.tree):
        words = text[item.content.start : item.content.end].rstrip()
        for mark in (_ANSWER, "→ A:", "→"):
            before, found, _ = words.rpartition(mark)
            if found and asked in folded(before):
                start = item.content.start + len(before) + len(mark)
                start += len(text[start : item.content.end]) - len(text[start : item.content.end].lstrip(" "))
                return Span(start, item.content.start + len(words))
    return None


def _item_that_asks(document: SpecDocument, question: str) -> PlacedItem | None:
    """The list item that holds a question in these words, and no answer yet."""
    asked = folded(question)
    if len(asked) < _LEAST_OF_A_QUESTION:
        return None
    for item in placed_items(document.tree):
        words = document.text[item.content.start : item.content.end]
        if asked in folded(words) and _ANSWER not in words and "→" not in words:
            return item
    return None


def _section(document: SpecDocument, kept: AnswersKept) -> Section | None:
    names = {heading_name(name) for name in (kept.heading, *kept.other_headings)}
    return next((one for one in document.sections if one.level > 1 and heading_name(one.title) in names), None)


def _in_section(
    document: SpecDocument, layout: Layout, section: Section, kept: AnswersKept, line: str, date: str
) -> Edit:
    session = f"Session {date}"
    within = next(
        (
            one
            for one in document.sections
            if section.body.start <= one.heading.start < section.body.end
            and heading_name(one.title) == heading_name(session)
        ),
        None,
    )
    body = (within or section).body
    content = layout.own_content(body)
    below = (
        [line] if within is not None or not kept.by_session else [f"{'#' * (section.level + 1)} {session}", "", line]
    )
    if content is None:
        at, lead = (within or section).heading.end, [""]
    else:
        at = content.end
        last = document.text[content.start : at].rstrip().rpartition("\n")[2].lstrip()
        goes_on = len(below) == 1 and last.startswith(("- ", "* ", "+ "))
        lead = [] if goes_on else [""]
    return Edit(Span(at, at), layout.in_own_line_ends("\n" + "\n".join((*lead, *below))))


def _new_section(document: SpecDocument, layout: Layout, kept: AnswersKept, line: str, date: str) -> Edit:
    """The section before the first one of the document, so that it stands beside the brief; at its end without any."""
    lines = [f"## {kept.heading}", ""]
    if kept.by_session:
        lines += [f"### Session {date}", ""]
    text = "\n".join((*lines, line))
    first = next((one for one in document.sections if one.heading != document.title and one.level > 1), None)
    if first is None:
        end = layout.end_of_content(len(document.text), layout.start)
        return Edit(
            Span(end, end),
            layout.in_own_line_ends(f"{layout.closing}\n\n{text}" + ("" if end < len(document.text) else "\n")),
        )
    return Edit(Span(first.heading.start, first.heading.start), layout.in_own_line_ends(f"{text}\n\n"))
