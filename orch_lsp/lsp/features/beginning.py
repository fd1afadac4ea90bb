"""orch.newDocument: begin a document of a format where its own tool would put it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_file
from orch_lsp.lsp.wire.protocol import DRAFT_SCHEME, RUN_SCHEME
from orch_lsp.orchestration.planning.beginning import begin, choices
from orch_lsp.orchestration.specs.whereabouts import root_of_folder
from orch_lsp.runs.pages import is_page
from orch_lsp.uri import normal_form, path_of


async def new_document(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.newDocument: without a name, tell what can be begun; with one, write it and open it."""
    if given.name is None:
        found = await asyncio.to_thread(lambda: list(choices()))
        return {
            "choices": [
                {"profile": choice.profile, "kind": choice.kind, "description": choice.description} for choice in found
            ],
            "uris": [],
        }
    if given.profile is None:
        raise JsonRpcInvalidParams("`profile` is needed with `name`")
    root = await _root(ls, given.uri)
    paths = await asyncio.to_thread(begin, root, given.profile, given.kind, given.name)
    if given.open is not False:
        await show_file(ls, paths[0])
    return {"choices": [], "uris": [path.as_uri() for path in paths]}


async def _root(ls: OrchServer, uri: str | None) -> Path:
    """The workspace around a folder or document that is named, else the first folder of the editor."""
    named = path_of(uri) if uri is not None else None
    if uri is not None and (
        normal_form(uri).startswith((f"{RUN_SCHEME}:", f"{DRAFT_SCHEME}:")) or (named is not None and is_page(named))
    ):
        raise SpecError(
            ErrorCode.INVALID_REQUEST,
            "A page of a run or a draft is in no workspace: no document can be begun beside it.",
            remediation="Name the folder of the workspace, or a document in it, with `uri`.",
        )
    folders = ls.folders()
    folder = named if named is not None else next(iter(folders), None)
    if folder is None:
        raise SpecError(
            ErrorCode.INVALID_REQUEST,
            "No folder is open in which a document could be begun.",
            remediation="Open the folder of the workspace, or name one with `uri`.",
        )
    if not await asyncio.to_thread(folder.is_dir):
        folder = folder.parent
        if not await asyncio.to_thread(folder.is_dir):
            raise SpecError(
                ErrorCode.INVALID_REQUEST,
                f"There is no folder {folder}.",
                remediation="Name the folder of the workspace, or a document in it, with `uri`.",
            )
    root = await asyncio.to_thread(root_of_folder, folder)
    inside = next((one for one in folders if folder.is_relative_to(one)), None)
    return root or inside or folder
