"""Servers of the Model Context Protocol that none of us wrote, asked through the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="needs the extra mcp")

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Tasks\n\nTODO\n"


@pytest.fixture
def shown(orch, homes, workspace):
    """A preview with a table of a server in the user config."""
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / "notes.txt").write_text("The limiter counts requests.\n")

    async def run(program: Path, more: str):
        command = json.dumps(str(program))
        homes.use("http://127.0.0.1:9/v1", more=f"[mcp.real]\ncommand = {command}\ntimeout = 60\n{more}\n")
        done = await orch("context", "a.spec.md", "--json")
        assert done.code == 0, done.err
        found = done.json()
        given = [item["path"] for item in found["items"] if item["reason"] == "mcp"]
        return given, {one["path"]: one["reason"] for one in found["left_out"]}, found["request"]["body"]

    return run


async def test_the_filesystem_server_reads_in_its_folder_and_nowhere_else(shown, mcp_programs):
    more = (
        'args = ["${workspaceFolder}"]\n'
        'tools = { read_text_file = { arguments = { path = "${workspaceFolder}/notes.txt" } } }'
    )
    program = mcp_programs / "mcp-server-filesystem"
    given, _, body = await shown(program, more)
    assert given == ["mcp:real tool read_text_file"]
    assert "The limiter counts requests." in body
    given, left_out, _ = await shown(program, more.replace("${workspaceFolder}/notes.txt", "/etc/hosts"))
    assert given == []
    assert left_out["mcp:real tool read_text_file"].startswith("the tool failed: Access denied")


async def test_a_server_without_resources_gives_none(shown, mcp_programs):
    given, left_out, _ = await shown(mcp_programs / "mcp-server-filesystem", 'args = ["${workspaceFolder}"]')
    assert given == []
    assert left_out["mcp:real"].startswith("it lists no resources")


async def test_the_server_of_everything_gives_resources_templates_and_tools(shown, mcp_programs):
    more = (
        'resources = ["demo://resource/dynamic/text/{resourceId}", "demo://resource/static/*"]\n'
        'values = { resourceId = "1" }\n'
        'tools = { echo = { query = "message" }, get-env = {} }'
    )
    given, _, body = await shown(mcp_programs / "mcp-server-everything", more)
    assert given[:3] == ["mcp:real tool echo", "mcp:real tool get-env", "mcp:real demo://resource/dynamic/text/1"]
    assert "Echo: Rate limiter Limit client 100 requests minute" in body
    assert "WORK_KEY" not in body


async def test_the_server_for_git_tells_what_was_committed_and_of_no_other_repository(
    shown, mcp_server_git, workspace, tmp_path
):
    other = tmp_path / "other"
    other.mkdir()
    for folder, words in ((workspace, "Count requests in the limiter"), (other, "words of another limiter")):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "--allow-empty", "-m", words]):
            subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
    more = (
        'args = ["--repository", "${workspaceFolder}"]\n'
        'tools = { git_log = { arguments = { repo_path = "${workspaceFolder}", max_count = 3 } } }'
    )
    given, left_out, body = await shown(mcp_server_git, more)
    assert given == ["mcp:real tool git_log"], left_out
    assert "Count requests in the limiter" in body
    given, left_out, body = await shown(
        mcp_server_git, more.replace('repo_path = "${workspaceFolder}"', f"repo_path = {json.dumps(str(other))}")
    )
    assert given == []
    assert "words of another limiter" not in body
    assert left_out["mcp:real tool git_log"].startswith("the tool failed")
