"""The language server with all its features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.late import late
from orch_lsp.lsp.features import FEATURES
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.serving import load_all

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.lsp import announcing, editor_models, index_builds, indexing
    from orch_lsp.orchestration.running.session import Session
    from orch_lsp.redaction import Redactor
else:
    announcing = late("orch_lsp.lsp.announcing")
    editor_models = late("orch_lsp.lsp.editor_models")
    index_builds = late("orch_lsp.lsp.index_builds")
    indexing = late("orch_lsp.lsp.indexing")
    sessions = late("orch_lsp.app.session")


def build_server(redactor: Redactor | None = None) -> OrchServer:
    """The language server with all its features; `redactor` learns the keys that are used."""

    def open_session(server: OrchServer) -> Session:
        # The heavy libraries: after `initialize` was answered, on a worker thread.
        session = sessions.build_session(redactor, editor_models.ClientModels(server))
        session.stores.on_interrupted = lambda record: announcing.announce(server, record)
        load_all(FEATURES)
        session.indexes.client = indexing.client_of(server)
        session.watcher = index_builds.IndexBuilds(server)
        return session

    server = OrchServer(open_session)
    for feature in FEATURES:
        feature.register(server)
    return server
