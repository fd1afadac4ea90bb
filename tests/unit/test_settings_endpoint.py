"""Addresses of providers: what may be written, and which host a key is bound to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.settings.endpoint import check_base_url, check_proxy, is_loopback, server_address


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/v1",
        "https://api.example:8443/v1/",
        "http://127.0.0.1:8111/v1",
        "http://localhost:1234",
        "http://[::1]:8080/v1",
        "https://[2001:db8::1]/v1",
        "https://10.0.0.5",
        "HTTPS://API.EXAMPLE/v1",
    ],
)
def test_an_ordinary_address_is_usable(url: str) -> None:
    assert check_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example/v1",
        "//api.example/v1",
        "ftp://api.example",
        "file:///etc/passwd",
        "https://",
        "https:///v1",
        "https://user@api.example/v1",
        "https://api.openai.com:pw@evil.example/v1",
        "https://api.example/v1?key=x",
        "https://api.example/v1#x",
        "https://api.example/v1?",
        "https://api.example:99999/",
        "https://api.example:0/",
        "https://api.example:x/",
        "https://[::1",
        "https://api.examplе/v1",  # a Cyrillic letter
        "https://api.example\\@evil.example/",
        "https://api .example/",
        "https://api.example/\nHost: evil.example",
        "https://-bad-.example",
        "http://169.254.169.254/latest",
        "https://169.254.1.1",
        "https://2852039166/",
        "https://0xA9FEA9FE/",
        "https://0251.0376.0251.0376/",
        "https://[fe80::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fd00:ec2::254]/",
        "https://metadata.google.internal/",
        "https://0.0.0.0/",
        "https://[::]/",
    ],
)
def test_an_address_that_hides_or_endangers_something_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        check_base_url(url, allow_http=True)


@pytest.mark.parametrize(
    "url",
    ["http://api.example/v1", "http://10.0.0.5", "http://localhost.evil.example", "http://127.0.0.1.evil.example"],
)
def test_plain_http_beyond_this_machine_has_to_be_allowed(url: str) -> None:
    with pytest.raises(ValueError, match="allow_http"):
        check_base_url(url)
    assert check_base_url(url, allow_http=True) == url


@pytest.mark.parametrize("url", ["http://127.0.0.1", "http://127.8.9.1:1", "http://[::1]", "http://LOCALHOST:11434"])
def test_this_machine_is_recognised(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://128.0.0.1",
        "http://localhost.example",
        "http://notlocalhost",
        "http://llm.localhost",
        "http://0x7f.1",
        "http://[::2]",
    ],
)
def test_another_machine_is_not_taken_for_this_one(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://API.Example/v1", "api.example"),
        ("https://api.example:443/v1", "api.example"),
        ("http://api.example:443/v1", "api.example:443"),
        ("http://127.0.0.1:8111/v1", "127.0.0.1:8111"),
        ("https://[2001:DB8::1]:8443/v1", "[2001:db8::1]:8443"),
        ("http://[::1]", "[::1]"),
    ],
)
def test_a_server_has_one_address_whatever_the_spelling(url: str, address: str) -> None:
    assert server_address(url) == address


@pytest.mark.parametrize(
    "url", ["http://proxy.example:3128", "http://me:p%40ss@proxy.example:3128/", "socks5h://127.0.0.1:1080"]
)
def test_a_proxy_may_hold_a_user_and_password(url: str) -> None:
    assert check_proxy(url) == url


@pytest.mark.parametrize("url", ["proxy.example:3128", "ftp://proxy.example", "http://proxy.example/path", "http://"])
def test_a_proxy_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        check_proxy(url)


@given(st.text() | st.text(alphabet="htps:/@[]0123456789.%?#\\abcx").map("https://{}".format))
def test_whatever_is_written_is_refused_with_a_reason_or_names_one_host(url: str) -> None:
    usable, reason = "", ""
    try:
        usable = check_base_url(url, allow_http=True)
    except ValueError as error:
        reason = str(error)
    assert bool(usable) != bool(reason)
    if usable:
        assert server_address(usable)
        assert "@" not in server_address(usable)
