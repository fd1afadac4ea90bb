"""SARIF: its shape, its limits, and fingerprints that outlive a moved line."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator

from orch_lsp.cli.main import cli
from orch_lsp.cli.sarif import MOST_RESULTS, log_of
from orch_lsp.reports.check_report import Place, Report, Reported
from tests.fakes.homes import Homes
from tests.fakes.specs import write_specs

INSTALLED = (
    Path(__file__).parents[2] / ".e2e/sarif/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
)
STANDARD = os.environ.get("ORCH_SARIF_SCHEMA") or (str(INSTALLED) if INSTALLED.is_file() else "")
WHERE = "there is no copy of the standard's schema: npm install --prefix .e2e/sarif @microsoft/jest-sarif@1.0.0-beta.0"


@pytest.fixture
def here(homes: Homes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(workspace)
    return workspace


def sarif(*paths: str) -> dict[str, Any]:
    return json.loads(CliRunner().invoke(cli, ["check", *paths, "--format", "sarif"]).stdout)


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    return log["runs"][0]["results"]


def require_shape(log: dict[str, Any]) -> None:
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "utf16CodeUnits")
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert 0 < len(result["message"]["text"]) <= 1_000
        for where in (*result["locations"], *result.get("relatedLocations", ())):
            region = where["physicalLocation"]["region"]
            start = (region["startLine"], region["startColumn"])
            assert (1, 1) <= start <= (region["endLine"], region["endColumn"])
            uri = where["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.isascii()
            assert not uri.startswith("/")


@pytest.mark.skipif(not STANDARD, reason=WHERE)
def test_a_log_is_valid_by_the_schema_of_the_standard(here: Path):
    write_specs(here)
    (here / "b.spec.md").write_bytes(b"\xff")
    schema = json.loads(Path(STANDARD).read_text("utf-8"))
    for log in (sarif("."), sarif("named.md"), sarif("openspec/specs/auth/spec.md")):
        Draft4Validator(schema).validate(log)


def test_findings_are_results_with_rules_and_regions(here: Path):
    write_specs(here)
    (here / "b c%ü.spec.md").write_bytes(b"\xff")
    log = sarif(".")
    require_shape(log)
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results(log)}
    assert {"search.spec.md", ".kiro/specs/login/tasks.md", "b%20c%25%C3%BC.spec.md"} <= places
    duplicate = next(one for one in results(log) if one["ruleId"] == "duplicate_section")
    assert duplicate["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 5


def test_paths_are_those_of_the_checkout_around_the_workspace(here: Path):
    write_specs(here)
    (here.parent / ".git").mkdir()
    (one, *_) = results(sarif("named.md"))
    assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "project/named.md"


def test_a_fingerprint_does_not_change_when_its_line_moves(here: Path):
    path = here / "a.spec.md"
    text = "# A\n\nB.\n\n## Goal\n\nTODO\n\n## Goal\n\n## Tasks\n\n## Tasks\n"

    def fingerprints() -> dict[str, str]:
        found = results(sarif("a.spec.md"))
        return {json.dumps(one["partialFingerprints"], sort_keys=True): one["ruleId"] for one in found}

    path.write_text(text)
    before, count = fingerprints(), len(results(sarif("a.spec.md")))
    path.write_text(text.replace("B.\n", "B.\n\nMore.\n\nAnd more.\n"))
    assert fingerprints() == before
    assert len(before) == count  # No two have the same.


def test_a_file_that_github_takes_has_a_bounded_number_of_results_and_the_gravest_are_in_it():
    place = Place("specs/" + "long/" * 20 + "a.spec.md")
    many = [Reported("missing_section", "hint", "m" * 2_000, place, f"key-{at}") for at in range(MOST_RESULTS + 5)]
    many.append(Reported("unbalanced_fence", "error", "x", place))
    log, left_out = log_of(Report(tuple(many), 1))
    require_shape(log)
    assert (len(results(log)), left_out) == (MOST_RESULTS, 6)
    assert results(log)[0]["ruleId"] == "unbalanced_fence"
    assert len(gzip.compress(json.dumps(log).encode())) < 10 * 1024 * 1024
