"""orch.changeContext: pin a file to what a draft is given, or keep it out; and take either back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.late import late
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.context_actions import place_of
from orch_lsp.lsp.file_edits import make_change
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer

if TYPE_CHECKING:
    from orch_lsp.orchestration.requests import pinning
    from orch_lsp.orchestration.requests.pinning import Pick
else:
    pinning = late("orch_lsp.orchestration.requests.pinning")


async def change_context(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.changeContext: carry a person's word on one file out, as an edit of `.orchignore` or `.orch/config.toml`.

    Without a file and a word it only tells which files stand there.

    Raises:
        ContextError: `not_allowed`: the document is in no workspace, or the file is none that could be sent.
        SettingsError: `invalid_settings`: the project's settings cannot be changed.
        SpecError: `document_changed`: the client did not make the edit.
    """
    uri = ls.target_uri(given.uri)
    choice: Pick | None = next((known for known in pinning.PICKS if known == given.choice), None)
    only_looks = given.path is None and given.choice is None
    if not only_looks and (given.path is None or choice is None):
        raise JsonRpcInvalidParams("`path` is needed, and `choice`: " + ", ".join(pinning.PICKS))
    place = await asyncio.to_thread(place_of, ls.source(uri))
    if place.root is None:
        raise ContextError(
            ErrorCode.NOT_ALLOWED, "The document is in no workspace, so that no file is sent with it.",
            remediation="Open the folder of the workspace.",
        )  # fmt: skip
    if given.path is None or choice is None:
        pinned = (await ls.shared.settings_of(place.root)).context.pin
        excluded = await asyncio.to_thread(pinning.excluded_by_hand, place.root)
        return {"pinned": list(pinned), "excluded": list(excluded)}
    change = await asyncio.to_thread(pinning.pick, place.root, given.path, choice)
    if change is None:
        text = f"Orch: nothing was changed: {given.path} is so already, or the project's files do not decide it."
        _tell(ls, given, text)
        return {"uri": None, "path": given.path, "changed": False, "saved": True}
    saved = await make_change(ls, change, f"Orch: {choice} {given.path}")
    if not saved:
        _tell(ls, given, f"Orch: {change.shown} is changed; it holds once you have saved it.")
    ls.estimates.forget(uri)
    refresh(ls, uri)
    return {"uri": change.path.as_uri(), "path": given.path, "changed": True, "saved": saved}


def _tell(ls: OrchServer, given: CommandArgument, text: str) -> None:
    if given.open is not False:
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
