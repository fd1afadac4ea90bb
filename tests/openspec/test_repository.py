"""OpenSpec's own validator and `orch-lsp check` give the same verdict on each spec and change of a real repository.

`ORCH_OPENSPEC_REPO` names a checkout whose `openspec/` is looked at, such as that of OpenSpec itself; it is copied, and
nothing is written into it. Each difference that is meant is listed with its reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.openspec.program import Program, Verdict

REPOSITORY = os.environ.get("ORCH_OPENSPEC_REPO", "")
Name = tuple[str, str]
"""Type (`spec` or `change`) and name."""

STERNER = {
    "done_without_evidence": "Files that ticked tasks name are in the repository, and not in the copy of its specs.",
    "gwt_incomplete": "A scenario says when, but not what happens then.",
    "overlapping_changes": "Two active changes alter one requirement: the second one that is archived takes it back.",
    "capability_without_delta": "A proposal names a capability, and no delta says what becomes of it.",
    "modified_target_missing": "A delta alters what the spec lacks: `archive` refuses it, and the validator does not.",
    "stale_downstream": "A requirement was changed after the tasks that are made of it.",
    "unread_heading": "It reads like a requirement and is passed over.",
    "scenario_heading_level": "It reads like a scenario and is passed over.",
    "stray_heading_in_delta": "What stands below such a heading is none of the requirement's; archived, it is one.",
    "unbalanced_fence": "All text below a fence that is never closed is code.",
    "purpose_placeholder": "The purpose is still to be written; older versions of the validator pass over it.",
    "open_clarification": "Somebody has asked, and nobody has answered.",
    "escape_clause": "“When possible” takes back what a requirement obliges to; OpenSpec looks for SHALL alone.",
}
"""Rules that refuse more than OpenSpec does, and why."""

KINDER = {
    "Change must have at least one delta": "A change that has only a proposal yet: none of its documents is wrong.",
}
"""Beginnings of what OpenSpec refuses and no rule here does, and why."""


@pytest.fixture(scope="module")
def repository() -> Path:
    if not REPOSITORY:
        pytest.skip("ORCH_OPENSPEC_REPO is not set: no repository with specs of OpenSpec is looked at")
    folder = Path(REPOSITORY)
    assert (folder / "openspec").is_dir(), f"ORCH_OPENSPEC_REPO={REPOSITORY} holds no openspec/"
    return folder


def documents_of(repository: Path) -> dict[str, str]:
    """The documents below `openspec/`, by their paths there."""
    root = repository / "openspec"
    files = [path for path in sorted(root.rglob("*")) if path.suffix in {".md", ".yaml"} and path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes().decode("utf-8", "replace") for path in files}


def refusals(folder: Path) -> dict[Name, set[str]]:
    """Rules by which `orch-lsp check` finds errors and warnings, by spec and change."""
    arguments = ["check", "openspec", "--workspace", ".", "--json"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "orch_lsp", *arguments],
        cwd=folder, capture_output=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    found: defaultdict[Name, set[str]] = defaultdict(set)
    every: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    for finding in every:
        kind, name, *_ = finding["path"].removeprefix("openspec/").split("/")
        if finding["severity"] in {"error", "warning"} and kind in {"specs", "changes"}:
            # A spec may lie deeper, and has the name of all its folders.
            whole = name if kind == "changes" else str(Path(finding["path"]).parent.relative_to("openspec/specs"))
            found[kind.removesuffix("s"), whole].add(finding["rule"])
    return found


def is_kinder(verdict: Verdict) -> bool:
    refused = [issue for issue in verdict.issues if issue.level != "INFO"]
    return all(issue.message.startswith(tuple(KINDER)) for issue in refused)


def test_verdicts_on_a_real_repository(program: Program, repository: Path) -> None:
    project = program.project(documents_of(repository))
    there = project.verdicts()
    here = refusals(project.folder)
    assert there
    unexplained: dict[Name, object] = {}
    for name, verdict in there.items():
        rules = here.get(name, set())
        if verdict.valid and rules - STERNER.keys():
            unexplained[name] = rules
        if not verdict.valid and not rules and not is_kinder(verdict):
            unexplained[name] = verdict.messages()
    assert unexplained == {}
    archived = {name for name in here if name == ("change", "archive")}
    assert here.keys() - there.keys() - archived == set()
