"""The set-up of one process, step by step: look around, propose, list models, try, write. It asks nobody anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from orch_lsp.errors import OrchError
from orch_lsp.model_lists.lists import PATIENCE_S, ModelList
from orch_lsp.orchestration.running.session import Session
from orch_lsp.settings.model import Settings
from orch_lsp.settings.user_config import checked_text
from orch_lsp.setup import trial
from orch_lsp.setup.agents import table_of
from orch_lsp.setup.finding import find
from orch_lsp.setup.found import Found
from orch_lsp.setup.selection import Known, Proposal, Selection, propose, user_settings, write
from orch_lsp.workspace import user_config_path


class SettingUp:
    """The steps, over the connections of a session. `path` is the user config that they are about.

    Args:
        session: Makes the connections.
        folders: Those that the editor has open, beside the current one: programs that they bring do not count.
    """

    def __init__(self, session: Session, folders: Iterable[Path] = ()) -> None:
        self._session = session
        self._folders = tuple(folders)
        self.path: Path = user_config_path()

    async def settings(self) -> Settings:
        """The user's own settings.

        Raises:
            SettingsError: `invalid_settings`: the user config cannot be read or is not valid TOML.
        """
        text = await asyncio.to_thread(checked_text, self.path)
        return await asyncio.to_thread(user_settings, text, self.path, self._known)

    async def look_around(self) -> Found:
        """The providers that could be used now. Raises as `settings` does."""
        return await find(self._session, await self.settings(), self._folders)

    async def propose(self, selection: Selection) -> Proposal:
        """The selection as it would hold. Raises as `selection.propose` does, and as `settings` does."""
        return await asyncio.to_thread(self._proposed, selection)

    def _proposed(self, selection: Selection) -> Proposal:
        text, known = checked_text(self.path), self._known
        if selection.base_url is None and selection.provider not in user_settings(text, self.path, known).providers:
            environment = self._session.connections.environment
            selection = replace(
                selection, table=table_of(selection.provider, environment, self._folders) or selection.table
            )
        return propose(selection, text, self.path, known)

    async def models(self, proposal: Proposal, *, key: str | None = None, patience_s: float = PATIENCE_S) -> ModelList:
        """The provider's own list of models.

        Args:
            proposal: The provider.
            key: A key that is not kept anywhere yet.
            patience_s: Seconds that the list may take.

        Raises:
            OrchError: There is none, or it could not be had.
        """
        return await self._session.models.ask(proposal.provider, key=key, patience_s=patience_s)

    async def try_out(self, proposal: Proposal, *, key: str | None = None) -> trial.Trial:
        """Ask the model for one word.

        Raises:
            OrchError: As from `trial.try_out`; for a model that is not found, the remediation names similar ids.
        """
        model = proposal.choice.model or ""
        try:
            return await trial.try_out(self._session, proposal.provider, model, key)
        except OrchError as error:
            error.remediation = (
                await self._session.models.with_nearest(error.detail, proposal.provider, model)
            ).remediation
            raise

    def announced(self, proposal: Proposal) -> str:
        """The trial in words, for before it is made."""
        provider = proposal.provider
        is_hosted = self._session.connections.is_hosted(provider)
        return trial.in_words(provider, proposal.choice.model or "", is_hosted=is_hosted)

    async def write(self, proposal: Proposal) -> bool:
        """Put it into the user config; whether that has changed. Raises as `selection.write` does."""
        return await asyncio.to_thread(write, proposal, self.path)

    @property
    def _known(self) -> Known:
        session = self._session
        return Known(session.presets, session.kinds, session.connections.handed_over)
