"""textDocument/hover: where did this section come from?"""

from __future__ import annotations

import asyncio

from lsprotocol import types

from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.runs import provenance
from orch_lsp.runs.origins import section_origins
from orch_lsp.runs.view import hover_markdown, hover_text


async def hover(snapshot: Snapshot, params: types.HoverParams) -> types.Hover | None:
    """The run from which the section under the cursor came, if one did."""
    reading = await snapshot.reading()
    positions = snapshot.positions()
    around = await asyncio.to_thread(reading.around, positions.offset(params.position))
    sections = reading.document.sections_of(around)
    if not sections:
        return None
    store = await snapshot.session.store(reading)
    entries = ()
    if reading.root is not None:
        entries, _ = await asyncio.to_thread(provenance.read, reading.root, reading.spec_path)
    written = [(section.key, section.sha256) for section in sections]
    keys = {section.key for section in sections}
    named = [entry.run_id for entry in entries if entry.key in keys]
    applied = await store.applied_for(reading.spec_path, written, named)
    origins = section_origins(entries, sections, applied)
    section = next((section for section in sections if section.key in origins), None)
    if section is None:
        return None
    origin = origins[section.key]
    if snapshot.client.markdown_hover:
        content = types.MarkupContent(types.MarkupKind.Markdown, hover_markdown(origin))
    else:
        content = types.MarkupContent(types.MarkupKind.PlainText, hover_text(origin))
    return types.Hover(content, positions.range(section.heading))
