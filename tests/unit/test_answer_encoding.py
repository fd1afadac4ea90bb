"""Answers as JSON: those with diagnostics are what they would be without keeping anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lsprotocol import types
from pygls.protocol import JsonRPCResponseMessage, default_converter

from orch_lsp.lsp.wire.encoding import Encoder


def encoder() -> tuple[Encoder, list[object]]:
    """An encoder, and all that it was not known to make plain."""
    converter, asked = default_converter(), list[object]()

    def plain(value: Any) -> Any:
        asked.append(value)
        return converter.unstructure(value)

    return Encoder(plain), asked


def diagnostic(line: int, message: str = "“A” says nothing.") -> types.Diagnostic:
    place = types.Range(types.Position(line, 0), types.Position(line, 9))
    related = [types.DiagnosticRelatedInformation(types.Location("file:///a.md", place), '"items": []')]
    return types.Diagnostic(
        place, message, types.DiagnosticSeverity.Hint, "a", related_information=related, data={"a": 1}
    )


def report(*items: types.Diagnostic) -> types.DocumentDiagnosticResponse:
    result = types.RelatedFullDocumentDiagnosticReport(items=list(items), result_id="7")
    return types.DocumentDiagnosticResponse(id="x", result=result)


@pytest.mark.parametrize(
    "response",
    [
        report(),
        report(diagnostic(1)),
        report(diagnostic(1), diagnostic(2, '"items": [], \\ \u2028 \ud800'), diagnostic(1)),
        types.DocumentDiagnosticResponse(id=1, result=types.RelatedUnchangedDocumentDiagnosticReport("7")),
        JsonRPCResponseMessage(id=1, jsonrpc="2.0", result={"items": []}),
        JsonRPCResponseMessage(id=1, jsonrpc="2.0", result=None),
    ],
)
def test_what_is_kept_changes_nothing(response: Any) -> None:
    made, _ = encoder()
    whole = json.loads(json.dumps(response, default=default_converter().unstructure))
    for _ in range(2):
        body = made.encoded(response)
        assert json.loads(body) == whole
        assert body.isascii()


def test_a_diagnostic_that_was_sent_is_not_made_plain_again() -> None:
    made, asked = encoder()
    one, other = diagnostic(1), diagnostic(2)
    made.encoded(report(one))
    asked.clear()
    made.encoded(report(one, other))
    assert [value for value in asked if isinstance(value, types.Diagnostic)] == [other]


def test_a_number_that_json_has_not_is_refused() -> None:
    made, _ = encoder()
    broken = diagnostic(1)
    broken.data = {"a": float("nan")}
    with pytest.raises(ValueError, match="JSON"):
        made.encoded(report(broken))
