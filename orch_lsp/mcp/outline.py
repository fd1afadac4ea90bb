"""`spec_outline`: the specs of the workspace, or what can be addressed in one of them."""

from __future__ import annotations

import asyncio
from collections import Counter

from pydantic import Field

from orch_lsp.document.node import Node
from orch_lsp.language.index import IndexedDocument
from orch_lsp.mcp import paging
from orch_lsp.mcp.answers import LONGEST_PATH, Answer, Page, Paged
from orch_lsp.mcp.grounds import Grounds
from orch_lsp.mcp.tool import Answered, Call, Tool
from orch_lsp.orchestration.planning.targets import open_targets
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs.escape import plain
from orch_lsp.text import LineIndex, sha256

_LONGEST_TITLE = 160


class OutlineArguments(Paged):
    """The document; without it, all specs are listed."""

    path: str | None = Field(
        None, max_length=LONGEST_PATH, description="A spec, by its path from the workspace's root."
    )


class ListedSpec(Answer):
    """A spec of the workspace."""

    path: str
    profile: str | None = Field(description="The format that it follows.")
    kind: str | None = Field(description="Which of the format's documents it is.")
    title: str
    nodes: dict[str, int] = Field(description="How many nodes of each kind it has.")
    open_tasks: int


class OutlinedNode(Answer):
    """Something addressable in a spec."""

    key: str = Field(description="Its stable address in the document.")
    kind: str
    title: str
    state: str | None
    line: int = Field(description="Its first line, zero-based.")
    parent: str | None = Field(description="The key of the node around it.")
    cited_by: int = Field(description="How many places in specs cite it.")
    sha256: str = Field(description="Hash of its text without differences of blanks, case and emphasis.")


class Outlined(Answer):
    """The document that is outlined."""

    path: str
    profile: str
    kind: str
    title: str
    sha256: str = Field(description="Hash of the whole document: `spec_propose` asks for it.")
    open_places: list[str] = Field(description="Keys of what is still to be written.")


class OutlineAnswer(Page):
    """Specs, or the nodes of one."""

    specs: list[ListedSpec] = Field(default_factory=list[ListedSpec])
    document: Outlined | None = None
    nodes: list[OutlinedNode] = Field(default_factory=list[OutlinedNode])


async def outline(call: Call, asked: OutlineArguments) -> Answered:
    """The specs of the workspace, or the nodes of one."""
    first = paging.start_of(asked.cursor)
    if asked.path is None or asked.path in {"", "."}:
        return await _specs(call.grounds, first, asked.limit)
    reading = await call.grounds.spec(asked.path)
    reading = await call.grounds.surrounded(reading)
    return await asyncio.to_thread(_nodes, reading, first, asked.limit)


async def _specs(grounds: Grounds, first: int, limit: int) -> Answered:
    index = await grounds.index()
    current = sorted(path for path, document in index.documents.items() if not document.frozen)
    found = [await _listed(grounds, index.documents[path]) for path in current[first : first + limit]]
    cut = paging.page(found, first, limit, len(current))
    notices = [] if index.is_whole else ["Not all specs of the workspace are known: there may be more."]
    answer = OutlineAnswer(
        total=len(current), is_complete=index.is_whole, next_cursor=cut.next_cursor, notices=notices, specs=cut.items
    )
    body = "\n".join(
        f"{one.path}: {one.profile or '?'} {one.kind or ''}, {one.title}".rstrip(", ") for one in cut.items
    )
    return Answered(answer, f"{len(cut.items)} of {len(current)} specs.", body)


async def _listed(grounds: Grounds, document: IndexedDocument) -> ListedSpec:
    nodes = document.nodes.nodes
    kinds = Counter(node.kind for node in nodes)
    tasks = sum(node.kind == "task" and node.state != "done" for node in nodes)
    try:
        reading = await grounds.spec(document.path)
    except Exception as error:  # noqa: BLE001 -- a spec that vanished, or is kept back, is listed without its words
        return ListedSpec(
            path=document.path, profile=None, kind=None, title=f"({error})", nodes=dict(kinds), open_tasks=tasks
        )
    return ListedSpec(
        path=document.path,
        profile=reading.profile.format,
        kind=reading.profile.kind,
        title=plain(reading.document.title_text or "", _LONGEST_TITLE),
        nodes=dict(kinds),
        open_tasks=tasks,
    )


def _nodes(reading: Reading, first: int, limit: int) -> Answered:
    document, index = reading.document, reading.index
    nodes, lines = document.nodes.nodes, LineIndex(document.text)

    def outlined(node: Node) -> OutlinedNode:
        return OutlinedNode(
            key=node.key,
            kind=node.kind,
            title=plain(node.title, _LONGEST_TITLE),
            state=node.state,
            line=lines.position(node.span.start)[0],
            parent=node.parent,
            cited_by=len(index.references(reading.spec_path, node.key)),
            sha256=node.sha256,
        )

    cut = paging.page([outlined(node) for node in nodes[first : first + limit]], first, limit, len(nodes))
    told = Outlined(
        path=reading.spec_path,
        profile=reading.profile.format,
        kind=reading.profile.kind,
        title=plain(document.title_text or "", _LONGEST_TITLE),
        sha256=sha256(document.text),
        open_places=[target.key for target in open_targets(reading)][: paging.MOST_OPEN],
    )
    notices = [] if index.is_whole else ["Not all specs of the workspace are known: more may cite these nodes."]
    answer = OutlineAnswer(
        total=len(nodes), is_complete=index.is_whole, next_cursor=cut.next_cursor, notices=notices, document=told,
        nodes=cut.items,
    )  # fmt: skip
    body = "\n".join(
        f"{one.line + 1}: {one.key} ({one.kind}{f', {one.state}' if one.state else ''}) {one.title}"
        for one in cut.items
    )
    return Answered(answer, f"{len(cut.items)} of {len(nodes)} nodes of a spec, with their lines from 1.", body)


TOOL = Tool(
    "spec_outline",
    "Outline of specs",
    "List the specs of the workspace (requirements, designs, plans, tasks), or with `path` all that can be addressed "
    "in one: sections, requirements, criteria, tasks, with keys, states and lines. Read this first.",
    OutlineArguments,
    OutlineAnswer,
    outline,
)
