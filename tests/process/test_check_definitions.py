"""The definitions of a hook and of an action that others take from this repository."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = "# A\n\nB.\n\n## Goal\n\nTODO\n"


async def test_the_hook_runs_a_command_that_takes_files(orch, workspace):
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, *arguments = shlex.split(hook["entry"])
    (workspace / "a.spec.md").write_text(TEXT)
    (workspace / ".orch" / "config.toml").write_text('[lint]\nplaceholder_section = "error"\n')
    done = await orch(*arguments, "a.spec.md")
    assert (program, hook["language"], done.code) == ("orch-lsp", "python", 1)
    assert "error[placeholder_section]" in done.out


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="there is no bash")
async def test_the_action_checks_its_paths_and_takes_none_of_them_for_an_option_or_a_command(homes, workspace):
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    *_, step = action["runs"]["steps"]
    assert step["env"] == {"PATHS": "${{ inputs.paths }}"}
    assert "${{" not in step["run"]
    program = workspace.parent / "orch-lsp" / "bin" / "orch-lsp"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m orch_lsp "$@"\n')
    program.chmod(0o755)
    for name in ("a b.spec.md", "--fix", "$(touch made).spec.md"):
        (workspace / name).write_text(TEXT)
    process = await asyncio.create_subprocess_exec(
        "bash", "-e", "-c", step["run"], cwd=workspace, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=homes.process_environment(
            RUNNER_TEMP=str(workspace.parent), PATHS="a b.spec.md\n\n--fix\n$(touch made).spec.md\n"
        ),
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert b"::notice file=a b.spec.md,line=" in out
    assert b"$(touch made).spec.md" in out
    assert not (workspace / "made").exists()
    assert (workspace / "a b.spec.md").read_text() == TEXT
