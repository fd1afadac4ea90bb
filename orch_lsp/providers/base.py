"""The port to a model: what is asked, what comes back, and the interface that every provider has.

A provider yields events and then ends, or raises `ProviderError`. Text that was yielded before an error is the
caller's to keep.

The order within one attempt is `AttemptStarted`; then `InBatch`, if it waits in one; then `AnswerBegan`, if the
provider sees a good answer's headers; then `ModelResolved`, `ReasoningDelta`, `TextDelta` and `UsageReported` as they
come; then `Finished` if the model gave a reason for its end, whatever the reason; then `AttemptEnded`. After
`AttemptEnded` with status `error` either `Waiting` and the next attempt follow, or the error is raised. A stream that
ends without raising is a success: its text is complete, not blank, and the model said stop. `Finished` alone is not:
a reason other than stop is followed by the error that it means. Adjacent pieces of text that arrived together come as
one delta.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from orch_lsp.errors import ErrorDetail
from orch_lsp.generation import FinishReason, Usage


@dataclass(frozen=True, slots=True)
class SectionRequest:
    """A section or place that is to be written: its key, its title, what belongs into it, an example of its shape."""

    key: str
    title: str
    guidance: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """The input of one exchange. A provider without a model reads `brief` and `sections` instead of the prompt."""

    model: str | None
    system_instructions: str
    prompt: str
    brief: str
    sections: tuple[SectionRequest, ...]
    max_output_tokens: int | None = None
    temperature: float | None = None
    reasoning: str | None = None
    cache_marks: tuple[int, ...] = ()
    """Offsets in the prompt up to which it is likely to be sent again, ascending: a provider may keep it to there."""


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """An HTTP exchange begins; `wait_s` seconds were waited before it."""

    number: int
    provider: str
    model: str | None
    server_address: str | None
    wait_s: float


@dataclass(frozen=True, slots=True)
class AnswerBegan:
    """The status line and the headers of a good answer are here."""

    http_status: int
    request_id: str | None


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """An HTTP exchange ended; `status` is `ok` or `error`."""

    number: int
    status: str
    http_status: int | None
    request_id: str | None
    error: ErrorDetail | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next attempt starts in `wait_s` seconds, because of `error`."""

    wait_s: float
    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class InBatch:
    """The request is in a batch, of whose `requests` so many are answered; it costs that part of the usual price."""

    batch_id: str
    answered: int
    requests: int
    price_factor: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning; it never becomes part of a draft."""

    text: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Token counts so far; the last one stands, also when the attempt fails afterwards."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class ModelResolved:
    """The id of the model that answers."""

    model: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The model's own end: the common reason, and the words that the provider used.

    Not a verdict: see the order of events in this module's docstring.
    """

    finish_reason: FinishReason
    raw_finish_reasons: tuple[str, ...]


StreamEvent = (
    AttemptStarted
    | AnswerBegan
    | AttemptEnded
    | Waiting
    | InBatch
    | TextDelta
    | ReasoningDelta
    | UsageReported
    | ModelResolved
    | Finished
)


class Provider(Protocol):
    """Where a model is served."""

    @property
    def id(self) -> str:
        """The name that settings and records use."""
        ...

    @property
    def kind(self) -> str:
        """The wire format, `editor` or `outline`."""
        ...

    @property
    def server_address(self) -> str | None:
        """Host, or host:port, that requests go to; None if nothing leaves the machine, or only its program knows."""
        ...

    def request_body(self, request: GenerationRequest) -> bytes | None:
        """The exact bytes that `stream` would send; None if nothing is sent. Pure."""
        ...

    def stream(self, request: GenerationRequest) -> AsyncIterator[StreamEvent]:
        """Ask, and yield what comes. Closing the iterator closes the exchange.

        After `AttemptEnded` with status `error` either `Waiting` and another attempt follow, or the error is raised.

        Raises:
            ProviderError: The request failed for good.
        """
        ...

    async def aclose(self) -> None:
        """Give back connections."""
        ...


@dataclass(frozen=True, slots=True)
class CancelledBatch:
    """A batch that its provider was asked to end.

    Attributes:
        id: The provider's id.
        requests: How many it holds.
        answered: How many of them were answered, in whatever way, when it was looked at.
        ended: Whether it had ended already: then there was nothing to cancel.
    """

    id: str
    requests: int
    answered: int
    ended: bool


class Batched(Provider, Protocol):
    """A provider that answers later, and for less: within a day, in a batch with other requests."""

    @property
    def price_factor(self) -> str:
        """The price of a request as a part of its usual one, a decimal such as `0.5`."""
        ...

    async def has_asked(self, body_sha256: str) -> bool:
        """Whether a request with a body of this hash was sent already and its answer is still to be had."""
        ...

    def stream_sent(self, request: GenerationRequest, body_sha256: str) -> AsyncIterator[StreamEvent]:
        """As `stream`, with the answer to the request of this hash, which was sent in place of `request`."""
        ...

    async def cancel(self, hashes: Iterable[str]) -> Sequence[CancelledBatch]:
        """Ask the provider to end the batches in which requests with bodies of these hashes are, with all in them.

        What is answered by then is to be had as from any batch, and the others fail at no cost.

        Raises:
            ProviderError: A batch could not be cancelled.
        """
        ...

    async def settle(self, hashes: Iterable[str]) -> None:
        """The answers to requests with bodies of these hashes are kept, or nobody wants them any more."""
        ...


@runtime_checkable
class TakesBatches(Protocol):
    """A provider whose requests may be sent in batches."""

    def batched(self, folder: Path) -> Batched | None:
        """The same provider by batches, whose state lies in this folder; None if its service has none."""
        ...


@runtime_checkable
class LimitsOutput(Protocol):
    """A provider or wire format that names a limit of its own where the request has none."""

    @property
    def default_max_output_tokens(self) -> int | None:
        """The limit, in tokens, that is sent then; None if none is sent."""
        ...


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as its provider lists it. Sizes are in tokens; None where the provider does not say."""

    id: str
    name: str | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None


@runtime_checkable
class ModelLister(Protocol):
    """A provider that can say which models it serves."""

    async def models(self) -> tuple[ModelInfo, ...]:
        """Ask the provider for its models, in its own order.

        Raises:
            ProviderError: There is no list, or it could not be had.
        """
        ...
