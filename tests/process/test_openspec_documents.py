"""Documents of OpenSpec in an editor: what its own validator would find, while it is typed."""

from __future__ import annotations

from lsprotocol import types

SPEC = (
    "# auth 规范\r\n\r\n## Purpose\r\nLets people sign in with a password, and keeps out who has none.\r\n"
    "\r\n## Requirements\r\n\r\n### Requirement: Sign in\r\nThe service must let people in.\r\n\r\n"
    "#### Scenario: Right password\r\n- **WHEN** it is right\r\n- **THEN** they are in\r\n"
)
DELTA = (
    "## ADDED Requirements\n\n### Requirement: Sign out\nThe service SHALL let people out.\n\n"
    "##### Scenario: Asked for\n- **WHEN** they ask\n- **THEN** they are out\n"
)


async def test_what_its_validator_would_refuse_is_told_and_cured(start_editor, workspace):
    path = workspace / "apps" / "openspec" / "specs" / "auth" / "spec.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(SPEC.encode())
    editor = await start_editor()
    uri = editor.open(path, SPEC)
    found = await editor.diagnostic(uri, "no_normative_keyword")
    assert (found.range.start.line, found.severity) == (7, types.DiagnosticSeverity.Warning)
    actions = await editor.actions(uri, found)
    await editor.run_action(actions["Write MUST in capitals"])
    await editor.until(lambda: list(editor.client.diagnostics[uri]) == [])
    assert editor.text(uri) == SPEC.replace("must", "MUST")


async def test_a_scenario_that_is_passed_over_is_told_in_a_delta_and_never_in_an_archived_one(start_editor, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "openspec" / "changes" / "out" / "specs" / "auth" / "spec.md", DELTA)
    found = await editor.diagnostic(uri, "scenario_heading_level")
    assert {each.code for each in editor.client.diagnostics[uri]} == {
        *("scenario_heading_level", "requirement_without_scenario"),
    }
    actions = await editor.actions(uri, found)
    await editor.run_action(actions["Make it a heading of the fourth level"])
    await editor.until(lambda: list(editor.client.diagnostics[uri]) == [])
    assert editor.text(uri) == DELTA.replace("#####", "####")
    archived = workspace / "openspec" / "changes" / "archive" / "2026-01-02-out" / "specs" / "auth" / "spec.md"
    other = editor.open(archived, DELTA)
    await editor.until(lambda: other in editor.client.diagnostics)
    assert list(editor.client.diagnostics[other]) == []
