"""Which ends of an answer are a success, and which error each of the others is. The only table of its kind."""

from __future__ import annotations

from collections.abc import Mapping

from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason
from orch_lsp.providers.answer import Answer
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.wording import clean_message

_ENDS: Mapping[FinishReason, tuple[ErrorCode, str]] = {
    FinishReason.LENGTH: (ErrorCode.TRUNCATED, "The answer reached the output limit before it was complete"),
    FinishReason.CONTENT_FILTER: (ErrorCode.CONTENT_FILTERED, "The provider's content filter stopped the answer"),
    FinishReason.REFUSAL: (ErrorCode.REFUSED, "The model declined to answer"),
    FinishReason.TOOL_CALL: (ErrorCode.INCOMPLETE_OUTPUT, "The model called a tool, which it was not offered"),
    FinishReason.PAUSE: (ErrorCode.INCOMPLETE_OUTPUT, "The provider paused the answer before it was complete"),
    FinishReason.ERROR: (ErrorCode.PROVIDER_UNAVAILABLE, "The provider ended the answer with an error"),
    FinishReason.INCOMPLETE: (ErrorCode.INCOMPLETE_OUTPUT, "The answer ended before it was complete"),
    FinishReason.OTHER: (
        ErrorCode.INCOMPLETE_OUTPUT,
        "The answer ended for a reason that is not known to mean success",
    ),
}
_REASONING_TOOK_ALL = "Raise `max_output_tokens`: the model's reasoning used all of it, and no text was left."


def failure_at_end(answer: Answer) -> Failure | None:
    """The failure that an answer's own end means, or None for a usable one.

    `answer.finish` must be set.
    """
    finish = answer.finish
    assert finish is not None  # noqa: S101 -- the caller's duty
    if finish.finish_reason is FinishReason.STOP:
        if answer.has_text:
            return None
        return Failure(ErrorCode.EMPTY_OUTPUT, "The answer is complete but holds no text.")
    code, message = _ENDS[finish.finish_reason]
    raw = ", ".join(finish.raw_finish_reasons)
    if finish.finish_reason is FinishReason.REFUSAL and answer.refusal:
        return Failure(code, clean_message(f"{message}: {answer.refusal}"))
    remediation = None
    if finish.finish_reason is FinishReason.LENGTH and not answer.has_text:
        remediation = _REASONING_TOOK_ALL
    return Failure(code, f"{message} (`{raw}`)." if raw else f"{message}.", remediation)


def failure_without_end(*, has_text: bool, lost: bool) -> Failure:
    """The failure of an answer that ended before the model said so; `lost` if the connection broke."""
    how = "The connection was lost" if lost else "The answer ended without its terminator"
    if has_text:
        return Failure(ErrorCode.INCOMPLETE_OUTPUT, f"{how} in the middle of the text.")
    return Failure(ErrorCode.NETWORK_ERROR, f"{how} before any text had arrived.", repeat=True)
