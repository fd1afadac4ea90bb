"""New documents of every format and kind: nothing in them is wrong, and their tools take their names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from orch_lsp.cli.main import cli
from orch_lsp.document.parse import parse
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.orchestration.planning.beginning import begin, choices
from orch_lsp.profiles.openspec.kinds import DELTA, SPEC
from orch_lsp.rules.check import check
from tests.fakes.homes import Homes

CHOICES = [(choice.profile, choice.kind) for choice in choices()]
KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""The names that `openspec` takes."""


@pytest.fixture
def here(homes: Homes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(workspace)
    return workspace


@pytest.mark.parametrize(("profile", "kind"), CHOICES)
def test_a_new_document_has_open_places_and_no_errors(here: Path, profile: str, kind: str) -> None:
    (first, *_) = begin(here, profile, kind, "Über login")
    assert "Über login" in first.read_text("utf-8") or first.name in {"constitution.md", "PROJECT.md", "ROADMAP.md"}
    done = CliRunner().invoke(cli, ["check", ".", "--json"])
    assert done.exit_code == 0
    assert {one["severity"] for one in json.loads(done.stdout)["findings"]} <= {"hint", "information"}


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Über login", "uber-login"),
        ("Straße & Œuvre 2", "strasse-oeuvre-2"),
        ("Ça coûte — Ñandú", "ca-coute-nandu"),
        ("Łódź smørrebrød", "lodz-smorrebrod"),
        ("ｌｏｇｉｎ", "login"),
        ("İstanbul ışık", "istanbul-isik"),
    ],
)
def test_openspec_gets_names_that_its_tool_takes(here: Path, name: str, folder: str) -> None:
    assert KEBAB.fullmatch(folder)
    (_, delta, _) = begin(here, "openspec", None, name)
    assert delta.relative_to(here).as_posix() == f"openspec/changes/{folder}/specs/{folder}/spec.md"


@pytest.mark.parametrize("name", ["登录", "ログイン login", "Вход"])
def test_a_name_that_its_tool_does_not_take_is_refused(here: Path, name: str) -> None:
    with pytest.raises(SpecError) as refused:
        begin(here, "openspec", None, name)
    assert refused.value.code is ErrorCode.INVALID_REQUEST
    assert "Latin letters" in str(refused.value)
    assert not (here / "openspec").exists()
    assert begin(here, "kiro", None, name)


def test_a_document_with_anything_written_is_weighed_as_openspec_does() -> None:
    for text in ("# A\n\n## Purpose\n\n## Requirements\n", "## Purpose\n\n<!-- later -->\n\n## Requirements\n\n"):
        assert {one.severity for one in check(parse(text, SPEC)) if one.rule == "empty_section"} == {"hint"}
    for text in (
        "# A\n\nPeople sign in.\n\n## Purpose\n\n## Requirements\n",
        "# A\n\n## Purpose\n\nPeople sign in with a password that they have chosen before.\n\n## Requirements\n",
        "# A\n\n## Purpose\n\n## Requirements\n\n## Notes\n",
    ):
        assert {one.severity for one in check(parse(text, SPEC)) if one.rule == "empty_section"} == {"error"}
    (only,) = check(parse("# A\n\n## ADDED Requirements\n", DELTA))
    assert (only.rule, only.severity) == ("no_delta", "hint")
    (only,) = check(parse("# A\n\n## ADDED Requirements\n", DELTA), {"no_delta": "error"})
    assert only.severity == "error"
    for text in ("# A\n\nWords.\n\n## ADDED Requirements\n", "# A\n\n## ADDED Requirements\n\nWords.\n"):
        assert {one.severity for one in check(parse(text, DELTA)) if one.rule == "no_delta"} == {"error"}
