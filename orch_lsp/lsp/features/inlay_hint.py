"""textDocument/inlayHint: beside what is asked for the number of its tasks; beside a section that it was edited."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.written import written_parts
from orch_lsp.language.implementation import work_in
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.lsp.symbols import symbol_name
from orch_lsp.orchestration.index.spec_indexes import GLANCE_SECONDS
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.orchestration.specs.written_by import origins_of
from orch_lsp.runs.escape import plain
from orch_lsp.runs.view import hover_text
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.written import Written
    from orch_lsp.language.implementation import Work
    from orch_lsp.language.index import FoundDefinition
    from orch_lsp.lsp.convert import Positions
    from orch_lsp.orchestration.specs.reading import Reading

_MOST_LISTED = 8


async def inlay_hint(snapshot: Snapshot, params: types.InlayHintParams) -> list[types.InlayHint]:
    """Hints for the part of the document that is asked about, by place."""
    reading = await snapshot.reading()
    if not (reading.settings.inlay_hints and is_spec(reading)):
        return []
    index = await snapshot.session.indexes.whole(reading, GLANCE_SECONDS)
    positions = await asyncio.to_thread(snapshot.positions)
    span = positions.span(params.range)
    work = await asyncio.to_thread(work_in, index, reading.spec_path, span)
    found = [(each.node.head.end, _of_work(snapshot, positions, each)) for each in work]
    found += await _edited(snapshot, reading, positions, span)
    return [hint for _, hint in sorted(found, key=lambda pair: pair[0])]


def _of_work(snapshot: Snapshot, positions: Positions, work: Work) -> types.InlayHint:
    count = len(work.tasks)
    label = "no task" if not count else "1 task" if count == 1 else f"{count:,} tasks"
    return _hint(snapshot, positions, work.node.head, label, _listed(work.tasks) or "No task of this spec cites it.")


def _listed(tasks: Sequence[FoundDefinition]) -> str:
    lines = [plain(f"{symbol_name(one.node)} ({(one.node.state or 'open').replace('_', ' ')})") for one in tasks]
    rest = len(lines) - _MOST_LISTED
    return "\n".join([*lines[:_MOST_LISTED], *([f"and {rest:,} more"] if rest > 0 else [])])


async def _edited(
    snapshot: Snapshot, reading: Reading, positions: Positions, span: Span
) -> list[tuple[int, types.InlayHint]]:
    """Hints at the parts that a run wrote and somebody has changed since."""

    def choose() -> list[Written]:
        return [part for part in written_parts(reading.document) if span.start <= part.heading.end <= span.end]

    origins = await origins_of(snapshot.session.store, reading, choose)
    return [
        (part.heading.end, _hint(snapshot, positions, part.heading, "edited since its run", hover_text(origin)))
        for part, origin in origins
        if not origin.unchanged
    ]


def _hint(snapshot: Snapshot, positions: Positions, head: Span, label: str, tooltip: str) -> types.InlayHint:
    """A hint at the end of the line on which something is named."""
    end = end_of_line(snapshot.text, max(head.start, head.end - 1))
    return types.InlayHint(positions.position(end), label, tooltip=tooltip, padding_left=True)
