"""One HTTP exchange with a model: a request goes out, events come in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import AnswerBegan, StreamEvent
from orch_lsp.providers.classify import failure_from_answer, request_id_from
from orch_lsp.providers.failure import ConnectionLostError, ExchangeFailedError, Failure
from orch_lsp.providers.finish import failure_of_status, failure_without_end
from orch_lsp.providers.reader import AnswerReader
from orch_lsp.providers.wire import AnswerDecoder
from orch_lsp.providers.wording import clean_message
from orch_lsp.redaction import Redactor

if TYPE_CHECKING:
    from orch_lsp.providers.http import HttpClient, HttpResponse


@dataclass(slots=True)
class ExchangeNotes:
    """The record of an exchange, whatever its end; `redactor` knows the key, which a server may repeat."""

    redactor: Redactor
    http_status: int | None = None
    request_id: str | None = None

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note what the head of an answer says; `headers` have lower-case names."""
        request_id = request_id_from(headers)
        self.http_status = status
        self.request_id = None if request_id is None else self.redactor.redact_known(request_id)


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request as it goes over the wire; `json_lines` says how a streamed answer is framed."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    json_lines: bool
    max_events: int
    provider: str
    max_output_tokens: int | None = None


async def exchange(
    client: HttpClient, prepared: PreparedRequest, decoder: AnswerDecoder, notes: ExchangeNotes
) -> AsyncGenerator[StreamEvent, None]:
    """Send `prepared` and yield what the model says.

    Raises:
        ExchangeFailedError: After everything that had arrived was yielded, `Finished` included.
    """
    async with client.send("POST", prepared.path, prepared.headers, prepared.body) as response:
        notes.answered(response.status, response.headers)
        await refuse_failed_answers(response, prepared.provider)
        yield AnswerBegan(response.status, notes.request_id)
        answer = AnswerInProgress(prepared.max_output_tokens)
        reader = AnswerReader(
            decoder,
            answer,
            json_lines=prepared.json_lines,
            max_events=prepared.max_events,
            provider=prepared.provider,
        )
        failure: Failure | None = None
        try:
            async with aclosing(response.pieces()) as pieces:
                async for piece in pieces:
                    reader.feed(piece)
                    for event in answer.take():
                        yield event
                    if reader.is_over:
                        break
                    if answer.finish is not None:
                        response.expect_end(soon=answer.has_ended)
            if answer.terminated:
                await response.drain()
            reader.close(left_open=response.was_left_open)
        except ConnectionLostError as error:
            failure = failure_without_end(has_text=True, lost=True) if answer.has_text else error.failure
        except ExchangeFailedError as error:
            failure = error.failure
        failure = failure or reader.verdict()
        for event in answer.take(last=True):
            yield event
        if answer.came_as_reasoning:
            # Paid for, and perhaps the whole draft: kept with the failure, never more than a partial one.
            yield answer.reasoning_as_text()
        if answer.finish is not None:
            yield answer.finish
    if failure is not None:
        raise ExchangeFailedError(replace(failure, http_status=failure.http_status or response.status))


async def refuse_failed_answers(response: HttpResponse, provider: str) -> None:
    """Let only an answer pass that says of itself that it is good.

    Raises:
        ExchangeFailedError: It is an error or a redirect.
    """
    if response.status >= 400:
        body = await response.read_error_body()
        raise ExchangeFailedError(failure_from_answer(response.status, response.headers, body, provider))
    if (failure := failure_of_status(response.status, provider)) is not None:
        raise ExchangeFailedError(failure)
    if not 200 <= response.status < 300:
        target = response.headers.get("location") or "nowhere"
        raise ExchangeFailedError(
            Failure(
                ErrorCode.INVALID_RESPONSE,
                clean_message(f"{provider} answered with a redirect (HTTP {response.status}) to {target}."),
                "Redirects are not followed, so that no key goes astray; set the final address as `base_url`.",
                http_status=response.status,
            )
        )
