"""The kinds of documents of GSD, each with its sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.document.node_form import NodeForm
from orch_lsp.document.profile import Profile, SectionSpec, Severity
from orch_lsp.late import late
from orch_lsp.profiles.protocol import when_read

if TYPE_CHECKING:
    from orch_lsp.profiles.gsd import plan, requirements, roadmap
else:
    # A format is loaded to recognise its documents; its readers, when there is one to read.
    plan = late("orch_lsp.profiles.gsd.plan")
    requirements = late("orch_lsp.profiles.gsd.requirements")
    roadmap = late("orch_lsp.profiles.gsd.roadmap")

# Phases that are over stand in no roadmap, and `09-03` is a plan.
_NO_RANGES: dict[str, Severity] = {"broken_reference_range": "off"}
_NOTHING_IS_ASKED_FOR: dict[str, Severity] = {"missing_section": "off", **_NO_RANGES}

REQUIREMENTS = Profile(
    name="gsd",
    kind="requirements",
    template=(
        "# Requirements: {title}\n\n{note}\n\n## v1 Requirements\n\n## v2 Requirements\n\n## Out of Scope\n\n"
        "## Traceability\n\n| Requirement | Phase | Status |\n| --- | --- | --- |\n"
    ),
    prompt_name="",
    description="Requirements by category, for this version and the next.",
    sections=(
        SectionSpec("v1-requirements", "v1 Requirements", (), "What this version does: `- [ ] **AUTH-01**: …`."),
        SectionSpec("v2-requirements", "v2 Requirements", (), "What waits."),
        SectionSpec("out-of-scope", "Out of Scope", (), "What is left out, with the reason."),
        SectionSpec("traceability", "Traceability", (), "A table of requirements with their phases."),
    ),
    nodes=when_read(lambda: requirements.requirements_nodes),
    node_forms=(NodeForm("requirement", "requirement"),),
    # Phases are for them, and tasks for phases.
    severities={**_NOTHING_IS_ASKED_FOR, "requirement_without_task": "off"},
)
ROADMAP = Profile(
    name="gsd/roadmap",
    kind="roadmap",
    template="# Roadmap: {title}\n\n## Overview\n\n{note}\n\n## Phases\n\n## Phase Details\n\n## Progress\n",
    prompt_name="",
    description="Phases in order, each with its requirements and with what must be true at its end.",
    sections=(
        SectionSpec("overview", "Overview", (), "The way in short."),
        SectionSpec("phases", "Phases", (), "A box a phase."),
        SectionSpec("phase-details", "Phase Details", (), "Each phase with its goal, requirements and plans."),
        SectionSpec("progress", "Progress", (), "A table of phases with their state."),
    ),
    nodes=when_read(lambda: roadmap.roadmap_nodes),
    severities=_NOTHING_IS_ASKED_FOR,
)
PLAN = Profile(
    name="gsd/plan",
    kind="plan",
    template=(
        "---\nphase: {folder}\nplan: 01\nwave: 1\ndepends_on: []\nfiles_modified: []\nrequirements: []\nmust_haves:\n"
        "  truths: []\n---\n\n<objective>\n{title}\n</objective>\n\n<tasks>\n</tasks>\n"
    ),
    prompt_name="",
    description="A plan that an agent executes: front matter, objective, tasks in tags.",
    sections=(),
    nodes=when_read(lambda: plan.plan_nodes),
    severities=_NOTHING_IS_ASKED_FOR,
)
NOTES = Profile(
    name="gsd/notes",
    kind="notes",
    prompt_name="",
    description="Whatever else lies in `.planning/`: the project, its state, summaries, research.",
    sections=(),
    nodes=when_read(lambda: requirements.notes_nodes),
    severities=_NO_RANGES,
)
