"""The failure that each document shows: at most one, until the next run, a dismissal or a close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from orch_lsp.errors import ErrorCode, ErrorDetail
from orch_lsp.uri import normal_form

if TYPE_CHECKING:
    from orch_lsp.runs.record import RunRecord


@dataclass(frozen=True, slots=True)
class ShownFailure:
    """The failure of a document's last run, or of the attempt to begin one."""

    detail: ErrorDetail
    run_id: str | None = None
    line: int | None = None
    """Zero-based line that caused it, where one did."""
    severity: str = "error"
    asked: frozenset[tuple[str, str | None]] = frozenset()
    """The providers, each with its model, that the run has asked: none of them is a cure."""

    refused: str = ""
    """The provider that the user has not allowed yet, if that is why nothing began."""

    @classmethod
    def of_run(cls, record: RunRecord, detail: ErrorDetail, severity: str | None = None) -> Self:
        """The failure of a run."""
        asked = {(attempt.provider, attempt.model) for step in record.steps for attempt in step.attempts}
        asked.add((record.provider.id, record.model.requested))
        return cls(detail, record.run_id, severity=severity or severity_of(detail.code), asked=frozenset(asked))


class Failures:
    """Failures by document, whose URI may be in any spelling."""

    def __init__(self) -> None:
        self._by_document: dict[str, ShownFailure] = {}
        self._closed: set[str] = set()

    def get(self, uri: str) -> ShownFailure | None:
        """The failure to show, if there is one."""
        return self._by_document.get(normal_form(uri))

    def set(self, uri: str, failure: ShownFailure) -> None:
        """Show this one instead of any other."""
        self._by_document[normal_form(uri)] = failure

    def clear(self, uri: str) -> None:
        """Show none."""
        self._by_document.pop(normal_form(uri), None)

    def note_change(self, uri: str) -> None:
        """The text has changed: that it holds nothing to fill is true of the old one only."""
        failure = self.get(uri)
        if failure is not None and failure.detail.code == ErrorCode.NOTHING_TO_FILL:
            self.clear(uri)

    def close(self, uri: str) -> None:
        """The document was closed with its failure on it: in this session it has been seen."""
        failure = self._by_document.pop(normal_form(uri), None)
        if failure is not None and failure.run_id is not None:
            self._closed.add(failure.run_id)

    def was_closed(self, run_id: str) -> bool:
        """Whether a run's failure was shown in a document that was then closed."""
        return run_id in self._closed

    def move(self, old: str, new: str) -> None:
        """The document has a new URI."""
        if (failure := self._by_document.pop(normal_form(old), None)) is not None:
            self._by_document[normal_form(new)] = failure


_NOBODYS_ERROR = frozenset({ErrorCode.INTERRUPTED, ErrorCode.DOCUMENT_CHANGED, ErrorCode.NOTHING_TO_FILL})


def severity_of(code: str) -> str:
    """How grave a failure is shown: an interrupted run, a draft that waits, a finished document are nobody's error."""
    return "information" if code in _NOBODYS_ERROR else "error"
