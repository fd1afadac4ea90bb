"""What a wire format has to say; everything else about talking to a provider is shared.

A new format is one module with a `WireFormat` and one row in `registry`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from orch_lsp.providers.answer import Answer
from orch_lsp.providers.base import GenerationRequest
from orch_lsp.settings.model import ProviderSettings


class AnswerDecoder(Protocol):
    """Reads the messages of one answer; state that spans messages lives here."""

    def message(self, name: str, message: Mapping[str, object], answer: Answer) -> None:
        """Take one message of a stream, by its event name (empty where the framing has none)."""
        ...

    def marker(self, data: str, answer: Answer) -> bool:
        """Take a payload that is not JSON, such as `[DONE]`; False if it means nothing."""
        ...

    def document(self, document: object, answer: Answer) -> None:
        """Take a whole answer that came as one JSON document, although a stream was asked for."""
        ...

    def end(self, answer: Answer) -> None:
        """The bytes have ended."""
        ...


class WireFormat(Protocol):
    """How one provider API is spoken. All methods are pure."""

    @property
    def kind(self) -> str:
        """The name that settings use for the format."""
        ...

    @property
    def json_lines(self) -> bool:
        """Whether a streamed answer is one JSON value a line."""
        ...

    def path(self, request: GenerationRequest, settings: ProviderSettings) -> str:
        """Path, and query if need be, below the base URL."""
        ...

    def headers(self, api_key: str | None, settings: ProviderSettings) -> dict[str, str]:
        """Headers of the format, the credential included."""
        ...

    def body(self, request: GenerationRequest, settings: ProviderSettings) -> Mapping[str, object]:
        """The request as a JSON object."""
        ...

    def decoder(self, settings: ProviderSettings) -> AnswerDecoder:
        """A fresh decoder for one answer."""
        ...
