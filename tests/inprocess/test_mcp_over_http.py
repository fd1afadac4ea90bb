"""Servers over streamable HTTP: one of the SDK in both eras, and raw ones that hang, flood, lie, move or refuse."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl

import pytest

pytest.importorskip("mcp", reason="needs the extra mcp")

import trustme

from orch_lsp.context.mcp.address import Address, address_of_user
from orch_lsp.context.mcp.client import ask, ask_over
from orch_lsp.context.mcp.http import reached
from orch_lsp.context.mcp.watch import Watch
from orch_lsp.settings.mcp_settings import McpServer, McpTool
from orch_lsp.settings.model import Network
from tests.fakes.mcp_over_http import BAD, GOOD, asked, of_handshakes, plain, served, text
from tests.fakes.mcp_over_http import with_a_request_of_its_own as with_a_request
from tests.fakes.proxy import Proxy
from tests.fakes.scripted_server import Reply, ScriptedServer, Send, Stall, event, json_reply

WORDS = ("rate", "limiter")
SECRET = "canary-" + "6f1d-notes-token"
GIVEN = ["mcp:bad bad://good"]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
async def raw():
    async with ScriptedServer() as running:
        yield running


def origins(answered) -> list[str]:
    return [given.origin for given in answered.texts]


async def answers_of(raw, reply, *, network: Network | None = None, key: str = "", url: str = "", **limits):
    """The answer of a raw server that replies so."""
    raw.answer_by(reply)
    server = McpServer("bad", url=url or raw.url, api_key_env="KEY" if key else None, **{"timeout": 30.0, **limits})
    return await ask(server, address_of_user(server, network or Network(), {"KEY": key}), WORDS)


# -- a server of the SDK


async def test_a_server_is_spoken_to_in_the_newest_protocol_with_the_users_headers():
    server = McpServer(
        "notes",
        resources=("notes://limiter", "notes://topic/{topic}"),
        values={"topic": "rates"},
        tools=(McpTool("search", "words"), McpTool("broken", "words")),
        api_key_env="NOTES_TOKEN",
        headers_env={"X-Team-Key": "TEAM_KEY"},
        headers={"X-Team": "platform"},
        url="https://replaced.test",
    )
    async with served() as at:
        address = address_of_user(server, Network(), {"NOTES_TOKEN": f" {SECRET}\n", "TEAM_KEY": "a b"})
        answered = await ask(server, Address("notes", at.url, address.headers), WORDS)
    assert (answered.protocol, answered.failure) == ("2026-07-28", "")
    assert origins(answered) == [
        "mcp:notes tool search",
        "mcp:notes notes://limiter",
        "mcp:notes notes://topic/rates",
    ]
    assert [one.path for one in answered.left_out] == ["mcp:notes tool broken"]
    assert {method for method, _ in at.heads} == {"POST"}
    assert at.sent("authorization") == {f"Bearer {SECRET}"}
    assert at.sent("x-team-key") == {"a b"}
    assert at.sent("x-team") == {"platform"}
    assert at.sent("cookie") == {None}


@pytest.mark.parametrize("options", [{}, {"json_response": True}, {"stateless_http": True}])
async def test_a_server_of_the_era_of_handshakes_is_asked_too(options):
    server = McpServer("notes", resources=("notes://limiter", "notes://weather"), max_items=1)
    async with served(**options) as at:
        watch = Watch(1_000_000)
        answered = await ask_over(server, reached(Address("notes", at.url), watch), WORDS, watch, mode="legacy")
    assert answered.failure == ""
    assert answered.protocol < "2026"
    assert origins(answered) == ["mcp:notes notes://limiter"]
    assert [one.reason for one in answered.left_out] == ["more than 1 pieces"]
    ended = ["DELETE"] if "stateless_http" not in options else []
    assert [method for method, _ in at.heads if method != "POST"] == ended, "no stream is open for what nobody asked"


# -- servers that do not do what they should


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("floods", "it sent more than"),
        ("floods with messages", "it sent more than"),
        ("floods with lines", "it sent more than"),
        ("HTML", "it is no server of the protocol: it sent text/html"),
        ("fails", "it answered HTTP 500"),
        ("is asked too often", "it was asked too often (HTTP 429)"),
        ("compressed", "it sent a compressed answer"),
        ("ends too early", "the connection was lost"),
        ("is cut", "the connection was lost"),
        ("ends its events", "the connection ended before the answer was there"),
        ("breaks its events", "the connection was lost"),
        ("is no HTTP", "it does not speak HTTP as it should"),
        ("moves away", "it redirects to https://elsewhere.test/mcp (HTTP 307)"),
        ("forgets the session", "it ended the session (HTTP 404)"),
        ("forgets the session in JSON", "it ended the session (HTTP 404)"),
    ],
)
async def test_what_a_server_gave_before_it_failed_is_kept(raw, kind, reason):
    answered = await answers_of(raw, of_handshakes(BAD[kind]), max_bytes=1024)
    assert answered.failure.startswith(reason)
    assert origins(answered) == GIVEN


async def test_lines_without_a_message_are_not_read_until_they_are_many_bytes(raw):
    answered = await answers_of(raw, of_handshakes(BAD["floods with lines"]), max_bytes=8 * 1024 * 1024, timeout=20.0)
    assert answered.failure.startswith("it sent more than")


@pytest.mark.parametrize("kind", sorted({*BAD} - {"hangs", "hangs in its answer", "never ends its events"}))
async def test_a_server_that_is_bad_from_the_first_gives_its_reason(raw, kind):
    answered = await answers_of(raw, BAD[kind], max_bytes=1024)
    assert answered.failure
    assert "does not keep to the protocol" not in answered.failure
    assert answered.texts == []


@pytest.mark.parametrize("kind", ["hangs", "hangs in its answer", "never ends its events"])
@pytest.mark.parametrize("around", [of_handshakes, lambda bad: bad])
async def test_a_server_that_hangs_is_left_when_its_time_is_over(raw, kind, around):
    answered = await answers_of(raw, around(BAD[kind]), timeout=1.0)
    assert answered.failure == "it took longer than 1 seconds"
    assert set(origins(answered)) <= set(GIVEN)
    await raw.requests[-1].disconnected.wait()


async def test_an_answer_that_is_no_message_costs_itself_alone(raw):
    answered = await answers_of(raw, of_handshakes(BAD["no JSON"]))
    assert (answered.failure, origins(answered)) == ("", GIVEN)
    (left,) = answered.left_out
    assert (left.path, left.reason) == ("mcp:bad bad://bad", "what it sent is no message of the protocol")


async def test_a_size_that_a_server_tells_is_not_believed(raw):
    answered = await answers_of(raw, of_handshakes(lambda one: text(one, "limiter " * 20_000)), max_bytes=100_000)
    assert answered.failure == ""
    assert [(one.path, one.reason) for one in answered.left_out] == [("mcp:bad bad://bad", "larger than 97 kB")]


async def test_an_answer_larger_than_an_event_of_the_sdk_may_be_is_read(raw):
    large = "limiter " * 200_000

    def in_an_event(request):
        contents = [{"uri": "bad://bad", "text": large}]
        return Reply(
            steps=(Send(event({"jsonrpc": "2.0", "id": asked(request)["id"], "result": {"contents": contents}})),)
        )

    answered = await answers_of(raw, of_handshakes(in_an_event), max_bytes=2_000_000)
    assert answered.failure == ""
    assert [len(one.text) for one in answered.texts] == [len(GOOD), len(large)]


async def test_what_a_server_asks_of_us_is_declined(raw):
    declined = asyncio.Event()
    answered = await answers_of(raw, with_a_request(declined))
    assert answered.failure == ""
    assert [one.text for one in answered.texts] == [GOOD, "The limiter waited for a no.\n"]
    (no,) = [asked(one) for one in raw.requests if one.body and asked(one).get("id") == "own-1"]
    assert "error" in no
    assert declined.is_set()


def later(*, ends: bool):
    """A server that closes its stream before the answer, to be asked for the rest, as it may; or for ever."""
    waiting = []
    begun = Reply(steps=(Send(b"id: e1\nretry: 1\ndata: \n\n"),))

    def bad(request):
        waiting.append(request)
        return begun

    healthy = of_handshakes(bad)

    def reply(request):
        if request.method != "GET":
            return healthy(request)
        assert request.headers["last-event-id"] == "e1"
        result = {"contents": [{"uri": "bad://bad", "text": "It came later.\n"}]}
        told = event({"jsonrpc": "2.0", "id": asked(waiting[-1])["id"], "result": result})
        return Reply(steps=(Send(told),)) if ends else begun

    return reply


async def test_an_answer_that_comes_later_is_fetched(raw):
    answered = await answers_of(raw, later(ends=True))
    assert (answered.failure, [one.text for one in answered.texts]) == ("", [GOOD, "It came later.\n"])


async def test_an_answer_that_is_always_later_is_not_waited_for(raw):
    answered = await answers_of(raw, later(ends=False))
    assert answered.failure == "it put its answer off too often"
    assert origins(answered) == GIVEN
    assert len([request for request in raw.requests if request.method == "GET"]) < 50


async def test_a_session_that_a_server_does_not_end_is_not_waited_for(raw):
    healthy = of_handshakes(lambda one: text(one, "limiter"))
    ended = []

    def reply(request):
        if request.method == "DELETE":
            ended.append(request)
            return Reply(before=(Stall(),))
        return healthy(request)

    answered = await answers_of(raw, reply)
    assert (answered.failure, len(answered.texts)) == ("", 2)
    assert [request.headers["mcp-session-id"] for request in ended] == ["session-1"]


async def test_a_cookie_is_not_taken(raw):
    answered = await answers_of(raw, of_handshakes(lambda one: text(one, "limiter", **{"set-cookie": "a=b"})))
    assert answered.failure == ""
    assert not any("cookie" in request.headers for request in raw.requests)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_names_the_variable_of_the_key_and_never_the_key(raw, status):
    answered = await answers_of(raw, lambda _: plain(status), key=SECRET)
    assert answered.failure == (
        f"it refused the request (HTTP {status}): look at the environment variable KEY (header Authorization); "
        "there is no login by OAuth"
    )
    assert len(raw.requests) == 1
    without = await answers_of(raw, lambda _: plain(status))
    assert "name the variable that holds your key in `api_key_env` of your own `[mcp.bad]`" in without.failure


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nothing_is_sent_to_another_host(raw, status):
    async with ScriptedServer() as other:
        answered = await answers_of(raw, lambda _: plain(status, location=f"{other.url}?a=b"), key=SECRET)
        assert answered.failure.startswith(f"it redirects to {other.url} (HTTP {status}), which is not followed")
        assert other.requests == []
    assert len(raw.requests) == 1


async def test_a_redirect_of_its_own_place_is_followed_with_what_was_sent(raw):
    def reply(request):
        if request.path == "/v1":
            return plain(307, location="/v1/")
        return of_handshakes(lambda one: text(one, "limiter"))(request)

    answered = await answers_of(raw, reply, key=SECRET)
    assert (answered.failure, len(answered.texts)) == ("", 2)
    assert {request.headers["authorization"] for request in raw.requests} == {f"Bearer {SECRET}"}


async def test_redirects_without_an_end_come_to_one(raw):
    answered = await answers_of(raw, lambda _: plain(307, location="/v1"))
    assert answered.failure
    assert len(raw.requests) < 20


async def test_a_key_that_a_server_repeats_goes_nowhere(raw):
    def repeating(request):
        return text(request, f"limiter {request.headers['authorization']}\n")

    answered = await answers_of(raw, of_handshakes(repeating), key=SECRET)
    assert [one.text for one in answered.texts] == [GOOD, "limiter [redacted]\n"]

    def refusing(request):
        error = {"code": -1, "message": f"no {SECRET} here"}
        return json_reply({"jsonrpc": "2.0", "id": asked(request)["id"], "error": error})

    answered = await answers_of(raw, of_handshakes(refusing), key=SECRET)
    assert [one.reason for one in answered.left_out] == ["it answered with an error: no [redacted] here"]


@pytest.mark.parametrize("length", [155, 165, 185])
async def test_no_part_of_a_key_is_left_where_a_reason_is_cut(raw, length):
    def failing(request):
        error = {"code": -1, "message": f"{'x' * length} {SECRET}"}
        return json_reply({"jsonrpc": "2.0", "id": asked(request)["id"], "error": error})

    def moving(request):
        return plain(307, location=f"https://elsewhere.test/{'x' * length}/{SECRET}")

    for bad in (failing, moving):
        answered = await answers_of(raw, of_handshakes(bad), key=SECRET)
        assert SECRET[:7] not in repr(answered)


async def test_a_key_that_a_server_calls_its_kind_of_answer_goes_nowhere(raw):
    answered = await answers_of(raw, lambda _: plain(200, SECRET.title()), key=SECRET.title())
    assert answered.failure == "it is no server of the protocol: it sent [redacted]"


async def test_no_log_has_the_key_or_what_the_server_said(raw, caplog):
    caplog.set_level(logging.DEBUG)
    for kind in ("no JSON", "forgets the session", "moves away"):
        await answers_of(raw, of_handshakes(BAD[kind]), key=SECRET)
    assert SECRET not in caplog.text
    assert "session-1" not in caplog.text


# -- how requests leave the machine


def serving(authority, *names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusting(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return Network(ca_bundle=tmp_path / "ca.pem")


async def test_a_certificate_is_verified(authority, trusting):
    async with ScriptedServer(tls=serving(authority, "127.0.0.1")) as secure:
        reply = of_handshakes(lambda one: text(one, "limiter"))
        refused = await answers_of(secure, reply, key=SECRET)
        assert refused.failure.startswith("its certificate is not trusted: ")
        assert secure.requests == []
        answered = await answers_of(secure, reply, network=trusting, key=SECRET)
        assert (answered.failure, len(answered.texts)) == ("", 2)
    async with ScriptedServer(tls=serving(authority, "other.test")) as other:
        refused = await answers_of(other, reply, network=trusting)
        assert refused.failure.startswith("its certificate is not trusted: ")


async def test_a_proxy_is_used_as_for_providers(authority, trusting, raw, monkeypatch):
    reply = of_handshakes(lambda one: text(one, "limiter"))
    async with ScriptedServer(tls=serving(authority, "notes.test")) as secure, Proxy(secure.port) as proxy:
        by = Network(proxy=f"http://127.0.0.1:{proxy.port}", ca_bundle=trusting.ca_bundle)
        answered = await answers_of(secure, reply, network=by, key=SECRET, url="https://notes.test/mcp")
        assert (answered.failure, len(answered.texts)) == ("", 2)
        assert set(proxy.lines) == {"CONNECT notes.test:443 HTTP/1.1"}
        assert not any(SECRET.encode() in head for head in proxy.heads)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        answered = await answers_of(secure, reply, network=trusting, url="https://notes.test/mcp")
        assert answered.failure == ""
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        seen = len(proxy.lines)
        assert (await answers_of(raw, reply)).failure == ""
        assert len(proxy.lines) == seen, "this machine is never reached through a proxy of the environment"


async def test_a_proxy_that_refuses_is_told(raw):
    async with Proxy(raw.port, credentials="basic x") as proxy:
        by = Network(proxy=f"http://127.0.0.1:{proxy.port}")
        answered = await answers_of(raw, plain, network=by, url="https://notes.test/mcp")
    assert answered.failure == "the proxy refused the request"


async def test_a_bundle_that_is_none_is_told(raw, tmp_path):
    answered = await answers_of(raw, plain, network=Network(ca_bundle=tmp_path / "gone.pem"))
    assert answered.failure.startswith("The CA bundle cannot be used")


async def test_a_port_where_nobody_listens_is_told(raw):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/mcp"
        answered = await answers_of(raw, plain, url=url)
    assert answered.failure == "it refused the connection"


async def test_a_question_that_is_cancelled_leaves_no_connection(raw):
    task = asyncio.create_task(answers_of(raw, of_handshakes(BAD["hangs"])))
    while not (raw.requests and b"bad://bad" in raw.requests[-1].body):
        await raw.request(len(raw.requests))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await raw.requests[-1].disconnected.wait()
