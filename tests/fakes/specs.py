# ruff: noqa: E501 -- documents, a line each
"""A document of each format with something to say of it, by its path in a workspace."""

from __future__ import annotations

from pathlib import Path

SPECS = {
    "search.spec.md": "# Search 🔎 box\n\nFind pages.\n\n## Goal\n\nTODO\n\n## Goal\n\n```\nnever closed\n",
    "named.md": "---\nprofile: plain\ntemperature: hot\n---\n\n# Named\n\nBrief.\n\n## Tasks\n\n- [ ] TBD\n",
    "unknown.md": "---\nprofile: nobody\n---\n\n# Unknown\n\n## Goal\n",
    ".kiro/specs/login/requirements.md": "# Requirements: 登录\n\n## Introduction\n\nPeople sign in.\n\n"
    "### Requirement 1: Sign in\n\n**User Story:** As a person, I want to sign in.\n\n#### Acceptance Criteria\n\n"
    "1. WHEN a person signs in THE SYSTEM SHALL show the home page\n",
    ".kiro/specs/login/tasks.md": "# Implementation Plan\r\n\r\n- [ ]1. Form 🔐\r\n- [ ] 2. Session\r\n"
    "  - _Requirements: 1.1, 9.9_\r\n",
    ".kiro/specs/login/design.md": "# Design Document\n\n## Overview\n\nA form.\n\n## Correctness Properties\n\n"
    "Property 1: Sessions end\n\n*For any* session it ends.\n",
    "specs/001-export/spec.md": "# Feature Specification: Export\n\n**Status**: Draft\n\n## User Scenarios & Testing *(mandatory)*\n"
    "\n### User Story 1 - Save (Priority: P1)\n\nA person saves.\n\n## Requirements *(mandatory)*\n\n"
    "- **FR-001**: System MUST save.\n- **FR-001**: System MUST save twice.\n",
    "specs/001-export/tasks.md": "# Tasks: Export\n\n## Phase 1: Setup\n\n- [ ] T001 Start per FR-001\n- [x] T002 [P] Stop\n",
    "openspec/specs/auth/spec.md": "# auth Specification\n\n## Purpose\n\nTBD\n\n## Requirements\n\n"
    "### Requirement: Sign in\n\nThe system SHALL let people in.\n\n#### Scenario: Right word\n\n- **WHEN** x\n- **THEN** y\n",
    "openspec/changes/add-x/specs/auth/spec.md": "## MODIFIED Requirements\n\n### Requirement: Sign in\n\nPeople come in.\n",
    "openspec/changes/add-x/tasks.md": "## 1. Work\n\n- [ ] 1.1 Do\n",
    ".planning/REQUIREMENTS.md": "# Requirements: X\n\n## v1 Requirements\n\n### Auth\n\n- [ ] **AUTH-01**: People sign in\n",
    ".planning/ROADMAP.md": "# Roadmap: X\n\n## Phases\n\n- [ ] **Phase 1: Auth** - sign in\n\n## Phase Details\n\n"
    "### Phase 1: Auth\n\n**Requirements**: AUTH-01, AUTH-02\n",
    ".planning/phases/01-auth/01-01-PLAN.md": "---\nphase: 01-auth\nplan: 01\nwave: 1\nrequirements: [AUTH-01]\n---\n\n<objective>\nSign in\n</objective>\n\n```\nnever closed\n",
}


def write_specs(root: Path) -> list[Path]:
    """Write all of them below a folder."""
    for name, text in SPECS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="")
    return [root / name for name in SPECS]
