"""textDocument/diagnostic: the same diagnostics for clients that pull."""

from __future__ import annotations

from lsprotocol import types

from orch_lsp.lsp.diagnostics import diagnostics_of
from orch_lsp.lsp.snapshot import Snapshot


async def diagnostic(
    snapshot: Snapshot, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    """All that there is to say of the document; to a client that has it already, that it is the same."""
    shown, uri, version = snapshot.shown, snapshot.uri, snapshot.source.version
    with shown.pull(uri):
        found = await diagnostics_of(snapshot)
    holds = shown.still_holds(uri, version, found, params.previous_result_id, snapshot.typed)
    shown.tell(uri, version, found)
    result_id = shown.result_id(uri)
    if holds and result_id is not None:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
    return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=result_id)
