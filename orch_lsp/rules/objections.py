"""Objections of the last review of a document, where the words stand that it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orch_lsp.document.body import body_sha256
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.profile import Severity
from orch_lsp.rules.rule import Found, Objection, Rule, Subject
from orch_lsp.text import Span

CODE = "review_finding"


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding of a review, as its record has it."""

    message: str
    severity: Severity
    quote: str
    section: str | None
    """Key of the section, or of the profile's, that it is about; None if it said none."""


def objections_to(document: SpecDocument, remarks: Iterable[Remark]) -> Iterator[Objection]:
    """The objections of a review to a document as it was then, with the text of each place; none without a quote."""
    parts = tuple(_own_parts(document))
    for remark in remarks:
        meant_first = sorted(parts, key=lambda part: remark.section not in part.names)
        for part in meant_first:
            if _places(document.text, part.span, remark.quote):
                yield Objection(part.key, part.sha256(document.text), remark.quote, remark.message, remark.severity)
                break


def review_finding(subject: Subject) -> Iterator[Found]:
    """The objections of the last review to sections whose own text is what it was then."""
    said = subject.evidence.objections
    if not said:
        return
    document, keys = subject.document, {one.key for one in said}
    texts = {part.key: (part.span, part.sha256(document.text)) for part in _own_parts(document) if part.key in keys}
    for one in said:
        span, now = texts.get(one.key, (None, ""))
        if span is None or now != one.sha256:
            continue
        place = next(_places(document.text, span, one.quote), None)
        if place is not None:
            node = document.nodes.at(place.start)
            yield Found(one.message, place, None if node is None else node.key, severity=one.severity)


@dataclass(frozen=True, slots=True)
class _Part:
    """A section without those below it, or what stands in front of them all."""

    key: str
    profile_key: str | None
    span: Span

    @property
    def names(self) -> tuple[str | None, ...]:
        return (self.key, self.profile_key) if self.key else ()

    def sha256(self, text: str) -> str:
        return body_sha256(text[self.span.start : self.span.end])


def _own_parts(document: SpecDocument) -> Iterator[_Part]:
    sections = document.sections
    starts = [*(section.heading.start for section in sections), len(document.text)]
    yield _Part("", None, Span(0, starts[0]))
    for section, end in zip(sections, starts[1:], strict=True):
        yield _Part(section.key, section.profile_key, Span(section.heading.start, end))


def _places(text: str, within: Span, quote: str) -> Iterator[Span]:
    """Where words stand, however their lines are broken."""
    words = quote.split()
    if words:
        pattern = re.compile(r"\s+".join(map(re.escape, words)))
        yield from (Span(*found.span()) for found in pattern.finditer(text, within.start, within.end))


RULES = (
    Rule(
        CODE, "questions", "warning", "The last review of a document objects to words that still stand there.",
        review_finding, graded=True,
    ),
)  # fmt: skip
