"""textDocument/hover: a node with its text and citations, a file that is named, and the run that wrote a section."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.written import parts_around
from orch_lsp.language.about import About, NodesHere, about, nodes_at, scopes_cited
from orch_lsp.language.implementation import code_for
from orch_lsp.language.index import FoundDefinition, Index
from orch_lsp.language.occurrences import behind_label, scopes_at
from orch_lsp.lsp import about_node, mentioned, workflow_words
from orch_lsp.lsp.code_places import code_address, code_at_a_glance
from orch_lsp.lsp.locations import places
from orch_lsp.lsp.scope import may_be_workflow
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.index.spec_index import Known
from orch_lsp.orchestration.index.spec_indexes import GLANCE_SECONDS
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.orchestration.specs.written_by import Chosen, chosen, origins_of_chosen
from orch_lsp.runs.view import hover_markdown, hover_text
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.language.code.links import CodeCitation, CodeLinks

_MOST_NODES = 3
"""Nodes of one key that are shown."""


@dataclass(frozen=True, slots=True)
class _Here:
    """The document, and what is to be looked for at an offset in it."""

    reading: Reading
    names_something: bool
    """Whether the other documents have to be looked at: a hover over prose waits for nobody."""
    written: Chosen


async def hover(snapshot: Snapshot, params: types.HoverParams) -> types.Hover | None:
    """The node that is meant under the cursor, and the run from which the section came, as far as there are such."""
    offset = snapshot.positions().offset(params.position)
    if may_be_workflow(snapshot.source.uri):
        return await workflow_words.hover(snapshot, offset)
    here = await asyncio.to_thread(_here, snapshot, offset)
    reading = here.reading
    node = await _node(snapshot, reading, offset) if here.names_something else None
    mention = await mentioned.about(snapshot, reading, offset) if is_spec(reading) else None
    origin = await _origin(snapshot, here)
    found = [part for part in (node, mention, origin) if part is not None]
    if not found:
        return None
    if snapshot.client.markdown_hover:
        content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(words for words, _ in found))
    else:
        content = types.MarkupContent(types.MarkupKind.PlainText, "\n\n".join(words for words, _ in found))
    return types.Hover(content, snapshot.positions().range(found[0][1]))


async def _node(snapshot: Snapshot, reading: Reading, offset: int) -> tuple[str, Span] | None:
    """The nodes that an offset means, in words, and the text that means them."""
    offset = behind_label(reading.document.text, reading.indexed, offset)
    scopes = scopes_at(reading.indexed, offset)
    known = await snapshot.index_about(scopes, GLANCE_SECONDS)
    meant = await asyncio.to_thread(nodes_at, known.index, reading.spec_path, offset)
    if meant is not None and not known.index.is_whole:
        known = await snapshot.index_about(scopes | scopes_cited(known.index, meant), GLANCE_SECONDS)
    index = known.index
    here, said = await asyncio.to_thread(_said, known, reading.spec_path, offset)
    if here is None:
        return None
    said = [await _with_code(snapshot, reading, index, one) for one in said]
    there = await places(snapshot, reading, index, (path for one in said for path in about_node.paths(one)))

    def address(path: str, span: Span) -> str | None:
        found = there.location(path, span)
        return None if found is None else f"{found.uri}#L{found.range.start.line + 1}"

    if snapshot.client.markdown_hover:
        in_code = partial(code_address, snapshot, reading)
        return "\n\n---\n\n".join(about_node.markdown(one, address, in_code) for one in said), here.span
    return "\n\n".join(about_node.text(one, address) for one in said), here.span


async def _with_code(snapshot: Snapshot, reading: Reading, index: Index, one: About) -> About:
    def choose(links: CodeLinks) -> Sequence[CodeCitation]:
        return code_for(index, links, FoundDefinition(one.path, one.node))

    return replace(one, code=tuple(await code_at_a_glance(snapshot, reading, index, choose)))


def _here(snapshot: Snapshot, offset: int) -> _Here:
    """All that the document alone says, in one way to a thread and back: they are slow while others compute."""
    reading = snapshot.reading_now()
    names_something = is_spec(reading) and _names_something(reading, offset)
    return _Here(reading, names_something, chosen(reading, parts_around(reading.document, reading.around(offset))))


def _names_something(reading: Reading, offset: int) -> bool:
    index, path = reading.index, reading.spec_path
    offset = behind_label(reading.document.text, reading.indexed, offset)
    return index.citation_at(path, offset) is not None or nodes_at(index, path, offset) is not None


def _said(known: Known, path: str, offset: int) -> tuple[NodesHere | None, list[About]]:
    index, here = known.index, nodes_at(known.index, path, offset)
    nodes = () if here is None else here.nodes[:_MOST_NODES]
    return here, [replace(about(index, found), is_whole=known.is_complete) for found in nodes]


async def _origin(snapshot: Snapshot, here: _Here) -> tuple[str, Span] | None:
    """The run from which the section around an offset came, in words, and the section's heading."""
    found = await origins_of_chosen(snapshot.session.store, here.reading, here.written)
    part, origin = next(iter(found), (None, None))
    if part is None or origin is None:
        return None
    now = dt.datetime.now(dt.UTC)
    return hover_markdown(origin, now) if snapshot.client.markdown_hover else hover_text(origin, now), part.heading
