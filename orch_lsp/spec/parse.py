"""From text to `SpecDocument`. Never raises on a document, and takes time linear in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from orch_lsp.spec.blocks import Heading, scan_blocks
from orch_lsp.spec.front_matter import content_start, parse_front_matter
from orch_lsp.spec.model import Section, SpecDocument
from orch_lsp.spec.outline import Outline, outline_of
from orch_lsp.spec.placeholder import is_placeholder, link_labels
from orch_lsp.spec.profiles import Profile
from orch_lsp.text import Span, normalised, sha256, split_lines

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

    A byte order mark belongs to the text and to no section. The profile's sections are recognised where the document's
    outline puts its sections (`outline`).
    """
    front_matter = parse_front_matter(text)
    start = content_start(text) if front_matter is None else front_matter.span.end
    spans = line_spans(text)
    lines = [text[span.start : span.end] for span in spans]
    lines[0] = lines[0][content_start(text) :]
    first_line = 0 if front_matter is None else _line_at(spans, start)
    blocks = scan_blocks(lines, first_line)
    outline = outline_of(blocks.headings, profile)
    sections = _sections(text, spans, blocks.headings, outline)
    title = next((section for section in sections if section.level == 1 and section.profile_key is None), None)
    by_key: dict[str, Section] = {}
    for section, keys in zip(sections, outline.keys, strict=True):
        # A heading such as `Goals / Non-goals` speaks for both only if somebody has written below it.
        for key in keys[:1] if section.placeholder else keys:
            by_key.setdefault(key, section)
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
        main_level=outline.main_level,
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


def _section_keys(headings: Sequence[Heading], outline: Outline) -> list[str]:
    """A unique key for each heading: sections of the profile first, then duplicates numbered in document order."""
    first = {keys[0]: number for number, keys in reversed([*enumerate(outline.keys)]) if keys}
    counts = dict.fromkeys(first, 1)
    keys: list[str] = []
    for number, heading in enumerate(headings):
        own = outline.keys[number]
        key = own[0] if own else _slug(heading.text)
        if first.get(key) != number:
            counts[key] = counts.get(key, 0) + 1
            key = key if counts[key] == 1 else f"{key}~{counts[key]}"
        keys.append(key)
    return keys


def _mains(starts: Sequence[int], outline: Outline, length: int) -> list[tuple[Span, int]]:
    """For each heading the span of the main heading's section that it stands in, and the level beside that."""
    own = [starts[number] for number in outline.mains]
    spans = [Span(start, end) for start, end in pairwise((*own, length))]
    positions = (bisect_right(own, start) - 1 for start in starts)
    return [(spans[position], outline.levels[position]) for position in positions]


def _within_html(text: str, heading: Span, content: str) -> bool:
    """Whether a body begins inside the HTML block of its heading, where a draft would be read as HTML."""
    in_html = text[heading.start : heading.end].lstrip(" \t").startswith("<")
    return in_html and bool(split_lines(content)[0].strip(" \t"))


def _sections(text: str, spans: Sequence[Span], headings: Sequence[Heading], outline: Outline) -> tuple[Section, ...]:
    firsts = [keys[0] if keys else None for keys in outline.keys]
    ends = _body_ends(headings, firsts)
    keys = _section_keys(headings, outline)
    lines = [_without_mark(text, spans[heading.first_line]) for heading in headings]
    mains = _mains([line.start for line in lines], outline, len(text))
    links = link_labels(text)
    sections: list[Section] = []
    for number, heading in enumerate(headings):
        end = ends[number]
        start_of_body = spans[heading.last_line + 1].start if heading.last_line + 1 < len(spans) else len(text)
        body = Span(start_of_body, len(text) if end is None else spans[headings[end].first_line].start)
        content = text[body.start : body.end]
        sections.append(
            Section(
                key=keys[number],
                title=heading.text,
                level=heading.level,
                heading=Span(lines[number].start, spans[heading.last_line].end),
                body=body,
                profile_key=firsts[number],
                sha256=sha256(normalised(content)),
                placeholder=is_placeholder(content, links) and not _within_html(text, lines[number], content),
                main=mains[number][0],
                main_level=mains[number][1],
            )
        )
    return tuple(sections)
