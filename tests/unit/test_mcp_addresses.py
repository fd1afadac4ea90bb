"""Servers over HTTP as settings and workspaces describe them: where they may be, which headers, and what is secret."""

from __future__ import annotations

import json

import pytest

from orch_lsp.context.mcp.address import Address, address_of_user, address_of_workspace
from orch_lsp.context.mcp.answer import Answer, Given, without
from orch_lsp.context.mcp.bound import bound, described
from orch_lsp.context.mcp.declared import declared_servers
from orch_lsp.context.mcp.launch import LaunchError
from orch_lsp.context.mcp.servers import servers_of
from orch_lsp.settings.keys import configured_secrets, keys_of_servers
from orch_lsp.settings.load import UserLayer, parse_project, parse_user
from orch_lsp.settings.mcp_settings import McpServer
from orch_lsp.settings.model import Network, Settings
from orch_lsp.settings.resolve import CommandChoice, resolve

URL = "https://tracker.test/mcp/"
SECRET = "canary-" + "0b7e-tracker-token"


def problems(*lines: str) -> list[str]:
    return [one.message for one in parse_user("[mcp.tracker]\n" + "\n".join(lines)).problems]


@pytest.mark.parametrize(
    "url", [URL, "https://tracker.test:8443/mcp?project=7", "http://127.0.0.1:9000/mcp", "http://localhost/mcp"]
)
def test_a_url_over_tls_or_of_this_machine_is_taken_as_it_is(url):
    assert problems(f'url = "{url}"') == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://tracker.test/mcp", "an https URL"),
        ("ws://tracker.test/mcp", "starts with"),
        ("https://user:canary-pass@tracker.test/mcp", "without a password or a key"),
        ("https://tracker.test/mcp?apiKey=canary-pass", "without a password or a key"),
        ("https://tracker.test/mcp?a=b&access_token=canary-pass", "without a password or a key"),
        ("https://tracker.test/mcp#canary-pass", "without `#`"),
        ("https://tracker.test/${TEAM}/mcp", "without variables"),
        ("https://169.254.169.254/mcp", "link-local"),
        ("https://[fd00:0ec2:0::254]/mcp", "metadata"),
        ("http://[::1].tracker.test/mcp", "valid host"),
        ("http://[::1]tracker.test:80/mcp", "valid host"),
        ("http://[::1]x/mcp", "valid host"),
        ("https://", "valid host"),
    ],
)
def test_another_url_is_a_problem_that_shows_no_secret(url, expected):
    (message,) = problems(f'url = "{url}"')
    assert expected in message
    assert "canary" not in message or "#" in url


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (['command = "x"', f'url = "{URL}"'], "either a program"),
        ([f'url = "{URL}"', 'folder = "/"'], "either a program"),
        (['api_key_env = "KEY"'], "`url` beside headers and keys"),
        (['headers = { "X-Team" = "a" }'], "`url` beside headers and keys"),
        ([f'url = "{URL}"', 'api_key_env = "KEY"', 'headers_env = { authorization = "KEY" }'], "said twice"),
        ([f'url = "{URL}"', 'headers = { "X-A" = "a" }', 'headers_env = { x-a = "KEY" }'], "said twice"),
        ([f'url = "{URL}"', 'headers = { "Mcp-Session-Id" = "a" }'], "that a client may set"),
        ([f'url = "{URL}"', 'headers = { Host = "a" }'], "that a client may set"),
        ([f'url = "{URL}"', 'headers_env = { Accept = "KEY" }'], "that a client may set"),
        ([f'url = "{URL}"', 'headers = { "X-A" = "a\\nb" }'], "printable ASCII"),
        ([f'url = "{URL}"', 'headers = { "X-A" = "Bearer ${KEY}" }'], "belongs in `api_key_env` or `headers_env`"),
        ([f'url = "{URL}"', f'api_key_env = "{SECRET}"'], "the name of an environment variable"),
    ],
)
def test_what_does_not_go_together_is_a_problem(lines, expected):
    told = problems(*lines)
    assert any(expected in one for one in told), told
    assert not any(SECRET in one for one in told)


@pytest.mark.parametrize(
    "lines",
    [
        [f'url = "{URL}"', 'command = "x"', f'headers = {{ "X-A" = "{SECRET}" }}'],
        [f'headers = {{ "X-A" = "{SECRET}" }}'],
        ['args = ["x"]', f'env = {{ A = "{SECRET}" }}'],
    ],
)
def test_a_table_that_is_left_out_as_a_whole_is_not_shown(lines):
    told = problems(*lines)
    assert told
    assert not any("canary" in one for one in told)


def test_a_repository_and_an_editor_cannot_describe_a_server():
    layer = parse_project(f'[mcp.tracker]\nurl = "{URL}"\napi_key_env = "WORK_KEY"\n')
    assert layer.problems


def resolve_user(user: UserLayer) -> Settings:
    nothing = parse_project("")
    return resolve(
        user=user,
        handed_over=None,
        project=nothing,
        editor=nothing,
        front_matter=nothing,
        command=CommandChoice(),
        presets={},
    )


def server(**more: object) -> McpServer:
    return McpServer("tracker", url=URL, **more)


def test_headers_are_made_of_variables_and_never_shown():
    found = address_of_user(
        server(api_key_env="KEY", headers_env={"X-Key": "OTHER"}, headers={"X-Team": "platform"}),
        Network(),
        {"KEY": f"{SECRET}\n", "OTHER": "two words"},
    )
    assert found.headers == {"Authorization": f"Bearer {SECRET}", "X-Key": "two words", "X-Team": "platform"}
    assert (found.host, found.url) == ("tracker.test", URL)
    assert set(found.secrets) == {f"Bearer {SECRET}", SECRET, "two words", "words"}
    assert SECRET not in repr(found)
    assert SECRET not in repr(server(headers={"Authorization": SECRET}))


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "KEY is not set; its header Authorization is made of it"),
        ({"KEY": " \n"}, "KEY is not set"),
        ({"KEY": "a b"}, "characters that no key"),
        ({"KEY": "a\nb"}, "characters that no key"),
        ({"KEY": "\u00e4"}, "characters that no key"),
    ],
)
def test_a_variable_without_a_key_is_told_before_anybody_is_asked(environment, reason, tmp_path, monkeypatch):
    with pytest.raises(LaunchError, match=reason):
        address_of_user(server(api_key_env="KEY"), Network(), environment)
    monkeypatch.delenv("KEY", raising=False)
    found = servers_of(tmp_path, {"tracker": server(api_key_env="KEY")}, lambda *_: False, Network())
    assert "KEY is not set" in found.failed["tracker"]
    assert not found.ready


def test_no_host_is_asked_where_the_way_to_it_cannot_be_read(tmp_path):
    damaged = parse_user(f'network = {{ proxy = "nowhere" }}\n[mcp.tracker]\nurl = "{URL}"\n')
    settings = resolve_user(damaged)
    assert settings.network is None
    found = servers_of(tmp_path, settings.mcp, lambda *_: True, settings.network)
    assert "`[network]`" in found.failed["tracker"]
    near = {"near": McpServer("near", url="http://127.0.0.1:1/mcp")}
    assert [*servers_of(tmp_path, near, lambda *_: True, None).ready] == ["near"]
    declare(tmp_path, url=URL)
    assert [*servers_of(tmp_path, {}, lambda *_: True, None).failed] == ["notes"]
    kept = resolve_user(parse_user('network = { proxy = "http://proxy.test" }\n'))
    assert kept.network == Network(proxy="http://proxy.test")


def test_all_that_is_secret_is_known_to_the_redactor():
    servers = {"tracker": server(api_key_env="KEY", headers={"X-Token": SECRET, "X-Team": "platform"})}
    assert list(keys_of_servers(servers.values(), {"KEY": "k", "OTHER": "o"})) == ["k"]
    settings = Settings(providers={}, choice=None, choice_problem=None, mcp=servers)
    assert configured_secrets(settings) == (SECRET,)


def test_an_answer_repeats_no_key():
    answer = Answer("mcp:a", [Given(f"mcp:a a://{SECRET}", f"x Bearer {SECRET} y", True)], failure=f"no {SECRET}")
    cleaned = without(answer, Address("a", URL, {"Authorization": f"Bearer {SECRET}"}).secrets)
    assert cleaned.texts == [Given("mcp:a a://[redacted]", "x [redacted] y", True)]
    assert cleaned.failure == "no [redacted]"


def test_a_key_that_is_repeated_between_hidden_characters_does_not_come_together_again():
    said = Given("mcp:a a://b", "\u200bx " + "\u200b".join(SECRET), is_named=True)
    cleaned = without(Answer("mcp:a", [said, Given("mcp:a a://c", "y\u200b", True)]), (SECRET,))
    assert [one.text for one in cleaned.texts] == ["x [redacted]", "y\u200b"]


# -- servers of a workspace


def declare(root, **entry: object):
    (root / ".mcp.json").write_text(json.dumps({"mcpServers": {"notes": entry}}))
    ((found,), problems) = declared_servers(root)
    assert problems == ()
    return found


@pytest.mark.parametrize("kind", [{}, {"type": "http"}, {"type": "streamable-http"}])
def test_a_server_of_a_workspace_over_http_needs_consent_alone(tmp_path, kind):
    found = declare(tmp_path, url=URL, headers={"X-Team": "platform"}, **kind)
    assert (found.refused, found.url, found.headers, found.command) == ("", URL, {"X-Team": "platform"}, ())
    assert address_of_workspace(found, Network()).headers == {"X-Team": "platform"}
    assert dict(described(found, ())) == {"url": f'"{URL}"', "headers": '{"X-Team": "platform"}'}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"url": "http://tracker.test"}, "an https URL"),
        ({"url": 3}, "not texts"),
        ({"url": URL, "headers": ["a"]}, "not texts"),
        ({"url": URL, "headers": {"A": 1}}, "not texts"),
        ({"url": URL, "headers": {f"A{n}": "a" for n in range(100)}}, "not texts"),
        ({"url": URL, "headers": {"Authorization": "Bearer ${input:token}"}}, "only its own editor knows"),
        ({"url": URL, "headers": {"Authorization": "Bearer ${WORK_KEY}"}}, "`api_key_env`"),
        ({"url": "https://${env:HOST}/mcp"}, "only its own editor knows"),
        ({"url": "https://tracker.test/${workspaceFolder}"}, "only its own editor knows"),
        ({"url": "https://user:pass@tracker.test/mcp"}, "without a password"),
        ({"url": "https://169.254.169.254/mcp"}, "link-local"),
        ({"url": URL, "headers": {"Host": "a"}}, "headers are none"),
        ({"url": URL, "headers": {"X-A": "a\nb"}}, "headers are none"),
        ({"url": URL, "type": "sse"}, "not reached over streamable HTTP"),
        ({"url": URL, "type": 1}, "not reached over streamable HTTP"),
        ({"url": URL, "type": ["http"]}, "not reached over streamable HTTP"),
        ({"url": URL, "command": "x"}, "both a program and a URL"),
    ],
)
def test_a_server_of_a_workspace_that_cannot_be_is_refused_with_the_reason(tmp_path, entry, reason):
    assert reason in declare(tmp_path, **entry).refused


def test_consent_is_to_the_url_and_to_names_and_values_of_headers(tmp_path):
    def fingerprint(**entry: object) -> str:
        return bound(declare(tmp_path, **entry), tmp_path).fingerprint

    before = fingerprint(url=URL, headers={"X-A": "a", "X-B": "b"})
    assert fingerprint(url=URL, headers={"X-B": "b", "X-A": "a"}, type="http") == before
    others = [
        fingerprint(url="https://tracker.test/mcp", headers={"X-A": "a", "X-B": "b"}),
        fingerprint(url=URL, headers={"X-A": "a", "X-B": "c"}),
        fingerprint(url=URL, headers={"X-A": "a", "X-C": "b"}),
        fingerprint(url=URL),
        fingerprint(command=URL),
    ]
    assert len({before, *others}) == 6


def test_headers_that_look_like_others_are_shown_as_what_they_are(tmp_path):
    found = declare(tmp_path, url="https://tracker.test/a", headers={"X-A": "a"})
    assert dict(described(found, ()))["url"].isascii()
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {"notes": {"url": "https://tr\u0430cker.test/"}}}')
    ((cyrillic,), _) = declared_servers(tmp_path)
    assert "ASCII" in cyrillic.refused
