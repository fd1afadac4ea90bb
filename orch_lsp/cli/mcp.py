"""`orch-lsp mcp`: serve the specs of a workspace to agents, over the Model Context Protocol on stdin and stdout."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.output import reporting_errors
from orch_lsp.cli.runs import root_of_here, workspace_option
from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.extras import how_to_add
from orch_lsp.late import late
from orch_lsp.redaction import Redactor, install_log_filter
from orch_lsp.workspace import resolved

if TYPE_CHECKING:
    from orch_lsp.app import agents
    from orch_lsp.mcp import server
else:
    agents = late("orch_lsp.app.agents")
    server = late("orch_lsp.mcp.server")


@click.command()
@workspace_option
def mcp(*, workspace: Path | None) -> None:
    """Serve the specs of a workspace to one agent, over the Model Context Protocol (stdio).

    The agent starts this command itself: `docs/agents.md` has the lines for each. Its tools read; the one that writes
    leaves a draft for a person's review. No model is asked and no file is edited.

    Exit codes: 0 the agent closed its end, 2 the server cannot start.
    """
    with reporting_errors(as_json=False):
        root = _root(workspace)
        if find_spec("mcp") is None:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS, "`orch-lsp mcp` needs a package that is not installed.",
                remediation=f"Install its extra: `{how_to_add('mcp')}`.",
            )  # fmt: skip
    redactor = Redactor()
    handler = logging.StreamHandler(sys.stderr)
    install_log_filter(redactor, handler)
    logging.basicConfig(level=logging.ERROR, handlers=[handler])
    asyncio.run(server.serve(agents.build_grounds(root, redactor)))
    # A thread may still wait for the pipe.
    sys.stderr.flush()
    os._exit(0)


def _root(workspace: Path | None) -> Path:
    """The workspace.

    Raises:
        SettingsError: There is none: agents of some hosts are started in a folder that is everybody's.
    """
    root = resolved(root_of_here(workspace) or Path.cwd())
    if workspace is None and (root == Path(root.anchor) or root == resolved(Path.home())):
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, f"{root} is not a workspace.",
            remediation="Start it in the folder of your specs, or with `--workspace DIR`.",
        )  # fmt: skip
    return root
