"""Another provider is asked only where the user said so and the first cannot be had; each hop is named everywhere."""

from __future__ import annotations

import asyncio
import sys

import pytest
import pytest_asyncio

from tests.fakes.scripted_server import (
    Reply,
    ScriptedServer,
    Send,
    Stall,
    Until,
    chat_chunk,
    chat_error,
    chat_pieces,
    chat_usage,
    event,
    stream_reply,
)
from tests.process.desk import unused_port
from tests.process.record_rules import check_record, step_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
GOOD_PIECES = chat_pieces(["## Tasks\n\nCount ", "requests.\n"])
GOOD = stream_reply(GOOD_PIECES)
BUSY = chat_error(503, "busy")


@pytest_asyncio.fixture(loop_scope="module")
async def work():
    async with ScriptedServer() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def spare():
    async with ScriptedServer() as server:
        server.script(GOOD)
        yield server


def use(desk, first: str, *others: str, settings: str = "") -> None:
    """Choose the provider `work` at `first`; `others` are what is asked after it: `spare`, `spare-2`, ..."""
    names = ["work", "spare", "spare-2"][: 1 + len(others)]
    tables = [
        f'[providers.{name}]\nkind = "openai-compatible"\nbase_url = "{url}"\nmodel = "{name}-model"\n'
        f'api_key_env = "WORK_KEY"\nretry = {{ attempts = 1 }}\n{settings}\n'
        for name, url in zip(names, (first, *others), strict=True)
    ]
    desk.homes.configure(f'provider = "work"\nfallback = {names[1:]!r}\n' + "".join(tables))


def attempts_of(record):
    return [
        (attempt["number"], attempt["provider"], attempt["model"], attempt["error"] and attempt["error"]["code"])
        for step in record["steps"]
        for attempt in step["attempts"]
    ]


def progress_of(desk, run_id: str) -> list[str]:
    return [report.message or "" for report in desk.editor.client.progress_reports.get(run_id, [])]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (BUSY, "overloaded"),
        (chat_error(500, "server_error"), "provider_unavailable"),
        (chat_error(429, "insufficient_quota"), "quota_exhausted"),
        (Reply(before=(Stall(),)), "timeout"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_the_next_one_is_asked_when_the_first_cannot_be_had(desk, work, spare, reply, code):
    go = asyncio.Event()
    work.script(reply)
    spare.script(stream_reply(GOOD_PIECES[:1], Until(go), *(Send(piece) for piece in GOOD_PIECES[1:])))
    use(desk, work.url, spare.url, settings="timeout = { first_byte = 0.3 }")
    uri = desk.open(f"falls-{code}")
    run_id = (await desk.editor.execute("orch.generateDraft", {"uri": uri}))["runId"]
    await desk.editor.until(lambda: any(f"fallback from work: {code}" in said for said in progress_of(desk, run_id)))
    go.set()
    record = check_record(await desk.editor.ended(run_id))
    assert record["status"] == "completed"
    assert attempts_of(record) == [(1, "work", "work-model", code), (2, "spare", "spare-model", None)]
    assert record["provider"]["id"] == "spare"
    assert record["model"] == {"requested": "spare-model", "resolved": "served-model"}
    assert "fallback from work" in await desk.editor.hover(uri, "## Tasks")
    assert [request.json()["model"] for request in spare.requests] == ["spare-model"]


async def test_a_provider_that_is_not_there_at_all_cannot_be_had(desk, spare):
    use(desk, f"http://127.0.0.1:{unused_port()}/v1", spare.url)
    record = check_record(await desk.editor.draft(desk.open("not-there")))
    assert attempts_of(record) == [
        (1, "work", "work-model", "network_error"),
        (2, "spare", "spare-model", None),
    ]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (chat_error(400, "invalid_request_error"), "invalid_request"),
        (chat_error(401, "invalid_api_key"), "invalid_auth"),
        (chat_error(402, "billing_error"), "billing"),
        (chat_error(404, "model_not_found"), "model_not_found"),
        (chat_error(429, "rate_limit_exceeded"), "rate_limited"),
        (stream_reply([chat_chunk(refusal="No."), *chat_pieces([])]), "refused"),
        (stream_reply(chat_pieces([], finish="content_filter")), "content_filtered"),
        (stream_reply(chat_pieces([], finish="length")), "truncated"),
        (stream_reply(chat_pieces([])), "empty_output"),
        (Reply(steps=()), "invalid_response"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_nobody_else_is_asked_after_any_other_failure(desk, work, spare, reply, code):
    work.script(reply)
    use(desk, work.url, spare.url)
    record = check_record(await desk.editor.draft(desk.open(f"stays-{code}")))
    assert record["error"]["code"] == code
    assert attempts_of(record) == [(1, "work", "work-model", code)]
    assert "fallback" not in record["error"]["message"]
    assert spare.requests == []


async def test_who_finds_a_request_too_long_is_asked_again_and_nobody_else(desk, work, spare):
    work.script(*[chat_error(400, "context_length_exceeded")] * 2)
    use(desk, work.url, spare.url)
    record = check_record(await desk.editor.draft(desk.open("too-long")))
    assert attempts_of(record) == [(n, "work", "work-model", "context_length_exceeded") for n in (1, 2)]
    assert spare.requests == []


async def test_nobody_else_is_asked_once_text_has_arrived(desk, work, spare):
    work.script(stream_reply([chat_chunk("## Tasks\n\nCount "), event({"error": {"code": "server_error"}})]))
    use(desk, work.url, spare.url)
    record = check_record(await desk.editor.draft(desk.open("begun")))
    assert record["error"]["code"] == "provider_unavailable"
    assert record["draft"]["partial"] is True
    assert spare.requests == []


async def test_nobody_is_asked_whom_the_user_did_not_name(desk, work, spare):
    work.script(BUSY)
    use(desk, work.url)
    record = check_record(await desk.editor.draft(desk.open("alone")))
    assert attempts_of(record) == [(1, "work", "work-model", "overloaded")]
    assert spare.requests == []


async def test_when_all_fail_the_last_failure_is_told_with_every_hop_before_it(desk, work, spare):
    work.script(BUSY)
    spare.script(chat_error(401, "invalid_api_key"))
    use(desk, work.url, f"http://127.0.0.1:{unused_port()}/v1", spare.url)
    uri = desk.open("all-fail")
    record = check_record(await desk.editor.draft(uri))
    assert attempts_of(record) == [
        (1, "work", "work-model", "overloaded"),
        (2, "spare", "spare-model", "network_error"),
        (3, "spare-2", "spare-2-model", "invalid_auth"),
    ]
    assert record["error"]["code"] == "invalid_auth"
    said = "spare-2 was a fallback; asked before it: work: overloaded, spare: network_error."
    assert record["error"]["message"].endswith(said)
    assert "fallback" not in step_of(record)["attempts"][-1]["error"]["message"]
    assert said in (await desk.editor.diagnostic(uri, "invalid_auth")).message


async def test_what_one_provider_said_of_its_end_is_not_taken_for_the_next_one_s(desk, work):
    work.script(stream_reply([chat_chunk(finish="error"), chat_usage(5, 1)]))
    use(desk, work.url, f"http://127.0.0.1:{unused_port()}/v1")
    record = check_record(await desk.editor.draft(desk.open("end-of-the-first")))
    assert [code for *_, code in attempts_of(record)] == ["provider_unavailable", "network_error"]
    assert record["finish_reason"] is None
    assert record["finish_reasons"] == []
    assert record["usage"]["input_tokens"] == 5


async def test_tokens_of_all_providers_are_counted(desk, work, spare):
    work.script(stream_reply([chat_usage(5, 1), event({"error": {"code": "server_error"}})]))
    use(desk, work.url, spare.url)
    record = check_record(await desk.editor.draft(desk.open("tokens")))
    assert record["status"] == "completed"
    assert (record["usage"]["input_tokens"], record["usage"]["output_tokens"]) == (16, 3)
    assert record["cost"] is None


async def test_the_command_line_names_the_hop_too(desk, work, spare):
    work.script(BUSY)
    use(desk, work.url, spare.url)
    path = desk.workspace / "on-the-line.spec.md"
    path.write_text("# Rate limiter\n\nLimit each client.\n\n## Tasks\n\nTODO\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", "draft", str(path), cwd=desk.workspace, env=desk.environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0
    assert b"Count requests." in out
    assert "fallback from work: overloaded" in err.decode()
