"""Small edits of a spec that a person asks for at a place, as code actions: no run, no model."""

from __future__ import annotations

from typing import cast

from lsprotocol import types

from orch_lsp.language.index import Index
from orch_lsp.language.inserting import Insertion, insertions
from orch_lsp.language.proposal import snippet_of
from orch_lsp.language.toggling import toggles
from orch_lsp.lsp.commands import INSERT_NODE, REWRITE, TOGGLE_TASK
from orch_lsp.lsp.convert import workspace_edit
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.text import Edit, Span

TOGGLE = f"{REWRITE}.toggle"
"""The kind of the actions that change boxes."""
INSERT = f"{REWRITE}.insert"
"""The kind of the actions that add a node."""


def may_be_edited(reading: Reading) -> bool:
    """Whether small edits are offered in a document: it is a spec, and not of the past."""
    return is_spec(reading) and not reading.indexed.frozen


def toggle_actions(snapshot: Snapshot, reading: Reading, place: types.Range) -> list[types.CodeAction]:
    """Changes of the boxes at a place. Blocking.

    One that a client without edits in actions can have carries the command for it.
    """
    if not may_be_edited(reading):
        return []
    span = snapshot.positions().span(place)
    actions = [
        _edit(snapshot, f"Orch: {found.title}", TOGGLE, found.edits) for found in toggles(reading.document, span)
    ]
    if actions and not snapshot.client.code_action_literals:
        argument = {"uri": snapshot.uri, "line": place.start.line}
        actions[0].command = types.Command(actions[0].title, TOGGLE_TASK, arguments=[argument])
    return actions


def insert_actions(snapshot: Snapshot, reading: Reading, index: Index, place: types.Range) -> list[types.CodeAction]:
    """Nodes that can be added at a place, each with a free id; as commands for clients without edits in actions.

    Blocking.
    """
    if not may_be_edited(reading):
        return []
    offset = snapshot.positions().offset(place.start)
    found = insertions(index, reading.document, reading.spec_path, offset)
    actions = [_inserting(snapshot, one) for one in found]
    if not snapshot.client.code_action_literals:
        for action, one in zip(actions, found, strict=True):
            argument = {"uri": snapshot.uri, "line": place.start.line, "kind": one.what}
            action.command = types.Command(action.title, INSERT_NODE, arguments=[argument])
    return actions


def _inserting(snapshot: Snapshot, insertion: Insertion) -> types.CodeAction:
    action = _edit(snapshot, insertion_title(insertion), INSERT, (insertion.edit,))
    client, edit = snapshot.client, action.edit
    if client.snippet_edits and edit is not None and edit.document_changes and insertion.stand_ins:
        target = types.OptionalVersionedTextDocumentIdentifier(snapshot.uri, snapshot.source.version)
        place = snapshot.positions().range(insertion.edit.span)
        text = insertion.edit.new_text
        snippet = snippet_of(text, insertion.stand_ins, Span(0, len(text)))
        typed = types.SnippetTextEdit(place, types.StringValue(snippet))
        edit.document_changes = [types.TextDocumentEdit(target, [typed])]
    return action


def insertion_title(insertion: Insertion) -> str:
    """How an insertion is offered."""
    named = f" {insertion.key}" if any(letter.isdigit() for letter in insertion.key) else ""
    return f"Orch: Insert {insertion.what}{named} here"


def _edit(snapshot: Snapshot, title: str, kind: str, edits: tuple[Edit, ...]) -> types.CodeAction:
    changes = snapshot.positions().text_edits(edits)
    version, whole = snapshot.source.version, snapshot.client.document_changes
    edit = workspace_edit(snapshot.uri, version, changes, document_changes=whole)
    return types.CodeAction(title, cast("types.CodeActionKind", kind), edit=edit)


def span_of_line(snapshot: Snapshot, line: int) -> Span:
    """The end of a line's text, which belongs to the item that it is of."""
    whole = snapshot.positions().span(snapshot.positions().line_range(line))
    return Span(whole.end, whole.end)
