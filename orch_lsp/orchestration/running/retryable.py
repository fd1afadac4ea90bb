"""The runs that are worth running again: they did not complete, and nobody has done since what they were to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from orch_lsp.document.brief import fill_targets
from orch_lsp.document.drafting import open_places
from orch_lsp.document.parse import parse
from orch_lsp.orchestration.planning.targets import keys_asked
from orch_lsp.profiles.registry import profile_named
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import RunStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.workflows.model import WRITING

ENDED_OTHERWISE = (RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.CANCELLED)


async def retryable(store: RunStore, text_of: Callable[[RunRecord], Awaitable[str | None]]) -> Sequence[RunRecord]:
    """The retryable runs of a workspace, newest first, of several for the same only the newest.

    Args:
        store: The workspace's runs.
        text_of: The text of a run's document as it is now; None if it is gone.
    """
    by_document: dict[str, list[RunRecord]] = {}
    for record in await store.list(limit=None, statuses=ENDED_OTHERWISE):
        by_document.setdefault(record.spec.path, []).append(record)
    found: list[RunRecord] = []
    for path, failed in by_document.items():
        text = await text_of(failed[0])
        if text is not None:
            runs = await store.list(limit=None, spec_path=path)
            found += await asyncio.to_thread(still_wanted, runs, text)
    return sorted(found, key=lambda record: record.run_id, reverse=True)


def still_wanted(runs: Sequence[RunRecord], text: str) -> Sequence[RunRecord]:
    """The retryable ones among all runs of a document, newest first. Pure.

    A run is, if its document still has something open of what it asked for, or still has a node that it was to write
    anew, and no later run that completed, is live or is retryable itself asked for all that is left.
    """
    found: list[RunRecord] = []
    later: list[frozenset[str]] = []
    is_open: dict[str, Collection[str]] = {}
    for run in filter(_writes, runs):
        asked = keys_asked(run)
        if run.status in ENDED_OTHERWISE:
            if (name := run.spec.profile) not in is_open:
                is_open[name] = _open_in(text, name)
            left = asked if run.rewrite is not None else asked & frozenset(is_open[name])
            if (not asked and later) or any(left <= keys for keys in later if asked):
                continue
            if not (_nodes_left(run, text) if run.rewrite is not None else _left(asked, is_open[name])):
                continue
            found.append(run)
        later.append(asked)
    return found


def _writes(run: RunRecord) -> bool:
    """Whether a run had something to write; one that only looks leaves nothing in the document to be done."""
    return run.draft is not None or not run.steps or any(step.name in WRITING for step in run.steps)


def _left(asked: Collection[str], is_open: Collection[str]) -> bool:
    return bool(set(asked) & set(is_open)) if asked else bool(is_open)


def _open_in(text: str, profile_name: str) -> Collection[str]:
    """The keys that are open in a document; none where its profile is not installed."""
    profile = profile_named(profile_name)
    if profile is None:
        return ()
    document = parse(text, profile)
    if profile.drafting is None:
        return [target.key for target in fill_targets(document, profile)]
    return [place.key for place in open_places(document)]


def _nodes_left(run: RunRecord, text: str) -> bool:
    profile = profile_named(run.spec.profile)
    if profile is None or run.rewrite is None:
        return False
    known = parse(text, profile).nodes.by_key
    return any(key in known for key in run.rewrite.keys)
