"""Where documents are: the root of their workspace, and how records name them. No document is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orch_lsp.orchestration.specs.source import Source
from orch_lsp.workspace import find_root, in_unicode, path_below, resolved, workspace_left_by


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is, which needs none of its text."""

    source: Source
    root: Path | None
    spec_path: str
    """How records name it: by the path below its root, else by its file name, else by its URI."""
    left: Path | None = None
    """The workspace in which it is named, if a link on the way leads out of it."""

    @property
    def document(self) -> str | None:
        """Tells a document without a root from others; None if there is a root."""
        return document_id(self.source, self.root)


def locate(source: Source) -> Place:
    """Where a document is. Blocking; links on the way to it are followed once, for each key asks for this."""
    path = source.path
    if path is None:
        return Place(source, None, in_unicode(source.uri))
    real = resolved(path)
    root = find_root(path, explicit=source.workspace, folders=source.folders, real=real)
    left = workspace_left_by(path, explicit=source.workspace, folders=source.folders, real=real)
    return Place(source, root, path_below(real, root) if root else in_unicode(path.name), left)


def root_of(source: Source) -> Path | None:
    """The root of a document's workspace; None for an untitled one and for a file outside any. Blocking."""
    if source.path is None:
        return None
    return find_root(source.path, explicit=source.workspace, folders=source.folders)


def root_of_folder(folder: Path) -> Path | None:
    """The root of files directly in a folder. Blocking."""
    return find_root(folder / "any.md", folders=(folder,))


def document_id(source: Source, root: Path | None) -> str | None:
    """Tells a document without a root from others: its absolute path or its URI; None if there is a root."""
    if root is not None:
        return None
    return str(source.path.absolute()) if source.path else source.identity or source.uri
