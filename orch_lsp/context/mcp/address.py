"""The address of a server over HTTP as it would be asked: its URL, its headers, and how requests leave the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from orch_lsp.context.mcp.declared import Declared
from orch_lsp.context.mcp.launch import LaunchError
from orch_lsp.settings.endpoint import is_loopback, server_address
from orch_lsp.settings.http_headers import holds_credentials, is_header_value
from orch_lsp.settings.keys import may_be_key
from orch_lsp.settings.mcp_settings import McpServer
from orch_lsp.settings.model import Network


@dataclass(frozen=True, slots=True)
class Address:
    """A server that can be asked. Its headers go to its own host, and nowhere else."""

    name: str
    """The server's, as its table would have it."""
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """The variables that secret headers are made of, by the names of these headers."""
    network: Network = field(default_factory=Network)

    @property
    def host(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        return server_address(self.url)

    @property
    def is_loopback(self) -> bool:
        """Whether it can only be this machine."""
        return is_loopback(self.url)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values of headers that nothing which the server says may repeat, the longest first."""
        whole = [value for name, value in self.headers.items() if name in self.variables or holds_credentials(name)]
        return tuple(sorted({*whole, *(value.rpartition(" ")[2] for value in whole)}, key=len, reverse=True))


def address_of_user(server: McpServer, network: Network | None, environment: Mapping[str, str] = os.environ) -> Address:
    """The address of a server that the user config describes.

    Raises:
        LaunchError: A variable is not set, or holds what cannot be sent, or requests must not leave the machine.
    """
    url = server.url or ""
    way = _way(url, network)
    headers = dict(server.headers)
    for header, variable in server.key_variables.items():
        value = environment.get(variable, "").strip()
        if not value:
            raise LaunchError(f"the environment variable {variable} is not set; its header {header} is made of it")
        is_bearer = server.api_key_env == variable and header == "Authorization"
        if not (may_be_key(value) if is_bearer else is_header_value(value)):
            raise LaunchError(f"the environment variable {variable} holds characters that no key and no header has")
        headers[header] = f"Bearer {value}" if is_bearer else value
    return Address(server.name, url, headers, server.key_variables, way)


def address_of_workspace(server: Declared, network: Network | None) -> Address:
    """The address of a server that a workspace declares and that was consented to.

    Raises:
        LaunchError: Requests must not leave the machine.
    """
    return Address(server.name, server.url, server.headers, network=_way(server.url, network))


def _way(url: str, network: Network | None) -> Network:
    if network is None and not is_loopback(url):
        raise LaunchError("`[network]`, or the whole user config, cannot be read: it could be asked by another way")
    return network or Network()
