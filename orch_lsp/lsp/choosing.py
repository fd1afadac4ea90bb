"""Writing the choice of a provider and model where it belongs."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.lsp.convert import Positions, workspace_edit
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.settings.edit import choose_in_file, front_matter_with_choice
from orch_lsp.settings.user_config import ConfigChoice, change_user_config, with_provider
from orch_lsp.workspace import project_config_path, user_config_path


async def choose(ls: OrchServer, reading: Reading, provider: str, model: str | None) -> str:
    """Write the choice where it belongs: existing front matter, else the project's settings, else the user's.

    The person is told where that was, and for what else it holds.

    Returns:
        `front matter`, or the path of the settings file.

    Raises:
        SettingsError: It could not be written.
    """
    front_matter = reading.document.front_matter
    if front_matter is not None and front_matter.problem is None:
        edits = front_matter_with_choice(reading.document.text, front_matter, provider, model)
        if not edits:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS, "The front matter is not a list of `key: value` lines.",
                remediation=f"Name `provider: {provider}` in it yourself, or write each key on a line of its own.",
            )  # fmt: skip
        text_edits = Positions(reading.document.text, ls.position_encoding).text_edits(edits)
        change = workspace_edit(
            reading.source.uri, reading.source.version, text_edits, document_changes=ls.client.document_changes
        )
        async with asyncio.timeout(20.0):
            result = await ls.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(change, label="Orch: provider"))
        if not result.applied:
            raise SettingsError(
                ErrorCode.DOCUMENT_CHANGED, f"The editor did not make the edit: {result.failure_reason}."
            )
        _tell(ls, provider, model, f"the front matter of {reading.spec_path}")
        return "front matter"
    if reading.root is not None:
        path, place = project_config_path(reading.root), ".orch/config.toml, for all specs below it"
        await asyncio.to_thread(choose_in_file, path, provider, model)
    else:
        path = user_config_path()
        place = f"{path}, for all documents that name no other"
        choice = ConfigChoice(provider, model)
        await asyncio.to_thread(change_user_config, path, lambda text: with_provider(text, choice))
    _tell(ls, provider, model, place)
    return str(path)


def _tell(ls: OrchServer, provider: str, model: str | None, place: str) -> None:
    chosen = f"{provider} ({model})" if model else provider
    text = f"Orch: {chosen} is chosen in {place}."
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
