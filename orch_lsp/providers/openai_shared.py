"""Parts that OpenAI's two wire formats share, under different names."""

from __future__ import annotations

from collections.abc import Mapping

from orch_lsp.generation import Usage
from orch_lsp.providers.json_values import count, mapping
from orch_lsp.providers.usage import sane_usage
from orch_lsp.settings.model import ProviderSettings


def openai_headers(api_key: str | None, settings: ProviderSettings) -> dict[str, str]:
    """The credential, if there is one; the option `auth` says where it goes."""
    if not api_key:
        return {}
    if settings.options.get("auth") == "api-key":
        return {"api-key": api_key}
    return {"authorization": f"Bearer {api_key}"}


def openai_usage(usage: Mapping[str, object], received: str, produced: str) -> Usage | None:
    """Token counts: `prompt` and `completion` in Chat Completions, `input` and `output` in Responses."""
    inside = mapping(usage.get(f"{received}_tokens_details"))
    cached = count(inside.get("cached_tokens"))
    return sane_usage(
        usage,
        input_tokens=count(usage.get(f"{received}_tokens")),
        output_tokens=count(usage.get(f"{produced}_tokens")),
        # DeepSeek names the cached ones in its own way.
        cache_read=count(usage.get("prompt_cache_hit_tokens")) if cached is None else cached,
        cache_write=count(inside.get("cache_write_tokens")),
        reasoning=count(mapping(usage.get(f"{produced}_tokens_details")).get("reasoning_tokens")),
    )
