"""Servers that a workspace declares, what a consent to one is bound to, and what is made of answers."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from orch_lsp.context.choke import Admitted, pass_text
from orch_lsp.context.item import Exclusion
from orch_lsp.context.mcp.answer import Given
from orch_lsp.context.mcp.bound import bound
from orch_lsp.context.mcp.declared import Declared, declared_servers, fetches
from orch_lsp.context.mcp.fitting import fit
from orch_lsp.context.mcp.launch import LaunchError, of_user, of_workspace
from orch_lsp.settings.load import parse_user
from orch_lsp.settings.mcp_settings import McpServer, McpTool

TERMS = ("rate", "limiter")


@pytest.mark.parametrize(
    "line",
    [
        "npx -y server", "npx --yes server", "npx server", "/usr/bin/npx server", "NPX.CMD server", "uvx server",
        "uv tool run server", "uv run --with server x", "pnpm dlx server", "pnpx server", "yarn dlx server",
        "bunx server", "bun x server", "pipx run server", "npm exec -- server", "npm x server", "npm init server",
        "docker run -i server", "podman run server", "deno run npm:server", "deno run https://example.org/s.ts",
        "go run example.org/server@latest", "pip install server", "python -m pip install server",
    ],
)  # fmt: skip
def test_a_command_line_that_fetches_what_it_runs_is_known(line):
    assert fetches(tuple(line.split()))
    assert fetches(("sh", "-c", f"exec {line}"))
    assert fetches(("env", "A=1", *line.split()))
    assert fetches(("cmd", "/c", line))


@pytest.mark.parametrize(
    "line",
    [
        "npx --no server",
        "npx --no-install server",
        "node server.js",
        "uv run server",
        "npm run server",
        "python -m server",
    ],
)
def test_a_command_line_that_runs_what_is_there_is_not(line):
    assert fetches(tuple(line.split())) == ""


def test_comments_and_last_commas_are_read_as_vs_code_reads_them(tmp_path):
    (tmp_path / ".vscode").mkdir()
    (tmp_path / ".vscode/mcp.json").write_text(
        '{ // mine\n"servers": {\n/* "old": {"command": "x"}, */\n'
        '"notes": {"command": "serve", "args": ["http://a//b", "/* \\" */", ],},\n}} // end'
    )
    (found,), problems = declared_servers(tmp_path)
    assert (found.name, found.command, problems) == ("notes", ("serve", "http://a//b", '/* " */'), ())


@pytest.mark.parametrize("content", ["/*" * 60_000, '"' * 200_000, '"\\' * 100_000, ", " * 100_000, "//" * 100_000])
def test_a_file_of_servers_that_is_none_is_told(tmp_path, content):
    (tmp_path / ".mcp.json").write_text(content)
    assert declared_servers(tmp_path) == ((), (Exclusion(".mcp.json", "declares servers, and is not JSON"),))


def declare(root: Path, **entry: object) -> Declared:
    (root / ".mcp.json").write_text(json.dumps({"mcpServers": {"notes": entry}}))
    (found,), problems = declared_servers(root)
    assert problems == ()
    return found


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"command": 3}, "not texts"),
        ({"command": "x", "args": "y"}, "not texts"),
        ({"command": "x", "args": [1]}, "not texts"),
        ({"command": "x", "args": ["a"] * 1000}, "not texts"),
        ({"command": "x", "env": {"A": 1}}, "not texts"),
        ({"command": "x\0"}, "not texts"),
        ({"command": "x", "args": ["${input:token}"]}, "variables"),
        ({"command": "x", "env": {"TOKEN": "${env:WORK_KEY}"}}, "variables"),
        ({"command": "x", "cwd": "../elsewhere"}, "folder"),
        ({"command": "x", "cwd": "/"}, "folder"),
        ({"command": "npx", "args": ["-y", "x"]}, "fetches"),
        ("text", "not texts"),
    ],
)
def test_a_server_that_cannot_be_as_it_is_declared_is_refused_with_the_reason(tmp_path, entry, reason):
    (tmp_path / ".mcp.json").write_text(json.dumps({"mcpServers": {"notes": entry}}))
    ((found,), _) = declared_servers(tmp_path)
    assert reason in found.refused


@pytest.mark.parametrize(
    "content", ["{", "[]", "null", "[" * 100_000, '{"mcpServers": []}', '{"mcpServers": {"a b\\n": {}}}']
)
def test_a_file_that_declares_nothing_usable_declares_no_server(tmp_path, content):
    (tmp_path / ".mcp.json").write_text(content)
    assert declared_servers(tmp_path)[0] == ()


def test_the_first_file_holds_and_a_link_out_of_the_workspace_is_not_followed(tmp_path):
    root = tmp_path / "root"
    (root / ".vscode").mkdir(parents=True)
    (root / ".mcp.json").write_text('{"mcpServers": {"a": {"command": "first"}}}')
    (root / ".vscode/mcp.json").write_text('{"servers": {"a": {"command": "second"}, "b": {"command": "second"}}}')
    assert [one.command for one in declared_servers(root)[0]] == [("first",), ("second",)]
    (tmp_path / "outside.json").write_text('{"mcpServers": {"a": {"command": "x"}}}')
    (root / ".mcp.json").unlink()
    (root / ".mcp.json").symlink_to(tmp_path / "outside.json")
    found, problems = declared_servers(root)
    assert [one.command for one in found] == [("second",), ("second",)]
    assert [one.path for one in problems] == [".mcp.json"]


NAMED = [
    ("server.py", ["server.py"]),
    ("--config=server.py", ["--config=server.py"]),
    ("in a shell", ["-c", "cd . && ./server.py --now"]),
    ("stuck to an option", ["-rserver.py"]),
    ("a module", ["-m", "server"]),
    ("the root", ["${workspaceFolder}/server.py"]),
    ("roundabout", ["tools/../server.py"]),
    ("quoted", ["-c", "exec(open('server.py').read())"]),
]


@pytest.mark.parametrize(("how", "arguments"), NAMED)
def test_a_file_counts_however_the_command_line_names_it(tmp_path, how, arguments):
    (tmp_path / "tools").mkdir()
    (tmp_path / "server.py").write_text("1")
    server = declare(tmp_path, command="python", args=arguments)
    before = bound(server, tmp_path)
    assert before.files
    (tmp_path / "server.py").write_text("2")
    assert bound(server, tmp_path).fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("command", "arguments", "file"),
    [
        ("./server", [], "server"),
        ("python", ["."], "__main__.py"),
        ("python", ["-m", "package.part"], "package/part.py"),
        ("node", ["dist"], "dist/index.js"),
        ("node", ["dist/server"], "dist/server.js"),
        ("npm", ["run", "server"], "package.json"),
        ("make", ["server"], "Makefile"),
        ("uv", ["run", "server"], "pyproject.toml"),
    ],
)
def test_what_a_program_begins_with_counts(tmp_path, command, arguments, file):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("1")
    server = declare(tmp_path, command=command, args=arguments)
    before = bound(server, tmp_path)
    assert file in before.files
    (tmp_path / file).write_text("2")
    assert bound(server, tmp_path).fingerprint != before.fingerprint


def test_a_file_that_comes_to_be_named_counts_and_another_does_not(tmp_path):
    server = declare(tmp_path, command="python", args=["server.py"])
    before = bound(server, tmp_path).fingerprint
    (tmp_path / "other.py").write_text("1")
    assert bound(server, tmp_path).fingerprint == before
    (tmp_path / "server.py").write_text("1")
    assert bound(server, tmp_path).fingerprint != before


def test_a_file_of_a_variable_counts(tmp_path):
    (tmp_path / "boot.js").write_text("1")
    server = declare(tmp_path, command="node", args=["x"], env={"NODE_OPTIONS": "--require=./boot.js"})
    assert "boot.js" in bound(server, tmp_path).files


def test_a_program_of_the_workspace_is_not_found_by_its_name_alone(tmp_path):
    (tmp_path / "server").write_text("#!/bin/sh\n")
    (tmp_path / "server").chmod(0o755)
    path = os.pathsep.join((".", str(tmp_path)))
    with pytest.raises(LaunchError):
        of_workspace(declare(tmp_path, command="server"), tmp_path, {"PATH": path})
    with pytest.raises(LaunchError):
        of_user(McpServer("notes", ("server",)), tmp_path, {"PATH": path})
    assert of_workspace(declare(tmp_path, command="./server"), tmp_path, {}).command == (str(tmp_path / "server"),)


def test_a_server_gets_no_variable_that_nobody_gave_it(tmp_path):
    environment = {"PATH": os.defpath, "WORK_KEY": "k", "NOTES_TOKEN": "t", "OTHER": "o"}
    server = McpServer(
        "notes", (sys.executable,), env={"A": "b"}, env_from=("NOTES_TOKEN", "MISSING"), folder=str(tmp_path)
    )
    assert of_user(server, tmp_path, environment).env == {"PATH": os.defpath, "NOTES_TOKEN": "t", "A": "b"}


def test_the_settings_of_a_server_are_read_and_what_is_wrong_is_told():
    layer = parse_user(
        '[mcp.notes]\ncommand = "x"\nargs = ["y"]\nresources = ["a://b"]\n'
        'tools = { t = { query = "q" } }\ntimeout = 3\n'
    )
    assert layer.problems == ()
    for wrong in ('args = ["y"]', 'command = ""', "timeout = 0", "max_items = 0", 'address = "https://example.org"'):
        assert parse_user(f"[mcp.notes]\n{wrong}\n").problems, wrong


def test_text_of_any_origin_passes_the_choke_point():
    passed = pass_text("mcp:notes a://b", "one\u200b\ntwo\n")
    assert passed == Admitted("mcp:notes a://b", "one\ntwo\n", 1)
    key = "AKIA" + "Q3ZJ7P5KXW2MNB4T"
    hidden = pass_text("mcp:notes a://b", f"one\nkey {key}\n" + "more\n" * 20)
    assert isinstance(hidden, Admitted)
    assert key not in hidden.text
    assert list(hidden.hidden) == [2]
    full = pass_text("mcp:notes a://b", f"key {key}\n" * 20)
    assert isinstance(full, Exclusion)
    assert full.path == "mcp:notes a://b"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_both_eras_are_spoken_with_a_server_in_this_process(mode):
    pytest.importorskip("mcp", reason="needs the extra mcp")
    from orch_lsp.context.mcp.client import ask_over
    from tests.fakes import mcp_server

    server = McpServer("notes", resources=("notes://limiter",), tools=(McpTool("search", "words"),))
    answered = await ask_over(server, mcp_server.make_server(), TERMS, mode=mode)
    assert answered.failure == ""
    assert [one.origin for one in answered.texts] == ["mcp:notes tool search", "mcp:notes notes://limiter"]
    assert (answered.protocol == "2026-07-28") == (mode == "auto")


def test_a_text_that_does_not_fit_is_sent_by_the_lines_that_say_most():
    text = "".join(f"line {number}\n" for number in range(900)) + "the limiter counts\n" + "more\n" * 900
    fitted = fit([Given("mcp:bad bad://long", text, True)], TERMS, 300)
    (item,) = fitted.items
    assert "the limiter counts" in item.text
    assert item.lines is not None
    assert item.lines[0] <= 901 <= item.lines[1]
    assert fitted.remaining >= 0


def test_a_query_is_of_whole_terms_and_bounded():
    pytest.importorskip("mcp", reason="needs the extra mcp")
    from orch_lsp.context.mcp.client import query_of

    assert query_of(["rate", "limiter"]) == "rate limiter"
    long = query_of(["abcdefghi"] * 100)
    assert len(long) <= 300
    assert long.endswith(" abcdefghi")
    assert query_of([]) == ""
    assert query_of(["x" * 400]) == ""


def test_a_server_is_given_words_as_they_are_written():
    from orch_lsp.context.mcp.source import words_of

    assert words_of("# The `get_retry_request` of größer\n\nクッキーを保存する, and retry.py again: größer") == (
        "get_retry_request", "größer", "クッキーを保存する", "retry.py",
    )  # fmt: skip
