"""Reading and writing of the pipe: order, and what the event loop must not wait for."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading

import pytest

from orch_lsp.lsp.wire.transport import QueuedWriter


def test_messages_keep_their_order_whether_the_pipe_has_room_or_not():
    ends, begins = os.pipe()
    messages = [bytes([65 + number % 26]) * (1 if number % 3 else 7_000 * number) for number in range(60)]
    with os.fdopen(begins, "wb", buffering=0) as pipe, os.fdopen(ends, "rb") as other:
        writer = QueuedWriter(pipe)
        for message in messages[:40]:
            writer.write(message)  # Far more than a pipe holds, and nobody reads yet.
        got: list[bytes] = []
        reader = threading.Thread(target=lambda: got.append(other.read(sum(map(len, messages)))))
        reader.start()
        for message in messages[40:]:
            writer.write(message)
        reader.join(20)
        writer.close()
    assert got == [b"".join(messages)]


def test_a_message_that_the_pipe_has_room_for_is_there_at_once():
    ends, begins = os.pipe()
    with os.fdopen(begins, "wb", buffering=0) as pipe, os.fdopen(ends, "rb", buffering=0) as other:
        os.set_blocking(ends, False)
        writer = QueuedWriter(pipe)
        for size in (1, 5_000, 30_000):
            writer.write(b"x" * size)
            assert other.read(60_000) == b"x" * size
        writer.close()


def test_a_terminal_with_too_little_room_holds_nobody_up():
    # It says that it has room while it has any, and takes a longer message only as fast as somebody reads.
    terminal, tty = pytest.importorskip("pty"), pytest.importorskip("tty")
    ends, begins = terminal.openpty()
    tty.setraw(begins)
    with os.fdopen(begins, "wb", buffering=0) as said, os.fdopen(ends, "rb", buffering=0) as other:
        writer = QueuedWriter(said)
        for _ in range(20):  # How much room there is when it says so is left to the system.
            os.set_blocking(begins, False)
            left = 4_096
            while written := said.write(b"x" * 4_096):
                left += written
            os.set_blocking(begins, True)
            while not select.select([], [begins], [], 0)[1]:
                left -= len(other.read(100))
            writing = threading.Thread(target=writer.write, args=(b"y" * 4_096,))
            writing.start()
            writing.join(5)
            is_held_up = writing.is_alive()
            while left:
                left -= len(other.read(left))
            writing.join()
            assert not is_held_up
        writer.close()


def test_a_client_that_is_gone_is_no_fault_of_the_writer():
    ends, begins = os.pipe()
    os.close(ends)
    with os.fdopen(begins, "wb", buffering=0) as pipe:
        writer = QueuedWriter(pipe)
        writer.write(b"x")
        writer.write(b"y" * 1_000_000)
        writer.close()


def test_a_session_may_come_from_a_file(tmp_path):
    # An event loop can wait for a pipe and not for a file.
    said = tmp_path / "said"
    bodies = (
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}',
        b'{"jsonrpc":"2.0","id":2,"method":"shutdown"}',
        b'{"jsonrpc":"2.0","method":"exit"}',
    )
    said.write_bytes(b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies))
    with said.open("rb") as stdin:
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "orch_lsp", "serve"], stdin=stdin, capture_output=True, check=False, timeout=60
        )
    assert (ended.returncode, ended.stdout.count(b"Content-Length")) == (0, 2), ended.stderr
