"""The door for context sources."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from orch_lsp.context.filesystem import FilesystemSource
from orch_lsp.context.registry import BUILT_IN, GROUP, create_source
from orch_lsp.errors import ContextError
from orch_lsp.plugins import Plugins

ROOT = Path(__file__).resolve().parents[2]


def test_what_ships_is_declared_as_a_package_of_others_would_declare_it():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]
    assert declared == BUILT_IN
    assert isinstance(create_source(), FilesystemSource)


@pytest.mark.parametrize("error", ["SystemExit", "KeyboardInterrupt", "RecursionError"])
@pytest.mark.parametrize("where", ["", "def create():\n    "])
def test_a_source_that_raises_anything_is_lost_alone(tmp_path, monkeypatch, error, where):
    module = f"source_that_raises_{error.lower()}_{len(where)}"
    (tmp_path / f"{module}.py").write_text(f"{where}raise {error}\n", "utf-8")
    info = tmp_path / "team_source-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: team-source\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nteam = {module}:create\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins = Plugins(GROUP, BUILT_IN)
    with pytest.raises(ContextError, match=error):
        create_source("team", plugins)
    assert isinstance(create_source("filesystem", plugins), FilesystemSource)


def test_a_source_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ContextError, match="filesystem"):
        create_source("no-such-source", Plugins(GROUP, BUILT_IN))
