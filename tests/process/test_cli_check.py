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
