"""Models with small windows: less context is sent, once, and the record says which."""

from __future__ import annotations

import json

from tests.fakes.scripted_server import chat_error, chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client, as [one](one.py), [two](two.py) and [three](three.py) do.\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]
TOO_LONG = chat_error(400, "context_length_exceeded")


def _files(workspace):
    for name in ("one", "two", "three"):
        (workspace / f"{name}.py").write_text(f"LIMIT_{name.upper()} = 100\n" * 60)
    (workspace / "a.spec.md").write_text(SPEC)


def _prompt(request):
    return json.loads(request.body)["messages"][1]["content"]


async def test_a_request_that_is_too_long_is_sent_once_more_with_less(orch, homes, provider, workspace):
    homes.use(provider.url)
    _files(workspace)
    provider.script(TOO_LONG, stream_reply(chat_pieces(ANSWER)))
    done = await orch("draft", "a.spec.md", "--json")
    record = done.json()
    first, second = await provider.request(0), await provider.request(1)
    assert record["status"] == "completed"
    assert "LIMIT_THREE" in _prompt(first)
    assert len(_prompt(second)) < 0.7 * len(_prompt(first))
    sent = [item["path"] for item in record["context"]["items"]]
    assert sent
    assert all(f"LIMIT_{path.removesuffix('.py').upper()}" in _prompt(second) for path in sent)
    left_out = {one["path"]: one["reason"] for one in record["context"]["left_out"]}
    assert set(left_out) >= {"one.py", "two.py", "three.py"} - set(sent)
    assert "does not fit into the model's window" in left_out.values()
    assert len(record["steps"][1]["attempts"]) == 2
    assert "sent again with" in done.err


async def test_a_second_time_is_the_end(orch, homes, provider, workspace):
    homes.use(provider.url)
    _files(workspace)
    provider.script(TOO_LONG, TOO_LONG)
    done = await orch("draft", "a.spec.md", "--json")
    assert done.json()["error"]["code"] == "context_length_exceeded"
    assert len(provider.requests) == 2


async def test_without_context_there_is_nothing_to_leave_out(orch, homes, provider, workspace):
    homes.use(provider.url, more="[context]\nenabled = false\n")
    _files(workspace)
    provider.script(TOO_LONG)
    done = await orch("draft", "a.spec.md", "--json")
    assert done.json()["error"]["code"] == "context_length_exceeded"
    assert len(provider.requests) == 1


async def test_a_window_that_is_known_bounds_the_context_before(orch, homes, provider, workspace):
    homes.use(provider.url.removesuffix("/v1"), kind="ollama", more='[providers.work.options]\nnum_ctx = "2048"\n')
    _files(workspace)
    shown = (await orch("context", "a.spec.md", "--json")).json()
    assert sum(item["tokens"] for item in shown["items"]) < 600
