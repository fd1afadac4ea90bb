"""An agent over the Agent Client Protocol, by its official package: one that obeys, and several that do not.

Run with the kind of agent, and for some a path. Each says what it was asked in the file that `ACP_SEEN` names.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from acp import RequestError, run_agent, text_block, update_agent_message, update_agent_message_text
from acp.helpers import start_tool_call, update_agent_thought_text
from acp.schema import (
    Cost,
    InitializeResponse,
    NewSessionResponse,
    PermissionOption,
    PromptResponse,
    SessionConfigOptionSelect,
    SessionConfigSelectOption,
    SetSessionConfigOptionResponse,
    ToolCallUpdate,
    Usage,
    UsageUpdate,
)

KIND, *MORE = sys.argv[1:]
ANSWER = ["## Goal\n\nLimit ", "each client 😋.\n", "\n## Non-goals\n\nNo queue of requests.\n"]
SEEN: dict[str, object] = {
    "cwd": str(Path.cwd()),
    "files": [str(path) for path in Path().iterdir()],
    "env": sorted(os.environ),
    "outcomes": [],
}


def tell(**more: object) -> None:
    SEEN.update(more)
    if path := os.environ.get("ACP_SEEN"):
        Path(path).write_text(json.dumps(SEEN))


class Agent:
    def on_connect(self, conn) -> None:
        self.client = conn
        self.cancelled = asyncio.Event()

    async def initialize(self, protocol_version, client_capabilities=None, client_info=None, **_):
        tell(version=protocol_version, capabilities=client_capabilities.model_dump(by_alias=True, exclude_none=True))
        if KIND == "dies at once":
            sys.stderr.write("Please install the thing.\n")
            sys.stderr.flush()
            os._exit(3)
        return InitializeResponse(protocol_version=2 if KIND == "version 2" else protocol_version)

    async def new_session(self, cwd, mcp_servers=None, **_):
        tell(session_cwd=cwd, servers=len(mcp_servers or []))
        if KIND == "wants a login":
            raise RequestError.auth_required()
        models = [
            SessionConfigSelectOption(name="Small", value="small"),
            SessionConfigSelectOption(name="B", value="big"),
        ]
        option = SessionConfigOptionSelect(
            id="m", name="Model", category="model", type="select", current_value="small", options=models
        )
        return NewSessionResponse(session_id="s-1", config_options=[option] if KIND == "offers models" else None)

    async def set_config_option(self, config_id, session_id, value, **_):
        tell(chosen=[config_id, value])
        return SetSessionConfigOptionResponse(config_options=[])

    async def cancel(self, session_id, **_):
        tell(cancelled=True)
        self.cancelled.set()

    async def say(self, text: str) -> None:
        await self.client.session_update(session_id="s-1", update=update_agent_message_text(text))

    async def prompt(self, prompt, session_id, **_):
        tell(prompt=[block.text for block in prompt])
        if KIND == "hangs":
            await asyncio.Event().wait()
        if KIND in {"waits", "ignores cancel"}:
            await self.say(ANSWER[0])
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            tell(waiting=True, pids=[os.getpid(), child.pid])
            await (asyncio.Event() if KIND == "ignores cancel" else self.cancelled).wait()
            return PromptResponse(stop_reason="cancelled")
        if KIND == "dies":
            await self.say(ANSWER[0])
            os._exit(7)
        if KIND.startswith("floods"):
            await self.flood()
        if KIND == "babbles":
            sys.stdout.write("no json\n[1]\n\n{\n" * 20)
            sys.stdout.flush()
        if KIND == "asks":
            await self.ask_for_everything()
        if KIND == "writes":
            Path(MORE[0]).write_text("by the agent\n")
        await self.client.session_update(session_id="s-1", update=update_agent_thought_text("Let me think."))
        for piece in ANSWER:
            await self.say(piece)
        await self.client.session_update(session_id="another", update=update_agent_message(text_block("NOT OURS")))
        stop = {"stops at its limit": "max_tokens", "refuses": "refusal", "turns": "max_turn_requests"}.get(
            KIND, "end_turn"
        )
        if KIND != "tells usage":
            return PromptResponse(stop_reason=stop)
        cost = Cost(amount=0.0125, currency="USD")
        update = UsageUpdate(session_update="usage_update", used=100, size=200_000, cost=cost)
        await self.client.session_update(session_id="s-1", update=update)
        usage = Usage(total_tokens=170, input_tokens=100, output_tokens=40, thought_tokens=10, cached_read_tokens=20)
        return PromptResponse(stop_reason=stop, usage=usage)

    async def flood(self) -> None:
        while KIND == "floods":
            await self.say("word " * 1000)
        while True:
            with contextlib.suppress(BlockingIOError):
                os.write(1, b"\n" * 60_000)
            await asyncio.sleep(0)

    async def ask_for_everything(self) -> None:
        call = ToolCallUpdate(tool_call_id="t-1", title="rm -rf", kind="execute")
        await self.client.session_update(session_id="s-1", update=start_tool_call("t-1", "rm -rf", kind="execute"))
        options = [
            PermissionOption(option_id="yes", name="Yes", kind="allow_always"),
            PermissionOption(option_id="no", name="No", kind="reject_once"),
        ]
        for offered in (options, options[:1]):
            answered = await self.client.request_permission(session_id="s-1", tool_call=call, options=offered)
            SEEN["outcomes"].append(answered.outcome.model_dump(exclude_none=True))
        for what, doing in (
            ("read", self.client.read_text_file(session_id="s-1", path="/etc/passwd")),
            ("write", self.client.write_text_file(session_id="s-1", path="/tmp/x", content="y")),
            ("terminal", self.client.create_terminal(session_id="s-1", command="ls")),
        ):
            try:
                await doing
                SEEN["outcomes"].append(f"{what}: given")
            except RequestError as error:
                SEEN["outcomes"].append(f"{what}: {error.code}")
        tell()


def deaf() -> None:
    """Answers twice, then reads nothing any more."""
    for result in ({"protocolVersion": 1}, {"sessionId": "s-1"}):
        request, byte = b"", b""
        while byte != b"\n":
            byte = os.read(0, 1)
            request += byte
        answer = {"jsonrpc": "2.0", "id": json.loads(request)["id"], "result": result}
        os.write(1, json.dumps(answer).encode() + b"\n")
    while True:
        time.sleep(60)


if KIND == "deaf":
    deaf()
asyncio.run(run_agent(Agent()))
