"""Requirements that several specs of a workspace say, found by the command line over all that it reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orch_lsp.cli.main import cli
from orch_lsp.document.parse import parse
from orch_lsp.language import alike
from orch_lsp.language.alike import Home, said_in
from orch_lsp.profiles.spec_kit.sections import PROFILES
from tests.fakes.homes import Homes
from tests.unit.rule_pages import examples_of_several

CODE = "near_duplicate_across_specs"
SENTENCE = "The service MUST refuse a search with more than 50 words before it reads the index"

OTHER = "The office SHALL send letters to customers, suppliers and partners within seven days"


@pytest.fixture
def here(homes: Homes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(workspace)
    return workspace


def write(here: Path, documents: dict[str, str]) -> None:
    for path, text in documents.items():
        (here / path).parent.mkdir(parents=True, exist_ok=True)
        (here / path).write_text(text, "utf-8")


def found(*arguments: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(cli, ["check", ".", "--json", "--workspace", ".", *arguments])
    return [one for one in json.loads(done.stdout)["findings"] if one["rule"] == CODE]


def spec(*sentences: str) -> str:
    lines = "".join(f"- **FR-{number:03d}**: {one}\n" for number, one in enumerate(sentences, 1))
    return f"# Feature Specification: A\n\n## Requirements\n\n{lines}"


def change(*sentences: str) -> str:
    scenario = "#### Scenario: S\n- **WHEN** a\n- **THEN** b\n\n"
    return "## MODIFIED Requirements\n\n" + "".join(
        f"### Requirement: R{number}\n{one}.\n\n{scenario}" for number, one in enumerate(sentences)
    )


def test_the_examples_of_the_page_are_what_they_are_said_to_be(here: Path):
    bad, good = examples_of_several(CODE)
    write(here, bad)
    (only,) = found()
    assert (only["path"], only["key"], only["severity"]) == ("specs/002-lists/spec.md", "FR-001", "hint")
    assert only["message"] == "This says what “FR-001” of specs/001-search/spec.md says: keep one of the two."
    (related,) = only["related"]
    assert (related["path"], related["range"]["start"]) == ("specs/001-search/spec.md", {"line": 4, "character": 14})
    write(here, good)
    assert found() == []


def test_a_spec_and_what_belongs_to_it_say_the_same_on_purpose(here: Path):
    write(
        here,
        {
            "specs/001-a/spec.md": spec(SENTENCE, SENTENCE),
            "specs/001-a/research.md": spec(SENTENCE),
            "copies/specs/001-a/spec.md": spec(SENTENCE),
            "openspec/specs/b/spec.md": change(OTHER).replace("MODIFIED ", ""),
            "openspec/changes/c/specs/b/spec.md": change(OTHER),
            "openspec/changes/d/specs/b/spec.md": change(OTHER),
            "openspec/changes/archive/2026-01-01-e/specs/f/spec.md": change(OTHER),
        },
    )
    assert found() == []


def test_only_what_is_asked_for_and_not_off_is_compared(here: Path):
    write(here, {f"specs/00{number}-{name}/spec.md": spec(SENTENCE) for number, name in enumerate("abc", 1)})
    assert [one["path"] for one in found()] == ["specs/002-b/spec.md", "specs/003-c/spec.md"]
    assert len(found("--rule", CODE)) == 2
    assert found("--rule", "duplicate_id") == []
    (here / ".orch").mkdir(exist_ok=True)
    (here / ".orch" / "config.toml").write_text(f'[lint]\n{CODE} = "off"\n')
    assert found() == []
    (here / ".orch" / "config.toml").write_text(f'[lint]\n{CODE} = "warning"\n')
    assert {one["severity"] for one in found()} == {"warning"}


def test_short_statements_are_alike_by_chance():
    document = parse(spec("The list MUST show titles, authors, prices, covers", SENTENCE), PROFILES[0])
    assert [one.key for one in said_in(document, Home("a", "a", {}))] == ["FR-002"]


def test_a_bound_holds_for_all_statements(monkeypatch: pytest.MonkeyPatch):
    document = parse(spec(*[SENTENCE] * 9), PROFILES[0])
    every = [one for name in "ab" for one in said_in(document, Home(f"{name}/spec.md", name, {}))]
    assert len(list(alike.alike(every))) == 9
    monkeypatch.setattr(alike, "MOST_STATEMENTS", 12)
    assert len(list(alike.alike(every))) == 3
