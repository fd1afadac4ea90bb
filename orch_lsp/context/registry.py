"""The door through which context sources come: entry points of the group `orch_lsp.context`.

A source is an entry point whose value is a function without parameters that makes a `ContextSource`. What ships is
declared through the same group. No setting chooses one yet: runs use `filesystem`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import cast

from orch_lsp.context.item import ContextSource
from orch_lsp.context.mcp.servers import IsAllowed
from orch_lsp.context.mcp.source import SourceWithServers
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.plugins import PluginError, Plugins, Unusable, contained

GROUP = "orch_lsp.context"

BUILT_IN: Mapping[str, str] = {"filesystem": "orch_lsp.context.filesystem:FilesystemSource"}

PLUGINS = Plugins(GROUP, BUILT_IN)

logger = logging.getLogger(__name__)


def create_source(name: str = "filesystem", plugins: Plugins = PLUGINS) -> ContextSource:
    """The source of this name.

    Raises:
        ContextError: There is none, or its package cannot be used.
    """
    found = plugins.load(name)
    if not callable(found):
        reason = found.reason if isinstance(found, Unusable) else f"known are {', '.join(plugins.names())}"
        raise _unusable(name, reason)
    try:
        with contained():
            return cast("ContextSource", found())
    except Exception as error:
        logger.exception("the context source %s could not be made", name)
        reason = str(error) if isinstance(error, PluginError) else f"it raised {type(error).__name__}"
        raise _unusable(name, reason) from error


def create_source_with_servers(is_allowed: IsAllowed) -> ContextSource:
    """The source of runs: files of the workspace, and servers that the user wants or allows to be asked.

    Raises:
        ContextError: It cannot be used.
    """
    return SourceWithServers(create_source(), is_allowed)


def _unusable(name: str, reason: str) -> ContextError:
    return ContextError(ErrorCode.INVALID_SETTINGS, f"The context source `{name}` cannot be used: {reason}.")
