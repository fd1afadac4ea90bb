"""When a document's diagnostics reach the client: pushed a moment after a change, and now and then during typing.

A client that pulls them is told to ask again instead, for all documents at once, and only if something else than the
text has changed: of a change of the text it knows. If that was another document, this is looked into first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.late import late
from orch_lsp.lsp.publication import Publication

if TYPE_CHECKING:
    from orch_lsp.lsp import diagnostics, snapshot
    from orch_lsp.lsp.server import OrchServer
else:
    diagnostics = late("orch_lsp.lsp.diagnostics")
    snapshot = late("orch_lsp.lsp.snapshot")

_ALL = ""
"""In the place of a URI: a client that pulls asks again for every document."""
_HINTS = "inlay hints"
"""The same for hints, which every client pulls."""
_OTHERS = "documents that another one may concern"
_MOST_LOOKED_AT = 50
"""Documents that are looked at before a client that pulls is told to ask again; of more it is told at once."""


def text_changed(ls: OrchServer, uri: str) -> None:
    """Push the diagnostics of a document whose text has changed; a client that pulls asks by itself."""
    if not ls.client.pull_diagnostics:
        schedule(ls, uri)
    if ls.documents.typed(uri) is not None and uri not in ls.typing:
        ls.typing[uri] = ls.run_task(_until_typed(ls, uri), f"words that are typed in {uri}")


async def _until_typed(ls: OrchServer, uri: str) -> None:
    """Show what was kept back while a word was typed, once nobody types."""
    try:
        typed = ls.documents.typed(uri)
        while typed is not None:
            await asyncio.sleep(typed.seconds_left)
            typed = ls.documents.typed(uri)
        if ls.shown.is_holding(uri):
            schedule(ls, uri)
    finally:
        ls.typing.pop(uri, None)


def schedule(ls: OrchServer, uri: str) -> None:
    """Bring the document's diagnostics up to date once it is quiet."""
    uri = _ALL if ls.client.pull_diagnostics else ls.workspace.spelling(uri)
    publication = ls.publishing.get(uri)
    if publication is None:
        publication = ls.publishing[uri] = Publication()
        publication.task = ls.run_task(_keep_up(ls, uri, publication), f"diagnostics of {uri or 'all documents'}")
    publication.note_change()


def schedule_others(ls: OrchServer, uris: Collection[str]) -> None:
    """The same for open documents that may be seen otherwise because of another one."""
    if not ls.client.pull_diagnostics or len(uris) > _MOST_LOOKED_AT:
        for uri in uris:
            schedule(ls, uri)
        return
    ls.concerned.update(uris)
    publication = ls.publishing.get(_OTHERS)
    if publication is None:
        publication = ls.publishing[_OTHERS] = Publication()
        publication.task = ls.run_task(_keep_others_up(ls, publication), _OTHERS)
    publication.note_change()


def schedule_hints(ls: OrchServer) -> None:
    """Let the client ask again for the hints that it shows, once it is quiet."""
    if not ls.client.inlay_hint_refresh:
        return
    publication = ls.publishing.get(_HINTS)
    if publication is None:
        publication = ls.publishing[_HINTS] = Publication()
        publication.task = ls.run_task(_keep_hints_up(ls, publication), "hints")
    publication.note_change()


def clear(ls: OrchServer, uri: str) -> None:
    """The document was closed: it shows nothing any more."""
    publication = ls.publishing.pop(uri, None)
    if publication is not None and publication.task is not None:
        publication.task.cancel()
    if (typing := ls.typing.pop(uri, None)) is not None:
        typing.cancel()
    ls.shown.forget(uri)
    if not ls.client.pull_diagnostics:
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


async def _keep_up(ls: OrchServer, uri: str, publication: Publication) -> None:
    try:
        while publication.is_due:
            await publication.pause()
            if uri == _ALL:
                ls.run_task(_ask_to_pull(ls), "refresh diagnostics")
            else:
                await _publish(ls, uri)
    finally:
        if ls.publishing.get(uri) is publication:
            del ls.publishing[uri]


async def _keep_others_up(ls: OrchServer, publication: Publication) -> None:
    try:
        while publication.is_due:
            await publication.pause()
            uris, ls.concerned = ls.concerned, set[str]()
            if await _any_differs(ls, uris):
                schedule(ls, _ALL)
    finally:
        if ls.publishing.get(_OTHERS) is publication:
            del ls.publishing[_OTHERS]


async def _any_differs(ls: OrchServer, uris: Collection[str]) -> bool:
    await ls.ready()
    for uri in uris:
        if ls.documents.is_open(uri):
            looked_at = snapshot.snapshot(ls, uri)
            found = await diagnostics.diagnostics_of(looked_at)
            if ls.shown.may_differ(uri, looked_at.source.version, found):
                return True
    return False


async def _keep_hints_up(ls: OrchServer, publication: Publication) -> None:
    try:
        while publication.is_due:
            await publication.pause()
            await _ask_for_hints(ls)
    finally:
        if ls.publishing.get(_HINTS) is publication:
            del ls.publishing[_HINTS]


async def _ask_for_hints(ls: OrchServer) -> None:
    try:
        async with asyncio.timeout(10.0):
            await ls.workspace_inlay_hint_refresh_async(None)
    except (TimeoutError, JsonRpcException):
        return  # A client that does not answer asks again by itself at the next change.


async def _publish(ls: OrchServer, uri: str) -> None:
    await ls.ready()
    if not ls.documents.is_open(uri):
        return
    looked_at = snapshot.snapshot(ls, uri)
    found = await diagnostics.diagnostics_of(looked_at)
    if ls.documents.is_open(uri):
        version = looked_at.source.version
        if ls.shown.tell(uri, version, found):
            ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))


async def _ask_to_pull(ls: OrchServer) -> None:
    try:
        async with asyncio.timeout(10.0):
            await ls.workspace_diagnostic_refresh_async(None)
    except (TimeoutError, JsonRpcException):
        return  # The client pulls again by itself at the next change.
