"""orch/userSettings: what an editor keeps for the user alone, keys among it. Never in initializationOptions."""

from __future__ import annotations

from typing import Any

from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer

USER_SETTINGS = "orch/userSettings"


def register(server: OrchServer) -> None:
    """Register the request."""

    @server.feature(USER_SETTINGS)
    async def user_settings(ls: OrchServer, params: Any) -> dict[str, Any]:
        await ls.ready()
        from orch_lsp.settings.load import read_handed_over

        session = await ls.session()
        layer = read_handed_over(params)
        session.handed_over = layer
        for key in layer.keys.values():
            session.redactor.add(key.get_secret_value())
        for uri in ls.documents.open_uris():
            refresh(ls, uri)
        return {"problems": [session.redactor.redact(problem.message) for problem in layer.problems]}
