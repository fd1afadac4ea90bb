"""Documents of the formats in a wanted length, and workspaces of many specs, in the forms that their tools write."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from harness.documents import spec_of

_PROSE = """
the limiter counts every request of a client per minute so that one client never takes the service down and each answer
says when to come back after a limit was reached while other clients notice nothing of the load at all
"""
_WORDS = _PROSE.split()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its name, where it lies in a workspace, and how one of a length is made."""

    name: str
    path: str
    make: Callable[[int], str]


class _Prose:
    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def words(self, number: int) -> str:
        return " ".join(self._chance.choices(_WORDS, k=number))


def _until(words: int, head: str, parts: Iterator[str], tail: str = "") -> str:
    pieces = [head]
    written = 0
    for part in parts:
        pieces.append(part)
        written += len(part.split())
        if written >= words:
            break
    return "".join((*pieces, tail))


def kiro_requirements(words: int, seed: int = 1) -> str:
    """`requirements.md` of Kiro: requirements with a story and five criteria each."""
    prose = _Prose(seed)

    def parts() -> Iterator[str]:
        for number in count(1):
            criteria = "".join(
                f"{n}. WHEN {prose.words(8)}, THE Limiter SHALL {prose.words(10)}\n" for n in range(1, 6)
            )
            yield (
                f"### Requirement {number}: {prose.words(4)}\n\n**User Story:** As a client, I want {prose.words(8)}, "
                f"so that {prose.words(8)}.\n\n#### Acceptance Criteria\n\n{criteria}\n"
            )

    head = f"# Requirements Document\n\n## Introduction\n\n{prose.words(60)}.\n\n## Requirements\n\n"
    return _until(words, head, parts())


def kiro_tasks(words: int, seed: int = 1) -> str:
    """`tasks.md` of Kiro: numbered boxes with parts, each with the criteria that it covers."""
    prose = _Prose(seed)

    def parts() -> Iterator[str]:
        for number in count(1):
            below = "".join(
                f"  - [ ] {number}.{n} {prose.words(8)}\n    - {prose.words(12)}\n    - {prose.words(12)}\n"
                f"    - _Requirements: {number}.{n}, {number}.{n + 1}_\n"
                for n in range(1, 4)
            )
            yield f"- [ ] {number}. {prose.words(6)}\n{below}"

    return _until(words, "# Implementation Plan: Limiter\n\n## Tasks\n\n", parts())


def kiro_design(words: int, seed: int = 1) -> str:
    """`design.md` of Kiro: components in prose and code, then properties that validate criteria."""
    prose = _Prose(seed)

    def parts() -> Iterator[str]:
        for number in count(1):
            yield (
                f"### Component {number}\n\n{prose.words(80)}.\n\n```python\nclass Part{number}:\n    pass\n```\n\n"
                f"### Property {number}: {prose.words(4)}\n\n*For any* {prose.words(20)}.\n\n"
                f"**Validates: Requirements {number}.1, {number}.2**\n\n"
            )

    head = f"# Design Document\n\n## Overview\n\n{prose.words(60)}.\n\n## Correctness Properties\n\n"
    return _until(words, head, parts())


def spec_kit_spec(words: int, seed: int = 1) -> str:
    """`spec.md` of spec-kit: stories with scenarios, requirements, success criteria."""
    prose = _Prose(seed)

    def stories() -> Iterator[str]:
        for number in count(1):
            scenarios = "".join(
                f"{n}. **Given** {prose.words(6)}, **When** {prose.words(6)}, **Then** {prose.words(6)}\n"
                for n in range(1, 4)
            )
            yield (
                f"### User Story {number} - {prose.words(4)} (Priority: P{number % 3 + 1})\n\n{prose.words(40)}.\n\n"
                f"**Why this priority**: {prose.words(12)}.\n\n**Acceptance Scenarios**:\n\n{scenarios}\n"
            )

    def requirements() -> Iterator[str]:
        for number in count(1):
            yield f"- **FR-{number:03d}**: System MUST {prose.words(14)} (see FR-{max(1, number - 1):03d})\n"

    tail = (
        "## Requirements *(mandatory)*\n\n### Functional Requirements\n\n"
        + _until(words // 3, "", requirements())
        + "\n## Success Criteria *(mandatory)*\n\n### Measurable Outcomes\n\n"
        + "".join(f"- **SC-{n:03d}**: {prose.words(12)}\n" for n in range(1, 20))
    )
    head = "# Feature Specification: Limiter\n\n## User Scenarios & Testing *(mandatory)*\n\n"
    return _until(words - words // 3, head, stories(), tail)


def spec_kit_tasks(words: int, seed: int = 1) -> str:
    """`tasks.md` of spec-kit: phases of numbered tasks that name stories and requirements."""
    prose = _Prose(seed)
    numbers = count(1)

    def parts() -> Iterator[str]:
        for phase in count(1):
            tasks = "".join(
                f"- [ ] T{number:03d} [P] [US{phase}] {prose.words(12)} per FR-{number:03d} in src/limiter/part{n}.py\n"
                for n, number in zip(range(8), numbers, strict=False)
            )
            yield f"## Phase {phase}: User Story {phase} - {prose.words(4)}\n\n**Goal**: {prose.words(12)}\n\n{tasks}\n"

    return _until(words, "# Tasks: Limiter\n\n", parts())


def openspec_spec(words: int, seed: int = 1) -> str:
    """A main spec of OpenSpec: requirements with scenarios."""
    prose = _Prose(seed)
    head = f"# limiter Specification\n\n## Purpose\n\n{prose.words(40)}.\n\n## Requirements\n\n"
    return _until(words, head, _openspec_requirements(prose))


def openspec_delta(words: int, seed: int = 1) -> str:
    """A delta of OpenSpec: requirements that are added, then some that change."""
    prose = _Prose(seed)
    changed = _until(words // 2, "## MODIFIED Requirements\n\n", _openspec_requirements(prose, "Limit"))
    return _until(words - words // 2, "## ADDED Requirements\n\n", _openspec_requirements(prose, "New limit"), changed)


def _openspec_requirements(prose: _Prose, name: str = "Limit") -> Iterator[str]:
    for number in count(1):
        scenarios = "".join(
            f"#### Scenario: {prose.words(4)} {number}.{n}\n\n- **WHEN** {prose.words(8)}\n- **THEN** "
            f"{prose.words(8)}\n\n"
            for n in range(1, 4)
        )
        yield f"### Requirement: {name} {number}\n\nThe limiter SHALL {prose.words(24)}.\n\n{scenarios}"


def gsd_requirements(words: int, seed: int = 1) -> str:
    """`REQUIREMENTS.md` of GSD: boxes with ids by category, and a table of phases."""
    prose = _Prose(seed)

    def parts() -> Iterator[str]:
        for number in count(1):
            boxes = "".join(f"- [ ] **LIM{number}-{n:02d}**: {prose.words(14)}\n" for n in range(1, 9))
            yield f"### Limits {number}\n\n{boxes}\n"

    head = f"# Requirements: Limiter\n\n{prose.words(30)}\n\n## v1 Requirements\n\n"
    return _until(words, head, parts())


KINDS = (
    Kind("plain", "specs/long.spec.md", spec_of),
    Kind("Kiro requirements", ".kiro/specs/limiter/requirements.md", kiro_requirements),
    Kind("Kiro tasks", ".kiro/specs/limiter/tasks.md", kiro_tasks),
    Kind("Kiro design", ".kiro/specs/limiter/design.md", kiro_design),
    Kind("spec-kit spec", "specs/001-limiter/spec.md", spec_kit_spec),
    Kind("spec-kit tasks", "specs/001-limiter/tasks.md", spec_kit_tasks),
    Kind("OpenSpec spec", "openspec/specs/limiter/spec.md", openspec_spec),
    Kind("OpenSpec delta", "openspec/changes/limits/specs/limiter/spec.md", openspec_delta),
    Kind("GSD requirements", ".planning/REQUIREMENTS.md", gsd_requirements),
)
"""One of each kind that is long in practice, one format after the other."""


def many_specs(root: Path, files: int, words: int = 300) -> None:
    """Fill a workspace with specs of all formats, `files` documents in all; those of one spec cite each other."""
    for number in range(files):
        group, kind = divmod(number, len(KINDS))
        path = root / _placed(KINDS[kind].path, group)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(KINDS[kind].make(words), "utf-8")


def _placed(path: str, group: int) -> str:
    if path.startswith(".planning/"):
        return f"apps/limiter-{group}/{path}"
    for name in ("limiter", "long", "changes/limits"):
        path = path.replace(name, f"{name}-{group}")
    return path
