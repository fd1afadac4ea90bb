"""textDocument/hover: where did this section come from?"""

from __future__ import annotations

import asyncio

from lsprotocol import types

from orch_lsp.document.model import Section
from orch_lsp.document.written import Written, parts_around
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.plan import Reading
from orch_lsp.runs import provenance
from orch_lsp.runs.origins import section_origins
from orch_lsp.runs.provenance import ProvenanceEntry
from orch_lsp.runs.view import hover_markdown, hover_text


async def hover(snapshot: Snapshot, params: types.HoverParams) -> types.Hover | None:
    """The run from which the section under the cursor came, if one did."""
    reading = await snapshot.reading()
    positions = snapshot.positions()
    sections, entries = await asyncio.to_thread(_written_at, reading, positions.offset(params.position))
    if not sections:
        return None
    store = await snapshot.session.store(reading)
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


def _written_at(reading: Reading, offset: int) -> tuple[tuple[Written, ...], tuple[ProvenanceEntry, ...]]:
    """The sections around an offset that a run can have written, the innermost first, and the document's provenance.

    The title's section is the whole document, and no run's; its hash would cost the most.
    """
    entries: tuple[ProvenanceEntry, ...] = ()
    if reading.root is not None:
        entries, _ = provenance.read(reading.root, reading.spec_path)
    named = {entry.key for entry in entries}
    around = parts_around(reading.document, reading.around(offset))
    sections = tuple(part for part in around if not isinstance(part, Section) or part.profile_key or part.key in named)
    for section in sections:
        _ = section.sha256  # Made here, on a worker, and kept.
    return sections, entries
