"""textDocument/diagnostic: the same diagnostics for clients that pull."""

from __future__ import annotations

from lsprotocol import types

from orch_lsp.lsp.diagnostics import diagnostics_of
from orch_lsp.lsp.snapshot import Snapshot


async def diagnostic(
    snapshot: Snapshot,
    params: types.DocumentDiagnosticParams,  # noqa: ARG001
) -> types.RelatedFullDocumentDiagnosticReport:
    """All that there is to say of the document."""
    with snapshot.shown.pull(snapshot.uri):
        found = await diagnostics_of(snapshot)
    snapshot.shown.tell(snapshot.uri, snapshot.source.version, found)
    return types.RelatedFullDocumentDiagnosticReport(items=found)
