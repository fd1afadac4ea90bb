"""The manifests for agents: both servers are started as each says, by clients that declare nothing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.homes import Homes
from tests.fakes.raw_client import RawClient

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "editors" / "claude-code"
SPEC = (
    "# Feature Specification: Export\n\n## Requirements\n\n- **FR-001**: System MUST save\n- **FR-001**: Twice\n"
    "- **FR-002**: System MUST wait\n"
)
TASKS = "# Tasks: Export\n\n## Phase 1: Setup\n\n- [ ] T001 Save per FR-002 in src/a.py\n"
CODE = "def test_fr_002():\n    # FR-002\n    pass\n"


@dataclass(frozen=True)
class Manifest:
    """How an agent would start a server."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def manifests() -> list[Manifest]:
    """Those of the plugin, and of each snippet of the page."""
    found = [
        _manifest("plugin lsp", one) for one in json.loads((PLUGIN / ".lsp.json").read_text(encoding="utf-8")).values()
    ]
    servers = json.loads((PLUGIN / ".mcp.json").read_text(encoding="utf-8"))["mcpServers"]
    found += [_manifest("plugin mcp", one) for one in servers.values()]
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    for number, block in enumerate(re.findall(r"```json\n(.*?)```", page, re.DOTALL)):
        for key, named in json.loads(block).items():
            found += [_manifest(f"page {number} {key}", one) for one in named.values()]
    return found


def _manifest(name: str, one: Mapping[str, Any]) -> Manifest:
    command = one["command"]
    words = tuple(command) if isinstance(command, list) else (command, *one["args"])
    return Manifest(name, words, one.get("env", {}))


MANIFESTS = manifests()


@pytest.fixture
def specs(workspace: Path) -> Path:
    texts = {"specs/001-export/spec.md": SPEC, "specs/001-export/tasks.md": TASKS, "tests/test_a.py": CODE}
    for name, text in texts.items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text(text, encoding="utf-8")
    return workspace


def environment(homes: Homes, manifest: Manifest) -> dict[str, str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return homes.process_environment(PATH=path, **manifest.env)


@asynccontextmanager
async def agent(homes: Homes, manifest: Manifest, folder: Path) -> AsyncIterator[RawClient]:
    process = await asyncio.create_subprocess_exec(
        *manifest.command, cwd=folder, env=environment(homes, manifest), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    client = RawClient(process.stdin.write)

    async def listen() -> None:
        while data := await process.stdout.read(65536):
            await client.take(data)
        await client.take(b"")

    listening = asyncio.create_task(listen())
    try:
        yield client
        await client.call("shutdown")
        client.notify("exit")
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await listening


def test_every_agent_that_the_page_names_has_lines_for_it():
    names = {manifest.name.rpartition(" ")[2] for manifest in MANIFESTS}
    assert names == {"lsp", "mcp", "mcpServers", "lspServers", "languages", "context_servers"}
    plugin = json.loads((PLUGIN / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    assert plugin["name"] == "orch-lsp"
    assert f'version = "{plugin["version"]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "manifest", [one for one in MANIFESTS if "serve" in one.command], ids=lambda manifest: manifest.name
)
async def test_a_client_that_declares_nothing_has_what_agents_ask_for(homes, specs, manifest):
    async with agent(homes, manifest, specs) as client:
        told = await client.initialize(rootUri=specs.as_uri())
        can = told["result"]["capabilities"]
        for feature in ("definition", "references", "hover", "documentSymbol", "workspaceSymbol", "implementation"):
            assert can[f"{feature}Provider"], feature
        assert can["callHierarchyProvider"]
        assert "diagnosticProvider" not in can

        uri = (specs / "specs/001-export/spec.md").as_uri()
        client.open(uri, SPEC)

        def codes() -> list[str] | None:
            pushed = [
                message["params"]["diagnostics"] for message in client.messages
                if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri
            ]  # fmt: skip
            return [one["code"] for one in pushed[-1]] if pushed else None

        await client.until(lambda: "duplicate_id" in (codes() or []))
        fixed = SPEC.replace("- **FR-001**: Twice\n", "")
        client.notify("textDocument/didChange", {
            "textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": fixed}]})  # fmt: skip
        await client.until(lambda: "duplicate_id" not in (codes() or ["duplicate_id"]))

        at = {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 6}}
        hover = (await client.call("textDocument/hover", at))["result"]
        assert "System MUST wait" in json.dumps(hover)
        found = (await client.call("textDocument/references", {**at, "context": {"includeDeclaration": False}}))[
            "result"
        ]
        assert {Path(one["uri"]).name for one in found} == {"tasks.md", "test_a.py"}
        (item,) = (await client.call("textDocument/prepareCallHierarchy", at))["result"]
        calls = (await client.call("callHierarchy/incomingCalls", {"item": item}))["result"]
        assert {Path(call["from"]["uri"]).name for call in calls} == {"tasks.md", "test_a.py"}
        assert (await client.call("textDocument/definition", at))["result"]
        assert (await client.call("textDocument/documentSymbol", {"textDocument": {"uri": uri}}))["result"]
        # Nothing was asked of a client that said it can nothing.
        asked = [message["method"] for message in client.messages if "method" in message and "id" in message]
        assert asked == []


@pytest.mark.parametrize(
    "manifest", [one for one in MANIFESTS if "mcp" in one.command], ids=lambda manifest: manifest.name
)
async def test_the_tools_answer_as_each_manifest_starts_them(homes, specs, manifest):
    pytest.importorskip("mcp", reason="needs the extra mcp")
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    started = StdioServerParameters(
        command=manifest.command[0], args=list(manifest.command[1:]), env=environment(homes, manifest), cwd=str(specs)
    )
    async with Client(stdio_client(started)) as client:
        answered = await client.call_tool("spec_node", {"path": "specs/001-export/spec.md", "key": "FR-002"})
        assert {one["path"] for one in answered.structured_content["cited_by"]} == {"specs/001-export/tasks.md"}
        assert {one["path"] for one in answered.structured_content["code"]} == {"tests/test_a.py"}
