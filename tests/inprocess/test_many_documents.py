"""Many open documents: what is about none of them reads none of them. Counted, not timed."""

from __future__ import annotations

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

DOCUMENTS = 1_500
SPEC = "---\nmodel: some-model\n---\n# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
UNKNOWN = "01920000-0000-7000-8000-000000000000"
PULLS = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    ),
    text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities()),
)


@pytest.fixture
async def crowded(start_editor, workspace):
    editor = await start_editor(capabilities=PULLS)
    for number in range(DOCUMENTS):
        editor.open((workspace / "specs" / f"{number}.spec.md").as_uri(), SPEC)
    await editor.execute("orch.showHistory", {"open": False})
    return editor


async def test_requests_about_no_document_and_with_unknown_ids_read_none_of_those_that_are_open(crowded, workspace):
    session = await crowded.server.session()
    before = session.readings.texts_read
    for command in ("orch.showRun", "orch.retryRun", "orch.applyDraft", "orch.discardDraft", "orch.previewDraft"):
        with pytest.raises(JsonRpcException):
            await crowded.execute(command, {"runId": UNKNOWN})
        with pytest.raises(JsonRpcException):
            await crowded.execute(command)
    with pytest.raises(JsonRpcException):
        await crowded.execute("orch.cancelRun", {"runId": UNKNOWN})
    await crowded.execute("orch.showHistory", {"open": False})
    await crowded.execute("orch.showHistory", {"open": False, "uri": workspace.as_uri()})
    await crowded.execute("orch.explainError", {"code": "timeout"})
    crowded.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))
    crowded.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({"orch": {"apply": "review"}}))
    await crowded.execute("orch.showHistory", {"open": False})
    assert session.readings.texts_read == before == 0


async def test_a_command_about_one_document_reads_that_one(crowded, workspace):
    session = await crowded.server.session()
    await crowded.execute("orch.selectModel", {"uri": (workspace / "specs" / "7.spec.md").as_uri(), "open": False})
    assert session.readings.texts_read == 1


async def test_a_change_of_the_settings_asks_the_client_once_however_much_is_open(crowded, workspace):
    asked: list[object] = []
    crowded.client.protocol.fm.features[types.WORKSPACE_DIAGNOSTIC_REFRESH] = asked.append
    settings = types.FileEvent((workspace / ".orch" / "config.toml").as_uri(), types.FileChangeType.Changed)
    crowded.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([settings]))
    await crowded.execute("orch.showHistory", {"open": False})
    for publication in list(crowded.server.publishing.values()):
        await publication.task
    await crowded.execute("orch.showHistory", {"open": False})
    while not asked:
        # The server asks in a task of its own, which no answer waits for.
        await crowded.execute("orch.showHistory", {"open": False})
    # Once for all; some more if the documents are still being opened.
    assert 1 <= len(asked) < DOCUMENTS / 100


async def test_documents_that_are_open_are_taken_over_once_and_a_key_costs_its_own_alone(crowded, workspace):
    session = await crowded.server.session()
    uri = (workspace / "specs" / "7.spec.md").as_uri()
    search = types.WorkspaceSymbolParams("Goal")
    await crowded.client.workspace_symbol_async(search)
    assert (before := session.readings.texts_read) == DOCUMENTS
    for number in range(3):
        crowded.type(uri, f"{SPEC}\n{number}\n")
        document = types.TextDocumentIdentifier(uri)
        await crowded.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
        await crowded.client.workspace_symbol_async(search)
    assert session.readings.texts_read == before + 3
    crowded.close(uri)
    crowded.open(uri, SPEC)
    await crowded.client.workspace_symbol_async(search)
    assert session.readings.texts_read <= before + 4
