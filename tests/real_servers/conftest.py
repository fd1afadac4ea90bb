"""Servers that none of us wrote: llama.cpp's own, with a model of ours, the mock aimock, and two that give context.

They are installed and started here if `ORCH_REAL_SERVERS` is set: to a folder to install them in, or to 1 for `.e2e` in
the checkout. Otherwise these tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.process.conftest import orch
from tests.real_servers import tiny_model

__all__ = ["orch"]

HERE = Path(__file__).parent
KEY = "canary-7b3d9f10-key"
AIMOCK = "@copilotkit/aimock@1.43.0"
MCP_SERVERS = ("@modelcontextprotocol/server-filesystem@2026.8.31", "@modelcontextprotocol/server-everything@2026.8.31")
MCP_SERVER_GIT = "mcp-server-git==2026.10.19"
LLAMA_CPP = "xllamacpp==2026.10.11549"
_WANTED = os.environ.get("ORCH_REAL_SERVERS", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.real_servers)
            item.add_marker(pytest.mark.timeout(300))
            if not _WANTED:
                item.add_marker(pytest.mark.skip(reason="ORCH_REAL_SERVERS is not set: real servers are not installed"))


@dataclass(frozen=True)
class Server:
    """A server that runs, and the key that it takes."""

    url: str
    key: str = KEY


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder that servers are installed in; it is kept."""
    folder = HERE.parents[1] / ".e2e" if _WANTED == "1" else Path(_WANTED)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


@contextmanager
def running(command: Sequence[str], ready: str, log: Path, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a server, from the line that says it is ready, until its input is closed or it is told to end."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, **(env or {})}
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        seen = b""
        while ready.encode() not in seen:
            line = process.stdout.readline()
            assert line, f"{command[0]} ended early: {seen.decode('utf-8', 'replace')}{log.read_text('utf-8')}"
            seen += line
        # What it goes on to print must not fill the pipe.
        drain = threading.Thread(target=process.stdout.read)
        drain.start()
        yield
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(20)
    drain.join()
    process.stdout.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def install(command: Sequence[str], done: Path) -> None:
    """Run an installation once for each set of versions; `done` marks it."""
    mark = " ".join(command)
    if done.exists() and done.read_text("utf-8") == mark:
        return
    subprocess.run(command, check=True, timeout=240)
    done.write_text(mark, "utf-8")


def programs_with(folder: Path, package: str) -> Path:
    """The folder of the programs of an environment of its own that has a package of Python."""
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = str(programs / "python")
    if not programs.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    install([*pip, package], folder / "installed")
    return programs


@pytest.fixture(scope="session")
def llama_cpp(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """llama.cpp's server with the model that says `tiny_model.TEXT`."""
    folder = installed / "llama-cpp"
    python = programs_with(folder, LLAMA_CPP) / "python"
    temporary = tmp_path_factory.mktemp("llama-cpp")
    model, port = temporary / "one-text.gguf", free_port()
    tiny_model.write(model)
    script = str(HERE / "llama_server.py")
    command = [str(python), script, str(model), str(port), KEY, str(tiny_model.CONTEXT_TOKENS)]
    with running(command, "ready", temporary / "log"):
        yield Server(f"http://127.0.0.1:{port}")


ANSWER = (
    "## Goal\n\nLimit each client, “politely” – 😋, and tell those who ask too often when to come back.\n\n"
    "## Tasks\n\n- [ ] Count requests.\n- [ ] Answer with 429.\n"
)
"""What the mock answers to a prompt that asks for `mock answer`."""


def _fixtures() -> list[dict[str, object]]:
    def error(status: int, kind: str) -> dict[str, object]:
        return {"status": status, "error": {"message": f"Because of {kind}.", "type": kind}}

    answer = {"content": ANSWER}
    replies: dict[str, tuple[dict[str, object], dict[str, object]]] = {
        "mock answer": (answer, {}),
        "mock reasoning": ({**answer, "reasoning": "Let me think."}, {}),
        "mock length": ({**answer, "finishReason": "length"}, {}),
        "mock filter": ({**answer, "finishReason": "content_filter"}, {}),
        "mock tool": ({"toolCalls": [{"name": "read_file", "arguments": '{"path":"a.md"}'}]}, {}),
        "mock nothing": ({"content": ""}, {}),
        "mock cut": (answer, {"truncateAfterChunks": 12}),
        "mock disconnect": (answer, {"disconnectAfterMs": 130}),
        "mock busy": (error(429, "rate_limit_error"), {}),
        "mock fault": (error(500, "server_error"), {}),
        "mock overload": (error(503, "overloaded_error"), {}),
    }
    return [
        {"match": {"userMessage": words}, "response": response, **options}
        for words, (response, options) in replies.items()
    ]


@pytest.fixture(scope="session")
def aimock(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A mock of several providers, on one port."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not there: aimock cannot be installed")
    folder = installed / "aimock"
    folder.mkdir(exist_ok=True)
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--loglevel=error", AIMOCK]
    install(command, folder / "installed")
    temporary = tmp_path_factory.mktemp("aimock")
    fixtures, port = temporary / "fixtures.json", free_port()
    fixtures.write_text(json.dumps({"fixtures": _fixtures()}), "utf-8")
    program = str(folder / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js")
    command = ["node", program, "-p", str(port), "-f", str(fixtures), "-l", "10", "-c", "6", "--strict"]
    with running(command, "listening", temporary / "log", {"AIMOCK_API_KEYS": KEY}):
        yield Server(f"http://127.0.0.1:{port}")


@pytest.fixture(scope="session")
def mcp_programs(installed: Path) -> Path:
    """The folder with the programs of two servers of the Model Context Protocol."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not there: servers of the Model Context Protocol cannot be installed")
    folder = installed / "mcp"
    folder.mkdir(exist_ok=True)
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--loglevel=error", *MCP_SERVERS]
    install(command, folder / "installed")
    return folder / "node_modules" / ".bin"


@pytest.fixture(scope="session")
def mcp_server_git(installed: Path) -> Path:
    """The program of the server for git, which is written in Python."""
    return programs_with(installed / "mcp-git", MCP_SERVER_GIT) / "mcp-server-git"
