"""Answers about a spec from the files that can concern it alone: they are those of the whole index."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from orch_lsp.app.session import build_session
from orch_lsp.language.index import Index
from orch_lsp.language.occurrences import meant_at, occurrences, scopes_at
from orch_lsp.orchestration.index.concerned import Concerned
from orch_lsp.orchestration.index.spec_files import Limits
from orch_lsp.orchestration.index.spec_index import SpecIndex
from orch_lsp.orchestration.running.session import Session
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from tests.fakes.homes import Homes

SECONDS = 300.0
CRITERIA = """# Requirements Document

## Requirements

### Requirement 1: Sign in

#### Acceptance Criteria

1. WHEN a name is known, THE Shop SHALL ask
2. WHEN a password is wrong, THE Shop SHALL refuse
"""
FEATURE = """# Feature Specification: Shop

## Requirements *(mandatory)*

- **FR-001**: System MUST ask
- **FR-002**: System MUST refuse as FR-001 says
"""
CAPABILITY = """# sign-in Specification

## Purpose

People sign in.

## Requirements

### Requirement: Ask

The system SHALL ask.

#### Scenario: Known

- **WHEN** a name is known
- **THEN** it asks
"""
DELTA = CAPABILITY.partition("## Requirements")[2].replace("ask.", "ask twice.")
FILES: Mapping[str, str] = {
    ".kiro/specs/My Prüf (1) [x]/requirements.md": CRITERIA,
    ".kiro/specs/My Prüf (1) [x]/tasks.md": "# Implementation Plan\n\n- [ ] 1. Ask\n  - _Requirements: 1.1, 1.2_\n",
    ".kiro/specs/other/requirements.md": CRITERIA,
    ".kiro/specs/other/tasks.md": "# Implementation Plan\n\n- [ ] 1. Ask\n  - _Requirements: 1.1_\n",
    ".kiro/specs/other/design.md": "---\nprofile: plain\n---\n# D\n\n## Goal\n\nAC-1, 1.1 and AC-1\n\n- [ ] AC-1: x\n",
    "specs/001-shop/spec.md": FEATURE,
    "specs/001-shop/plan.md": "# Implementation Plan: Shop\n\n## Constitution Check\n\nPrinciple I and FR-002.\n",
    "specs/001-shop/tasks.md": "# Tasks: Shop\n\n## Phase 1\n\n- [ ] T001 Do FR-001\n- [ ] T002 After T001\n",
    "specs/002-till/spec.md": FEATURE,
    "specs/002-till/tasks.md": "# Tasks: Till\n\n## Phase 1\n\n- [ ] T001 Do FR-001 to FR-002\n",
    ".specify/memory/constitution.md": "# Shop Constitution\n\n## Core Principles\n\n### I. Ask\n\nWe MUST ask.\n",
    "openspec/specs/sign-in/spec.md": CAPABILITY,
    "openspec/specs/pay/spec.md": CAPABILITY.replace("sign-in", "pay"),
    "openspec/changes/twice/proposal.md": "## Why\n\nx\n\n## What Changes\n\n- y\n\n## Capabilities\n\n"
    "### Modified Capabilities\n\n- `sign-in`: asks twice\n",
    "openspec/changes/twice/specs/sign-in/spec.md": f"## MODIFIED Requirements{DELTA}",
    "openspec/changes/archive/2026-01-01-once/specs/sign-in/spec.md": f"## ADDED Requirements{DELTA}",
    ".planning/REQUIREMENTS.md": "# Requirements\n\n## v1 Requirements\n\n- [ ] **AUTH-01**: User can sign in\n",
    ".planning/ROADMAP.md": "# Roadmap\n\n### Phase 1: Sign in\n\n**Requirements**: AUTH-01\n",
    "notes/shop.spec.md": "# Shop\n\nB.\n\n## Acceptance Criteria\n\n- AC-1: asks\n\n## Tasks\n\n- [ ] T1: for AC-1\n",
    "notes/till.spec.md": "---\nprofile: kiro\n---\n# Requirements Document\n\n### Requirement 1: x\n",
    "web/specs/login/spec.md": FEATURE,
    "web/specs/login/tasks.md": "# Tasks: Login\n\n- [ ] T001 Do FR-001\n",
    "specs/003-all/part/spec.md": FEATURE,
    "specs/003-all/part/tasks.md": "# Tasks: Part\n\n- [ ] T001 Do FR-002\n",
    "web/.agent/specs/ask/requirements.md": CRITERIA,
    "web/.agent/specs/ask/tasks.md": "# Implementation Plan\n\n- [ ] 1. Ask\n  - _Requirements: 1.2_\n",
    "said/spec.md": FEATURE,
    "said/tasks.md": "# Tasks: Said\n\n- [ ] T001 Do FR-001\n",
    ".orch/config.toml": '[[formats]]\nglob = "said/*.md"\nprofile = "spec-kit"\n',
}


@pytest_asyncio.fixture
async def session(homes: Homes) -> AsyncIterator[Session]:
    session = build_session()
    yield session
    await session.aclose()


@pytest.fixture
def files(workspace: Path) -> Path:
    for name, text in FILES.items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return workspace.resolve()


def answers(index: Index, path: str, offset: int) -> object:
    meant = meant_at(index, path, offset)
    return None if meant is None else (meant, occurrences(index, meant))


async def test_the_files_that_can_concern_a_spec_give_the_answers_of_all_files(session, files):
    index = SpecIndex(files, session, ProjectLayer)
    whole = await index.whole(SECONDS)
    settings = session.read_settings(files, None, editor=ProjectLayer(), command=CommandChoice())
    cited = 0
    sizes: set[int] = set()
    for path, document in whole.documents.items():
        for offset in range(len(document.text) + 1):
            concerned = Concerned(scopes_at(document, offset), settings, files, is_root=True)
            known = Index.of(one for name, one in whole.documents.items() if name == path or concerned.holds(name))
            found = answers(known, path, offset)
            assert found == answers(whole, path, offset), (path, offset)
            sizes.add(len(known.documents))
            cited += found is not None and len(found[1]) > 1
    assert cited > 100
    assert min(sizes) < 5
    await index.aclose()


async def test_a_spec_is_answered_for_before_all_files_are_read(session, workspace):
    for number in range(600):
        for name in ("spec", "tasks"):
            path = workspace / "specs" / f"{number:03}-a" / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(FILES[f"specs/001-shop/{name}.md"], encoding="utf-8")
    index = SpecIndex(workspace.resolve(), session, ProjectLayer)
    known = await index.concerning({"specs/499-a"}, SECONDS)
    read = index.files_read
    assert known.is_complete
    assert not known.index.is_whole
    assert read < 1_200
    found = known.index.references("specs/499-a/spec.md", "FR-001")
    assert [reference.path for reference in found] == ["specs/499-a/spec.md", "specs/499-a/tasks.md"]
    # Nothing is read twice for it, and the look goes on to its end.
    assert (await index.whole(SECONDS)).is_whole
    assert index.files_read == 1_200
    assert (await index.concerning({"specs/003-a"}, SECONDS)).index is index.index
    await index.aclose()


async def test_a_spec_is_not_answered_for_completely_where_files_were_left_out(session, workspace, files):
    (files / "specs" / "001-shop" / "tasks.md").unlink()
    index = SpecIndex(files, session, ProjectLayer, limits=Limits(documents=3))
    assert not (await index.concerning({"specs/001-shop"}, SECONDS)).is_complete
    await index.aclose()
