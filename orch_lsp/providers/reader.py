"""Reads the body of an answer: bytes to frames to JSON to a format's decoder, and the verdict on the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.classify import failure_from_message
from orch_lsp.providers.error_body import FlatError, flat_error
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.finish import failure_at_end, failure_without_end
from orch_lsp.providers.framing import BodyDecoder, NotAnApiError
from orch_lsp.providers.json_reading import TooComplexError, parse_json
from orch_lsp.providers.json_values import mapping, sequence, text
from orch_lsp.providers.sse import Frame, InvalidEncodingError
from orch_lsp.providers.wire import AnswerDecoder

# Keep-alive messages of relays that are no JSON; a text is never one.
_HEARTBEATS = frozenset({"ping", "pong", "heartbeat", "keepalive", "keep-alive", "keep_alive"})
# Members that only a message of an answer has.
_ANSWER_MEMBERS = frozenset(
    {
        "choices",
        "candidates",
        "promptFeedback",
        "usageMetadata",
        "delta",
        "content_block",
        "response",
        "item",
        "part",
        "done",
    }
)


class AnswerReader:
    """Feeds the messages of one body to a format's decoder.

    Args:
        decoder: The format's decoder for this answer.
        answer: Where the decoder puts what it reads.
        json_lines: Whether the format streams one JSON value a line.
        max_events: Cap on the messages of one answer.
        provider: Name for error messages.
    """

    def __init__(
        self, decoder: AnswerDecoder, answer: AnswerInProgress, *, json_lines: bool, max_events: int, provider: str
    ) -> None:
        self._frames = BodyDecoder(json_lines=json_lines)
        self._decoder = decoder
        self._answer = answer
        self._events_left = max_events
        self._max_events = max_events
        self._provider = provider
        self._has_bytes = False
        self._has_messages = False
        # Whether the bytes ended inside a message. Then even a finish reason does not make the answer whole.
        self._is_torn = False
        # A message without an answer, whose words may be all that a server says of a failure.
        self._said: Mapping[str, object] | None = None
        # Whether text came after the last reason, which so says nothing about its end.
        self._went_on = False

    def feed(self, piece: bytes) -> None:
        """Take a piece of the body; what it holds up to a fault is in the answer when this raises.

        Raises:
            ExchangeFailedError: The body is not what the API sends, or a cap is reached.
        """
        self._has_bytes = True
        try:
            self._take(self._frames.feed(piece))
        except NotAnApiError as error:
            raise _invalid("A web page was answered instead of an API's data.") from error

    def close(self, *, left_open: bool = False) -> None:
        """The body has ended, or was left at a point where nothing more was to come.

        Raises:
            ExchangeFailedError: Its last part is not what the API sends.
        """
        if self.is_over:
            return
        if not left_open:
            self._take(self._frames.close())
        if not self.is_over:
            # Looked at first, because settling the end may bring text that had been held back.
            self._went_on = self._answer.finish is not None and self._answer.has_text_after_end
            self._decoder.end(self._answer)

    @property
    def is_over(self) -> bool:
        """Whether nothing that still comes can change the answer."""
        return self._answer.terminated or self._answer.failure is not None

    def verdict(self) -> Failure | None:
        """The failure that the whole answer is, or None for a success."""
        answer = self._answer
        if answer.failure is not None:
            return answer.failure
        if self._is_torn:
            return failure_without_end(has_text=answer.has_text, lost=True)
        if self._said is not None and not answer.has_text:
            return failure_from_message(self._said, self._provider)
        if answer.finish is not None:
            return failure_at_end(answer) or (failure_without_end(has_text=True, lost=False) if self._went_on else None)
        if not self._has_bytes:
            return Failure(ErrorCode.INVALID_RESPONSE, "The answer has no body.")
        if not self._has_messages or (self._frames.is_document and not answer.has_text):
            return Failure(ErrorCode.INVALID_RESPONSE, "The answer holds nothing that this API sends.")
        return failure_without_end(has_text=answer.has_text, lost=False)

    def _take(self, frames: Iterator[Frame]) -> None:
        answer = self._answer
        try:
            for frame in frames:
                self._events_left -= 1
                if self._events_left < 0:
                    raise _invalid(f"The answer has more than the limit of {self._max_events} events.")
                try:
                    value = parse_json(frame.data)
                except TooComplexError as error:
                    raise _invalid(f"The answer holds a message that is too complex ({error}).") from error
                except ValueError as error:
                    self._not_json(frame, error)
                else:
                    self._message(frame.name, value)
                if answer.terminated or answer.failure is not None:
                    return
        except InvalidEncodingError as error:
            raise _invalid("The answer holds bytes that are not UTF-8.") from error

    def _message(self, name: str, value: object) -> None:
        if self._frames.is_document:
            self._has_messages = True
            self._decoder.document(value, self._answer)
            for part in sequence(value) or (value,):
                self._look_for_error("", mapping(part))
                self._look_for_words("", mapping(part))
        elif message := mapping(value):
            self._has_messages = True
            self._decoder.message(name, message, self._answer)
            if name == "error" or "error" in message:
                self._look_for_error(name, message)
            elif not message.get("choices") and (_ANSWER_MEMBERS.isdisjoint(message) or "base_resp" in message):
                self._look_for_words(name, message)
        elif name == "error":
            self._answer.failure = failure_from_message(value, self._provider, has_text=self._answer.has_text)

    def _look_for_error(self, name: str, message: Mapping[str, object]) -> None:
        if (name == "error" or message.get("error")) and self._answer.failure is None:
            self._answer.failure = failure_from_message(message, self._provider, has_text=self._answer.has_text)

    def _look_for_words(self, name: str, message: Mapping[str, object]) -> None:
        """Take an error that has no member of that name: flat, as many servers and gateways send it."""
        answer = self._answer
        if answer.failure is not None or name in _HEARTBEATS or text(message.get("type")).lower() in _HEARTBEATS:
            return
        if self._frames.is_document and (answer.has_text or answer.finish is not None):
            return
        match flat_error(message):
            case FlatError.CERTAIN:
                self._answer.failure = failure_from_message(message, self._provider, has_text=self._answer.has_text)
            case FlatError.POSSIBLE:
                self._said = self._said or message
            case FlatError.NONE:
                pass

    def _not_json(self, frame: Frame, error: Exception) -> None:
        if self._decoder.marker(frame.data, self._answer):
            self._has_messages = True
        elif frame.name == "error":
            self._answer.failure = failure_from_message(frame.data, self._provider, has_text=self._answer.has_text)
        elif frame.whole and _is_heartbeat(frame):
            return
        elif frame.whole:
            raise _invalid("The answer holds data that is not JSON.") from error
        else:
            self._is_torn = True


def _is_heartbeat(frame: Frame) -> bool:
    """Whether an event keeps the connection alive and says nothing; an event without data is none by the standard."""
    word = frame.data.strip().strip("[]<>:. ").lower()
    return not frame.data.strip() or word in _HEARTBEATS or frame.name.lower() in _HEARTBEATS


def _invalid(message: str) -> ExchangeFailedError:
    return ExchangeFailedError(Failure(ErrorCode.INVALID_RESPONSE, message))
