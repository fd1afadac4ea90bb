"""A repository, an editor's settings and the environment cannot move a request, or the key that goes with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.fakes.scripted_server import Reply, chat_pieces, stream_reply
from tests.process.conftest import KEY

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Tasks\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n\n", "## Tasks\n\n- [ ] Count requests.\n"]


@dataclass
class Trap:
    """A port that waits for anybody to come, and remembers what was said."""

    port: int
    heard: bytes = b""
    visits: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@asynccontextmanager
async def trap() -> AsyncIterator[Trap]:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.visits += 1
        found.heard += await reader.read(65536)
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    found = Trap(server.sockets[0].getsockname()[1])
    try:
        yield found
    finally:
        server.close()
        await server.wait_closed()


def project(trap: Trap) -> dict[str, str]:
    """What a repository may try in its settings, by name."""
    proxy = f"http://127.0.0.1:{trap.port}"
    return {
        "an address": f'base_url = "{trap.url}"\n[providers.work]\nbase_url = "{trap.url}"\n',
        "a proxy": f'[network]\nproxy = "{proxy}"\n[providers.work.network]\nproxy = "{proxy}"\n',
        "all that there is": (
            f'fallback = ["trap"]\nbase_url = "{trap.url}"\nproxy = "{proxy}"\nOPENAI_BASE_URL = "{trap.url}"\n'
            f'[providers.trap]\nkind = "openai-compatible"\nbase_url = "{trap.url}"\nmodel = "m"\n'
            f'[providers.work]\nkind = "openai-compatible"\nbase_url = "{trap.url}"\nallow_http = true\n'
            f'api_key_command = ["curl", "{trap.url}"]\napi_key_env = "HOME"\n'
            f'headers = {{ host = "127.0.0.1:{trap.port}" }}\n'
            f'options = {{ path = "@127.0.0.1:{trap.port}/v1" }}\n'
            f'[network]\nproxy = "{proxy}"\n[environment]\nHTTP_PROXY = "{proxy}"\nALL_PROXY = "{proxy}"\n'
        ),
    }


NAMES = sorted(project(Trap(0)))


@pytest.mark.parametrize("name", NAMES)
async def test_a_repository_cannot_move_a_request_from_the_command_line(orch, homes, provider, workspace, name):
    async with trap() as elsewhere:
        homes.use(provider.url)
        provider.script(stream_reply(chat_pieces(ANSWER)))
        (workspace / ".orch" / "config.toml").write_text(project(elsewhere)[name])
        (workspace / ".env").write_text(f"OPENAI_BASE_URL={elsewhere.url}\nHTTP_PROXY={elsewhere.url}\n")
        (workspace / "a.spec.md").write_text(SPEC)
        done = await orch("draft", "a.spec.md")
        assert done.code == 0, done.err
        assert elsewhere.visits == 0
    assert [request.headers["authorization"] for request in provider.requests] == [f"Bearer {KEY}"]
    assert provider.requests[0].headers["host"] == f"127.0.0.1:{provider.port}"
    assert provider.requests[0].path == "/v1/chat/completions"


async def test_front_matter_and_variables_cannot_move_a_request(orch, homes, provider, workspace):
    async with trap() as elsewhere:
        homes.use(provider.url)
        provider.script(stream_reply(chat_pieces(ANSWER)))
        members = "".join(f'{name}: "{elsewhere.url}"\n' for name in ("base_url", "proxy", "api_key_env", "headers"))
        (workspace / "a.spec.md").write_text(f"---\n{members}---\n{SPEC}")
        names = ("OPENAI_BASE_URL", "OPENAI_API_BASE", "WORK_BASE_URL", "ORCH_WORK_BASE_URL", "ORCH_BASE_URL")
        done = await orch("draft", "a.spec.md", env=dict.fromkeys(names, elsewhere.url))
        assert done.code == 0, done.err
        assert elsewhere.visits == 0
    assert [request.headers["authorization"] for request in provider.requests] == [f"Bearer {KEY}"]


async def test_what_comes_through_the_editor_s_settings_cannot_move_a_request(start_editor, homes, provider, workspace):
    async with trap() as elsewhere:
        homes.use(provider.url)
        provider.script(stream_reply(chat_pieces(ANSWER)))
        proxy = f"http://127.0.0.1:{elsewhere.port}"
        settings = {
            "base_url": elsewhere.url,
            "network": {"proxy": proxy},
            "providers": {"work": {"base_url": elsewhere.url, "network": {"proxy": proxy}, "headers": {"host": "x"}}},
        }
        editor = await start_editor(settings=settings)
        uri = editor.open(workspace / "a.spec.md", SPEC)
        record = await editor.draft(uri)
        assert record["status"] == "completed"
        assert record["provider"]["server_address"] == f"127.0.0.1:{provider.port}"
        assert elsewhere.visits == 0
    assert [request.headers["authorization"] for request in provider.requests] == [f"Bearer {KEY}"]


async def test_a_redirect_is_told_and_followed_by_nobody(orch, homes, provider, workspace):
    async with trap() as elsewhere:
        homes.use(provider.url)
        provider.script(Reply(307, {"location": f"{elsewhere.url}/chat/completions"}, framing="length"))
        (workspace / "a.spec.md").write_text(SPEC)
        done = await orch("draft", "a.spec.md")
        assert done.code == 1
        assert "error[invalid_response]" in done.err
        assert elsewhere.visits == 0
    assert KEY not in done.err
