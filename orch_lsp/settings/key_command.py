"""`api_key_command`: a program that prints a key. No shell, no terminal, a time-out, and no trace of its output."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from orch_lsp.errors import ErrorCode, SettingsError

TIMEOUT_S = 30.0
_MAX_OUTPUT = 64 * 1024


async def run_key_command(
    provider_name: str, command: Sequence[str], environment: Mapping[str, str], *, timeout_s: float = TIMEOUT_S
) -> str:
    """Run `command` and return what it printed.

    Args:
        provider_name: For messages.
        command: Program and arguments; the program is looked up in the PATH of `environment`.
        environment: The program's environment variables.
        timeout_s: Seconds until it is killed.

    Raises:
        SettingsError: `missing_auth`: it could not be started, failed, took too long, or printed too much. What it
            printed is in no message.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environment),
            limit=_MAX_OUTPUT,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a valid command"
        raise _failed(provider_name, command, f"could not be started: {reason}") from error
    try:
        async with asyncio.timeout(timeout_s):
            output = await _output(process)
            status = await process.wait()
    except TimeoutError as error:
        raise _failed(provider_name, command, f"took longer than {timeout_s:g} seconds") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if status != 0:
        raise _failed(provider_name, command, f"ended with status {status}")
    try:
        return output.decode()
    except UnicodeDecodeError:
        # The cause would show the bytes.
        raise _failed(provider_name, command, "printed something that is not text") from None


async def _output(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 -- asked for by PIPE
    pieces: list[bytes] = []
    while piece := await process.stdout.read(_MAX_OUTPUT):
        pieces.append(piece)
        if sum(map(len, pieces)) > _MAX_OUTPUT:
            process.kill()
            break
    return b"".join(pieces)


def _failed(provider_name: str, command: Sequence[str], reason: str) -> SettingsError:
    return SettingsError(
        ErrorCode.MISSING_AUTH,
        f"There is no key for {provider_name}: its api_key_command ({command[0]}) {reason}.",
        remediation=f"Run it in a terminal, and correct `api_key_command` under `[providers.{provider_name}]`.",
    )
