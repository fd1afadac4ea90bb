"""The input of a check of a draft, made once for all checks, and the result of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from orch_lsp.draft_checks.facts import Fact
from orch_lsp.draft_checks.sentences import Sentence, sentences_of
from orch_lsp.draft_checks.tokens import Said, said_in

Severity = Literal["error", "warning", "information", "hint"]
DraftCode = Literal[
    "fact_uncovered",
    "number_not_in_sources",
    "path_not_in_tree",
    "symbol_not_in_tree",
    "criterion_vague",
    "criterion_without_check",
    "task_without_criterion",
    "criterion_without_task",
    "undecided_written_as_decided",
    "placeholder_phrase",
    "reader_addressed",
    "duplicate_statement",
    "language_mismatch",
]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a draft, or one that the document holds already. `body` has LF line ends."""

    key: str
    title: str
    body: str


@dataclass(frozen=True)
class Material:
    """A draft with all that it is held against. Only the two predicates look outside, some dozens of times at most."""

    sections: tuple[Part, ...]
    """The draft."""
    facts: tuple[Fact, ...] = ()
    """Those of the brief."""
    written: tuple[Part, ...] = ()
    """The sections that a person wrote, and that stay."""
    brief: str = ""
    sources: tuple[str, ...] = ()
    """Texts that were sent beside the brief: excerpts, the card of the project, instructions."""
    exists: Callable[[str], bool] = field(default=lambda _: True, compare=False)
    """Whether the workspace holds a path below its root, with `/`."""
    defined: Callable[[str], bool] = field(default=lambda _: True, compare=False)
    """Whether the workspace names a symbol anywhere."""
    language: str | None = None
    """English name of the language that is expected; None if it is not known."""
    in_places: bool = False
    """Whether the draft fills places of a format, whose own words stand around them, as in `**Plans**: TBD`."""
    title: str = ""
    """The title that the answer had, which a draft does not keep."""
    wants_whole: bool = True
    """Whether so much of the document is drafted that it has to hold all that the brief says."""

    @cached_property
    def sentences(self) -> tuple[tuple[Part, tuple[Sentence, ...]], ...]:
        """The statements of the draft by section."""
        return tuple((section, sentences_of(section.body)) for section in self.sections)

    @cached_property
    def said(self) -> Said:
        """The text of the draft."""
        return said_in("\n".join(section.body for section in self.sections))

    @cached_property
    def given(self) -> Said:
        """The brief, the written sections and the sources."""
        return said_in("\n".join((self.brief, *(part.body for part in self.written), *self.sources)))

    def bodies(self, parts: Sequence[Part]) -> str:
        """The texts of sections, one below another."""
        return "\n\n".join(part.body for part in parts)


@dataclass(frozen=True, slots=True)
class DraftFinding:
    """Something that a check found. `message` is for people: it begins in lower case, without a full stop."""

    code: DraftCode
    severity: Severity
    message: str
    key: str | None = None
    """The section that it is about."""
    text: str = ""
    """The statement that it is about, as it stands there: its place in the draft."""
    fact: str | None = None
    """The id of the fact that it is about."""
