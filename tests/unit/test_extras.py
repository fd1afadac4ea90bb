"""The command by which an extra gets into the installation that runs."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from orch_lsp.extras import command, how_to_add

EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]


@pytest.mark.parametrize("extra", ["mcp", "acp"])
def test_the_command_is_that_of_whoever_made_the_environment(tmp_path: Path, extra: str):
    home = tmp_path / "orch-lsp"
    home.mkdir()
    (package,) = (re.split(r"[<>=]", one)[0] for one in EXTRAS[extra])
    assert command(extra, home, "/x y/python") == f"'/x y/python' -m pip install \"orch-lsp[{extra}]\""
    (home / "uv-receipt.toml").write_text("")
    assert command(extra, home, "/x/python").startswith(f"uv pip install --python /x/python '{package}<")
    (home / "pipx_metadata.json").write_text("{}")
    assert command(extra, home, "/x/python").startswith(f"pipx inject orch-lsp '{package}<")


def test_here_it_names_this_interpreter():
    assert how_to_add("mcp").startswith(sys.executable)
