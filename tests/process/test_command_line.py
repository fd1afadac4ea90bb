"""The command line as scripts and people use it: what is on stdout, what is in FILE, and what the exit code says."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.scripted_server import Reply, Send, Until, chat_error, chat_pieces, stream_reply
from tests.process.bad_answers import ONCE
from tests.process.desk import KEY, SPEC, configure, environment
from tests.process.record_rules import check_record

FILLED = stream_reply(chat_pieces(["## Goal\n\nFilled 😋.\n"]))
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
UNKNOWN_RUN = "00000000-0000-7000-8000-000000000000"

MAKES = {
    "crlf": (
        b"# T\r\n\r\nBrief.\r\n\r\n## Goal\r\n\r\nTODO\r\n",
        "# T\r\n\r\nBrief.\r\n\r\n## Goal\r\n\r\nFilled 😋.\r\n",
    ),
    "bom": (b"\xef\xbb\xbf# T\n\nBrief.\n", "\ufeff# T\n\nBrief.\n\n## Goal\n\nFilled 😋.\n"),
    "no-final-newline": (b"# T\n\nBrief.", "# T\n\nBrief.\n\n## Goal\n\nFilled 😋."),
    "astral": ("# 😋\n\nBrief é.\n".encode(), "# 😋\n\nBrief é.\n\n## Goal\n\nFilled 😋.\n"),
    "odd-line-ends": (
        "# T\n\nBrief\u2028with\u0085odd \x0c ends.\n\n## Goal\n\n[x]\n".encode(),
        "# T\n\nBrief\u2028with\u0085odd \x0c ends.\n\n## Goal\n\nFilled 😋.\n",
    ),
}


def start(homes, folder, *arguments: str, env: dict[str, str] | None = None, **pipes) -> asyncio.Task:
    """A command that goes on beside the test."""
    return asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", *arguments, cwd=folder,
        env=environment(homes, WORK_KEY=KEY, **(env or {})),
        **{"stdin": asyncio.subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes},
    )  # fmt: skip


def snapshot(folder) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


async def test_stdout_is_exactly_the_document(homes, provider, workspace):
    """CRLF, a byte order mark and no final line end at once."""
    configure(homes, provider.url, ONCE)
    provider.script(FILLED)
    (workspace / "a.spec.md").write_bytes(b"\xef\xbb\xbf# T\r\n\r\nBrief.")
    process = await start(homes, workspace, "draft", "a.spec.md")
    out, err = await process.communicate()
    assert process.returncode == 0, err
    assert out == "\ufeff# T\r\n\r\nBrief.\r\n\r\n## Goal\r\n\r\nFilled 😋.".encode()
    assert (workspace / "a.spec.md").read_bytes() == b"\xef\xbb\xbf# T\r\n\r\nBrief."
    said = err.decode().rstrip("\n").split("\n")
    assert any(line.startswith("a.spec.md: Asking asked-model") for line in said)
    assert [line for line in said if line.startswith("warning: ")] == [
        (
            "warning: the answer has no Non-goals, Assumptions, Acceptance Criteria, Tasks, "
            "Verification Plan, Rollback Plan"
        )
    ]
    assert "orch-lsp runs show" in said[-1]
    assert str(workspace / ".orch" / "local" / "runs.db") in said[-1]
    assert "\x1b" not in err.decode()


@posix
async def test_files_are_replaced_keeping_their_make_their_mode_and_their_links(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    provider.script(FILLED)
    for name, (before, _) in MAKES.items():
        (workspace / f"{name}.spec.md").write_bytes(before)
    (workspace / "crlf.spec.md").chmod(0o640)
    (workspace / "real").mkdir()
    (workspace / "bom.spec.md").rename(workspace / "real" / "bom.spec.md")
    (workspace / "bom.spec.md").symlink_to("real/bom.spec.md")

    done = await orch("draft", "--write", "--json", *(f"{name}.spec.md" for name in MAKES))

    assert done.code == 0, done.err
    records = [json.loads(line) for line in done.out.rstrip("\n").split("\n")]
    assert len(records) == len(MAKES)
    for (name, (_, after)), record in zip(MAKES.items(), records, strict=True):
        assert (workspace / f"{name}.spec.md").read_bytes().decode() == after, name
        check_record(record)
        assert record["draft"]["state"] == "applied"
        assert record["applied"]["verified"] is True
        assert record["applied"]["version_before"] is None
    assert stat.S_IMODE((workspace / "crlf.spec.md").stat().st_mode) == 0o640
    assert (workspace / "bom.spec.md").is_symlink()
    assert records[1]["spec"]["path"] == "real/bom.spec.md"
    assert not list(workspace.glob(".*.spec.md*"))
    assert (workspace / ".orch" / "provenance").is_dir()
    shown = await orch("runs", "show", "--json", records[0]["run_id"])
    assert shown.json() == records[0]


async def test_a_file_that_was_changed_meanwhile_is_left_alone_and_the_draft_waits(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    go = asyncio.Event()
    pieces = chat_pieces(["## Goal\n\nFilled.\n"])
    provider.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in pieces[1:]))))
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    process = await start(homes, workspace, "draft", "--write", "a.spec.md")
    await provider.request(0)
    path.write_text(SPEC + "Mine.\n")
    go.set()
    out, err = await process.communicate()
    assert process.returncode == 1
    assert out == b""
    assert path.read_text() == SPEC + "Mine.\n"
    assert err.decode().rstrip("\n").split("\n")[-2].startswith("error[document_changed]: ")
    (record,) = (await orch("runs", "list", "--json")).json()
    assert record["status"] == "completed"
    assert record["draft"]["state"] == "ready"
    assert record["applied"] is None
    assert record["error"]["code"] == "document_changed"
    assert "`orch-lsp runs show ID --draft`" in " ".join(err.decode().split())
    assert (await orch("runs", "show", record["run_id"], "--draft")).out.startswith("## Goal\n\nFilled.")


async def test_several_files_end_with_the_worst_exit_code_and_a_line_each(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    provider.script(FILLED, chat_error(401, "invalid_api_key"), FILLED)
    for name in ("good", "denied", "last"):
        (workspace / f"{name}.spec.md").write_text(SPEC)
    (workspace / "blank.spec.md").write_text("\n")
    (workspace / "latin.spec.md").write_bytes(b"# Caf\xe9\n\nBrief.\n")
    names = ("good", "denied", "blank", "latin", "last")
    done = await orch("draft", "--json", *(f"{name}.spec.md" for name in names))
    assert done.code == 2
    good, denied, blank, latin, last = (json.loads(line) for line in done.out.rstrip("\n").split("\n"))
    assert check_record(good)["status"] == check_record(last)["status"] == "completed"
    assert check_record(denied)["error"]["code"] == "invalid_auth"
    assert (blank["schema"], blank["error"]["code"]) == ("orch.error/1", "no_brief")
    assert (latin["schema"], latin["error"]["code"]) == ("orch.error/1", "invalid_request")
    assert "UTF-8" in latin["error"]["message"]
    assert (blank["path"], latin["path"]) == ("blank.spec.md", "latin.spec.md")
    assert "\nblank.spec.md: Not drafted\nerror[no_brief]: " in done.err
    assert "\nlatin.spec.md: Not drafted\nerror[invalid_request]: " in done.err
    assert (workspace / "latin.spec.md").read_bytes() == b"# Caf\xe9\n\nBrief.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("draft",), "FILE"),
        (("draft", "none.spec.md"), "none.spec.md"),
        (("draft", "a.spec.md", "b.spec.md"), "--write or --json"),
        (("draft", "latin.spec.md"), "UTF-8"),
        (("runs", "show", UNKNOWN_RUN), "unknown_run"),
        (("runs", "show", "01a2096"), "error[unknown_run]: '01a2096' is too short for a run's id: 8 characters"),
        (("nonsense",), "nonsense"),
    ],
)
async def test_what_cannot_be_done_ends_with_exit_code_2_and_an_empty_stdout(workspace, homes, orch, arguments, says):
    for name in ("a.spec.md", "b.spec.md"):
        (workspace / name).write_text(SPEC)
    (workspace / "latin.spec.md").write_bytes(b"# Caf\xe9\n\nBrief.\n")
    before = snapshot(workspace)
    done = await orch(*arguments)
    assert done.code == 2, done.err
    assert done.out == ""
    assert says in done.err
    assert "Traceback" not in done.err
    assert snapshot(workspace) == before


async def test_looking_at_a_fresh_workspace_creates_nothing(tmp_path, homes, orch):
    folder = tmp_path / "fresh"
    folder.mkdir()
    done = await orch("runs", "list", cwd=folder)
    assert (done.code, done.out) == (0, "")
    done = await orch("runs", "list", "--json", cwd=folder)
    assert (done.code, done.json()) == (0, [])
    assert snapshot(folder) == {}
    assert not list(homes.state.rglob("*.db"))


async def test_an_attempt_without_a_wait_is_announced_with_its_reason(workspace, homes, provider, orch):
    configure(homes, provider.url, "retry = { attempts = 2 }")
    provider.script(chat_error(429, "rate_limit_exceeded", "slow down", headers={"retry-after": "0"}), FILLED)
    (workspace / "a.spec.md").write_text(SPEC)
    done = await orch("draft", "a.spec.md")
    assert done.code == 0, done.err
    assert "Rate limited, trying again now (work answered HTTP 429: slow down)\n" in done.err


async def test_a_beginning_that_fits_two_runs_is_told(workspace, homes, provider, orch):
    configure(homes, provider.url, ONCE)
    provider.script(FILLED)
    for name in ("a.spec.md", "b.spec.md"):
        (workspace / name).write_text(SPEC)
    done = await orch("draft", "--json", "a.spec.md", "b.spec.md")
    first, second = (json.loads(line)["run_id"] for line in done.out.rstrip("\n").split("\n"))
    # Ids begin with their time: two runs of one command share it, but for a rare moment.
    shared = next(length for length in range(len(first)) if first[length] != second[length])
    if shared >= 8:
        done = await orch("runs", "show", first[:8])
        assert done.code == 2
        assert "error[unknown_run]" in done.err
        assert f"{second}, {first}; give more" in done.err
    done = await orch("runs", "show", second[: max(8, shared + 1)], "--json")
    assert done.json()["run_id"] == second
    done = await orch("runs", "list", "--limit", "1", "--json")
    assert [record["run_id"] for record in done.json()] == [second]


@posix
@pytest.mark.parametrize("arguments", [("draft", "a.spec.md"), ("draft", "--json", "a.spec.md"), ("runs", "list")])
async def test_a_reader_that_leaves_early_is_no_fault(workspace, homes, orch, arguments):
    """As in `orch-lsp … | head -1`: nobody reads any more."""
    homes.configure('provider = "outline"')
    (workspace / "a.spec.md").write_text(SPEC)
    assert (await orch("draft", "--json", "a.spec.md")).code == 0
    reader, writer = os.pipe()
    os.close(reader)
    process = await start(homes, workspace, *arguments, stdout=writer)
    os.close(writer)
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"Traceback" not in err
    assert b"Exception" not in err
    assert err.count(b"error: stdout cannot be written: Broken pipe.\n") == 1
    assert {record["status"] for record in (await orch("runs", "list", "--json")).json()} == {"completed"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [("draft", "a.spec.md"), ("draft", "--json", "a.spec.md"), ("doctor",)])
async def test_a_full_disk_behind_stdout_is_told_in_one_line(workspace, homes, orch, arguments):
    homes.configure('provider = "outline"')
    (workspace / "a.spec.md").write_text(SPEC)
    full = os.open("/dev/full", os.O_WRONLY)
    process = await start(homes, workspace, *arguments, stdout=full)
    os.close(full)
    _, err = await process.communicate()
    assert process.returncode == 1
    assert err.endswith(b"error: stdout cannot be written: No space left on device.\n")
    assert b"Traceback" not in err
    assert b"Exception" not in err


@posix
async def test_a_terminal_sees_live_progress_and_a_pipe_gets_the_document(workspace, homes, provider):
    import pty

    configure(homes, provider.url, ONCE)
    provider.script(FILLED)
    (workspace / "a.spec.md").write_text(SPEC)
    terminal, slave = pty.openpty()
    process = await start(homes, workspace, "draft", "a.spec.md", env={"TERM": "xterm-256color"}, stderr=slave)
    os.close(slave)

    def read_all() -> bytes:
        found = b""
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                return found
            if not piece:
                return found
            found += piece

    shown, (out, _) = await asyncio.gather(asyncio.to_thread(read_all), process.communicate())
    os.close(terminal)
    assert process.returncode == 0
    assert out.decode().startswith("<!-- mine -->\n\n# Rate limiter\n")
    assert "Filled 😋.".encode() in out
    assert b"\x1b[" in shown
    assert b"\x1b" not in out
    assert b"orch-lsp runs show" in shown.rstrip().rpartition(b"\n")[2]


@posix
async def test_ctrl_c_before_the_run_is_recorded_ends_with_130(workspace, homes, orch):
    """The store is held up by another writer."""
    homes.configure('provider = "outline"\nunknown_setting = 1')
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / "b.spec.md").write_text(SPEC)
    assert (await orch("draft", "a.spec.md")).code == 0
    with closing(sqlite3.connect(workspace / ".orch" / "local" / "runs.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        process = await start(homes, workspace, "draft", "b.spec.md", "--json")
        assert b"unknown_setting" in await process.stderr.readline()
        process.send_signal(signal.SIGINT)
        writer.execute("COMMIT")
        out, err = await process.communicate()
    assert process.returncode == 130, err
    assert b"Traceback" not in err
    assert err.rstrip().split(b"\n")[-2].startswith(b"error[cancelled]: ")
    assert json.loads(out)["error"]["code"] == "cancelled"
    statuses = [record["status"] for record in (await orch("runs", "list", "--json")).json()]
    assert statuses in (["completed"], ["cancelled", "completed"])


async def test_a_second_command_on_the_same_document_is_refused(workspace, homes, provider, orch):
    configure(homes, provider.url, ONCE)
    go = asyncio.Event()
    pieces = chat_pieces(["## Goal\n\nFilled.\n"])
    provider.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in pieces[1:]))))
    (workspace / "a.spec.md").write_text(SPEC)
    process = await start(homes, workspace, "draft", "a.spec.md")
    await provider.request(0)
    second = await orch("draft", "a.spec.md", "--json")
    assert second.code == 2
    assert second.json()["error"]["code"] == "run_in_progress"
    go.set()
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"Filled." in out
    assert len(provider.requests) == 1
