"""`orch-lsp trace` in this process."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from orch_lsp.cli.main import cli
from tests.fakes.homes import Homes
from tests.fakes.specs import write_specs

SCHEMA = json.loads(files("orch_lsp.cli").joinpath("trace.schema.json").read_text("utf-8"))
SPEC, TASKS = "specs/001-export/spec.md", "specs/001-export/tasks.md"


@pytest.fixture
def here(homes: Homes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(workspace)
    write_specs(workspace)
    return workspace


def trace(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["trace", *arguments])


def traced(*arguments: str) -> dict:
    value = json.loads(trace("--json", *arguments).stdout)
    Draft202012Validator(SCHEMA).validate(value)
    return value


def edges(value: dict) -> set[tuple]:
    return {
        (*one["from"].values(), one["kind"], *(one["to"] or {"path": None, "key": None}).values(), one["text"])
        for one in value["edges"]
    }


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_documents_of_each_format_are_traced_across_their_files(here: Path):
    value = traced(".")
    assert {one["profile"] for one in value["documents"]} == {"gsd", "kiro", "openspec", "plain", "spec-kit"}
    login = ".kiro/specs/login"
    assert {
        (TASKS, "T001", "covers", SPEC, "FR-001", "FR-001"),
        (f"{login}/tasks.md", "2", "covers", f"{login}/requirements.md", "1.1", "1.1"),
        (f"{login}/tasks.md", "2", "covers", None, None, "9.9"),
        (
            "openspec/changes/add-x/specs/auth/spec.md", "Requirement: Sign in", "modifies",
            "openspec/specs/auth/spec.md", "Requirement: Sign in", "Sign in",
        ),
        (".planning/ROADMAP.md", "Phase 1", "covers", ".planning/REQUIREMENTS.md", "AUTH-01", "AUTH-01"),
    } <= edges(value)  # fmt: skip
    for edge in value["edges"]:
        start, end = edge["range"]["start"], edge["range"]["end"]
        line = (here / edge["from"]["path"]).read_text("utf-8").splitlines()[start["line"]].encode("utf-16-le")
        assert line[2 * start["character"] : 2 * end["character"]].decode("utf-16-le") == edge["text"]


def test_nodes_have_states_and_hashes_that_do_not_change_with_a_tick(here: Path):
    def task(key: str) -> dict:
        return next(one for one in traced("specs")["nodes"] if (one["path"], one["key"]) == (TASKS, key))

    before = task("T001")
    assert (before["kind"], before["state"], task("T002")["state"]) == ("task", "open", "done")
    (here / TASKS).write_text((here / TASKS).read_text("utf-8").replace("- [ ] T001", "- [x] T001"), "utf-8")
    assert (task("T001")["state"], task("T001")["sha256"]) == ("done", before["sha256"])


def test_what_was_not_read_is_not_known(here: Path):
    assert (TASKS, "T001", "covers", None, None, "FR-001") in edges(traced(TASKS))


def test_a_spec_as_a_whole_is_named_by_its_document(here: Path):
    proposal = here / "openspec" / "changes" / "add-x" / "proposal.md"
    proposal.write_text(
        "# Change: X\n\n## Why\n\nSo.\n\n## What Changes\n\n- Sign in\n\n## Capabilities\n\n"
        "### Modified Capabilities\n\n- `auth`: sign in\n",
        "utf-8",
    )
    found = [one["to"] for one in traced("openspec")["edges"] if one["from"]["path"].endswith("proposal.md")]
    assert found
    assert all(to is not None and to["key"] is None for to in found)


def test_two_workspaces_are_told_apart(here: Path):
    for name in ("a", "b"):
        (here / name / ".orch").mkdir(parents=True)
        write_specs(here / name)
    found = edges(traced("a/specs", "b/specs"))
    for name in ("a", "b"):
        assert (f"{name}/{TASKS}", "T001", "covers", f"{name}/{SPEC}", "FR-001", "FR-001") in found


def test_people_see_who_cites_and_what_names_nothing(here: Path):
    shown = trace(".kiro").stdout
    assert "  1.1 WHEN a person signs in" in shown
    assert "    covers ← .kiro/specs/login/tasks.md:5:20 2\n" in shown
    assert shown.endswith("names nothing:\n  .kiro/specs/login/tasks.md:5:25 2: 9.9 (covers)\n")


def test_what_names_nothing_is_told_once_a_document_and_ids_of_no_kind_that_is_declared_only_counted(here: Path):
    folder = here / "product" / ".planning"
    folder.mkdir(parents=True)
    ids = "".join(f"**CORE-0{number}: Words.** Words with SHA-256, see CORE-0{number}.\n\n" for number in range(1, 6))
    (folder / "PRD.md").write_text(f"# PRD\n\n{ids}")
    shown = trace("product").stdout
    assert shown.endswith("of kinds that nothing here declares: CORE-01, SHA-256, CORE-02 and 3 more\n")
    assert "names nothing:" not in shown
    (folder / "REQUIREMENTS.md").write_text("# Requirements\n\n## v1 Requirements\n\n- [ ] **CORE-01**: a\n")
    lines = trace("product").stdout.splitlines()
    at = lines.index("names nothing:")
    assert lines[at + 1] == "  product/.planning/PRD.md:5:3 prd: CORE-02 (cites, and in 1 more place)"
    assert lines[at + 1 :][-1] == "of kinds that nothing here declares: SHA-256"
    assert len([edge for edge in traced("product")["edges"] if edge["to"] is None]) == 13


def test_a_table_has_a_row_for_each_citation_and_no_formula(here: Path):
    (here / "=1+1").mkdir()
    (here / "=1+1" / "a.spec.md").write_text(
        "# A\n\nB.\n\n## Acceptance Criteria\n\n- AC-1: x\n\n## Tasks\n\n- [ ] do AC-1\n"
    )
    rows = list(csv.DictReader(io.StringIO(trace(".", "--format", "csv").stdout)))
    assert len(rows) == len(traced(".")["edges"])
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert any(row["from_path"] == "'=1+1/a.spec.md" for row in rows)


def test_a_spec_that_is_no_text_is_said_and_the_others_are_traced(here: Path):
    (here / "specs" / "001-export" / "plan.md").write_bytes(b"\xff")
    done = trace("specs", "--json")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: plan.md is not UTF-8 text")
    assert len(json.loads(done.stdout)["documents"]) == 2


@pytest.mark.parametrize("arguments", [[], ["nowhere"], [".", "--format", "pdf"], [".", "--json", "--format", "csv"]])
def test_wrong_arguments_end_with_2(here: Path, arguments: list[str]):
    assert trace(*arguments).exit_code == 2


def test_the_page_asks_for_no_other_file_and_lets_in_no_script_but_its_own(here):
    spec = here / SPEC
    hostile = '- **FR-900**: System MUST <script>alert(1)</script> & "x" <img src=x onerror=alert(1)>\n'
    spec.write_text(spec.read_text("utf-8") + hostile, "utf-8")
    done = trace("--format", "html", "specs")
    assert done.exit_code == 0
    page = done.stdout
    assert page.startswith("<!DOCTYPE html>")
    assert "FR-900" in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("<script") == 1
    assert not re.search(r"<(?:link|img|iframe|object|base)\b|(?:src|href)=\"(?!#)", page)
    policy = re.search(r'content="(default-src[^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    for tag in ("style", "script"):
        text = page.partition(f"<{tag} ")[2].partition(">")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]


def test_each_thing_that_is_asked_for_has_a_row_with_its_state(here):
    page = trace("--format", "html", "specs").stdout
    asked = {node["key"] for node in traced("specs")["nodes"] if node["kind"] == "requirement"}
    assert asked
    for key in asked:
        assert re.search(rf'<tr id="[^"]*/{re.escape(key)}" data-is="(?:uncovered|planned|begun|done)', page), key


def test_a_requirement_that_is_ticked_off_without_its_file_is_marked(here):
    folder = here / "specs" / "009-proof"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text("# Feature Specification: A\n\n- **FR-950**: It MUST a\n- **FR-951**: It MUST b\n")
    (folder / "tasks.md").write_text("# Tasks: A\n\n- [x] T001 Write `src/gone.py` (FR-950)\n- [ ] T002 b (FR-951)\n")
    page = trace("--format", "html", "specs").stdout
    row = re.search(r'<tr id="[^"]*/FR-950" data-is="([^"]*)"', page)
    other = re.search(r'<tr id="[^"]*/FR-951" data-is="([^"]*)"', page)
    assert row is not None
    assert other is not None
    assert "unproven" in row[1].split()
    assert "unproven" not in other[1].split()
