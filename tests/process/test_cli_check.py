"""`orch-lsp check` as a real process, beside a real server."""

from __future__ import annotations

import json
from importlib.resources import files

from jsonschema import Draft202012Validator
from lsprotocol import types

from tests.fakes.specs import SPECS, write_specs

SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}


def pulling() -> types.ClientCapabilities:
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
        text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities()),
        workspace=types.WorkspaceClientCapabilities(
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
        ),
    )


def place(range_: types.Range) -> dict[str, dict[str, int]]:
    return {
        name: {"line": at.line, "character": at.character}
        for name, at in (("start", range_.start), ("end", range_.end))
    }


async def test_the_command_line_finds_in_each_format_what_the_editor_finds(orch, workspace, start_editor):
    paths = write_specs(workspace)
    done = await orch("check", "--json", *SPECS)

    found = done.json()
    Draft202012Validator(json.loads(files("orch_lsp.cli").joinpath("check.schema.json").read_text("utf-8"))).validate(
        found
    )
    assert done.code == (found["summary"]["errors"] > 0), done.err
    editor = await start_editor(capabilities=pulling())
    formats = set()
    # Waits for all documents to be known.
    await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("no such thing"))
    for path, name in zip(paths, SPECS, strict=True):
        uri = editor.open(path, SPECS[name])
        report = await editor.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        )
        theirs = sorted((one.code, int(one.severity), one.message, str(place(one.range))) for one in report.items)
        ours = [one for one in found["findings"] if one["path"] == name]
        assert sorted((o["rule"], SEVERITIES[o["severity"]], o["message"], str(o["range"])) for o in ours) == theirs
        if theirs:
            formats.add(name.split("/")[0])
    assert {"modified_drops_scenario", "undefined_reference"} <= {one["rule"] for one in found["findings"]}
    assert formats == {"search.spec.md", "named.md", "unknown.md", ".kiro", "specs", "openspec", ".planning"}


async def test_a_folder_is_walked_for_specs_alone(orch, workspace):
    write_specs(workspace)
    for name in ("notes.md", "node_modules/x/a.spec.md", "templates/a.spec.md", "out/a.spec.md", "archive/a.spec.md"):
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text("# Notes\n\n## Goal\n\nTODO\n\n## Other\n")
    (workspace / ".gitignore").write_text("out/\n")
    (workspace / ".git").mkdir()

    whole = (await orch("check", ".", "--json")).json()
    named = (await orch("check", *SPECS, "--json")).json()
    below = await orch("check", ".kiro", "--json", cwd=workspace)

    unknown = [one for one in named["findings"] if one["path"] == "unknown.md"]
    assert unknown
    assert whole["findings"] == [one for one in named["findings"] if one not in unknown]
    assert whole["summary"]["files"] == len(SPECS) - 1
    assert {one["path"].split("/")[0] for one in below.json()["findings"]} == {".kiro"}


async def test_a_real_process_traces_a_spec(orch, workspace):
    write_specs(workspace)
    done = await orch("trace", "specs", "--json")
    assert done.code == 0, done.err
    (edge,) = done.json()["edges"]
    assert edge["from"] == {"path": "specs/001-export/tasks.md", "key": "T001"}
    assert edge["to"] == {"path": "specs/001-export/spec.md", "key": "FR-001"}


async def test_the_others_of_a_workspace_count_also_where_one_file_is_checked(orch, workspace):
    write_specs(workspace)
    name = "openspec/changes/add-x/specs/auth/spec.md"
    (one,) = (await orch("check", name, "--json", "--rule", "modified_drops_scenario")).json()["findings"]
    assert (one["path"], one["related"][0]["path"]) == (name, "openspec/specs/auth/spec.md")
    # Where the scenario stands in the other document.
    assert one["related"][0]["range"]["start"] == {"line": 12, "character": 15}
    sarif = (await orch("check", ".", "--format", "sarif")).json()
    assert "modified_drops_scenario" in {rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]}
    assert (await orch("check", name, "--rule", "modified_drops_scenario")).code == 1


async def test_cures_of_all_documents_come_before_what_is_said_of_them(orch, workspace):
    write_specs(workspace)
    spec, change = workspace / "openspec" / "specs" / "auth", workspace / "openspec" / "changes" / "y"
    (spec / "spec.md").write_text(
        "## Purpose\n\nx\n\n## Requirements\n\n### Requirement: A\nIt SHALL.\n\n#### Scenario: S\n- x\n"
    )
    folder = change / "specs" / "auth"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text(
        "## MODIFIED Requirements\n\n### Requirement: A\nIt SHALL.\n\n##### Scenario: S\n- x\n"
    )
    done = await orch("check", "openspec/changes/y", "--fix", "--json")
    assert "openspec/changes/y/specs/auth/spec.md: 1 cure applied." in done.err
    assert done.json() == (await orch("check", "openspec/changes/y", "--json")).json()
    assert "modified_drops_scenario" not in {one["rule"] for one in done.json()["findings"]}


async def test_documents_without_a_workspace_know_those_beside_them_also_through_a_link(orch, tmp_path):
    folder = tmp_path / "real" / ".kiro" / "specs" / "login"
    folder.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    for name in ("requirements.md", "tasks.md"):
        (folder / name).write_text(SPECS[f".kiro/specs/login/{name}"], newline="")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for place in ("real", "link"):
        tasks = tmp_path / place / ".kiro" / "specs" / "login" / "tasks.md"
        found = (await orch("check", str(tasks), "--json", cwd=tmp_path / "elsewhere")).json()["findings"]
        assert [one["message"][:5] for one in found if one["rule"] == "undefined_reference"] == ["“9.9”"], place


async def test_no_heading_is_added_by_itself_as_it_would_be_empty(orch, workspace):
    file = workspace / ".kiro" / "specs" / "My Prüf (1) [x]" / "requirements.md"
    file.parent.mkdir(parents=True)
    text = (
        "# 要件定義書\n\n## 要件\n\n### 要件 1: ログイン\n\n**ユーザーストーリー:** 利用者として、ログインしたい。\n\n"
        "#### 受け入れ基準\n\n1. 利用者が入力したとき、システムはログインさせなければならない。\n"
    )
    file.write_text(text, encoding="utf-8")
    done = await orch("check", str(file), "--fix")
    assert file.read_text(encoding="utf-8") == text
    assert "missing_section" in done.out
