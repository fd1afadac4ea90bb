"""Values of a model call that runs and providers share, in the words of OpenTelemetry's GenAI conventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FinishReason(StrEnum):
    """Why a model stopped, in one vocabulary; the provider's own word is kept beside it."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALL = "tool_call"
    CONTENT_FILTER = "content_filter"
    REFUSAL = "refusal"
    PAUSE = "pause"
    ERROR = "error"
    INCOMPLETE = "incomplete"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as the provider gave them; `raw` is its own object."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    raw: Mapping[str, Any] | None = None

    def __add__(self, later: Usage) -> Usage:
        """The counts of both, with the later one's own object; a count that neither told stays unknown."""
        return Usage(
            _sum(self.input_tokens, later.input_tokens),
            _sum(self.output_tokens, later.output_tokens),
            _sum(self.cache_read_input_tokens, later.cache_read_input_tokens),
            _sum(self.cache_write_input_tokens, later.cache_write_input_tokens),
            _sum(self.reasoning_output_tokens, later.reasoning_output_tokens),
            later.raw,
        )


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else (one or 0) + other
