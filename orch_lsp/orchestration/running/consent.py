"""The user's consent: a hosted provider that a project chose is used only where they said so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.settings.endpoint import server_address
from orch_lsp.settings.model import Choice, ProviderSettings
from orch_lsp.settings.trust import TrustStore, needs_consent

if TYPE_CHECKING:
    from orch_lsp.orchestration.planning.plan import DraftPlan


class NotAllowedError(SettingsError):
    """The project chose a hosted provider that the user has not allowed; `provider` is its name."""

    def __init__(self, choice: Choice) -> None:
        name = choice.provider.name
        super().__init__(
            ErrorCode.NOT_ALLOWED,
            f"This project chose the hosted provider {name} ({choice.layer}); "
            "you have not allowed it for this workspace yet.",
            remediation=f"Allow it with `orch-lsp trust {name}`, or pass `--provider {name}`.",
        )
        self.provider = name


class Consent:
    """The user's word on providers and servers, by workspace."""

    def __init__(self, trust: TrustStore, is_hosted: Callable[[ProviderSettings], bool]) -> None:
        self._trust = trust
        self.is_server_allowed = trust.is_server_allowed
        self.allow_server = trust.allow_server
        self._is_hosted = is_hosted

    async def allow(self, reading: Reading, provider: str) -> None:
        """Remember that a provider, at the address that it has now, may be used where the document is."""
        settings = reading.settings.providers.get(provider)
        if settings is None:
            raise SettingsError(ErrorCode.UNKNOWN_PROVIDER, f"There is no provider named {provider}.")
        address = server_address(settings.base_url) if settings.base_url else None
        await asyncio.to_thread(self._trust.allow, _place_of(reading), provider, address)

    async def require(self, reading: Reading, choice: Choice) -> None:
        """Let only such a choice pass that the user made, or has allowed for this workspace.

        Raises:
            NotAllowedError: The project chose a hosted provider that the user has not allowed here yet.
        """
        if await self._is_missing(reading, choice):
            raise NotAllowedError(choice)

    async def require_all(self, plan: DraftPlan) -> None:
        """Let only such a plan pass whose every step asks somebody whom the user chose, or has allowed here.

        Raises:
            NotAllowedError: The project, or a workflow of the project, chose a hosted provider without the user.
        """
        missing = await self.missing(plan)
        if missing is not None:
            raise NotAllowedError(missing)

    async def missing(self, plan: DraftPlan) -> Choice | None:
        """The first choice of a plan that the project made, and that the user has not allowed here yet."""
        if await self._is_missing(plan.reading, plan.choice):
            return plan.choice
        for choice in plan.step_choices.values():
            other = choice.provider.name != plan.choice.provider.name
            if other and self._is_hosted(choice.provider) and not await self.is_given(plan.reading, choice.provider):
                return choice
        return None

    async def _is_missing(self, reading: Reading, choice: Choice) -> bool:
        hosted = needs_consent(reading.settings, self._is_hosted(choice.provider))
        return hosted and not await self.is_given(reading, choice.provider)

    async def is_given(self, reading: Reading, provider: ProviderSettings) -> bool:
        """Whether the user has allowed a provider, at the address that it has now, where the document is."""
        address = server_address(provider.base_url) if provider.base_url else None
        return await asyncio.to_thread(self._trust.is_allowed, _place_of(reading), provider.name, address)


def _place_of(reading: Reading) -> str:
    """The place that consent is given for: the workspace's root, or the document if it has none."""
    return str(reading.root or reading.source.path or reading.source.uri)
