"""Drafts in documents of OpenSpec pass its own validator, strictly, where the answers to them are good."""

from __future__ import annotations

import pytest

from orch_lsp.document.answer.in_shape import in_shape
from orch_lsp.document.answer.reading import read_answer
from orch_lsp.document.drafting import answer_profile, open_places
from orch_lsp.document.parse import parse
from orch_lsp.document.place_fill import plan_places
from orch_lsp.document.profile import Profile
from orch_lsp.profiles.openspec.kinds import DELTA, PROPOSAL, SPEC, TASKS
from orch_lsp.rules.check import check
from orch_lsp.text import apply_edits
from tests.openspec.program import Program

STEPS = "- **WHEN** a person asks\n- **THEN** it is done\n"
ONE = f"### Requirement: Sign in\n\nThe service SHALL let people in.\n\n#### Scenario: Asked\n{STEPS}"
TWO = f"### Requirement: 登出 / Sign out\n\nThe service MUST let people out.\n\n#### Scenario: Asked\n{STEPS}"
PURPOSE = "Lets people sign in and out, so that only they can see their own orders in the shop."
SPEC_PARTS = {"Purpose": PURPOSE, "Requirements": f"{ONE}\n{TWO}"}
SCENARIO = f"#### Scenario: Asked\n{STEPS}"
BODY = f"The service SHALL let people in.\n\n{SCENARIO}"
TASK_LIST = "## 1. Storage\n\n- [ ] 1.1 Add it\n- [ ] 1.2 Test it\n\n## 2. Form\n\n- [ ] 2.1 Link it\n"
TEMPLATE = (
    "## ADDED Requirements\n\n### Requirement: <!-- requirement name -->\n<!-- requirement text -->\n\n"
    "#### Scenario: <!-- scenario name -->\n- **WHEN** <!-- condition -->\n- **THEN** <!-- expected outcome -->\n"
)
WHY = "People forget to sign out, and others see their orders; the shop gets complaints each week."

CASES: dict[str, tuple[Profile, str, dict[str, str]]] = {
    "new spec": (SPEC, "# Auth\n", SPEC_PARTS),
    "spec with headings": (SPEC, "# Auth\r\n\r\n## Purpose\r\n\r\n## Requirements\r\n", SPEC_PARTS),
    "left by archive": (
        SPEC,
        f"# a\n## Purpose\nTBD - created by archiving change a. Update Purpose after archive.\n## Requirements\n{ONE}",
        {"Purpose": PURPOSE},
    ),
    "requirement without scenario": (
        SPEC,
        f"# A\n\n## Purpose\n\n{PURPOSE}\n\n## Requirements\n\n### Requirement: Sign in\n\nIt MUST.\n",
        {"Scenarios of “Sign in”": SCENARIO},
    ),
    "scenario without steps": (
        SPEC,
        f"## Purpose\n\n{PURPOSE}\n\n## Requirements\n\n### Requirement: B\n\nIt MUST.\n\n#### Scenario: C\n\nTODO\n",
        {"Scenario of “B”: C": STEPS},
    ),
    "new delta": (DELTA, "# Sign in\n\n## ADDED Requirements\n", {"ADDED Requirements": f"{ONE}\n{TWO}"}),
    "empty delta": (DELTA, "", {"ADDED Requirements": ONE}),
    "template": (
        DELTA,
        TEMPLATE,
        {"Requirement: new": ONE},
    ),
    "requirement without text": (
        DELTA, "\ufeff## ADDED Requirements\n\n### Requirement: Sign in\n", {"Requirement: Sign in": BODY},
    ),
    "proposal": (
        PROPOSAL, "# Proposal: A\n",
        {"Why": WHY, "What Changes": "- Out", "Capabilities": "### New Capabilities\n\n- `auth`: in", "Impact": "- x"},
    ),
    "tasks": (TASKS, "# Tasks: A\n", {"Tasks": TASK_LIST}),
    "template of tasks": (
        TASKS, "# Tasks\n\n## 1. <!-- Group -->\n\n- [ ] 1.1 <!-- Task -->\n", {"Tasks": TASK_LIST},
    ),
    "group": (
        TASKS,
        "# T\n\n## 1. A\n\n- [ ] 1.1 TODO\n\n## 2. B\n",
        {"Task 1.1": "Do", "Tasks of group 2. B": "- [ ] 2.1 Do"},
    ),
}  # fmt: skip
BAD: dict[str, tuple[str, str]] = {
    "no scenario": ("The service SHALL let people in.", "requirement_without_scenario"),
    "no SHALL": (BODY.replace("SHALL", "will"), "no_normative_keyword"),
    "scenario of level 3": (BODY.replace("####", "#####"), "scenario_heading_level"),
    "scenario as a bullet": (
        "It SHALL.\n\n- **Scenario: Asked**\n- **WHEN** a\n- **THEN** b",
        "requirement_without_scenario",
    ),
}  # fmt: skip


def drafted(profile: Profile, text: str, parts: dict[str, str]) -> str:
    document = parse(text, profile)
    places = open_places(document)
    assert {place.title for place in places} == set(parts)
    answer = "\n".join(f"## {title}\n\n{body}\n" for title, body in parts.items())
    keys = [place.key for place in places]
    read = in_shape(read_answer(answer, answer_profile(profile, places), keys), places)
    assert {section.key for section in read.sections} == set(keys), read.notes
    plan = plan_places(document, document, read.sections)
    return apply_edits(text, plan.edits)


@pytest.mark.parametrize("case", CASES)
def test_a_good_answer_leaves_nothing_open_and_nothing_to_find(case):
    profile, text, parts = CASES[case]
    written = drafted(profile, text, parts)
    document = parse(written, profile)
    assert [found for found in check(document) if found.severity in {"error", "warning"}] == [], written
    assert open_places(document) == (), written


def test_the_validator_takes_every_document_that_a_good_answer_makes(program: Program):
    files: dict[str, str] = {}
    for number, (profile, text, parts) in enumerate(CASES.values()):
        written = drafted(profile, text, parts)
        name = f"a{number}"
        if profile is SPEC:
            files[f"specs/{name}/spec.md"] = written
            continue
        delta = drafted(*CASES["new delta"])
        files[f"changes/{name}/proposal.md"] = drafted(*CASES["proposal"])
        files[f"changes/{name}/tasks.md"] = written if profile is TASKS else drafted(*CASES["tasks"])
        files[f"changes/{name}/specs/{name}/spec.md"] = written if profile is DELTA else delta
        if profile is PROPOSAL:
            files[f"changes/{name}/proposal.md"] = written
    project = program.project(files)
    verdicts = project.verdicts()
    assert len(verdicts) == len(CASES)
    assert {name: verdict.messages() for name, verdict in verdicts.items() if not verdict.valid} == {}
    assert all(total for _, total in project.tasks().values())


@pytest.mark.parametrize("case", BAD)
def test_a_bad_answer_breaks_a_rule(case):
    body, rule = BAD[case]
    written = drafted(DELTA, "## ADDED Requirements\n\n### Requirement: Sign in\n", {"Requirement: Sign in": body})
    assert rule in {found.rule for found in check(parse(written, DELTA))}


def test_two_requirements_of_one_name_break_a_rule():
    written = drafted(DELTA, "## ADDED Requirements\n", {"ADDED Requirements": f"{ONE}\n{ONE}"})
    assert "duplicate_id" in {found.rule for found in check(parse(written, DELTA))}
