"""`spec_trace`: who cites whom, in specs, code and tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from orch_lsp.language.code.links import CodeCitation
from orch_lsp.mcp import paging
from orch_lsp.mcp.answers import LONGEST_KEY, LONGEST_PATH, Answer, Page, Paged, Range
from orch_lsp.mcp.grounds import Grounds
from orch_lsp.mcp.tool import Answered, Call, Tool
from orch_lsp.reports.trace_report import Trace, TracedDocument, edges_of
from orch_lsp.runs.escape import plain

_LONGEST = 160


class TraceArguments(Paged):
    """The specs, and the node if only its citations are asked for."""

    path: str | None = Field(
        None,
        max_length=LONGEST_PATH,
        description="A spec or a folder, from the workspace's root; without it, all specs.",
    )
    key: str | None = Field(
        None, max_length=LONGEST_KEY, description="Only citations by and of the nodes with this key."
    )
    dangling: bool = Field(default=False, description="Only citations that name nothing.")
    with_code: bool = Field(default=True, description="Whether code and tests are looked at, too.")


class TraceEnd(Answer):
    """A node at one end of a citation."""

    path: str
    key: str | None = Field(description="Null for a document as a whole.")
    within: str | None = Field(None, description="In code: the function, class or test.")


class TraceEdge(Answer):
    """A citation, as `orch.trace/1` has it."""

    source: TraceEnd
    target: TraceEnd | None = Field(description="Null if it names nothing.")
    text: str
    kind: str
    range: Range


class TraceAnswer(Page):
    """Citations by the path and place where they stand."""

    edges: list[TraceEdge]


async def trace(call: Call, asked: TraceArguments) -> Answered:
    """The citations among specs, and of them in code."""
    first = paging.start_of(asked.cursor)
    if asked.path is not None and asked.path not in {"", "."}:
        await asyncio.to_thread(call.grounds.path_of, asked.path)
    traced, notices = await _traced(call.grounds, with_code=asked.with_code)
    edges = await asyncio.to_thread(edges_of, traced)
    wanted = [edge for edge in edges if _is_asked(edge, asked)]
    if asked.path is not None and not wanted:
        await asyncio.to_thread(call.grounds.existing, asked.path)
    cut = paging.page(
        [_edge(one) for one in wanted[first : first + asked.limit]], first, asked.limit, len(wanted)
    )  # fmt: skip
    answer = TraceAnswer(
        total=len(wanted), is_complete=not notices, next_cursor=cut.next_cursor, notices=notices, edges=cut.items
    )
    return Answered(answer, f"{len(cut.items)} of {len(wanted)} citations.", "\n".join(_lines(cut.items)))


async def _traced(grounds: Grounds, *, with_code: bool) -> tuple[Trace, list[str]]:
    """The trace of all specs at work: who cites a document stands in others."""
    index = await grounds.index()
    notices = [] if index.is_whole else ["Not all specs of the workspace are known: citations may be missing."]
    index = index.changed({path: None for path, document in index.documents.items() if document.frozen})
    citations: tuple[CodeCitation, ...] = ()
    if with_code:
        links, is_whole = await grounds.code(index)
        citations = links.citations
        if not is_whole:
            notices.append("Not all code of the workspace is known: citations in it may be missing.")
    documents = {path: TracedDocument("", "", "", index.documents[path].text) for path in sorted(index.documents)}
    return Trace(documents, index, citations), notices


def _is_asked(edge: Mapping[str, Any], asked: TraceArguments) -> bool:
    ends = [edge["from"], *([] if edge["to"] is None else [edge["to"]])]
    if asked.dangling and edge["to"] is not None:
        return False
    if asked.key is not None and not any(end["key"] == asked.key and _is_in(end, asked.path) for end in ends):
        return False
    return any(_is_in(end, asked.path) for end in ends)


def _is_in(end: Mapping[str, Any], path: str | None) -> bool:
    path = None if path is None else path.rstrip("/")
    return path in {None, ".", ""} or end["path"] == path or end["path"].startswith(f"{path}/")


def _edge(edge: Mapping[str, Any]) -> TraceEdge:
    return TraceEdge(
        source=_end(edge["from"]), target=None if edge["to"] is None else _end(edge["to"]),
        text=plain(edge["text"], _LONGEST), kind=edge["kind"], range=Range.model_validate(edge["range"]),
    )  # fmt: skip


def _end(end: Mapping[str, Any]) -> TraceEnd:
    within = end.get("within")
    return TraceEnd(path=end["path"], key=end["key"], within=None if within is None else plain(within, _LONGEST))


def _lines(edges: Iterable[TraceEdge]) -> Iterable[str]:
    for one in edges:
        source = one.source.key or one.source.within or "the document"
        target = "nothing" if one.target is None else f"{one.target.key or 'the document'} ({one.target.path})"
        yield f"{one.source.path}:{one.range.start.line + 1}: {source} {one.kind} {target}: {one.text}"


TOOL = Tool(
    "spec_trace",
    "Trace of specs",
    "Show who cites whom: requirement to task to code and test. With `key`, what cites a node and what it cites; with "
    "`dangling`, citations that name nothing.",
    TraceArguments,
    TraceAnswer,
    trace,
)
