"""Before a run: what is to be written, by which provider and model, and with which words.

Whatever is wrong here is told at once and leaves no record: nothing was sent, nothing was begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from orch_lsp.document.brief import Target, brief_of
from orch_lsp.document.drafting import answer_profile, open_places
from orch_lsp.document.profile import Profile
from orch_lsp.document.prompt import PromptTemplate
from orch_lsp.document.rewriting import rewriting_profile
from orch_lsp.errors import ErrorCode, SettingsError, SpecError
from orch_lsp.orchestration.planning.batching import Batching, SentBefore
from orch_lsp.orchestration.planning.choice import chosen
from orch_lsp.orchestration.planning.rewrite import LONGEST_INSTRUCTION, Rewrite
from orch_lsp.orchestration.planning.targets import wanted_targets
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.prompts.layout import REVIEW, REWRITE, Frame, PartToMend
from orch_lsp.prompts.library import PLAIN_DRAFT, TEMPLATES, Chosen, choose
from orch_lsp.settings.model import Choice
from orch_lsp.settings.problem import Layer
from orch_lsp.settings.secret_choices import SecretChoices, read_choices
from orch_lsp.workflows.library import DEFAULT, ONE_CALL, REFINE, packaged, workflow_named
from orch_lsp.workflows.model import (
    CLARIFY,
    CRITIC,
    DRAFT,
    FACTS,
    LOCATE,
    OUTLINE,
    REPAIR,
    SECTION,
    Workflow,
    WorkflowStep,
)
from orch_lsp.workspace import state_home, user_config_path

if TYPE_CHECKING:
    from orch_lsp.draft_checks.facts import Fact
    from orch_lsp.draft_checks.questions import Question

_FRAMES: Mapping[str, Frame] = {
    FACTS: "facts",
    LOCATE: "locate",
    CLARIFY: "clarify",
    OUTLINE: "outline",
    DRAFT: "task",
    SECTION: "section",
    CRITIC: "critic",
    REPAIR: "repair",
}

_NOT_ANEW = frozenset({OUTLINE, SECTION, REPAIR})
"""Steps that know open places, and none that are written."""

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
    workflow: Workflow = field(default_factory=lambda: packaged()[DEFAULT])
    """The steps of the run."""
    shortened: str = ""
    """Why the run takes fewer steps than its workflow has, as a clause; empty if it takes them all."""
    step_choices: Mapping[str, Choice] = field(default_factory=dict[str, Choice])
    """Choices of steps that ask somebody else than the run does, by the step's name."""
    step_words: Mapping[str, Chosen] = field(default_factory=dict[str, Chosen])
    """The words of the steps that do not ask for all at once, by name."""
    reusable: Mapping[str, Reusable] = field(default_factory=dict[str, "Reusable"])
    """Answers of an earlier run, by the hash of the request: what was paid for is not asked for again."""
    reuses: bool = True
    """Whether answers of the run that it follows may be used again."""
    facts: tuple[Fact, ...] = ()
    """The facts of the brief as an earlier step read them; none without such a step."""
    asked_before: tuple[Question, ...] = ()
    """Questions on the brief that earlier steps had."""
    map: str = ""
    """The files of the workspace, for whoever chooses among them."""
    outline: str = ""
    """The plan that all parts keep to; it comes from an earlier step."""
    to_mend: Mapping[str, PartToMend] = field(default_factory=dict[str, PartToMend])
    """The draft's parts with what is wrong with them, by the keys of their sections; of a repair alone."""
    draft: str = ""
    """The draft that is to be judged; of a critic alone."""
    by_batch: bool = False
    """Whether its requests are sent in batches, which are answered later and for less."""
    batching: Batching | None = None
    """The way to batches; set when the run begins."""
    sent_before: Mapping[str, SentBefore] = field(default_factory=dict[str, "SentBefore"])
    """Requests that an earlier run on this very text sent in a batch, by the id of the step."""
    heading: str = ""
    """The heading line of the one section that is asked for by its text alone; empty otherwise."""
    brought: str | None = None
    """The answer, if somebody brought it and nobody is asked; then no prompt and no parameters are on the record."""

    @property
    def instructions(self) -> str | None:
        """The author's standing instructions, and behind them the one for this run."""
        standing = self.reading.settings.parameters.instructions
        return "\n\n".join(filter(None, (standing, self.reading.instruction))) or None

    @property
    def writes(self) -> bool:
        """Whether a draft comes of it: one that a model writes, or one that was brought."""
        return self.workflow.writes or self.brought is not None

    def for_step(self, name: str, targets: tuple[Target, ...] | None = None) -> DraftPlan:
        """The plan of one step: who is asked, with which words, and for what, which is all targets unless told."""
        return replace(
            self,
            choice=self.step_choices.get(name, self.choice),
            words=self.step_words.get(name, self.words),
            targets=self.targets if targets is None else targets,
            # The request that was shown is that of a draft; those behind it always are others.
            previewed=self.previewed if name in {DRAFT, OUTLINE} else None,
        )


@dataclass(frozen=True, slots=True)
class Reusable:
    """A whole answer that an earlier run was given to the same request."""

    run_id: str
    text: str


def instructed(reading: Reading, instruction: str | None) -> Reading:
    """The reading with an instruction for one run, at most 2,000 characters, behind the author's standing ones."""
    if instruction is None or not instruction.strip():
        return reading
    return replace(reading, instruction=instruction.strip()[:LONGEST_INSTRUCTION])


def plan_draft(
    reading: Reading,
    *,
    command: str,
    parent_run_id: str | None = None,
    only: Sequence[str] = (),
    workflow: str | None = None,
) -> DraftPlan:
    """Decide what a run is to write.

    Args:
        reading: The document.
        command: The command that asks.
        parent_run_id: The run that is tried again.
        only: Keys of sections, places or nodes; nothing else is written. Without any, all that is open is.
        workflow: Name of the workflow; the default one if None.

    Blocking: looks for prompts of the user and the project, and for the user's word on secrets.

    Raises:
        SettingsError: No usable provider and model are chosen, a prompt of theirs cannot be used, or there is no such
            workflow (`invalid_workflow`).
        SpecError: The document is not where it is named (`not_allowed`), its profile is not known, there is no brief,
            or nothing to fill; a key names nothing in it (`unknown_node`).
    """
    require_draftable(reading)
    choice = chosen(reading.settings)
    if workflow == REFINE:
        raise SettingsError(
            ErrorCode.INVALID_WORKFLOW,
            "The workflow refine amends what is written, by an instruction; it drafts nothing.",
            remediation="Run `orch-lsp refine`, or choose “Rewrite” among the actions of an editor.",
        )
    steps = workflow_named(workflow or DEFAULT, reading.root, reading.settings.providers.keys())
    if not steps.writes:
        return _plan_to_look(reading, choice, steps, command, parent_run_id, only)
    if reading.profile.drafting is not None and not choice.provider.has_model:
        raise SettingsError(
            ErrorCode.MISSING_MODEL,
            f"{choice.provider.name} asks no model: it sorts a brief into the sections of plain, and cannot write a "
            f"document of {reading.profile.format}.",
            remediation=_how_to_choose_a_model(),
        )
    brief = brief_of(reading.document, reading.profile) or _named_by_folder(reading)
    if not brief.strip():
        raise SpecError(ErrorCode.NO_BRIEF, "The document holds no brief: there is nothing to draft from.")
    targets = wanted_targets(reading, only)
    if not targets:
        raise SpecError(ErrorCode.NOTHING_TO_FILL, "Every section of the document has text already.")
    asked = asked_profile(reading, targets)
    words = choose(_template_for(reading.profile), reading.root)
    known = read_choices(state_home())
    plan = DraftPlan(reading, choice, brief, targets, asked, command, words, parent_run_id, known)
    return _with_workflow(plan, steps)


def asked_profile(reading: Reading, targets: Sequence[Target]) -> Profile:
    """The form of the answer for these targets: in a format, each open place is a section of it."""
    profile = reading.profile
    if profile.drafting is None:
        return profile
    keys = {target.key for target in targets}
    return answer_profile(profile, [place for place in open_places(reading.document) if place.key in keys])


def _how_to_choose_a_model() -> str:
    return f"Choose a provider with a model: run `orch-lsp setup`, or name one in {user_config_path()}."


def _plan_to_look(
    reading: Reading,
    choice: Choice,
    workflow: Workflow,
    command: str,
    parent_run_id: str | None,
    only: Sequence[str],
) -> DraftPlan:
    """The plan of a run that writes nothing: it finds something wrong, or asks."""
    if only:
        raise SpecError(
            ErrorCode.INVALID_REQUEST,
            f"The workflow {workflow.name} looks at the whole document, and at no part of it alone.",
            remediation="Leave out the key, or choose a workflow that writes.",
        )
    if not choice.provider.has_model:
        raise SettingsError(
            ErrorCode.MISSING_MODEL,
            f"{choice.provider.name} asks no model, and has nothing to say of a document.",
            remediation="Choose a provider with a model; `orch-lsp check` asks nobody.",
        )
    brief = brief_of(reading.document, reading.profile) or _named_by_folder(reading)
    if not brief.strip():
        raise SpecError(ErrorCode.NO_BRIEF, "The document holds nothing that could be looked at.")
    words = choose(_template_for(reading.profile), reading.root)
    known = read_choices(state_home())
    plan = DraftPlan(reading, choice, brief, (), reading.profile, command, words, parent_run_id, known)
    return _with_workflow(plan, workflow)


def _with_workflow(plan: DraftPlan, workflow: Workflow) -> DraftPlan:
    """The plan with a workflow's steps, each with who is asked and with which words."""
    reading = plan.reading
    if not plan.choice.provider.has_model:
        # There is nobody to ask for a plan, for one section or for another try.
        told = f"{plan.choice.provider.name} asks no model: all sections are written at once, in one step"
        shortened = told if workflow.is_by_section else ""
        return replace(plan, workflow=replace(workflow, steps=packaged()[ONE_CALL].steps), shortened=shortened)
    choices = {step.id: _choice_of(plan, step) for step in workflow.steps if step.provider or step.model}
    template = _template_for(reading.profile)
    frames = dict(_FRAMES)
    if plan.rewrite is not None:
        frames[DRAFT] = REWRITE
    if not workflow.writes:
        frames[CRITIC] = REVIEW
    words = {
        step.id: choose(template, reading.root, frame=frames[step.id], part=step.prompt)
        for step in workflow.steps
        if step.id in _FRAMES and (step.id != DRAFT or step.prompt is not None)
    }
    return replace(plan, workflow=workflow, step_choices=choices, step_words=words)


def in_one_call(plan: DraftPlan, why: str) -> DraftPlan:
    """The plan with one call in place of one for each section, by whom and with which words those would be asked for.

    Blocking, as `plan_draft`.

    Args:
        plan: A plan by sections.
        why: The reason, as a clause.

    Raises:
        SettingsError: A prompt cannot be used.
    """
    by_section = plan.workflow.step(SECTION)
    steps = tuple(
        replace(by_section, id=DRAFT, needs=step.needs) if by_section is not None and step.id == DRAFT else step
        for step in packaged()[ONE_CALL].steps
    )
    told = f"The workflow {plan.workflow.name} is done in one call: {why}"
    return replace(_with_workflow(plan, replace(plan.workflow, steps=steps)), shortened=told)


def _choice_of(plan: DraftPlan, step: WorkflowStep) -> Choice:
    """The choice of a step, as its workflow names it.

    Raises:
        SettingsError: It names a provider without a model that could be asked (`missing_model`).
    """
    if step.provider is None or step.provider == plan.choice.provider.name:
        return replace(plan.choice, model=step.model or plan.choice.model)
    provider = plan.reading.settings.providers[step.provider]
    model = step.model or provider.model
    if not provider.has_model or model is None:
        raise SettingsError(
            ErrorCode.MISSING_MODEL,
            f"The workflow {plan.workflow.name} asks {provider.name} in its step `{step.id}`, and no model is named.",
        )
    return Choice(provider, model, Layer.PROJECT)


def plan_rewrite(reading: Reading, rewrite: Rewrite, *, command: str, parent_run_id: str | None = None) -> DraftPlan:
    """The plan of a run that writes nodes anew.

    Args:
        reading: The document, which passes `require_draftable`.
        rewrite: The nodes, with all that is known of them.
        command: The command that asks.
        parent_run_id: The run that is tried again.

    Blocking, as `plan_draft`.

    Raises:
        SettingsError: No usable provider with a model is chosen, a prompt cannot be used, or the project's workflow
            `refine` cannot (`invalid_workflow`).
    """
    choice = chosen(reading.settings)
    if not choice.provider.has_model:
        raise SettingsError(
            ErrorCode.MISSING_MODEL,
            f"{choice.provider.name} asks no model, and cannot write anything anew.",
            remediation=_how_to_choose_a_model(),
        )
    brief = brief_of(reading.document, reading.profile) or _named_by_folder(reading) or reading.document.text
    targets = tuple(Target(one.key, one.label, "placeholder") for one in rewrite.nodes)
    words = choose(_template_for(reading.profile), reading.root, frame=REWRITE)
    asked = rewriting_profile(reading.profile, rewrite.nodes)
    known = read_choices(state_home())
    workflow = workflow_named(REFINE, reading.root, reading.settings.providers.keys())
    if unfit := [step.id for step in workflow.steps if step.id in _NOT_ANEW]:
        raise SettingsError(
            ErrorCode.INVALID_WORKFLOW,
            f"{workflow.path}: what is written anew is asked for in one call, without `{unfit[0]}`.",
            remediation="Its steps may be `draft` and those before it, `check` and `critic`.",
        )
    plan = DraftPlan(
        reading, choice, brief, targets, asked, command, words, parent_run_id, known, rewrite=rewrite
    )  # fmt: skip
    return _with_workflow(plan, workflow)


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
