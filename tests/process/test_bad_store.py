"""The record of runs cannot be used, or a repository brought it: the person's work goes on, and they are told why."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from orch_lsp.runs.migrations import VERSION
from tests.fakes.editor import Editor, plain
from tests.fakes.homes import Homes
from tests.fakes.scripted_server import Reply, ScriptedServer, Send, Stall, Until, chat_pieces, stream_reply
from tests.process.conftest import Finished
from tests.process.record_rules import check_record
from tests.process.test_store_unwritable import UNPRIVILEGED, fill, needs_mount, needs_root, small_disk

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]
posix = pytest.mark.skipif(os.name != "posix", reason="needs symlinks")


@pytest.fixture
def answering(homes: Homes, provider: ScriptedServer) -> ScriptedServer:
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    return provider


@pytest.fixture
def database(workspace: Path) -> Path:
    return workspace / ".orch" / "local" / "runs.db"


async def warned(editor: Editor, words: str) -> str:
    """The message to the person that holds these words."""

    def find() -> str | None:
        return next((said.message for said in editor.client.messages if words in said.message), None)

    async with asyncio.timeout(30):
        while (found := find()) is None:
            await editor.execute("orch.showHistory", {"open": False})
    return found


async def drafted(editor: Editor, uri: str):
    """A draft that is made, put into the document, and found in the record."""
    record = check_record(await editor.draft(uri))
    assert record["draft"]["state"] == "applied", record["error"]
    assert "Limit clients." in editor.text(uri)
    assert await editor.execute("orch.showRun", {"runId": record["run_id"], "open": False}) == record
    return record


async def history(editor: Editor) -> list[str]:
    return [run["run_id"] for run in await editor.execute("orch.showHistory", {"open": False})]


async def test_a_planted_database_is_neither_shown_nor_used_nor_touched(
    start_editor, orch, answering, workspace, database, homes, tmp_path
):
    (workspace / "a.spec.md").write_text(SPEC)
    attacker = tmp_path / "attacker"
    attacker.mkdir()
    theirs = await orch("draft", "a.spec.md", "--json", env={"ORCH_STATE_HOME": str(attacker)})
    planted = database.read_bytes()

    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await warned(editor, "runs.db")
    record = await drafted(editor, uri)

    assert await history(editor) == [record["run_id"]]
    with pytest.raises(JsonRpcException) as caught:
        await editor.execute("orch.showRun", {"runId": theirs.json()["run_id"]})
    assert plain(caught.value.data)["code"] == "unknown_run"
    assert database.read_bytes() == planted
    assert list((homes.state / "workspaces").rglob("runs.db"))


@posix
async def test_a_linked_orch_folder_is_not_followed(start_editor, answering, tmp_path, homes):
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / "config.toml").write_text('provider = "outline"\n')
    project = tmp_path / "cloned"
    project.mkdir()
    (project / ".orch").symlink_to(target)
    editor = await start_editor(project)
    uri = editor.open(project / "a.spec.md", SPEC)

    record = await drafted(editor, uri)
    editor.save(uri)
    await editor.execute("orch.showRun", {"open": False})

    assert record["provider"]["id"] == "work"
    assert [path.name for path in target.iterdir()] == ["config.toml"]
    assert list((homes.state / "workspaces").rglob("runs.db"))


async def test_planted_provenance_is_shown_as_what_it_is_and_can_do_nothing(start_editor, answering, workspace):
    folder = workspace / ".orch" / "provenance"
    folder.mkdir()
    hostile = "[click](command:evil) <img src=x> `**bold**` \u202e"
    entry = {
        "key": "goal", "run_id": "01900000-0000-7000-8000-000000000000", "provider": hostile, "model": hostile,
        "time": "2026-01-01T00:00:00.000Z", "text_sha256": "0" * 64, "prompt": {"name": hostile, "version": "1"},
    }  # fmt: skip
    lines = [json.dumps(entry), "no JSON", "[" * 100_000, json.dumps({**entry, "time": "yesterday"})]
    (folder / "a.spec.md.jsonl").write_text("\n".join(lines), encoding="utf-8")
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC.replace("TODO", "Mine."))

    shown = await editor.hover(uri, "Mine.")

    assert shown is not None
    for words in ("not in local history", "from the repository", "edited since", "tokens unknown", "cost unknown"):
        assert words in shown
    assert "\u202e" not in shown
    # Every value stands in a code span, in which nothing is a link, a tag or emphasis.
    assert "``[click](command:evil) <img src=x> `**bold**`" in shown


@pytest.mark.parametrize("damage", ["garbage", "cut"])
async def test_a_damaged_store_is_set_aside_and_the_person_is_told(
    start_editor, orch, answering, workspace, database, damage
):
    (workspace / "a.spec.md").write_text(SPEC)
    assert (await orch("draft", "a.spec.md", "--provider", "outline")).code == 0
    spoiled = b"garbage" * 1_000 if damage == "garbage" else database.read_bytes()[:6_000]
    database.write_bytes(spoiled)

    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    said = await warned(editor, "damaged")
    record = await drafted(editor, uri)

    (aside,) = [path for path in database.parent.iterdir() if "damaged" in path.name and path.suffix != ".lock"]
    assert aside.name in said
    assert aside.read_bytes() == spoiled
    assert await history(editor) == [record["run_id"]]


async def test_a_store_of_a_newer_version_is_left_alone_and_nothing_is_sent(
    start_editor, orch, answering, workspace, database
):
    (workspace / "a.spec.md").write_text(SPEC)
    assert (await orch("draft", "a.spec.md", "--provider", "outline")).code == 0
    with closing(sqlite3.connect(database)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = database.read_bytes()

    told = await orch("draft", "a.spec.md", "--json")
    assert (told.code, told.json()["error"]["code"]) == (1, "store_newer")
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    with pytest.raises(JsonRpcException) as caught:
        await editor.execute("orch.generateDraft", uri)

    assert (caught.value.code, plain(caught.value.data)["code"]) == (-32803, "store_newer")
    assert (await editor.diagnostic(uri, "store_newer")).severity == 1
    assert answering.requests == []
    assert database.read_bytes() == before


async def test_a_newer_record_of_documents_without_a_workspace_hides_no_run_of_the_workspace(
    start_editor, answering, workspace, homes
):
    editor = await start_editor()
    await editor.draft(editor.open("untitled:Untitled-1", SPEC), provider="outline")
    await editor.stop()
    (elsewhere,) = homes.state.rglob("runs.db")
    with closing(sqlite3.connect(elsewhere)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")

    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    named = {"runId": (await editor.draft(uri, apply="review"))["run_id"], "open": False}

    assert (await editor.execute("orch.showRun", named))["run_id"] == named["runId"]
    assert "Limit clients." in (await editor.execute("orch.previewDraft", named))["text"]
    assert (await editor.execute("orch.applyDraft", named))["state"] == "applied"


@needs_mount
async def test_on_a_read_only_disk_the_record_is_in_the_state_folder_and_that_is_said(
    start_editor, answering, tmp_path, homes
):
    project = tmp_path / "disk"
    with small_disk(project, "size=1m"):
        (project / ".orch").mkdir()
        (project / "a.spec.md").write_text(SPEC)
        subprocess.run(["mount", "-o", "remount,ro", str(project)], check=True)
        editor = await start_editor(project)
        uri = editor.open(str((project / "a.spec.md").as_uri()), SPEC)
        await warned(editor, "cannot be written")
        record = await drafted(editor, uri)
        assert record["spec"]["path"] == "a.spec.md"
        assert list((homes.state / "workspaces").rglob("runs.db"))
        assert len([said for said in editor.client.messages if "cannot be written" in said.message]) == 1
        await editor.stop()


@needs_mount
async def test_without_any_place_for_a_record_nothing_is_sent(start_editor, orch, answering, tmp_path, homes):
    project = tmp_path / "disk"
    with small_disk(project, "size=1m"):
        (project / "a.spec.md").write_text(SPEC)
        subprocess.run(["mount", "-o", "remount,ro", str(project)], check=True)
        with small_disk(homes.state, "ro,size=64k"):
            told = await orch("draft", "a.spec.md", cwd=project)
            assert (told.code, told.out) == (1, "")
            assert "error[store_error]: " in told.err
            editor = await start_editor(project)
            uri = editor.open(str((project / "a.spec.md").as_uri()), SPEC)
            with pytest.raises(JsonRpcException) as caught:
                await editor.execute("orch.generateDraft", uri)
            assert plain(caught.value.data)["code"] == "store_error"
            await editor.diagnostic(uri, "store_error")
            await editor.stop()
    assert answering.requests == []


@needs_mount
async def test_a_disk_that_fills_up_during_a_run_does_not_cost_the_draft(start_editor, homes, provider, tmp_path):
    project = tmp_path / "disk"
    go = asyncio.Event()
    pieces = chat_pieces([*ANSWER, "x" * 300_000])
    provider.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in pieces[1:]))))
    homes.use(provider.url)
    with small_disk(project, "size=1m"):
        (project / ".orch").mkdir()
        editor = await start_editor(project)
        uri = editor.open(project / "a.spec.md", SPEC)
        run_id = (await editor.execute("orch.generateDraft", uri))["runId"]
        await editor.until(lambda: editor.deltas)
        fill(project / "ballast")
        go.set()
        record = await editor.ended(run_id)
        assert (record["status"], record["draft"]["state"]) == ("completed", "applied")
        assert "Limit clients." in editor.text(uri)
        assert any("not recorded" in said.message for said in editor.client.messages)
        (project / "ballast").unlink()
        # Whatever could not be recorded then is recorded before the next run.
        provider.script(stream_reply(chat_pieces(ANSWER)))
        other = editor.open(project / "b.spec.md", SPEC)
        await drafted(editor, other)
        assert await editor.execute("orch.showRun", {"runId": run_id, "open": False}) == record
        with closing(sqlite3.connect(project / ".orch" / "local" / "runs.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        await editor.stop()


@needs_mount
@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
async def test_a_draft_that_could_not_be_recorded_is_offered_all_the_same(
    start_editor, orch, homes, provider, tmp_path, end
):
    project = tmp_path / "disk"
    go = asyncio.Event()
    pieces = chat_pieces([*ANSWER, "x" * 300_000])
    rest = {"completed": pieces[1:], "failed": pieces[1:2], "cancelled": pieces[1:2]}[end]
    then = [Stall()] if end == "cancelled" else []
    provider.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in rest), *then)))
    homes.use(provider.url)
    with small_disk(project, "size=1m"):
        (project / ".orch").mkdir()
        editor = await start_editor(project)
        uri = editor.open(project / "a.spec.md", SPEC)
        run_id = (await editor.execute("orch.generateDraft", {"uri": uri, "apply": "review"}))["runId"]
        await editor.until(lambda: editor.deltas)
        fill(project / "ballast")
        go.set()
        await editor.until(lambda: sum(len(delta["text"]) for delta in editor.deltas) > 300_000)
        if end == "cancelled":
            await editor.execute("orch.cancelRun")
        record = await editor.ended(run_id)

        assert (record["status"], record["draft"]["state"]) == (end, "ready")
        assert await editor.execute("orch.showRun", {"runId": run_id, "open": False}) == record
        assert [run["status"] for run in await editor.execute("orch.showHistory", {"open": False})] == [end]
        kind = "draft" if end == "completed" else "partial draft"
        assert f"Orch: Apply {kind}" in await editor.lenses(uri)
        shown = await editor.execute("orch.previewDraft", {"open": False})
        assert shown["text"].startswith("## Goal\n\nLimit clients.\n")
        assert (await editor.execute("orch.applyDraft"))["state"] == "applied"
        assert "Limit clients.\nxxx" in editor.text(uri)

        (project / "ballast").unlink()
        await editor.stop()
        (kept,) = (await orch("runs", "list", "--json", cwd=project)).json()
        assert (kept["status"], kept["draft"]["state"], kept["applied"]["verified"]) == (end, "applied", True)
        shown = await orch("runs", "show", run_id, "--draft", cwd=project)
        assert "Limit clients.\nxxx" in shown.out


FILE_BYTES = 256 * 1024
"""The largest file that a limited process may write: its database gets larger in a run with LONG."""
LONG = "Limit clients. " * 10_000 + random.Random(5).randbytes(210_000).hex()
"""Packed, it takes nearly as much."""


def limited() -> None:
    """Let every file that grows beyond the limit fail as on a full disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))


async def limited_draft(homes: Homes, workspace: Path, *arguments: str) -> Finished:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", "draft", "a.spec.md", *arguments,
        cwd=workspace, env=homes.process_environment(WORK_KEY="some-key"), preexec_fn=limited,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


@posix
@pytest.mark.parametrize("arguments", [(), ("--json",), ("--write",), ("--json", "--write")])
async def test_a_paid_answer_that_cannot_be_recorded_outlives_its_process(orch, homes, provider, tmp_path, arguments):
    # In a synced folder, the database itself is written at each commit.
    workspace = tmp_path / "Dropbox" / "project"
    (workspace / ".orch").mkdir(parents=True)
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["## Goal\n\n", LONG, "\n"])))
    spec = workspace / "a.spec.md"
    spec.write_text(SPEC)
    told = await limited_draft(homes, workspace, *arguments)

    assert "Traceback" not in told.err
    assert "is not recorded." in told.err
    assert "is recorded in" not in told.err
    assert spec.read_text() == SPEC
    if "--write" in arguments:
        assert told.code == 1
        assert told.err.splitlines()[-1].startswith("cure: Make room on its disk")
    else:
        assert told.code == 0
    if "--json" in arguments:
        assert LONG.strip() in json.loads(told.out)["draft"]["text"]
    else:
        assert (LONG.strip() in told.out) == (not arguments)

    (kept,) = (await orch("runs", "list", "--json", cwd=workspace)).json()
    assert (kept["status"], kept["draft"]["state"], kept["draft"]["partial"]) == ("completed", "ready", False)
    assert LONG.strip() in (await orch("runs", "show", kept["run_id"], "--draft", cwd=workspace)).out
    assert list((homes.state / "unrecorded").rglob("*.gz")) == []


@posix
@pytest.mark.parametrize("arguments", [(), ("--json",), ("--write",), ("--json", "--write")])
@pytest.mark.parametrize("whole", [True, False])
async def test_an_answer_that_can_be_kept_nowhere_is_handed_over(homes, workspace, provider, arguments, whole):
    homes.use(provider.url)
    noise = random.Random(3).randbytes(FILE_BYTES).hex()
    pieces = chat_pieces(["## Goal\n\n", noise, "\n"])
    provider.script(stream_reply(pieces if whole else pieces[:2]))
    (workspace / "a.spec.md").write_text(SPEC)
    told = await limited_draft(homes, workspace, *arguments)

    assert told.code == (0 if whole and "--write" not in arguments else 1)
    assert "Traceback" not in told.err
    assert "is not recorded, and the state folder cannot be written either." in told.err
    if "--json" in arguments:
        assert noise in json.loads(told.out)["draft"]["text"]
    elif whole:
        assert noise in told.out
    else:
        assert (told.out, noise in told.err) == ("", True)


@needs_mount
async def test_a_server_that_is_killed_with_a_run_that_it_could_not_record_does_not_take_the_draft_along(
    start_editor, orch, homes, provider, tmp_path
):
    project = tmp_path / "disk"
    go = asyncio.Event()
    pieces = chat_pieces([*ANSWER, "x" * 300_000])
    provider.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in pieces[1:]))))
    homes.use(provider.url)
    with small_disk(project, "size=1m"):
        (project / ".orch").mkdir()
        editor = await start_editor(project)
        uri = editor.open(project / "a.spec.md", SPEC)
        run_id = (await editor.execute("orch.generateDraft", {"uri": uri, "apply": "review"}))["runId"]
        await editor.until(lambda: editor.deltas)
        fill(project / "ballast")
        go.set()
        assert (await editor.ended(run_id))["status"] == "completed"
        server = editor.client._server
        server.kill()
        await server.wait()
        # While the disk is still full, the draft can be looked at.
        (shown,) = (await orch("runs", "list", "--json", cwd=project)).json()
        assert (shown["status"], shown["draft"]["state"]) == ("completed", "ready")
        (project / "ballast").unlink()
        assert "xxxxx" in (await orch("runs", "show", run_id, "--draft", cwd=project)).out
        assert list((homes.state / "unrecorded").rglob("*.gz")) == []


async def test_a_state_folder_that_is_none_is_told_and_commands_still_answer(start_editor, orch, answering, workspace):
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / "no-folder").write_text("")
    broken = {"ORCH_STATE_HOME": str(workspace / "no-folder")}
    for arguments in (("draft", "a.spec.md"), ("trust", "work")):
        told = await orch(*arguments, env=broken)
        assert told.code == 1
        assert "Traceback" not in told.err
        assert told.err.splitlines()[-2].startswith("error[store_error]: ")
    editor = await start_editor(env=broken)
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert await editor.execute("orch.showHistory") == []
    assert not (await editor.execute("orch.doctor"))["healthy"]
    await editor.until(lambda: [said for said in editor.client.messages if "cannot be shown" in said.message])
    with pytest.raises(JsonRpcException) as caught:
        await editor.execute("orch.allowProvider", {"uri": uri, "provider": "work"})
    assert plain(caught.value.data)["code"] == "store_error"


AS_ANOTHER_USER = """
import os, sys
import orch_lsp.cli.main, orch_lsp.cli.draft, orch_lsp.app.session, orch_lsp.runs.history, orch_lsp.context.filesystem
import orch_lsp.providers.outline, importlib.metadata
import orch_lsp.settings.schema, orch_lsp.runs.schema, orch_lsp.runs.view, pydantic, psutil, pyromark
os.setgroups([])
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
orch_lsp.cli.main.cli(sys.argv[2:])
"""


@needs_root
async def test_a_workspace_that_one_may_not_write_is_drafted_for_all_the_same():
    """The command line as an unprivileged user: as root, permissions block nothing."""
    # Not pytest's folder, which another user may not enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        project, state, config = folder / "project", folder / "state", folder / "config"
        for made in (project, project / ".orch", state, config):
            made.mkdir(mode=0o755)
        os.chown(state, UNPRIVILEGED, UNPRIVILEGED)
        (project / "a.spec.md").write_text(SPEC)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", AS_ANOTHER_USER, str(UNPRIVILEGED), "draft", "a.spec.md", "--provider", "outline",
            cwd=project, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "ORCH_STATE_HOME": str(state), "ORCH_CONFIG_HOME": str(config), "HOME": str(state)},
        )  # fmt: skip
        out, err = await process.communicate()
        said = err.decode()
        assert process.returncode == 0, said
        assert out.decode().startswith("# Rate limiter")
        assert "cannot be written" in said
        assert str(state / "workspaces") in said.splitlines()[-1]
        assert list((project / ".orch").iterdir()) == []
