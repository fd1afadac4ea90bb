"""The provenance files of a workspace: `.orch/provenance/<spec path>.jsonl`, committed beside the specs.

They come with the repository: sizes are capped, symlinks are not followed, and what cannot be read is reported.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from orch_lsp import workspace
from orch_lsp.document.written import Written
from orch_lsp.runs.origins import ProvenanceEntry, from_line, merged, newest_by_key, to_line
from orch_lsp.runs.record import RunRecord
from orch_lsp.storage.files import replace_file

MAX_BYTES = 1024 * 1024
MAX_LINES = 10_000
MAX_PROBLEMS = 20


def provenance_path(root: Path, spec_path: str) -> Path | None:
    """The file of a spec; None if its path does not lie below the root, as for untitled documents."""
    parts = PurePosixPath(spec_path).parts
    windows = PureWindowsPath(spec_path)
    confined = parts and not spec_path.startswith("/") and not windows.drive and ":" not in parts[0]
    if not confined or any(part == ".." or "\\" in part or "\0" in part for part in parts):
        return None
    return root.joinpath(workspace.ORCH_DIRECTORY, "provenance", *parts[:-1], f"{parts[-1]}.jsonl")


def read(root: Path, spec_path: str) -> tuple[tuple[ProvenanceEntry, ...], tuple[str, ...]]:
    """The repository's word on a spec.

    Returns:
        One entry a key, the newest, sorted by key; and what could not be read.
    """
    path = provenance_path(root, spec_path)
    if path is None:
        return (), ()
    try:
        content = _content(root, path)
    except OSError as error:
        return (), (f"{_shown(root, path)} cannot be read: {error.strerror or error}.",)
    return _entries(content, _shown(root, path)) if content is not None else ((), ())


def update(root: Path, spec_path: str, sections: Sequence[Written], applied: Sequence[RunRecord]) -> tuple[str, ...]:
    """Bring a spec's file in step with its text; to be called when the document was saved.

    Args:
        root: The workspace's root.
        spec_path: The document's path below it, with `/`.
        sections: The sections as they were saved.
        applied: Runs whose draft was applied to the document, newest first.

    Returns:
        What went wrong, for the user; nothing is raised.
    """
    path = provenance_path(root, spec_path)
    if path is None:
        return ()
    try:
        before = _content(root, path)
        known, problems = _entries(before, _shown(root, path)) if before is not None else ((), ())
        _replace(root, path, before, merged(known, sections, applied))
    except OSError as error:
        return (f"{_shown(root, path)} cannot be written: {error.strerror or error}.",)
    return problems


def move(root: Path, old_path: str, new_path: str) -> tuple[str, ...]:
    """Follow a renamed spec; what is known of the new path already is kept.

    Returns:
        What went wrong, for the user; nothing is raised.
    """
    old, new = provenance_path(root, old_path), provenance_path(root, new_path)
    if old is None or new is None or old == new:
        return ()
    try:
        content = _content(root, old)
        if content is None:
            return ()
        moved, problems = _entries(content, _shown(root, old))
        there = _content(root, new)
        present, more = _entries(there, _shown(root, new)) if there is not None else ((), ())
        both = newest_by_key((*moved, *present))
        _replace(root, new, there, [both[key] for key in sorted(both)])
        _remove(root, old)
    except OSError as error:
        return (f"{_shown(root, old)} cannot follow its document: {error.strerror or error}.",)
    return (*problems, *more)


def _entries(content: str, shown: str) -> tuple[tuple[ProvenanceEntry, ...], tuple[str, ...]]:
    lines = content.split("\n")
    problems = [f"{shown} has more than {MAX_LINES} lines; the rest is not read."] if len(lines) > MAX_LINES else []
    entries: list[ProvenanceEntry] = []
    for number, line in enumerate(lines[:MAX_LINES], start=1):
        if not line.strip():
            continue
        try:
            entries.append(from_line(line))
        except ValueError as error:
            if len(problems) < MAX_PROBLEMS:
                problems.append(f"{shown}, line {number}: {error}.")
    newest = newest_by_key(entries)
    return tuple(newest[key] for key in sorted(newest)), tuple(problems)


def _content(root: Path, path: Path) -> str | None:
    """The file's text, None if there is none.

    Raises:
        OSError: It is too large, not a plain file, or not below real folders of the root.
    """
    _refuse_links(root, path)
    try:
        # Opening a pipe without this flag would wait for a writer.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not a plain file")
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES} bytes")
    return content.decode("utf-8", "replace")


def _refuse_links(root: Path, path: Path) -> None:
    for folder in _folders(root, path):
        try:
            mode = folder.lstat().st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISDIR(mode):
            raise OSError(errno.ENOTDIR, f"{_shown(root, folder)} is not a plain folder")


def _folders(root: Path, path: Path) -> Iterable[Path]:
    """The folders between the root and a file, outermost first."""
    return reversed([folder for folder in path.parents if folder != root and folder.is_relative_to(root)])


def _replace(root: Path, path: Path, before: str | None, entries: Sequence[ProvenanceEntry]) -> None:
    content = "".join(f"{to_line(entry)}\n" for entry in entries)
    if content == (before or ""):
        return
    if not content:
        _remove(root, path)
        return
    for folder in _folders(root, path):
        folder.mkdir(exist_ok=True)
    _refuse_links(root, path)
    replace_file(path, content.encode(), mode=0o644)


def _remove(root: Path, path: Path) -> None:
    """Remove a file and the folders that it leaves empty, but not the provenance folder itself."""
    path.unlink(missing_ok=True)
    keep = root / workspace.ORCH_DIRECTORY / "provenance"
    for folder in path.parents:
        if folder == keep or not folder.is_relative_to(keep):
            return
        try:
            folder.rmdir()
        except OSError:
            return


def _shown(root: Path, path: Path) -> str:
    return f"`{path.relative_to(root).as_posix()}`"
