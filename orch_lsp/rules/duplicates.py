"""Requirements that say again what another one of the document says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from orch_lsp.document.node import NodeKind
from orch_lsp.rules.likeness import Alike, Likeness, likeness
from orch_lsp.rules.rule import Found, Related, Rule, Subject
from orch_lsp.rules.statements import statements


@dataclass(frozen=True, slots=True)
class _Compared(Found):
    """A statement that may be one of two."""

    as_compared: Likeness | None = field(default=None, compare=False)
    kind: NodeKind = "requirement"
    """Statements of one kind are compared: a scenario may say in its form what a requirement says."""


def near_duplicate_requirement(subject: Subject) -> Iterator[Found]:
    """The statements that can be compared, for `_twice`."""
    text = subject.document.text
    for statement in statements(subject):
        compared = likeness(text[statement.span.start : statement.span.end])
        if compared is not None:
            node = statement.node
            yield _Compared("", statement.line(text), node.key, as_compared=compared, kind=node.kind)


def _twice(found: Sequence[Found]) -> Iterator[Found]:
    """Those that are near to an earlier one."""
    groups: dict[tuple[object, ...], list[tuple[Likeness, Found]]] = {}
    for one in found:
        if isinstance(one, _Compared) and one.as_compared is not None:
            groups.setdefault((one.kind, one.as_compared.exact), []).append((one.as_compared, one))
    return chain.from_iterable(_twice_in(group) for group in groups.values() if len(group) > 1)


def _twice_in(group: list[tuple[Likeness, Found]]) -> Iterator[Found]:
    known: Alike[Found] = Alike()
    for compared, one in sorted(group, key=lambda each: each[1].span):
        first = next(known.near(compared), None)
        if first is None:
            known.add(compared, one)
        else:
            message = f"This says what {_named(first.key)} says: keep one of the two, or say how they differ."
            yield Found(message, one.span, one.key, (), (Related("The other one.", first.span),))


def _named(key: str | None) -> str:
    return "another one" if key is None else f"“{key.partition(': ')[2] or key}”"


RULES = (
    Rule(
        "near_duplicate_requirement", "language", "information",
        "A requirement says what another one of its document says.", near_duplicate_requirement,
        local=True, settle=_twice,
    ),
)  # fmt: skip
