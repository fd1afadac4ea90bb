"""Commands as processes on pipes of one's own, or on a terminal."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes.homes import Homes
from tests.process.desk import KEY, environment


async def start(homes: Homes, folder: Path, *arguments: str, env: dict[str, str] | None = None, **pipes):
    """Start a command; what of its streams is not in `pipes` can be read from the process."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", *arguments, cwd=folder,
        env=environment(homes, WORK_KEY=KEY, **(env or {})),
        **{"stdin": asyncio.subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes},
    )  # fmt: skip


async def on_a_terminal(
    homes: Homes,
    folder: Path,
    *arguments: str,
    columns: int = 80,
    env: dict[str, str] | None = None,
    answer: str | None = None,
) -> tuple[int | None, bytes]:
    """Run a command with stdout and stderr on one terminal; its exit code, and what the terminal gets.

    With an `answer` stdin is the terminal, too, and that is typed.
    """
    import fcntl
    import pty
    import termios

    terminal, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    stdin = {} if answer is None else {"stdin": slave}
    process = await start(
        homes, folder, *arguments, env={"TERM": "xterm-256color", **(env or {})}, stdout=slave, stderr=slave, **stdin
    )
    if answer is not None:
        os.write(terminal, answer.encode())
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

    shown, _ = await asyncio.gather(asyncio.to_thread(read_all), process.wait())
    os.close(terminal)
    return process.returncode, shown


class Talk:
    """A command on a terminal, answered question by question."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int) -> None:
        self.process = process
        self._terminal = terminal
        self._shown = b""
        self._read_to = 0
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(terminal, self._take)

    @property
    def text(self) -> str:
        """All that was shown."""
        return self._shown.decode(errors="replace").replace("\r\n", "\n")

    async def until(self, words: str) -> None:
        """Wait until the words are shown behind those that were waited for before."""
        wanted = words.encode()
        while (found := self._shown.find(wanted, self._read_to)) < 0:
            self._more.clear()
            assert self.process.returncode is None or self._terminal >= 0, self.text
            await self._more.wait()
        self._read_to = found + len(wanted)

    async def answer(self, question: str, typed: str) -> None:
        """Wait for the question and type a line; `^C` and `^D` are the keys."""
        await self.until(question)
        self.type({"^C": "\x03", "^D": "\x04"}.get(typed, f"{typed}\n"))

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._terminal, keys.encode())

    async def end(self) -> int:
        """The exit code, once the command has ended."""
        return await self.process.wait()

    def close(self) -> None:
        """Let go of the terminal."""
        if self._terminal >= 0:
            asyncio.get_running_loop().remove_reader(self._terminal)
            os.close(self._terminal)
            self._terminal = -1

    def _take(self) -> None:
        try:
            piece = os.read(self._terminal, 65536)
        except OSError:
            piece = b""
        if not piece:
            asyncio.get_running_loop().remove_reader(self._terminal)
        self._shown += piece
        self._more.set()


@asynccontextmanager
async def talk(homes: Homes, folder: Path, *arguments: str, env: dict[str, str] | None = None) -> AsyncIterator[Talk]:
    """Start a command whose terminal is the test's; what still runs at the end is killed."""
    import fcntl
    import pty
    import termios

    terminal, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    streams = {"stdin": slave, "stdout": slave, "stderr": slave}

    def on_this_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = await start(
        homes, folder, *arguments, env={"TERM": "xterm-256color", **(env or {})}, preexec_fn=on_this_terminal, **streams
    )
    os.close(slave)
    talking = Talk(process, terminal)
    try:
        yield talking
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        talking.close()
