"""A workflow: the steps of a run, in what they wait for, and who is asked in each."""

from __future__ import annotations

from dataclasses import dataclass

READ, FACTS, CANDIDATES, CONTEXT, LOCATE = "read", "facts", "candidates", "context", "locate"
CLARIFY, OUTLINE, DRAFT, SECTION = "clarify", "outline", "draft", "section"
CHECK, CRITIC, REPAIR = "check", "critic", "repair"
STEPS = (READ, FACTS, CANDIDATES, CONTEXT, LOCATE, CLARIFY, OUTLINE, DRAFT, SECTION, CHECK, CRITIC, REPAIR)
"""All steps that there are, in the order in which they can follow one another; `context` means `candidates`."""

ASKING = frozenset({FACTS, LOCATE, CLARIFY, OUTLINE, DRAFT, SECTION, CRITIC, REPAIR})
"""Steps that ask a model."""
ANSWERED_ONCE = ASKING - {REPAIR}
"""Steps whose answer can be kept and used again; that of a repair says something of one draft alone."""
WRITING = frozenset({DRAFT, SECTION})
"""Steps that write the draft: a workflow has one of them, or none if it only looks at what is there."""

MOST_PARALLEL = 16
MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """A step as a workflow plans it.

    Attributes:
        id: Which of `STEPS`.
        needs: Ids of the steps that end before it begins.
        parallel: Of a step for each section: how many of them run at once, 1 to 16.
        provider: Name of the provider that is asked; that of the run if None.
        model: The model that is asked for; that of the run, or of the provider that is named here, if None.
        prompt: Name of a file below `.orch/prompts/` whose words stand in place of those for the kind of document.
        rounds: Of `repair`: how often the model is asked to mend, at most; 0 to 3.
    """

    id: str
    needs: tuple[str, ...] = ()
    parallel: int = 4
    provider: str | None = None
    model: str | None = None
    prompt: str | None = None
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow as a file says it, complete: with the steps that every run has.

    Attributes:
        name: By which people choose it.
        description: One line for people.
        steps: In an order in which each stands behind those that it needs.
        path: The project's file that it is from; None for the package's.
    """

    name: str
    description: str
    steps: tuple[WorkflowStep, ...]
    path: str | None = None

    def step(self, name: str) -> WorkflowStep | None:
        """The step with this id."""
        return next((step for step in self.steps if step.id == name), None)

    @property
    def writes(self) -> bool:
        """Whether a draft comes of it; else it finds and asks, and nothing is written."""
        return any(step.id in WRITING for step in self.steps)

    @property
    def is_by_section(self) -> bool:
        """Whether each section is asked for by itself."""
        return self.step(SECTION) is not None
