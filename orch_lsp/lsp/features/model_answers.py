"""orch/lm/chunk: a piece of what a model of the editor writes, on its way to the run that asked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, cast

from orch_lsp.lsp.server import OrchServer

METHOD = "orch/lm/chunk"

logger = logging.getLogger(__name__)


def register(server: OrchServer) -> None:
    """Register the notification. Taken at once, so that pieces stay in the order in which they came."""

    @server.feature(METHOD)
    def chunk(ls: OrchServer, params: Any) -> None:
        told: Mapping[str, Any] = cast("Mapping[str, Any]", params) if isinstance(params, Mapping) else {}
        pieces = ls.model_answers.get(str(told.get("requestId")))
        text = told.get("text")
        if pieces is None or not isinstance(text, str):
            logger.info("a piece of a model's answer came that nobody waits for")
            return
        pieces.put_nowait(text)
