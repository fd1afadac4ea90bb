"""pygls's workspace, with its documents and folders under the normal form of their URIs.

pygls keys both by the unquoted URI: `a%20b.md` would be found under `a b.md`, and with both open each answers for the
other. It also splits lines where an editor sees none, such as at U+2028, so that a range would land in the wrong place.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lsprotocol import types
from pygls.workspace import TextDocument, Workspace
from typing_extensions import override

from orch_lsp.lsp.wire.synced_text import SyncedText
from orch_lsp.text import PositionEncoding, width
from orch_lsp.uri import normal_form, path_of

logger = logging.getLogger(__name__)


WORD_SECONDS = 1.5
"""A pause after which a word is taken for typed to its end."""
_LINE_END = re.compile(r"[\r\n]")


@dataclass(frozen=True, slots=True)
class Typed:
    """The end of a change that was made within a line."""

    line: int
    column: int
    """In the client's units."""
    at: float
    """When it came, by the monotonic clock in seconds."""
    is_alone: bool = True
    """Whether nothing else was changed with it, as with several cursors."""

    @property
    def seconds_left(self) -> float:
        """Until the word at it is taken for typed to its end; 0 from then on."""
        return max(0.0, self.at + WORD_SECONDS - time.monotonic())


class OpenDocument(TextDocument):
    """A document that the client has open: its text, as the client has changed it."""

    def __init__(self, item: types.TextDocumentItem, encoding: str) -> None:
        super().__init__(item.uri, version=item.version, language_id=item.language_id)
        self._encoding: PositionEncoding = cast("PositionEncoding", encoding)
        self._synced = SyncedText(item.text, self._encoding)
        self.typed: Typed | None = None
        """The place that was typed at last; None if that was not done within a line, or the text was saved since."""
        self._before_save: SyncedText | None = None
        """The text that the last save has replaced, until the next change shows which of the two was changed."""

    @property
    @override
    def source(self) -> str:
        """The text as it is now."""
        return self._synced.text

    @property
    def line_starts(self) -> Sequence[int]:
        """The offsets at which the lines of `source` begin."""
        return self._synced.line_starts

    def change(self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int) -> list[str]:
        """Apply changes, each to the text that the one before it left. Returns what was wrong with them, in words."""
        self.version = version
        before, self._before_save = self._before_save, None
        if before is not None and _text_after(before, changes, self._encoding) == self.source:
            self.typed = None
            return []  # They were on their way when the document was saved, and the text that was saved has them.
        self._synced, wrong = _changed(self._synced, changes, self._encoding)
        self.typed = _typed(changes, self._encoding) if changes else None
        return wrong

    def take_saved(self, text: str) -> None:
        """The client has this text."""
        self._before_save, self._synced = self._synced, SyncedText(text, self._encoding)


def _typed(changes: Sequence[types.TextDocumentContentChangeEvent], encoding: PositionEncoding) -> Typed | None:
    change = changes[-1]
    if not isinstance(change, types.TextDocumentContentChangePartial) or _LINE_END.search(change.text) is not None:
        return None
    start = change.range.start
    column = start.character + width(change.text, encoding)
    return Typed(start.line, column, time.monotonic(), is_alone=len(changes) == 1)


def _text_after(
    text: SyncedText, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: PositionEncoding
) -> str:
    return _changed(text, changes, encoding)[0].text


def _changed(
    text: SyncedText, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: PositionEncoding
) -> tuple[SyncedText, list[str]]:
    wrong: list[str] = []
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = change.range.start, change.range.end
            wrong += text.replace((start.line, start.character), (end.line, end.character), change.text)
        else:
            text = SyncedText(change.text, encoding)
    return text, wrong


class OrchWorkspace(Workspace):
    """The documents that the client has open. All methods take a URI in any spelling."""

    def __init__(
        self,
        root_uri: str | None,
        folders: Sequence[types.WorkspaceFolder],
        position_encoding: types.PositionEncodingKind | str | None,
    ) -> None:
        super().__init__(root_uri, types.TextDocumentSyncKind.Incremental, folders, position_encoding)

    def document(self, uri: str) -> OpenDocument | None:
        """The open document; None if it is not open. Its `uri` is in the client's own spelling."""
        return cast("OpenDocument | None", self.text_documents.get(normal_form(uri)))

    def spelling(self, uri: str) -> str:
        """The URI as the client spelled it when it opened the document; as given if it is not open."""
        document = self.document(uri)
        return document.uri if document is not None else uri

    def folder_paths(self) -> tuple[Path, ...]:
        """The folders that are on disk; the root if the client named no folders."""
        return tuple(path for path in map(path_of, self.folder_uris()) if path is not None)

    def folder_uris(self) -> list[str]:
        """The folders as the client spells them; the root if it named none."""
        return [folder.uri for folder in self.folders.values()] or ([self.root_uri] if self.root_uri else [])

    @override
    def get_text_document(self, doc_uri: str) -> TextDocument:
        return self.document(doc_uri) or self._create_text_document(doc_uri)

    @override
    def put_text_document(self, text_document: types.TextDocumentItem, notebook_uri: str | None = None) -> None:
        encoding = types.PositionEncodingKind(self.position_encoding or "utf-16").value
        self.text_documents[normal_form(text_document.uri)] = OpenDocument(text_document, encoding)

    @override
    def remove_text_document(self, doc_uri: str) -> None:
        self.text_documents.pop(normal_form(doc_uri), None)

    @override
    def update_text_document(
        self, text_doc: types.VersionedTextDocumentIdentifier, change: types.TextDocumentContentChangeEvent
    ) -> None:
        """Take in one change; see `change`."""
        self.change(text_doc, [change])

    def change(
        self,
        changed: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> None:
        """Take in what a client says of a document, in its order: whole texts, or ranges of the text as it is by then.

        Messages arrive in the order in which they were sent, so a version that does not grow is the mistake of who
        counts, and the change is one of the text that is here. Only a change of a document that is not open has none.
        """
        document = self.document(changed.uri)
        if document is None:
            logger.warning("a change of %s is left out: the document is not open", changed.uri)
            return
        if changed.version <= document.version:
            logger.warning("%s: version %s comes after %s", changed.uri, changed.version, document.version)
        for wrong in document.change(changes, changed.version):
            logger.warning("%s: a change of version %s was mended: %s", changed.uri, changed.version, wrong)

    def saved(self, uri: str, text: str) -> None:
        """Take the text that the client says it has saved for the document's, if another one is known here.

        A client whose changes cannot be followed would otherwise be misunderstood until the document is closed.
        """
        document = self.document(uri)
        if document is not None:
            document.typed = None
        if document is None or document.source == text:
            return
        logger.warning("%s: the editor has saved a text that is not the one known here, which it replaces", uri)
        document.take_saved(text)

    @override
    def add_folder(self, folder: types.WorkspaceFolder) -> None:
        self.folders[normal_form(folder.uri)] = folder

    @override
    def remove_folder(self, folder_uri: str) -> None:
        self.folders.pop(normal_form(folder_uri), None)
