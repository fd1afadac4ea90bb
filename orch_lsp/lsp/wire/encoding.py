"""Answers as JSON. That of each diagnostic is kept: a document may have hundreds, and most are the same after a key."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from lsprotocol import types

_MOST_KEPT = 4_096
_NO_ITEMS = '"items": []'


class Encoder:
    """Makes JSON of answers; `default` makes plain values of those of the protocol, as `json.dumps` takes it."""

    def __init__(self, default: Callable[[Any], Any]) -> None:
        self._default = default
        # By identity, for which each is kept, too: diagnostics are equal by their values, and have no hash.
        self._known: dict[int, tuple[types.Diagnostic, str]] = {}

    def encoded(self, response: Any) -> str:
        """The JSON of a whole answer, of ASCII alone.

        Raises:
            TypeError, ValueError, AttributeError: It cannot be made JSON.
        """
        report = response.result
        if not isinstance(report, types.RelatedFullDocumentDiagnosticReport) or report.related_documents:
            return self._plain(response)
        without = types.RelatedFullDocumentDiagnosticReport(items=[], result_id=report.result_id)
        around = self._plain(type(response)(id=response.id, result=without, jsonrpc=response.jsonrpc))
        before, _, behind = around.partition(_NO_ITEMS)
        return f'{before}"items": [{", ".join(map(self._of_diagnostic, report.items))}]{behind}'

    def _of_diagnostic(self, diagnostic: types.Diagnostic) -> str:
        known = self._known.get(id(diagnostic))
        if known is not None:
            return known[1]
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        made = self._plain(diagnostic)
        self._known[id(diagnostic)] = (diagnostic, made)
        return made

    def _plain(self, value: Any) -> str:
        return json.dumps(value, default=self._default, allow_nan=False)
