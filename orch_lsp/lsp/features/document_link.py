"""textDocument/documentLink: files, headings and pages on the web that a document names."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types

from orch_lsp.context.choke import read_text
from orch_lsp.context.item import Exclusion
from orch_lsp.context.links import FileTarget, Link, file_target, links, web_page
from orch_lsp.document.anchors import anchored
from orch_lsp.lsp.snapshot import Snapshot, snapshot
from orch_lsp.markdown.reader import read as read_markdown
from orch_lsp.text import Span, split_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orch_lsp.lsp.server import OrchServer
    from orch_lsp.orchestration.specs.reading import Reading

_LARGEST_FILE = 2 * 1024 * 1024
"""Bytes of a file in which a heading is looked for."""


async def document_link(snapshot: Snapshot, params: types.DocumentLinkParams) -> list[types.DocumentLink]:  # noqa: ARG001 -- the signature of the handler
    """Links to the web with their target, all others with what is needed to find it, once somebody follows them."""
    reading = await snapshot.reading()
    return await asyncio.to_thread(_links, snapshot, reading)


def _links(snapshot: Snapshot, reading: Reading) -> list[types.DocumentLink]:
    positions = snapshot.positions()
    found: list[types.DocumentLink] = []
    for link in links(reading.document.tree):
        place = positions.range(link.span)
        if link.is_meant and (page := web_page(link.target)) is not None:
            found.append(types.DocumentLink(place, page))
        elif file_target(reading.root, _folder(reading), link) is not None:
            data = {"uri": snapshot.uri, "target": link.target, "meant": link.is_meant}
            found.append(types.DocumentLink(place, data=data))
    return found


async def resolve(ls: OrchServer, link: types.DocumentLink) -> types.DocumentLink:
    """The link with its target, if it still has one that may be opened: a client's word for it is not taken."""
    known: Any = link.data
    data = cast("Mapping[str, Any]", known if isinstance(known, dict) else {})
    uri, target, meant = data.get("uri"), data.get("target"), data.get("meant")
    if not (isinstance(uri, str) and isinstance(target, str) and ls.documents.is_open(uri)):
        return link
    opened = snapshot(ls, uri)
    reading = await opened.reading()
    wanted = Link(Span(0, 0), target, is_meant=meant is True)
    link.target = await asyncio.to_thread(_target, opened, reading, wanted)
    return link


def _target(snapshot: Snapshot, reading: Reading, link: Link) -> str | None:
    found = file_target(reading.root, _folder(reading), link)
    if found is None:
        return None
    line = _line(snapshot, reading, found)
    fragment = "" if line is None else f"#L{line}"
    if found.path is None or reading.root is None:
        return f"{snapshot.uri}{fragment}"
    return f"{(reading.root / found.path).as_uri()}{fragment}"


def _line(snapshot: Snapshot, reading: Reading, target: FileTarget) -> int | None:
    """The line that is meant, counted from one; None for the file as a whole, or where it cannot be found."""
    if target.line is not None or not target.anchor:
        return target.line
    if target.path is None or reading.root is None:
        offset = anchored(reading.document.tree, target.anchor)
        return None if offset is None else snapshot.positions().position(offset).line + 1
    file = read_text(reading.root, target.path, _LARGEST_FILE)
    if isinstance(file, Exclusion):
        return None
    offset = anchored(read_markdown(file.text), target.anchor)
    return None if offset is None else len(split_lines(file.text[:offset]))


def _folder(reading: Reading) -> str:
    return reading.spec_path.rpartition("/")[0]
