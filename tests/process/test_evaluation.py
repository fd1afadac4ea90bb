"""The evaluation of drafting: its own command, with the briefs whose tree is in the repository."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "drafting"
BRIEF = "lending-reservierung"


def evaluate(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, folder / "evaluate.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The benchmark elsewhere, where its briefs may change."""
    return Path(shutil.copytree(BENCHMARK, tmp_path / "drafting", ignore=shutil.ignore_patterns("__pycache__")))


def test_a_brief_goes_through_every_arm_and_nothing_outside_of_its_open_places_changes(tmp_path: Path):
    """Loosely, so that other words in a prompt are no failure here: `status` tells of those."""
    found = tmp_path / "measured.json"
    done = evaluate(BENCHMARK, "run", BRIEF, "--check", "--loose", "--json", found)
    assert done.returncode == 0, done.stderr
    arms = json.loads(found.read_text())[BRIEF]
    assert [*arms] == ["before", "one call", "one call and repair", "workflow without repair", "workflow"]
    assert {one["outside"] for one in arms.values()} == {0}
    assert all(0.8 <= one["facts"] <= 1 for one in arms.values())
    assert [one["calls"] for one in arms.values()] == [1, 1, 1, 3, 3]
    assert arms["workflow"]["fresh"] < arms["workflow"]["tokens_in"]


def test_a_request_that_nobody_answered_is_named_and_refused(copied: Path):
    document = next((copied / "briefs" / BRIEF / "files").rglob("changes/**/spec.md"))
    document.write_text(document.read_text().replace("7 Tage", "8 Tage"))
    strict = evaluate(copied, "run", BRIEF, "--check")
    assert strict.returncode == 1
    assert (
        "before asks for before: ADDED Requirements, MODIFIED Requirements, which nobody has answered" in strict.stderr
    )
    assert strict.stderr.endswith("no brief was measured\n")
