"""What a long streamed answer costs: the provider layer, and a whole run, against the least that httpx can do.

    python benchmarks/stream.py [--short] [--check]

The baseline reads `aiter_bytes`, splits at blank lines, parses each event with `json.loads` and joins the text; it
checks nothing. All three read the same bytes from a server in another process, in turn, and CPU time is compared: of
this process for baseline and provider layer, of the language server's for a whole run with its progress, live text,
checkpoints and record. Memory is what is allocated at the peak, beside the size of the text.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import httpx
import psutil
from harness import model_server
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, on_one_processor, options, report
from harness.workspace import place

from orch_lsp.providers.base import GenerationRequest, Provider, SectionRequest, TextDelta
from orch_lsp.providers.registry import create_provider
from orch_lsp.settings.model import ProviderSettings, StreamLimits

REQUEST = GenerationRequest(
    model="bench-1",
    system_instructions="Draft the sections.",
    prompt="Draft a spec.",
    brief="A spec.",
    sections=(SectionRequest("goal", "Goal", "What is wanted."),),
)


def provider_at(base_url: str) -> Provider:
    settings = ProviderSettings(
        name="bench",
        kind="openai-compatible",
        base_url=base_url,
        model="bench-1",
        limits=StreamLimits(1 << 30, 1 << 24),
    )
    return create_provider(settings, None)


async def baseline(client: httpx.AsyncClient, base_url: str) -> str:
    parts: list[str] = []
    rest = b""
    async with client.stream("POST", f"{base_url}/chat/completions", json={"model": "bench-1"}) as response:
        async for piece in response.aiter_bytes():
            *events, rest = (rest + piece).split(b"\n\n")
            for event in events:
                data = event[6:]
                if data != b"[DONE]":
                    parts.append(json.loads(data)["choices"][0]["delta"].get("content") or "")
    return "".join(parts)


async def layer(provider: Provider) -> str:
    return "".join([event.text async for event in provider.stream(REQUEST) if isinstance(event, TextDelta)])


async def cpu_of(work: Callable[[], Awaitable[str]], expected: str) -> float:
    gc.collect()
    began = time.process_time()
    text = await work()
    took = time.process_time() - began
    assert text == expected, "the text is not what was sent"
    return took * 1000


async def peak_of(work: Callable[[], Awaitable[str]]) -> float:
    """Bytes allocated at the peak, beyond what there was before."""
    gc.collect()
    tracemalloc.start()
    await work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


class RunServer:
    """A language server whose runs are measured by its own CPU time."""

    def __init__(self, client: LspClient, uri: str) -> None:
        self._client = client
        self._uri = uri
        self._process = psutil.Process(client.process.pid)
        self._text = ""
        self._ended: asyncio.Future[str] | None = None
        client.on_notification = self._notified

    def _notified(self, method: str, params: dict) -> None:
        if method == "orch/draftDelta":
            self._text += params["text"]
        elif method == "orch/runChanged" and params["status"] in {"completed", "failed", "cancelled"}:
            self._end(params["status"])

    def _end(self, status: str) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(status)

    async def run(self) -> str:
        self._text = ""
        self._ended = asyncio.get_running_loop().create_future()
        arguments = {"uri": self._uri, "apply": "review"}
        await self._client.request(
            "workspace/executeCommand", {"command": "orch.generateDraft", "arguments": [arguments]}
        )
        assert await asyncio.wait_for(self._ended, 300) == "completed"
        return self._text

    async def cpu(self, expected: str) -> float:
        before = self._process.cpu_times()
        text = await self.run()
        after = self._process.cpu_times()
        assert text == expected, "the live text is not what was sent"
        return (after.user + after.system - before.user - before.system) * 1000


async def measure(address: str, wanted: Options) -> list[Row]:
    chunks, rounds = (4_000, 3) if wanted.short else (20_000, 9)
    base_url = f"{address}/{chunks}/0/v1"
    expected = model_server.text(chunks)
    provider = provider_at(base_url)
    figures: dict[str, list[float]] = {"baseline": [], "layer": [], "run": []}
    with place(base_url) as where:
        lsp = await LspClient.start(("-m", "orch_lsp", "serve"), cwd=where.root, env=where.env)
        await lsp.initialize(where.root)
        lsp.notify("initialized", {})
        server = RunServer(lsp, lsp.open(where.spec(1)))
        async with httpx.AsyncClient(timeout=60) as client:
            for work in (lambda: baseline(client, base_url), lambda: layer(provider)):
                await work()  # loads what is loaded on first use
            await server.run()
            for _ in range(rounds):
                figures["baseline"].append(await cpu_of(lambda: baseline(client, base_url), expected))
                figures["layer"].append(await cpu_of(lambda: layer(provider), expected))
                figures["run"].append(await server.cpu(expected))
            memory = await _memory(client, provider, address, chunks, base_url)
        await lsp.stop()
    await provider.aclose()
    least = statistics.median(figures["baseline"])
    return [
        Row(f"provider layer, {chunks} chunks, CPU", statistics.median(figures["layer"]), least, "ms", 1.5),
        Row(f"whole run, {chunks} chunks, CPU", statistics.median(figures["run"]), least, "ms", 3.0),
        *memory,
    ]


async def _memory(client: httpx.AsyncClient, provider: Provider, address: str, chunks: int, base_url: str) -> list[Row]:
    """The peak for one length and for four times that: what grows must be the text."""
    several = 4
    longer_url = f"{address}/{several * chunks}/0/v1"
    longer = provider_at(longer_url)
    await layer(longer)
    short_peak, long_peak = await peak_of(lambda: layer(provider)), await peak_of(lambda: layer(longer))
    short_least = await peak_of(lambda: baseline(client, base_url))
    long_least = await peak_of(lambda: baseline(client, longer_url))
    await longer.aclose()
    return [
        Row(f"memory at the peak, {chunks} chunks", short_peak / 1024, short_least / 1024, "kB"),
        Row(f"memory at the peak, {several * chunks} chunks", long_peak / 1024, long_least / 1024, "kB"),
    ]


async def main() -> None:
    wanted = options("CPU and memory of a streamed answer against bare httpx.")
    on_one_processor()
    with model_server.running() as address:
        rows = await measure(address, wanted)
    report("A streamed answer", rows, wanted)


if __name__ == "__main__":
    asyncio.run(main())
