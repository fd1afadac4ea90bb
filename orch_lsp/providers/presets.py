"""Services that need no description in the user config: rows of data over a wire format."""

from __future__ import annotations

from collections.abc import Mapping

from orch_lsp.settings.model import ProviderSettings

_ROWS: tuple[ProviderSettings, ...] = (
    ProviderSettings(name="outline", kind="outline", base_url=None),
    ProviderSettings(
        name="openai",
        kind="openai-compatible",
        base_url="https://api.openai.com/v1",
        key_variables=("OPENAI_API_KEY",),
        requires_key=True,
        options={"max_tokens": "max_completion_tokens"},
        docs_url="https://platform.openai.com/docs/api-reference/chat",
    ),
    ProviderSettings(
        name="anthropic",
        kind="anthropic",
        base_url="https://api.anthropic.com/v1",
        key_variables=("ANTHROPIC_API_KEY",),
        requires_key=True,
        docs_url="https://docs.claude.com/en/api/messages",
    ),
    ProviderSettings(
        name="openrouter",
        kind="openai-compatible",
        base_url="https://openrouter.ai/api/v1",
        key_variables=("OPENROUTER_API_KEY",),
        requires_key=True,
        options={"reasoning": "object"},
        docs_url="https://openrouter.ai/docs/api-reference/overview",
    ),
    ProviderSettings(
        name="ollama",
        kind="openai-compatible",
        base_url="http://127.0.0.1:11434/v1",
        docs_url="https://docs.ollama.com/openai",
    ),
)

PRESETS: Mapping[str, ProviderSettings] = {row.name: row for row in _ROWS}
