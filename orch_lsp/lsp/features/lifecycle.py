"""initialize, initialized, configuration, watched files, shutdown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.lsp.client import features_of
from orch_lsp.lsp.refresh import refresh_all
from orch_lsp.lsp.server import OrchServer
from orch_lsp.uri import path_of

logger = logging.getLogger(__name__)

SPEC_SUFFIXES = (".md", ".markdown")
CONFIG_WATCHER = "orch-config"
CONFIGURATION = "orch-configuration"


def register(server: OrchServer) -> None:
    """Register the session's beginning and end."""

    @server.feature(types.INITIALIZE)
    def initialize(ls: OrchServer, params: types.InitializeParams) -> None:
        ls.client = features_of(params)
        ls.editor_settings = ls.initial_settings = params.initialization_options

    @server.feature(types.INITIALIZED)
    async def initialized(ls: OrchServer, params: types.InitializedParams) -> None:  # noqa: ARG001 -- the signature of the handler
        # The heavy libraries load now, beside the client's own start.
        ls.run_task(ls.session(), "open session")
        await _pull_configuration(ls)
        await _register_watchers(ls)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: OrchServer, params: types.DidChangeConfigurationParams) -> None:
        if ls.client.configuration:
            await _pull_configuration(ls)
        elif params.settings is not None:
            ls.editor_settings = params.settings
        ls.run_task(_look_again(ls), "files by new settings")
        refresh_all(ls)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(ls: OrchServer, params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path for change in params.changes if (path := path_of(change.uri)) is not None]
        ours = [path for path in paths if ".orch" in path.parts]
        if len(ours) < len(paths):
            ls.run_task(_look_at(ls, [path for path in paths if path not in ours]), "files that changed")
        if any(path.name == "config.toml" for path in ours):
            ls.run_task(_look_again(ls), "files by new settings")
        if any(path in ours or path.suffix.casefold() not in SPEC_SUFFIXES for path in paths):
            refresh_all(ls)

    @server.feature(types.SHUTDOWN)
    async def shutdown(ls: OrchServer, params: Any) -> None:  # noqa: ARG001 -- the signature of the handler
        await ls.close()


async def _look_at(ls: OrchServer, paths: Sequence[Path]) -> None:
    await (await ls.ready()).indexes.look_at(paths)


async def _look_again(ls: OrchServer) -> None:
    await (await ls.ready()).indexes.look_again()


async def _pull_configuration(ls: OrchServer) -> None:
    """Ask for the section `orch`; a client that cannot, or does not answer, keeps what it gave at `initialize`."""
    if not ls.client.configuration:
        ls.configured.set()
        return
    # A command that comes meanwhile waits for the answer.
    ls.configured.clear()
    items = [types.ConfigurationItem(section="orch")]
    try:
        async with asyncio.timeout(10.0):
            answer = await ls.workspace_configuration_async(types.ConfigurationParams(items=items))
    except (TimeoutError, JsonRpcException) as error:
        logger.warning("the client did not give its configuration: %s", error)
    else:
        # An editor without settings of ours answers null or {}: what it gave at `initialize` holds.
        ls.editor_settings = (answer[0] if answer else None) or ls.initial_settings
    ls.configured.set()
    refresh_all(ls)


async def _register_watchers(ls: OrchServer) -> None:
    registrations: list[types.Registration] = []
    if ls.client.dynamic_configuration:
        registrations.append(
            types.Registration(CONFIGURATION, types.WORKSPACE_DID_CHANGE_CONFIGURATION, {"section": "orch"})
        )
    if ls.client.dynamic_watched_files:
        globs = ("**/.orch/config.toml", "**/.orch/prompts/**", "**/.orch/provenance/**", "**/*.{md,markdown}")
        watchers = [types.FileSystemWatcher(glob) for glob in globs]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registrations.append(types.Registration(CONFIG_WATCHER, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if not registrations:
        return
    try:
        async with asyncio.timeout(10.0):
            await ls.client_register_capability_async(types.RegistrationParams(registrations))
    except (TimeoutError, JsonRpcException) as error:
        logger.info("the client registers nothing at run time: %s", error)
    else:
        ls.told_of_files = ls.client.dynamic_watched_files
