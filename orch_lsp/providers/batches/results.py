"""Ends of requests in batches that all dialects share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.json_values import text

_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
_AGAIN = "Run the same command again: the request was not paid for, and is asked anew."


def is_batch_id(value: str) -> bool:
    """Whether a text can be a batch's id: it becomes a part of a path."""
    return _ID.fullmatch(value) is not None and not value.startswith(".")


def named_batch(batch: Mapping[str, object], provider: str) -> str:
    """The id of a batch that was made.

    Raises:
        ExchangeFailedError: The answer has none.
    """
    batch_id = text(batch.get("id"))
    if not is_batch_id(batch_id):
        raise ExchangeFailedError(Failure(ErrorCode.INVALID_RESPONSE, f"{provider} made a batch without an id."))
    return batch_id


def expired(provider: str) -> Failure:
    """The window of a batch ended before the request was reached."""
    message = f"{provider} did not answer the request within the 24 hours of its batch."
    return Failure(ErrorCode.TIMEOUT, message, _AGAIN, retryable=True)


def cancelled(provider: str) -> Failure:
    """The batch was cancelled at the provider before the request was reached."""
    message = f"The batch was cancelled at {provider} before the request was answered."
    return Failure(ErrorCode.PROVIDER_UNAVAILABLE, message, _AGAIN, retryable=True)


def unanswered(provider: str, batch_id: str) -> Failure:
    """The batch has ended, and its results do not speak of the request."""
    message = f"{provider} ended the batch {batch_id} without an answer to the request."
    return Failure(ErrorCode.PROVIDER_UNAVAILABLE, message, _AGAIN, retryable=True)


def unknown_batch(provider: str, batch_id: str) -> Failure:
    """The provider does not know a batch any more, such as one of another key."""
    message = f"{provider} does not know the batch {batch_id}."
    return Failure(ErrorCode.PROVIDER_UNAVAILABLE, message, _AGAIN, retryable=True)
