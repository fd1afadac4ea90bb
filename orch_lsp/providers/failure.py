"""A failed exchange inside the provider layer, before it becomes the error that a user sees."""

from __future__ import annotations

from dataclasses import dataclass

from orch_lsp.errors import GUIDANCE, ErrorCode, ProviderError


@dataclass(frozen=True, slots=True)
class Failure:
    """The failure of one exchange.

    `repeat` says whether the same request may be sent again without asking anybody, as long as no text has arrived;
    `retryable` is what the user is told. They differ: an empty answer is worth a try by hand, but it was paid for.
    `once` limits the repetition to one, for failures that have already cost much time. `retry_after_s` is in seconds.
    """

    code: ErrorCode
    message: str
    remediation: str | None = None
    retryable: bool | None = None
    repeat: bool = False
    once: bool = False
    http_status: int | None = None
    retry_after_s: float | None = None

    def error(self) -> ProviderError:
        """The failure as it is raised out of the provider layer."""
        return ProviderError(
            self.code,
            self.message,
            remediation=self.remediation,
            retryable=self.may_succeed_later,
            http_status=self.http_status,
            retry_after_s=self.retry_after_s,
        )

    @property
    def may_succeed_later(self) -> bool:
        """Whether the same request may succeed later."""
        return GUIDANCE[self.code].retryable if self.retryable is None else self.retryable


class ExchangeFailedError(Exception):
    """Carries a `Failure` from where it was seen to the attempt loop."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class ConnectionLostError(ExchangeFailedError):
    """The connection ended, by a reset or without the end that the protocol asks for."""
