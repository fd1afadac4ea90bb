"""Where requests may go: checks of `base_url`, `url` and proxy, and the host that a key is bound to."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import SplitResult, parse_qsl, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Cloud machines serve credentials to whoever asks at these, none of which is link-local.
_METADATA_HOSTS = frozenset({"metadata.google.internal", "metadata.goog"})
_METADATA_ADDRESS = ipaddress.IPv6Address("fd00:ec2::254")
_CREDENTIAL_PARAMETER = re.compile(r"(?i)auth|key|token|secret|passw|credential|signature")
_IN_BRACKETS = re.compile(r"\[[^][]*\](?::[0-9]*)?")
_HOST = re.compile(r"[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?)*\.?")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host stands for, in any of the spellings that a resolver takes (`0x7f.1`)."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_loopback(base_url: str) -> bool:
    """Whether a URL can only point to this machine: no name is looked up, and no other spelling is trusted."""
    host = urlsplit(base_url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def server_address(base_url: str) -> str:
    """Host, or host:port where the port is not the scheme's own; lower case, IPv6 in brackets."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{shown}:{parts.port}"


def _split(url: str, schemes: frozenset[str]) -> SplitResult:
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        msg = "a URL of ASCII characters without blanks (a host of other letters in its `xn--` form)"
        raise ValueError(msg)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        msg = "a URL with a valid host and port"
        raise ValueError(msg) from error
    if parts.scheme not in schemes:
        msg = f"a URL that starts with {' or '.join(f'{scheme}://' for scheme in sorted(schemes))}"
        raise ValueError(msg)
    host = parts.hostname or ""
    # `hostname` leaves out what else stands behind an address in brackets, and others may take it for a part.
    is_whole = "[" not in parts.netloc or _IN_BRACKETS.fullmatch(parts.netloc.rpartition("@")[2]) is not None
    if port == 0 or not is_whole or not (_address(host) or _HOST.fullmatch(host)):
        msg = "a URL with a valid host and port"
        raise ValueError(msg)
    return parts


def check_base_url(url: str, *, allow_http: bool = False) -> str:
    """Return a usable base URL without its trailing slashes.

    Raises:
        ValueError: It cannot be used; the message says what is expected.
    """
    parts = _split(url.strip(), frozenset({"http", "https"}))
    if "@" in parts.netloc:
        msg = "a URL without user name and password; a key belongs in `api_key_env`"
        raise ValueError(msg)
    if "?" in url or "#" in url:
        msg = "a URL without `?` and `#`"
        raise ValueError(msg)
    _refuse_credentials_of_machines(parts, "a model server")
    if parts.scheme == "http" and not allow_http and not is_loopback(url.strip()):
        msg = "an https URL; plain http beyond this machine needs `allow_http = true` beside it in the user config"
        raise ValueError(msg)
    return url.strip().rstrip("/")


def check_server_url(url: str) -> str:
    """Return the usable URL of a server of the Model Context Protocol as it is: a slash at its end can matter.

    Raises:
        ValueError: It cannot be used; the message says what is expected.
    """
    parts = _split(url.strip(), frozenset({"http", "https"}))
    if "@" in parts.netloc or any(map(_CREDENTIAL_PARAMETER.search, _parameters(parts))):
        msg = "a URL without a password or a key; a key belongs in `api_key_env` or `headers_env`"
        raise ValueError(msg)
    if "#" in url or "${" in url:
        msg = "a URL without `#` and without variables"
        raise ValueError(msg)
    _refuse_credentials_of_machines(parts, "a server")
    if parts.scheme == "http" and not is_loopback(url.strip()):
        msg = "an https URL; plain http reaches this machine alone"
        raise ValueError(msg)
    return url.strip()


def _parameters(parts: SplitResult) -> list[str]:
    return [name for name, _ in parse_qsl(parts.query.replace(";", "&"), keep_blank_values=True)]


def _refuse_credentials_of_machines(parts: SplitResult, what: str) -> None:
    host = (parts.hostname or "").rstrip(".")
    address = _address(host)
    is_of_machines = address and (address.is_link_local or address.is_unspecified or address == _METADATA_ADDRESS)
    if host in _METADATA_HOSTS or is_of_machines:
        msg = f"a URL of {what}, not a link-local, metadata or unspecified address"
        raise ValueError(msg)


def check_proxy(url: str) -> str:
    """Return a usable proxy URL; it may hold a user name and password.

    Raises:
        ValueError: It cannot be used; the message says what is expected.
    """
    parts = _split(url.strip(), frozenset({"http", "https", "socks5", "socks5h"}))
    if parts.path.strip("/") or parts.query or parts.fragment:
        msg = "a proxy URL of scheme, host and port only"
        raise ValueError(msg)
    return url.strip()
