"""Where a provider's requests go. A key is sent to this endpoint and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.endpoint import check_base_url, is_loopback, server_address
from orch_lsp.settings.model import ProviderSettings


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked base URL: its parts, and whether it can only be this machine."""

    scheme: str
    server_address: str
    path: str
    is_loopback: bool

    def url(self, path: str) -> str:
        """The address of `path`, which starts with a slash and may bring a query."""
        return f"{self.scheme}://{self.server_address}{self.path}{path}"


def endpoint_of(settings: ProviderSettings) -> Endpoint:
    """The endpoint of a provider.

    Raises:
        SettingsError: `base_url` is missing or cannot be used.
    """
    if settings.base_url is None:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"`providers.{settings.name}.base_url` is missing; expected the URL of the provider's API.",
        )
    try:
        url = check_base_url(settings.base_url, allow_http=settings.allow_http)
    except ValueError as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, f"`providers.{settings.name}.base_url` cannot be used; expected {error}."
        ) from error
    parts = urlsplit(url)
    return Endpoint(parts.scheme, server_address(url), parts.path, is_loopback(url))
