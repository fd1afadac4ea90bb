"""Every feature of the server, in one tuple: the table of contents of the language server."""

from __future__ import annotations

from orch_lsp.lsp.features import (
    choices,
    code_action,
    code_lens,
    completion,
    content,
    diagnostics,
    drafts,
    generate,
    hover,
    lifecycle,
    models,
    runs,
    text_sync,
    user_settings,
)

FEATURES = (
    lifecycle,
    user_settings,
    text_sync,
    diagnostics,
    hover,
    code_lens,
    code_action,
    generate,
    drafts,
    runs,
    choices,
    models,
    completion,
    content,
)
