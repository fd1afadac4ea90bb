"""From text to `SpecDocument`. Never raises on a document, and takes time linear in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.outline import Outline, outline_of
from orch_lsp.document.placeholder import link_labels
from orch_lsp.document.profile import Profile
from orch_lsp.document.skeleton import Skeleton, skeleton_of
from orch_lsp.markdown.front_matter import FrontMatter, content_start, parse_front_matter
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Heading, Tree
from orch_lsp.text import Span, after_line, end_of_line, start_of_line

__all__ = ["parse", "parse_front_matter"]

_NOT_WORD = re.compile(r"[\W_]+")


def parse(text: str, profile: Profile) -> SpecDocument:
    """Read `text` as a spec of `profile`; see `parse_tree`."""
    front_matter = parse_front_matter(text)
    return parse_tree(tree_after(text, front_matter), front_matter, profile)


def tree_after(text: str, front_matter: FrontMatter | None) -> Tree:
    """The tree of a document's Markdown, which begins after its front matter, else after a byte order mark."""
    return read(text, content_start(text) if front_matter is None else front_matter.span.end)


def parse_tree(tree: Tree, front_matter: FrontMatter | None, profile: Profile) -> SpecDocument:
    """Read a tree, which begins after `front_matter`, as a spec of `profile`.

    A byte order mark belongs to the text and to no section. The profile's sections are recognised where the document's
    outline puts its sections (`outline`).
    """
    outline = outline_of(tree.headings, profile)
    skeleton = _skeleton(tree, outline)
    sections = _sections(tree, outline, skeleton)
    by_key: dict[str, Section] = {}
    for section, keys in zip(sections, outline.keys, strict=True):
        # A heading such as `Goals / Non-goals` speaks for both only if somebody has written below it.
        for key in keys if len(keys) <= 1 or not section.placeholder else keys[:1]:
            by_key.setdefault(key, section)
    return document_of(tree, front_matter, profile, sections, by_key, outline.main_level, skeleton)


def document_of(
    tree: Tree,
    front_matter: FrontMatter | None,
    profile: Profile,
    sections: Sequence[Section],
    by_key: Mapping[str, Section],
    main_level: int,
    skeleton: Skeleton,
) -> SpecDocument:
    """The document of a tree whose sections are known; see `SpecDocument` for the values."""
    text, start = tree.text, tree.starts[0]
    title = None if skeleton.title is None else sections[skeleton.title]
    first = sections[skeleton.of_profile[0]] if skeleton.of_profile else None
    open_block = tree.open_block
    fence = open_block if open_block is not None and open_block.kind == "fence" else None
    return SpecDocument(
        text=text,
        tree=tree,
        profile=profile,
        title=None if title is None else title.heading,
        title_text="" if title is None else title.title,
        sections=sections,
        preamble=Span(start, len(text) if first is None else first.heading.start),
        front_matter=front_matter,
        unbalanced_fence=None if fence is None else _line_around(text, fence.start, start),
        profile_sections=by_key,
        main_level=main_level,
        skeleton=skeleton,
    )


def _skeleton(tree: Tree, outline: Outline) -> Skeleton:
    headings = tree.headings
    ends = _body_ends(headings, [keys[0] if keys else None for keys in outline.keys])
    named = [(heading.level, heading.text) for heading in headings]
    return skeleton_of(named, outline.keys, ends, [len(chunk.headings) for chunk in tree.chunks])


def _line_around(text: str, offset: int, lowest: int) -> Span:
    """The line that holds `offset`, without its end."""
    return Span(start_of_line(text, offset, lowest), end_of_line(text, offset))


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


def within_html(text: str, heading: Span, body: Span) -> bool:
    """Whether a body begins inside the HTML block of its heading, where a draft would be read as HTML."""
    in_html = text[heading.start : heading.end].lstrip(" \t").startswith("<")
    return in_html and bool(text[body.start : min(body.end, end_of_line(text, body.start))].strip(" \t"))


def _sections(tree: Tree, outline: Outline, skeleton: Skeleton) -> tuple[Section, ...]:
    text, headings = tree.text, tree.headings
    firsts, ends = skeleton.profile_keys, skeleton.ends
    keys = _section_keys(headings, outline)
    mains = _mains([heading.span.start for heading in headings], outline, len(text))
    links = link_labels(tree)
    sections: list[Section] = []
    for number, heading in enumerate(headings):
        end = ends[number]
        body = Span(after_line(text, heading.span.end), len(text) if end is None else headings[end].span.start)
        content = text[body.start : body.end]
        sections.append(
            Section(
                key=keys[number],
                title=heading.text,
                level=heading.level,
                heading=heading.span,
                body=body,
                profile_key=firsts[number],
                main=mains[number][0],
                main_level=mains[number][1],
                content=content,
                links=links,
                within_html=within_html(text, heading.span, body),
                tree=tree,
            )
        )
    return tuple(sections)
