"""The port of a wire format; everything else about talking to a provider is shared.

A new format is one module with a `WireFormat` and one row in `registry`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import GenerationRequest, ModelInfo
from orch_lsp.settings.model import ProviderSettings


class AnswerDecoder(Protocol):
    """Reads the messages of one answer; state that spans messages lives here."""

    def message(self, name: str, message: Mapping[str, object], answer: AnswerInProgress) -> None:
        """Take one message of a stream, by its event name (empty where the framing has none)."""
        ...

    def marker(self, data: str, answer: AnswerInProgress) -> bool:
        """Take a payload that is not JSON, such as `[DONE]`; False if it means nothing."""
        ...

    def document(self, document: object, answer: AnswerInProgress) -> None:
        """Take a whole answer that came as one JSON document, although a stream was asked for."""
        ...

    def end(self, answer: AnswerInProgress) -> None:
        """The bytes have ended."""
        ...


@dataclass(frozen=True, slots=True)
class ModelPage:
    """A part of a provider's list of models; `next_path` leads to the next part."""

    models: tuple[ModelInfo, ...]
    next_path: str | None = None


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

    def models_path(self, settings: ProviderSettings) -> str | None:
        """Path of the list of models below the base URL; None if there is no list."""
        ...

    def models_page(self, document: object, settings: ProviderSettings) -> ModelPage:
        """Read one page of the list."""
        ...

    def decoder(self, settings: ProviderSettings) -> AnswerDecoder:
        """A fresh decoder for one answer."""
        ...


@runtime_checkable
class DescribesModels(Protocol):
    """A wire format whose list holds names only, and that has to be asked for each model's sizes."""

    def description_request(self, model: str) -> tuple[str, bytes]:
        """Path below the base URL, and body, of the question for one model."""
        ...

    def described(self, model: ModelInfo, document: object) -> ModelInfo:
        """`model` with what the answer says."""
        ...
