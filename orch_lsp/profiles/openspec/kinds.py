"""The kinds of documents of OpenSpec, each with its sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.document.node_form import NodeForm
from orch_lsp.document.profile import Profile, SectionSpec, Severity, TaskForm
from orch_lsp.late import late
from orch_lsp.profiles.openspec.words import NORMATIVE_WORDS, OPERATION_HEADINGS, SECTION_HEADINGS
from orch_lsp.profiles.protocol import when_read

if TYPE_CHECKING:
    from orch_lsp.profiles.openspec import changes, drafting, requirements
else:
    # A format is loaded to recognise its documents; its readers, when there is one to read.
    changes = late("orch_lsp.profiles.openspec.changes")
    drafting = late("orch_lsp.profiles.openspec.drafting")
    requirements = late("orch_lsp.profiles.openspec.requirements")


def _section(key: str, guidance: str, aliases: tuple[str, ...] = (), *, required: bool = False) -> SectionSpec:
    title, *forms = SECTION_HEADINGS[key]
    return SectionSpec(key, title, aliases, guidance, tuple(forms), required)


def _headed(*keys: str, level: int = 2) -> str:
    """The headings of sections, as a new document has them."""
    return "".join(f"{'#' * level} {SECTION_HEADINGS[key][0]}\n\n" for key in keys)


_OF_REQUIREMENTS: dict[str, Severity] = {
    "requirement_without_text": "error",
    "no_normative_keyword": "warning",
    "requirement_without_scenario": "error",
    "scenario_heading_level": "error",
    "requirement_too_long": "information",
    "unread_heading": "error",
    "duplicate_id": "error",
    "multiple_requirements": "hint",
}
"""As OpenSpec's own validator weighs them."""

_STEPS = "- **WHEN** TODO\n- **THEN** TODO"
_SCENARIO = NodeForm(
    "scenario",
    "scenario",
    first="#### Scenario: TODO",
    key="/Scenario: TODO",
    within="requirement",
    body=_STEPS,
    openings=("**GIVEN**", "**WHEN**", "**THEN**", "**AND**"),
)
_REQUIREMENT = NodeForm(
    "requirement", "requirement", "The system SHALL TODO.", "### Requirement: TODO", "Requirement: TODO",
    frozenset({"requirements", "added-requirements"}),
    body=f"The system SHALL TODO.\n\n#### Scenario: TODO\n\n{_STEPS}",
)  # fmt: skip

SPEC = Profile(
    name="openspec",
    kind="spec",
    nodes=when_read(lambda: requirements.spec_nodes),
    node_forms=(_SCENARIO, _REQUIREMENT),
    description="What a capability does now: requirements, each with scenarios.",
    prompt_name="openspec.spec",
    drafting=lambda: drafting.SPEC,
    template="# {title}\n\n{note}\n\n## Purpose\n\n## Requirements\n",
    sections=(
        _section("purpose", "What the capability is for, and for whom, in at least 50 characters.", required=True),
        _section(
            "requirements",
            "`### Requirement: NAME`, a sentence with SHALL or MUST, then at least one `#### Scenario: NAME`.",
            required=True,
        ),
    ),
    normative_words=NORMATIVE_WORDS,
    severities={
        **_OF_REQUIREMENTS,
        "missing_section": "error",
        "empty_section": "error",
        "placeholder_section": "off",
        "duplicate_section": "information",
        "no_requirements": "error",
        "purpose_placeholder": "warning",
        "purpose_too_short": "warning",
        "delta_header_in_main_spec": "error",
        "requirement_outside_section": "error",
    },
)

_PARTS_OF_A_DELTA = {
    "added": "Requirements that are new, each whole.",
    "modified": "Requirements that change, each whole and under the name that it has now.",
    "removed": "Requirements that go, each with its reason and with what takes its place.",
    "renamed": "Pairs of lines `- FROM:` and `- TO:`, each with a requirement's heading.",
}

DELTA = Profile(
    name="openspec/delta",
    kind="delta",
    nodes=when_read(lambda: requirements.delta_nodes),
    node_forms=(_SCENARIO, _REQUIREMENT),
    description="How a change alters the requirements of one capability.",
    prompt_name="openspec.delta",
    drafting=lambda: drafting.DELTA,
    template="# {title}\n\n## ADDED Requirements\n",
    sections=tuple(
        SectionSpec(f"{operation}-requirements", forms[0], (), _PARTS_OF_A_DELTA[operation], forms[1:], required=False)
        for operation, forms in OPERATION_HEADINGS.items()
    ),
    normative_words=NORMATIVE_WORDS,
    severities={
        **_OF_REQUIREMENTS,
        "missing_section": "off",
        "missing_recommended_section": "off",
        "empty_section": "off",
        "duplicate_section": "off",
        "requirement_outside_section": "warning",
        "no_delta": "error",
        "stray_heading_in_delta": "information",
        "conflicting_operations": "error",
        "rename_without_pair": "error",
    },
)

PROPOSAL = Profile(
    name="openspec/proposal",
    kind="proposal",
    nodes=when_read(lambda: changes.proposal_nodes),
    description="Why there is a change, and what it is.",
    prompt_name="openspec.proposal",
    drafting=lambda: drafting.PROPOSAL,
    headings=(*SECTION_HEADINGS["new-capabilities"], *SECTION_HEADINGS["modified-capabilities"]),
    template=f"# Proposal: {{title}}\n\n{{note}}\n\n{_headed('why', 'what-changes', 'capabilities')}"
    f"{_headed('new-capabilities', 'modified-capabilities', level=3)}{_headed('impact').rstrip()}\n",
    sections=(
        _section("why", "The problem, and why now.", ("Motivation",)),
        _section("what-changes", "What will be different, one bullet each; what breaks is marked."),
        _section("capabilities", "New and modified capabilities, each by the name of its folder of specs."),
        _section("impact", "Code, interfaces and people that it touches."),
    ),
    severities={"missing_section": "off", "missing_recommended_section": "off"},
)

DESIGN = Profile(
    name="openspec/design",
    kind="design",
    nodes=when_read(lambda: changes.design_nodes),
    description="How a change is to be made, and what was decided.",
    prompt_name="openspec.design",
    drafting=lambda: drafting.DESIGN,
    template="# Design: {title}\n\n## Context\n\n## Goals / Non-Goals\n\n## Decisions\n\n## Risks / Trade-offs\n",
    sections=(
        _section("context", "What is there now, and what binds.", ("Background",)),
        _section("goals", "What is wanted, and what is left out.", ("Goals",)),
        _section("decisions", "What was chosen, over what, and why."),
        _section("risks", "What may go wrong, and what is done about it.", ("Risks", "Trade-offs")),
        _section("migration-plan", "Steps to go there, and back.", ("Migration",)),
        _section("open-questions", "What nobody has decided."),
    ),
    severities={"missing_section": "off", "missing_recommended_section": "off"},
)

TASKS = Profile(
    name="openspec/tasks",
    kind="tasks",
    nodes=when_read(lambda: changes.tasks_nodes),
    node_forms=(NodeForm("task", "task"),),
    severities={"duplicate_id": "error", "task_group_mismatch": "warning"},
    task_form=TaskForm(
        "OpenSpec",
        "and readers of Markdown do not all take it for a task",
        "- [ ] 1.1 Describe the step",
        any_marker=True,
        in_groups=True,
    ),
    description="The steps of a change, numbered, in groups.",
    prompt_name="openspec.tasks",
    drafting=lambda: drafting.TASKS,
    template="# Tasks: {title}\n",
    sections=(),
)

NOTES = Profile(
    name="openspec/notes",
    kind="notes",
    nodes=when_read(lambda: changes.notes_nodes),
    description="Other text beside specs and changes: conventions, instructions, research.",
    prompt_name="",
    sections=(),
)
