"""Cures of a failure, in the words of this provider's own settings."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.failure import Failure
from orch_lsp.settings.keys import own_variable
from orch_lsp.settings.model import ProviderSettings


def key_variable(settings: ProviderSettings) -> str:
    """The environment variable to name when a key is missing or wrong."""
    if settings.api_key_env:
        return settings.api_key_env
    if settings.key_variables:
        return settings.key_variables[0]
    return own_variable(settings.name)


def look_up(settings: ProviderSettings) -> str:
    """The cure where a provider has no list of models."""
    where = f": {settings.docs_url}" if settings.docs_url else ""
    return f"Look up the model's id in the provider's documentation{where}."


def with_remedy(failure: Failure, settings: ProviderSettings, model: str | None, *, has_key: bool) -> Failure:
    """`failure` with the cure that fits this provider, unless it brings one of its own."""
    if failure.remediation is not None:
        return failure
    asked, longest = failure.retry_after_s, settings.retry.max_wait
    if asked is not None and asked > longest:
        remedy = f"{settings.name} asks to wait {asked:.0f} s; `retry.max_wait` allows {longest:g} s. Retry after that."
        return replace(failure, remediation=remedy)
    remedy = _remedy(failure.code, settings, model, has_key=has_key)
    return failure if remedy is None else replace(failure, remediation=remedy)


def _remedy(code: ErrorCode, settings: ProviderSettings, model: str | None, *, has_key: bool) -> str | None:
    match code:
        case ErrorCode.INVALID_AUTH if has_key:
            return f"Replace the API key in `{key_variable(settings)}`: {settings.name} does not accept this one."
        case ErrorCode.INVALID_AUTH | ErrorCode.MISSING_AUTH:
            variable = key_variable(settings)
            return f"Set `{variable}` to an API key of {settings.name}, then start the editor or the command anew."
        case ErrorCode.INVALID_RESPONSE:
            return f"Check {settings.name}'s `base_url` in the user config: {_likely_address(settings)}"
        case ErrorCode.MODEL_NOT_FOUND if model and (settings.kind == "ollama" or settings.name == "ollama"):
            return f"Fetch the model with `ollama pull {model}`, or choose one that is installed."
        case ErrorCode.MODEL_NOT_FOUND:
            return "Check the model's id and the provider's `base_url`, or choose another model."
        case _:
            return None


def _likely_address(settings: ProviderSettings) -> str:
    """The likeliest faults of an address at which another program answers."""
    path = urlsplit(settings.base_url or "").path.rstrip("/")
    names_call = path.endswith(("/chat/completions", "/responses", "/messages", "/api/chat"))
    if names_call:
        return "leave out the path of the call, which is added to it."
    match settings.kind:
        case "ollama" if path:
            return "Ollama's own API has no path such as `/v1`."
        case "ollama":
            return "it must be the address of an Ollama server."
        case "openai-compatible" | "openai" | "anthropic" if "/v" not in path:
            return "most servers want it to end in `/v1`."
        case _:
            return "its host, port and path must be those of the API, not of a web page, a proxy or another server."
