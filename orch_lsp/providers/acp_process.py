"""An agent as a process: started, bounded in all that it says, and ended with everything that it started."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.wording import clean_message
from orch_lsp.settings.model import StreamLimits

_CHUNK = 64 * 1024
_MOST_STDERR = 4 * 1024
_GRACE_S = 1.0


class AgentProcess:
    """Messages of JSON, a line each, over the pipes of a process.

    Attributes:
        fault: Why its output was closed; None if it closed it itself.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, limits: StreamLimits) -> None:
        self.fault: Failure | None = None
        self._name = name
        self._process = process
        self._limits = limits
        self._rest = bytearray()
        self._lines: deque[bytes] = deque()
        self._bytes = self._messages = 0
        self._stderr = b""
        self._listening = asyncio.create_task(self._keep_stderr(), name=f"stderr of {name}")

    @classmethod
    @asynccontextmanager
    async def started(
        cls, name: str, command: Sequence[str], environment: Mapping[str, str], folder: str, limits: StreamLimits
    ) -> AsyncGenerator[AgentProcess, None]:
        """Start an agent, and end it afterwards.

        Args:
            name: The provider, for messages.
            command: Program and arguments.
            environment: All of its variables.
            folder: Where it is started.
            limits: Of all that it may write.

        Raises:
            ExchangeFailedError: It cannot be started.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env=dict(environment),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "it is not a command"
            raise ExchangeFailedError(
                Failure(
                    ErrorCode.PROVIDER_UNAVAILABLE, f"{name}: {command[0]} cannot be started: {reason}.",
                    f"Correct `command` under `[providers.{name}]`.", retryable=False,
                )
            ) from error  # fmt: skip
        agent = cls(name, process, limits)
        try:
            yield agent
        finally:
            try:
                await agent._end()
            finally:
                # Whatever was cut short above: nothing of it lives on.
                agent._kill()

    async def send(self, message: Mapping[str, Any]) -> None:
        """Say something.

        Raises:
            OSError: It has closed its end.
        """
        assert self._process.stdin is not None  # noqa: S101 -- asked for by PIPE
        self._process.stdin.write(json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        await self._process.stdin.drain()

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None at the end, or where it says more than it may. Lines that are none are passed over."""
        while True:
            while self._lines:
                line = self._lines.popleft()
                self._messages += 1
                if self._messages > self._limits.max_events:
                    return self._cut(f"more than {self._limits.max_events} messages")
                with contextlib.suppress(ValueError, RecursionError):
                    message = json.loads(line)
                    if isinstance(message, dict):
                        return cast("dict[str, Any]", message)
            assert self._process.stdout is not None  # noqa: S101 -- asked for by PIPE
            chunk = await self._process.stdout.read(_CHUNK)
            if not chunk:
                return None
            self._bytes += len(chunk)
            if self._bytes > self._limits.max_bytes:
                return self._cut(f"more than {self._limits.max_bytes} bytes")
            self._rest += chunk
            if b"\n" in chunk:
                *lines, last = bytes(self._rest).split(b"\n")
                self._lines.extend(lines)
                self._rest = bytearray(last)
            # Of a flood, the loop has to do with a part at a time.
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Nothing more is said."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def end_of_it(self) -> Failure:
        """The failure of a process that closed its output before its work was done."""
        if self.fault is not None:
            return self.fault
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await asyncio.shield(self._process.wait())
                await asyncio.shield(self._listening)
        status = self._process.returncode
        ended = "closed its output" if status is None else f"ended with status {status}"
        words = clean_message(self._stderr.decode("utf-8", "replace").strip())
        return Failure(
            ErrorCode.PROVIDER_UNAVAILABLE,
            f"{self._name}: the agent {ended} before its answer was complete."
            + (f" It said: {words}" if words else ""),
            "Run the agent in a terminal to see whether it works and is signed in; what came is kept.",
        )

    def _cut(self, amount: str) -> None:
        self.fault = Failure(
            ErrorCode.INVALID_RESPONSE, f"{self._name}: the agent sent {amount}, the limit of the settings."
        )
        self._kill()

    async def _keep_stderr(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 -- asked for by PIPE
        while chunk := await self._process.stderr.read(_CHUNK):
            self._stderr = (self._stderr + chunk)[-_MOST_STDERR:]

    async def _end(self) -> None:
        """Close its input, wait a moment, ask it to end, and kill what is left."""
        await self.close()
        for how in (None, "SIGTERM", "SIGKILL"):
            if how is not None:
                self._signal(how)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GRACE_S):
                    await self._process.wait()
                    break

    def _kill(self) -> None:
        self._signal("SIGKILL")
        self._listening.cancel()
        # A grandchild that left the group can hold the pipe open; nothing public closes our end of it.
        close = getattr(getattr(self._process, "_transport", None), "close", None)
        if callable(close):
            with contextlib.suppress(OSError):
                close()

    def _signal(self, name: str) -> None:
        with contextlib.suppress(OSError):
            if sys.platform != "win32":
                os.killpg(self._process.pid, getattr(signal, name))
            elif self._process.returncode is None:
                self._process.kill()
