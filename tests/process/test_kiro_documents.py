"""A document of Kiro in an editor: why a task has no button, the cure, and no draft that its tool would not read."""

from __future__ import annotations

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.fakes.editor import plain

TASKS = "# Implementation Plan\r\n\r\n## Tasks\r\n\r\n- [x ] 1. Count 数\r\n– [ ] 2. Tell\r\n3. [ ] Stop\r\n"


async def test_each_task_without_a_button_is_told_and_cured(start_editor, workspace):
    path = workspace / "apps" / "web" / ".kiro" / "specs" / "limits" / "tasks.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(TASKS.encode())
    editor = await start_editor()
    uri = editor.open(path, TASKS)
    for line in (4, 5, 6):
        found = await editor.diagnostic(uri, "malformed_task")
        assert (found.range.start.line, found.severity) == (line, types.DiagnosticSeverity.Warning)
        assert found.message.startswith("Kiro shows no “Start task” button for it: ")
        actions = await editor.actions(uri, found)
        await editor.run_action(actions["Write it as a task"])
        await editor.until(lambda found=found: found not in editor.client.diagnostics[uri])
    assert editor.text(uri) == TASKS.replace("[x ]", "[x]").replace("– [ ]", "- [ ]").replace("3. [ ]", "- [ ] 3.")
    assert list(editor.client.diagnostics[uri]) == []


async def test_what_kiro_misses_is_told_below_its_folders_alone_and_nothing_is_drafted_elsewhere(
    start_editor, homes, provider, workspace
):
    homes.use(provider.url)
    editor = await start_editor()
    text = "# Words\n\nWe want limits.\n"
    uri = editor.open(workspace / ".kiro" / "specs" / "limits" / "requirements.md", text)
    await editor.until(lambda: len(editor.client.diagnostics.get(uri, [])) == 3)
    assert {each.code for each in editor.client.diagnostics[uri]} == {
        *("missing_title", "missing_section", "missing_recommended_section"),
    }
    assert (await editor.lenses(uri))[0] == "Orch: Draft 2 open places: Introduction, Requirements"
    template = editor.open(workspace / ".kiro" / "settings" / "templates" / "requirements.md", text)
    elsewhere = editor.open(workspace / "specs" / "requirements.md", "# Requirements Document\n\nWe want limits.\n")
    for other in (template, elsewhere):
        await editor.until(lambda other=other: other in editor.client.diagnostics)
        assert [each.code for each in editor.client.diagnostics[other]] == []
    assert await editor.lenses(template) == []
    with pytest.raises(JsonRpcException) as refused:
        await editor.execute("orch.generateDraft", template)
    assert plain(refused.value.data)["code"] == "unknown_profile"
    assert provider.requests == []
