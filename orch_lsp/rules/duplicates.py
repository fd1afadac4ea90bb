"""Requirements that say again what another one of the document says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.pieces import keep, kept_before
from orch_lsp.rules.likeness import Likeness, Twins, likeness
from orch_lsp.rules.rule import Found, Related, Rule, Subject
from orch_lsp.rules.statements import statements
from orch_lsp.text import Span

_NOTHING = Likeness(frozenset(), frozenset(), (), ())


@dataclass(frozen=True, slots=True)
class _Compared(Found):
    """A statement that may be one of two: `span` counts from the start of its node, so that it stays where it is."""

    as_compared: Likeness = field(default=_NOTHING, compare=False)

    @override
    def moved(self, by: int) -> Found:
        return self


def near_duplicate_requirement(subject: Subject) -> Iterator[Found]:
    """The statements that can be compared, for `_twice`."""
    text = subject.document.text
    for statement in statements(subject):
        compared = likeness(text[statement.span.start : statement.span.end])
        if compared is not None:
            node, line = statement.node, statement.line(text)
            start = node.span.start
            # Statements of one kind are compared: a scenario may say in its form what a requirement says.
            one = compared.among(node.kind)
            yield _Compared("", Span(line.start - start, line.end - start), node.key, as_compared=one)


def _twice(subject: Subject, found: Sequence[Found]) -> Iterator[Found]:
    """Those that are near to an earlier one."""
    document = subject.document
    every = [one for one in found if isinstance(one, _Compared)]
    ones = [one.as_compared for one in every]
    known: Twins | None = kept_before(document, Twins)
    twins = Twins(ones) if known is None else known.changed(ones)
    keep(document, Twins, twins)
    for number, first in twins.pairs():
        one, other = every[number], every[first]
        message = f"This says what {_named(other.key)} says: keep one of the two, or say how they differ."
        related = (Related("The other one.", _placed(document, other)),)
        yield Found(message, _placed(document, one), one.key, (), related)


def _placed(document: SpecDocument, one: Found) -> Span:
    start = 0 if one.key is None else document.nodes.by_key[one.key].span.start
    return Span(start + one.span.start, start + one.span.end)


def _named(key: str | None) -> str:
    return "another one" if key is None else f"“{key.partition(': ')[2] or key}”"


RULES = (
    Rule(
        "near_duplicate_requirement", "language", "information",
        "Two requirements of a document say the same.", near_duplicate_requirement,
        local=True, settle=_twice,
    ),
)  # fmt: skip
