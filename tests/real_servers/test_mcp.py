"""Servers of the Model Context Protocol that none of us wrote, asked through the command line."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("mcp", reason="needs the extra mcp")

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Tasks\n\nTODO\n"


@pytest.fixture
def shown(orch, homes, workspace, mcp_programs):
    """A preview with a table of a server in the user config."""
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / "notes.txt").write_text("The limiter counts requests.\n")

    async def run(program: str, more: str):
        command = json.dumps(str(mcp_programs / program))
        homes.use("http://127.0.0.1:9/v1", more=f"[mcp.real]\ncommand = {command}\ntimeout = 60\n{more}\n")
        done = await orch("context", "a.spec.md", "--json")
        assert done.code == 0, done.err
        found = done.json()
        given = [item["path"] for item in found["items"] if item["reason"] == "mcp"]
        return given, {one["path"]: one["reason"] for one in found["left_out"]}, found["request"]["body"]

    return run


async def test_the_filesystem_server_reads_in_its_folder_and_nowhere_else(shown):
    more = (
        'args = ["${workspaceFolder}"]\n'
        'tools = { read_text_file = { arguments = { path = "${workspaceFolder}/notes.txt" } } }'
    )
    given, _, body = await shown("mcp-server-filesystem", more)
    assert given == ["mcp:real tool read_text_file"]
    assert "The limiter counts requests." in body
    given, left_out, _ = await shown(
        "mcp-server-filesystem", more.replace("${workspaceFolder}/notes.txt", "/etc/hosts")
    )
    assert given == []
    assert left_out["mcp:real tool read_text_file"].startswith("the tool failed: Access denied")


async def test_a_server_without_resources_gives_none(shown):
    given, left_out, _ = await shown("mcp-server-filesystem", 'args = ["${workspaceFolder}"]')
    assert given == []
    assert left_out["mcp:real"].startswith("it lists no resources")


async def test_the_server_of_everything_gives_resources_templates_and_tools(shown):
    more = (
        'resources = ["demo://resource/dynamic/text/{resourceId}", "demo://resource/static/*"]\n'
        'values = { resourceId = "1" }\n'
        'tools = { echo = { query = "message" }, get-env = {} }'
    )
    given, _, body = await shown("mcp-server-everything", more)
    assert given[:3] == ["mcp:real tool echo", "mcp:real tool get-env", "mcp:real demo://resource/dynamic/text/1"]
    assert "Echo: rate limiter limit client 100 request minute" in body
    assert "WORK_KEY" not in body
