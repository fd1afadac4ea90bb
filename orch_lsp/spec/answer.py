"""Reading a model's answer: the sections that it holds, and nothing around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orch_lsp.spec.answer_wrapping import headings_from_bold_lines, unwrapped
from orch_lsp.spec.compose import below, closed
from orch_lsp.spec.fences import closing_edits
from orch_lsp.spec.model import SpecDocument
from orch_lsp.spec.parse import parse
from orch_lsp.spec.placeholder import is_placeholder
from orch_lsp.spec.profiles import Profile
from orch_lsp.text import apply_edits, normalised, split_lines

SECTION_LEVEL = 2

_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
_FAREWELL = re.compile(
    r"[*_>\s]*(?:(?:please )?let me know|(?:i )?hope (?:this|that|it)|would you like me|do you want me|"
    r"shall i|should i|"
    r"i can also|i(?:'|’)m happy to|happy to (?:adjust|help|refine|revise)|is there anything|"
    r"feel free to (?:adjust|adapt|ask|change|edit|let|modify|reach|tell)|"
    r"if (?:you|there|anything)\b.*\b(?:let me know|i can|i(?:'|’)ll|i will|feel free))\b",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_FAREWELL = 600


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """A drafted section. `body` has LF line ends, no blank lines around it, and headings below level 2 only."""

    key: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer holds. No sections: it is of no use. `notes` say what was taken out or mended, for people."""

    text: str
    """The draft: each section as `## Title`, a blank line and its body, joined by blank lines."""
    sections: tuple[AnswerSection, ...]
    """In the profile's order."""
    notes: tuple[str, ...]


def read_answer(text: str, profile: Profile, wanted: Sequence[str]) -> Answer:
    """Find the profile's sections in a model's answer. Never raises; pure.

    Args:
        text: The answer as it came.
        profile: Whose sections are looked for, at any heading level.
        wanted: Keys of the sections that were asked for; others are left out, with a note.
    """
    notes: list[str] = []
    document = _document(text, profile, notes)
    bodies = _bodies(document, notes)
    sections: list[AnswerSection] = []
    for spec in profile.sections:
        if spec.key not in bodies:
            continue
        if spec.key not in wanted:
            notes.append(f"left out “{spec.title}”, which was not asked for")
            continue
        pieces = bodies[spec.key]
        if len(pieces) > 1:
            notes.append(f"joined {len(pieces)} sections named “{spec.title}”")
        body = closed(below("\n\n".join(piece for piece in pieces if piece), SECTION_LEVEL, profile))
        if is_placeholder(body):
            notes.append(f"left out “{spec.title}”, which was empty")
            continue
        sections.append(AnswerSection(spec.key, spec.title, body))
    draft = "\n".join(f"## {section.title}\n\n{section.body}\n" for section in sections)
    return Answer(draft, tuple(sections), tuple(notes))


def _document(text: str, profile: Profile, notes: list[str]) -> SpecDocument:
    """The answer as a document, out of its wrapping."""
    text = normalised(text)
    content = unwrapped(text, profile)
    if content is not None:
        notes.append("took the draft out of a code fence")
        text = content
    document = parse(text, profile)
    if not document.profile_sections:
        converted = headings_from_bold_lines(text, profile)
        if converted is not None:
            notes.append("read lines in bold as headings")
            text = converted
            document = parse(text, profile)
    if closing := closing_edits(document, profile):
        notes.append("closed a code fence")
        document = parse(apply_edits(text, closing), profile)
    return document


def _bodies(document: SpecDocument, notes: list[str]) -> dict[str, list[str]]:
    """Section key → bodies, duplicates in document order."""
    found = [section for section in document.sections if section.profile_key is not None]
    if not found:
        return {}
    if document.front_matter is not None:
        notes.append("removed front matter")
    if document.title is not None and document.title.start < document.preamble.end:
        notes.append("removed a repeated title")
    if _has_chatter(document):
        notes.append("removed text before the first section")
    bodies: dict[str, list[str]] = {}
    strangers: set[int] = set()
    for number, section in enumerate(found):
        end = found[number + 1].heading.start if number + 1 < len(found) else len(document.text)
        body = document.text[section.body.start : section.body.end]
        if is_placeholder(body):
            body = document.text[section.body.start : end]
        elif section.body.end < end:
            strangers.add(section.body.end)
        body = normalised(body)
        if end == len(document.text):
            body = _without_farewell(body, notes)
        bodies.setdefault(section.profile_key or section.key, []).append(_without_rules(body))
    notes += [
        f"left out “{section.title}”, which is no section of the profile"
        for section in document.sections
        if section.heading.start in strangers
    ]
    return bodies


def _has_chatter(document: SpecDocument) -> bool:
    start, end = document.preamble.start, document.preamble.end
    before = document.text[start:end]
    if document.title is not None and document.title.start < end:
        before = document.text[start : document.title.start] + document.text[document.title.end : end]
    return bool(before.strip())


def _without_rules(body: str) -> str:
    """The body without the rules with which a model sets sections apart."""
    lines = split_lines(body)
    while len(lines) > 1 and _RULE.match(lines[-1]) and not lines[-2].strip():
        lines = split_lines("\n".join(lines[:-1]).rstrip("\n"))
    return "" if len(lines) == 1 and _RULE.match(lines[0]) else "\n".join(lines)


def _without_farewell(body: str, notes: list[str]) -> str:
    """The last section without the words that a model addresses to its reader."""
    head, blank, last = body.rpartition("\n\n")
    if blank and len(last) <= _LONGEST_FAREWELL and _FAREWELL.match(last) and head.strip():
        notes.append("removed text after the last section")
        return _without_rules(normalised(head))
    return body
