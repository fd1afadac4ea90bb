"""The language server with all its features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.lsp.features import FEATURES
from orch_lsp.lsp.server import OrchServer

if TYPE_CHECKING:
    from orch_lsp.orchestration.session import Session
    from orch_lsp.redaction import Redactor


def build_server(redactor: Redactor | None = None) -> OrchServer:
    """The language server with all its features; `redactor` learns the keys that are used."""

    def open_session() -> Session:
        # The heavy libraries: after `initialize` was answered, on a worker thread.
        from orch_lsp.app.session import build_session

        return build_session(redactor)

    server = OrchServer(open_session)
    for feature in FEATURES:
        feature.register(server)
    return server
