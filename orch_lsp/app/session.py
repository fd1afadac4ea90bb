"""The session of runs, put together with the real ports; for the command line and the server alike."""

from __future__ import annotations

from orch_lsp.context.registry import create_source_with_servers
from orch_lsp.orchestration.running.session import Session
from orch_lsp.providers.base import Provider
from orch_lsp.providers.editor import KIND as EDITOR
from orch_lsp.providers.editor import EditorModels, EditorProvider
from orch_lsp.providers.presets import PRESETS
from orch_lsp.providers.registry import create_provider, is_hosted, kinds
from orch_lsp.redaction import Redactor
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.settings.trust import TrustStore
from orch_lsp.workspace import state_home


def build_session(redactor: Redactor | None = None, editor: EditorModels | None = None) -> Session:
    """Make the session with the real ports. Imports the heavy libraries: not on the way to `initialize`.

    Args:
        redactor: Learns the keys that are used.
        editor: The models of the connected editor; None where there is none.
    """
    trust = TrustStore(state_home())

    def create(settings: ProviderSettings, api_key: str | None) -> Provider:
        if settings.kind == EDITOR and editor is not None:
            return EditorProvider(settings, editor)
        return create_provider(settings, api_key)

    return Session(
        presets=PRESETS,
        create_provider=create,
        is_hosted=is_hosted,
        kinds=kinds(),
        create_context_source=lambda: create_source_with_servers(trust.is_server_allowed),
        redactor=redactor,
    )
