"""A document as everything begins with it: parsed, with its profile, its settings and what is known around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.document.profile import Profile, Severity
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.orchestration.specs.document_format import NoProfile, formats_of, profile_of, without_profile
from orch_lsp.orchestration.specs.included import is_included
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.orchestration.specs.whereabouts import Place
from orch_lsp.profiles.protocol import Recognition
from orch_lsp.profiles.recognition import kept_away
from orch_lsp.rules.rule import AnsweredSince, Objection
from orch_lsp.settings.model import Settings, SeveritiesFor

if TYPE_CHECKING:
    from orch_lsp.document.readings import Readings
    from orch_lsp.redaction import Redactor
    from orch_lsp.settings.load import ProjectLayer
    from orch_lsp.settings.resolve import CommandChoice


class Surroundings(Protocol):
    """Where documents lie, and what holds for them."""

    readings: Readings
    redactor: Redactor

    def locate(self, source: Source, /) -> Place:
        """Where a document is. Blocking."""
        ...

    def read_settings(
        self, root: Path | None, front_matter: FrontMatter | None, /, *, editor: ProjectLayer, command: CommandChoice
    ) -> Settings:
        """All layers, merged. Blocking."""
        ...

    def known_index(self, source: Source, root: Path | None, /) -> Index:
        """The documents around one, as far as they are known now."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with the settings that hold for it, before anything is asked of it."""

    source: Source
    root: Path | None
    spec_path: str
    document: SpecDocument
    profile: Profile
    """The profile that the document was read with."""
    settings: Settings
    no_profile: NoProfile | None = None
    """Set if `profile` is only what it was read with, and not known to be its format."""
    recognition: Recognition | None = None
    """The format that was recognised by path or content; None if the document names its profile, or is plain."""
    left: Path | None = None
    """The workspace in which the document is named, if a link on the way leads out of it."""
    around_it: Index = field(default_factory=Index, repr=False, compare=False)
    """The documents of its workspace, as they were known when it was read."""
    instruction: str | None = None
    """The words of a person for this one run, behind their standing instructions."""
    answered: tuple[AnsweredSince, ...] = field(default=(), repr=False, compare=False)
    """Its sections that speak of a question which was answered since, as far as its history was asked."""
    objections: tuple[Objection, ...] = field(default=(), repr=False, compare=False)
    """The objections of its last review, as far as its history was asked."""
    has_file: Callable[[Path], bool] | None = field(default=None, repr=False, compare=False)
    """Whether there is a file at an absolute path, for another state than that of the disk, which None asks."""

    @property
    def drafts(self) -> bool:
        """Whether anything can be drafted in it: its profile is known for certain, and has a prompt."""
        return self.no_profile is None and bool(self.profile.prompt_name)

    @property
    def severities(self) -> Mapping[str, Severity]:
        """The severities of rules that the settings say for it, by code; of rules that are not in it they say nothing.

        `*` is there for all others.
        """
        found: dict[str, Severity] = {}
        for one in self.settings.severities_for:
            if self._is_among(one):
                if "*" in one.severities:
                    found = {}
                found |= one.severities
        return found

    def _is_among(self, one: SeveritiesFor) -> bool:
        profile = self.profile
        names = {profile.name, profile.format, f"{profile.format}/{profile.kind}"}
        if one.profile is not None and one.profile not in names:
            return False
        return one.glob is None or is_included(self.spec_path, (one.glob,))

    @property
    def indexed(self) -> IndexedDocument:
        """The document as an index knows it; made once."""
        path, known = self.spec_path, self.recognition or Recognition(self.profile.kind, "content")
        frozen = known.frozen or kept_away(path) is not None
        return self.document.once(
            ("index", path, known.scope, frozen),
            lambda: IndexedDocument(path, self.document.nodes, known.scope, known.places, frozen, self.document.text),
        )

    @property
    def index(self) -> Index:
        """The index of its workspace as far as it was known without waiting, with the document as it is here."""
        return self.around_it.with_document(self.indexed)

    @property
    def neighbours(self) -> tuple[IndexedDocument, ...]:
        """The other documents of its spec, as far as they are known."""
        return self.index.neighbours(self.spec_path)

    def around(self, offset: int) -> tuple[Node, ...]:
        """The nodes that hold an offset of the document, the innermost first. They are made when first asked for."""
        return self.index.around(self.spec_path, offset)


async def read(surroundings: Surroundings, source: Source, *, editor: ProjectLayer, command: CommandChoice) -> Reading:
    """Parse a document and merge the settings that hold for it. Never fails on a document or a setting."""
    return await asyncio.to_thread(read_now, surroundings, source, editor, command)


def read_now(surroundings: Surroundings, source: Source, editor: ProjectLayer, command: CommandChoice) -> Reading:
    """As `read`, in the calling thread. Blocking."""
    place = surroundings.locate(source)
    root, spec_path = place.root, place.spec_path
    markdown = surroundings.readings.markdown(source.uri, source.text)
    front_matter = markdown.front_matter
    settings = surroundings.read_settings(root, front_matter, editor=editor, command=command)
    # Without a workspace the record names the file alone, and its folders tell as much.
    whole = source.path.as_posix() if root is None and source.path is not None else spec_path
    recognised = formats_of(markdown, whole, spec_path, settings)
    profile = profile_of(front_matter, recognised, settings.profile)
    document = surroundings.readings.read(source.uri, source.text, profile)
    no_profile = without_profile(document, source, whole, spec_path, settings, recognised)
    if no_profile is not None:
        no_profile = replace(no_profile, message=surroundings.redactor.redact(no_profile.message))
    recognition = next((one.recognition for one in recognised if one.profile is profile), None)
    return Reading(
        source, root, spec_path, document, profile, settings, no_profile, recognition, place.left,
        surroundings.known_index(source, root),
    )  # fmt: skip
