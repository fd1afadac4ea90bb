"""A person's decision about one file of the workspace: pinned, or never sent. Both are lines of the project's files.

Nothing is written here: the change is an edit, so that an editor can make it and take it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from orch_lsp.context.choke import NOT_FOUND, confine, read_bytes
from orch_lsp.context.denylist import denied
from orch_lsp.context.item import Exclusion
from orch_lsp.context.kept_back import EXCLUDED, MAX_BYTES, OWN_IGNORES
from orch_lsp.context.own_ignores import excluded_in, excluding, including
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.settings.pins import parse_pin, pinning, unpinning
from orch_lsp.text import Edit
from orch_lsp.workspace import project_config_path

Pick = Literal["pin", "unpin", "exclude", "include"]
PICKS: tuple[Pick, ...] = ("pin", "unpin", "exclude", "include")


@dataclass(frozen=True, slots=True)
class FileChange:
    """An edit of a file below the root, which need not be there yet."""

    path: Path
    shown: str
    """Its path below the root, for messages."""
    before: str | None
    """Its text; None if there is no such file."""
    edit: Edit


_CHANGES: Mapping[Pick, Callable[[str, str], Edit | None]] = {
    "pin": pinning,
    "unpin": lambda text, entry: unpinning(text, parse_pin(entry)[0]),
    "exclude": excluding,
    "include": including,
}


def excluded_by_hand(root: Path) -> tuple[str, ...]:
    """The files that `.orchignore` excludes one by one; none if it cannot be read. Blocking."""
    try:
        return excluded_in(_read(root, OWN_IGNORES) or "")
    except ContextError:
        return ()


def pick(root: Path, named: str, choice: Pick) -> FileChange | None:
    """The edit that carries a person's word out; None if there is nothing to change. Blocking.

    Args:
        root: The workspace, its symlinks resolved.
        named: A file below it with `/`; to be pinned, it may have lines behind: `#L10-L40`.
        choice: The word on it.

    Raises:
        ContextError: `not_allowed`: there is no such file, it is never sent, or a project's file leads out of the
            workspace. `invalid_settings`: a project's file cannot be read.
        SettingsError: `invalid_settings`: the project's settings cannot be changed.
    """
    config = project_config_path(root).relative_to(root).as_posix()
    file = config if choice in {"pin", "unpin"} else OWN_IGNORES
    path = parse_pin(named)[0] if choice == "pin" else named
    if choice in {"pin", "exclude"} and (reason := _why_not(root, path, choice)):
        raise ContextError(
            ErrorCode.NOT_ALLOWED, f"{path} cannot be {_DONE[choice]}: {reason}.",
            remediation="Name a file of the workspace by its path from the root, with `/`.",
        )  # fmt: skip
    before = _read(root, file)
    edit = _CHANGES[choice](before or "", named)
    return None if edit is None else FileChange(root / file, file, before, edit)


_DONE: Mapping[Pick, str] = {"pin": "pinned", "exclude": "excluded"}


def _why_not(root: Path, path: str, choice: Pick) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "/".join(parts) != path:
        return "it is not a path from the root"
    real = confine(root, path)
    if isinstance(real, Exclusion):
        return real.reason
    if not (root / real).is_file():
        return "not a file"
    if choice == "exclude":
        return "it says what is excluded" if path == OWN_IGNORES else ""
    if path in excluded_by_hand(root):
        return EXCLUDED
    if not path.isprintable():
        return "its name has characters that stand in no settings file"
    return denied(path) or denied(real) or ""


def _read(root: Path, file: str) -> str | None:
    opened = read_bytes(root, file, MAX_BYTES)
    if isinstance(opened, Exclusion):
        if opened.reason == NOT_FOUND and not (root / file).is_symlink():
            return None
        raise ContextError(ErrorCode.NOT_ALLOWED, f"{file} is not changed: {opened.reason}.")
    try:
        return opened.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContextError(ErrorCode.INVALID_SETTINGS, f"{file} cannot be changed: it is not UTF-8.") from error
