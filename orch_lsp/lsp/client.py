"""Abilities of the connected client, as named facts, so that no feature looks into raw capabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from lsprotocol import types
from pygls.capabilities import get_capability


@dataclass(frozen=True, slots=True)
class ClientFeatures:
    """Optional capabilities; each False has a fallback where it is used."""

    name: str | None = None
    version: str | None = None
    progress: bool = False
    document_changes: bool = False
    create_files: bool = False
    makes_edits: bool = False
    """Makes edits that the server sends by itself."""
    configuration: bool = False
    dynamic_configuration: bool = False
    dynamic_watched_files: bool = False
    pull_diagnostics: bool = False
    """Asks for diagnostics, and can be told to ask again; one that cannot be told gets them pushed, and only pushed."""
    code_lens_refresh: bool = False
    inlay_hint_refresh: bool = False
    show_document: bool = False
    message_actions: bool = False
    markdown_hover: bool = False
    text_document_content: bool = False
    code_action_literals: bool = False
    code_description: bool = False
    related_information: bool = False
    """Shows other places that a diagnostic is about."""
    definition_links: bool = False
    """Takes a definition with all of its text."""
    implementation_links: bool = False
    """Takes an implementation with the place from which it is asked for."""
    declaration_links: bool = False
    """Takes a declaration with all of its text."""
    symbol_tree: bool = False
    """Shows symbols within symbols."""
    semantic_tokens: bool = False
    """Colours words by the meaning that the server gives them."""
    fold_limit: int | None = None
    """The most parts to fold that it takes; None if it says nothing of that."""
    change_annotations: bool = False
    """Shows edits with what they are for, and asks before it makes those that need it."""
    snippet_edits: bool = False
    """Takes edits with places to type in."""
    completion_snippets: bool = False
    """Takes proposals with places to type in."""
    completion_markdown: bool = False
    """Renders Markdown beside a proposal."""
    orch_notifications: bool = False
    """Declares `experimental.orch`: it gets `orch/runChanged` and `orch/draftDelta`."""
    language_models: bool = False
    """Declares `experimental.orch.languageModels`: it can ask models of its own."""


def features_of(params: types.InitializeParams) -> ClientFeatures:
    """Read a client's capabilities once, at `initialize`."""
    capabilities = params.capabilities

    def has(path: str) -> bool:
        return bool(get_capability(capabilities, path))

    formats: Sequence[Any] = get_capability(capabilities, "text_document.hover.content_format") or []
    told: Sequence[Any] = (
        get_capability(capabilities, "text_document.completion.completion_item.documentation_format") or []
    )
    operations: Sequence[Any] = get_capability(capabilities, "workspace.workspace_edit.resource_operations") or []
    return ClientFeatures(
        name=params.client_info.name if params.client_info else None,
        version=params.client_info.version if params.client_info else None,
        progress=has("window.work_done_progress"),
        document_changes=has("workspace.workspace_edit.document_changes"),
        makes_edits=has("workspace.apply_edit"),
        create_files=types.ResourceOperationKind.Create in operations,
        configuration=has("workspace.configuration"),
        dynamic_configuration=has("workspace.did_change_configuration.dynamic_registration"),
        dynamic_watched_files=has("workspace.did_change_watched_files.dynamic_registration"),
        pull_diagnostics=get_capability(capabilities, "text_document.diagnostic") is not None
        and has("workspace.diagnostics.refresh_support"),
        code_lens_refresh=has("workspace.code_lens.refresh_support"),
        inlay_hint_refresh=has("workspace.inlay_hint.refresh_support"),
        show_document=has("window.show_document.support"),
        message_actions=get_capability(capabilities, "window.show_message.message_action_item") is not None,
        markdown_hover=types.MarkupKind.Markdown in formats,
        text_document_content=get_capability(capabilities, "workspace.text_document_content") is not None,
        code_action_literals=get_capability(capabilities, "text_document.code_action.code_action_literal_support")
        is not None,
        code_description=has("text_document.publish_diagnostics.code_description_support"),
        related_information=has("text_document.publish_diagnostics.related_information")
        or has("text_document.diagnostic.related_information"),
        definition_links=has("text_document.definition.link_support"),
        implementation_links=has("text_document.implementation.link_support"),
        declaration_links=has("text_document.declaration.link_support"),
        symbol_tree=has("text_document.document_symbol.hierarchical_document_symbol_support"),
        semantic_tokens=get_capability(capabilities, "text_document.semantic_tokens") is not None,
        fold_limit=get_capability(capabilities, "text_document.folding_range.range_limit"),
        change_annotations=get_capability(capabilities, "workspace.workspace_edit.change_annotation_support")
        is not None,
        snippet_edits=has("workspace.workspace_edit.snippet_edit_support"),
        completion_snippets=has("text_document.completion.completion_item.snippet_support"),
        completion_markdown=types.MarkupKind.Markdown in told,
        orch_notifications=_declares_orch(capabilities.experimental),
        language_models=_field(_orch(capabilities.experimental), "languageModels") is True,
    )


def _declares_orch(experimental: Any) -> bool:
    declared = _orch(experimental)
    return declared is not None and declared is not False


def _orch(experimental: Any) -> Any:
    return _field(experimental, "orch")


def _field(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value).get(name)
    return getattr(value, name, None)
