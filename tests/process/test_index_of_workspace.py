"""The index of a workspace over a real pipe: progress, cancel, and the end of what reads files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from lsprotocol import types

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.desk import configure

BRIEF = "# Limiter\n\nLimit name7 at the gateway.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]


def fill(workspace: Path, count: int, lines: int) -> None:
    for number in range(count):
        path = workspace / f"src/{number % 30:02}/file{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"def name{number}():\n" + "    return 'limit at the gateway'\n" * lines)


def readers() -> list[psutil.Process]:
    """Processes below this one that read files for an index."""
    found: list[psutil.Process] = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "orch_lsp.context.index.child" in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def reports(editor) -> list[tuple[str, str]]:
    """What was said on the progress of an index: its kinds and messages."""
    return [
        (report.kind, getattr(report, "title", None) or report.message)
        for token, found in editor.client.progress_reports.items()
        if str(token).startswith("orch-index-")
        for report in found
    ]


async def draft(editor, provider, path: Path):
    provider.script(stream_reply(chat_pieces(ANSWER)))
    uri = editor.open(path, BRIEF)
    answer = await editor.execute("orch.generateDraft", {"uri": uri})
    return await editor.ended(answer["runId"])


async def test_the_first_draft_builds_an_index_with_progress_and_the_next_one_uses_it(
    workspace, homes, provider, start_editor
):
    configure(homes, provider.url)
    fill(workspace, 900, 1)
    editor = await start_editor()
    record = await draft(editor, provider, workspace / "a.spec.md")
    assert "src/07/file7.py" in [item["path"] for item in record["context"]["items"]]
    await editor.until(lambda: ("end", "The workspace is indexed") in reports(editor))
    assert reports(editor)[0] == ("begin", "Indexing the workspace")
    index = workspace / ".orch/local/context.db"
    made = index.stat().st_ino
    again = await draft(editor, provider, workspace / "b.spec.md")
    chosen = [item["path"] for item in again["context"]["items"]]
    assert [path for path in chosen if path.startswith("src/")] == [
        item["path"] for item in record["context"]["items"] if item["path"].startswith("src/")
    ]
    assert index.stat().st_ino == made
    assert len([one for one in reports(editor) if one[0] == "begin"]) == 1


def watched(server: psutil.Process) -> int:
    """How many folders the kernel watches for a process."""
    found = 0
    for about in Path(f"/proc/{server.pid}/fdinfo").iterdir():
        try:
            found += about.read_text().count("inotify wd:")
        except OSError:
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of changes")
async def test_a_server_is_told_of_changes_and_each_draft_is_of_the_files_as_they_are(
    workspace, homes, provider, start_editor
):
    configure(homes, provider.url)
    fill(workspace, 900, 1)
    editor = await start_editor()
    server = psutil.Process(editor.client._server.pid)
    await draft(editor, provider, workspace / "a.spec.md")
    await editor.until(lambda: ("end", "The workspace is indexed") in reports(editor))
    await draft(editor, provider, workspace / "b.spec.md")
    assert watched(server) > 30
    (workspace / "src/07/file7.py").unlink()
    (workspace / "src/brand_new").mkdir()
    (workspace / "src/brand_new/here.py").write_text("def name7():\n    return 'limit at the gateway'\n")
    record = await draft(editor, provider, workspace / "c.spec.md")
    chosen = [item["path"] for item in record["context"]["items"]]
    assert "src/07/file7.py" not in chosen
    assert "src/brand_new/here.py" in chosen
    (workspace / "src/brand_new/here.py").rename(workspace / "src/moved.py")
    (workspace / "src/.gitignore").write_text("file1*.py\n")
    record = await draft(editor, provider, workspace / "d.spec.md")
    chosen = [item["path"] for item in record["context"]["items"]]
    assert "src/moved.py" in chosen
    assert not [path for path in chosen if path.rpartition("/")[2].startswith("file1")]


async def test_a_person_cancels_the_building_and_it_is_not_begun_again(workspace, homes, provider, start_editor):
    configure(homes, provider.url)
    fill(workspace, 3000, 200)
    editor = await start_editor()
    await draft(editor, provider, workspace / "a.spec.md")
    await editor.until(lambda: reports(editor))
    (token,) = [token for token in editor.client.progress_reports if str(token).startswith("orch-index-")]
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    await editor.until(lambda: any(kind == "end" for kind, _ in reports(editor)))
    assert reports(editor)[-1] == ("end", "Cancelled: files are read for each draft")
    assert readers() == []
    record = await draft(editor, provider, workspace / "b.spec.md")
    assert record["status"] == "completed"
    assert readers() == []


@pytest.mark.parametrize("end", ["shutdown", "kill"])
async def test_nothing_goes_on_reading_when_the_server_is_gone(workspace, homes, provider, start_editor, end):
    configure(homes, provider.url)
    fill(workspace, 3000, 200)
    editor = await start_editor()
    await draft(editor, provider, workspace / "a.spec.md")
    await editor.until(lambda: reports(editor))
    reading = readers()
    if end == "shutdown":
        await editor.stop()
    else:
        editor.client._server.kill()
        await editor.client._server.wait()
    assert psutil.wait_procs(reading, timeout=20)[1] == []


@pytest.mark.parametrize("order", ["build", "find"])
def test_a_reader_whose_input_stays_open_ends_well(tmp_path, homes, order):
    # A parent keeps its end of the pipe while it waits: the interpreter must not abort over it.
    (tmp_path / "a.py").write_text("limit = 1\n")
    given = {"do": order, "root": str(tmp_path.resolve()), "max_files": 10, "files": ["a.py"], "terms": ["limit"]}
    given |= {"symbols": [], "max_file_bytes": 1_000, "seconds": 10.0}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "orch_lsp.context.index.child"], env=homes.process_environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write(json.dumps(given).encode() + b"\n")
        child.stdin.flush()
        last = json.loads(child.stdout.read().splitlines()[-1])
        said = child.stderr.read()
        assert (child.wait(), said) == (0, b"")
    assert last.get("end", "built") == "built"
