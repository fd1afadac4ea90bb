"""`api_key_command`: a program that prints a key. No shell, no terminal, a time-out, and no trace of its output."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.workspace import git_top_level, resolved

TIMEOUT_S = 30.0
_MAX_OUTPUT = 64 * 1024


async def run_key_command(
    provider_name: str, command: Sequence[str], environment: Mapping[str, str], *, timeout_s: float = TIMEOUT_S
) -> str:
    """Run `command` and return what it printed.

    Args:
        provider_name: For messages.
        command: Program and arguments; the program is an absolute path, or a name that `find_program` looks up. It
            runs in the home folder, not in a project's.
        environment: The program's environment variables.
        timeout_s: Seconds until it is killed.

    Raises:
        SettingsError: `missing_auth`: it could not be started, failed, took too long, or printed too much. What it
            printed is in no message.
    """
    program = await asyncio.to_thread(find_program, command[0], environment.get("PATH", os.defpath), Path.cwd())
    if program is None:
        reason = "it is neither an absolute path nor a program on PATH outside of the project"
        raise _failed(provider_name, command, f"could not be started: {reason}")
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *command[1:],
            cwd=_home(),
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


def find_program(name: str, search_path: str, folder: Path) -> str | None:
    """The program of a name as an absolute path; None if there is none that the project could not have brought.

    Entries of the search path count if they are absolute, and not in the checkout around `folder`. A name with a
    separator has to be an absolute path; `~/` is the home folder.
    """
    home, project = _home(), git_top_level(resolved(folder)) or resolved(folder)
    if name.startswith("~/") and home is not None:
        name = str(home / name[2:])
    if Path(name).is_absolute():
        return name
    if not name or "\0" in name or Path(name).name != name:
        return None
    # A person whose home folder is a checkout keeps programs in it.
    untrusted = None if home is not None and home.is_relative_to(project) else project
    for entry in search_path.split(os.pathsep):
        found = shutil.which(str(Path(entry) / name)) if Path(entry).is_absolute() else None
        if found is None:
            continue
        places = (resolved(Path(entry)), resolved(Path(found)))
        if untrusted is None or not any(place.is_relative_to(untrusted) for place in places):
            return found
    return None


def _home() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if home.is_dir() else None


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
