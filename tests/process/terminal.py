"""Commands as processes on pipes of one's own, or on a terminal."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
import sys
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
