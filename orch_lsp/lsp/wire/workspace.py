"""pygls's workspace, with its documents and folders under the normal form of their URIs.

pygls keys both by the unquoted URI: `a%20b.md` would be found under `a b.md`, and with both open each answers for the
other. It also loses text if a client sends ranges although full text was agreed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.workspace import TextDocument, Workspace
from typing_extensions import override

from orch_lsp.lsp.convert import Positions
from orch_lsp.text import Edit, Span, apply_edits
from orch_lsp.uri import normal_form, path_of


class OrchWorkspace(Workspace):
    """What the client has open. All methods take a URI in any spelling."""

    def __init__(
        self,
        root_uri: str | None,
        folders: Sequence[types.WorkspaceFolder],
        position_encoding: types.PositionEncodingKind | str | None,
    ) -> None:
        super().__init__(root_uri, types.TextDocumentSyncKind.Full, folders, position_encoding)

    def document(self, uri: str) -> TextDocument | None:
        """The open document; None if it is not open. Its `uri` is in the client's own spelling."""
        return self.text_documents.get(normal_form(uri))

    def spelling(self, uri: str) -> str:
        """The URI as the client spelled it when it opened the document; as given if it is not open."""
        document = self.document(uri)
        return document.uri if document is not None else uri

    def folder_paths(self) -> tuple[Path, ...]:
        """The folders that are on disk; the root if the client named no folders."""
        uris = [folder.uri for folder in self.folders.values()] or ([self.root_uri] if self.root_uri else [])
        return tuple(path for path in map(path_of, uris) if path is not None)

    @override
    def get_text_document(self, doc_uri: str) -> TextDocument:
        return self.document(doc_uri) or self._create_text_document(doc_uri)

    @override
    def put_text_document(self, text_document: types.TextDocumentItem, notebook_uri: str | None = None) -> None:
        self.text_documents[normal_form(text_document.uri)] = self._create_text_document(
            text_document.uri,
            source=text_document.text,
            version=text_document.version,
            language_id=text_document.language_id,
        )

    @override
    def remove_text_document(self, doc_uri: str) -> None:
        self.text_documents.pop(normal_form(doc_uri), None)

    @override
    def update_text_document(
        self, text_doc: types.VersionedTextDocumentIdentifier, change: types.TextDocumentContentChangeEvent
    ) -> None:
        """Take in one change, a whole text or a range of one; nothing if the document is not open."""
        old = self.document(text_doc.uri)
        if old is None:
            return
        text = change.text
        if isinstance(change, types.TextDocumentContentChangePartial):
            text = self._with_range(old.source, change)
        self.text_documents[normal_form(text_doc.uri)] = self._create_text_document(
            old.uri, source=text, version=text_doc.version, language_id=old.language_id
        )

    def _with_range(self, text: str, change: types.TextDocumentContentChangePartial) -> str:
        positions = Positions(text, types.PositionEncodingKind(self.position_encoding or "utf-16").value)
        start, end = sorted((positions.offset(change.range.start), positions.offset(change.range.end)))
        return apply_edits(text, [Edit(Span(start, end), change.text)])

    @override
    def add_folder(self, folder: types.WorkspaceFolder) -> None:
        self.folders[normal_form(folder.uri)] = folder

    @override
    def remove_folder(self, folder_uri: str) -> None:
        self.folders.pop(normal_form(folder_uri), None)
