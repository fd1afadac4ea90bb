"""Services that need no description in the user config: rows of data over a wire format.

`key_variables` are the variables that the service's own documentation names; `options` are its departures from the
wire format, as the format's class documents them. A row without `base_url` needs one from the user, because the
address is the user's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from orch_lsp.settings.model import ProviderSettings

_CHAT = "openai-compatible"
_COMPLETION_TOKENS = {"max_tokens": "max_completion_tokens"}


def _hosted(
    name: str, kind: str, base_url: str | None, docs_url: str, *variables: str, **options: str
) -> ProviderSettings:
    return ProviderSettings(
        name=name,
        kind=kind,
        base_url=base_url,
        key_variables=variables,
        requires_key=True,
        options=options,
        docs_url=docs_url,
    )


def _local(name: str, kind: str, base_url: str, docs_url: str, **options: str) -> ProviderSettings:
    return ProviderSettings(name=name, kind=kind, base_url=base_url, options=options, docs_url=docs_url)


_ROWS: tuple[ProviderSettings, ...] = (
    ProviderSettings(name="outline", kind="outline", base_url=None),
    ProviderSettings(
        name="editor",
        kind="editor",
        base_url=None,
        docs_url="https://code.visualstudio.com/api/extension-guides/ai/language-model",
    ),
    _hosted(
        "openai",
        "openai",
        "https://api.openai.com/v1",
        "https://platform.openai.com/docs/api-reference/responses",
        "OPENAI_API_KEY",
    ),
    # base_url: https://RESOURCE.openai.azure.com/openai/v1, where a model is the name of a deployment; or
    # https://RESOURCE.openai.azure.com/openai/deployments/DEPLOYMENT with the option api_version.
    _hosted(
        "azure",
        _CHAT,
        None,
        "https://learn.microsoft.com/azure/ai-foundry/openai/reference",
        "AZURE_OPENAI_API_KEY",
        auth="api-key",
        **_COMPLETION_TOKENS,
    ),
    _hosted(
        "anthropic",
        "anthropic",
        "https://api.anthropic.com/v1",
        "https://docs.claude.com/en/api/messages",
        "ANTHROPIC_API_KEY",
    ),
    _hosted(
        "gemini",
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta",
        "https://ai.google.dev/api/generate-content",
        "GEMINI_API_KEY",
        "GOOGLE_API_KEY",
    ),
    _hosted(
        "openrouter",
        _CHAT,
        "https://openrouter.ai/api/v1",
        "https://openrouter.ai/docs/api-reference/overview",
        "OPENROUTER_API_KEY",
        reasoning="object",
    ),
    _hosted(
        "groq",
        _CHAT,
        "https://api.groq.com/openai/v1",
        "https://console.groq.com/docs/api-reference",
        "GROQ_API_KEY",
        **_COMPLETION_TOKENS,
    ),
    # Refuses stream_options, and reports the usage without being asked.
    _hosted(
        "mistral",
        _CHAT,
        "https://api.mistral.ai/v1",
        "https://docs.mistral.ai/api",
        "MISTRAL_API_KEY",
        stream_usage="false",
        reasoning="none",
    ),
    _hosted("deepseek", _CHAT, "https://api.deepseek.com", "https://api-docs.deepseek.com", "DEEPSEEK_API_KEY"),
    _hosted("xai", _CHAT, "https://api.x.ai/v1", "https://docs.x.ai/docs/api-reference", "XAI_API_KEY"),
    _hosted(
        "together",
        _CHAT,
        "https://api.together.xyz/v1",
        "https://docs.together.ai/reference/chat-completions",
        "TOGETHER_API_KEY",
    ),
    _hosted(
        "fireworks",
        _CHAT,
        "https://api.fireworks.ai/inference/v1",
        "https://docs.fireworks.ai/api-reference/post-chatcompletions",
        "FIREWORKS_API_KEY",
    ),
    # Has no list of models to ask for.
    _hosted(
        "perplexity",
        _CHAT,
        "https://api.perplexity.ai",
        "https://docs.perplexity.ai/api-reference",
        "PERPLEXITY_API_KEY",
        "PPLX_API_KEY",
        models_path="",
    ),
    _hosted(
        "cerebras",
        _CHAT,
        "https://api.cerebras.ai/v1",
        "https://inference-docs.cerebras.ai/api-reference/chat-completions",
        "CEREBRAS_API_KEY",
        **_COMPLETION_TOKENS,
    ),
    _hosted(
        "huggingface",
        _CHAT,
        "https://router.huggingface.co/v1",
        "https://huggingface.co/docs/inference-providers",
        "HF_TOKEN",
    ),
    _hosted(
        "github-models",
        _CHAT,
        "https://models.github.ai/inference",
        "https://docs.github.com/rest/models/inference",
        "GITHUB_TOKEN",
        models_path="",
    ),
    _local("ollama", "ollama", "http://127.0.0.1:11434", "https://docs.ollama.com/api"),
    _local("lm-studio", _CHAT, "http://127.0.0.1:1234/v1", "https://lmstudio.ai/docs/developer"),
    _local(
        "llama.cpp", _CHAT, "http://127.0.0.1:8080/v1", "https://github.com/ggml-org/llama.cpp/tree/master/tools/server"
    ),
    _local(
        "vllm",
        _CHAT,
        "http://127.0.0.1:8000/v1",
        "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    ),
)

PRESETS: Mapping[str, ProviderSettings] = MappingProxyType({row.name: row for row in _ROWS})
