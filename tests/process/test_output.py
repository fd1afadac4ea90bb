"""What becomes of the output changes nothing of a run: its record, the file that it writes, its exit code."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.scripted_server import Reply, Send, Until, chat_pieces, stream_reply
from tests.process.bad_answers import ONCE
from tests.process.desk import KEY, SPEC, configure, environment
from tests.process.record_rules import check_record
from tests.process.terminal import on_a_terminal, start

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")

PIECES = chat_pieces(["## Goal\n\nFilled.\n"])
EVIL = "\x1b]0;OWNED\x07\x1b[2J\u202egnp\u200b"
ACTS_ON_A_TERMINAL = (b"\x1b]0;", b"\x1b[2J", b"\x07", "\u202e".encode(), "\u200b".encode(), b"\\u202e\xe2")


async def records(orch) -> list[dict]:
    return [check_record(record) for record in (await orch("runs", "list", "--json")).json()]


@pytest.mark.parametrize("options", [(), ("--write",), ("--json",)])
async def test_a_reader_of_stderr_that_leaves_in_mid_stream_changes_nothing(homes, workspace, provider, orch, options):
    configure(homes, provider.url, ONCE)
    go = asyncio.Event()
    provider.script(Reply(steps=(Send(PIECES[0]), Until(go), *(Send(piece) for piece in PIECES[1:]))))
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    reader, writer = os.pipe()
    process = await start(homes, workspace, "draft", "a.spec.md", *options, stderr=writer)
    os.close(writer)
    await provider.request(0)
    os.close(reader)
    go.set()
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert ("Filled." in path.read_text()) == ("--write" in options)
    if "--json" in options:
        assert json.loads(out)["status"] == "completed"
    elif not options:
        assert b"Filled." in out
    (record,) = await records(orch)
    assert (record["status"], record["draft"]["partial"]) == ("completed", False)


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
async def test_streams_that_the_caller_closed_are_taken_by_no_file(homes, workspace, provider, orch, closed):
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(PIECES))
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    close = " ".join(f"{number}{'<' if number == 0 else '>'}&-" for number in closed)
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", f'exec "$0" -P -m orch_lsp draft a.spec.md --write --json {close}', sys.executable, cwd=workspace,
        env=environment(homes, WORK_KEY=KEY), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert "Filled." in path.read_text()
    assert b"Traceback" not in err
    # The record could not be handed over, and that is all that went wrong.
    assert process.returncode == (1 if 1 in closed else 0), err
    if 1 in closed:
        assert out == b""
        assert 2 in closed or b"error: stdout cannot be written: " in err
    else:
        assert json.loads(out)["status"] == "completed"
    (record,) = await records(orch)
    assert record["status"] == "completed"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
async def test_a_full_disk_behind_stderr_changes_nothing(homes, workspace, provider, orch):
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(PIECES))
    (workspace / "a.spec.md").write_text(SPEC)
    full = os.open("/dev/full", os.O_WRONLY)
    process = await start(homes, workspace, "draft", "a.spec.md", stderr=full)
    os.close(full)
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"Filled." in out
    (record,) = await records(orch)
    assert record["status"] == "completed"


async def test_a_pipe_on_stderr_that_nobody_reads_does_not_hold_up_a_run(homes, workspace, provider, orch):
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(PIECES))
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    while True:
        try:
            os.write(writer, b"x" * 4096)
        except BlockingIOError:
            break
    os.set_blocking(writer, True)
    process = await start(homes, workspace, "draft", "a.spec.md", "--write", stderr=writer)
    os.close(writer)
    await process.communicate()
    os.close(reader)
    assert process.returncode == 0
    assert "Filled." in path.read_text()


async def test_a_reader_of_stdout_that_leaves_does_not_stop_the_files_that_follow(homes, workspace, provider, orch):
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(PIECES), stream_reply(PIECES))
    names = ["a.spec.md", "b.spec.md"]
    for name in names:
        (workspace / name).write_text(SPEC)
    reader, writer = os.pipe()
    os.close(reader)
    process = await start(homes, workspace, "draft", *names, "--write", "--json", stdout=writer)
    os.close(writer)
    _, err = await process.communicate()
    assert process.returncode == 1
    assert err.count(b"error: stdout cannot be written: Broken pipe.\n") == 1
    assert all("Filled." in (workspace / name).read_text() for name in names)
    assert [record["status"] for record in await records(orch)] == ["completed", "completed"]


async def test_a_stdout_that_does_not_wait_gets_all_of_a_long_document(homes, workspace, orch):
    homes.configure('provider = "outline"')
    text = SPEC + "".join(f"Line {number} of a long brief.\n" for number in range(20_000))
    (workspace / "a.spec.md").write_text(text)
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    process = await start(homes, workspace, "draft", "a.spec.md", stdout=writer)
    os.close(writer)

    def read_all() -> bytes:
        with os.fdopen(reader, "rb") as file:
            return file.read()

    out, (_, err) = await asyncio.gather(asyncio.to_thread(read_all), process.communicate())
    assert process.returncode == 0, err
    assert b"Line 19999 of a long brief." in out


def assert_harmless(shown: bytes) -> None:
    assert not [sign for sign in ACTS_ON_A_TERMINAL if sign in shown], shown


async def test_nothing_that_others_wrote_acts_on_a_terminal(homes, workspace, provider):
    """A file's name, an unknown setting, a text of the model, a finish reason, a list of models, a folder's name."""
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(chat_pieces([f"## Goal\n\nFilled {EVIL}.\n"])))
    folder = workspace / f"sub{EVIL}"
    (folder / ".orch").mkdir(parents=True)
    (folder / ".orch" / "config.toml").write_text('"k\\u001b]0;OWNED\\u0007" = "\\u202e"\n', encoding="utf-8")
    name = f"a{EVIL}.spec.md"
    (folder / name).write_text(SPEC)
    code, shown = await on_a_terminal(homes, folder, "draft", name)
    assert code == 0, shown
    assert b"Filled " in shown
    assert_harmless(shown)
    for arguments in (
        ("draft", f"none{EVIL}"), ("runs", "list"), ("runs", "list", "--json"), ("usage",), ("trust", "openai"),
        ("trust",), ("doctor", "--offline"), ("runs", "show", f"01234567{EVIL}"), ("new", f"new{EVIL}.md"),
    ):  # fmt: skip
        _, shown = await on_a_terminal(homes, folder, *arguments)
        assert shown.strip(), arguments
        assert_harmless(shown)


async def test_a_document_in_a_pipe_is_byte_for_byte_the_document(homes, workspace, provider):
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(chat_pieces([f"## Goal\n\nFilled {EVIL}.\n"])))
    (workspace / "a.spec.md").write_text(f"{SPEC}\n## Rollback Plan\n\nMine {EVIL}.\n")
    process = await start(homes, workspace, "draft", "a.spec.md")
    out, _ = await process.communicate()
    assert f"Mine {EVIL}.".encode() in out
    # Nobody sees such characters: they are taken out of what a model wrote.
    assert b"Filled ]0;OWNED[2Jgnp." in out


async def test_a_log_line_of_the_server_does_not_act_on_a_terminal(homes, workspace):
    process = await start(homes, workspace, "serve", stdin=subprocess.PIPE)
    _, err = await process.communicate(f"Content-Length: {EVIL}\r\n\r\n".encode() * 3)
    assert_harmless(err)


async def test_json_stays_json_for_a_name_that_is_not_utf_8(homes, workspace, orch):
    homes.configure('provider = "outline"')
    name = os.fsdecode(b"odd\xff.spec.md")
    (workspace / name).write_text(SPEC)
    process = await start(homes, workspace, "draft", name, "--json")
    out, err = await process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out.decode("utf-8"))["status"] == "completed"
    assert [record["status"] for record in await records(orch)] == ["completed"]


async def test_progress_is_plain_lines_on_a_terminal_that_cannot_move_its_cursor(homes, workspace):
    homes.configure('provider = "outline"')
    (workspace / "a.spec.md").write_text(SPEC)
    code, shown = await on_a_terminal(homes, workspace, "draft", "a.spec.md", "--write", env={"TERM": "dumb"})
    assert code == 0
    assert b"\x1b" not in shown
    assert b"a.spec.md: Queued\r\n" in shown


async def test_ctrl_c_while_a_pipe_is_waited_for_ends_with_130(homes, workspace):
    os.mkfifo(workspace / "pipe.md")
    process = await start(homes, workspace, "draft", "pipe.md")
    # Opened for writing as soon as it is open for reading.
    writer = await asyncio.to_thread(os.open, workspace / "pipe.md", os.O_WRONLY)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    os.close(writer)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err


async def test_a_document_that_comes_through_a_pipe_is_drafted_but_not_replaced(homes, workspace, orch):
    homes.configure('provider = "outline"')
    os.mkfifo(workspace / "pipe.md")
    for options, code in (((), 0), (("--write",), 2)):
        process = await start(homes, workspace, "draft", "pipe.md", *options)
        await asyncio.to_thread((workspace / "pipe.md").write_text, SPEC)
        out, err = await process.communicate()
        assert process.returncode == code, err
        assert (b"## Goal" in out) == (code == 0)
    assert b"error[invalid_request]: pipe.md cannot be replaced: it is a pipe or a device." in err
    assert len(await records(orch)) == 1


async def test_a_fault_of_the_program_is_told_without_a_traceback(homes, workspace):
    """A package that it needs is broken: one of the faults that nobody can foresee."""
    broken = workspace.parent / "broken"
    broken.mkdir()
    (broken / "pydantic.py").write_text("raise RuntimeError('half installed')\n")
    (workspace / "a.spec.md").write_text(SPEC)
    process = await start(homes, workspace, "draft", "a.spec.md", "--json", env={"PYTHONPATH": str(broken)})
    out, err = await process.communicate()
    assert process.returncode == 1
    assert json.loads(out)["error"]["code"] == "unexpected_error"
    assert b"Traceback" not in err
    last = err.decode().rstrip().split("\n")[-2:]
    assert last[0].startswith("error[unexpected_error]: A fault in orch-lsp ended the command (RuntimeError at ")
    assert last[1].startswith("cure: ")
