"""Before a run: what is to be written, by which provider and model, and with which words.

Whatever is wrong here is told at once and leaves no record: nothing was sent, nothing was begun.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from orch_lsp.document.brief import Target, brief_of
from orch_lsp.document.drafting import answer_profile, open_places
from orch_lsp.document.profile import Profile
from orch_lsp.document.prompt import PromptTemplate
from orch_lsp.document.rewriting import rewriting_profile
from orch_lsp.errors import ErrorCode, SettingsError, SpecError
from orch_lsp.orchestration.reading import Reading
from orch_lsp.orchestration.rewrite import LONGEST_INSTRUCTION, Rewrite
from orch_lsp.orchestration.targets import wanted_targets
from orch_lsp.prompts.layout import REWRITE
from orch_lsp.prompts.library import PLAIN_DRAFT, TEMPLATES, Chosen, choose
from orch_lsp.settings.model import Choice, Settings
from orch_lsp.settings.secret_choices import SecretChoices, read_choices
from orch_lsp.workspace import state_home, user_config_path

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
    rewrite: Rewrite | None = None
    """Set if something that is written is to be written anew: the targets are its nodes."""

    @property
    def instructions(self) -> str | None:
        """The author's standing instructions, and behind them the one for this run."""
        standing = self.reading.settings.parameters.instructions
        return "\n\n".join(filter(None, (standing, self.reading.instruction))) or None


def instructed(reading: Reading, instruction: str | None) -> Reading:
    """The reading with an instruction for one run, at most 2,000 characters, behind the author's standing ones."""
    if instruction is None or not instruction.strip():
        return reading
    return replace(reading, instruction=instruction.strip()[:LONGEST_INSTRUCTION])


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
    require_draftable(reading)
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
    targets = wanted_targets(reading, only)
    if not targets:
        raise SpecError(ErrorCode.NOTHING_TO_FILL, "Every section of the document has text already.")
    asked = reading.profile
    if asked.drafting is not None:
        keys = {target.key for target in targets}
        asked = answer_profile(asked, [place for place in open_places(reading.document) if place.key in keys])
    words = choose(_template_for(reading.profile), reading.root)
    known = read_choices(state_home())
    return DraftPlan(reading, choice, brief, targets, asked, command, words, parent_run_id, known)


def plan_rewrite(reading: Reading, rewrite: Rewrite, *, command: str, parent_run_id: str | None = None) -> DraftPlan:
    """The plan of a run that writes nodes anew.

    Args:
        reading: The document, which passes `require_draftable`.
        rewrite: The nodes, with all that is known of them.
        command: The command that asks.
        parent_run_id: The run that is tried again.

    Blocking, as `plan_draft`.

    Raises:
        SettingsError: No usable provider with a model is chosen, or a prompt cannot be used.
    """
    choice = chosen(reading.settings)
    if not choice.provider.has_model:
        raise SettingsError(
            ErrorCode.MISSING_MODEL,
            f"{choice.provider.name} asks no model, and cannot write anything anew.",
            remediation="Choose a provider with a model.",
        )
    brief = brief_of(reading.document, reading.profile) or _named_by_folder(reading) or reading.document.text
    targets = tuple(Target(one.key, one.label, "placeholder") for one in rewrite.nodes)
    words = choose(_template_for(reading.profile), reading.root, REWRITE)
    asked = rewriting_profile(reading.profile, rewrite.nodes)
    known = read_choices(state_home())
    return DraftPlan(
        reading, choice, brief, targets, asked, command, words, parent_run_id, known, rewrite=rewrite
    )  # fmt: skip


def require_draftable(reading: Reading) -> None:
    """Refuse a document in which nothing may be drafted.

    Raises:
        SpecError: It is not where it is named (`not_allowed`), or its profile is not known, has no prompt, or is that
            of a document that is not to be changed any more (`unknown_profile`).
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
