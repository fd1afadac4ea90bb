"""Nodes of a document that are to be written anew: which, by what instruction, and what is known of their past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.rewriting import Rewritable, parts_to_rewrite, rewritable, rewritables
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.orchestration.planning.locked import locked_error, locks_of_node
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.text import shortened

if TYPE_CHECKING:
    from orch_lsp.runs.record import Question, RunRecord

LONGEST_INSTRUCTION = 2_000
_LONGEST_NAME = 80
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class RewriteAsk:
    """A person's wish to have something written anew."""

    key: str | None = None
    """The node; None for whatever of the document the instruction concerns."""
    instruction: str | None = None
    also: tuple[str, ...] = ()
    """Further nodes that are written anew in the same run."""

    @staticmethod
    def of(keys: Sequence[str], instruction: str | None) -> RewriteAsk:
        """The wish to have these nodes written anew, or whatever the instruction concerns where there are none."""
        unique = tuple(dict.fromkeys(keys))
        return RewriteAsk(unique[0] if unique else None, instruction, unique[1:])

    @property
    def keys(self) -> tuple[str, ...]:
        """All nodes that are named."""
        return (() if self.key is None else (self.key,)) + self.also


def update_instruction(questions: Iterable[Question]) -> str:
    """The instruction by which sections are brought in line with answers to these questions."""
    told = {question.id: f"“{question.text}” is answered: {question.answer}." for question in questions}
    return f"{' '.join(told.values())} Say what follows from that, and no more."


def asked_in(record: RunRecord) -> RewriteAsk | None:
    """The wish of a run that wrote something anew; None of another run."""
    rewrite = record.rewrite
    if rewrite is None:
        return None
    return RewriteAsk.of(() if rewrite.whole else rewrite.keys, rewrite.instruction)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Nodes that a run is to write anew."""

    nodes: tuple[Rewritable, ...]
    """In document order; only of a whole document some of them stand in others."""
    instruction: str = ""
    whole: bool = False
    """Whether the answer holds only those of the nodes that it changes."""
    by_person: bool = True
    """Whether a person wrote in one of them, so far as is known: the draft waits for review."""
    kept: str = ""
    """The changes that a person made since a run wrote it, as a diff."""
    earlier: tuple[str, ...] = ()
    """Words of the person on earlier texts, oldest first: instructions, and why a text was rejected."""
    findings: tuple[str, ...] = ()
    """Findings on the text as it stands."""
    ids: str = ""
    """The ids beside it, and which are free."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the nodes."""
        return tuple(one.key for one in self.nodes)


def key_at(reading: Reading, offset: int) -> str | None:
    """Key of the innermost node around an offset that can be written anew; None if there is none."""
    for node in reading.document.nodes.around(offset):
        if rewritable(reading.document, node.key) is not None:
            return node.key
    return None


def may_be_rewritten(reading: Reading, key: str) -> bool:
    """Whether a node can be written anew, and nothing locks it."""
    node = reading.document.nodes.by_key.get(key)
    if node is None or rewritable(reading.document, key) is None:
        return False
    return next(locks_of_node(reading, node), None) is None


def nodes_of(reading: Reading, ask: RewriteAsk) -> tuple[Rewritable, ...]:
    """The nodes that are asked for.

    Raises:
        SpecError: There is no node with the key, or it cannot be rewritten (`unknown_node`); a setting keeps it, or
            something in it, as it is (`not_allowed`); a whole document is to be changed without an instruction
            (`invalid_request`), or holds nothing that may be changed (`nothing_to_fill`).
    """
    document, locked = reading.document, reading.settings.locked
    if ask.key is None:
        if not (ask.instruction or "").strip():
            raise SpecError(
                ErrorCode.INVALID_REQUEST,
                "To amend a document an instruction is needed; nothing was sent.",
                remediation="Say what is to be changed.",
            )
        every = (one.key for one in parts_to_rewrite(document) if next(locks_of_node(reading, one.node), None) is None)
        free = rewritables(document, tuple(every))
        if not free:
            raise SpecError(
                ErrorCode.NOTHING_TO_FILL,
                "The document holds no text that could be amended"
                + (", besides what `locked` keeps as it is." if locked else "."),
                remediation="Draft it first.",
            )
        return free
    found = [one for key in ask.keys for one in _named(reading, key)]
    found.sort(key=lambda one: (one.span.start, -one.span.end))
    apart: list[Rewritable] = []
    for one in found:
        # A part that stands in another one that is written anew goes with it.
        if not apart or one.span.start >= apart[-1].span.end:
            apart.append(one)
    return tuple(apart)


def _named(reading: Reading, asked: str) -> tuple[Rewritable, ...]:
    document = reading.document
    node = document.nodes.by_key.get(asked)
    if node is None:
        known = ", ".join(one.key for one in parts_to_rewrite(document)[:_MOST_NAMED])
        raise SpecError(
            ErrorCode.UNKNOWN_NODE,
            f"There is nothing named “{shortened(asked, _LONGEST_NAME)}” in the document.",
            remediation=f"Name one of these: {known}, …" if known else "Nothing in it can be rewritten.",
        )
    for key, pattern in locks_of_node(reading, node):
        raise locked_error(node.key, key, pattern)
    found = rewritables(document, (asked,))
    if not found:
        raise SpecError(
            ErrorCode.UNKNOWN_NODE,
            f"“{shortened(asked, _LONGEST_NAME)}” holds no text of its own that could be rewritten.",
            remediation="Name a section, a requirement, a criterion or a task; without a key the whole document is "
            "amended.",
        )
    return found
