"""The runs that wrote parts of a document, from its provenance file and the history."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from orch_lsp.document.model import Section
from orch_lsp.document.written import Written
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs import provenance
from orch_lsp.runs.origins import SectionOrigin, section_origins
from orch_lsp.runs.provenance import ProvenanceEntry
from orch_lsp.runs.store import RunStore

_Parts = tuple[Written, ...]


async def origins_of(
    store_of: Callable[[Reading], Awaitable[RunStore]], reading: Reading, choose: Callable[[], Iterable[Written]]
) -> tuple[tuple[Written, SectionOrigin], ...]:
    """The parts of a document that runs wrote, each with its run.

    Args:
        store_of: Gives the store that holds a document's runs; asked only if there is something to look for.
        reading: The document.
        choose: The parts that are asked about; called on a worker thread.
    """
    parts, entries = await asyncio.to_thread(_written, reading, choose)
    if not parts:
        return ()
    store = await store_of(reading)
    written = [(part.key, part.sha256) for part in parts]
    keys = {part.key for part in parts}
    named = [entry.run_id for entry in entries if entry.key in keys]
    applied = await store.applied_for(reading.spec_path, written, named)
    origins = section_origins(entries, parts, applied)
    return tuple((part, origins[part.key]) for part in parts if part.key in origins)


def _written(reading: Reading, choose: Callable[[], Iterable[Written]]) -> tuple[_Parts, tuple[ProvenanceEntry, ...]]:
    """The chosen parts that a run can have written, and the document's provenance.

    The title's section is the whole document, and no run's; its hash would cost the most.
    """
    entries: tuple[ProvenanceEntry, ...] = ()
    if reading.root is not None:
        entries, _ = provenance.read(reading.root, reading.spec_path)
    named = {entry.key for entry in entries}
    parts = tuple(part for part in choose() if not isinstance(part, Section) or part.profile_key or part.key in named)
    for part in parts:
        _ = part.sha256  # Made here, on a worker, and kept.
    return parts, entries
