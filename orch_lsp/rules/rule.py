"""Rules: pure functions of a document to findings, each with the row of the table that describes it.

A rule gets a document with its nodes and knows no format: what differs between formats (severities, normative words,
sections) is in the profile that the document was read with. Rules never raise, and take time linear in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple, Protocol

from orch_lsp.document.layout import Layout
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node, Nodes
from orch_lsp.document.profile import Severity
from orch_lsp.text import Edit, Span

Family = Literal["structure", "identity", "traceability", "questions", "language", "tasks"]


@dataclass(frozen=True, slots=True)
class Fix:
    """A cure: what it is called in a menu, and its edits against the document's text."""

    title: str
    make: Callable[[], tuple[Edit, ...]]
    """Makes the edits. At a keystroke nobody asks for them."""
    by_itself: bool = True
    """Whether it may be applied to a file where nobody looks: it changes no meaning, and leaves nothing to be done."""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits."""
        return self.make()


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a finding is about."""

    message: str
    span: Span
    path: str | None = None
    """Relative to the workspace's root, with `/`; None for the document itself."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a rule's function."""

    message: str
    span: Span
    key: str | None = None
    """Key of the node, or of the missing section, that it is about; None if it is about the document."""
    fixes: tuple[Fix, ...] = ()
    """Cures, best first."""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    """For a rule that is graded: another severity than the rule's, if the user has not set that; never `off`."""

    def moved(self, by: int) -> Found:
        """The same in a document in which it stands by so many characters further on."""
        return self.at(Span(self.span.start + by, self.span.end + by), self.related)

    def at(self, span: Span, related: tuple[Related, ...]) -> Found:
        """The same with other places."""
        if type(self) is Found:  # A fifth of the time, for documents with hundreds.
            return Found(self.message, span, self.key, self.fixes, related, self.severity)
        return replace(self, span=span, related=related)


class Finding(NamedTuple):
    """Something that a rule found in a document. It does not know the document's path: who asked does."""

    # A tuple: a long document can have hundreds, and they are made anew at each key.
    rule: str
    """The rule's code."""
    severity: Severity
    """Never `off`."""
    message: str
    span: Span
    key: str | None = None
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """How severe the findings of a rule are."""

    severity: Severity
    """Never `off`."""
    is_said: bool = False
    """Whether the user has set it, also for findings that have severities of their own."""

    def finding(self, code: str, found: Found) -> Finding:
        """A result of the rule of this code, as it is told."""
        severity = self.severity if found.severity is None or self.is_said else found.severity
        return Finding(code, severity, found.message, found.span, found.key, found.fixes, found.related)


class Neighbour(Protocol):
    """Another document of the same spec."""

    @property
    def path(self) -> str:
        """Relative to the workspace's root, with `/`."""
        ...

    @property
    def nodes(self) -> Nodes:
        """The nodes of the document."""
        ...


Reads = Callable[[Node], Hashable]


def nothing_else(_: Node) -> None:
    """For `Rule.reads`: the words of nodes do not matter."""


class NodeThen(NamedTuple):
    """A node of another document of the spec as it was when the document that cites it was last reworded."""

    path: str
    key: str
    sha256: str


class RetiredId(NamedTuple):
    """An id of a document that one of its earlier versions had, and a later one had not."""

    key: str
    words: str
    """The text that it stood for last."""


class LostMention(NamedTuple):
    """A link or `@path` of a document that leads to no file of its workspace."""

    written: str
    reason: str
    """The state of the file, such as `not found`."""
    span: Span


class AnsweredSince(NamedTuple):
    """A section that speaks of a question which was answered while its text was what the hash says."""

    key: str
    sha256: str
    question: str
    """Its id, as the run names it."""
    asked: str
    answer: str


class Objection(NamedTuple):
    """The objection of a review to words in a section whose own text was what the hash says."""

    key: str
    """The section's; empty for what stands in front of all of them."""
    sha256: str
    quote: str
    message: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts about a document that stand in none: whoever asks for its findings has looked them up."""

    missing_files: frozenset[str] = frozenset()
    """Files that its ticked tasks name (`done_tasks.named_files`) or its open ones are to change
    (`files_to_change.files_to_change`), as it writes them, that are not in the workspace."""
    nodes_then: frozenset[NodeThen] = frozenset()
    """Of the nodes that it cites, those that had another text when it was last reworded."""
    retired: frozenset[RetiredId] = frozenset()
    """Ids that were gone from it in a version after the one that had them."""
    holds_code: bool = True
    """Whether the workspace holds any code: where it is kept elsewhere, a file that is not there says little."""
    technologies: frozenset[str] = frozenset()
    """Technologies that the project has settled on, as the documents that hold for all its specs say."""
    lost_mentions: tuple[LostMention, ...] = ()
    """Links and `@path` in it that lead to no file of the workspace, in document order."""
    answered: tuple[AnsweredSince, ...] = ()
    """Its sections that speak of a question which was answered since."""
    objections: tuple[Objection, ...] = ()
    """The objections of its last review that quote words of it."""
    unreviewed: frozenset[str] = frozenset()
    """Keys of the parts that a run wrote, that are what it wrote, and that nobody has reviewed."""


class Subject:
    """The document and its surroundings, as the rules of one run look at them."""

    def __init__(
        self,
        document: SpecDocument,
        neighbours: Sequence[Neighbour] = (),
        evidence: Evidence = Evidence(),
    ) -> None:
        self.document = document
        self.neighbours = neighbours
        self.evidence = evidence
        self.profile = document.profile

    @cached_property
    def layout(self) -> Layout:
        """Questions about the document's lines."""
        return Layout(self.document)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table."""

    code: str
    """Stable, in snake_case; settings, diagnostics and pages know the rule by it."""
    family: Family
    severity: Severity
    """The severity where neither the profile nor the user sets one."""
    summary: str
    """The fault that it finds, in a line."""
    check: Callable[[Subject], Iterable[Found]]
    local: bool = False
    """Whether it looks at each requirement, criterion or scenario by itself, with what that holds: an edit elsewhere
    changes none of its findings. Their keys are of those nodes."""
    settle: Callable[[Subject, Sequence[Found]], Iterable[Found]] | None = None
    """For a local rule that looks at all its results before it says any: which of them it says. It gets the whole
    document, and them in the order in which `check` gives them."""
    reads: Reads | None = None
    """For a rule that looks at ids, kinds, states and citations of nodes, and how they lie in each other: what else it
    reads of a node. An edit that changes none of that changes none of its findings, each of which stands at a node, its
    name or its first line, or at a citation."""
    fixable: bool = False
    """Whether its findings have a cure that is safe."""
    needs_spec: bool = False
    """Whether it says that something is not there, for which all documents of the spec have to be known."""
    graded: bool = False
    """Whether its findings have severities of their own (`Found.severity`)."""
    waits_for_word: bool = False
    """Whether its findings come and go while the word that they stand on is typed: an editor shows none until then."""

    @property
    def page(self) -> str:
        """Where it is explained, below the documentation's folder."""
        return f"rules.md#{self.code}"
