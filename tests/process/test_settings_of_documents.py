"""Severities and formats by glob, alike for an editor and the command line, and never more than that."""

from __future__ import annotations

CONFIG = """\
[lint]
missing_title = "error"

[[lint_for]]
glob = "legacy/**"
rules = { "*" = "off", missing_title = "hint" }

[[lint_for]]
profile = "kiro/tasks"
rules = { malformed_task = "error" }

[[formats]]
glob = "docs/**"
profile = "kiro"

[[formats]]
glob = "docs/**/todo.md"
profile = "kiro/tasks"
"""
BARE = "# Words\n\n## Requirements\n\n### Requirement 1: Count\n\n1. WHEN a THEN b SHALL c\n"
TASKS = "# Implementation Plan\n\n## Tasks\n\n- [x ] 1. Count\n"
FILES = {
    ".kiro/specs/a/requirements.md": BARE,
    "legacy/.kiro/specs/a/requirements.md": BARE,
    "docs/limits/requirements.md": BARE,
    "docs/limits/todo.md": TASKS,
    "docs/limits/templates/todo.md": TASKS,
    "docs/limits/named.md": "---\nprofile: plain\n---\n" + TASKS,
}
TOLD = {
    ".kiro/specs/a/requirements.md": {
        ("missing_title", "error"), ("missing_section", "warning"), ("missing_recommended_section", "information"),
    },
    "legacy/.kiro/specs/a/requirements.md": {("missing_title", "hint")},
    "docs/limits/requirements.md": {
        ("missing_title", "error"), ("missing_section", "warning"), ("missing_recommended_section", "information"),
    },
    "docs/limits/todo.md": {("malformed_task", "error")},
    "docs/limits/templates/todo.md": set(),
}  # fmt: skip
LEVELS = ("", "error", "warning", "information", "hint")


async def test_severities_and_formats_hold_by_glob_in_the_editor_and_on_the_command_line(orch, workspace, start_editor):
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text(CONFIG)
    for name, text in FILES.items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text(text)
    done = await orch("check", ".", "--json")
    found = done.json()["findings"]
    editor = await start_editor()
    for name, told in TOLD.items():
        assert {(one["rule"], one["severity"]) for one in found if one["path"] == name} == told, name
        uri = editor.open(workspace / name, FILES[name])
        await editor.until(lambda uri=uri: uri in editor.client.diagnostics)
        theirs = {(str(one.code), LEVELS[int(one.severity)]) for one in editor.client.diagnostics[uri]}
        assert theirs == told, name
    # Front matter that names a profile holds over the settings.
    assert "malformed_task" not in {one["rule"] for one in found if one["path"] == "docs/limits/named.md"}


async def test_a_format_that_there_is_not_is_told_and_checks_nothing(orch, workspace):
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text('[[formats]]\nglob = "*.md"\nprofile = "kyro"\n')
    (workspace / "tasks.md").write_text(TASKS)
    done = await orch("check", "tasks.md")
    assert "There is no profile named “kyro”" in done.err
    assert "malformed_task" not in done.out
