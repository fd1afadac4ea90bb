"""Documents whose URIs are escaped, in whatever spelling: each feature answers, in the client's own spelling."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from lsprotocol import types

from tests.fakes.scripted_server import chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]
FOLDER = "My Prüf (1) [x] @a+b,c;d=e&f 100%25 #1"

SPELLINGS = {
    "VS Code": lambda path: "file://" + quote(str(path), safe="/-._~"),
    "Neovim": lambda path: "file://" + quote(str(path), safe="/-._~!$&'()*+,;=:@"),
    "Emacs": lambda path: "file://" + quote(str(path), safe="/-._~!$&'()*+,;=:@[]"),
    "Helix": lambda path: "file://" + quote(str(path), safe="/-._~!$&'()*+,;=:@[]|^"),
    "lower case": lambda path: "file://" + re.sub("%..", lambda escape: escape[0].lower(), quote(str(path), safe="/")),
    "raw": lambda path: "file://" + str(path).replace("%", "%25").replace("#", "%23"),
}


@pytest.fixture
def folder(workspace) -> Path:
    made = workspace / FOLDER
    (made / ".orch").mkdir(parents=True)
    return made


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_every_feature_answers_for_a_document_in_an_oddly_named_folder(
    start_editor, homes, provider, folder, spelling
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)), stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(folder)
    path = folder / "Entwurf (2) ä.spec.md"
    path.write_text(SPEC)
    uri = editor.open(SPELLINGS[spelling](path), SPEC)

    await editor.diagnostic(uri, "placeholder_section")
    assert "Orch: Generate spec draft" in await editor.lenses(uri)
    assert "Orch: Generate spec draft" in await editor.offers(uri)
    record = await editor.draft(uri, apply="review")
    assert record["spec"]["path"] == path.name
    preview = await editor.execute("orch.previewDraft", {"uri": uri, "open": False})
    assert preview["uri"] == uri
    assert (await editor.execute("orch.applyDraft", {"runId": record["run_id"]}))["state"] == "applied"
    assert editor.text(uri) == SPEC.replace("TODO", "Limit clients.")
    editor.save(uri)
    assert record["run_id"] in await editor.hover(uri, "Limit clients")
    assert [run["run_id"] for run in await editor.execute("orch.showHistory", {"uri": uri, "open": False})] == [
        record["run_id"]
    ]
    assert set(editor.client.diagnostics) == {uri}


@pytest.mark.parametrize("asked", SPELLINGS)
async def test_a_request_in_another_spelling_is_answered_in_the_one_of_the_opening(
    start_editor, homes, provider, folder, asked
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(folder)
    path = folder / "a (2).spec.md"
    uri = editor.open(SPELLINGS["VS Code"](path), SPEC)
    other = SPELLINGS[asked](path)

    assert "Orch: Generate spec draft" in await editor.lenses(other)
    actions = await editor.actions(other)
    assert actions["Orch: Generate spec draft"].command.arguments == [{"uri": uri}]
    record = await editor.draft(other)

    assert record["status"] == "completed"
    assert editor.text(uri) == SPEC.replace("TODO", "Limit clients.")
    editor.buffers[other] = editor.buffers[uri]
    assert record["run_id"] in await editor.hover(other, "Limit clients")
    editor.close(other)
    assert await editor.lenses(uri) == []


async def test_names_that_are_escapes_of_each_other_stay_apart(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)), stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    blank = editor.open(workspace / "a b.spec.md", SPEC.replace("Limit each", "Blank"))
    escape = editor.open(workspace / "a%20b.spec.md", SPEC.replace("Limit each", "Escape"))

    record = await editor.draft(blank)
    assert "Blank client." in str(provider.requests[-1].json())
    assert record["spec"]["path"] == "a b.spec.md"
    assert editor.text(escape) == SPEC.replace("Limit each", "Escape")
    assert editor.text(blank) == SPEC.replace("Limit each", "Blank").replace("TODO", "Limit clients.")

    record = await editor.draft(escape)
    assert record["spec"]["path"] == "a%20b.spec.md"
    editor.close(blank)
    assert "Orch: Generate spec draft" in await editor.lenses(escape)


async def test_a_file_renamed_among_escaped_names_keeps_its_history(start_editor, homes, folder):
    editor = await start_editor(folder)
    old, new = folder / "old (1).spec.md", folder / "neu ü.spec.md"
    uri = editor.open(SPELLINGS["VS Code"](old), SPEC)
    record = await editor.draft(uri, provider="outline")
    old.write_text(SPEC)
    old.rename(new)
    editor.client.workspace_did_rename_files(
        types.RenameFilesParams([types.FileRename(SPELLINGS["Neovim"](old), SPELLINGS["VS Code"](new))])
    )
    editor.close(uri)
    uri = editor.open(SPELLINGS["Emacs"](new), SPEC)

    found: list[str] = []
    while record["run_id"] not in found:
        answer = await editor.execute("orch.showHistory", {"uri": SPELLINGS["raw"](new), "open": False})
        found = [run["run_id"] for run in answer]


async def test_folders_are_told_apart_and_left_in_any_spelling(start_editor, workspace):
    one, two = workspace / "a b", workspace / "a%20b"
    for made in (one, two):
        made.mkdir()
    editor = await start_editor(one, two)
    server = editor.server
    assert server.folders() == (one, two)

    editor.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(
            types.WorkspaceFoldersChangeEvent([], [types.WorkspaceFolder(f"file://{one}", "a b")])
        )
    )
    await editor.lenses("file:///none.md")
    assert server.folders() == (two,)


async def test_an_untitled_document_with_an_escaped_name_is_drafted_and_saved(start_editor, homes, workspace):
    editor = await start_editor()
    uri = editor.open("untitled:My%20Draft%20%281%29.spec.md", SPEC)
    assert "Orch: Generate spec draft" in await editor.lenses("untitled:My Draft (1).spec.md")
    record = await editor.draft(uri, provider="outline")
    assert record["spec"]["path"] == uri

    text = editor.text(uri)
    editor.close(uri)
    saved = editor.open(SPELLINGS["VS Code"](workspace / "My Draft (1).spec.md"), text)
    found: list[str] = []
    while record["run_id"] not in found:
        found = [run["run_id"] for run in await editor.execute("orch.showHistory", {"uri": saved, "open": False})]


async def test_a_name_that_is_not_utf_8_is_drafted(start_editor, homes, workspace):
    path = Path(os.fsdecode(os.fsencode(workspace) + b"/caf\xe9 \xff.spec.md"))
    path.write_text(SPEC)
    editor = await start_editor()
    uri = editor.open(path.as_uri(), SPEC)
    record = await editor.draft(uri, provider="outline")

    assert record["status"] == "completed"
    assert record["spec"]["path"] == r"caf\xe9 \xff.spec.md"
    editor.save(uri)
    assert record["run_id"] in await editor.hover(uri, "## Goal")
    json.dumps(await editor.execute("orch.showHistory", {"uri": uri, "open": False}), ensure_ascii=False).encode()
