"""Which folder a file belongs to, and where the user's own files are.

Server and command line share this, so that both find the same history.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path, PurePath

ORCH_DIRECTORY = ".orch"
PROMPTS_FOLDER = "prompts"
"""Words of requests that replace those of the package: below a project's `.orch`, and beside the user's config."""

WORKFLOWS_FOLDER = "workflows"
"""Workflows of a project, below its `.orch`."""


def is_workflow(path: PurePath) -> bool:
    """Whether a path is one where a workspace keeps its workflows."""
    return path.suffix == ".toml" and path.parts[-3:-1] == (ORCH_DIRECTORY, WORKFLOWS_FOLDER)


def config_home() -> Path:
    """`$ORCH_CONFIG_HOME`, else the platform's config folder for orch-lsp."""
    if explicit := os.environ.get("ORCH_CONFIG_HOME"):
        return Path(explicit)
    import platformdirs

    return Path(platformdirs.user_config_path("orch-lsp", appauthor=False))


def state_home() -> Path:
    """`$ORCH_STATE_HOME`, else the platform's state folder for orch-lsp."""
    if explicit := os.environ.get("ORCH_STATE_HOME"):
        return Path(explicit)
    import platformdirs

    return Path(platformdirs.user_state_path("orch-lsp", appauthor=False))


def keeps_to_own_files() -> bool:
    """Whether both of our own homes are given: then no other file of the user is read."""
    return bool(os.environ.get("ORCH_CONFIG_HOME") and os.environ.get("ORCH_STATE_HOME"))


def user_config_path() -> Path:
    """The user config file, whether or not it exists."""
    return config_home() / "config.toml"


def project_config_path(root: Path) -> Path:
    """The project's own settings, whether or not they exist."""
    return root / ORCH_DIRECTORY / "config.toml"


def resolved(path: Path) -> Path:
    """The absolute path with links resolved as far as they lead; links in circles and odd paths do not raise."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return path.absolute()


def _status(folder: Path, name: str) -> os.stat_result | None:
    """The stat of a folder's entry, a link not followed; None if it cannot be had."""
    try:
        # Each key asks all folders above its document: a `Path` for each takes longer than the system.
        return os.lstat(os.path.join(folder, name))  # noqa: PTH118
    except (OSError, ValueError):
        return None


def git_top_level(path: Path) -> Path | None:
    """The nearest ancestor (or `path` itself) that holds `.git`, a folder or a worktree's file."""
    return next((folder for folder in (path, *path.parents) if _status(folder, ".git")), None)


def _marks_a_root(folder: Path, *, in_checkout: bool) -> bool:
    """Whether `folder` holds an `.orch` folder that may be used.

    A link is none: it could send records and settings anywhere. Beyond a checkout it has to be this user's own, as in
    a shared folder such as `/tmp` anybody could put one above everybody's files.
    """
    found = _status(folder, ORCH_DIRECTORY)
    if found is None or not stat.S_ISDIR(found.st_mode):
        return False
    return in_checkout or sys.platform == "win32" or found.st_uid == os.geteuid()


def find_root(
    file: Path, *, explicit: Path | None = None, folders: Iterable[Path] = (), real: Path | None = None
) -> Path | None:
    """The root of a file's workspace, symlinks resolved, or None.

    Args:
        file: The document; it need not exist.
        explicit: `--workspace`; it wins.
        folders: The editor's workspace folders, or the command line's current folder; they count if they contain
            the file.
        real: The file with links resolved, where that is known.

    Returns:
        The nearest ancestor that holds `.orch/` and is not above the git top level; else the git top level; else the
        innermost of `folders` that contains the file, the root of all files left out; else None.
    """
    if explicit is not None:
        return resolved(explicit)
    parent = (real or resolved(file)).parent
    top = git_top_level(parent)
    for folder in (parent, *parent.parents):
        if _marks_a_root(folder, in_checkout=top is not None):
            return folder
        if folder == top:
            break
    if top is not None:
        return top
    containing = [
        folder
        for folder in map(resolved, folders)
        # All files of a machine are nobody's workspace, though a command may run there.
        if parent.is_relative_to(folder) and folder != folder.parent
    ]
    return max(containing, key=lambda folder: len(folder.parts), default=None)


def workspace_left_by(
    file: Path, *, explicit: Path | None = None, folders: Iterable[Path] = (), real: Path | None = None
) -> Path | None:
    """The workspace in which a file is named, but out of which a link on the way to it leads; None if none does.

    A repository can bring such a link, and a person who names many files would not see it.

    Args:
        file: The document as it was named, links not followed.
        explicit: `--workspace`: a file that really lies in it was meant.
        folders: As for `find_root`.
        real: The same.
    """
    named, real = Path(os.path.abspath(file)), real or resolved(file)  # noqa: PTH100 -- links are what is looked for
    if named == real or (explicit is not None and real.is_relative_to(resolved(explicit))):
        return None
    home = _home()
    bases = [
        folder
        for folder in named.parents
        # A home folder under version control has links to everywhere.
        if (home is None or not home.is_relative_to(folder))
        and (_status(folder, ".git") or _marks_a_root(folder, in_checkout=False))
    ]
    bases += [folder for folder in (*folders, *([explicit] if explicit else [])) if named.is_relative_to(folder)]
    return next((folder for folder in bases if not real.is_relative_to(resolved(folder))), None)


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def relative_path(file: Path, root: Path) -> str:
    """The file's path below its root with `/`, symlinks resolved first; its name if it lies outside.

    As records have it: see `in_unicode`.
    """
    return path_below(resolved(file), resolved(root))


def path_below(real: Path, base: Path) -> str:
    """As `relative_path`, of two that are resolved."""
    return in_unicode(real.relative_to(base).as_posix() if real.is_relative_to(base) else real.name)


def in_unicode(name: str) -> str:
    """A name as JSON and databases can hold it: bytes that are not UTF-8, and lone surrogates, in hexadecimal."""
    if name.isascii():
        return name
    try:
        data = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = name.encode("utf-8", "surrogatepass")
    return data.decode("utf-8", "backslashreplace")
