"""Whoever stops listening closes the exchange; and many may listen at once."""

from __future__ import annotations

import asyncio
import gc
from contextlib import aclosing

import pytest

from orch_lsp.providers.base import TextDelta, Waiting
from orch_lsp.providers.registry import create_provider
from orch_lsp.settings.model import ProviderSettings, Timeouts
from tests.fakes.provider_outcome import REQUEST
from tests.fakes.scripted_server import (
    Reply,
    ScriptedServer,
    Send,
    SendForever,
    Stall,
    Until,
    chat_chunk,
    chat_error,
    chat_pieces,
    stream_reply,
)

FOREVER = stream_reply([chat_chunk("first")], SendForever(chat_chunk("more ")))


@pytest.fixture
async def server():
    async with ScriptedServer() as running:
        yield running


@pytest.fixture
async def provider(server):
    made = create_provider(ProviderSettings(name="work", kind="openai-compatible", base_url=server.url), None)
    yield made
    await made.aclose()


async def listen(provider, texts, arrived):
    async with aclosing(provider.stream(REQUEST)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                texts.append(event.text)
                arrived.set()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(before=(Stall(),)),
        Reply(steps=(Stall(),)),
        Reply(status=500, headers={}, steps=(Send(b"words"), Stall())),
    ],
)
async def test_cancelling_before_the_answer_closes_the_socket(server, provider, reply):
    server.script(reply)
    task = asyncio.create_task(listen(provider, [], asyncio.Event()))
    request = await server.request(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await request.disconnected.wait()


@pytest.mark.parametrize("reply", [FOREVER, stream_reply([chat_chunk("first")], Stall())])
async def test_cancelling_in_the_text_closes_the_socket_and_keeps_the_text(server, provider, reply):
    server.script(reply)
    texts, arrived = [], asyncio.Event()
    task = asyncio.create_task(listen(provider, texts, arrived))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.requests[0].disconnected.wait()
    assert texts[0] == "first"


async def test_leaving_the_loop_closes_the_socket(server, provider):
    server.script(FOREVER)
    async with aclosing(provider.stream(REQUEST)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    await server.requests[0].disconnected.wait()


async def test_cancelling_while_waiting_for_the_next_attempt_sends_no_other(server, provider):
    server.script(chat_error(429, "slow_down", headers={"retry-after": "30"}))
    waiting = asyncio.Event()

    async def run():
        async for event in provider.stream(REQUEST):
            if isinstance(event, Waiting):
                waiting.set()

    task = asyncio.create_task(run())
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(server.requests) == 1


async def test_a_cancellation_is_not_taken_for_a_time_out(server):
    server.script(Reply(before=(Stall(),)))
    settings = ProviderSettings(
        name="work", kind="openai-compatible", base_url=server.url, timeout=Timeouts(first_byte=30)
    )
    provider = create_provider(settings, None)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await listen(provider, [], asyncio.Event())
    await provider.aclose()


async def test_closing_the_provider_closes_what_is_open(server, provider):
    server.script(stream_reply([chat_chunk("first")], Stall()))
    arrived = asyncio.Event()
    task = asyncio.create_task(listen(provider, [], arrived))
    await arrived.wait()
    await provider.aclose()
    await server.requests[0].disconnected.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_connection_is_kept_for_the_next_request(server, provider):
    server.script(stream_reply(chat_pieces(["fine"])))
    for _ in range(3):
        await listen(provider, [], asyncio.Event())
    assert len(server.requests) == 3
    assert len({id(request.disconnected) for request in server.requests}) == 1


async def test_a_connection_that_died_in_between_is_not_an_error(server, provider):
    server.script(Reply(steps=tuple(Send(piece) for piece in chat_pieces(["fine"])), framing="close"))
    for _ in range(2):
        texts = []
        await listen(provider, texts, asyncio.Event())
        assert texts == ["fine"]


async def test_fifty_streams_at_once_each_get_their_own_text(server, provider):
    gate = asyncio.Event()
    server.script(
        *(Reply(steps=(Send(chat_chunk(f"text {n}")), Until(gate), *map(Send, chat_pieces([])))) for n in range(50))
    )
    texts = [[] for _ in range(50)]
    tasks = [asyncio.create_task(listen(provider, texts[n], asyncio.Event())) for n in range(50)]
    await server.request(49)
    gate.set()
    await asyncio.gather(*tasks)
    assert sorted("".join(text) for text in texts) == sorted(f"text {n}" for n in range(50))


async def test_no_task_or_generator_is_left_behind(server, provider):
    server.script(FOREVER)
    before = asyncio.all_tasks()
    async with aclosing(provider.stream(REQUEST)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    gc.collect()
    left = {task for task in asyncio.all_tasks() - before if "_serve" not in repr(task)}
    assert left == set()
