"""textDocument/diagnostic: the same diagnostics for clients that pull."""

from __future__ import annotations

from lsprotocol import types

from orch_lsp.lsp.diagnostics import SOURCE, diagnostics_of
from orch_lsp.lsp.server import OrchServer


def register(server: OrchServer) -> None:
    """Register the request."""
    options = types.DiagnosticOptions(inter_file_dependencies=False, workspace_diagnostics=False, identifier=SOURCE)

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def diagnostic(
        ls: OrchServer, params: types.DocumentDiagnosticParams
    ) -> types.RelatedFullDocumentDiagnosticReport:
        uri = params.text_document.uri
        found = await diagnostics_of(ls, uri) if ls.documents.is_open(uri) else None
        return types.RelatedFullDocumentDiagnosticReport(items=found[1] if found else [])
