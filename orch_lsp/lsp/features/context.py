"""orch.previewContext: what a draft would send now, to look at before anything is sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from orch_lsp.late import late
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.commands import GENERATE_DRAFT
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_page
from orch_lsp.lsp.snapshot import read
from orch_lsp.orchestration.planning.plan import instructed, plan_draft
from orch_lsp.runs.pages import CONTEXT
from orch_lsp.settings.resolve import CommandChoice

if TYPE_CHECKING:
    from orch_lsp.orchestration.requests import preview as previews
    from orch_lsp.orchestration.requests import preview_page as pages
    from orch_lsp.orchestration.requests import since_preview
else:
    since_preview = late("orch_lsp.orchestration.requests.since_preview")
    previews = late("orch_lsp.orchestration.requests.preview")
    pages = late("orch_lsp.orchestration.requests.preview_page")


async def preview_context(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.previewContext: open what would be sent as a page, and answer it as `orch.context/1` with the root.

    Raises:
        OrchError: A draft would be refused, for the same reason.
    """
    uri = ls.target_uri(given.uri)
    only = () if given.key is None else (given.key,)
    reading = instructed(await read(ls, uri, CommandChoice(given.provider, given.model)), given.instruction)
    plan = await asyncio.to_thread(plan_draft, reading, command=GENERATE_DRAFT, only=only)
    made = await previews.preview(ls.shared, plan, asks_servers=not given.glance)
    if not given.glance:
        ls.previewed.put(uri, since_preview.previewed_of(made.prepared, reading.document.text, made.context))
    if given.open is not False:
        await show_page(ls, CONTEXT, await asyncio.to_thread(pages.preview_page, made))
    value = await asyncio.to_thread(previews.preview_value, made)
    return {**value, "root": None if reading.root is None else reading.root.as_uri()}
