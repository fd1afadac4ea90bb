"""orch/userSettings: what an editor keeps for the user alone, keys among it. Never in initializationOptions."""

from __future__ import annotations

from typing import Any

from orch_lsp.lsp.refresh import refresh_all
from orch_lsp.lsp.server import OrchServer
from orch_lsp.settings.load import read_handed_over


async def user_settings(ls: OrchServer, params: Any) -> dict[str, Any]:
    """Take in the user's settings from the editor, and answer what is wrong with them."""
    session = ls.shared
    layer = read_handed_over(params)
    session.connections.handed_over = layer
    for key in layer.keys.values():
        session.redactor.add(key.get_secret_value())
    refresh_all(ls)
    return {"problems": [session.redactor.redact(problem.message) for problem in layer.problems]}
