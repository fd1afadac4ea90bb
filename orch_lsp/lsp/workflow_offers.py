"""The workflows that a document can be run in, as an editor lists them: as data, as code actions, in a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orch_lsp.late import late
from orch_lsp.lsp.commands import REWRITE, RUN_WORKFLOW
from orch_lsp.lsp.offers import Offer
from orch_lsp.orchestration.planning.targets import open_targets
from orch_lsp.text import at_most

if TYPE_CHECKING:
    from orch_lsp.orchestration.specs.reading import Reading
    from orch_lsp.workflows import library
else:
    library = late("orch_lsp.workflows.library")

WORKFLOW = f"{REWRITE}.workflow"
"""The kind of the code actions that run a workflow."""
_LONGEST_DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class WorkflowChoice:
    """A workflow by its name, for a person to choose."""

    name: str
    description: str
    """One line; empty if it cannot be used."""
    writes: bool
    """Whether a draft comes of it."""
    path: str | None
    """The project's file, with `/`; None for the package's."""
    error: str | None
    """The reason for which the workflow cannot be used."""

    @property
    def is_default(self) -> bool:
        """Whether a draft is made so where no workflow is named."""
        return self.name == library.DEFAULT

    def told(self) -> dict[str, Any]:
        """As a command answers it."""
        return {
            "name": self.name,
            "description": self.description,
            "default": self.is_default,
            "writes": self.writes,
            "path": self.path,
            "error": self.error,
        }


def workflow_choices(reading: Reading) -> list[WorkflowChoice]:
    """The workflows of the package and the project by name. Blocking.

    Those that amend a text or derive one are left out: they need more than a document, and have commands of their own.
    """
    found = library.workflows(reading.root, reading.settings.providers.keys())
    return [
        WorkflowChoice(
            one.name,
            "" if one.workflow is None else one.workflow.description,
            one.workflow is not None and one.workflow.writes,
            one.path,
            None if one.error is None else one.error.detail.message,
        )
        for one in found
        if one.name not in {library.REFINE, library.DERIVE}
    ]


def workflow_offers(reading: Reading) -> list[Offer]:
    """For each workflow that would do something now, but the one that drafts anyway, the command. Blocking."""
    choice = reading.settings.choice
    if not reading.drafts or choice is None or not choice.provider.has_model:
        return []
    uri, is_open = reading.source.uri, bool(open_targets(reading))
    return [
        Offer(_title(one), RUN_WORKFLOW, {"uri": uri, "workflow": one.name})
        for one in workflow_choices(reading)
        if one.error is None and not one.is_default and (is_open or not one.writes)
    ]


def _title(one: WorkflowChoice) -> str:
    description = f": {at_most(one.description, _LONGEST_DESCRIPTION)}" if one.description else ""
    return f"Orch: Run workflow {one.name}{description}"
