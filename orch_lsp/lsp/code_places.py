"""Places in code that name nodes, as the client names them. Their files need not be open, nor be read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from lsprotocol import types

from orch_lsp.lsp.locations import uri_of_folder
from orch_lsp.orchestration.index.spec_indexes import GLANCE_SECONDS
from orch_lsp.orchestration.specs.reading import Reading

if TYPE_CHECKING:
    from orch_lsp.language.code.links import CodeCitation, CodeLinks
    from orch_lsp.language.code.mentions import Place
    from orch_lsp.language.index import Index
    from orch_lsp.lsp.snapshot import Snapshot
    from orch_lsp.text import PositionEncoding

_GLANCE_AGE_SECONDS = 3.0
"""A look at the files that is older is made again beside the answer."""


async def code_citations(
    snapshot: Snapshot, reading: Reading, index: Index, choose: Callable[[CodeLinks], Sequence[CodeCitation]]
) -> Sequence[CodeCitation]:
    """Places in the code of a document's workspace that name nodes of its index; none without a workspace.

    An id may mean a node of any spec. If one that is asked for is found, all specs have to be known to tell of which.
    """
    code = await snapshot.session.code_of(reading.root)
    if code is None:
        return ()
    found = await code.citations(index, choose)
    if found and not index.is_whole:
        found = await code.citations(await snapshot.index(), choose)
    return found


async def code_at_a_glance(
    snapshot: Snapshot, reading: Reading, index: Index, choose: Callable[[CodeLinks], Sequence[CodeCitation]]
) -> Sequence[CodeCitation]:
    """As `code_citations`, as far as they are known within a moment: for answers that come by themselves.

    None while it is not known of which spec they are.
    """
    code = await snapshot.session.code_of(reading.root)
    if code is None:
        return ()
    found = await code.citations(index, choose, GLANCE_SECONDS, of_seconds=_GLANCE_AGE_SECONDS)
    if not found or index.is_whole:
        return found
    whole = await snapshot.index(GLANCE_SECONDS)
    if not whole.is_whole:
        return ()
    return await code.citations(whole, choose, GLANCE_SECONDS, of_seconds=_GLANCE_AGE_SECONDS)


def code_address(snapshot: Snapshot, reading: Reading, citation: CodeCitation) -> str:
    """The URI of a line of code."""
    return f"{uri_of_folder(snapshot, reading)}/{quote(citation.path)}#L{citation.place.line + 1}"


def located(snapshot: Snapshot, reading: Reading, citations: Sequence[CodeCitation]) -> list[types.Location]:
    """Where citations in code are, each place once."""
    folder = uri_of_folder(snapshot, reading)
    places = dict.fromkeys((citation.path, citation.place) for citation in citations)
    return [types.Location(f"{folder}/{quote(path)}", range_of(place, snapshot.encoding)) for path, place in places]


def range_of(place: Place, encoding: str) -> types.Range:
    """The client's range of a place."""
    start, end = place.columns(cast("PositionEncoding", encoding))
    return types.Range(types.Position(place.line, start), types.Position(place.line, end))
