"""The open documents as the server sees them: snapshots, focus, and waiting for a change."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import Callable

from orch_lsp.lsp.wire.workspace import OrchWorkspace, Typed
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.uri import normal_form, path_of


class Documents:
    """The open documents; the workspace keeps their texts. URIs come in any spelling and leave in the client's."""

    def __init__(self, workspace: Callable[[], OrchWorkspace]) -> None:
        self._workspace = workspace
        self._changed: dict[str, asyncio.Event] = {}
        self._identities: dict[str, str] = {}
        self._untitled_texts: dict[str, str] = {}
        self._altered: dict[str, str] = {}
        self._closed_untitled: deque[tuple[str, str]] = deque(maxlen=8)

    def is_open(self, uri: str) -> bool:
        """Whether the client has the document open."""
        return self._workspace().document(uri) is not None

    def open_uris(self) -> list[str]:
        """URIs of the open documents, as the client spells them."""
        return [document.uri for document in self._workspace().text_documents.values()]

    def source(self, uri: str) -> Source:
        """The document as it is now.

        Raises:
            KeyError: It is not open.
        """
        document = self._workspace().document(uri)
        if document is None:
            raise KeyError(uri)
        path = path_of(uri)
        identity = None if path is not None else self._identities.setdefault(normal_form(uri), str(uuid.uuid4()))
        return Source(
            document.uri, path, document.version, document.source, self._workspace().folder_paths(), identity=identity,
            line_starts=document.line_starts,
        )  # fmt: skip

    def text(self, uri: str) -> str | None:
        """The document's text now; None if it is not open."""
        document = self._workspace().document(uri)
        return None if document is None else document.source

    def typed(self, uri: str) -> Typed | None:
        """The place at which somebody types: None where nobody has since a save, or for a moment."""
        document = self._workspace().document(uri)
        typed = None if document is None else document.typed
        return typed if typed is not None and typed.seconds_left > 0.0 else None

    def version(self, uri: str) -> int | None:
        """The document's version now; None if it is not open, or the client counts none."""
        document = self._workspace().document(uri)
        return None if document is None else document.version

    def note_change(self, uri: str) -> None:
        """Wake those who wait for a change of the document, and remember the text of one that has no file."""
        text, form = self.text(uri), normal_form(uri)
        if path_of(uri) is None and text is not None:
            self._untitled_texts[form] = text
        self._altered[form] = uri
        self._changed.setdefault(form, asyncio.Event()).set()

    def take_altered(self) -> list[tuple[str, Source | None]]:
        """Documents that were opened, changed or closed since this was last asked, by the normal form of their URI.

        Each as it is now; None for one that is closed.
        """
        altered, self._altered = self._altered, {}
        return [(form, self.source(uri) if self.is_open(uri) else None) for form, uri in altered.items()]

    def untitled_with(self, text: str) -> list[str]:
        """Identities of documents without a file that have, or had when they were closed, exactly this text."""
        documents = self._workspace().text_documents
        now = [
            known for form, known in self._identities.items() if form in documents and documents[form].source == text
        ]
        return [*now, *(identity for identity, last in self._closed_untitled if last == text)]

    def forget(self, uri: str) -> str | None:
        """The document was closed; those who wait see that it is gone. Returns the text of one that had no file.

        pygls has forgotten its text by now; one without a file may come back as a file with the same text.
        """
        form = normal_form(uri)
        self._altered[form] = uri
        identity, text = self._identities.pop(form, None), self._untitled_texts.pop(form, None)
        if identity is not None and text is not None:
            self._closed_untitled.append((identity, text))
        if (event := self._changed.pop(form, None)) is not None:
            event.set()
        return text

    async def wait_until_open(self, uri: str, seconds: float) -> bool:
        """Whether the client has the document open now or within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not self.is_open(uri):
                    event = self._changed.setdefault(normal_form(uri), asyncio.Event())
                    event.clear()
                    await event.wait()
        except TimeoutError:
            return False
        return True

    async def wait_for_text(self, uri: str, text: str, seconds: float) -> bool:
        """Whether the document has this text now or within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while (now := self.text(uri)) != text:
                    if now is None:
                        return False
                    event = self._changed[normal_form(uri)] = asyncio.Event()
                    await event.wait()
        except TimeoutError:
            return False
        return True
