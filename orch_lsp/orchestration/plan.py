"""Before a run: what the document asks for, and which provider and model are to write it.

Whatever is wrong here is told at once and leaves no record: nothing was sent, nothing was begun.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from orch_lsp.document.brief import Target, brief_of, fill_targets
from orch_lsp.document.drafting import OpenPlace, answer_profile, asked_for, open_places
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.document.profile import Profile, Severity
from orch_lsp.document.prompt import PromptTemplate
from orch_lsp.errors import ErrorCode, SettingsError, SpecError
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.orchestration.included import is_included
from orch_lsp.orchestration.source import Source
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.protocol import Clues, Recognition
from orch_lsp.profiles.recognition import holds_only_plain, holds_plain, kept_away, other_format
from orch_lsp.profiles.registry import FORMATS, Recognised, profile_named, profile_names
from orch_lsp.prompts.library import PLAIN_DRAFT, TEMPLATES, Chosen, choose
from orch_lsp.settings.model import Choice, Settings, SeveritiesFor
from orch_lsp.settings.secret_choices import SecretChoices, read_choices
from orch_lsp.workspace import state_home, user_config_path

if TYPE_CHECKING:
    from orch_lsp.document.readings import MarkdownReading, Readings
    from orch_lsp.redaction import Redactor
    from orch_lsp.runs.record import RunRecord
    from orch_lsp.settings.load import ProjectLayer
    from orch_lsp.settings.resolve import CommandChoice


_LONGEST_INSTRUCTION = 2_000
_LONGEST_NAME = 80
_MOST_NAMED = 12


class Surroundings(Protocol):
    """Where documents lie, and what holds for them."""

    readings: Readings
    redactor: Redactor

    def root_of(self, source: Source, /) -> Path | None:
        """The root of a document's workspace; None if it has none."""
        ...

    def spec_path(self, source: Source, root: Path | None, /) -> str:
        """How records name the document."""
        ...

    def workspace_left(self, source: Source, /) -> Path | None:
        """The workspace in which a document is named, if a link on the way leads out of it. Blocking."""
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
class NoProfile:
    """Why a document has no profile: nothing is checked in it and nothing drafted."""

    message: str
    line: int | None = None
    """Zero-based line that names a profile which there is not; None if nothing is wrong with the document."""
    cure: str | None = None
    """The way out, where it is another than the code's own."""


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


PieceOfFile = tuple[str, tuple[int, int] | None]
"""A path below the root, and lines of it, or None for all."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """A request that a person was shown, by hashes.

    Attributes:
        body_sha256: Of the request; None if nothing would have been sent.
        document_sha256: Of the document.
        pieces: The hash of each piece of the workspace by its path and lines.
    """

    body_sha256: str | None
    document_sha256: str
    pieces: Mapping[PieceOfFile, str]


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """Everything that a run needs to know about what it is to do."""

    reading: Reading
    choice: Choice
    brief: str
    targets: tuple[Target, ...]
    asked: Profile
    """The profile by which the answer is read: its sections are what is asked for."""
    command: str
    words: Chosen
    """The words that ask for it."""
    parent_run_id: str | None = None
    secret_choices: SecretChoices = field(default_factory=SecretChoices)
    """The user's word on values in the document that look like secrets."""
    previewed: Previewed | None = None
    """The request as it was shown last, if it was: the record says what is other in the one that is sent."""


def recognised_in(markdown: MarkdownReading, path: str) -> tuple[Recognised, ...]:
    """The formats that a document at a path follows; looked up again after an edit only if its content decides."""
    key = ("recognised", path)
    known: tuple[Recognised, ...] | None = markdown.lasting.get(key)
    if known is None:
        known = markdown.once(key, lambda: FORMATS.recognised(_clues(markdown, path)))
        if known and all(one.recognition.certainty == "path" for one in known):
            markdown.lasting[key] = known
    return known


def _clues(markdown: MarkdownReading, path: str) -> Clues:
    return Clues(path, markdown.tree.text, markdown.tree.headings, markdown.front_matter)


def _profile_of(front_matter: FrontMatter | None, recognised: Sequence[Recognised], otherwise: str) -> Profile:
    """The profile to read a document with: the one it names, else the recognised one, else that of the settings."""
    named = front_matter.values.get("profile") if front_matter else None
    profile = profile_named(named) if isinstance(named, str) else None
    same = [one.profile for one in recognised if profile is None or one.profile.format == named]
    if len(same) == 1:
        return same[0]
    return profile or profile_named(otherwise) or PLAIN


async def read(surroundings: Surroundings, source: Source, *, editor: ProjectLayer, command: CommandChoice) -> Reading:
    """Parse a document and merge the settings that hold for it. Never fails on a document or a setting."""
    return await asyncio.to_thread(read_now, surroundings, source, editor, command)


def read_now(surroundings: Surroundings, source: Source, editor: ProjectLayer, command: CommandChoice) -> Reading:
    """As `read`, in the calling thread. Blocking."""
    root = surroundings.root_of(source)
    markdown = surroundings.readings.markdown(source.uri, source.text)
    front_matter = markdown.front_matter
    settings = surroundings.read_settings(root, front_matter, editor=editor, command=command)
    spec_path = surroundings.spec_path(source, root)
    # Without a workspace the record names the file alone, and its folders tell as much.
    whole = source.path.as_posix() if root is None and source.path is not None else spec_path
    recognised = recognised_in(markdown, whole)
    said = format_said(spec_path, settings)
    if said is not None and not _says_its_profile(front_matter):
        taken = markdown.once(("taken for", whole, said), lambda: FORMATS.taken_for(said, _clues(markdown, whole)))
        recognised = () if taken is None else (taken,)
    profile = _profile_of(front_matter, recognised, settings.profile)
    document = surroundings.readings.read(source.uri, source.text, profile)
    no_profile = _without_profile(document, source, whole, spec_path, settings, recognised)
    if no_profile is not None:
        no_profile = replace(no_profile, message=surroundings.redactor.redact(no_profile.message))
    recognition = next((one.recognition for one in recognised if one.profile is profile), None)
    left = surroundings.workspace_left(source)
    return Reading(
        source, root, spec_path, document, profile, settings, no_profile, recognition, left,
        surroundings.known_index(source, root),
    )  # fmt: skip


def format_said(path: str, settings: Settings) -> str | None:
    """The format that the settings say the document has: that of the last glob that it matches."""
    return next((one.profile for one in reversed(settings.formats) if is_included(path, (one.glob,))), None)


def _says_its_profile(front_matter: FrontMatter | None) -> bool:
    return front_matter is not None and "profile" in front_matter.lines


def _without_profile(
    document: SpecDocument,
    source: Source,
    whole: str,
    path: str,
    settings: Settings,
    recognised: Sequence[Recognised],
) -> NoProfile | None:
    """The reason to doubt which profile a document follows; None if it is certain."""
    if (away := kept_away(path)) is not None:
        return NoProfile(
            f"By its path this document is {away}: nothing is drafted in it.",
            cure="Copy it to where your specs are, and draft the copy.",
        )
    if document.front_matter is not None and _says_its_profile(document.front_matter):
        return _unknown_name(document.front_matter)
    said = format_said(path, settings)
    if said is not None and not recognised:
        return NoProfile(_no_profile_named(said), cure="Correct `[[formats]]` in your settings.")
    if recognised:
        return _if_not_certain(recognised)
    if (tool := other_format(whole, document)) is not None:
        return NoProfile(f"This looks like a document of {tool}, a format that has no profile here.")
    if "profile" in settings.origins:
        known = profile_named(settings.profile) is not None
        return None if known else NoProfile(_no_profile_named(settings.profile))
    if not holds_plain(document):
        return NoProfile(
            "The format of this document is not known: it has sections, and none of them is one of plain's."
        )
    if source.path is not None and not holds_only_plain(document) and not is_included(path, settings.include):
        return NoProfile(
            "The format of this document is not known: it has sections that are none of plain's, and its path matches "
            "no pattern of `include`."
        )
    return None


def _if_not_certain(recognised: Sequence[Recognised]) -> NoProfile | None:
    if len(recognised) > 1:
        names = " or ".join(one.profile.name for one in recognised)
        return NoProfile(
            f"This document could be one of {names}.", cure="Name the one that it is in its front matter: `profile: …`."
        )
    if recognised[0].recognition.frozen:
        return NoProfile(f"This document of {recognised[0].profile.format} is not to be changed any more.")
    return None


def _unknown_name(front_matter: FrontMatter) -> NoProfile | None:
    line = front_matter.lines["profile"]
    if front_matter.problem is not None:
        return NoProfile("The front matter names a profile, and cannot be read.", line)
    name = front_matter.values["profile"]
    if isinstance(name, str) and profile_named(name) is not None:
        return None
    return NoProfile(_no_profile_named(name if isinstance(name, str) else repr(name)), line)


def _no_profile_named(name: str) -> str:
    shown = _shown(name)
    if (reason := FORMATS.why_unusable(name)) is not None:
        return f"The package that brings the profile “{shown}” cannot be used: {reason}."
    return f"There is no profile named “{shown}”. Known: {', '.join(profile_names())}."


def chosen(settings: Settings) -> Choice:
    """The provider and model.

    Raises:
        SettingsError: No layer names a provider, or the one that does cannot be used.
    """
    if settings.choice_problem is not None:
        code, message = settings.choice_problem
        raise SettingsError(ErrorCode(code), message)
    if settings.choice is None:
        raise SettingsError(
            ErrorCode.MISSING_PROVIDER, "No provider is chosen for this document.", remediation=_how_to_choose(settings)
        )
    return settings.choice


def _how_to_choose(settings: Settings) -> str:
    """The file and a line for it; for a provider whose key is there already, if there is one."""
    variables = {
        variable: provider.name for provider in settings.providers.values() for variable in provider.key_variables
    }
    found = next((variable for variable in variables if os.environ.get(variable)), None)
    name = variables[found] if found else "anthropic"
    because = f" ({found} is set)" if found else ""
    return (
        f'Write `provider = "{name}"` and its `model = "…"` into {user_config_path()}{because}, '
        f"or pass `--provider {name} --model …`."
    )


def open_targets(reading: Reading) -> tuple[Target, ...]:
    """All that is open in a document: its sections, or the places that its format has."""
    if reading.profile.drafting is None:
        return fill_targets(reading.document, reading.profile)
    return tuple(_target(place) for place in open_places(reading.document))


def asked_again(reading: Reading, earlier: RunRecord) -> tuple[str, ...]:
    """The places of a format that an earlier run asked for and that are open still; none for all that is open."""
    if reading.profile.drafting is None:
        return ()
    asked = {key for step in earlier.steps for key in step.sections}
    return tuple(target.key for target in open_targets(reading) if target.key in asked)


def _target(place: OpenPlace) -> Target:
    return Target(place.key, place.title, "missing" if place.span.start == place.span.end else "placeholder")


def instructed(reading: Reading, instruction: str | None) -> Reading:
    """The reading with an instruction for one run, at most 2,000 characters, behind the author's standing ones."""
    if instruction is None or not instruction.strip():
        return reading
    parameters = reading.settings.parameters
    said = "\n\n".join(filter(None, (parameters.instructions, instruction.strip()[:_LONGEST_INSTRUCTION])))
    return replace(reading, settings=replace(reading.settings, parameters=replace(parameters, instructions=said)))


def plan_draft(
    reading: Reading, *, command: str, parent_run_id: str | None = None, only: Sequence[str] = ()
) -> DraftPlan:
    """Decide what a run is to write.

    Args:
        reading: The document.
        command: The command that asks.
        parent_run_id: The run that is tried again.
        only: Keys of sections, places or nodes; nothing else is written. Without any, all that is open is.

    Blocking: looks for prompts of the user and the project, and for the user's word on secrets.

    Raises:
        SettingsError: No usable provider and model are chosen, or a prompt of theirs cannot be used.
        SpecError: The document is not where it is named (`not_allowed`), its profile is not known, there is no brief,
            or nothing to fill; a key names nothing in it (`unknown_node`).
    """
    if reading.left is not None:
        raise SpecError(
            ErrorCode.NOT_ALLOWED,
            f"A link on the way to {reading.source.path} leads out of the workspace {reading.left}; nothing was sent.",
            remediation="Name or open the file where it really is, or give the folder that holds it as the workspace.",
        )
    if reading.no_profile is not None:
        raise SpecError(ErrorCode.UNKNOWN_PROFILE, reading.no_profile.message, remediation=reading.no_profile.cure)
    if not reading.drafts:
        raise SpecError(
            ErrorCode.UNKNOWN_PROFILE,
            f"Documents of {reading.profile.name} are read and checked; nothing is drafted in them yet.",
            remediation="Write it with its own tool; for a draft, begin a spec of plain with `orch-lsp new`.",
        )
    choice = chosen(reading.settings)
    if reading.profile.drafting is not None and not choice.provider.has_model:
        raise SettingsError(
            ErrorCode.MISSING_MODEL,
            f"{choice.provider.name} asks no model: it sorts a brief into the sections of plain, and cannot write a "
            f"document of {reading.profile.format}.",
            remediation="Choose a provider with a model.",
        )
    brief = brief_of(reading.document, reading.profile) or _named_by_folder(reading)
    if not brief.strip():
        raise SpecError(ErrorCode.NO_BRIEF, "The document holds no brief: there is nothing to draft from.")
    targets = _wanted(reading, only)
    if not targets:
        raise SpecError(ErrorCode.NOTHING_TO_FILL, "Every section of the document has text already.")
    asked = reading.profile
    if asked.drafting is not None:
        keys = {target.key for target in targets}
        asked = answer_profile(asked, [place for place in open_places(reading.document) if place.key in keys])
    words = choose(_template_for(reading.profile), reading.root)
    known = read_choices(state_home())
    return DraftPlan(reading, choice, brief, targets, asked, command, words, parent_run_id, known)


def _template_for(profile: Profile) -> PromptTemplate:
    """The prompt that drafts a document of this profile; a profile without one of its own uses that of `plain`."""
    drafting = None if profile.drafting is None else profile.drafting()
    if drafting is not None:
        return drafting.prompt
    return TEMPLATES.get(profile.prompt_name, PLAIN_DRAFT)


def _named_by_folder(reading: Reading) -> str:
    """The name of the folder of a document of a format, whose brief stands in the documents beside it."""
    scope = reading.recognition.scope if reading.recognition is not None else None
    if scope is None or reading.profile.drafting is None:
        return ""
    return scope.rpartition("/")[2].replace("-", " ").replace("_", " ")


def _wanted(reading: Reading, only: Sequence[str]) -> tuple[Target, ...]:
    targets = open_targets(reading)
    if not only:
        return targets
    keys: set[str] = set()
    for key in only:
        found = {target.key for target in targets if target.key == key}
        if not found and reading.profile.drafting is not None:
            found = {place.key for place in asked_for(reading.document, key)}
        known = reading.document.nodes.by_key.keys() | {section.key for section in reading.profile.sections}
        if not found and key not in known:
            raise SpecError(
                ErrorCode.UNKNOWN_NODE,
                f"There is nothing named “{_shown(key)}” in the document.",
                remediation=_what_is_open(targets),
            )
        keys |= found
    return tuple(target for target in targets if target.key in keys)


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _what_is_open(targets: Sequence[Target]) -> str:
    if not targets:
        return "Nothing is open in it."
    named = ", ".join(target.key for target in targets[:_MOST_NAMED])
    return f"Open are: {named}{', …' if len(targets) > _MOST_NAMED else ''}."
