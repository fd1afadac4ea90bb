"""A provider that answers by batches: the same port as any other, at another pace and price."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from orch_lsp.errors import OrchError, ProviderError
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import (
    AnswerBegan,
    AttemptEnded,
    AttemptStarted,
    CancelledBatch,
    GenerationRequest,
    InBatch,
    StreamEvent,
)
from orch_lsp.providers.batches.calls import encoded
from orch_lsp.providers.batches.desk import BatchDesk, Standing
from orch_lsp.providers.batches.endpoint import BatchEndpoint, BatchItem, BatchResult
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.reader import AnswerReader
from orch_lsp.providers.wire import WireFormat
from orch_lsp.settings.model import ProviderSettings


@dataclass(frozen=True, slots=True)
class Served:
    """The service that batches are sent to.

    Attributes:
        settings: The provider as the user level describes it.
        server_address: Host, or host:port.
        wire: Its format.
        check: Raises `ProviderError` if there is no key that can be one.
        refined: A failure with its remedy.
    """

    settings: ProviderSettings
    server_address: str | None
    wire: WireFormat
    check: Callable[[], None]
    refined: Callable[[Failure, str | None], Failure]


class BatchedProvider:
    """Asks `served` by batches of `desk`."""

    def __init__(self, served: Served, endpoint: BatchEndpoint, desk: BatchDesk) -> None:
        self._served = served
        self._endpoint = endpoint
        self._desk = desk

    @property
    def id(self) -> str:
        """The name that settings and records use."""
        return self._served.settings.name

    @property
    def kind(self) -> str:
        """The wire format."""
        return self._served.wire.kind

    @property
    def server_address(self) -> str | None:
        """Host, or host:port, that requests go to."""
        return self._served.server_address

    @property
    def price_factor(self) -> str:
        """The price of a request as a part of its usual one."""
        return self._endpoint.price_factor

    def request_body(self, request: GenerationRequest) -> bytes | None:
        """The bytes of the request in its batch."""
        return encoded(self._item(request).body)

    async def has_asked(self, body_sha256: str) -> bool:
        """Whether a request with a body of this hash is in a batch already."""
        return await self._desk.has_asked(id_of_hash(body_sha256))

    async def cancel(self, hashes: Iterable[str]) -> Sequence[CancelledBatch]:
        """Ask the provider to end the batches of requests with bodies of these hashes; see `base`."""
        self._served.check()
        try:
            return await self._desk.cancel({id_of_hash(one) for one in hashes})
        except ExchangeFailedError as failed:
            raise self._served.refined(failed.failure, None).error() from failed

    async def settle(self, hashes: Iterable[str]) -> None:
        """The answers to requests with bodies of these hashes are kept, or nobody wants them any more."""
        await self._desk.settle({id_of_hash(one) for one in hashes})

    def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask in a batch, and yield where it is and then the whole answer; see `base` for the order of events.

        Raises:
            ProviderError: The request failed for good.
            StoreError: Nothing was sent, as it could not be noted.
        """
        return self._stream(request, self._item(request))

    def stream_sent(self, request: GenerationRequest, body_sha256: str) -> AsyncGenerator[StreamEvent, None]:
        """As `stream`, with the answer to the request of this hash, which was sent in place of `request`."""
        return self._stream(request, replace(self._item(request), custom_id=id_of_hash(body_sha256)))

    async def _stream(self, request: GenerationRequest, item: BatchItem) -> AsyncGenerator[StreamEvent, None]:
        self._served.check()
        yield AttemptStarted(1, self.id, request.model, self.server_address, 0.0)
        queue = await self._desk.join(item)
        try:
            while True:
                news = await queue.get()
                if isinstance(news, Standing):
                    yield InBatch(news.batch_id, news.answered, news.requests, self.price_factor)
                    continue
                if isinstance(news, OrchError):
                    error = self._refined(news, request.model)
                    yield AttemptEnded(1, "error", error.detail.http_status, None, error.detail)
                    raise error
                break
        finally:
            self._desk.leave(item.custom_id, queue)
        async for event in self._answer(news, request):
            yield event

    async def _answer(self, result: BatchResult, request: GenerationRequest) -> AsyncGenerator[StreamEvent, None]:
        failure = result.failure
        if failure is None:
            yield AnswerBegan(200, result.request_id)
            answer = AnswerInProgress(request.max_output_tokens)
            failure = self._read(result.document, answer)
            for event in answer.take(last=True):
                yield event
            if answer.came_as_reasoning:
                yield answer.reasoning_as_text()
            if answer.finish is not None:
                yield answer.finish
        if failure is None:
            yield AttemptEnded(1, "ok", 200, result.request_id, None)
            return
        error = self._served.refined(failure, request.model).error()
        yield AttemptEnded(1, "error", failure.http_status, result.request_id, error.detail)
        raise error

    def _read(self, document: object, answer: AnswerInProgress) -> Failure | None:
        settings = self._served.settings
        reader = AnswerReader(
            self._served.wire.decoder(settings),
            answer,
            json_lines=False,
            max_events=settings.limits.max_events,
            provider=self.id,
        )
        try:
            reader.feed(encoded(document))
            reader.close()
        except ExchangeFailedError as error:
            return error.failure
        return reader.verdict()

    async def aclose(self) -> None:
        """Wait for nothing more."""
        await self._desk.aclose()

    def _item(self, request: GenerationRequest) -> BatchItem:
        body = self._endpoint.body(self._served.wire.body(request, self._served.settings))
        return BatchItem(request_id(encoded(body)), body)

    def _refined(self, error: OrchError, model: str | None) -> OrchError:
        if not isinstance(error, ProviderError):
            return error
        detail = error.detail
        failure = Failure(
            error.code, error.message, detail.remediation, retryable=detail.retryable, http_status=detail.http_status,
            retry_after_s=detail.retry_after_s,
        )  # fmt: skip
        return self._served.refined(failure, model).error()


def request_id(body: bytes) -> str:
    """The id of a request within a batch: the same body has the same one, in every process."""
    return id_of_hash(hashlib.sha256(body).hexdigest())


def id_of_hash(sha256: str) -> str:
    """The id of the request whose body has this hash."""
    return f"r-{sha256[:48]}"
