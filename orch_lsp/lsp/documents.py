"""The open documents as the server sees them: snapshots, focus, and waiting for a change."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pygls.uris import to_fs_path

from orch_lsp.orchestration.source import Source

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer


def path_of(uri: str) -> Path | None:
    """The file that a URI names; None for `untitled:` and other schemes."""
    if urlsplit(uri).scheme != "file":
        return None
    path = to_fs_path(uri)
    return Path(path) if path else None


class Documents:
    """What is open, over pygls's workspace, which keeps the texts."""

    def __init__(self, server: OrchServer) -> None:
        self._server = server
        self._changed: dict[str, asyncio.Event] = {}
        self._identities: dict[str, str] = {}
        self._untitled_texts: dict[str, str] = {}
        self._closed_untitled: deque[tuple[str, str]] = deque(maxlen=8)

    def is_open(self, uri: str) -> bool:
        """Whether the client has the document open."""
        return uri in self._server.workspace.text_documents

    def open_uris(self) -> list[str]:
        """URIs of the open documents."""
        return list(self._server.workspace.text_documents)

    def source(self, uri: str) -> Source:
        """The document as it is now.

        Raises:
            KeyError: It is not open.
        """
        document = self._server.workspace.text_documents[uri]
        path = path_of(uri)
        identity = None if path is not None else self._identities.setdefault(uri, str(uuid.uuid4()))
        return Source(uri, path, document.version, document.source, self._server.folders(), identity=identity)

    def text(self, uri: str) -> str | None:
        """The document's text now; None if it is not open."""
        document = self._server.workspace.text_documents.get(uri)
        return None if document is None else document.source

    def note_change(self, uri: str) -> None:
        """Wake those who wait for a change of the document, and remember the text of one that has no file."""
        if path_of(uri) is None:
            self._untitled_texts[uri] = self._server.workspace.text_documents[uri].source
        self._changed.setdefault(uri, asyncio.Event()).set()

    def untitled_with(self, text: str) -> list[str]:
        """Identities of documents without a file that have, or had when they were closed, exactly this text."""
        documents = self._server.workspace.text_documents
        now = [known for uri, known in self._identities.items() if uri in documents and documents[uri].source == text]
        return [*now, *(identity for identity, last in self._closed_untitled if last == text)]

    def forget(self, uri: str) -> str | None:
        """The document was closed; those who wait see that it is gone. Returns the text of one that had no file.

        pygls has forgotten its text by now; one without a file may come back as a file with the same text.
        """
        identity, text = self._identities.pop(uri, None), self._untitled_texts.pop(uri, None)
        if identity is not None and text is not None:
            self._closed_untitled.append((identity, text))
        if (event := self._changed.pop(uri, None)) is not None:
            event.set()
        return text

    async def wait_for_text(self, uri: str, text: str, seconds: float) -> bool:
        """Whether the document has this text now or within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while (now := self.text(uri)) != text:
                    if now is None:
                        return False
                    event = self._changed[uri] = asyncio.Event()
                    await event.wait()
        except TimeoutError:
            return False
        return True
