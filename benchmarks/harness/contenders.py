"""A client of one kind, in a process of its own: what `providers.py` measures.

    python contenders.py NAME URL

The first answer is read at once, so that its time holds the loading of the library, the making of the client and the
connection. After that each line on standard input, `{"url": …, "streams": …}`, is one measurement with what is loaded
and open by then. Each result is one line of JSON. Only the library of the contender itself is imported.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

# Not counted: every asynchronous program has loaded them.
BEGAN, BEGAN_CPU = time.perf_counter(), time.process_time()

MODEL = "bench-1"
PROMPT = "Draft a spec."
KEY = "bench-key"
LIMITS = (1 << 34, 1 << 26)

First = Callable[[], None]
Stream = Callable[[First], Awaitable[str]]
MESSAGES = [{"role": "user", "content": PROMPT}]


def bare_chat(url: str) -> Stream:
    """Bytes, cut at blank lines, `json.loads`, join: it checks nothing."""
    import httpx

    client = httpx.AsyncClient(timeout=600)

    async def stream(first: First) -> str:
        parts: list[str] = []
        rest = b""
        body = {"model": MODEL, "stream": True, "messages": MESSAGES}
        async with client.stream("POST", f"{url}/chat/completions", json=body) as response:
            async for piece in response.aiter_bytes():
                *events, rest = (rest + piece).split(b"\n\n")
                for event in events:
                    data = event[6:]
                    if data != b"[DONE]" and (text := json.loads(data)["choices"][0]["delta"].get("content")):
                        if not parts:
                            first()
                        parts.append(text)
        return "".join(parts)

    return stream


def bare_messages(url: str) -> Stream:
    """The same for Anthropic's events."""
    import httpx

    client = httpx.AsyncClient(timeout=600)

    async def stream(first: First) -> str:
        parts: list[str] = []
        rest = b""
        body = {"model": MODEL, "max_tokens": 99, "stream": True, "messages": MESSAGES}
        async with client.stream("POST", f"{url}/messages", json=body) as response:
            async for piece in response.aiter_bytes():
                *events, rest = (rest + piece).split(b"\n\n")
                for event in events:
                    message = json.loads(event.split(b"\ndata: ", 1)[1])
                    if message["type"] == "content_block_delta":
                        if not parts:
                            first()
                        parts.append(message["delta"]["text"])
        return "".join(parts)

    return stream


def _events(kind: str, url: str) -> Callable[[], Any]:
    from orch_lsp.providers.base import GenerationRequest
    from orch_lsp.providers.registry import create_provider
    from orch_lsp.settings.model import ProviderSettings, StreamLimits

    settings = ProviderSettings(name="bench", kind=kind, base_url=url, model=MODEL, limits=StreamLimits(*LIMITS))
    provider = create_provider(settings, KEY)
    request = GenerationRequest(MODEL, "", PROMPT, "", ())
    return lambda: provider.stream(request)


def _layer(kind: str, url: str) -> Stream:
    from orch_lsp.providers.base import TextDelta

    events = _events(kind, url)

    async def stream(first: First) -> str:
        parts: list[str] = []
        async for event in events():
            if isinstance(event, TextDelta):
                if not parts:
                    first()
                parts.append(event.text)
        return "".join(parts)

    return stream


def _kept(kind: str, url: str) -> Stream:
    """The provider layer, and a caller that keeps the text and nothing else: a list of a million pieces is no text."""
    import io

    from orch_lsp.providers.base import TextDelta

    events = _events(kind, url)

    async def stream(first: First) -> str:
        text = io.StringIO()
        async for event in events():
            if isinstance(event, TextDelta):
                if not text.tell():
                    first()
                text.write(event.text)
        return text.getvalue()

    return stream


def layer_chat(url: str) -> Stream:
    return _layer("openai-compatible", url)


def layer_messages(url: str) -> Stream:
    return _layer("anthropic", url)


def kept_chat(url: str) -> Stream:
    return _kept("openai-compatible", url)


def kept_messages(url: str) -> Stream:
    return _kept("anthropic", url)


def openai_sdk(url: str) -> Stream:
    import openai

    client = openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0)

    async def stream(first: First) -> str:
        parts: list[str] = []
        async for chunk in await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True):
            if text := chunk.choices[0].delta.content:
                if not parts:
                    first()
                parts.append(text)
        return "".join(parts)

    return stream


def litellm(url: str) -> Stream:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    litellm.telemetry = False

    async def stream(first: First) -> str:
        parts: list[str] = []
        async for chunk in await litellm.acompletion(
            model=f"openai/{MODEL}", api_base=url, api_key=KEY, messages=MESSAGES, stream=True, max_retries=0
        ):
            if text := chunk.choices[0].delta.content:
                if not parts:
                    first()
                parts.append(text)
        return "".join(parts)

    return stream


def anthropic_sdk(url: str) -> Stream:
    import anthropic

    client = anthropic.AsyncAnthropic(base_url=url.removesuffix("/v1"), api_key=KEY, max_retries=0)

    async def stream(first: First) -> str:
        parts: list[str] = []
        events = await client.messages.create(model=MODEL, max_tokens=99, messages=MESSAGES, stream=True)
        async for event in events:
            if event.type == "content_block_delta":
                if not parts:
                    first()
                parts.append(event.delta.text)
        return "".join(parts)

    return stream


CONTENDERS = {
    contender.__name__: contender
    for contender in (
        bare_chat,
        layer_chat,
        kept_chat,
        openai_sdk,
        litellm,
        bare_messages,
        layer_messages,
        kept_messages,
        anthropic_sdk,
    )
}


def _peak_kb() -> int:
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Measured:
    """Clients that stay open between measurements, one for each address."""

    def __init__(self, name: str) -> None:
        self._make = CONTENDERS[name]
        self._streams: dict[str, Stream] = {}

    async def once(self, url: str, streams: int, began: float) -> dict[str, object]:
        """Seconds from `began` to the first text and in all, on the clock and of CPU time, and how much text came."""
        cpu = BEGAN_CPU if began == BEGAN else time.process_time()
        if url not in self._streams:
            self._streams[url] = self._make(url)
        stream = self._streams[url]
        seen: list[float] = []
        spent: list[float] = []

        def first() -> None:
            seen.append(time.perf_counter() - began)
            spent.append(time.process_time() - cpu)

        texts = await asyncio.gather(*(stream(first) for _ in range(streams)))
        return {
            "first_s": min(seen),
            "first_cpu_s": min(spent),
            "cpu_s": time.process_time() - cpu,
            "wall_s": time.perf_counter() - began,
            "characters": sum(map(len, texts)),
            "peak_kb": _peak_kb(),
        }


async def main(name: str, url: str) -> None:
    measured = Measured(name)
    loop = asyncio.get_running_loop()
    # With some libraries the first answer costs their loading on the loop; with all of them it is counted.
    _tell(await measured.once(url, 1, BEGAN))
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        wanted = json.loads(line)
        gc.collect()
        _tell(await measured.once(wanted["url"], wanted["streams"], time.perf_counter()))


def _tell(result: dict[str, object]) -> None:
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
