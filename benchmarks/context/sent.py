"""What is sent of a workspace for a brief, without a provider: as the step `context` asks for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from orch_lsp.context.filesystem import FilesystemSource
from orch_lsp.context.item import ContextQuery, ContextResult
from orch_lsp.document.brief import brief_of
from orch_lsp.document.readings import Readings
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.settings.model import ContextSettings

DEFAULT_BUDGET = ContextSettings().budget_tokens


def query_for(root: Path, spec: Path, budget: int = DEFAULT_BUDGET) -> ContextQuery:
    """The query of a run for a spec of plain, whose text may lie outside the workspace."""
    text = spec.read_text(encoding="utf-8")
    inside = root / "specs" / spec.name
    return ContextQuery(root, inside, text, brief_of(Readings().read(spec.as_uri(), text, PLAIN), PLAIN), budget)


def sent_for(root: Path, spec: Path, budget: int = DEFAULT_BUDGET) -> ContextResult:
    """The items, and the files left out."""
    return asyncio.run(FilesystemSource().retrieve(query_for(root, spec, budget)))


def sent_for_text(root: Path, spec: str, text: str, budget: int = DEFAULT_BUDGET) -> ContextResult:
    """The items for a text that stands in for the file at a path below the root."""
    return asyncio.run(FilesystemSource().retrieve(ContextQuery(root, root / spec, text, text, budget)))


def lines_sent(result: ContextResult) -> set[tuple[str, int]]:
    """(path, line) of every line that is in an item."""
    found: set[tuple[str, int]] = set()
    for item in result.items:
        first, last = item.lines or (1, item.text.count("\n") + 1)
        found.update((item.path, line) for line in range(first, last + 1))
    return found
