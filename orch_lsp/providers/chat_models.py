"""The list of models as OpenAI gives it, with the sizes that others add to it."""

from __future__ import annotations

from orch_lsp.providers.base import ModelInfo
from orch_lsp.providers.json_values import count, mapping, sequence, text
from orch_lsp.providers.wire import ModelPage

# OpenRouter and Together; Groq; vLLM; Mistral and LM Studio.
_WINDOW_MEMBERS = ("context_length", "context_window", "max_model_len", "max_context_length")
_OUTPUT_MEMBERS = ("max_completion_tokens", "max_output_tokens")


def chat_models(document: object) -> ModelPage:
    """The models of `{"data": [{id, …}]}`, or of the bare array that Together sends."""
    items = sequence(mapping(document).get("data")) or sequence(document)
    models: list[ModelInfo] = []
    for item in items:
        entry = mapping(item)
        if not (identity := text(entry.get("id"))):
            continue
        # OpenRouter tells what its best upstream allows; llama.cpp what the model was trained with.
        inner = (entry, mapping(entry.get("top_provider")), mapping(entry.get("meta")))
        models.append(
            ModelInfo(
                identity,
                text(entry.get("name")) or text(entry.get("display_name")) or None,
                _first(inner, (*_WINDOW_MEMBERS, "n_ctx", "n_ctx_train")),
                _first(inner, _OUTPUT_MEMBERS),
            )
        )
    return ModelPage(tuple(models))


def _first(entries: tuple[object, ...], members: tuple[str, ...]) -> int | None:
    found = (count(mapping(entry).get(member)) for member in members for entry in entries)
    return next((value for value in found if value), None)
