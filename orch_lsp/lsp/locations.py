"""Places of an index as the client names them: also in files that it does not have open.

A file is read when the answer is made, by the same bounded reader as for the index. In one that has changed since, a
place is found again if the change does not touch it; else it is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from lsprotocol import types

from orch_lsp.context.choke import read_text
from orch_lsp.context.item import Exclusion
from orch_lsp.document.readings import difference
from orch_lsp.language.index import Index
from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.index.file_documents import MAX_FILE_BYTES
from orch_lsp.orchestration.index.spec_index import SpecIndex
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.text import Span
from orch_lsp.uri import normal_form


@dataclass(frozen=True, slots=True)
class PlacedDocument:
    """A document as it is when the answer is made."""

    uri: str
    """As the client spells it, if it does."""
    version: int | None
    """None for a file that is not open."""
    text: str
    positions: Positions
    known: str
    """The text of the index."""
    cut: Span | None
    """The part of it that is another one by now; None if nothing is."""

    def span(self, span: Span) -> Span | None:
        """Where a span of the index is now; None if it was changed."""
        if self.cut is None or span.end < self.cut.start:
            return span
        if span.start <= self.cut.end:
            return None
        moved = len(self.text) - len(self.known)
        return Span(span.start + moved, span.end + moved)

    def range(self, span: Span) -> types.Range | None:
        """The client's range of a span of the index; None if it was changed."""
        now = self.span(span)
        return None if now is None else self.positions.range(now)


class Places:
    """Documents of an index by path; one that cannot be read any more is not among them."""

    def __init__(self, documents: Mapping[str, PlacedDocument]) -> None:
        self.documents = documents

    def range(self, path: str, span: Span) -> types.Range | None:
        """The client's range of a span; None if the document or the place is gone."""
        document = self.documents.get(path)
        return None if document is None else document.range(span)

    def location(self, path: str, span: Span) -> types.Location | None:
        """The client's location of a span; None if the document or the place is gone."""
        found = self.range(path, span)
        return None if found is None else types.Location(self.documents[path].uri, found)


async def places(snapshot: Snapshot, reading: Reading, index: Index, paths: Iterable[str]) -> Places:
    """Documents of an index, ready to be pointed into.

    Args:
        snapshot: The document that the request is about.
        reading: The same, read.
        index: `Snapshot.index()`.
        paths: Of documents in it; each is read once.
    """
    return await asyncio.to_thread(_places, snapshot, reading, index, set(paths))


def _places(snapshot: Snapshot, reading: Reading, index: Index, paths: Iterable[str]) -> Places:
    owner = snapshot.session.indexes.of(reading)
    folder_uri = uri_of_folder(snapshot, reading)
    return places_in(owner, index, paths, folder_uri, snapshot.encoding, own=(reading.spec_path, snapshot.source))


def places_in(
    owner: SpecIndex | None,
    index: Index,
    paths: Iterable[str],
    folder_uri: str,
    encoding: str,
    *,
    own: tuple[str, Source] | None = None,
) -> Places:
    """As `places`, for any index. Blocking.

    Args:
        owner: The index's owner; None for one that holds an open document alone.
        index: The documents.
        paths: Of documents in it; each is read once.
        folder_uri: The folder that they are relative to, as the client spells it, without a slash at its end.
        encoding: The units in which the client counts columns.
        own: The document that the request is about, and its path.
    """
    found: dict[str, PlacedDocument] = {}
    for path in paths:
        known = index.documents.get(path)
        if known is None:
            continue
        opened = None if owner is None else owner.opened(path)
        source = own[1] if own is not None and own[0] == path else None if opened is None else opened.source
        if source is not None:
            uri, version, text = source.uri, source.version, source.text
        elif owner is not None and (on_disk := _read(owner, path)) is not None:
            uri, version, text = f"{folder_uri}/{quote(path)}", None, on_disk
        else:
            continue
        cut = None if text == known.text else difference(known.text, text)[0]
        found[path] = PlacedDocument(uri, version, text, Positions(text, encoding), known.text, cut)
    return Places(found)


def _read(owner: SpecIndex, path: str) -> str | None:
    readable = read_text(owner.folder, path, MAX_FILE_BYTES)
    return None if isinstance(readable, Exclusion) else readable.text


def uri_of_path(snapshot: Snapshot, reading: Reading, path: str) -> str:
    """A document of the index around one, as the client spells it if it is open."""
    owner = snapshot.session.indexes.of(reading)
    opened = None if owner is None else owner.opened(path)
    return f"{uri_of_folder(snapshot, reading)}/{quote(path)}" if opened is None else opened.source.uri


def uri_of_folder(snapshot: Snapshot, reading: Reading) -> str:
    """The folder that paths are relative to, as the client spells it in the URI of the document; without a slash."""
    owner = snapshot.session.indexes.of(reading)
    spelled = spelled_folder(snapshot.uri, reading.spec_path)
    # Otherwise a link leads to the document.
    return spelled if spelled is not None else "" if owner is None else owner.folder.as_uri()


def spelled_folder(uri: str, path: str) -> str | None:
    """The beginning of a document's URI before the path that the index has for it; None if it does not end in that."""
    before = uri.rsplit("/", path.count("/") + 1)[0]
    return before if normal_form(f"{before}/{quote(path)}") == normal_form(uri) else None
