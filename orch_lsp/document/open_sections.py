"""Open places that all formats have: sections that are missing or nobody has written, at any level."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orch_lsp.document.drafting import OpenPlace
from orch_lsp.document.heading_language import title_of_section
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.placeholder import is_placeholder_in, is_placeholder_title
from orch_lsp.document.profile import SectionSpec
from orch_lsp.text import Span


@dataclass(frozen=True, slots=True)
class Words:
    """The request for a place: its guidance, and an example of its shape."""

    guidance: str
    example: str


_SAID = re.compile(r"[^\W\d][^:：\d]{0,40}(?::\s+(?:\S+\s+){3,}\S|[:：]\s*[^\s:：]{12,})")
"""A label without a number, and four words behind its colon, or as much without blanks in between."""
_OTHER = Words("What the heading promises, in a few sentences or a list.", "Text that fits the heading.")


def stands_instead(document: SpecDocument, spec: SectionSpec) -> bool:
    """Whether a heading is there below which people write what belongs in a section of the profile."""
    names = {heading_name(name) for name in spec.instead}
    headings = zip(document.skeleton.titles, document.skeleton.profile_keys, strict=True)
    return bool(names) and any(heading_name(title) in names for title, key in headings if key is None)


def section_places(
    document: SpecDocument,
    words: Mapping[str, Words],
    *,
    missing: Collection[str] = (),
    below: Mapping[str, Words] | None = None,
    skip: Callable[[Section], bool] = lambda _: False,
) -> Iterator[OpenPlace]:
    """Sections of the profile that are missing or placeholders, and other headings with nothing below them.

    Args:
        document: Where to look.
        words: What is asked for, by key of section.
        missing: Keys of the sections that the format asks for: they are open if they are not there.
        below: What is asked for below other headings, by their names as headings are compared (`heading_name`).
        skip: Headings that the format itself knows more of.
    """
    profile, present = document.profile, document.profile_sections
    top = _top(document)
    for spec in profile.sections:
        if spec.key in missing and spec.key not in present and not stands_instead(document, spec):
            asked = words.get(spec.key, _OTHER)
            title = title_of_section(document, spec)
            yield OpenPlace(spec.key, title, asked.guidance, asked.example, _end(document), top, None, spec.key)
    sections = document.sections
    for number, section in enumerate(sections):
        if section.within_html or section.heading == document.title or skip(section):
            continue
        is_first = section.profile_key is not None and present.get(section.profile_key) is section
        if is_first and section.placeholder:
            yield _place(section, words.get(section.profile_key or "", _OTHER))
        elif section.level > 1 and not _has_children(sections, number) and is_open(document, section):
            yield _place(section, (below or {}).get(heading_name(section.title), _OTHER))


def is_open(document: SpecDocument, section: Section) -> bool:
    """Whether nobody has written below a heading, whose own words are no stand-in."""
    return (
        not is_placeholder_title(section.title)
        and is_placeholder_in(document.tree, section.body, section.links)
        and not (_speaks(document, section) and not section.content.strip())
    )


def content_in(document: SpecDocument, span: Span) -> Span:
    """The text in a span without the blanks around it; its empty beginning if nothing stands there."""
    text = document.text[span.start : span.end]
    if not text.strip():
        return Span(span.start, span.start)
    start = span.start + len(text) - len(text.lstrip())
    return Span(start, span.start + len(text.rstrip()))


def holds_other_sections(document: SpecDocument, *, beside: bool = False) -> bool:
    """Whether somebody has written a document under headings none of which is the format's.

    Such a document has an order of its own: the format's sections would stand in it as strangers.

    Args:
        document: Where to look.
        beside: Whether such headings count beside some of the format's as well, at their level.
    """
    present = document.profile_sections
    if present and not beside:
        return False
    level = min((section.level for section in present.values()), default=None)
    return any(
        section.level > 1
        and section.profile_key is None
        and level in {None, section.level}
        and section.heading != document.title
        and not section.placeholder
        for section in document.sections
    )


def _speaks(document: SpecDocument, section: Section) -> bool:
    """Whether a heading says all itself: `Decision: keep one table for all`, or a line that dashes below underline."""
    written = document.text[section.heading.start : section.heading.end].lstrip()
    return not written.startswith("#") or _SAID.match(section.title) is not None


def _place(section: Section, words: Words) -> OpenPlace:
    return OpenPlace(
        section.key, section.title, words.guidance, words.example, section.body, section.heading, None, section.key
    )


def _has_children(sections: Sequence[Section], number: int) -> bool:
    return number + 1 < len(sections) and sections[number + 1].level > sections[number].level


def _top(document: SpecDocument) -> Span:
    if document.title is not None:
        return document.title
    start = document.preamble.start
    return Span(start, start)


def _end(document: SpecDocument) -> Span:
    return Span(len(document.text), len(document.text))
