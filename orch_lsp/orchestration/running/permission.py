"""Which providers may be contacted for a document, and which of them without a question to the person first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.settings.configured import is_own
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.orchestration.running.session import Session
    from orch_lsp.orchestration.specs.reading import Reading


async def is_allowed(session: Session, reading: Reading, provider: ProviderSettings) -> bool:
    """Whether the provider may be contacted for this document: it is on this machine, the user's own, or allowed."""
    if provider.name in reading.settings.unusable:
        return False
    if is_own(reading.settings, provider) or not session.connections.is_hosted(provider):
        return True
    return await session.consent.is_given(reading, provider)


async def may_be_asked_quietly(session: Session, reading: Reading, provider: ProviderSettings) -> bool:
    """Whether the provider may be contacted behind what the person does: allowed, and no key that makes itself felt.

    A key command, a keyring or an agent may open a window; that is for requests that the person made.
    """
    if provider.api_key_command or provider.command or session.connections.key_source(provider).startswith("none: "):
        return False
    return await is_allowed(session, reading, provider)
