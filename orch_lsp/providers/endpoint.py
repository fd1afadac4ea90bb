"""Where requests may go: the URL of a provider, checked, and the addresses below it.

A key is sent to this endpoint and nowhere else, so the URL must say one thing only: no userinfo, no fragment, and
plain HTTP only to this machine or where the user allowed it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.model import ProviderSettings

_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked base URL. `path` has no slash at its end; `query` is kept for every request."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def server_address(self) -> str:
        """Host, or host:port where the port is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether requests stay on this machine."""
        return is_loopback_host(self.host)

    def url(self, path: str) -> str:
        """The address of `path`, which starts with a slash and may bring a query of its own."""
        path, _, query = path.partition("?")
        queries = "&".join(part for part in (query, self.query) if part)
        return f"{self.scheme}://{self.server_address}{self.path}{path}" + (f"?{queries}" if queries else "")


def is_loopback_host(host: str) -> bool:
    """Whether `host` can only be this machine; a name that merely looks like it is not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def endpoint_of(settings: ProviderSettings) -> Endpoint:
    """The checked base URL of a provider.

    Raises:
        SettingsError: `base_url` is missing or cannot be used.
    """
    url = settings.base_url or ""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused(settings, f"is not a URL ({error})") from error
    if any(character.isspace() or ord(character) < 0x20 or character == "\\" for character in url):
        raise _refused(settings, "holds a white space, a control character or a backslash")
    _check(settings, parts)
    host = _host(settings, parts)
    if parts.scheme == "http" and not (settings.allow_http or is_loopback_host(host)):
        raise _refused(
            settings,
            f"would send the request to {host} unencrypted",
            "Use an https URL, or set `allow_http = true` for this provider in the user config.",
        )
    return Endpoint(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], parts.path.rstrip("/"), parts.query)


def _check(settings: ProviderSettings, parts: SplitResult) -> None:
    if parts.scheme not in _DEFAULT_PORTS:
        raise _refused(settings, "must start with https:// (or http:// for this machine)")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise _refused(settings, "must not hold a user name or password", "Give the key through its variable.")
    if parts.fragment:
        raise _refused(settings, "must not hold a fragment (#)")
    if not parts.hostname:
        raise _refused(settings, "names no host")


def _host(settings: ProviderSettings, parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _refused(settings, "names a host that is not a valid name") from error


def _refused(settings: ProviderSettings, why: str, remediation: str | None = None) -> SettingsError:
    return SettingsError(
        ErrorCode.INVALID_SETTINGS,
        f"`providers.{settings.name}.base_url` {why}; expected an absolute https URL.",
        remediation=remediation,
    )
