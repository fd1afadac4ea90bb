"""The live rules of a profile: what a document lacks or has twice, each with a cure where one is safe.

A new brief has nothing wrong with it: what is only not written yet is a hint, what would surprise its reader a warning.
A section without text is cured by drafting it, which is the caller's to offer by code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from orch_lsp.document.brief import fill_targets
from orch_lsp.document.compose import below, closed
from orch_lsp.document.fences import closing_edits
from orch_lsp.document.heading_name import heading_words
from orch_lsp.document.layout import Layout
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.placement import Placement
from orch_lsp.document.profile import Profile
from orch_lsp.text import Edit, Span, end_of_line

Code = Literal["missing_section", "empty_section", "placeholder_section", "duplicate_section", "unbalanced_fence"]
Severity = Literal["error", "warning", "information", "hint"]

SEVERITIES: dict[Code, Severity] = {
    "missing_section": "hint",
    "empty_section": "hint",
    "placeholder_section": "hint",
    "duplicate_section": "warning",
    "unbalanced_fence": "warning",
}
"""What each rule reports unless the user chose otherwise."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A cure: what it is called in a menu, and its edits against the document's text."""

    title: str
    make: Callable[[], tuple[Edit, ...]]
    """Makes the edits. At a keystroke nobody asks for them."""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits."""
        return self.make()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a rule found. `fixes` come best first; `sections` are the keys that it is about."""

    code: Code
    message: str
    span: Span
    severity: Severity
    fixes: tuple[Fix, ...] = ()
    sections: tuple[str, ...] = ()


def check(document: SpecDocument, profile: Profile) -> tuple[Finding, ...]:
    """All findings in document order. Pure; never raises."""
    layout = Layout(document)
    findings = [
        *_missing(document, profile, layout),
        *_unwritten(document),
        *_duplicates(document, profile, layout),
        *_unbalanced(document, profile),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.span))


def _missing(document: SpecDocument, profile: Profile, layout: Layout) -> Iterator[Finding]:
    missing = [target for target in fill_targets(document, profile) if target.kind == "missing"]
    if not missing or layout.is_blank:
        return
    span = _head(document, layout)
    keys = tuple(target.key for target in missing)
    every = Fix("Add the missing headings", partial(_headings, keys, profile, layout))
    if not document.profile_sections:
        titles = ", ".join(target.title for target in missing)
        yield _finding("missing_section", f"Sections still to come: {titles}.", span, (every,), keys)
        return
    for target in missing:
        fixes = [Fix(f"Add the heading “{target.title}”", partial(_headings, (target.key,), profile, layout))]
        if len(missing) > 1:
            fixes.append(every)
        message = f"The section “{target.title}” is missing."
        yield _finding("missing_section", message, span, tuple(fixes), (target.key,))


def _headings(keys: Sequence[str], profile: Profile, layout: Layout) -> tuple[Edit, ...]:
    placement = Placement(layout, profile)
    for section in profile.sections:
        if section.key in keys:
            placement.insert_section(section.key, f"{'#' * placement.level_for(section.key)} {section.title}", "")
    return placement.edits()


def _head(document: SpecDocument, layout: Layout) -> Span:
    """The title, else the first line with text."""
    if document.title is not None:
        return document.title
    content = layout.content(Span(document.preamble.start, len(document.text)))
    start = document.preamble.start if content is None else content.start
    return Span(start, end_of_line(document.text, start))


def _unwritten(document: SpecDocument) -> Iterator[Finding]:
    for section in document.sections:
        if section.profile_key is None or not section.placeholder:
            continue
        name = section.title or section.key
        if document.text[section.body.start : section.body.end].strip():
            message = f"The section “{name}” holds only a placeholder."
            yield _finding("placeholder_section", message, section.heading, (), (section.key,))
        else:
            yield _finding("empty_section", f"The section “{name}” is empty.", section.heading, (), (section.key,))


def _duplicates(document: SpecDocument, profile: Profile, layout: Layout) -> Iterator[Finding]:
    for section in document.sections:
        first = None if section.profile_key is None else document.profile_sections[section.profile_key]
        if first is None or first is section or heading_words(first.title) != heading_words(section.title):
            continue
        message = f"“{first.title}” is here already: a draft, a link or a reader will find only the first one."
        fix = _join(first, section, document, profile, layout)
        yield _finding("duplicate_section", message, section.heading, (fix,), (section.key,))


def _join(first: Section, second: Section, document: SpecDocument, profile: Profile, layout: Layout) -> Fix:
    """Move what the second section says to the end of the first, and take its heading away."""
    removal = Edit(Span(second.heading.start, second.body.end), "")
    content = layout.content(second.body)
    if second.placeholder or content is None:
        return Fix("Remove the empty duplicate", lambda: (removal,))

    def edits() -> tuple[Edit, ...]:
        body = closed(below(document.text[content.start : content.end], first.level, profile))
        placement = Placement(layout, profile)
        if first.placeholder:
            placement.replace_body(first, body)
        else:
            placement.append_to_body(first, body)
        return (*placement.edits(), removal)

    return Fix(f"Join with the first “{first.title}”", edits)


def _unbalanced(document: SpecDocument, profile: Profile) -> Iterator[Finding]:
    if document.unbalanced_fence is not None:
        message = "This code fence is never closed, so that all text below it is read as code."
        fixes = (Fix("Close the code fence", partial(closing_edits, document.tree, profile)),)
        yield _finding("unbalanced_fence", message, document.unbalanced_fence, fixes)


def _finding(code: Code, message: str, span: Span, fixes: tuple[Fix, ...], sections: tuple[str, ...] = ()) -> Finding:
    return Finding(code, message, span, SEVERITIES[code], fixes, sections)
