"""The kinds of documents of GSD, each with its sections."""

from __future__ import annotations

from orch_lsp.document.profile import Profile, SectionSpec, Severity
from orch_lsp.profiles.gsd.plan import plan_nodes
from orch_lsp.profiles.gsd.requirements import notes_nodes, requirements_nodes
from orch_lsp.profiles.gsd.roadmap import roadmap_nodes

_NOTHING_IS_ASKED_FOR: dict[str, Severity] = {"missing_section": "off"}

REQUIREMENTS = Profile(
    name="gsd",
    kind="requirements",
    prompt_name="",
    description="Requirements by category, for this version and the next.",
    sections=(
        SectionSpec("v1-requirements", "v1 Requirements", (), "What this version does: `- [ ] **AUTH-01**: …`."),
        SectionSpec("v2-requirements", "v2 Requirements", (), "What waits."),
        SectionSpec("out-of-scope", "Out of Scope", (), "What is left out, with the reason."),
        SectionSpec("traceability", "Traceability", (), "A table of requirements with their phases."),
    ),
    nodes=requirements_nodes,
    severities=_NOTHING_IS_ASKED_FOR,
)
ROADMAP = Profile(
    name="gsd/roadmap",
    kind="roadmap",
    prompt_name="",
    description="Phases in order, each with its requirements and with what must be true at its end.",
    sections=(
        SectionSpec("overview", "Overview", (), "The way in short."),
        SectionSpec("phases", "Phases", (), "A box a phase."),
        SectionSpec("phase-details", "Phase Details", (), "Each phase with its goal, requirements and plans."),
        SectionSpec("progress", "Progress", (), "A table of phases with their state."),
    ),
    nodes=roadmap_nodes,
    severities=_NOTHING_IS_ASKED_FOR,
)
PLAN = Profile(
    name="gsd/plan",
    kind="plan",
    prompt_name="",
    description="A plan that an agent executes: front matter, objective, tasks in tags.",
    sections=(),
    nodes=plan_nodes,
    severities=_NOTHING_IS_ASKED_FOR,
)
NOTES = Profile(
    name="gsd/notes",
    kind="notes",
    prompt_name="",
    description="Whatever else lies in `.planning/`: the project, its state, summaries, research.",
    sections=(),
    nodes=notes_nodes,
)
