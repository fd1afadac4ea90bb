"""Every feature of the server, in one tuple: the table of contents of the language server.

A row names what a client may ask and who answers. Only this table and the modules of `AtOnce` are loaded before
`initialize` is answered, and they are light; the handlers are loaded after it (`serving`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lsprotocol import types

from orch_lsp.late import late
from orch_lsp.lsp.commands import (
    ALLOW_PROVIDER,
    ALLOW_SERVER,
    ANSWER_QUESTION,
    APPLY_DRAFT,
    CANCEL_RUN,
    CHANGE_CONTEXT,
    COMPARE_RUNS,
    DERIVE_DOCUMENT,
    DISCARD_DRAFT,
    DISMISS_DIAGNOSTIC,
    DOCTOR,
    EXPLAIN_ERROR,
    GENERATE_DRAFT,
    INSERT_NODE,
    MARK_REVIEWED,
    NEW_DOCUMENT,
    PREVIEW_CONTEXT,
    PREVIEW_DRAFT,
    REFINE_DOCUMENT,
    REGENERATE_SECTION,
    RESUME_RUN,
    RETRY_RUN,
    REVIEW_SECTION,
    REWRITE,
    RUN_WORKFLOW,
    SELECT_MODEL,
    SETTLE_SECRET,
    SETUP,
    SHOW_HISTORY,
    SHOW_RUN,
    SHOW_SPECS,
    TOGGLE_TASK,
    USE_PROVIDER,
)
from orch_lsp.lsp.convert import SOURCE
from orch_lsp.lsp.features import lifecycle, model_answers, text_sync
from orch_lsp.lsp.serving import AboutDocument, AtOnce, Command, OfServer, Row
from orch_lsp.lsp.token_legend import LEGEND

if TYPE_CHECKING:
    from orch_lsp.lsp.features import (
        answering,
        beginning,
        call_hierarchy,
        choices,
        code_action,
        code_lens,
        completion,
        content,
        context,
        definition,
        diagnostics,
        document_highlight,
        document_link,
        document_symbol,
        drafts,
        folding_range,
        generate,
        hover,
        implementation,
        inlay_hint,
        inserting,
        models,
        picking,
        references,
        rename,
        reviewing,
        runs,
        saving,
        selection_range,
        semantic_tokens,
        servers,
        setting_up,
        settling,
        specs,
        tasks,
        user_settings,
        workspace_symbol,
    )
else:
    answering = late(f"{__name__}.answering")
    beginning = late(f"{__name__}.beginning")
    call_hierarchy = late(f"{__name__}.call_hierarchy")
    choices = late(f"{__name__}.choices")
    code_action = late(f"{__name__}.code_action")
    code_lens = late(f"{__name__}.code_lens")
    completion = late(f"{__name__}.completion")
    content = late(f"{__name__}.content")
    context = late(f"{__name__}.context")
    definition = late(f"{__name__}.definition")
    diagnostics = late(f"{__name__}.diagnostics")
    document_highlight = late(f"{__name__}.document_highlight")
    document_link = late(f"{__name__}.document_link")
    document_symbol = late(f"{__name__}.document_symbol")
    drafts = late(f"{__name__}.drafts")
    folding_range = late(f"{__name__}.folding_range")
    generate = late(f"{__name__}.generate")
    hover = late(f"{__name__}.hover")
    implementation = late(f"{__name__}.implementation")
    inlay_hint = late(f"{__name__}.inlay_hint")
    inserting = late(f"{__name__}.inserting")
    models = late(f"{__name__}.models")
    picking = late(f"{__name__}.picking")
    references = late(f"{__name__}.references")
    rename = late(f"{__name__}.rename")
    reviewing = late(f"{__name__}.reviewing")
    runs = late(f"{__name__}.runs")
    saving = late(f"{__name__}.saving")
    selection_range = late(f"{__name__}.selection_range")
    semantic_tokens = late(f"{__name__}.semantic_tokens")
    servers = late(f"{__name__}.servers")
    setting_up = late(f"{__name__}.setting_up")
    settling = late(f"{__name__}.settling")
    specs = late(f"{__name__}.specs")
    tasks = late(f"{__name__}.tasks")
    user_settings = late(f"{__name__}.user_settings")
    workspace_symbol = late(f"{__name__}.workspace_symbol")

USER_SETTINGS = "orch/userSettings"

_SPECS = types.FileOperationFilter(types.FileOperationPattern("**/*.md"), scheme="file")
_ACTIONS = [types.CodeActionKind.QuickFix, cast("types.CodeActionKind", REWRITE)]


def _is_asked_by_a_person(params: types.CodeActionParams) -> bool:
    return params.context.trigger_kind != types.CodeActionTriggerKind.Automatic


FEATURES: tuple[Row, ...] = (
    AtOnce(lifecycle.register),
    OfServer(USER_SETTINGS, lambda: user_settings.user_settings),
    AtOnce(text_sync.register),
    AtOnce(model_answers.register),
    OfServer(types.TEXT_DOCUMENT_DID_SAVE, lambda: saving.did_save, types.SaveOptions(include_text=True)),
    OfServer(
        types.WORKSPACE_DID_RENAME_FILES,
        lambda: saving.did_rename_files,
        types.FileOperationRegistrationOptions([_SPECS]),
    ),
    AboutDocument(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        lambda: diagnostics.diagnostic,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier=SOURCE),
        otherwise=lambda: types.RelatedFullDocumentDiagnosticReport(items=[]),
    ),
    AboutDocument(types.TEXT_DOCUMENT_HOVER, lambda: hover.hover, focuses=lambda _: True),
    AboutDocument(
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        lambda: document_symbol.document_symbol,
        types.DocumentSymbolOptions(label="Spec"),
        otherwise=list[types.DocumentSymbol],
    ),
    AboutDocument(types.TEXT_DOCUMENT_DEFINITION, lambda: definition.definition),
    AboutDocument(types.TEXT_DOCUMENT_IMPLEMENTATION, lambda: implementation.implementation),
    AboutDocument(types.TEXT_DOCUMENT_DECLARATION, lambda: definition.definition),
    OfServer(types.WORKSPACE_SYMBOL, lambda: workspace_symbol.workspace_symbol),
    AboutDocument(types.TEXT_DOCUMENT_REFERENCES, lambda: references.references),
    AboutDocument(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, lambda: call_hierarchy.prepare),
    OfServer(types.CALL_HIERARCHY_INCOMING_CALLS, lambda: call_hierarchy.incoming_calls, with_session=False),
    OfServer(types.CALL_HIERARCHY_OUTGOING_CALLS, lambda: call_hierarchy.outgoing_calls, with_session=False),
    AboutDocument(types.TEXT_DOCUMENT_PREPARE_RENAME, lambda: rename.prepare_rename),
    AboutDocument(
        types.TEXT_DOCUMENT_RENAME,
        lambda: rename.rename,
        types.RenameOptions(prepare_provider=True),
        focuses=lambda _: True,
    ),
    AboutDocument(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, lambda: document_highlight.document_highlight),
    AboutDocument(
        types.TEXT_DOCUMENT_DOCUMENT_LINK, lambda: document_link.document_link, otherwise=list[types.DocumentLink]
    ),
    OfServer(types.DOCUMENT_LINK_RESOLVE, lambda: document_link.resolve),
    AboutDocument(
        types.TEXT_DOCUMENT_FOLDING_RANGE, lambda: folding_range.folding_range, otherwise=list[types.FoldingRange]
    ),
    AboutDocument(types.TEXT_DOCUMENT_SELECTION_RANGE, lambda: selection_range.selection_range),
    AboutDocument(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, lambda: semantic_tokens.full, LEGEND),
    AboutDocument(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, lambda: semantic_tokens.within, LEGEND),
    AboutDocument(
        types.TEXT_DOCUMENT_INLAY_HINT,
        lambda: inlay_hint.inlay_hint,
        types.InlayHintOptions(resolve_provider=False),
        otherwise=list[types.InlayHint],
    ),
    AboutDocument(
        types.TEXT_DOCUMENT_CODE_LENS,
        lambda: code_lens.code_lens,
        types.CodeLensOptions(resolve_provider=False),
        otherwise=list[types.CodeLens],
    ),
    AboutDocument(
        types.TEXT_DOCUMENT_CODE_ACTION,
        lambda: code_action.code_action,
        types.CodeActionOptions(code_action_kinds=_ACTIONS),
        otherwise=list[types.CodeAction],
        focuses=_is_asked_by_a_person,
    ),
    Command(GENERATE_DRAFT, lambda: generate.generate_draft),
    Command(RUN_WORKFLOW, lambda: generate.run_workflow),
    Command(REGENERATE_SECTION, lambda: generate.regenerate_section),
    Command(REFINE_DOCUMENT, lambda: generate.refine_document),
    Command(DERIVE_DOCUMENT, lambda: generate.derive_document),
    Command(RETRY_RUN, lambda: generate.retry_run),
    Command(RESUME_RUN, lambda: generate.resume_run),
    Command(PREVIEW_CONTEXT, lambda: context.preview_context),
    Command(CHANGE_CONTEXT, lambda: picking.change_context),
    Command(APPLY_DRAFT, lambda: drafts.apply_draft),
    Command(REVIEW_SECTION, lambda: drafts.review_section),
    Command(ANSWER_QUESTION, lambda: answering.answer_question),
    Command(DISCARD_DRAFT, lambda: drafts.discard_draft),
    Command(PREVIEW_DRAFT, lambda: drafts.preview_draft),
    Command(CANCEL_RUN, lambda: runs.cancel_run, waits_for_settings=False),
    Command(SHOW_RUN, lambda: runs.show_run),
    Command(SHOW_HISTORY, lambda: runs.show_history),
    Command(COMPARE_RUNS, lambda: runs.compare_runs),
    Command(SHOW_SPECS, lambda: specs.show_specs),
    Command(DOCTOR, lambda: runs.doctor),
    Command(USE_PROVIDER, lambda: choices.use_provider),
    Command(ALLOW_PROVIDER, lambda: choices.allow_provider),
    Command(ALLOW_SERVER, lambda: servers.allow_server),
    Command(SETTLE_SECRET, lambda: settling.settle_secret),
    Command(DISMISS_DIAGNOSTIC, lambda: choices.dismiss_diagnostic),
    Command(EXPLAIN_ERROR, lambda: choices.explain_error),
    Command(TOGGLE_TASK, lambda: tasks.toggle_task),
    Command(INSERT_NODE, lambda: inserting.insert_node),
    Command(NEW_DOCUMENT, lambda: beginning.new_document),
    Command(MARK_REVIEWED, lambda: reviewing.mark_reviewed),
    Command(SETUP, lambda: setting_up.setup),
    Command(SELECT_MODEL, lambda: models.select_model),
    AboutDocument(
        types.TEXT_DOCUMENT_COMPLETION,
        lambda: completion.completion,
        # They begin a value, an id, a path, a file, a heading, a box or a keyword, or are parts of one; not prose.
        types.CompletionOptions(trigger_characters=[*":=\"'/-.,[(#*`_@"], resolve_provider=True),
    ),
    OfServer(types.COMPLETION_ITEM_RESOLVE, lambda: completion.resolve),
    OfServer(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, lambda: content.text_document_content, with_session=False),
)
