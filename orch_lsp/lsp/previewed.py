"""Requests that were shown, by document, until the next draft: its record names the differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.uri import normal_form

if TYPE_CHECKING:
    from orch_lsp.orchestration.planning.plan import Previewed

_MOST = 32
"""Documents whose last preview is kept."""


class PreviewedRequests:
    """The last request that was shown of each document, whose URI may be in any spelling."""

    def __init__(self) -> None:
        self._by_document: dict[str, Previewed] = {}

    def put(self, uri: str, shown: Previewed) -> None:
        """Keep one in place of any other of the document."""
        self._by_document.pop(normal_form(uri), None)
        self._by_document[normal_form(uri)] = shown
        if len(self._by_document) > _MOST:
            del self._by_document[next(iter(self._by_document))]

    def take(self, uri: str) -> Previewed | None:
        """The one of a document, which is then forgotten."""
        return self._by_document.pop(normal_form(uri), None)
