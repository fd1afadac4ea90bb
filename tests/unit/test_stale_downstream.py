"""Requirements that were reworded after what is made of them, as real commits tell it."""

from __future__ import annotations

import asyncio
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from orch_lsp.app.session import build_session
from orch_lsp.document.parse import parse
from orch_lsp.language.index import Index
from orch_lsp.orchestration.specs.review import review
from orch_lsp.orchestration.specs.upstream import read_reviewed, write_reviewed
from orch_lsp.profiles.kiro import sections as kiro
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles

REQUIREMENTS = """\
# Requirements Document

## Introduction

Counting.

## Requirements

### Requirement 1: Count

#### Acceptance Criteria

1. WHEN a call comes THEN the system SHALL answer within 5 seconds
2. WHEN a call fails THEN the system SHALL say why
"""
TASKS = """\
# Implementation Plan

## Tasks

- [ ] 1. Answer
  - _Requirements: 1.1_
- [ ] 2. Say why
  - _Requirements: 1.2_
- [ ] 3. Measure
  - _Requirements: 1.1_
"""


class Spec:
    """A spec of Kiro's in a repository of its own."""

    def __init__(self, root: Path, folder: str = "") -> None:
        self.root = root
        self.folder = root / folder / ".kiro" / "specs" / "counting"
        self.folder.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def commit(self, **files: str) -> None:
        for name, text in files.items():
            self.write(f"{name}.md", text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")

    def stale(self, workspace: Path | None = None) -> list[tuple[str | None, str, str]]:
        """Key, message and document of what is stale."""
        return asyncio.run(self._stale(workspace))

    async def _stale(self, workspace: Path | None) -> list[tuple[str | None, str, str]]:
        session = build_session()
        try:
            files = SpecFiles([self.folder], session, workspace, lambda _: None)
            readings = [found.reading async for found in files.read() if isinstance(found, ReadSpec)]
        finally:
            await session.aclose()
        index = Index.of([reading.indexed for reading in readings], is_whole=True)
        return [
            (one.key, one.message, Path(reading.spec_path).name)
            for reading in readings
            for one in review(replace(reading, around_it=index))
            if one.rule == "stale_downstream"
        ]


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spec:
    root = tmp_path / "My Prüf (1) [x]"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("ORCH_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))
    return Spec(root)


FASTER = REQUIREMENTS.replace("5 seconds", "1 second")
STALE = [("1", "“1.1” was reworded since this was written: look whether “1”, and 1 more still fit.", "tasks.md")]


def test_what_was_reworded_after_its_tasks_is_said_once_on_the_first_of_them(spec: Spec) -> None:
    spec.commit(requirements=REQUIREMENTS, tasks=TASKS)
    assert spec.stale() == []
    spec.write("requirements.md", FASTER)
    assert spec.stale() == STALE
    spec.commit()
    assert spec.stale() == STALE


def test_a_section_that_cites_before_the_tasks_is_named_after_them(spec: Spec) -> None:
    legend = TASKS.replace("## Tasks\n", "## Legend\n\n_Requirements: 1.1_\n\n## Tasks\n")
    spec.commit(requirements=REQUIREMENTS, tasks=legend)
    spec.write("requirements.md", FASTER)
    said = "“1.1” was reworded since this was written: look whether “1”, and 2 more still fit."
    assert spec.stale() == [("1", said, "tasks.md")]


def test_ticking_a_box_rewords_nothing_and_rewording_settles_it(spec: Spec) -> None:
    spec.commit(requirements=REQUIREMENTS, tasks=TASKS)
    spec.commit(requirements=FASTER)
    ticked = TASKS.replace("- [ ] 2.", "- [x] 2.")
    spec.commit(tasks=ticked)
    assert spec.stale() == STALE
    reworded = ticked.replace("Answer", "Answer from the cache")
    spec.write("tasks.md", reworded)
    assert spec.stale() == []
    spec.commit()
    assert spec.stale() == []


def test_blanks_case_and_emphasis_are_no_other_wording(spec: Spec) -> None:
    spec.commit(requirements=REQUIREMENTS, tasks=TASKS)
    spec.commit(requirements=REQUIREMENTS.replace("SHALL", "**SHALL**").replace("\n", "\r\n"))
    assert spec.stale() == []


def test_a_requirement_and_its_tasks_that_change_in_one_commit_fit(spec: Spec) -> None:
    spec.commit(requirements=REQUIREMENTS, tasks=TASKS)
    spec.commit(requirements=FASTER, tasks=TASKS.replace("Answer", "Answer at once"))
    assert spec.stale() == []


def test_a_change_on_a_merged_branch_counts(spec: Spec) -> None:
    spec.commit(requirements=REQUIREMENTS, tasks=TASKS)
    spec.git("checkout", "-q", "-b", "faster")
    spec.commit(requirements=FASTER)
    spec.git("checkout", "-q", "main")
    spec.git("merge", "-q", "--no-ff", "-m", "x", "faster")
    assert spec.stale() == STALE


def test_without_commits_nothing_is_known(spec: Spec) -> None:
    spec.write("requirements.md", FASTER)
    spec.write("tasks.md", TASKS)
    assert spec.stale() == []
    spec.git("add", "-A")
    assert spec.stale() == []


def test_packed_history_and_a_workspace_below_the_top_are_read(tmp_path: Path, spec: Spec) -> None:
    del spec
    root = tmp_path / "mono"
    root.mkdir()
    other = Spec(root, "packages/a")
    other.commit(requirements=REQUIREMENTS, tasks=TASKS)
    other.commit(requirements=FASTER)
    other.git("gc", "-q")
    assert other.stale() == STALE
    assert other.stale(root / "packages" / "a") == STALE


def test_a_wording_that_was_reviewed_is_settled_until_it_changes_again(spec: Spec) -> None:
    spec.commit(requirements=REQUIREMENTS, tasks=TASKS)
    spec.write("requirements.md", FASTER)
    path = ".kiro/specs/counting/requirements.md"
    write_reviewed(spec.root, [(path, "1.1", "0" * 64)])
    assert spec.stale() == STALE
    now = parse(FASTER, kiro.REQUIREMENTS).nodes.by_key["1.1"].sha256
    write_reviewed(spec.root, [(path, "1.1", now)])
    assert read_reviewed(spec.root) == {(path, "1.1", now)}
    assert spec.stale() == []
    spec.write("requirements.md", FASTER.replace("1 second", "2 seconds"))
    assert spec.stale() == STALE


def test_lines_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    (tmp_path / ".orch").mkdir()
    lines = ["{", "[]", '{"path": 1}', '{"path": "a", "key": "b", "sha256": "c", "more": 1}', "[" * 5000, ""]
    (tmp_path / ".orch" / "reviewed.jsonl").write_text("\n".join(lines), "utf-8")
    assert read_reviewed(tmp_path) == {("a", "b", "c")}
    write_reviewed(tmp_path, [("a", "b", "d"), ("a", "e", "f")])
    assert read_reviewed(tmp_path) == {("a", "b", "d"), ("a", "e", "f")}


def test_a_number_that_a_task_has_as_well_means_the_criterion(spec: Spec) -> None:
    tasks = TASKS.replace("- [ ] 2. Say why\n", "- [ ] 2. Say why\n- [ ] 1.2 Word the message\n")
    design = "# Design\n\n## Requirements Traceability\n\n| Requirement | By |\n|---|---|\n| 1.2 | Errors |\n"
    spec.commit(requirements=REQUIREMENTS, tasks=tasks, design=f"{design}\n**Validates: Requirements 1.2**\n")
    spec.commit(tasks=tasks.replace("Word the message", "Word the message, done"))
    assert spec.stale() == []
    spec.commit(requirements=REQUIREMENTS.replace("say why", "say why in one line"))
    assert {name for _, _, name in spec.stale()} == {"tasks.md", "design.md"}
