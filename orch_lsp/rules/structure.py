"""What a document lacks, has twice or leaves open, each with a cure where one is safe.

A new brief has nothing wrong with it: what is only not written yet is a hint, what would surprise its reader a warning.
A section without text is cured by drafting it, which is the caller's to offer by code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from orch_lsp.document.brief import fill_targets
from orch_lsp.document.compose import below, closed
from orch_lsp.document.fences import closing_edits
from orch_lsp.document.heading_name import heading_words
from orch_lsp.document.model import Section
from orch_lsp.document.placement import Placement
from orch_lsp.rules.rule import Fix, Found, Related, Rule, Subject
from orch_lsp.text import Edit, Span, end_of_line


def missing_section(subject: Subject) -> Iterator[Found]:
    """Sections of the profile that are not there: one finding each, or one for all where none is there yet."""
    document, layout = subject.document, subject.layout
    missing = [target for target in fill_targets(document, subject.profile) if target.kind == "missing"]
    if not missing or layout.is_blank:
        return
    span = _head(subject)
    keys = tuple(target.key for target in missing)
    every = Fix("Add the missing headings", partial(_headings, keys, subject))
    if not document.profile_sections:
        titles = ", ".join(target.title for target in missing)
        yield Found(f"Sections still to come: {titles}.", span, None, (every,))
        return
    for target in missing:
        fixes = [Fix(f"Add the heading “{target.title}”", partial(_headings, (target.key,), subject))]
        if len(missing) > 1:
            fixes.append(every)
        yield Found(f"The section “{target.title}” is missing.", span, target.key, tuple(fixes))


def _headings(keys: Sequence[str], subject: Subject) -> tuple[Edit, ...]:
    placement = Placement(subject.layout, subject.profile)
    for section in subject.profile.sections:
        if section.key in keys:
            placement.insert_section(section.key, f"{'#' * placement.level_for(section.key)} {section.title}", "")
    return placement.edits()


def _head(subject: Subject) -> Span:
    """The title, else the first line with text."""
    document = subject.document
    if document.title is not None:
        return document.title
    content = subject.layout.content(Span(document.preamble.start, len(document.text)))
    start = document.preamble.start if content is None else content.start
    return Span(start, end_of_line(document.text, start))


def empty_section(subject: Subject) -> Iterator[Found]:
    """Sections of the profile with nothing below their headings."""
    for section in _unwritten(subject):
        if not section.content.strip():
            yield Found(f"The section “{section.title or section.key}” is empty.", section.heading, section.key)


def placeholder_section(subject: Subject) -> Iterator[Found]:
    """Sections of the profile that nobody has written, in which something stands."""
    for section in _unwritten(subject):
        if section.content.strip():
            message = f"The section “{section.title or section.key}” holds only a placeholder."
            yield Found(message, section.heading, section.key)


def _unwritten(subject: Subject) -> Iterator[Section]:
    return (each for each in subject.document.sections if each.profile_key is not None and each.placeholder)


def duplicate_section(subject: Subject) -> Iterator[Found]:
    """Sections of the profile whose heading a reader cannot tell from an earlier one."""
    document = subject.document
    for section in document.sections:
        first = None if section.profile_key is None else document.profile_sections[section.profile_key]
        if first is None or first is section or heading_words(first.title) != heading_words(section.title):
            continue
        message = f"“{first.title}” is here already: a draft, a link or a reader will find only the first one."
        related = (Related("The first one.", first.heading),)
        yield Found(message, section.heading, section.key, (_join(first, section, subject),), related)


def _join(first: Section, second: Section, subject: Subject) -> Fix:
    """Move what the second section says to the end of the first, and take its heading away."""
    layout = subject.layout
    removal = Edit(Span(second.heading.start, second.body.end), "")
    content = layout.content(second.body)
    if second.placeholder or content is None:
        return Fix("Remove the empty duplicate", lambda: (removal,))

    def edits() -> tuple[Edit, ...]:
        body = closed(below(subject.document.text[content.start : content.end], first.level, subject.profile))
        placement = Placement(layout, subject.profile)
        if first.placeholder:
            placement.replace_body(first, body)
        else:
            placement.append_to_body(first, body)
        return (*placement.edits(), removal)

    return Fix(f"Join with the first “{first.title}”", edits)


def unbalanced_fence(subject: Subject) -> Iterator[Found]:
    """A code fence that is never closed."""
    document = subject.document
    if document.unbalanced_fence is not None:
        message = "This code fence is never closed, so that all text below it is read as code."
        fix = Fix("Close the code fence", partial(closing_edits, document.tree, subject.profile))
        yield Found(message, document.unbalanced_fence, None, (fix,))


RULES = (
    Rule(
        "missing_section", "structure", "hint", "A section of the format is not there.", missing_section, fixable=True
    ),
    Rule("empty_section", "structure", "hint", "Nothing stands below a section's heading.", empty_section),
    Rule("placeholder_section", "structure", "hint", "A section holds only a placeholder.", placeholder_section),
    Rule(
        "duplicate_section", "structure", "warning", "A section is there twice under one heading.", duplicate_section,
        fixable=True,
    ),
    Rule(
        "unbalanced_fence", "structure", "warning", "A code fence is never closed.", unbalanced_fence, fixable=True
    ),
)  # fmt: skip
