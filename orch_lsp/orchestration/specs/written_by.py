"""The runs that wrote parts of a document, from its provenance file and the history."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from orch_lsp.document.model import Section
from orch_lsp.document.written import Written
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs import provenance
from orch_lsp.runs.origins import SectionOrigin, section_origins
from orch_lsp.runs.provenance import ProvenanceEntry
from orch_lsp.runs.store import RunStore

StoreOf = Callable[[Reading], Awaitable[RunStore]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Parts of a document that runs can have written, and what its provenance file says of any."""

    parts: tuple[Written, ...]
    entries: tuple[ProvenanceEntry, ...]


async def origins_of(
    store_of: StoreOf, reading: Reading, choose: Callable[[], Iterable[Written]]
) -> tuple[tuple[Written, SectionOrigin], ...]:
    """The parts of a document that runs wrote, each with its run.

    Args:
        store_of: Gives the store that holds a document's runs; asked only if there is something to look for.
        reading: The document.
        choose: The parts that are asked about; called on a worker thread.
    """
    return await origins_of_chosen(store_of, reading, await asyncio.to_thread(lambda: chosen(reading, choose())))


async def origins_of_chosen(
    store_of: StoreOf, reading: Reading, asked: Chosen
) -> tuple[tuple[Written, SectionOrigin], ...]:
    """As `origins_of`, of parts that were looked at before."""
    if not asked.parts:
        return ()
    store = await store_of(reading)
    written = [(part.key, part.sha256) for part in asked.parts]
    keys = {part.key for part in asked.parts}
    named = [entry.run_id for entry in asked.entries if entry.key in keys]
    applied = await store.applied_for(reading.spec_path, written, named)
    origins = section_origins(asked.entries, asked.parts, applied)
    return tuple((part, origins[part.key]) for part in asked.parts if part.key in origins)


def chosen(reading: Reading, parts: Iterable[Written]) -> Chosen:
    """Those of some parts that a run can have written. Blocking.

    The title's section is the whole document, and no run's; its hash would cost the most.
    """
    entries: tuple[ProvenanceEntry, ...] = ()
    if reading.root is not None:
        entries, _ = provenance.read(reading.root, reading.spec_path)
    named = {entry.key for entry in entries}
    asked = tuple(part for part in parts if not isinstance(part, Section) or part.profile_key or part.key in named)
    for part in asked:
        _ = part.sha256  # Made here, on a worker, and kept.
    return Chosen(asked, entries)
