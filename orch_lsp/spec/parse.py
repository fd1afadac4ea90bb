"""From text to `SpecDocument`. Never raises on a document, and takes time linear in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orch_lsp.spec.blocks import Heading, scan_blocks
from orch_lsp.spec.front_matter import content_start, parse_front_matter
from orch_lsp.spec.model import Section, SpecDocument
from orch_lsp.spec.placeholder import is_placeholder
from orch_lsp.spec.profiles import Profile
from orch_lsp.text import Span, normalised, sha256

__all__ = ["line_spans", "parse", "parse_front_matter"]

_LINE = re.compile(r"\r\n|\n|\r")
_NOT_WORD = re.compile(r"[\W_]+")


def line_spans(text: str) -> list[Span]:
    """The lines of `text` without their ends, by LSP's three terminators; an empty text has one."""
    spans: list[Span] = []
    start = 0
    for end in _LINE.finditer(text):
        spans.append(Span(start, end.start()))
        start = end.end()
    spans.append(Span(start, len(text)))
    return spans


def parse(text: str, profile: Profile) -> SpecDocument:
    """Read `text` as a spec of `profile`.

    A byte order mark belongs to the text and to no section. The profile's own titles are recognised at any heading
    level; its aliases only where they do not stand below a section of the profile.
    """
    front_matter = parse_front_matter(text)
    start = content_start(text) if front_matter is None else front_matter.span.end
    spans = line_spans(text)
    lines = [text[span.start : span.end] for span in spans]
    lines[0] = lines[0][content_start(text) :]
    first_line = 0 if front_matter is None else _line_at(spans, start)
    blocks = scan_blocks(lines, first_line)
    keys = _profile_keys(blocks.headings, profile)
    sections = _sections(text, spans, blocks.headings, keys)
    title = next((section for section in sections if section.level == 1 and section.profile_key is None), None)
    by_key: dict[str, Section] = {}
    for section in sections:
        if section.profile_key is not None:
            by_key.setdefault(section.profile_key, section)
    first = next((section for section in sections if section.profile_key is not None), None)
    fence = blocks.open_block if blocks.open_block is not None and blocks.open_block.kind == "fence" else None
    return SpecDocument(
        text=text,
        profile=profile.name,
        title=None if title is None else title.heading,
        title_text="" if title is None else title.title,
        sections=sections,
        preamble=Span(start, len(text) if first is None else first.heading.start),
        front_matter=front_matter,
        unbalanced_fence=None if fence is None else _without_mark(text, spans[fence.line]),
        profile_sections=by_key,
    )


def _line_at(spans: Sequence[Span], offset: int) -> int:
    """The line that starts at `offset`, or the number of lines if the text ends there within its last line."""
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle].start < offset:
            low = middle + 1
        else:
            high = middle
    return low


def _without_mark(text: str, span: Span) -> Span:
    return Span(max(span.start, content_start(text)), span.end)


def _profile_keys(headings: Sequence[Heading], profile: Profile) -> list[str | None]:
    keys: list[str | None] = []
    open_level: int | None = None
    for heading in headings:
        if open_level is not None and heading.level <= open_level:
            open_level = None
        key = profile.key_of_title(heading.text)
        if key is None and open_level is None:
            key = profile.key_of_alias(heading.text)
        if key is not None:
            open_level = heading.level
        keys.append(key)
    return keys


def _body_ends(headings: Sequence[Heading], keys: Sequence[str | None]) -> list[int | None]:
    """For each heading the number of the heading that ends its body, None at the end of the text."""
    ends: list[int | None] = [None] * len(headings)
    waiting: list[int] = []
    for number, heading in enumerate(headings):
        while waiting and (keys[number] is not None or headings[waiting[-1]].level >= heading.level):
            ends[waiting.pop()] = number
        waiting.append(number)
    return ends


def _slug(title: str) -> str:
    return _NOT_WORD.sub("-", title.casefold()).strip("-") or "section"


def _sections(
    text: str, spans: Sequence[Span], headings: Sequence[Heading], keys: Sequence[str | None]
) -> tuple[Section, ...]:
    ends = _body_ends(headings, keys)
    counts: dict[str, int] = {}
    sections: list[Section] = []
    for number, heading in enumerate(headings):
        key = keys[number] or _slug(heading.text)
        counts[key] = counts.get(key, 0) + 1
        end = ends[number]
        start_of_body = spans[heading.last_line + 1].start if heading.last_line + 1 < len(spans) else len(text)
        body = Span(start_of_body, len(text) if end is None else spans[headings[end].first_line].start)
        content = text[body.start : body.end]
        first = _without_mark(text, spans[heading.first_line])
        sections.append(
            Section(
                key=key if counts[key] == 1 else f"{key}~{counts[key]}",
                title=heading.text,
                level=heading.level,
                heading=Span(first.start, spans[heading.last_line].end),
                body=body,
                profile_key=keys[number],
                sha256=sha256(normalised(content)),
                placeholder=is_placeholder(content),
            )
        )
    return tuple(sections)
