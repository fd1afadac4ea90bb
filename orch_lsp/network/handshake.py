"""Connections whose TLS handshake was broken off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast


class _Stream(Protocol):
    async def aclose(self) -> None: ...


class HandshakeGuard:
    """Closes a connection whose TLS handshake is cancelled: httpcore closes it after errors only.

    Use a new one as the `trace` extension of each request.
    """

    def __init__(self) -> None:
        self._connected: _Stream | None = None

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        """Take note of an event; httpcore calls this."""
        if event.endswith(".connect_tcp.complete"):
            self._connected = cast("_Stream", info["return_value"])
        elif event.endswith(".start_tls.failed") and self._connected is not None:
            await self._connected.aclose()
