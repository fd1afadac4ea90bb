"""A key goes into the header of a request and nowhere else, even when the provider says it back in every way it can."""

from __future__ import annotations

import json
import urllib.parse
from pathlib import Path

import pytest

from tests.fakes.editor import as_json
from tests.fakes.scripted_server import (
    CHAT_DONE,
    Close,
    Reply,
    Send,
    chat_chunk,
    chat_error,
    chat_pieces,
    event,
    stream_reply,
)
from tests.process.bad_answers import ONCE
from tests.process.desk import SPEC, configure, sit_down
from tests.process.record_rules import check_record

KEY = 'canary/5e1f+"0c7a=key'
"""With characters that JSON and URLs write in another way."""
HEADER_KEY = "canary-header-9b2d"
SPELLINGS = {
    spelling.encode()
    for key in (KEY, HEADER_KEY)
    for spelling in (key, json.dumps(key)[1:-1], urllib.parse.quote(key, safe=""), urllib.parse.quote(key))
}
SETTINGS = f'{ONCE}\nheaders = {{ "x-second-key" = "{HEADER_KEY}" }}'


def letters(text: str) -> list[bytes]:
    """A stream that gives the text letter by letter."""
    return [chat_chunk(letter) for letter in text]


def begin(model: str = "served-model") -> bytes:
    return chat_chunk("## Goal\n\nLimit ", model=model)


ECHOES = {
    "an error's message": chat_error(
        401, "invalid_api_key", f"Incorrect API key provided: {KEY}", headers={"x-request-id": f"req-{HEADER_KEY}"}
    ),
    "an error's code": chat_error(400, KEY, f"Header {HEADER_KEY}", type=KEY, param=KEY),
    "a page": Reply(500, {"content-type": "text/html"}, (Send(f"<html><p>{KEY} {HEADER_KEY}</p></html>".encode()),)),
    "a redirect": Reply(302, {"location": f"/login?key={urllib.parse.quote(KEY, safe='')}"}, framing="length"),
    "an error in the stream": stream_reply([begin(), event({"error": {"message": f"{KEY} is bad", "code": KEY}})]),
    "a refusal": stream_reply([chat_chunk(refusal=f"I will not say {KEY}."), *chat_pieces([])]),
    "a finish reason": stream_reply([begin(), chat_chunk(finish=KEY), CHAT_DONE]),
    "a model's name": stream_reply([begin(f"served-{KEY}"), *chat_pieces(["clients.\n"])]),
    "a count": stream_reply([
        begin(),
        chat_chunk(finish="stop"),
        event({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 2, "key": KEY, KEY: 1}}),
        CHAT_DONE,
    ]),
    "the answer, letter by letter": stream_reply([begin(), *letters(f"{KEY} and {HEADER_KEY}.\n"), *chat_pieces([])]),
    "an answer that is cut": stream_reply([begin(), *letters(f"{KEY} {KEY[:9]}")], Close()),
    "reasoning": stream_reply([chat_chunk(reasoning_content=KEY), begin(), *chat_pieces([])]),
    "not JSON": stream_reply([begin(), f"data: {KEY}\n\n".encode()]),
}  # fmt: skip


def check_silent(where: str, data: bytes) -> None:
    for spelling in SPELLINGS:
        place = data.find(spelling)
        assert place < 0, f"a key in {where}: …{data[max(0, place - 200) : place + 40]!r}"


def check_folder(folder: Path, *, but: Path | None = None) -> None:
    """No file below, the database with its log included, and no name of one holds a key."""
    for path in folder.rglob("*"):
        check_silent("a file's name", str(path).encode())
        if path.is_file() and (but is None or not path.is_relative_to(but)):
            check_silent(str(path), path.read_bytes())


async def test_no_key_is_in_any_log_record_diagnostic_message_page_or_file(tmp_path, provider, capfd):
    heard: list[str] = []
    desk = await sit_down(tmp_path, "--log-level", "debug", key=KEY, hear=heard)
    editor = desk.editor
    desk.use(provider.url, SETTINGS)
    for number, (name, reply) in enumerate(ECHOES.items()):
        provider.script(reply)
        uri = desk.open(f"echo-{number}")
        record = check_record(await editor.draft(uri))
        request = provider.requests[-1]
        assert request.headers["authorization"] == f"Bearer {KEY}", name
        assert request.headers["x-second-key"] == HEADER_KEY
        check_silent(f"the request's body after {name}", request.body)
        if record["status"] == "failed":
            await editor.diagnostic(uri, record["error"]["code"])
        if name in {"a model's name", "a count", "the answer, letter by letter"}:
            assert record["status"] == "completed"
            assert record["draft"]["state"] == "applied"
            assert await editor.hover(uri, "## Goal")
        if name == "the answer, letter by letter":
            assert "Limit [redacted] and [redacted].\n" in editor.text(uri)
        if name == "an answer that is cut":
            assert await desk.stored_text(record["run_id"]) == f"## Goal\n\nLimit [redacted] {KEY[:9]}"
        editor.save(uri)
        await editor.execute("orch.showRun", {"runId": record["run_id"]})
    await editor.execute("orch.showHistory")
    await editor.execute("orch.doctor")
    await editor.execute("orch.previewDraft")
    check_folder(tmp_path, but=desk.homes.config)
    await editor.stop()
    check_folder(tmp_path, but=desk.homes.config)
    check_silent("the server's log", capfd.readouterr().err.encode())
    assert len(heard) > len(ECHOES)
    for message in heard:
        check_silent("a message to the editor", message.encode())
    check_silent("the records", as_json(editor.runs).encode())
    assert list((desk.workspace / ".orch" / "provenance").rglob("*.jsonl"))
    assert list((desk.homes.state / "pages").rglob("*.md"))


@pytest.mark.parametrize("name", ["an error's message", "the answer, letter by letter"])
async def test_the_command_line_says_no_key(orch, homes, provider, workspace, name):
    configure(homes, provider.url, SETTINGS)
    provider.script(ECHOES[name])
    (workspace / "a.spec.md").write_text(SPEC)
    done = await orch("draft", "--write", "--json", "a.spec.md", env={"WORK_KEY": KEY})
    assert provider.requests[0].headers["authorization"] == f"Bearer {KEY}"
    shown = await orch("runs", "show", done.json()["run_id"], env={"WORK_KEY": KEY})
    doctor = await orch("doctor", env={"WORK_KEY": KEY})
    for found in (done, shown, doctor):
        check_silent("stdout", found.out.encode())
        check_silent("stderr", found.err.encode())
    check_folder(workspace)
    check_folder(homes.state)


async def test_a_key_in_the_spec_itself_is_not_sent(tmp_path, provider):
    """The text is the person's own and stays; nothing leaves, and nothing is said of it but the line."""
    desk = await sit_down(tmp_path, key=KEY)
    desk.use(provider.url, SETTINGS)
    provider.script(stream_reply(chat_pieces(["Ready when you are.\n"])))
    uri = desk.open("pasted", SPEC.replace("Limit each", f"Use the key {KEY} and limit each"))
    record = check_record(await desk.editor.draft(uri))
    assert record["error"]["code"] == "secret_blocked"
    check_silent("the record", as_json(record).encode())
    diagnostic = await desk.editor.diagnostic(uri, "secret_blocked")
    assert diagnostic.range.start.line == 4
    check_silent("the diagnostic", diagnostic.message.encode())
    assert provider.requests == []
    desk.editor.type(uri, SPEC)
    actions = await desk.editor.actions(uri, await desk.editor.diagnostic(uri, "secret_blocked"))
    retried = await desk.editor.ended((await desk.editor.run_action(actions["Orch: Retry"]))["runId"])
    assert retried["error"]["code"] == "unusable_draft"
    assert len(provider.requests) == 1
    await desk.editor.stop()
