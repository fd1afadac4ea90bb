"""The attempts of a step, as they come from a provider, kept in the record's shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any, cast

from orch_lsp.errors import ErrorDetail
from orch_lsp.generation import Usage
from orch_lsp.providers.base import AnswerBegan, AttemptEnded, AttemptStarted
from orch_lsp.redaction import Redactor
from orch_lsp.runs.record import Attempt, timestamp


class AttemptLog:
    """Collects the attempts of one step, and their usage."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._attempts: list[Attempt] = []
        self._usage: list[Usage | None] = []

    def started(self, event: AttemptStarted) -> None:
        """Note the beginning of an exchange."""
        number = len(self._attempts) + 1
        self._attempts.append(
            Attempt(number, event.provider, event.model, event.server_address, timestamp(), wait_s=event.wait_s)
        )
        self._usage.append(None)

    def answered(self, event: AnswerBegan) -> None:
        """Note what is known of the newest exchange's answer, however it will end."""
        request_id = self._without_key(event.request_id)
        self._attempts[-1] = replace(self._attempts[-1], http_status=event.http_status, request_id=request_id)

    def ended(self, event: AttemptEnded) -> None:
        """Note how the newest exchange ended."""
        request_id = self._without_key(event.request_id)
        self._close(event.status, event.error, http_status=event.http_status, request_id=request_id)

    def _without_key(self, request_id: str | None) -> str | None:
        return None if request_id is None else self._redactor.redact_known(request_id)

    def cancelled(self) -> None:
        """Close an exchange that the user cancelled."""
        if self._attempts and self._attempts[-1].ended_at is None:
            self._close("cancelled", None)

    def failed(self, error: ErrorDetail) -> None:
        """Close an exchange that ended without a word on how."""
        if self._attempts and self._attempts[-1].ended_at is None:
            self._close("error", error)

    def _close(self, status: str, error: ErrorDetail | None, **changes: Any) -> None:
        if error is not None:
            error = replace(error, message=self._redactor.redact(error.message))
        self._attempts[-1] = replace(self._attempts[-1], ended_at=timestamp(), status=status, error=error, **changes)

    def used(self, usage: Usage) -> None:
        """Note the newest exchange's usage; a later report replaces an earlier one."""
        if self._usage:
            self._usage[-1] = replace(usage, raw=_without_keys(usage.raw, self._redactor))

    @property
    def entries(self) -> tuple[Attempt, ...]:
        """The attempts so far, as the record has them."""
        return tuple(self._attempts)

    @property
    def count(self) -> int:
        """How many there were so far."""
        return len(self._attempts)

    def total(self, first: int = 0) -> Usage | None:
        """The sum over the attempts from `first` on; a count that no attempt told is None."""
        known = [usage for usage in self._usage[first:] if usage is not None]
        return reduce(add, known) if known else None


def _without_keys(value: Any, redactor: Redactor) -> Any:
    """A JSON value of the provider's, with live keys taken out of its texts."""
    match value:
        case str():
            return redactor.redact_known(value)
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            return {redactor.redact_known(name): _without_keys(item, redactor) for name, item in members.items()}
        case list() | tuple():
            return [_without_keys(item, redactor) for item in cast("Sequence[Any]", value)]
        case _:
            return value
