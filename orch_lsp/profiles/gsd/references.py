"""Citations in documents of GSD: requirements such as `AUTH-01`, phases, and plans such as `03-02`.

Plans stand in tags, which are HTML to Markdown: there, all but code and comments is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.items import matches_in
from orch_lsp.document.node import Citation, Relation
from orch_lsp.markdown.html import comments_in
from orch_lsp.text import LETTER, Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Chunk

REQUIREMENT = r"[A-Z][A-Z0-9]{1,11}-\d{2,4}"
PLAN = r"\d{2,3}(?:\.\d{1,2})?-\d{2,3}"
_NUMBERED_PLAN = r"(?:0\d(?:\.\d{1,2})?-\d{2,3}|\d{2,3}(?:\.\d{1,2})?-0\d{1,2})"
"""A plan in a sentence: other two numbers, such as `30-50`, are a range of anything."""
_COVERS = re.compile(
    rf"\*\*Requirements?\*{{0,2}}[ \t]*:\*{{0,2}}[ \t]*(?P<listed>(?:\[?{REQUIREMENT}[\], \t]*)+)", re.IGNORECASE
)
_PART = r"\d{1,3}(?:\.\d{1,2})?"
_CITED = re.compile(
    rf"(?<![.-])(?<!{LETTER})(?:(?P<requirement>{REQUIREMENT})(?!{LETTER}|-)"
    rf"|(?P<plan>{PLAN}(?=-PLAN\b|-SUMMARY\b)|(?:{_NUMBERED_PLAN}|(?<=[Pp]lan[ ]){PLAN})(?=[\s:,.)\]*]|\Z))"
    rf"|Phases?[ \t](?P<phase>{_PART})(?:[ \t]*[-–][ \t]*(?P<last>{_PART}))?(?![\w.]*\w))"
)
_LONGEST_RANGE = 50
"""A range with more members stands for its two ends alone."""
_FIELD = re.compile(r"(?<![^\r\n])(?P<key>[A-Za-z_][\w-]*)[ \t]*:")
_NUMBER = re.compile(rf"(?<![\w.-])(?:(?P<plan>{PLAN})|(?P<number>\d{{1,2}}))(?![\w.-]*\w)")
_A_REQUIREMENT = re.compile(rf"(?<![\w-]){REQUIREMENT}(?![\w-])")
_COVERING = frozenset({"requirements", "requirements-completed", "requirements_completed"})
_AFTER = frozenset({"depends_on", "requires"})


def phase_key(number: str) -> str:
    """A phase's key: `Phase 9` for `9` and `09`."""
    whole, dot, part = number.partition(".")
    return f"Phase {int(whole)}{dot}{part}"


def phase_number(value: object) -> str | None:
    """The number with which a phase is named, in two digits: `06` of `06-name`, of `6`."""
    found = re.match(r"(\d{1,3})(\.\d{1,2})?", str(value))
    return None if found is None else f"{int(found[1]):02d}{found[2] or ''}"


def citations_of(chunk: Chunk) -> tuple[Citation, ...]:
    """All that a chunk cites, counted from its start."""
    return chunk.once(
        "gsd citations", lambda chunk: tuple(_cited(matches_in(chunk, _COVERS), matches_in(chunk, _CITED)))
    )


def citations_in_tags(document: SpecDocument) -> list[Citation]:
    """All that a document cites whose text stands in tags, its front matter included."""
    return [*citations_of_front_matter(document), *_cited(tagged(document, _COVERS), tagged(document, _CITED))]


def _cited(lists: Iterable[re.Match[str]], named: Iterable[re.Match[str]]) -> Iterator[Citation]:
    covered = [Span(*match.span("listed")) for match in lists]
    for match in named:
        if match["requirement"]:
            span = Span(*match.span("requirement"))
            number = bisect_right(covered, span.start, key=lambda listed: listed.start) - 1
            relation: Relation = "covers" if number >= 0 and span.start in covered[number] else "cites"
            yield Citation(relation, span, match["requirement"])
        elif match["plan"]:
            yield Citation("cites", Span(*match.span("plan")), match["plan"])
        else:
            yield from _phases(match)


def _phases(match: re.Match[str]) -> Iterator[Citation]:
    """The phases of `Phase 3` or `Phases 3-6`: the ends at their own places, those between by the whole."""
    first, last = match["phase"], match["last"]
    whole = Span(match.start("phase"), match.end("last")) if last else None
    yield Citation("cites", Span(*match.span("phase")), phase_key(first), range=whole)
    if whole is None:
        return
    between = range(int(first) + 1, int(last)) if first.isdecimal() and last.isdecimal() else range(0)
    for number in between if len(between) < _LONGEST_RANGE else ():
        yield Citation("cites", whole, phase_key(str(number)), range=whole)
    yield Citation("cites", Span(*match.span("last")), phase_key(last), range=whole)


def tagged(document: SpecDocument, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches of a pattern behind front matter, in tags as well, that begin in no code and no comment."""
    hidden: list[Span] = []
    for element, span in document.tree.elements("code_block", "html_block", "html"):
        if element.kind == "code_block":
            hidden.append(span)
        else:
            source = document.text[span.start : span.end]
            hidden += [Span(span.start + one.start, span.start + one.end) for one in comments_in(source)]
    hidden.sort()
    starts = [span.start for span in hidden]
    for match in pattern.finditer(document.text, document.tree.starts[0]):
        number = bisect_right(starts, match.start()) - 1
        if number < 0 or match.start() >= hidden[number].end:
            yield match


def fields_of(document: SpecDocument) -> Iterator[tuple[str, Span]]:
    """The keys of front matter that stand at the beginning of a line, each with where its value stands."""
    if document.front_matter is None:
        return
    span = document.front_matter.span
    found = [*_FIELD.finditer(document.text, span.start, span.end)]
    for number, field in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else span.end
        yield field["key"].casefold(), Span(field.end(), end)


def citations_of_front_matter(document: SpecDocument) -> Iterator[Citation]:
    """The requirements and plans that front matter names."""
    phase = phase_number(document.front_matter.values.get("phase")) if document.front_matter is not None else None
    for key, value in fields_of(document):
        if key in _COVERING:
            for match in _A_REQUIREMENT.finditer(document.text, value.start, value.end):
                yield Citation("covers", Span(*match.span()), match[0])
        elif key in _AFTER:
            for match in _NUMBER.finditer(document.text, value.start, value.end):
                if match["plan"]:
                    yield Citation("cites", Span(*match.span()), match["plan"])
                elif phase is not None:
                    yield Citation("cites", Span(*match.span()), f"{phase}-{int(match['number']):02d}")
