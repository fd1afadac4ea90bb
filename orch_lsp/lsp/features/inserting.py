"""orch.insertNode: a requirement, a task or another node of the format at a line, for clients and for keys."""

from __future__ import annotations

import asyncio
from typing import Any

from lsprotocol import types

from orch_lsp.language.inserting import Insertion, insertions
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.editing import make_edits
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import snapshot
from orch_lsp.lsp.spec_actions import insertion_title, may_be_edited, span_of_line
from orch_lsp.orchestration.index.spec_indexes import GLANCE_SECONDS


async def insert_node(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.insertNode: insert `kind` (by default what a person most likely wants there) with a free id at a line.

    The answer's `key` is null where nothing can be inserted, or no line is named.

    Raises:
        SpecError: `document_changed`: the client did not make the edit.
    """
    here = snapshot(ls, ls.target_uri(given.uri))
    reading = await here.reading()
    found: tuple[Insertion, ...] = ()
    if given.line is not None and given.line >= 0 and may_be_edited(reading):
        index = await here.index(GLANCE_SECONDS)
        place = await asyncio.to_thread(span_of_line, here, given.line)
        found = await asyncio.to_thread(insertions, index, reading.document, reading.spec_path, place.start)
    made = next((one for one in found if given.kind in {None, one.what}), None)
    if made is None:
        named = "nothing" if given.kind is None else f"no {given.kind}"
        text = f"Orch: {named} can be inserted in this line."
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
        return {"uri": here.uri, "key": None}
    await make_edits(ls, here.source, [made.edit], insertion_title(made))
    return {"uri": here.uri, "key": made.key}
