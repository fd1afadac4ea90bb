"""How requests leave the machine: names, certificates, proxies, redirects, and where a key may go."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import trustme

from orch_lsp.settings.model import Network, Retry
from tests.fakes.provider_outcome import CANARY, ask
from tests.fakes.proxy import Proxy
from tests.fakes.scripted_server import Reply, ScriptedServer, chat_pieces, json_reply, stream_reply

GOOD = stream_reply(chat_pieces(["fine"]))
ONCE = Retry(attempts=1)
HOST = "models.test"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def ca_bundle(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def serving(authority, *names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
async def plain():
    async with ScriptedServer() as running:
        running.script(GOOD)
        yield running


@pytest.fixture
async def secure(authority):
    async with ScriptedServer(tls=serving(authority, "127.0.0.1", HOST)) as running:
        running.script(GOOD)
        yield running


async def test_a_host_that_does_not_exist_is_a_network_error():
    outcome = await ask("https://no-such-host.invalid/v1", retry=ONCE)
    assert outcome.code == "network_error"
    assert "host name" in outcome.error.message
    assert outcome.attempts[0].http_status is None


async def test_a_server_that_is_not_there_is_a_network_error_and_tried_again():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        outcome = await ask(f"http://127.0.0.1:{port}/v1")
    assert outcome.code == "network_error"
    assert "refused" in outcome.error.message
    assert outcome.statuses == ["error"] * 3


async def test_a_certificate_that_nobody_vouches_for_is_a_network_error_and_no_request_is_sent(secure):
    outcome = await ask(secure.url)
    assert outcome.code == "network_error"
    assert "not trusted" in outcome.error.message
    assert "ca_bundle" in outcome.error.remediation
    assert outcome.statuses == ["error"]
    assert secure.requests == []


async def test_a_certificate_for_another_host_is_a_network_error_and_no_request_is_sent(authority, ca_bundle):
    async with ScriptedServer(tls=serving(authority, "other.test")) as server:
        server.script(GOOD)
        outcome = await ask(server.url, network=Network(ca_bundle=ca_bundle))
        assert outcome.code == "network_error"
        assert server.requests == []


async def test_a_server_that_does_not_speak_tls_is_a_network_error():
    async def answer(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        outcome = await ask(f"https://127.0.0.1:{port}/v1")
    assert outcome.code == "network_error"
    assert "secure connection" in outcome.error.message


async def test_a_server_that_speaks_only_tls_is_told_from_one_that_does_not_answer(secure):
    outcome = await ask(secure.url.replace("https://", "http://"), retry=ONCE)
    assert outcome.code in {"network_error", "invalid_response"}
    assert secure.requests == []


async def test_a_private_authority_is_trusted_where_it_is_set(secure, ca_bundle):
    assert (await ask(secure.url, network=Network(ca_bundle=ca_bundle))).text == "fine"


async def test_a_folder_of_authorities_may_be_set(secure, ca_bundle, tmp_path):
    folder = tmp_path / "authorities"
    folder.mkdir()
    assert (await ask(secure.url, network=Network(ca_bundle=folder), retry=ONCE)).code == "network_error"


async def test_the_variable_of_the_platform_names_authorities_too(secure, ca_bundle, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_bundle))
    # Another Network value than the default, so that a context made before is not used again.
    outcome = await ask(secure.url, network=Network(proxy=None, client_key=ca_bundle.parent / "unused"))
    assert outcome.text == "fine"


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
async def test_a_ca_bundle_that_cannot_be_used_is_said_without_its_path(secure, tmp_path, content):
    path = tmp_path / "broken.pem"
    if content is not None:
        path.write_bytes(content)
    outcome = await ask(secure.url, network=Network(ca_bundle=path))
    assert outcome.code == "invalid_settings"
    assert str(tmp_path) not in str(outcome.error)
    assert secure.requests == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize("what", ["pipe", "device", "link"])
@pytest.mark.parametrize("setting", ["ca_bundle", "client_certificate", "client_key"])
async def test_a_pipe_or_a_device_is_no_file_of_certificates_and_is_not_waited_for(
    secure, ca_bundle, tmp_path, what, setting
):
    path = tmp_path / "certificates"
    match what:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case _:
            path.symlink_to("/dev/zero")
    others = {"client_certificate": ca_bundle} if setting == "client_key" else {}
    outcome = await ask(secure.url, network=Network(**{"ca_bundle": ca_bundle, **others, setting: path}))
    assert outcome.code == "invalid_settings"
    assert "not a regular file" in outcome.error.message
    assert secure.requests == []


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
async def test_a_variable_that_leads_nowhere_is_named(secure, monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, str(tmp_path / "gone"))
    outcome = await ask(secure.url, network=Network(proxy=None, client_key=tmp_path / name))
    assert outcome.code == "invalid_settings"
    assert f"`{name}`" in outcome.error.message
    assert "unset" in outcome.error.remediation
    assert str(tmp_path) not in outcome.error.message


async def test_a_variable_that_leads_nowhere_beside_a_good_one_does_no_harm(secure, ca_bundle, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_bundle))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "gone"))
    assert (await ask(secure.url, network=Network(client_key=tmp_path / "beside"))).text == "fine"


async def test_a_client_certificate_is_shown_to_a_server_that_asks_for_one(authority, ca_bundle, tmp_path):
    context = serving(authority, "127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    client = authority.issue_cert("developer.test")
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    client.cert_chain_pems[0].write_to_path(certificate)
    client.private_key_pem.write_to_path(key)
    network = Network(ca_bundle=ca_bundle, client_certificate=certificate, client_key=key)
    async with ScriptedServer(tls=context) as server:
        server.script(GOOD)
        assert (await ask(server.url, network=network)).text == "fine"
        without = await ask(server.url, network=Network(ca_bundle=ca_bundle), retry=ONCE)
        assert without.code == "network_error"


async def test_a_client_certificate_that_cannot_be_used_is_said(plain, tmp_path):
    outcome = await ask(plain.url, network=Network(client_certificate=tmp_path / "missing.pem"))
    assert outcome.code == "invalid_settings"
    assert plain.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_host_is_not_followed_and_no_credential_goes_there(plain, status):
    async with ScriptedServer() as elsewhere:
        elsewhere.script(GOOD)
        location = elsewhere.url.replace("127.0.0.1", "localhost")
        plain.script(json_reply({}, status, {"location": f"{location}/chat/completions"}))
        outcome = await ask(plain.url, headers={"x-api-key": CANARY})
        assert outcome.code == "invalid_response"
        assert outcome.error.http_status == status
        assert "localhost" in outcome.error.message
        assert elsewhere.requests == []
        assert len(plain.requests) == 1


async def test_a_redirect_to_the_same_host_is_not_followed_either(plain):
    plain.script(json_reply({}, 308, {"location": f"{plain.url}/elsewhere"}), GOOD)
    assert (await ask(plain.url)).code == "invalid_response"
    assert len(plain.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example/v1",
        "http://127.0.0.1.models.example/v1",
        "http://localhost.models.example/v1",
        "http://localhost@models.example/v1",
        "https://key:secret@models.example/v1",
        "https://127.0.0.1:pass@models.example/v1",
        "http://[::ffff:1.2.3.4]/v1",
        "http://0.0.0.0/v1",
        "http://169.254.169.254/v1",
        "https://models.example\\@else.example/v1",
        "https://models.example/v1#frag",
        "https://models.example/v1?key=1",
        "https://models.example:99999/v1",
        "https://models example/v1",
        "ftp://models.example/v1",
        "file:///etc/passwd",
        "//models.example/v1",
        "models.example/v1",
        "https:///v1",
        "https://мodels.example/v1",
        "",
    ],
)
async def test_an_address_that_could_mean_something_else_is_refused_before_anything_is_sent(url):
    outcome = await ask(url)
    assert outcome.code == "invalid_settings"
    assert outcome.started == []
    assert "secret" not in outcome.error.message


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
async def test_this_machine_may_be_reached_without_tls_in_any_spelling(address):
    if address == "[::1]" and not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    host = "::1" if address == "[::1]" else "127.0.0.1"
    try:
        server = await ScriptedServer(host=host).__aenter__()
    except OSError:
        pytest.skip("no IPv6 loopback here")
    try:
        server.script(GOOD)
        outcome = await ask(f"http://{address}:{server.port}/v1/")
        assert outcome.text == "fine"
        assert outcome.started[0].server_address == f"{address.lower()}:{server.port}"
        assert server.requests[0].path == "/v1/chat/completions"
    finally:
        await server.__aexit__(None, None, None)


async def test_requests_go_through_the_proxy_that_the_user_set_and_it_never_sees_the_key(secure, ca_bundle):
    async with Proxy(secure.port) as proxy:
        network = Network(proxy=f"http://127.0.0.1:{proxy.port}", ca_bundle=ca_bundle)
        outcome = await ask(f"https://{HOST}/v1", network=network)
        assert outcome.text == "fine"
        assert proxy.lines == [f"CONNECT {HOST}:443 HTTP/1.1"]
        assert CANARY.encode() not in proxy.heads[0]
        assert secure.requests[0].headers["host"] == HOST


async def test_requests_go_through_the_proxy_that_the_environment_names(secure, ca_bundle, monkeypatch):
    async with Proxy(secure.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert (await ask(f"https://{HOST}/v1", network=Network(ca_bundle=ca_bundle))).text == "fine"
        assert len(proxy.lines) == 1
        monkeypatch.setenv("NO_PROXY", HOST)
        outcome = await ask(f"https://{HOST}/v1", network=Network(ca_bundle=ca_bundle), retry=ONCE)
        assert outcome.code == "network_error"
        assert len(proxy.lines) == 1


async def test_this_machine_is_never_reached_through_a_proxy_of_the_environment(plain, monkeypatch):
    async with Proxy(plain.port) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert (await ask(plain.url)).text == "fine"
        assert proxy.lines == []


async def test_a_proxy_that_wants_credentials_is_told_and_gets_those_that_are_set(secure, ca_bundle):
    # The words user and word, as basic credentials.
    async with Proxy(secure.port, credentials="basic dXNlcjp3b3Jk".lower()) as proxy:
        network = Network(proxy=f"http://127.0.0.1:{proxy.port}", ca_bundle=ca_bundle)
        refused = await ask(f"https://{HOST}/v1", network=network)
        assert refused.code == "network_error"
        assert "proxy" in refused.error.message.lower()
        assert refused.statuses == ["error"]
        known = replace(network, proxy=f"http://user:word@127.0.0.1:{proxy.port}")
        assert (await ask(f"https://{HOST}/v1", network=known)).text == "fine"


async def test_a_proxy_that_is_not_there_is_a_network_error():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        network = Network(proxy=f"http://127.0.0.1:{unused.getsockname()[1]}")
        outcome = await ask(f"https://{HOST}/v1", network=network, retry=ONCE)
    assert outcome.code == "network_error"


async def test_a_proxy_of_the_environment_that_cannot_be_used_is_said(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://proxy")
    assert (await ask(f"https://{HOST}/v1")).code == "invalid_settings"


async def test_credentials_of_the_system_s_netrc_are_never_sent(plain, tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (await ask(plain.url, key=None)).text == "fine"
    assert "authorization" not in plain.requests[0].headers


async def test_cookies_of_one_answer_are_not_sent_with_the_next_request(plain):
    plain.script(Reply(500, {"set-cookie": "session=1"}, framing="length"), GOOD)
    assert (await ask(plain.url)).text == "fine"
    assert "cookie" not in plain.requests[1].headers


@pytest.mark.skipif(find_spec("socksio") is not None, reason="the package for SOCKS proxies is installed")
async def test_a_socks_proxy_needs_a_package_and_that_is_said(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    outcome = await ask(f"https://{HOST}/v1", retry=ONCE)
    assert outcome.code == "invalid_settings"
    assert "socks" in outcome.error.remediation
