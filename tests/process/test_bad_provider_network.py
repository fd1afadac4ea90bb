"""A provider that cannot be reached: refused, unknown, or not the one it says it is."""

from __future__ import annotations

import asyncio
import ssl

import pytest
import trustme

from tests.fakes.scripted_server import ScriptedServer, chat_pieces, stream_reply
from tests.process.bad_answers import AGAIN, ONCE
from tests.process.desk import SPEC, configure, unused_port
from tests.process.record_rules import check_record, step_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANSWER = ["## Goal\n\nLimit clients.\n"]


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


async def failed(desk, name: str, says: str, attempts: int = 1):
    """Draft, and see the failure recorded and shown."""
    uri = desk.open(name)
    record = check_record(await desk.editor.draft(uri))
    assert record["status"] == "failed"
    assert record["error"]["code"] == "network_error", record["error"]
    assert record["error"]["retryable"] is True
    assert record["error"]["http_status"] is None
    assert says in record["error"]["message"]
    assert record["draft"] is None
    made = step_of(record)["attempts"]
    assert [attempt["status"] for attempt in made] == ["error"] * attempts
    assert [attempt["http_status"] for attempt in made] == [None] * attempts
    diagnostic = await desk.editor.diagnostic(uri, "network_error")
    assert diagnostic.data == {"runId": record["run_id"], "code": "network_error", "retryable": True}
    assert desk.editor.text(uri) == SPEC
    desk.editor.close(uri)
    return record


async def test_a_refused_connection_is_tried_again_and_then_told(desk):
    port = unused_port()
    desk.use(f"http://127.0.0.1:{port}/v1", AGAIN)
    record = await failed(desk, "refused", "refused", attempts=3)
    assert record["provider"]["server_address"] == f"127.0.0.1:{port}"
    assert "base_url" in record["error"]["remediation"]


async def test_a_host_that_does_not_exist_is_told(desk):
    # Reserved by RFC 6761: no resolver answers for it.
    desk.use("https://models.invalid/v1", ONCE)
    record = await failed(desk, "unknown-host", "host")
    assert record["provider"]["server_address"] == "models.invalid"


async def test_a_certificate_that_nobody_vouches_for_is_refused_and_no_key_is_sent(desk, authority):
    async with ScriptedServer(tls=serving(authority, "127.0.0.1")) as model:
        desk.use(model.url, AGAIN)
        record = await failed(desk, "untrusted", "certificate is not trusted")
        assert "ca_bundle" in record["error"]["remediation"]
        assert model.requests == []


async def test_a_certificate_for_another_host_is_refused(desk, authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    async with ScriptedServer(tls=serving(authority, "other.example")) as model:
        desk.use(model.url, f'{AGAIN}\nnetwork = {{ ca_bundle = "{tmp_path}/ca.pem" }}')
        await failed(desk, "other-host", "certificate is not trusted")
        assert model.requests == []


async def test_plain_http_where_tls_was_expected_is_told(desk):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        desk.use(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", AGAIN)
        await failed(desk, "no-tls", "secure connection")


async def test_the_users_own_authority_is_trusted(desk, authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    async with ScriptedServer(tls=serving(authority, "127.0.0.1")) as model:
        desk.use(model.url, f'{AGAIN}\nnetwork = {{ ca_bundle = "{tmp_path}/ca.pem" }}')
        model.script(stream_reply(chat_pieces(ANSWER)))
        uri = desk.open("trusted")
        record = check_record(await desk.editor.draft(uri))
        assert record["status"] == "completed", record["error"]
        desk.editor.close(uri)


async def test_a_ca_bundle_that_is_missing_is_a_setting_to_correct(desk, tmp_path):
    async with ScriptedServer() as model:
        desk.use(model.url, f'{AGAIN}\nnetwork = {{ ca_bundle = "{tmp_path}/none.pem" }}')
        uri = desk.open("no-bundle")
        record = check_record(await desk.editor.draft(uri))
        assert record["error"]["code"] == "invalid_settings"
        assert "CA bundle" in record["error"]["message"]
        assert model.requests == []
        desk.editor.close(uri)


@pytest.mark.parametrize("how", ["refused", "unknown host", "untrusted"])
async def test_the_command_line_says_what_is_wrong_and_what_to_do(orch, homes, workspace, authority, how):
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    async with ScriptedServer(tls=serving(authority, "127.0.0.1")) as model:
        url = {
            "refused": f"http://127.0.0.1:{unused_port()}/v1",
            "unknown host": "https://models.invalid/v1",
            "untrusted": model.url,
        }[how]
        configure(homes, url, ONCE)
        done = await orch("draft", "--json", "a.spec.md")
    assert done.code == 1
    record = check_record(done.json())
    assert record["error"]["code"] == "network_error"
    assert path.read_text() == SPEC
    *_, error, cure = done.err.rstrip("\n").split("\n")
    assert error == f"error[network_error]: {record['error']['message']}"
    assert cure == f"cure: {record['error']['remediation']}"
