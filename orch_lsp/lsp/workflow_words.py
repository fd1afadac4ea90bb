"""Completion and hover in the file of a workflow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.late import late
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.workspace import ORCH_DIRECTORY, PROMPTS_FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from orch_lsp.workflows import writing
else:
    writing = late("orch_lsp.workflows.writing")

_MOST_PROMPTS = 200


async def completion(snapshot: Snapshot, position: types.Position) -> types.CompletionList | None:
    """Keys of a step, names of steps, of providers and of the project's prompts; None where none can stand."""
    reading = await snapshot.reading()
    positions = snapshot.positions()
    offset = positions.offset(position)
    prompts = await asyncio.to_thread(_prompts, reading.root)
    names = [name for name in reading.settings.providers if name not in reading.settings.unusable]
    found = await asyncio.to_thread(writing.proposals, snapshot.source.text, offset, names, prompts)
    if not found:
        return None
    return types.CompletionList(
        is_incomplete=False,
        items=[
            types.CompletionItem(
                label=one.text.strip(' ="'),
                kind=types.CompletionItemKind.Property if one.text.endswith("= ") else types.CompletionItemKind.Value,
                detail=one.about.replace("`", ""),
                text_edit=types.TextEdit(positions.range(one.span), one.text),
            )
            for one in found
        ],
    )


async def hover(snapshot: Snapshot, offset: int) -> types.Hover | None:
    """The meaning of a key or a step."""
    found = await asyncio.to_thread(writing.meaning_at, snapshot.source.text, offset)
    if found is None:
        return None
    words, span = found
    kind = types.MarkupKind.Markdown if snapshot.client.markdown_hover else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, words), snapshot.positions().range(span))


def _prompts(root: Path | None) -> list[str]:
    if root is None:
        return []
    try:
        return sorted(path.stem for path in (root / ORCH_DIRECTORY / PROMPTS_FOLDER).glob("*.md"))[:_MOST_PROMPTS]
    except OSError:
        return []
