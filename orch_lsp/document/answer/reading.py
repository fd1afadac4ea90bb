"""Reading a model's answer: the sections that it holds, and a note on everything else.

In reading order: marks of reasoning and of templates (`marks`), wrappings (`wrapping`), which headings are sections
(`outline`), words to the reader and bodies that are none (`chatter`). Each works on the tree of the answer.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from orch_lsp.document.answer.chatter import asks_openly, kind_of, questions_in, split_farewell, without_end_rules
from orch_lsp.document.answer.diffs import out_of_diff
from orch_lsp.document.answer.echoes import without_echoes
from orch_lsp.document.answer.marks import without_marks
from orch_lsp.document.answer.note import TITLE_LEFT_OUT, AnswerNote
from orch_lsp.document.answer.outline import Part, parts_of
from orch_lsp.document.answer.web_page import out_of_html
from orch_lsp.document.answer.wrapping import (
    content_of_fence,
    headings_from_labels,
    is_heading,
    out_of_fences,
    out_of_json,
    out_of_odd_shapes,
    out_of_tags,
    with_glued_headings,
)
from orch_lsp.document.compose import below, closed
from orch_lsp.document.fences import closing_edits
from orch_lsp.document.parse import tree_after
from orch_lsp.document.placeholder import is_placeholder
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.front_matter import content_start, parse_front_matter
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Heading, Tree
from orch_lsp.text import Span, after_line, apply_edits, normalised, split_lines

SECTION_LEVEL = 2

Reason = Literal["", "no_section", "not_asked_for", "empty", "refused", "questions", "repeated", "not_in_shape"]
"""Why an answer holds no section that is any good; empty if it holds one."""

_COLON = re.compile(r"[:：]\s*")
_HEADINGS_TOLD = 12
_SECTIONS_TO_REPEAT = 3


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """A drafted section. `body` has LF line ends, no blank lines around it, and headings below level 2 only."""

    key: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was read. Without sections it is of no use, and `reason` says why."""

    text: str
    """The draft: each section as `## Title`, a blank line and its body, joined by blank lines."""
    sections: tuple[AnswerSection, ...]
    """In the profile's order."""
    notes: tuple[AnswerNote, ...] = ()
    """Everything that was taken out, joined or mended, and what a person should look at."""
    reason: Reason = ""
    headings: tuple[str, ...] = ()
    """The answer's own headings, where none of them is a section that was asked for."""
    questions: tuple[str, ...] = ()
    """The model's questions, where its answer holds nothing else."""
    rewritten: bool = False
    """Whether its sections are nodes that were written already, each to stand in the place of its old text."""


def read_answer(text: str, profile: Profile, wanted: Sequence[str], about: str = "") -> Answer:
    """Find the profile's sections in a model's answer. Never raises; pure; linear in the answer.

    Args:
        text: The answer as it came.
        profile: Whose sections are looked for, at any heading level.
        wanted: Keys of the sections that were asked for; others are left out, with a note.
        about: The brief, for a document that is itself about marks of reasoning.
    """
    notes: list[AnswerNote] = []
    tree = _outline(_unwrapped(normalised(text), profile, notes, about), profile)
    text, headings = tree.text, tree.headings
    parts = parts_of(headings, profile)
    if not parts:
        return _without_sections(text, headings, notes)
    _note_lead(tree, parts[0], notes)
    bodies = _bodies(tree, parts, profile, notes)
    drafted, kinds = _drafted(bodies, profile, wanted, notes)
    reason = _reason(drafted, kinds, bodies, wanted)
    if reason:
        asked = questions_in(text) if reason in {"questions", "refused", "repeated"} else ()
        return Answer("", (), tuple(notes), reason, tuple(h.text for h in headings[:_HEADINGS_TOLD]), asked)
    return Answer(text_of(drafted), tuple(drafted), tuple(notes))


def read_draft(text: str, profile: Profile, keys: Sequence[str]) -> Answer:
    """A draft that was made by `read_answer`, read back: nothing is taken out or judged again."""
    heads: list[tuple[Heading, str]] = []
    expected = list(keys)
    for heading in read(text).headings:
        key = profile.key_of_title(heading.text) if heading.level == SECTION_LEVEL else None
        if key is not None and key in expected:
            heads.append((heading, key))
            del expected[: expected.index(key) + 1]
    sections: list[AnswerSection] = []
    for number, (heading, key) in enumerate(heads):
        end = heads[number + 1][0].span.start if number + 1 < len(heads) else len(text)
        spec = profile.section(key)
        body = normalised(text[after_line(text, heading.span.end) : end])
        sections.append(AnswerSection(key, spec.title if spec is not None else key, body))
    return Answer(text, tuple(sections))


def text_of(sections: Sequence[AnswerSection]) -> str:
    """The text of a draft of these sections, as `Answer.text` has it and `read_draft` reads it back."""
    return "\n".join(f"## {section.title}\n\n{section.body}\n" for section in sections)


def _unwrapped(text: str, profile: Profile, notes: list[AnswerNote], about: str) -> str:
    """The answer out of its wrapping, its headings as Markdown has them, and nothing left open."""
    named = partial(is_heading, profile=profile)
    text = without_echoes(text[content_start(text) :], about, notes)
    text = out_of_json(text, profile, notes) or out_of_diff(text, profile, notes) or text
    text = without_marks(text, named, notes, about)
    tree = read(text)
    for _ in range(2):
        tree = _again(tree, out_of_tags(tree, profile, notes))
        inside = out_of_fences(tree, profile, notes)
        if inside is None:
            break
        tree = read(without_marks(normalised(inside), named, notes, about))
    tree = _again(tree, _without_html(tree.text, profile, notes))
    glued = with_glued_headings(tree, profile)
    if glued is not None:
        notes.append(AnswerNote("answer_mended", "read headings that have no blank behind their marks"))
        tree = read(glued)
    if not parts_of(_outline(tree.text, profile).headings, profile):
        tree = _again(tree, _with_headings(tree.text, profile, notes))
    text = tree.text
    # Front matter is of interest only where a fence is open.
    if tree.open_block is not None and (closing := closing_edits(tree_after(text, parse_front_matter(text)), profile)):
        notes.append(AnswerNote("answer_mended", "closed a code fence"))
        text = apply_edits(text, closing)
    return text


def _again(tree: Tree, text: str | None) -> Tree:
    """The tree of a text that may have been changed."""
    return tree if text is None or text == tree.text else read(text)


def _without_html(text: str, profile: Profile, notes: list[AnswerNote]) -> str:
    """An answer that is a web page, in Markdown."""
    of_page: list[AnswerNote] = []
    found = out_of_html(text, of_page)
    if found is None or not parts_of(_outline(found, profile).headings, profile):
        return text
    notes.extend((AnswerNote("answer_mended", "read the draft out of HTML"), *of_page))
    return found


def _with_headings(text: str, profile: Profile, notes: list[AnswerNote]) -> str:
    """An answer without a single heading of a section: they may be there in another shape."""
    shapes: tuple[tuple[Callable[[], str | None], str], ...] = (
        (lambda: out_of_odd_shapes(text, profile), "read headings that were quoted, indented or in other markup"),
        (lambda: headings_from_labels(text, profile), "read labels as headings"),
        (lambda: _labels_inside(text, profile), "read labels as headings"),
    )
    for shape, told in shapes:
        found = shape()
        if found is not None and parts_of(_outline(found, profile).headings, profile):
            notes.append(AnswerNote("answer_mended", told))
            return found
    return text


def _labels_inside(text: str, profile: Profile) -> str | None:
    """Labels in a quote, or in a code fence round the whole answer."""
    lines = [line.lstrip(" ").removeprefix(">").removeprefix(" ") for line in split_lines(text)]
    quoted = sum(line.lstrip().startswith(">") for line in split_lines(text))
    if quoted * 2 > len(lines):
        return headings_from_labels("\n".join(lines), profile)
    fences = read(text).fences
    if len(fences) == 1:
        content = fences[0].content
        return headings_from_labels(text[content.start : content.end].rstrip("\n"), profile)
    return None


def _outline(text: str, profile: Profile) -> Tree:
    """The tree of an answer, after front matter if it has some."""
    front_matter = parse_front_matter(text)
    start = 0 if front_matter is None else front_matter.span.end
    if any(is_heading(line, profile) for line in split_lines(text[:start])):
        # A rule above the first section and one below it.
        start = 0
    return read(text, start)


def _without_sections(text: str, headings: Sequence[Heading], notes: list[AnswerNote]) -> Answer:
    told = tuple(heading.text for heading in headings[:_HEADINGS_TOLD])
    asked = questions_in(text)
    refused = kind_of(text) in {"refused", "questions"}
    reason: Reason = "no_section"
    if not text.strip():
        reason = "empty"
    elif asked and (not told or any(map(asks_openly, told))):
        reason = "questions"
    elif refused:
        reason = "refused"
    return Answer("", (), tuple(notes), reason, told, asked if reason in {"questions", "refused"} else ())


def _note_lead(tree: Tree, first: Part, notes: list[AnswerNote]) -> None:
    """Say what stood before the first section."""
    text, start = tree.text, tree.starts[0]
    end = tree.headings[first.heading].span.start
    if text[:start].strip():
        notes.append(AnswerNote("text_left_out", "left out front matter", text[:start].strip("\n")))
    title = next((heading for heading in tree.headings[: first.heading] if heading.level == 1), None)
    before = text[start:end]
    if title is not None:
        notes.append(AnswerNote("text_left_out", TITLE_LEFT_OUT, text[title.span.start : title.span.end]))
        before = text[start : title.span.start] + text[after_line(text, title.span.end) : end]
    words = normalised(before)
    if without_end_rules(words):
        notes.append(AnswerNote("text_left_out", "left out text before the first section", words))


@dataclass(slots=True)
class _Body:
    title: str
    text: str


def _bodies(tree: Tree, parts: Sequence[Part], profile: Profile, notes: list[AnswerNote]) -> dict[str, list[_Body]]:
    """Section key → bodies, duplicates in the answer's order, without what does not belong to them."""
    text, headings = tree.text, tree.headings
    bodies: dict[str, list[_Body]] = {}
    last_with_text = _last_with_text(tree, parts)
    joint: dict[str, bool] = {}
    for number, part in enumerate(parts):
        heading = headings[part.heading]
        whole = _whole(tree, parts, number)
        end = whole.end if part.end is None else headings[part.end].span.start
        body = normalised(text[whole.start : end])
        if is_placeholder(body) and end < whole.end:
            # Headings of the same level right below a section's own are its parts.
            body, end = normalised(text[whole.start : whole.end]), whole.end
        if end < whole.end:
            _note_strangers(tree, part, whole.end, notes)
        body = without_end_rules(body)
        if body[:1] == " ":
            body = textwrap.dedent(body)
        elif not body:
            body = _words_in_heading(heading.text, notes)
        body = _without_wrapping_fence(body, heading.text, profile, notes)
        body = _without_farewell(body, part.key, notes, is_last=number == last_with_text)
        if heading.text not in joint:
            joint[heading.text] = len(profile.keys_of(heading.text)) > 1
        if joint[heading.text]:
            notes.append(AnswerNote("sections_joined", f"kept “{heading.text}” together as one section", key=part.key))
        bodies.setdefault(part.key, []).append(_Body(heading.text, body))
    return bodies


def _whole(tree: Tree, parts: Sequence[Part], number: int) -> Span:
    """All that stands between the headings of a section and of the next one."""
    start = after_line(tree.text, tree.headings[parts[number].heading].span.end)
    end = tree.headings[parts[number + 1].heading].span.start if number + 1 < len(parts) else len(tree.text)
    return Span(start, end)


def _words_in_heading(title: str, notes: list[AnswerNote]) -> str:
    """The words of a section that a model wrote into its heading, behind a colon."""
    found = _COLON.search(title)
    words = title[found.end() :].strip() if found is not None else ""
    if len(words.split()) < 2:
        return ""
    notes.append(
        AnswerNote("answer_mended", f"took the text of “{title[: found.start() if found else 0]}” out of its heading")
    )
    return words


def _last_with_text(tree: Tree, parts: Sequence[Part]) -> int:
    for number in range(len(parts) - 1, -1, -1):
        whole = _whole(tree, parts, number)
        if tree.text[whole.start : whole.end].strip():
            return number
    return len(parts) - 1


def _note_strangers(tree: Tree, part: Part, whole_end: int, notes: list[AnswerNote]) -> None:
    """Say which headings between two sections are none, with all that stands below them."""
    headings = tree.headings
    level = headings[part.heading].level
    number = part.end
    while number is not None and number < len(headings) and headings[number].span.start < whole_end:
        heading = headings[number]
        after = number + 1
        while after < len(headings) and headings[after].level > level and headings[after].span.start < whole_end:
            after += 1
        end = min(whole_end, headings[after].span.start if after < len(headings) else len(tree.text))
        text = normalised(tree.text[heading.span.start : end])
        notes.append(
            AnswerNote("text_left_out", f"left out “{heading.text}”, which is not a section of the profile", text)
        )
        number = after


def _without_wrapping_fence(body: str, title: str, profile: Profile, notes: list[AnswerNote]) -> str:
    """A body that is nothing but one fence of Markdown is what stands in it."""
    inside = content_of_fence(body, ("markdown", "md"))
    if inside is None or any(is_heading(line, profile) for line in split_lines(inside)):
        # A draft that is an example in another one.
        return body
    notes.append(AnswerNote("answer_mended", f"took “{title}” out of a code fence"))
    return normalised(inside)


def _without_farewell(body: str, key: str, notes: list[AnswerNote], *, is_last: bool) -> str:
    kept, left, suspect = split_farewell(body, is_last=is_last)
    if left:
        notes.append(AnswerNote("text_left_out", "left out words to the reader", left, key))
    if suspect:
        notes.append(AnswerNote("reader_addressed", "kept a last paragraph that may be words to you", suspect, key))
    return without_end_rules(normalised(kept)) if left else body


def _drafted(
    bodies: dict[str, list[_Body]], profile: Profile, wanted: Sequence[str], notes: list[AnswerNote]
) -> tuple[list[AnswerSection], dict[str, str]]:
    """The sections that say something, and what kind of body each wanted section has."""
    sections: list[AnswerSection] = []
    kinds: dict[str, str] = {}
    for spec in profile.sections:
        if spec.key not in bodies:
            continue
        pieces = list(dict.fromkeys(body.text for body in bodies[spec.key] if body.text))
        text = "\n\n".join(pieces)
        if spec.key not in wanted:
            notes.append(
                AnswerNote("text_left_out", f"left out “{spec.title}”, which was not asked for", text, spec.key)
            )
            continue
        if len(pieces) == 1 < len(bodies[spec.key]):
            notes.append(
                AnswerNote("sections_joined", f"kept one of several equal sections “{spec.title}”", "", spec.key)
            )
        if len(pieces) > 1:
            notes.append(
                AnswerNote("sections_joined", f"joined {len(pieces)} sections named “{spec.title}”", text, spec.key)
            )
        body = closed(below(text, SECTION_LEVEL, profile))
        kind = "empty" if is_placeholder(body) else kind_of(body)
        if kind == "questions" and asks_openly(spec.title):
            # A section of open questions is made of them.
            kind = "text"
        kinds[spec.key] = kind
        if kind == "empty":
            told = "held only a placeholder" if body.strip() else "was empty"
            notes.append(AnswerNote("placeholder_phrase", f"left out “{spec.title}”, which {told}", body, spec.key))
        elif kind == "refused":
            told = f"left out “{spec.title}”, which only says that there is something to write"
            notes.append(AnswerNote("section_refused", told, body, spec.key))
        else:
            sections.append(AnswerSection(spec.key, spec.title, body))
    for section in sections:
        if kinds[section.key] == "void" and section.key not in {"non-goals", "assumptions"}:
            told = f"“{section.title}” says only that there is nothing"
            notes.append(AnswerNote("placeholder_phrase", told, section.body, section.key))
    return sections, kinds


def _reason(
    drafted: Sequence[AnswerSection], kinds: dict[str, str], bodies: dict[str, list[_Body]], wanted: Sequence[str]
) -> Reason:
    if not kinds:
        return "not_asked_for" if any(key not in wanted for key in bodies) else "no_section"
    held = set(kinds.values())
    if held <= {"empty"}:
        return "empty"
    if held <= {"questions"} or (held <= {"questions", "refused", "empty", "void"} and "questions" in held):
        return "questions"
    if held <= {"refused", "void", "empty"}:
        return "refused"
    if len(drafted) >= _SECTIONS_TO_REPEAT and len({section.body for section in drafted}) == 1:
        return "repeated"
    return ""
