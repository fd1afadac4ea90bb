"""Files that a person pins or excludes, and servers that they allow, from an editor: real servers over stdio."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pytest_lsp import client_capabilities

from tests.fakes.editor import as_json

SPEC = "# Rate limiter\n\nLimit each client, as [the limiter](src/limiter.py) does.\n\n## Tasks\n\nTODO\n"
CLIENTS = ["visual-studio-code", "neovim"]
PIN = "Orch: Pin src/limiter.py to each draft"
UNPIN = "Orch: Pin src/limiter.py no more"
EXCLUDE = "Orch: Exclude src/limiter.py from the context (.orchignore)"
INCLUDE = "Orch: Exclude src/limiter.py no more (.orchignore)"


@pytest.fixture
def folder(workspace):
    here = workspace / "My Prüf (1) [x]"
    (here / "src").mkdir(parents=True)
    (here / ".orch").mkdir()
    (here / "src" / "limiter.py").write_text("LIMIT = 100\n")
    (here / "src" / "other.py").write_text("def unrelated():\n    return 1\n")
    (here / ".env").write_text("X=1\n")
    (here / "a.spec.md").write_text(SPEC)
    return here


async def paths(editor, uri: str) -> dict[str, str]:
    shown = await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    return {item["path"]: item["reason"] for item in shown["items"]}


def uri_of(path: Path, editor) -> str:
    """The URI of a buffer that an edit was made in."""
    return next(uri for uri in editor.buffers if Path(unquote(urlsplit(uri).path)) == path)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_file_that_a_spec_names_is_excluded_and_comes_back(start_editor, homes, provider, folder, client):
    homes.use(provider.url)
    editor = await start_editor(folder, capabilities=client)
    uri = editor.open(folder / "a.spec.md", SPEC)
    offered = await editor.actions_at(uri, "[the limiter]")
    assert {PIN, EXCLUDE} <= set(offered)
    answer = await editor.run_action(offered[EXCLUDE])
    assert (answer["changed"], answer["saved"]) == (True, False)
    ignores = uri_of(folder / ".orchignore", editor)
    assert editor.text(ignores) == "/src/limiter.py\n"
    assert editor.client.messages[-1].message == "Orch: .orchignore is changed; it holds once you have saved it."
    assert "src/limiter.py" in await paths(editor, uri)
    editor.save(ignores)
    assert "src/limiter.py" not in await paths(editor, uri)
    offered = await editor.actions_at(uri, "[the limiter]")
    assert INCLUDE in offered
    assert not {PIN, EXCLUDE} & set(offered)
    await editor.run_action(offered[INCLUDE])
    assert editor.text(ignores) == ""
    editor.undo(ignores)
    assert editor.text(ignores) == "/src/limiter.py\n"
    await editor.actions_at(uri, "# Rate")


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_file_is_pinned_with_its_lines_and_all_else_in_the_settings_stays(
    start_editor, homes, provider, folder, client
):
    homes.use(provider.url)
    config = folder / ".orch" / "config.toml"
    config.write_text('# ours\n[lint]\nshort = "off"\n')
    editor = await start_editor(folder, capabilities=client)
    uri = editor.open(folder / "a.spec.md", SPEC)
    assert "src/other.py" not in await paths(editor, uri)
    answer = await editor.execute("orch.changeContext", {"uri": uri, "path": "src/other.py#L1-L2", "choice": "pin"})
    assert Path(unquote(urlsplit(answer["uri"]).path)) == config
    settings = uri_of(config, editor)
    assert editor.text(settings) == '# ours\n[lint]\nshort = "off"\n\n[context]\npin = ["src/other.py#L1-L2"]\n'
    editor.save(settings)
    assert (await paths(editor, uri))["src/other.py"] == "pin"
    again = await editor.execute("orch.changeContext", {"uri": uri, "path": "src/other.py#L1-L2", "choice": "pin"})
    assert again["changed"] is False
    await editor.execute("orch.changeContext", {"uri": uri, "path": "src/other.py", "choice": "unpin"})
    editor.save(settings)
    assert "src/other.py" not in await paths(editor, uri)
    assert config.read_text().startswith('# ours\n[lint]\nshort = "off"\n')


@pytest.mark.parametrize("client", CLIENTS)
async def test_the_page_of_a_preview_offers_it_in_each_row(start_editor, homes, provider, folder, client):
    homes.use(provider.url)
    editor = await start_editor(folder, capabilities=client)
    uri = editor.open(folder / "a.spec.md", SPEC)
    await editor.execute("orch.previewContext", {"uri": uri})
    (shown,) = [shown.uri for shown in editor.client.shown_documents]
    page = editor.open(shown, Path(unquote(urlsplit(shown).path)).read_text("utf-8"))
    answer = await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    assert Path(unquote(urlsplit(answer["root"]).path)) == folder
    offered = await editor.actions_at(page, "`src/limiter.py`")
    assert list(offered) == [PIN, EXCLUDE]
    assert await editor.actions_at(page, "## Sent") == {}
    assert await editor.actions_at(page, "LIMIT = 100") == {}
    editor.close(uri)
    await editor.run_action(offered[PIN])
    settings = uri_of(folder / ".orch" / "config.toml", editor)
    assert editor.text(settings) == '[context]\npin = ["src/limiter.py"]\n'
    editor.save(settings)
    assert list(await editor.actions_at(page, "`src/limiter.py`")) == [UNPIN, EXCLUDE]
    assert "Orch: Exclude .env from the context (.orchignore)" in await editor.actions_at(page, "`.env`")


async def test_an_editor_that_makes_no_edits_has_the_file_written(start_editor, homes, provider, folder):
    homes.use(provider.url)

    capabilities = client_capabilities("visual-studio-code")
    capabilities.workspace.apply_edit = None
    editor = await start_editor(folder, capabilities=capabilities)
    uri = editor.open(folder / "a.spec.md", SPEC)
    answer = await editor.execute("orch.changeContext", {"uri": uri, "path": "src/limiter.py", "choice": "exclude"})
    assert answer["saved"] is True
    assert (folder / ".orchignore").read_text() == "/src/limiter.py\n"
    assert editor.edits == []


@pytest.mark.parametrize("choice", ["pin", "exclude"])
@pytest.mark.parametrize("path", ["../outside.md", "/etc/passwd", "gone.py", "src", "link.md"])
async def test_what_is_no_file_of_the_workspace_is_refused(start_editor, homes, provider, folder, path, choice):
    homes.use(provider.url)
    (folder.parent / "outside.md").write_text("x\n")
    (folder / "link.md").symlink_to(folder.parent / "outside.md")
    editor = await start_editor(folder)
    uri = editor.open(folder / "a.spec.md", SPEC)
    with pytest.raises(Exception, match="cannot be") as caught:
        await editor.execute("orch.changeContext", {"uri": uri, "path": path, "choice": choice})
    assert getattr(caught.value, "data", {})["code"] == "not_allowed"
    assert editor.edits == []


@pytest.mark.parametrize(("file", "choice"), [(".orchignore", "exclude"), (".orch/config.toml", "pin")])
async def test_a_project_cannot_have_a_file_elsewhere_changed(
    start_editor, homes, provider, folder, tmp_path, file, choice
):
    homes.use(provider.url)
    (tmp_path / "outside").write_text("")
    editor = await start_editor(folder)
    uri = editor.open(folder / "a.spec.md", SPEC)
    (folder / file).symlink_to(tmp_path / "outside")
    with pytest.raises(Exception, match="is not changed: link out of the workspace"):
        await editor.execute("orch.changeContext", {"uri": uri, "path": "src/limiter.py", "choice": choice})
    assert editor.edits == []
    assert (tmp_path / "outside").read_text() == ""


async def test_a_document_in_no_workspace_and_a_word_that_is_none_are_refused(start_editor, homes, provider, folder):
    homes.use(provider.url)
    editor = await start_editor(folder)
    loose = editor.open("untitled:Untitled-1", SPEC)
    with pytest.raises(Exception, match="in no workspace"):
        await editor.execute("orch.changeContext", {"uri": loose, "path": "a.md", "choice": "pin"})
    with pytest.raises(Exception, match="`choice`: pin, unpin, exclude, include"):
        await editor.execute("orch.changeContext", {"uri": loose, "path": "a.md", "choice": "send"})


# -- servers of the workspace


def declare(folder: Path, *more: str) -> None:
    (folder / "tools").mkdir(exist_ok=True)
    (folder / "tools" / "server.py").write_text("raise SystemExit\n")
    entry = {"command": sys.executable, "args": ["tools/server.py", *more], "env": {"NOTES_MODE": "quiet"}}
    (folder / ".mcp.json").write_text(json.dumps({"mcpServers": {"my notes": entry}}))


async def test_a_server_is_shown_before_it_is_asked_about(start_editor, orch, homes, provider, folder):
    homes.use(provider.url)
    declare(folder)
    editor = await start_editor(folder, capabilities="visual-studio-code")
    uri = editor.open(folder / "a.spec.md", SPEC)
    assert (await editor.execute("orch.allowServer", {"uri": uri}))["waiting"] == ["my notes"]
    await editor.execute("orch.previewContext", {"uri": uri})
    shown = next(shown.uri for shown in editor.client.shown_documents)
    page = editor.open(shown, Path(unquote(urlsplit(shown).path)).read_text("utf-8"))
    (action,) = (await editor.actions_at(page, "`mcp:my notes`")).values()
    assert action.title == "Orch: Look at the server my notes, and allow it…"
    editor.answer_question = "Not now"
    answer = await editor.run_action(action)
    assert answer["asked"] == "my notes"
    assert answer["shown"]["files"] == ["tools/server.py"]
    await editor.until(lambda: editor.questions)
    shown = [shown.uri for shown in editor.client.shown_documents][-1]
    told = Path(unquote(urlsplit(shown).path)).read_text("utf-8")
    assert all(word in told for word in ("tools/server.py", "NOTES_MODE", "folder", "command", ".mcp.json"))
    assert (await orch("trust", "--json")).json() == []
    editor.answer_question = "Allow"
    await editor.run_action(action)
    await editor.until(lambda: any("is allowed here" in one.message for one in editor.client.messages))
    assert (await orch("trust", "--json")).json() == [{"place": str(folder), "server": "my notes"}]
    assert (await editor.execute("orch.allowServer", {"uri": uri}))["waiting"] == []
    declare(folder, "--more")
    assert (await editor.execute("orch.allowServer", {"uri": uri}))["waiting"] == ["my notes"]


async def test_what_changes_between_the_page_and_the_answer_is_not_allowed(start_editor, orch, homes, provider, folder):
    homes.use(provider.url)
    declare(folder)
    editor = await start_editor(folder, capabilities="visual-studio-code")
    uri = editor.open(folder / "a.spec.md", SPEC)
    editor.before_answer = lambda: declare(folder, "--more")
    editor.answer_question = "Allow"
    await editor.execute("orch.allowServer", {"uri": uri, "name": "my notes"})
    await editor.until(lambda: any("is allowed here" in one.message for one in editor.client.messages))
    assert (await editor.execute("orch.allowServer", {"uri": uri}))["waiting"] == ["my notes"]
    left_out = (await editor.execute("orch.previewContext", {"uri": uri, "open": False}))["left_out"]
    assert "orch-lsp trust mcp 'my notes'" in as_json(left_out)


async def test_an_editor_that_cannot_ask_is_told_the_command(start_editor, homes, provider, folder):
    homes.use(provider.url)
    declare(folder)
    capabilities = client_capabilities("visual-studio-code")
    capabilities.window.show_message = None
    editor = await start_editor(folder, capabilities=capabilities)
    uri = editor.open(folder / "a.spec.md", SPEC)
    with pytest.raises(Exception, match="orch-lsp trust mcp 'my notes'"):
        await editor.execute("orch.allowServer", {"uri": uri, "name": "my notes"})
