"""Findings that stand in no document: what was reworded since, and what ticked tasks name; with their cures."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess

import pytest

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
REQUIREMENTS = (
    "# Requirements Document\n\n## Introduction\n\nCounting.\n\n## Requirements\n\n### Requirement 1: Count\n\n"
    "#### Acceptance Criteria\n\n1. WHEN a call comes THEN the system SHALL answer within 5 seconds\n"
)
TASKS = "# Implementation Plan\n\n## Tasks\n\n- [ ] 1. Answer\n  - _Requirements: 1.1_\n"


def git(folder, *arguments):
    identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def folder(workspace):
    folder = workspace / "My Prüf (1) [x]" / ".kiro" / "specs" / "counting"
    folder.mkdir(parents=True)
    return folder


@needs_git
async def test_what_was_reworded_is_said_while_typing_and_marked_as_reviewed(start_editor, workspace, folder):
    (folder / "requirements.md").write_text(REQUIREMENTS, "utf-8")
    (folder / "tasks.md").write_text(TASKS, "utf-8")
    await asyncio.to_thread(git, workspace, "init", "-q")
    await asyncio.to_thread(git, workspace, "add", "-A")
    await asyncio.to_thread(git, workspace, "commit", "-q", "-m", "x")
    editor = await start_editor()
    upstream, tasks = editor.open(folder / "requirements.md"), editor.open(folder / "tasks.md")
    editor.type(upstream, REQUIREMENTS.replace("5 seconds", "1 second"))
    found = await editor.diagnostic(tasks, "stale_downstream")
    assert found.message == "“1.1” was reworded since this was written: look whether “1” still fits."
    assert (found.range.start.line, found.range.start.character) == (5, 19)
    actions = await editor.actions(tasks, found)
    answer = await editor.run_action(actions["Orch: This still fits “1.1”"])
    assert answer == {"keys": ["1.1"]}
    noted = json.loads((workspace / ".orch" / "reviewed.jsonl").read_text("utf-8"))
    assert (noted["path"], noted["key"]) == ("My Prüf (1) [x]/.kiro/specs/counting/requirements.md", "1.1")
    await editor.until(lambda: all(one.code != "stale_downstream" for one in editor.client.diagnostics.get(tasks, ())))


async def test_a_ticked_task_without_its_file_is_opened_again_by_a_quick_fix(start_editor, workspace, folder):
    (workspace / "main.py").write_text("COUNT = 0\n", "utf-8")
    editor = await start_editor()
    uri = editor.open(folder / "tasks.md", "# Implementation Plan\n\n## Tasks\n\n- [x] 1. Write `src/counter.py`\n")
    found = await editor.diagnostic(uri, "done_without_evidence")
    actions = await editor.actions(uri, found)
    await editor.run_action(actions["Open the task again"])
    assert editor.text(uri).endswith("- [ ] 1. Write `src/counter.py`\n")


@needs_git
async def test_an_id_that_was_given_up_is_no_free_one_while_typing(start_editor, workspace):
    folder = workspace / "My Prüf (1) [x]" / "specs" / "001-search"
    folder.mkdir(parents=True)
    kept = "# Feature Specification: A\n\n## Requirements\n\n- **FR-001**: It MUST search titles\n"
    await asyncio.to_thread(git, workspace, "init", "-q")
    for text in (f"{kept}- **FR-002**: Results MUST be sorted by date\n", kept):
        (folder / "spec.md").write_text(text, "utf-8")
        await asyncio.to_thread(git, workspace, "add", "-A")
        await asyncio.to_thread(git, workspace, "commit", "-q", "-m", "x")
    editor = await start_editor()
    uri = editor.open(folder / "spec.md")
    editor.type(uri, f"{kept}- **FR-002**: Customers MUST pay invoices with a card\n")
    found = await editor.diagnostic(uri, "retired_id_reused")
    assert (found.range.start.line, found.range.start.character) == (5, 4)
    assert "Results MUST be sorted by date" in found.message


async def test_a_slip_in_a_term_is_cured_by_a_quick_fix(start_editor, folder):
    text = REQUIREMENTS.replace("## Requirements", "## Glossary\n\n- **Call_Center**: People.\n\n## Requirements", 1)
    text = text.replace("the system SHALL", "THE Call_Centre SHALL")
    editor = await start_editor()
    uri = editor.open(folder / "requirements.md", text)
    found = await editor.diagnostic(uri, "undefined_term")
    actions = await editor.actions(uri, found)
    await editor.run_action(actions["Change “Call_Centre” to “Call_Center”"])
    assert "THE Call_Center SHALL answer" in editor.text(uri)
