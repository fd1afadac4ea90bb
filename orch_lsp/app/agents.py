"""The server for agents, put together with the real ports."""

from __future__ import annotations

from pathlib import Path

from orch_lsp.app.session import build_session
from orch_lsp.mcp.grounds import Grounds
from orch_lsp.redaction import Redactor


def build_grounds(root: Path, redactor: Redactor) -> Grounds:
    """A workspace for agents; `redactor` learns the keys that are known."""
    return Grounds(build_session(redactor), root)
