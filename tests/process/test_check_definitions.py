"""The definitions of a hook and of an action that others take from this repository."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
Act = Callable[..., Coroutine[Any, Any, tuple[int, str, str]]]
TEXT = "# A\n\nB.\n\n## Goal\n\nTODO\n"


@pytest.fixture
def act(homes, workspace) -> Act:
    """Run the action's step, with these inputs."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    *_, step = action["runs"]["steps"]
    assert step["env"] == {"PATHS": "${{ inputs.paths }}", "CHANGED_SINCE": "${{ inputs.changed-since }}"}
    assert "${{" not in step["run"]
    program = workspace.parent / "orch-lsp" / "bin" / "orch-lsp"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m orch_lsp "$@"\n')
    program.chmod(0o755)

    async def run(
        paths: str, changed_since: str = action["inputs"]["changed-since"]["default"]
    ) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            "bash", "-e", "-c", step["run"], cwd=workspace,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=homes.process_environment(
                RUNNER_TEMP=str(workspace.parent), PATHS=paths, CHANGED_SINCE=changed_since
            ),
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    return run


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="there is no bash")
async def test_the_action_checks_its_paths_and_takes_none_of_them_for_an_option_or_a_command(act, workspace):
    for name in ("a b.spec.md", "--fix", "$(touch made).spec.md"):
        (workspace / name).write_text(TEXT)
    code, out, err = await act("a b.spec.md\n\n--fix\n$(touch made).spec.md\n")
    assert code == 0, err
    assert "::notice file=a b.spec.md,line=" in out
    assert "$(touch made).spec.md" in out
    assert not (workspace / "made").exists()
    assert (workspace / "a b.spec.md").read_text() == TEXT


@pytest.mark.skipif(sys.platform == "win32" or not all(map(shutil.which, ("bash", "git"))), reason="needs bash and git")
async def test_the_action_tells_of_what_changed_alone_if_it_is_told_since_when(act, workspace):
    name = ("-c", "user.name=n", "-c", "user.email=e")
    (workspace / "old.spec.md").write_text(TEXT)
    for arguments in (["init", "-q"], ["add", "-A"], [*name, "commit", "-qm", "One"]):
        subprocess.run(["git", *arguments], cwd=workspace, check=True, capture_output=True)
    (workspace / "new.spec.md").write_text(TEXT)
    code, out, err = await act(".", "HEAD")
    assert (code, "file=new.spec.md" in out, "file=old.spec.md" in out) == (0, True, False), err
    code, _, err = await act(".", "--fix")
    assert (code, "names no commit" in err) == (2, True)
    assert (workspace / "new.spec.md").read_text() == TEXT
