"""The composition root: the one module that knows all others and puts them together."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from orch_lsp.lsp.features import FEATURES
from orch_lsp.lsp.server import OrchServer

if TYPE_CHECKING:
    from orch_lsp.orchestration.session import Session
    from orch_lsp.redaction import Redactor


def build_session(redactor: Redactor | None = None) -> Session:
    """What runs need, with the real ports. Imports the heavy libraries: not on the way to `initialize`."""
    from orch_lsp.context.filesystem import FilesystemSource
    from orch_lsp.orchestration.session import Session
    from orch_lsp.providers.presets import PRESETS
    from orch_lsp.providers.registry import create_provider, is_hosted, kinds

    return Session(
        presets=PRESETS,
        create_provider=create_provider,
        is_hosted=is_hosted,
        kinds=kinds(),
        context_source=FilesystemSource(),
        redactor=redactor,
    )


def build_server(redactor: Redactor | None = None) -> OrchServer:
    """The language server with all its features; `redactor` learns the keys that are used."""
    server = OrchServer(functools.partial(build_session, redactor))
    for feature in FEATURES:
        feature.register(server)
    return server
