"""When a client is to ask again for the lenses that it shows.

Runs of other processes tell nothing of their end, so the record is asked about those that are shown.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcException

from orch_lsp.errors import OrchError
from orch_lsp.orchestration.specs.whereabouts import locate

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer
    from orch_lsp.orchestration.specs.reading import Reading

LOOK_SECONDS = 2.0
"""How often the record is asked: a question to an index of its own, and none while nobody works elsewhere."""


def refresh_lenses(server: OrchServer) -> None:
    """Have the client ask again for lenses; one that cannot be told asks by itself."""
    if server.client.code_lens_refresh:
        server.run_task(_ask_for_lenses(server), "refresh code lenses")


async def _ask_for_lenses(server: OrchServer) -> None:
    try:
        async with asyncio.timeout(10.0):
            await server.workspace_code_lens_refresh_async(None)
    except (TimeoutError, JsonRpcException):
        return  # A client that does not answer asks again by itself at the next change.


def estimate_of(server: OrchServer, reading: Reading) -> str:
    """The size and cost of a draft of an open document, as far as they are known; lenses tell when they are others."""
    estimates, uri = server.estimates, reading.source.uri
    if server.client.code_lens_refresh and estimates.wants(reading):
        told = partial(refresh_lenses, server)
        server.run_task(estimates.work_out(server.shared, uri, told), f"estimate of {uri}")
    return estimates.words(reading)


def watch_run(server: OrchServer, uri: str, run_id: str) -> None:
    """Have the client ask again for lenses once a run of another process on an open document has ended."""
    if run_id not in server.watched_runs and server.client.code_lens_refresh:
        server.watched_runs.add(run_id)
        server.run_task(_until_ended(server, uri, run_id), f"end of {run_id}")


async def _until_ended(server: OrchServer, uri: str, run_id: str) -> None:
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not await _is_at_work(server, uri, run_id):
                break
    except OrchError:
        return  # A record that cannot be read shows no run either.
    finally:
        server.watched_runs.discard(run_id)
    refresh_lenses(server)


async def _is_at_work(server: OrchServer, uri: str, run_id: str) -> bool:
    if not server.documents.is_open(uri):
        return False
    place = await asyncio.to_thread(locate, server.source(uri))
    store = await server.shared.store_in(place)
    found = await store.at_work_elsewhere(place.spec_path)
    return found is not None and found.run_id == run_id
