"""What must not keep the server or grow in it: a dead editor, pipes that nobody reads, documents that were closed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import psutil
import pytest

from tests.fakes.raw_client import SECONDS, RawClient

SERVE = [sys.executable, "-P", "-m", "orch_lsp", "serve"]
SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"


@pytest.fixture
async def serve(homes, workspace):
    """Start real servers with a raw client each; what is left of them is ended."""
    started = []

    async def start(**streams):
        process = await asyncio.create_subprocess_exec(
            *SERVE, cwd=workspace, env=homes.process_environment(),
            **{"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE,
               "stderr": asyncio.subprocess.DEVNULL, **streams},
        )  # fmt: skip
        client = RawClient(process.stdin.write) if process.stdin else None
        reading = asyncio.create_task(read(process, client))
        started.append((process, reading))
        return process, client

    async def read(process, client):
        while process.stdout and client and (data := await process.stdout.read(65536)):
            await client.take(data)

    yield start
    for process, reading in started:
        if process.returncode is None:
            process.kill()
            await process.wait()
        reading.cancel()


async def ended(process):
    async with asyncio.timeout(SECONDS):
        return await process.wait()


async def test_the_server_ends_when_the_editors_process_has_although_the_pipe_stays_open(serve):
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process, client = await serve()
    await client.initialize(processId=editor.pid)
    assert (await client.execute("orch.showHistory", {"open": False}))["result"] == []
    editor.communicate(b"\n")
    assert await ended(process) == 1


async def test_a_server_whose_editor_lives_or_is_not_named_stays(serve):
    for pid in (os.getpid(), None):
        process, client = await serve()
        await client.initialize(processId=pid)
        for _ in range(3):
            assert (await client.execute("orch.showHistory", {"open": False}))["result"] == []
        assert process.returncode is None


async def test_a_stderr_that_nobody_reads_stops_nothing(serve):
    unread, out = os.pipe()
    process, client = await serve(stderr=out)
    os.close(out)
    await client.initialize()
    ids = [client.ask("no/such/method/" + "x" * 400) for _ in range(600)]
    for one in ids:
        assert (await client.answered(one))["error"]["code"] == -32601
    await client.call("shutdown")
    client.notify("exit")
    assert await ended(process) == 0
    os.close(unread)


async def initialized(homes, workspace, code, *, stderr):
    """A server that runs this program, its client, and the task that reads for it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", code, cwd=workspace, env=homes.process_environment(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=stderr,
    )  # fmt: skip
    client = RawClient(process.stdin.write)

    async def read():
        while data := await process.stdout.read(65536):
            await client.take(data)

    reading = asyncio.create_task(read())
    await client.initialize()
    return process, client, reading


async def test_a_worker_that_never_comes_back_does_not_keep_the_server(homes, workspace):
    """A library that hangs: the interpreter would wait for its thread."""
    code = (
        "import threading, orch_lsp.app.server as app; build = app.build_server\n"
        "def hanging(*args):\n"
        " server = build(*args)\n"
        " @server.command('test.hang')\n"
        " async def hang(ls, argument):\n"
        "  import asyncio; await asyncio.to_thread(threading.Event().wait)\n"
        " return server\n"
        "app.build_server = hanging\n"
        "from orch_lsp.cli.serve import serve; serve([])"
    )
    process, client, reading = await initialized(homes, workspace, code, stderr=asyncio.subprocess.DEVNULL)
    hanging = client.ask("workspace/executeCommand", {"command": "test.hang"})
    assert (await client.execute("orch.showHistory", {"open": False}))["result"] == []
    assert "result" in await client.call("shutdown")
    assert (await client.answered(hanging))["error"]["code"] == -32800
    client.notify("exit")
    assert await ended(process) == 0
    await reading


async def test_a_task_that_takes_no_notice_of_its_end_does_not_keep_the_server(homes, workspace):
    """A package of somebody else's that catches whatever comes: the loop would wait for its task."""
    code = (
        "import asyncio, orch_lsp.app.server as app; build = app.build_server\n"
        "def stubborn(*args):\n"
        " server = build(*args)\n"
        " @server.command('test.stay')\n"
        " async def stay(ls, argument):\n"
        "  while True:\n"
        "   try: await asyncio.Event().wait()\n"
        "   except asyncio.CancelledError: pass\n"
        " return server\n"
        "app.build_server = stubborn\n"
        "from orch_lsp.cli.serve import serve; serve([])"
    )
    process, client, reading = await initialized(homes, workspace, code, stderr=asyncio.subprocess.PIPE)
    client.ask("workspace/executeCommand", {"command": "test.stay"})
    assert (await client.execute("orch.showHistory", {"open": False}))["result"] == []
    assert "result" in await client.call("shutdown")
    client.notify("exit")
    assert await ended(process) == 0
    assert b"the process ends without it" in await process.stderr.read()
    await reading


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-", "2>&-", "<&- >&- 2>&-"])
async def test_a_stream_that_is_closed_from_the_start_ends_the_server_without_a_traceback(homes, workspace, closed):
    command = " ".join(SERVE)
    process = await asyncio.create_subprocess_shell(
        f"echo rubbish | {command} {closed}", cwd=workspace, env=homes.process_environment(),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(SECONDS):
        out, errors = await process.communicate()
    assert process.returncode == 1
    assert out == b""
    assert b"Traceback" not in errors


async def test_untitled_documents_that_were_closed_hold_no_files_and_threads(serve, workspace):
    process, client = await serve()
    await client.initialize()

    async def open_and_close(count, name):
        for number in range(count):
            uri = f"untitled:{name}-{number}"
            client.open(uri, SPEC)
            await client.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
            client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        # One that is opened afterwards waits for the stores that are given back.
        await client.execute("orch.showHistory", {"open": False})

    client.open("untitled:first", SPEC)
    await client.execute("orch.generateDraft", {"provider": "outline", "uri": "untitled:first"})
    await open_and_close(10, "few")
    server = psutil.Process(process.pid)
    files, threads = server.num_fds(), server.num_threads()
    await open_and_close(300, "many")
    # Those closed a moment ago are given back meanwhile; held ones would be hundreds, and stay.
    async with asyncio.timeout(SECONDS):
        while server.num_fds() > files + 60 or server.num_threads() > threads + 60:
            await client.execute("orch.showHistory", {"open": False})
