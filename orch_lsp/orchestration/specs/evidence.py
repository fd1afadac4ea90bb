"""Which of the files that a document's tasks name are in its workspace."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from orch_lsp.document.model import SpecDocument
from orch_lsp.language.code.files import family_of
from orch_lsp.language.index import Index
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.whole_tree import FOREIGN, folders_with
from orch_lsp.rules.done_tasks import named_files
from orch_lsp.rules.files_to_change import files_to_change
from orch_lsp.rules.technologies import technologies_in

_MOST_FOLDERS = 400
_OF_THE_PROJECT = (
    *(".specify/memory/constitution.md", "memory/constitution.md", ".kiro/steering/tech.md", "openspec/project.md"),
    *(".kiro/steering/structure.md", ".kiro/steering/product.md", ".planning/PROJECT.md"),
)
"""Documents that say what holds for all specs, from the root of the project."""
_OF_PACKAGES = frozenset(
    (
        "apps",
        "components",
        "crates",
        "examples",
        "libs",
        "modules",
        "packages",
        "plugins",
        "projects",
        "services",
        "src",
    )
)
"""Folders in which a repository keeps its parts, each with paths of its own."""

_DATA = frozenset(("yaml", "yml", "toml", "hcl", "jsonc"))
"""Endings of files that are written like code, and say nothing of what was built."""
_MOST_ENTRIES = 20_000
_SECONDS_KEPT = 10


def missing_files(reading: Reading) -> frozenset[str]:
    """The files that its ticked tasks name or its open ones are to change, and that are not in its workspace.

    As they are written; none without a workspace. A file is looked for below the root, below each folder in which the
    document stands, below the parts of the repository, and at last below any folder. Blocking: it asks the file system
    about each of them.
    """
    if reading.root is None or not (named := _named(reading.document)):
        return frozenset()
    is_in = _is_in if reading.has_file is None else _by_path(reading.has_file)
    missing = frozenset(path for path in named if not is_in(str(reading.root), path))
    if not missing:
        return missing
    folders = [*map(str, _around(reading.root, reading.spec_path)), *map(str, _parts(reading.root))]
    missing = frozenset(path for path in missing if not any(is_in(folder, path) for folder in folders))
    # The list may be some seconds old: what counts is whether the file is there now.
    return frozenset(
        path for path in missing if not any(is_in(folder, path) for folder in folders_with(reading.root, path))
    )


def _named(document: SpecDocument) -> frozenset[str]:
    return named_files(document) | files_to_change(document)


def holds_code(root: Path | None) -> bool:
    """Whether there is code below a folder, as far as 20,000 of its files tell. Looked up anew after some seconds.

    Blocking. Data and settings (`.json`, `.yml`, `.toml`) are no code, nor is what others wrote (`node_modules`).
    """
    return root is None or _holds_code(root, int(time.monotonic() / _SECONDS_KEPT))


@lru_cache(maxsize=8)
def _holds_code(root: Path, _when: int) -> bool:
    waiting, seen = deque([root]), 0
    while waiting:
        folder = waiting.popleft()
        try:
            with os.scandir(folder) as entries:
                listed = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError:
            continue
        seen += len(listed)
        if seen > _MOST_ENTRIES or any(not is_folder and _is_code(name) for name, is_folder in listed):
            return True
        waiting += (folder / name for name, is_folder in listed if is_folder and _is_own(name))
    return False


def _is_code(name: str) -> bool:
    return family_of(name) not in {None, "markup"} and name.rpartition(".")[2].casefold() not in _DATA


def _is_own(name: str) -> bool:
    return not name.startswith(".") and name not in FOREIGN


def technologies(reading: Reading, index: Index) -> frozenset[str]:
    """The technologies that its project's principles and steering documents name, around it and above."""
    named: set[str] = set()
    for folder in ("", *(f"{parent}/" for parent in PurePosixPath(reading.spec_path).parents if parent.name)):
        for path in _OF_THE_PROJECT:
            document = index.documents.get(f"{folder}{path}")
            if document is not None:
                named |= technologies_in(document.text)
    return frozenset(named)


def _around(root: Path, path: str) -> Iterator[Path]:
    for folder in PurePosixPath(path).parents:
        if folder.name:
            yield root / folder


def _parts(root: Path) -> list[Path]:
    """The folders right below the root, and those in which the parts of a repository are, at most 400."""
    found: list[Path] = []
    for folder in _folders(root):
        found.append(folder)
        if folder.name in _OF_PACKAGES:
            found += _folders(folder)
    return found[:_MOST_FOLDERS]


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [
                Path(entry.path)
                for entry in sorted(entries, key=lambda entry: entry.name)
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []


def _is_in(folder: str, path: str) -> bool:
    # Strings: a `Path` takes four times as long, and this is asked for each of a document's files at each key.
    return os.path.isfile(os.path.join(folder, path))  # noqa: PTH113, PTH118 -- as said above


def _by_path(has_file: Callable[[Path], bool]) -> Callable[[str, str], bool]:
    return lambda folder, path: has_file(Path(folder, path))
