"""The folders that a client works in: those that it named, and those of its open documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from orch_lsp.lsp.locations import spelled_folder
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.index.spec_indexes import IndexKey, key_of
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.orchestration.specs.whereabouts import locate, root_of_folder
from orch_lsp.uri import path_of


async def roots(ls: OrchServer) -> dict[IndexKey, str]:
    """The folders of indexes, each with its URI as the client spells it, without a slash at its end."""
    sources = [ls.source(uri) for uri in ls.documents.open_uris()]
    return await asyncio.to_thread(_roots, sources, ls.workspace.folder_uris())


def _roots(sources: Sequence[Source], folders: Sequence[str]) -> dict[IndexKey, str]:
    found: dict[IndexKey, str] = {}
    for uri in folders:
        folder = path_of(uri)
        root = None if folder is None else root_of_folder(folder)
        if folder is not None and root is not None:
            found[root, True] = uri.rstrip("/") if _is_same(folder, root) else root.as_uri()
    for source in sources:
        place = locate(source)
        key = key_of(source, place.root)
        if key is not None and key not in found:
            found[key] = spelled_folder(source.uri, place.spec_path) or key[0].as_uri()
    return found


def _is_same(folder: Path, root: Path) -> bool:
    try:
        return folder.samefile(root)
    except OSError:
        return False
