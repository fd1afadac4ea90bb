"""Pinning and excluding files of a draft's context, as code actions: in a spec that names one, and in a preview."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orch_lsp.late import late
from orch_lsp.lsp.commands import ALLOW_SERVER, CHANGE_CONTEXT, REWRITE
from orch_lsp.lsp.mentioned import mentioned
from orch_lsp.lsp.offers import Offer
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.orchestration.specs.whereabouts import Place, locate
from orch_lsp.runs.pages import CONTEXT, is_page
from orch_lsp.settings.pins import parse_pin
from orch_lsp.uri import path_of

if TYPE_CHECKING:
    from orch_lsp.orchestration.requests import pinning
    from orch_lsp.orchestration.requests import preview_page as pages
else:
    pinning = late("orch_lsp.orchestration.requests.pinning")
    pages = late("orch_lsp.orchestration.requests.preview_page")

FILES = f"{REWRITE}.context"
"""The kind of these actions."""


def is_preview(path: Path | None) -> bool:
    """Whether a document is the page of a preview."""
    return path is not None and path.name == CONTEXT and is_page(path)


def place_of(source: Source) -> Place:
    """Where a document is; of a preview's page, the document that it is about. Blocking."""
    about = pages.document_of(source.text) if is_preview(source.path) else None
    path = None if about is None else path_of(about)
    return locate(source if path is None else replace(source, uri=about, path=path))


async def page_offers(snapshot: Snapshot, lines: tuple[int, int]) -> list[Offer]:
    """Offers for the files and servers in some lines, from zero, of a preview's page."""
    place = await asyncio.to_thread(place_of, snapshot.source)
    if place.root is None:
        return []
    settings = await snapshot.session.settings_of(place.root)
    excluded = await asyncio.to_thread(pinning.excluded_by_hand, place.root)
    files, servers = await asyncio.to_thread(pages.named_in, snapshot.text, *lines, place.root)
    found = list(_of_files(snapshot.uri, files, settings.context.pin, excluded))
    return [*found, *(_allow(snapshot.uri, name) for name in servers)]


async def mention_offers(snapshot: Snapshot, reading: Reading, offset: int) -> list[Offer]:
    """Offers for the files that a spec names at an offset."""
    found = await mentioned(snapshot, reading, offset)
    if found is None or reading.root is None:
        return []
    excluded = await asyncio.to_thread(pinning.excluded_by_hand, reading.root)
    # One that is left out for another reason than by hand can be neither.
    files = [sight.path for sight in found[1] if not sight.reason or sight.path in excluded]
    return list(_of_files(snapshot.uri, dict.fromkeys(files), reading.settings.context.pin, excluded))


def _of_files(uri: str, files: Iterable[str], pins: Iterable[str], excluded: Iterable[str]) -> Iterator[Offer]:
    pinned, kept_out = {parse_pin(entry)[0] for entry in pins}, set(excluded)
    for path in files:
        argument: dict[str, Any] = {"uri": uri, "path": path}
        if path in kept_out:
            title = f"Orch: Exclude {path} no more (.orchignore)"
            yield Offer(title, CHANGE_CONTEXT, {**argument, "choice": "include"})
            continue
        if path in pinned:
            yield Offer(f"Orch: Pin {path} no more", CHANGE_CONTEXT, {**argument, "choice": "unpin"})
        else:
            yield Offer(f"Orch: Pin {path} to each draft", CHANGE_CONTEXT, {**argument, "choice": "pin"})
        title = f"Orch: Exclude {path} from the context (.orchignore)"
        yield Offer(title, CHANGE_CONTEXT, {**argument, "choice": "exclude"})


def _allow(uri: str, name: str) -> Offer:
    return Offer(f"Orch: Look at the server {name}, and allow it…", ALLOW_SERVER, {"uri": uri, "name": name})
