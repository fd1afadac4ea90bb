"""A short document of each kind that has nodes of its own, with as many of its forms as possible.

In the place of the words `typed here` any words may stand.
"""

from __future__ import annotations

_PLAIN = """# Rate limiter

Limit each client, typed here.

## Goal

TODO

## Acceptance Criteria

- **R-1**: the limit holds, see R-2
- R-2: it comes back, typed here
- nothing else

## Tasks

- [ ] Count requests for R-1
- [x] Answer 429
- [ ]* Say so

## Notes

- [ ] look it up
"""

_KIRO_REQUIREMENTS = """# Requirements Document

## Introduction

People sign in, typed here.

## Glossary

- **Shop**: where people buy

## Requirements

### Requirement 1: Sign in

**User Story:** As a customer, I want in, typed here.

#### Acceptance Criteria

1. WHEN a name is known, THE Shop SHALL ask for the password, typed here
2. IF the password is wrong, THEN THE Shop SHALL refuse it as in Requirement 2

### Requirement 2: Sign out

1. WHEN asked, THE Shop SHALL end the session, typed here
3. THE Shop SHALL forget
- THE Shop SHALL shut

### Requirement 2: Again

2.4 WHEN idle, THE Shop SHALL end it

1. WHEN late, THE Shop SHALL end it

### Derived Requirement 3: Quick

- **NFR-1**: quick, see 1.1
"""

_KIRO_FLAT = """# Requirements Document

## Requirements

1. Sign in, typed here
   1. WHEN a, THE Shop SHALL b
   2. WHEN c, THE Shop SHALL d

### More

1. Sign out
   1. WHEN e, THE Shop SHALL f
"""

_KIRO_BUGFIX = """# Bugfix Requirements Document

## Introduction

It breaks, typed here.

## Bug Analysis

### Current Behavior

1.1 WHEN a is null THEN the system crashes, typed here

1.2 WHEN b THEN it hangs

### Expected Behavior

- 2.1 WHEN a is null THEN the system SHALL say so
"""

_KIRO_DESIGN = """# Design Document

## Overview

It is simple, typed here, for Requirement 1.1.

## Components and Interfaces

| Component | Requirements |
| --- | --- |
| Door | 1.1, 2.1 |

## Correctness Properties

Property 1: names are known

*For any* name, typed here.

**Validates: Requirements 1.1, 1.2-1.4**

### Property 2: doors

**Property 3: walls**

**Validates: Requirements 2.1**

## Testing Strategy

Test Property 1, typed here.
"""

_KIRO_TASKS = """# Implementation Plan: Door

## Overview

Build it, typed here.

## Tasks

- [ ] 1. Make the door
  - [x] 1.1 Saw the wood, typed here
    - _Requirements: 1.1, 2.3_
  - [ ]* 1.2 Paint
    - _Depends: 1.1_
- [-] 2. Hang it
  - **Property 1: shut**
  - **Validates: Requirements 1.2**

### 3. Later

- [ ] 3.1 Oil it
- [ ] no number

## Notes

- [ ] careful
"""

_SPEC_KIT = """# Feature Specification: Login

**Input**: "people sign in"

## User Scenarios & Testing *(mandatory)*

### User Story 1 - Sign in (Priority: P1)

People sign in, typed here.

**Acceptance Scenarios**:

1. **Given** a name, **When** asked, **Then** in, typed here
2. **Given** none, **When** asked, **Then** out per FR-001

#### More of it

3. **Given** b, **When** c, **Then** d

### User Story 2 - Sign out (Priority: P2)

1. **Given** in, **When** out, **Then** out, see User Story 1

### Edge Cases

- What happens? [NEEDS CLARIFICATION: when?]

## Clarifications

### Session 2026-01-01

- Q: How long? → A: a day

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: System MUST ask, typed here
- **FR-002**: System MUST answer (see FR-001 to FR-003)
- **FR-X-003** (new): System MUST know

### Key Entities *(include if data)*

- **Name**: known to SC-001

## Success Criteria *(mandatory)*

- **SC-001**: quick, typed here

| ID | What |
| --- | --- |
| SC-002 | slow |
"""

_SPEC_KIT_TASKS = """# Tasks: Login

**Input**: typed here

## Phase 1: Setup

- [ ] T001 Make it, typed here
- [x] T002 [P] [US1] Do FR-001 after T001

## Phase 2: User Story 1

- [ ] T003 [US1] T001-T003 in src/a.py, typed here
- [ ] nothing
"""

_SPEC_KIT_PLAN = """# Plan

Typed, typed here, for FR-001. Constitution II holds.

## More

[NEEDS CLARIFICATION]
"""

_SPEC_KIT_CONSTITUTION = """# Constitution

## Core Principles

### I. Library first

Typed, typed here.

### II. Tests

See Principle I.
"""

_OPENSPEC = """# limiter Specification

## Purpose

Limits each client so that none takes the service down, typed here.

## Requirements

### Requirement: Limit

The limiter SHALL limit, typed here.

#### Scenario: Too many

- **WHEN** there are too many, typed here
- **THEN** it refuses

#### Later

- **WHEN** later

### Requirement: Tell

It tells.

### Group

#### Requirement: Deep

It SHALL be deep.
"""

_OPENSPEC_DELTA = """## ADDED Requirements

### Requirement: New

The limiter SHALL be new, typed here.

#### Scenario: New one

- **WHEN** new, typed here

## MODIFIED Requirements

### Requirement: Limit

The limiter SHALL limit.

#### Scenario: Too many

- **WHEN** many

### Requirement: Renamed

It SHALL be so.

## REMOVED Requirements

### Requirement: Old

**Reason**: typed here

- ### Requirement: Older

## RENAMED Requirements

- FROM: `### Requirement: Was`
- TO: `### Requirement: Renamed`
- FROM: `### Requirement: Lost`
"""

_OPENSPEC_TASKS = """# Tasks

## 1. Setup, typed

- [ ] 1.1 Make it, typed here
- [x] 1.2 Do it

## 2. More

- [ ] 2.1 More, typed here
- [ ] 1.3 Wrong
"""

_OPENSPEC_PROPOSAL = """# Change: Limits

## Why

Typed, typed here.

## What Changes

- new

### New Capabilities

- `limits`: new, typed here

### Modified Capabilities

- `auth/login`: other
"""

_OPENSPEC_DESIGN = """# Design

## Context

Typed, typed here.

## Open Questions

- Who pays?
- [ ] boxed

## Risks

- none
"""

_GSD = """---
phase: 1
requirements: [AUTH-01]
---

# Requirements: Login

Typed, typed here.

## v1 Requirements

### Auth

- [ ] **AUTH-01**: in, typed here
- [x] **AUTH-02**: out, see AUTH-01
- [ ] boxed

## Traceability

| Requirement | Phase |
| --- | --- |
| AUTH-01 | Phase 2 |
"""

_GSD_ROADMAP = """# Roadmap: Login

## Overview

Typed, typed here, in Phases 1-3.

## Phase Details

### Phase 1: In

**Requirements**: AUTH-01, AUTH-02

1. People are in, typed here
2. People stay

Plans:

- [ ] 01-01: make

### Phase 2: Out

1. Out after 01-01
"""

_GSD_PLAN = """---
phase: 01-login
plan: 01
depends_on: [02]
requirements: [AUTH-01]
must_haves:
  truths:
    - it holds
---

<objective>
People sign in.
</objective>

<tasks>
<task type="auto"><name>Task 1: Make</name> for AUTH-02</task>
</tasks>

## Notes

Typed, after 01-02.
"""

DOCUMENTS = {
    "plain": _PLAIN,
    "kiro": _KIRO_REQUIREMENTS,
    "kiro/requirements-elsewhere": _KIRO_FLAT,
    "kiro/bugfix": _KIRO_BUGFIX,
    "kiro/design": _KIRO_DESIGN,
    "kiro/tasks": _KIRO_TASKS,
    "spec-kit": _SPEC_KIT,
    "spec-kit/tasks": _SPEC_KIT_TASKS,
    "spec-kit/plan": _SPEC_KIT_PLAN,
    "spec-kit/constitution": _SPEC_KIT_CONSTITUTION,
    "openspec": _OPENSPEC,
    "openspec/delta": _OPENSPEC_DELTA,
    "openspec/tasks": _OPENSPEC_TASKS,
    "openspec/proposal": _OPENSPEC_PROPOSAL,
    "openspec/design": _OPENSPEC_DESIGN,
    "gsd": _GSD,
    "gsd/roadmap": _GSD_ROADMAP,
    "gsd/plan": _GSD_PLAN,
}
"""By the name of the profile."""
