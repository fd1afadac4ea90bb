"""Which failed attempts are followed by another, and when."""

from __future__ import annotations

from collections.abc import Callable, Collection

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.failure import Failure
from orch_lsp.settings.model import Retry

_FIRST_DELAY_S = 0.5
_OVERLOADED_FIRST_DELAY_S = 2.0
_LONGEST_DELAY_S = 8.0
# Added to what a provider asks for, so that clients that were refused together do not come back together.
_JITTER_S = 0.25


def delay_s(
    failure: Failure, number: int, earlier: Collection[ErrorCode], retry: Retry, jitter: Callable[[], float]
) -> float | None:
    """Seconds until the attempt after attempt `number`, which failed; None if there must not be one.

    What the provider asked for is honoured within `retry.max_wait`; if it asked for more, waiting is the user's choice.
    Without its word, the delay doubles from attempt to attempt.

    Args:
        failure: Why the attempt failed, before any text had arrived.
        number: Of the attempt, from 1.
        earlier: Codes of the attempts before.
        retry: The user's limits.
        jitter: A number in [0, 1).
    """
    if not failure.repeat or number >= retry.attempts or (failure.once and failure.code in earlier):
        return None
    asked = failure.retry_after_s
    if asked is not None:
        return None if asked > retry.max_wait else min(asked + _JITTER_S * jitter(), retry.max_wait)
    first = _OVERLOADED_FIRST_DELAY_S if failure.code is ErrorCode.OVERLOADED else _FIRST_DELAY_S
    longest = min(first * 2 ** (number - 1), _LONGEST_DELAY_S, retry.max_wait)
    return longest * (0.5 + 0.5 * jitter())
