"""The kinds of documents of GSD, each with its sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.document.node_form import NodeForm
from orch_lsp.document.profile import Profile, SectionSpec, Severity
from orch_lsp.late import late
from orch_lsp.profiles.protocol import when_read

if TYPE_CHECKING:
    from orch_lsp.profiles.gsd import drafting, plan, plan_drafting, requirements, roadmap
else:
    # A format is loaded to recognise its documents; its readers, when there is one to read.
    drafting = late("orch_lsp.profiles.gsd.drafting")
    plan = late("orch_lsp.profiles.gsd.plan")
    plan_drafting = late("orch_lsp.profiles.gsd.plan_drafting")
    requirements = late("orch_lsp.profiles.gsd.requirements")
    roadmap = late("orch_lsp.profiles.gsd.roadmap")

# Phases that are over stand in no roadmap, and `09-03` is a plan.
_NO_RANGES: dict[str, Severity] = {"broken_reference_range": "off"}
_NOTHING_IS_ASKED_FOR: dict[str, Severity] = {"missing_section": "off", **_NO_RANGES}

REQUIREMENTS = Profile(
    name="gsd",
    kind="requirements",
    template=(
        "# Requirements: {title}\n\n**Defined:** {date}\n**Core Value:** TODO\n\n{note}\n\n## v1 Requirements\n\n"
        "## v2 Requirements\n\n## Out of Scope\n\n## Traceability\n\n"
        "| Requirement | Phase | Status |\n|-------------|-------|--------|\n"
    ),
    prompt_name="gsd.requirements",
    drafting=lambda: drafting.REQUIREMENTS,
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
    template=(
        "# Roadmap: {title}\n\n{note}\n\n## Overview\n\n## Phases\n\n## Phase Details\n\n## Progress\n\n"
        "| Phase | Plans Complete | Status | Completed |\n|-------|----------------|--------|-----------|\n"
    ),
    prompt_name="gsd.roadmap",
    drafting=lambda: drafting.ROADMAP,
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
        "---\nphase: {folder}\nplan: {number}\ntype: execute\nwave: 1\ndepends_on: []\nfiles_modified: []\n"
        "autonomous: true\nrequirements: []\n\nmust_haves:\n  truths: []\n  artifacts: []\n  key_links: []\n---\n\n"
        "<objective>\n{title}\n\nPurpose: TODO\nOutput: TODO\n</objective>\n\n"
        "<context>\n@.planning/PROJECT.md\n@.planning/ROADMAP.md\n@.planning/STATE.md\n</context>\n\n"
        "<tasks>\n\n</tasks>\n\n<verification>\n</verification>\n\n<success_criteria>\n</success_criteria>\n\n"
        "<output>\nAfter completion, create the summary beside this plan.\n</output>\n"
    ),
    prompt_name="gsd.plan",
    drafting=lambda: plan_drafting.PLAN,
    description="A plan that an agent executes: front matter, objective, tasks in tags.",
    sections=(),
    nodes=when_read(lambda: plan.plan_nodes),
    severities={**_NOTHING_IS_ASKED_FOR, "missing_front_matter_key": "warning"},
    front_matter_keys=("phase", "plan", "type", "wave", "depends_on", "files_modified", "autonomous", "must_haves"),
)
PROJECT = Profile(
    name="gsd/project",
    kind="project",
    template=(
        "# {title}\n\n{note}\n\n##"
        " What This Is\n\n## Core Value\n\n## Requirements\n\n### Validated\n\n"
        "(None yet — ship to validate)\n\n### Active\n\n### Out of Scope\n\n## Context\n\n## Constraints\n\n"
        "## Key Decisions\n\n| Decision | Rationale | Outcome |\n|----------|-----------|---------|\n\n---\n"
        "*Last updated: {date} after initialization*\n"
    ),
    prompt_name="gsd.project",
    drafting=lambda: drafting.PROJECT,
    description="The project: what it is, its core value, its constraints and decisions.",
    sections=(),
    nodes=when_read(lambda: requirements.notes_nodes),
    severities=_NO_RANGES,
)
CONTEXT = Profile(
    name="gsd/context",
    kind="context",
    template=(
        "# Phase {number}: {title} - Context\n\n**Gathered:** {date}\n**Status:** Ready for planning\n\n{note}\n\n"
        "<domain>\n## Phase Boundary\n\n</domain>\n\n<decisions>\n## Implementation Decisions\n\n</decisions>\n\n"
        "<canonical_refs>\n## Canonical References\n\n</canonical_refs>\n\n"
        "<code_context>\n## Existing Code Insights\n\n</code_context>\n\n<specifics>\n## Specific Ideas\n\n"
        "</specifics>\n\n<deferred>\n## Deferred Ideas\n\n</deferred>\n\n---\n\n*Phase: {folder}*\n"
        "*Context gathered: {date}*\n"
    ),
    prompt_name="gsd.context",
    drafting=lambda: drafting.CONTEXT,
    description="What was decided for a phase before it is planned.",
    sections=(),
    nodes=when_read(lambda: requirements.notes_nodes),
    severities=_NO_RANGES,
)
NOTES = Profile(
    name="gsd/notes",
    kind="notes",
    prompt_name="",
    description="Whatever else lies in `.planning/`: its state, summaries, research.",
    sections=(),
    nodes=when_read(lambda: requirements.notes_nodes),
    severities=_NO_RANGES,
)
