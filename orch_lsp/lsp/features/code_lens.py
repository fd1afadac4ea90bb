"""textDocument/codeLens: generate, and what can be done with the run or the draft that is there."""

from __future__ import annotations

from lsprotocol import types

from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.offers import offers
from orch_lsp.lsp.scope import is_spec
from orch_lsp.lsp.server import OrchServer


def register(server: OrchServer) -> None:
    """Register the request."""

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    async def code_lens(ls: OrchServer, params: types.CodeLensParams) -> list[types.CodeLens]:
        uri = params.text_document.uri
        if not ls.documents.is_open(uri):
            return []
        reading = await ls.read(ls.source(uri))
        if not is_spec(reading):
            return []
        positions = Positions(reading.document.text, ls.position_encoding)
        place = positions.line_range(
            positions.range(reading.document.title).start.line if reading.document.title else 0
        )
        return [
            types.CodeLens(place, types.Command(offer.title, offer.command, arguments=[offer.argument]))
            for offer in await offers(ls, reading)
        ]
