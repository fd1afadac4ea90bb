"""orch.showSpecs: the specs of the workspace with the progress of each."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orch_lsp.language.standing import SpecStanding, SpecState, standings
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_page
from orch_lsp.runs.escape import sentence
from orch_lsp.runs.pages import SPECS
from orch_lsp.uri import path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADINGS: Mapping[SpecState, str] = {
    "in_progress": "In progress",
    "open": "Planned",
    "unplanned": "Without tasks",
    "done": "Done",
    "archived": "Archived",
}
"""In the order in which they are shown."""


async def show_specs(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.showSpecs: open the list of specs, and answer it.

    `uri` names a folder, or a document in it; without one all folders of the workspace are meant.
    """
    named = path_of(given.uri) if given.uri else None
    indexes = ls.shared.indexes
    specs: list[dict[str, Any]] = []
    lines: dict[SpecState, list[str]] = {state: [] for state in _HEADINGS}
    is_whole = True
    for folder in (named,) if named is not None else ls.folders():
        found = await indexes.whole_of_folder(folder)
        if found is None:
            continue
        is_whole = is_whole and found.index.is_whole
        for spec in await asyncio.to_thread(standings, found.index):
            specs.append(_value(spec, found.folder))
            lines[spec.state].append(_line(spec, found.folder))
    if given.open is not False:
        await show_page(ls, SPECS, _page(lines))
    return {"schema": "orch.specs/1", "complete": is_whole, "specs": specs}


def _value(spec: SpecStanding, folder: Path) -> dict[str, Any]:
    return {
        "scope": spec.scope,
        "title": spec.title,
        "state": spec.state,
        "requirements": spec.requirements,
        "tasks": spec.tasks,
        "done": spec.done,
        "questions": spec.questions,
        "documents": [
            {"path": document.path, "title": document.title, "uri": (folder / document.path).as_uri()}
            for document in spec.documents
        ],
    }


def _line(spec: SpecStanding, folder: Path) -> str:
    counts = [f"{spec.requirements} requirements"] if spec.requirements else []
    if spec.tasks:
        counts.append(f"{spec.done} of {spec.tasks} tasks done")
    if spec.questions:
        counts.append(f"{spec.questions} open questions")
    documents = ", ".join(
        f"[{sentence(document.path.rpartition('/')[2])}](<{(folder / document.path).as_uri()}>)"
        for document in spec.documents
    )
    return f"- **{sentence(spec.title)}** ({sentence(spec.scope)}): {', '.join((*counts, documents))}"


def _page(lines: Mapping[SpecState, list[str]]) -> str:
    blocks = ["# Specs"]
    for state, heading in _HEADINGS.items():
        if lines[state]:
            blocks += (f"## {heading}", "\n".join(lines[state]))
    if len(blocks) == 1:
        blocks.append("There are no specs in this workspace.")
    return "\n\n".join(blocks) + "\n"
