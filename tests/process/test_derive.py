"""The next document of a format is begun and drafted from the ones before it, on the command line."""

from __future__ import annotations

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply

SPEC = """\
# Feature Specification: Login

**Input**: User description: "people sign in"

## User Scenarios & Testing *(mandatory)*

### User Story 1 - Sign in (Priority: P1)

People sign in with a password.

**Acceptance Scenarios**:

1. **Given** a known name, **When** its password is given, **Then** the person is in

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: System MUST let people in who give their password
- **FR-002**: System MUST keep passwords hashed

## Success Criteria *(mandatory)*

### Measurable Outcomes

- **SC-001**: 95 % of people are in within 10 seconds
"""
PLAN = """\
## Summary

People sign in with a password (FR-001), which is kept hashed (FR-002).

## Technical Context

**Language/Version**: Python 3.11

## Constitution Check

No principle stands against it.

## Project Structure

One module for sessions.
"""
TASKS = """\
## Phase 1: User Story 1 - Sign in (Priority: P1)

- [ ] T001 [US1] Let people in by their password, for FR-001, in src/login.py
- [ ] T002 [US1] Keep passwords hashed, for FR-002, in src/passwords.py
- [ ] T003 [US1] Measure the time to sign in, for SC-001, in tests/test_login.py
"""
KIRO = """\
# Requirements Document

## Introduction

People sign in.

## Requirements

### Requirement 1: Sign in

**User Story:** As a customer, I want in, so that I see my orders.

#### Acceptance Criteria

1. WHEN a name is known, THE Shop SHALL ask for the password.
2. IF the password is wrong, THEN THE Shop SHALL refuse it.
"""


DESIGN = """\
## Overview

The shop asks for a password, for Requirement 1.

## Architecture

One service.

## Components and Interfaces

A form and a check.

## Data Models

Hashes of passwords.

## Error Handling

A wrong password is refused.

## Testing Strategy

Each criterion has a test.
"""
KIRO_TASKS = """\
- [ ] 1. Ask for the password
  - Show the form
  - _Requirements: 1.1_
- [ ] 2. Refuse a wrong password
  - Compare hashes
  - _Requirements: 1.2_
"""
PROPOSAL = """\
## Why

One client can take all capacity from the others, which happened twice in March.

## What Changes

- Requests are limited

## Capabilities

### New Capabilities

- `rate-limit`: requests of each client
- `auth`: sign-ins count

## Impact

The gateway.
"""
DELTA = """\
## ADDED Requirements

### Requirement: {0}

The service SHALL refuse a client's 101st request of a minute.

#### Scenario: Too many

- **WHEN** a client sends its 101st request of a minute
- **THEN** the service answers 429
"""
OPEN_TASKS = """\
## 1. Limits

- [ ] 1.1 Count requests for `Limit requests`
- [ ] 1.2 Count sign-ins for `Limit sign-ins`
"""


def answered(text: str):
    return stream_reply(chat_pieces([text]))


def prompt_of(request) -> str:
    return request.json()["messages"][-1]["content"]


def places_of(prompt: str) -> list[str]:
    listed = prompt[prompt.rindex("The places to write.") :]
    return [line[4 : line.index("`:")][2:].strip() for line in listed.split("\n") if line.startswith("- `## ")]


@pytest.fixture
def feature(workspace):
    folder = workspace / "specs" / "001-login"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text(SPEC)
    return folder


async def test_of_a_spec_the_plan_and_then_the_tasks_are_made(orch, homes, provider, workspace, feature):
    homes.use(provider.url)
    provider.script(answered(PLAN), answered("## Tasks\n\n" + TASKS))

    made = await orch("derive", "specs/001-login/spec.md", "--write")

    assert made.code == 0, made.err
    plan = (feature / "plan.md").read_text()
    assert "(FR-001)" in plan
    prompt = prompt_of(await provider.request(0))
    assert places_of(prompt) == ["Summary", "Technical Context", "Constitution Check", "Project Structure"]
    assert "- **FR-002**: System MUST keep passwords hashed" in prompt
    assert "US1, FR-001, FR-002, SC-001" in prompt
    again = await orch("derive", "specs/001-login/plan.md", "--write", "--json")
    prompt = prompt_of(await provider.request(1))
    assert "- **FR-002**: System MUST keep passwords hashed" in prompt
    assert "(FR-002)" in prompt
    assert again.code == 0, again.err
    assert (feature / "tasks.md").read_text().endswith(f"`specs/001-login/`\n\n{TASKS}")
    assert again.json()["command"] == "derive"
    checked = await orch("check", "specs", "--json")
    assert [one for one in checked.json()["findings"] if one["severity"] in {"error", "warning"}] == []
    assert (feature / "spec.md").read_text() == SPEC


async def test_a_document_that_is_there_is_never_touched(orch, homes, provider, workspace, feature):
    homes.use(provider.url)
    (feature / "plan.md").write_text("mine")
    (feature / "tasks.md").write_text("mine, too")
    for arguments in (("spec.md",), ("spec.md", "--kind", "plan")):
        done = await orch("derive", f"specs/001-login/{arguments[0]}", *arguments[1:], "--write", "--json")
        assert done.code == 2
        assert done.json()["error"]["code"] == "invalid_request"
    assert (feature / "plan.md").read_text() == "mine"
    assert (feature / "tasks.md").read_text() == "mine, too"
    assert provider.requests == []


async def test_in_kiro_the_tasks_of_a_design_cite_each_criterion(orch, homes, provider, workspace):
    homes.use(provider.url)
    folder = workspace / ".kiro" / "specs" / "login"
    folder.mkdir(parents=True)
    (folder / "requirements.md").write_text(KIRO)
    provider.script(answered(DESIGN), answered("## Tasks\n\n" + KIRO_TASKS))

    made = await orch("derive", ".kiro/specs/login/requirements.md", "--write")

    assert made.code == 0, made.err
    again = await orch("derive", ".kiro/specs/login/design.md", "--write")
    prompt = prompt_of(await provider.request(1))
    assert again.code == 0, again.err
    assert "1, 1.1, 1.2" in prompt
    checked = await orch("check", ".kiro/specs", "--json")
    assert [one for one in checked.json()["findings"] if one["severity"] in {"error", "warning"}] == []


async def test_in_openspec_a_delta_for_each_capability_comes_first_and_then_the_tasks(orch, homes, provider, workspace):
    homes.use(provider.url)
    folder = workspace / "openspec" / "changes" / "limits"
    folder.mkdir(parents=True)
    (folder / "proposal.md").write_text(PROPOSAL)
    provider.script(
        answered(DELTA.format("Limit requests")),
        answered(DELTA.format("Limit sign-ins")),
        answered("## Tasks\n\n" + OPEN_TASKS),
    )

    made = await orch("derive", "openspec/changes/limits/proposal.md", "--write")

    prompts = [prompt_of(await provider.request(number)) for number in (0, 1)]
    assert [places_of(prompt) for prompt in prompts] == [["ADDED Requirements"]] * 2
    assert all("happened twice in March" in prompt for prompt in prompts)
    assert made.code == 0, made.err
    assert "### Requirement: Limit requests" in (folder / "specs" / "rate-limit" / "spec.md").read_text()
    assert "### Requirement: Limit sign-ins" in (folder / "specs" / "auth" / "spec.md").read_text()
    tasks = await orch("derive", "openspec/changes/limits/proposal.md", "--write")
    assert "### Requirement: Limit sign-ins" in prompt_of(await provider.request(2))
    assert tasks.code == 0, tasks.err
    checked = await orch("check", "openspec", "--json")
    assert [one for one in checked.json()["findings"] if one["severity"] in {"error", "warning"}] == []
