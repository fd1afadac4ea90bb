"""Servers over HTTP as context: a real one of the SDK, through real drafts, previews, consent and the doctor."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.record_rules import check_record
from tests.process.terminal import on_a_terminal

pytest.importorskip("mcp", reason="needs the extra mcp")

from tests.fakes.mcp_over_http import plain, served
from tests.fakes.scripted_server import ScriptedServer

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Tasks\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Count requests.\n"]
TOKEN = "canary-" + "3e9c-notes-token"
RESOURCES = 'resources = ["notes://limiter"]'


def table(name: str, url: str, more: str = RESOURCES) -> str:
    return f'[mcp.{name}]\nurl = "{url}"\n{more}\n'


@pytest.fixture
async def notes():
    async with served() as at:
        yield at


@pytest.fixture
def draft(orch, homes, provider, workspace):
    """A draft with these tables in the user config: the record, the prompt that the provider got, and stderr."""
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / "limiter.py").write_text("LIMIT = 100  # requests of a client in a minute\n")

    async def run(*tables: str, **env: str):
        homes.use(provider.url, more="\n".join(tables))
        provider.script(stream_reply(chat_pieces(ANSWER)))
        done = await orch("draft", "a.spec.md", "--json", env=env)
        assert done.code == 0, done.err
        prompt = provider.requests[-1].json()["messages"][-1]["content"]
        return check_record(done.json()), prompt, done.err

    return run


def items(record) -> list[str]:
    return [item["path"] for item in record["context"]["items"]]


def left_out(record) -> dict[str, str]:
    return {one["path"]: one["reason"] for one in record["context"]["left_out"]}


def declare(workspace: Path, file: str = ".mcp.json", **entry: object) -> None:
    key = "mcpServers" if file == ".mcp.json" else "servers"
    (workspace / file).parent.mkdir(exist_ok=True)
    (workspace / file).write_text(json.dumps({key: {"notes": {"type": "http", **entry}}}))


def host_of(url: str) -> str:
    return url.removeprefix("http://").removesuffix("/mcp")


def everywhere(homes, workspace: Path) -> str:
    """All that is written below the user's folders and the workspace."""
    files = [path for root in (homes.state, workspace) for path in root.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


async def test_a_server_of_the_user_is_asked_with_its_key_and_the_record_names_its_host(draft, notes, homes, workspace):
    more = 'api_key_env = "NOTES_TOKEN"\ntools = { search = { query = "words" } }\n' + RESOURCES
    record, prompt, err = await draft(table("notes", notes.url, more), NOTES_TOKEN=TOKEN)
    assert items(record) == ["limiter.py", "mcp:notes tool search", "mcp:notes notes://limiter"]
    assert record["context"]["source"] == "filesystem, mcp:notes"
    assert record["context"]["asked"] == [f"mcp:notes at {host_of(notes.url)}"]
    assert 'Server "mcp:notes notes://limiter":\n```\nClients get 100 requests a minute;' in prompt
    assert "results for: Rate limiter Limit client 100 requests minute" in prompt
    assert "The server" not in err
    assert notes.sent("authorization") == {f"Bearer {TOKEN}"}
    assert TOKEN not in json.dumps(record) + prompt + err + everywhere(homes, workspace)


async def test_without_its_variable_nobody_is_asked_and_the_variable_is_named(draft, notes, orch):
    record, _, err = await draft(table("notes", notes.url, 'api_key_env = "NOTES_TOKEN"'))
    assert notes.heads == []
    assert record["context"]["asked"] == []
    assert "the environment variable NOTES_TOKEN is not set" in left_out(record)["mcp:notes"]
    assert "NOTES_TOKEN" in err


async def test_a_server_that_refuses_costs_its_own_part_alone_and_names_the_variable(draft):
    async with ScriptedServer() as refusing:
        refusing.answer_by(lambda _: plain(401))
        record, _, err = await draft(table("notes", refusing.url, 'api_key_env = "NOTES_TOKEN"'), NOTES_TOKEN=TOKEN)
        assert record["status"] == "completed"
        assert items(record) == ["limiter.py"]
        assert record["context"]["asked"] == [f"mcp:notes at 127.0.0.1:{refusing.port}"]
        assert "(HTTP 401): look at the environment variable NOTES_TOKEN" in left_out(record)["mcp:notes"]
        assert "no login by OAuth" in err
        assert TOKEN not in err


async def test_a_process_stands_in_for_a_host_that_fails(draft, notes):
    good = table("notes", notes.url)
    record, _, _ = await draft(table("gone", "http://127.0.0.1:9/mcp", 'fallback = "notes"'), good)
    assert items(record)[1:] == ["mcp:notes notes://limiter"]
    assert record["context"]["fallback_from"] == "mcp:gone"
    assert record["context"]["asked"] == ["mcp:gone at 127.0.0.1:9", f"mcp:notes at {host_of(notes.url)}"]


@pytest.mark.parametrize("file", [".mcp.json", ".vscode/mcp.json"])
async def test_a_server_of_the_workspace_is_asked_by_consent_alone(draft, notes, orch, workspace, file):
    declare(workspace, file, url=notes.url, headers={"X-Team": "platform"})
    record, _, _ = await draft()
    assert "`orch-lsp trust mcp notes`" in left_out(record)["mcp:notes"]
    unasked = await orch("trust", "mcp", "notes")
    assert unasked.code == 2
    assert f'url: "{notes.url}"' in unasked.err
    assert 'headers: {"X-Team": "platform"}' in unasked.err
    assert (await orch("trust", "mcp", "notes", "--yes")).code == 0
    assert notes.heads == []
    record, _, _ = await draft("[mcp.notes]\n" + RESOURCES)
    assert items(record)[1:] == ["mcp:notes notes://limiter"]
    assert notes.sent("x-team") == {"platform"}
    assert notes.sent("authorization") == {None}
    seen = len(notes.heads)
    declare(workspace, file, url=notes.url, headers={"X-Team": "another"})
    record, _, _ = await draft()
    assert "you have not allowed it as it is now" in left_out(record)["mcp:notes"]
    declare(workspace, file, url=notes.url.replace("127.0.0.1", "localhost"), headers={"X-Team": "platform"})
    record, _, _ = await draft()
    assert "you have not allowed it as it is now" in left_out(record)["mcp:notes"]
    assert len(notes.heads) == seen


async def test_no_key_goes_to_a_server_because_a_file_of_the_workspace_says_so(draft, notes, orch, workspace):
    declare(workspace, url=notes.url, headers={"Authorization": "Bearer ${WORK_KEY}"})
    refused = await orch("trust", "mcp", "notes", "--yes")
    assert refused.code == 2
    assert "`api_key_env`" in refused.err
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text(table("own", notes.url, 'api_key_env = "WORK_KEY"'))
    record, _, err = await draft()
    assert notes.heads == []
    assert record["context"]["asked"] == []
    assert "it belongs in the user config" in err or "is not a setting" in err


@pytest.mark.parametrize(("answer", "is_allowed"), [("y\n", True), ("\n", False)])
async def test_on_a_terminal_the_host_is_in_the_question(homes, orch, workspace, answer, is_allowed):
    declare(workspace, url="https://notes.test:8443/mcp")
    code, shown = await on_a_terminal(homes, workspace, "trust", "mcp", "notes", answer=answer)
    asked = " ".join(shown.decode().split())
    assert "Allow drafts here to ask notes, and words of their briefs to go to notes.test:8443?" in asked
    assert code == (0 if is_allowed else 1)


async def test_the_doctor_names_the_host_and_asks_nobody(orch, homes, provider, workspace, notes):
    more = table("notes", notes.url, f'headers = {{ "X-Token" = "{TOKEN}" }}')
    homes.use(provider.url, more=more + table("keyless", "https://notes.test/mcp", 'api_key_env = "NO_TOKEN"'))
    done = await orch("doctor", "--offline", "--json")
    found = {one["subject"]: one for one in done.json()["findings"]}
    assert found["servers"]["message"] == f"asked with each draft: notes at {host_of(notes.url)}"
    assert found["server keyless"]["verdict"] == "problem"
    assert "NO_TOKEN is not set" in found["server keyless"]["message"]
    assert TOKEN not in done.out + done.err
    assert notes.heads == []


async def test_a_preview_says_which_host_was_asked_and_a_glance_asks_none(
    start_editor, orch, homes, provider, workspace, notes
):
    homes.use(provider.url, more=table("notes", notes.url))
    spec = workspace / "a.spec.md"
    spec.write_text(SPEC)
    assert (await orch("check", ".")).code == 0
    editor = await start_editor(capabilities="visual-studio-code")
    uri = editor.open(spec, SPEC)
    shown = await editor.execute("orch.previewContext", {"uri": uri, "open": False, "glance": True})
    reason = f"a server at {host_of(notes.url)}: it is asked when a draft is made"
    assert {"path": "mcp:notes", "reason": reason} in shown["left_out"]
    assert (notes.heads, shown["asked"]) == ([], [])
    shown = await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    assert "mcp:notes notes://limiter" in [item["path"] for item in shown["items"]]
    assert shown["asked"] == [f"mcp:notes at {host_of(notes.url)}"]
    page = (await orch("context", "a.spec.md")).out
    assert f"For this, words of the brief went to `mcp:notes at {host_of(notes.url)}`." in " ".join(page.split())


async def test_an_editor_shows_the_url_and_asks_before_a_server_is_allowed(
    start_editor, homes, provider, workspace, notes, orch
):
    homes.use(provider.url)
    declare(workspace, url=notes.url, headers={"X-Team": "platform"})
    spec = workspace / "a.spec.md"
    spec.write_text(SPEC)
    editor = await start_editor(capabilities="visual-studio-code")
    uri = editor.open(spec, SPEC)
    editor.answer_question = "Allow"
    shown = await editor.execute("orch.allowServer", {"uri": uri, "name": "notes"})
    assert shown["shown"] == {"url": f'"{notes.url}"', "headers": '{"X-Team": "platform"}', "files": []}
    await editor.until(lambda: any("is allowed here" in one.message for one in editor.client.messages))
    page = unquote(urlsplit([shown.uri for shown in editor.client.shown_documents][-1]).path)
    told = Path(page).read_text("utf-8")
    assert f"words of briefs go to `{host_of(notes.url)}`" in told
    assert all(word in told for word in (notes.url, "X-Team", "platform", ".mcp.json"))
    assert f"ask the server notes at {host_of(notes.url)}" in editor.questions[-1].message
    assert notes.heads == []
    assert (await orch("trust", "--json")).json() == [{"place": str(workspace), "server": "notes"}]
    shown = await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    assert shown["asked"] == [f"mcp:notes at {host_of(notes.url)}"]
