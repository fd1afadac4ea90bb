"""textDocument/hover: where did this section come from?"""

from __future__ import annotations

import asyncio

from lsprotocol import types

from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.server import OrchServer


def register(server: OrchServer) -> None:
    """Register the request."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(ls: OrchServer, params: types.HoverParams) -> types.Hover | None:
        await ls.ready()
        from orch_lsp.runs import provenance
        from orch_lsp.runs.origins import section_origins
        from orch_lsp.runs.view import hover_markdown, hover_text

        uri = params.text_document.uri
        if not ls.documents.is_open(uri):
            return None
        ls.focus(uri)
        session = await ls.ready()
        reading = await ls.read(ls.source(uri))
        positions = Positions(reading.document.text, ls.position_encoding)
        offset = positions.offset(params.position)
        around = await asyncio.to_thread(reading.document.sections_at, offset)
        if not around:
            return None
        store = await session.store(reading)
        entries = ()
        if reading.root is not None:
            entries, _ = await asyncio.to_thread(provenance.read, reading.root, reading.spec_path)
        written = [(section.key, section.sha256) for section in around]
        keys = {section.key for section in around}
        named = [entry.run_id for entry in entries if entry.key in keys]
        applied = await store.applied_for(reading.spec_path, written, named)
        origins = section_origins(entries, around, applied)
        section = next((section for section in around if section.key in origins), None)
        if section is None:
            return None
        origin = origins[section.key]
        if ls.client.markdown_hover:
            content = types.MarkupContent(types.MarkupKind.Markdown, hover_markdown(origin))
        else:
            content = types.MarkupContent(types.MarkupKind.PlainText, hover_text(origin))
        return types.Hover(content, positions.range(section.heading))
