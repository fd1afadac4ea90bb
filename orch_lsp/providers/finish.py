"""Which ends of an answer are a success, and which error each of the others is. The only table of its kind.

| how an answer ends | complete |
|---|---|
| every reason that was given means stop; then the bytes end, or the connection stays open | yes |
| a terminal marker; whatever follows or breaks then | as its reasons say |
| a terminal marker (`[DONE]`) and no reason at all | yes: some servers give none |
| a terminal marker, and only another choice of the same answer has a reason | no |
| any reason that means something else, before or after one that means stop | no: the worst counts |
| a reason whose word is not known | no |
| a reason that means stop, text after it, and neither a second one nor a marker | no |
| the bytes end before a reason or a marker, or break before a marker: reset, cut gzip or chunk, half a message | no |
| a status that says the body is a part, or is none (204, 205, 206) | no |
| the reason means stop, and all that came is reasoning, white space or nothing | no |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason
from orch_lsp.providers.base import Finished
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.wording import clean_message

# Words for the end of an answer in lower case, of all formats at once: proxies pass on the words of others.
_STOP = (
    "stop", "stopped", "end_turn", "eos", "eos_token", "end_of_text", "end_of_sequence", "stop_sequence",
    "stop_sequence_reached", "stop_token", "complete", "completed", "finished", "done", "success",
)  # fmt: skip
_LENGTH = (
    "length", "max_tokens", "max_length", "max_len", "max_output_tokens", "max_new_tokens", "max_completion_tokens",
    "model_length", "token_limit", "limit", "max_tokens_reached", "length_limit", "context_length",
    "context_length_exceeded", "context_window", "context_overflow", "model_context_window_exceeded", "error_limit",
)  # fmt: skip
_CONTENT_FILTER = (
    "content_filter", "content_filtered", "content_filtering", "contentfilter", "content_policy", "filtered",
    "sensitive", "moderation", "guardrail", "guardrail_intervened", "safety", "recitation", "language", "blocklist",
    "prohibited_content", "spii", "model_armor", "error_toxic", "blocked", "flagged", "risk_control",
)  # fmt: skip
_TOOL_CALL = ("tool_calls", "tool_call", "tool_use", "tooluse", "function_call", "function_calls", "tool")
_PAUSE = ("pause_turn", "pause", "paused", "compaction", "continuation", "steered", "max_messages", "max_turns")
_ERROR = (
    "error", "failed", "failure", "network_error", "server_error", "engine_error", "internal_error", "other",
    "insufficient_system_resource", "unexpected_tool_call", "too_many_tool_calls", "missing_thought_signature",
    "malformed_function_call",
)  # fmt: skip
_INCOMPLETE = (
    "incomplete", "abort", "aborted", "cancel", "cancelled", "canceled", "user_cancel", "interrupted", "timeout",
    "time_limit", "preempted", "load", "unload",
)  # fmt: skip
_WORDS: Mapping[str, FinishReason] = {
    word: reason
    for reason, words in (
        (FinishReason.STOP, _STOP),
        (FinishReason.LENGTH, _LENGTH),
        (FinishReason.CONTENT_FILTER, _CONTENT_FILTER),
        (FinishReason.REFUSAL, ("refusal", "refused")),
        (FinishReason.TOOL_CALL, _TOOL_CALL),
        (FinishReason.PAUSE, _PAUSE),
        (FinishReason.ERROR, _ERROR),
        (FinishReason.INCOMPLETE, _INCOMPLETE),
    )
    for word in words
}
# Words that stand where a reason would, and say that there is none yet.
_NOT_ENDED = frozenset({"", "null", "none", "nil", "unspecified", "not_finished", "unfinished", "in_progress"})
_PREFIXES = ("finish_reason_", "finishreason.", "stop_reason_", "stopreason.", "reason_")

# From best to worst: where several reasons were given, the last of these says what happened.
_BY_GRAVITY = (
    FinishReason.STOP,
    FinishReason.OTHER,
    FinishReason.INCOMPLETE,
    FinishReason.PAUSE,
    FinishReason.TOOL_CALL,
    FinishReason.LENGTH,
    FinishReason.ERROR,
    FinishReason.REFUSAL,
    FinishReason.CONTENT_FILTER,
)

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
_CAME_AS_REASONING = (
    "Switch off the server's reasoning parser for this model (vLLM and SGLang: start without `--reasoning-parser`), "
    'set `reasoning = "none"`, or choose another model. Its text is kept as a partial draft.'
)

_NOT_WHOLE: Mapping[int, str] = {
    204: "which means that there is no answer",
    205: "which means that there is no answer",
    206: "which means that this is a part of an answer",
}


class AnswerAtEnd(Protocol):
    """An answer that has ended, as far as its end is judged by it."""

    @property
    def finish(self) -> Finished | None:
        """The model's own end; the worst, if it gave several."""
        ...

    @property
    def has_text(self) -> bool:
        """Whether anything but white space has arrived as text."""
        ...

    @property
    def came_as_reasoning(self) -> bool:
        """Whether the whole answer came where reasoning belongs."""
        ...

    @property
    def refusal(self) -> str:
        """The words in which the model declined, if it did."""
        ...


def reason_of(raw: str) -> FinishReason | None:
    """The reason that a provider's word means, in any format and spelling; None if it says that there is none yet."""
    reason = _WORDS.get(raw)
    if reason is not None:
        return reason
    word = raw.strip().lower().replace("-", "_").replace(" ", "_")
    for prefix in _PREFIXES:
        word = word.removeprefix(prefix)
    if word in _NOT_ENDED:
        return None
    if word.startswith("image_"):
        return FinishReason.CONTENT_FILTER
    if word.startswith("malformed_"):
        return FinishReason.ERROR
    return _WORDS.get(word, FinishReason.OTHER)


def worse(one: FinishReason, other: FinishReason) -> FinishReason:
    """The reason that decides, of two that one answer gave."""
    return max(one, other, key=_BY_GRAVITY.index)


def failure_of_status(status: int, provider: str) -> Failure | None:
    """The failure that a good status is all the same, because no whole answer can come with it."""
    if status not in _NOT_WHOLE:
        return None
    message = clean_message(f"{provider} answered HTTP {status}, {_NOT_WHOLE[status]}.")
    return Failure(ErrorCode.INVALID_RESPONSE, message, http_status=status)


def failure_at_end(answer: AnswerAtEnd) -> Failure | None:
    """The failure that an answer's own end means, or None for a usable one.

    `answer.finish` must be set.
    """
    finish = answer.finish
    assert finish is not None  # noqa: S101 -- the caller's duty
    if finish.finish_reason is FinishReason.STOP:
        if answer.has_text:
            return None
        if answer.came_as_reasoning:
            return Failure(
                ErrorCode.EMPTY_OUTPUT,
                "The whole answer came as the model's reasoning, and nothing as its text.",
                _CAME_AS_REASONING,
            )
        return Failure(ErrorCode.EMPTY_OUTPUT, "The answer is complete but holds no text.")
    code, message = _ENDS[finish.finish_reason]
    raw = ", ".join(finish.raw_finish_reasons)
    if finish.finish_reason is FinishReason.REFUSAL and answer.refusal:
        return Failure(code, clean_message(f"{message}: {answer.refusal}"))
    remediation = None
    if finish.finish_reason is FinishReason.LENGTH and not answer.has_text:
        remediation = _REASONING_TOOK_ALL
    return Failure(code, clean_message(f"{message} (`{raw}`)." if raw else f"{message}."), remediation)


def failure_without_end(*, has_text: bool, lost: bool) -> Failure:
    """The failure of an answer that ended before the model said so; `lost` if the connection broke."""
    how = "The connection was lost" if lost else "The answer ended without its terminator"
    if has_text:
        return Failure(ErrorCode.INCOMPLETE_OUTPUT, f"{how} in the middle of the text.")
    return Failure(ErrorCode.NETWORK_ERROR, f"{how} before any text had arrived.", repeat=True)
