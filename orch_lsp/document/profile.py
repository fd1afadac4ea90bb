"""A profile: one kind of document in a format, as a list of sections with the headings that name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from orch_lsp.document.heading_name import NAMES_KEPT, heading_name, heading_parts
from orch_lsp.document.node import Nodes
from orch_lsp.document.node_form import NodeForm
from orch_lsp.document.section_nodes import sections_alone

if TYPE_CHECKING:
    from orch_lsp.document.drafting import Drafting
    from orch_lsp.document.model import SpecDocument

NodeReader = Callable[["SpecDocument"], Nodes]
"""Reads the nodes of a document. Pure; never raises."""
Severity = Literal["error", "warning", "information", "hint", "off"]


_LONGEST_KEPT = 200
_PROFILES_KEPT = 128
"""Of how many profiles the names are remembered: each run reads its answer by one of its own."""


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A section of a profile: how it is addressed and called, and what belongs into it."""

    key: str
    """Stable address, lower case with hyphens."""
    title: str
    """The heading that is written for it."""
    aliases: tuple[str, ...] = ()
    """Other words for it."""
    guidance: str = ""
    """The contents that belong into it, for the model and for people."""
    forms: tuple[str, ...] = ()
    """The title in another number, spelling or language; as good as the title itself, also with a gloss behind it."""
    required: bool = True
    """Whether the format's own tool asks for it; otherwise it only recommends it."""
    in_languages: dict[str, str] = field(default_factory=dict[str, str], hash=False)
    """The title that is written in other languages, by their English names (`Japanese`, `Traditional Chinese`)."""
    instead: tuple[str, ...] = ()
    """Headings below which people write the same under another name: the tool misses the section, and one more of it
    would say all twice."""


@dataclass(frozen=True, slots=True)
class TaskForm:
    """How the format's tool wants a task to be written: a line of another form is no task for it."""

    tool: str
    """The tool's name, as it is said to people."""
    consequence: str
    """The tool's treatment of such a line, as words behind its name: `shows no button for it`."""
    example: str
    """A task as it should be."""
    words: tuple[str, ...] = ("task",)
    """In front of a task's number where people head tasks, in all languages of the format, lower case."""
    any_marker: bool = False
    """Whether `1. [ ] a` is a task, too, and a tab may stand behind the marker."""
    begun: str = ""
    """The mark in the box of a task that is being done; empty if the tool knows none."""
    lettered: str = ""
    """The letter in front of a task's number, which has three digits at least: `T` for `T001`. Empty where numbers
    stand alone. With it a box makes a task, so that lines without one, and headings, are other text."""
    in_groups: bool = False
    """Whether tasks stand in groups below headings with numbers, so that such a heading gathers nothing wrongly."""


@dataclass(frozen=True, slots=True)
class AnswersKept:
    """Where documents of a format keep answers to open questions."""

    heading: str = "Decisions"
    """The heading below which they stand."""
    other_headings: tuple[str, ...] = ()
    """The heading in other languages."""
    by_session: bool = False
    """Whether they stand by day, as `- Q: … → A: …`; else a question that is in a list is answered where it stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """How documents of one kind in a format are read: their sections in order, their nodes, and what drafts them.

    Two profiles are the same only if they are one object: they are looked up at each heading of a document.
    """

    name: str
    """By which people and records name it: the format's name, with `/` and its kind where it is not the first one."""
    sections: tuple[SectionSpec, ...]
    prompt_name: str
    """Name of the prompt for a draft; the run's record carries it. Empty: nothing is drafted in its documents."""
    description: str = ""
    kind: str = "spec"
    """Which of the format's documents: `spec`, `tasks`, `design`."""
    nodes: NodeReader = sections_alone
    """Reads the nodes of a document, with their citations. Pure, and total: any document will do."""
    normative_words: frozenset[str] = frozenset()
    """Words that make a sentence a requirement, in all languages of the format, lower case; none if it has no such."""
    severities: Mapping[str, Severity] = field(default_factory=dict[str, "Severity"])
    """Severities of rules here, by code, where they differ from the rules' own."""
    titles: tuple[str, ...] = ()
    """Titles that the document may have, the first as the tool writes it, the others in other languages; a subject
    may follow behind a colon. Empty where any title will do."""
    titles_in_languages: dict[str, str] = field(default_factory=dict[str, str])
    """The title as it is written in other languages, by their English names."""
    headings: tuple[str, ...] = ()
    """Other headings that its documents have, below their sections."""
    front_matter_keys: tuple[str, ...] = ()
    """Keys that the format's own validator asks of front matter, whatever their values."""
    task_form: TaskForm | None = None
    """How tasks are written, for documents that hold tasks which a tool has to find."""
    node_forms: tuple[NodeForm, ...] = ()
    """The nodes that people add by hand, the innermost first."""
    template: str = ""
    """The text of a new document, with `{title}` where its title goes; empty for a title and a note. Other marks:
    `{note}`, `{date}`, `{folder}` for the name of its folder, `{number}` for the last number in its file's name."""
    templates: Mapping[str, str] = field(default_factory=dict[str, str])
    """Templates for files that have a name of the format's own, by it, lower case and without suffix."""
    whole_set: tuple[frozenset[str], ...] = ()
    """The names, without suffix and with alternatives together, of the files that a spec holds once it is worked out:
    an id that is in none of them by then is a mistake. Empty where that cannot be said."""
    answers: AnswersKept = AnswersKept()
    drafting: Callable[[], Drafting | None] | None = None
    """Which places of its documents are open, and the prompt for them; made when it is asked for. None for a profile
    whose drafts are whole sections."""

    @property
    def format(self) -> str:
        """The name of the format that it belongs to."""
        return self.name.partition("/")[0]

    def section(self, key: str) -> SectionSpec | None:
        """The section with this key."""
        return next((section for section in self.sections if section.key == key), None)

    def key_of_title(self, title: str) -> str | None:
        """The key of the section whose own title this heading is."""
        return _names(self).titles.get(heading_name(title))

    def key_of_form(self, title: str) -> str | None:
        """The key of the section whose title this heading is in any number, spelling or language."""
        return _names(self).forms.get(heading_name(title))

    def key_of_alias(self, title: str) -> str | None:
        """The key of the first section that this heading is another word for."""
        return next(iter(self.keys_of(title)), None)

    def keys_of(self, title: str) -> tuple[str, ...]:
        """Keys of the sections that this heading speaks of: one, or those of `Goals / Non-goals`; empty if none."""
        return _keys_of(self, title) if len(title) <= _LONGEST_KEPT else _read_keys(self, title)


@dataclass(frozen=True, slots=True)
class _Names:
    titles: dict[str, str]
    forms: dict[str, str]
    """Titles, their other forms and their translations."""
    all: dict[str, str]


@lru_cache(maxsize=_PROFILES_KEPT)
def _names(profile: Profile) -> _Names:
    titles = {heading_name(section.title): section.key for section in profile.sections}
    forms = dict(titles)
    every: dict[str, str] = {}
    for section in profile.sections:
        for form in section.forms:
            forms.setdefault(heading_name(form), section.key)
    every.update(forms)
    for section in profile.sections:
        for alias in section.aliases:
            every.setdefault(heading_name(alias), section.key)
    return _Names(titles, forms, every)


@lru_cache(maxsize=NAMES_KEPT)
def _keys_of(profile: Profile, title: str) -> tuple[str, ...]:
    return _read_keys(profile, title)


def _read_keys(profile: Profile, title: str) -> tuple[str, ...]:
    names = _names(profile)
    whole = names.all.get(heading_name(title))
    if whole is not None:
        return (whole,)
    parts = heading_parts(title)
    # Behind a gloss only the title itself is meant: `Validation – web hooks` is a subject, not a plan.
    if (headed := names.forms.get(parts.head)) is not None:
        return (headed,)
    found = [names.forms.get(name) for name in parts.alternatives]
    known = tuple(dict.fromkeys(key for key in found if key is not None))
    if known and (not parts.joined or None not in found):
        return known
    bracketed = names.forms.get(parts.bracketed)
    return () if bracketed is None else (bracketed,)
