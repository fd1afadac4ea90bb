"""Planning to write something anew: the nodes, and what the history knows of them.

A person's own words count for more than a model's: their changes since a run wrote a node are told to the model, and a
draft of a node in which they wrote waits for their review.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.document.parse import parse
from orch_lsp.document.rewriting import Rewritable, rewritable
from orch_lsp.document.written import Written, WrittenNode, written_parts
from orch_lsp.errors import OrchError, StoreError
from orch_lsp.language.free_ids import next_key, taken_keys
from orch_lsp.language.names import name_of
from orch_lsp.orchestration.drafts.applying import StoredDraft, draft_edit, stored_draft
from orch_lsp.orchestration.index.spec_indexes import GLANCE_SECONDS, SpecIndexes
from orch_lsp.orchestration.planning.plan import DraftPlan, instructed, plan_draft, plan_rewrite, require_draftable
from orch_lsp.orchestration.planning.rewrite import LONGEST_INSTRUCTION, Rewrite, RewriteAsk, nodes_of
from orch_lsp.orchestration.planning.targets import open_targets
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.review import findings_of_rules
from orch_lsp.profiles.registry import profile_named
from orch_lsp.redaction import Redactor
from orch_lsp.runs import provenance
from orch_lsp.runs.origins import ProvenanceEntry, SectionOrigin, section_origins
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import SectionState
from orch_lsp.runs.store import RunStore
from orch_lsp.text import Span, diff_lines, shortened, split_lines

logger = logging.getLogger(__name__)

_NEWEST = 50
"""So many runs of a document are looked at for a person's earlier words."""
_MOST_EARLIER = 8
_MOST_FINDINGS = 12
_MOST_IDS = 60
_LONGEST_EARLIER = 400
_LONGEST_DIFF = 6_000
_COMMENTED = frozenset({SectionState.READY, SectionState.APPLIED, SectionState.EDITED})
"""States of a section of a draft in which words on it are a person's comment."""
_MOST_LINES = 400
"""Of a text that is compared with what a run wrote."""


class Resources(Protocol):
    """The parts of a process that planning needs."""

    redactor: Redactor
    indexes: SpecIndexes

    async def store(self, reading: Reading, /) -> RunStore:
        """The store that holds the document's runs."""
        ...


async def planned_rewrite(
    resources: Resources, reading: Reading, ask: RewriteAsk, *, command: str, parent_run_id: str | None = None
) -> DraftPlan:
    """The plan of a run that writes a node of a document anew, or amends the document.

    Args:
        resources: Those of the process.
        reading: The document.
        ask: The wish, whose instruction counts as far as its first 2,000 characters.
        command: The command that asks.
        parent_run_id: The run that is tried again.

    Raises:
        SettingsError: No usable provider with a model is chosen, or a prompt cannot be used.
        SpecError: See `require_draftable` and `nodes_of`.
    """
    require_draftable(reading)
    if ask.key is not None and not ask.also and any(target.key == ask.key for target in open_targets(reading)):
        # An open place holds nothing that could be written anew: it is drafted.
        asked = instructed(reading, await _with_earlier(resources, reading, ask.key, ask.instruction))
        return await asyncio.to_thread(
            plan_draft, asked, command=command, parent_run_id=parent_run_id, only=(ask.key,)
        )  # fmt: skip
    nodes = await asyncio.to_thread(nodes_of, reading, ask)
    # Ids that vanish may be named in other documents, and new ones be taken there.
    known = await resources.indexes.concerning(reading, (reading.indexed.own_scope,), GLANCE_SECONDS)
    reading = replace(reading, around_it=known.index)
    instruction = resources.redactor.redact((ask.instruction or "").strip()[:LONGEST_INSTRUCTION])
    try:
        past = await _Past.of(resources, reading, nodes)
    except StoreError as error:
        # A run that cannot be recorded is refused later; a past that cannot be read only makes the draft wait.
        logger.warning("the past of %s is not known: %s", reading.spec_path, error.message)
        past = _Past((), {}, None)
    rewrite = await asyncio.to_thread(_rewrite, reading, ask, nodes, instruction, past)
    return await asyncio.to_thread(plan_rewrite, reading, rewrite, command=command, parent_run_id=parent_run_id)


async def _with_earlier(resources: Resources, reading: Reading, key: str, instruction: str | None) -> str | None:
    """An instruction with what a person said of earlier drafts of an open place."""
    try:
        runs = await (await resources.store(reading)).list(_NEWEST, reading.spec_path)
    except StoreError as error:
        logger.warning("the past of %s is not known: %s", reading.spec_path, error.message)
        return instruction
    earlier = "\n".join(f"- {words}" for words in _earlier(runs, {key}))
    if not earlier:
        return instruction
    asked = resources.redactor.redact((instruction or "").strip()[:LONGEST_INSTRUCTION])
    return f"{asked}\n\nThis was said of earlier drafts, the oldest first:\n{earlier}".strip()


class _Past:
    """The runs of a document, as far as they matter to some of its nodes."""

    def __init__(self, runs: Sequence[RunRecord], origins: Mapping[str, SectionOrigin], drafted: str | None) -> None:
        self.runs = runs
        self.origins = origins
        self.drafted = drafted
        """The text of the only node as a run wrote it, if a person changed it since."""

    @staticmethod
    async def of(resources: Resources, reading: Reading, nodes: Sequence[Rewritable]) -> _Past:
        store = await resources.store(reading)
        parts, entries = await asyncio.to_thread(_parts, reading, nodes)
        named = [entry.run_id for entry in entries if any(part.key == entry.key for part in parts)]
        applied = await store.applied_for(reading.spec_path, [(part.key, part.sha256) for part in parts], named)
        origins = section_origins(entries, parts, applied)
        runs = await store.list(_NEWEST, reading.spec_path)
        origin = origins.get(nodes[0].key) if len(nodes) == 1 else None
        drafted = None
        if origin is not None and origin.run is not None and not origin.unchanged:
            drafted = await _as_drafted(store, origin.run, nodes[0].key)
        return _Past(runs, origins, drafted)


def _parts(reading: Reading, nodes: Sequence[Rewritable]) -> tuple[list[Written], tuple[ProvenanceEntry, ...]]:
    """The nodes and what stands in them, as a run's draft is compared with it, and the committed provenance."""
    document = reading.document
    inner = [node for one in nodes for node in (one.node, *document.nodes.within(one.node))]
    known = {part.key: part for part in written_parts(document)}
    parts = [known.get(node.key) or WrittenNode(node, placeholder=False) for node in inner]
    entries = () if reading.root is None else provenance.read(reading.root, reading.spec_path)[0]
    for part in parts:
        _ = part.sha256
    return list({part.key: part for part in parts}.values()), entries


async def _as_drafted(store: RunStore, run: RunRecord, key: str) -> str | None:
    """The text of a node as a run brought it into the document; None if that cannot be told."""
    try:
        stored = await stored_draft(store, run)
        return await asyncio.to_thread(_text_with, stored, key)
    except OrchError:
        return None


def _text_with(stored: StoredDraft, key: str) -> str | None:
    profile = stored.record.spec.profile
    edit = draft_edit(stored.document_before, stored.document_before, profile, stored.answer, insist=True)
    known = profile_named(profile)
    one = None if known is None else rewritable(parse(edit.text, known), key)
    return None if one is None else one.text


def _rewrite(reading: Reading, ask: RewriteAsk, nodes: Sequence[Rewritable], instruction: str, past: _Past) -> Rewrite:
    keys = {one.key for one in nodes}
    only = nodes[0] if len(nodes) == 1 else None
    return Rewrite(
        nodes=tuple(nodes),
        instruction=instruction,
        whole=ask.key is None,
        by_person=not all(_is_unchanged(reading.document, one.node, past.origins) for one in nodes),
        kept="" if only is None or past.drafted is None else _diff(past.drafted, only.text),
        earlier=tuple(_earlier(past.runs, None if ask.key is None else keys)),
        findings=() if only is None else tuple(_findings(reading, only)),
        ids="" if only is None else _ids(reading, only.node),
    )


def _is_unchanged(document: SpecDocument, node: Node, origins: Mapping[str, SectionOrigin]) -> bool:
    """Whether a run wrote all of a node and nobody has changed it: the node itself, or all that stands in it."""
    origin = origins.get(node.key)
    if origin is not None:
        return origin.unchanged
    text, position = document.text, node.head.end
    for one in document.nodes.within(node):
        if one.span.start < position:
            continue
        if text[position : one.span.start].strip() or not _is_unchanged(document, one, origins):
            return False
        position = one.span.end
    return position > node.head.end and not text[position : node.span.end].strip()


def _diff(drafted: str, now: str) -> str:
    """The changes of a person, without their places; cut where they are many."""
    then, lines = split_lines(drafted)[:_MOST_LINES], split_lines(now)[:_MOST_LINES]
    found = diff_lines(then, lines, around=1)
    return "\n".join(line for line in found if not line.startswith("@@"))[:_LONGEST_DIFF]


def _earlier(runs: Sequence[RunRecord], keys: set[str] | None) -> list[str]:
    """The person's words on earlier texts of these nodes or of the document, each once, the oldest first."""
    found: dict[str, None] = {}
    for run in runs:
        for words in _said(run, keys):
            found.setdefault(shortened(" ".join(words.split()), _LONGEST_EARLIER))
    return list(found)[:_MOST_EARLIER][::-1]


def _said(run: RunRecord, keys: set[str] | None) -> Iterator[str]:
    for section in run.draft.sections if run.draft is not None else ():
        if section.state is SectionState.REJECTED and section.reason and (keys is None or section.key in keys):
            yield f"a text of “{section.key}” was rejected: {section.reason}"
        elif section.state in _COMMENTED and section.reason and (keys is None or section.key in keys):
            yield f"of a text of “{section.key}” was said: {section.reason}"
    rewrite = run.rewrite
    if rewrite is None or not rewrite.instruction:
        return
    if rewrite.whole or (keys is not None and keys & set(rewrite.keys)):
        yield rewrite.instruction


def _findings(reading: Reading, one: Rewritable) -> Iterator[str]:
    """Findings of the rules on a node as it stands."""
    number = 0
    for finding in findings_of_rules(reading):
        if one.node.span.start <= finding.span.start and finding.span.end <= one.node.span.end:
            yield finding.message
            number += 1
            if number == _MOST_FINDINGS:
                return


def _ids(reading: Reading, node: Node) -> str:
    """The ids beside a node and in it, and the next one that is free for each of their series."""
    nodes = reading.document.nodes
    beside = [one for one in nodes.nodes if one.kind != "section" and name_of(one) is not None]
    near = [one for one in beside if one.parent in {node.parent, node.key} or one.key == node.key]
    inner = [one for one in nodes.within(node) if one in beside]
    shown = list(dict.fromkeys(one.key for one in (*near, *inner)))[:_MOST_IDS]
    if not shown:
        return ""
    nowhere = Span(len(reading.document.text) + 1, len(reading.document.text) + 1)
    free: list[str] = []
    for one in {one.kind: one for one in (*near, *inner)}.values():
        taken = taken_keys(reading.index, reading.document, reading.spec_path, one.kind, nowhere)
        if (found := next_key(one.key, taken)) is not None:
            free.append(found[0])
    ids = f"Ids that are there: {', '.join(shown)}."
    return f"{ids} The next free ones: {', '.join(free)}." if free else ids
