"""The seven sections of `plain`, with the words that head them."""

from __future__ import annotations

from orch_lsp.document.node_form import NodeForm
from orch_lsp.document.profile import Profile, SectionSpec
from orch_lsp.profiles.plain.nodes import plain_nodes
from orch_lsp.profiles.plain.translated_titles import TRANSLATED_TITLES

PLAIN = Profile(
    name="plain",
    description="Seven sections, from the goal to the rollback plan.",
    prompt_name="plain.draft",
    nodes=plain_nodes,
    sections=(
        SectionSpec(
            "goal",
            "Goal",
            ("Objective", "Objectives", "Purpose"),
            "The outcome that is wanted, for whom, and why, in one to three sentences.",
            ("Goals", "The goal", "The goals", *TRANSLATED_TITLES["goal"]),
        ),
        SectionSpec(
            "non-goals",
            "Non-goals",
            ("Out of scope", "Not in scope", "Not goals"),
            "What is deliberately left out, one bullet each, so that nobody builds it by accident.",
            ("Nongoals", "Non-goal", "No goals", *TRANSLATED_TITLES["non-goals"]),
        ),
        SectionSpec(
            "assumptions",
            "Assumptions",
            ("Constraints and assumptions", "Assumptions and constraints"),
            "What is taken as given and would change the plan if it were false, one bullet each.",
            ("Assumption", *TRANSLATED_TITLES["assumptions"]),
        ),
        SectionSpec(
            "acceptance-criteria",
            "Acceptance Criteria",
            ("Acceptance", "Success criteria", "Definition of done", "Done when"),
            "Observable conditions that show that the goal is met, one bullet each; every one can be checked.",
            ("Acceptance criterion", *TRANSLATED_TITLES["acceptance-criteria"]),
        ),
        SectionSpec(
            "tasks",
            "Tasks",
            ("Task list", "Implementation tasks", "Work items", "To do", "Todos"),
            "The steps of the work in a sensible order, as a checklist (`- [ ] …`), each small enough to review.",
            ("Task", *TRANSLATED_TITLES["tasks"]),
        ),
        SectionSpec(
            "verification-plan",
            "Verification Plan",
            ("Verification", "Test plan", "Testing", "Testing plan", "Validation", "Validation plan"),
            "How each acceptance criterion is checked: tests, measurements, who looks at what.",
            TRANSLATED_TITLES["verification-plan"],
        ),
        SectionSpec(
            "rollback-plan",
            "Rollback Plan",
            ("Rollback", "Roll back", "Rollback strategy", "Back-out plan", "Backout plan"),
            "How the change is undone if it goes wrong, what triggers that, and what cannot be undone.",
            TRANSLATED_TITLES["rollback-plan"],
        ),
    ),
    node_forms=(
        NodeForm("task", "task", first="- [ ] ", sections=frozenset({"tasks"})),
        NodeForm("criterion", "criterion", first="- ", sections=frozenset({"acceptance-criteria"})),
    ),
)
