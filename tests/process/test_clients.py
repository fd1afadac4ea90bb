"""The main job with the recorded capabilities of editors and without any, through the real process."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.fakes.scripted_server import chat_error, chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit ", "clients 😋.\n"]


@pytest.mark.parametrize("name", ["neovim@v0.7.0", "neovim@v0.11.0", "nothing at all"])
async def test_an_editor_drafts_explains_and_recovers(start_editor, homes, provider, workspace, name):
    homes.use(provider.url)
    provider.script(chat_error(503, "overloaded"), stream_reply(chat_pieces(ANSWER)))
    capabilities = types.ClientCapabilities() if name == "nothing at all" else name
    editor = await start_editor(capabilities=capabilities)
    uri = editor.open(workspace / "a.spec.md", SPEC)

    failed = (await editor.execute("orch.generateDraft"))["runId"]
    await editor.status(failed, "failed")
    diagnostic = await editor.diagnostic(uri, "overloaded")
    actions = await editor.actions(uri, diagnostic)
    retried = (await editor.run_action(actions["Orch: Retry"]))["runId"]
    await editor.until(lambda: (editor.record(retried) or {}).get("applied"))

    assert editor.text(uri) == SPEC.replace("TODO", "Limit clients 😋.")
    assert retried in await editor.hover(uri, "Limit clients")
    history = await editor.execute("orch.showHistory", {"open": False})
    assert [run["run_id"] for run in history] == [retried, failed]
    editor.undo(uri)
    assert editor.text(uri) == SPEC
