"""The port of a provider's batches: how one is sent, looked at and read. A new dialect is one module with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from orch_lsp.providers.batches.calls import Calls
from orch_lsp.providers.failure import Failure
from orch_lsp.settings.model import ProviderSettings


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One request of a batch: its id within it, and its body, which asks for no stream."""

    custom_id: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BatchState:
    """The state of a batch: whether it has ended, and how many of its requests were answered, in whatever way.

    `failure` is set if it was refused as a whole: then nothing of it was done.
    """

    ended: bool
    answered: int = 0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The result of one request: the answer as the API gives it without a stream, or why there is none."""

    custom_id: str
    document: object = None
    failure: Failure | None = None
    request_id: str | None = None


class BatchEndpoint(Protocol):
    """A provider's batches. All methods but `body` talk to it and raise `ExchangeFailedError`."""

    @property
    def price_factor(self) -> str:
        """The price of a request in a batch as a part of its usual one, a decimal such as `0.5`."""
        ...

    def body(self, body: Mapping[str, object]) -> Mapping[str, object]:
        """The body of a request in a batch, from the one that would be sent alone. Pure."""
        ...

    async def submit(self, calls: Calls, items: Sequence[BatchItem], name: str) -> str:
        """Send a batch, and return its id. `name` is ours, unique, and helps to find it again."""
        ...

    async def find(self, calls: Calls, name: str, since: float, requests: int) -> Sequence[str]:
        """The ids of batches that may be the one of this name, the likeliest first.

        Args:
            calls: The way to the provider.
            name: The name that it was sent with.
            since: Seconds since the epoch: it was not made before.
            requests: How many it holds.
        """
        ...

    async def state(self, calls: Calls, batch_id: str) -> BatchState:
        """Look at a batch."""
        ...

    async def cancel(self, calls: Calls, batch_id: str) -> None:
        """Have a batch end early: what was answered by then is among its results, the rest is cancelled."""
        ...

    async def results(self, calls: Calls, batch_id: str) -> Sequence[BatchResult]:
        """The results of a batch that has ended, in any order; a request may have none."""
        ...


@runtime_checkable
class HasBatches(Protocol):
    """A wire format whose service takes batches."""

    def batch_endpoint(self, settings: ProviderSettings) -> BatchEndpoint:
        """The service's batches."""
        ...
