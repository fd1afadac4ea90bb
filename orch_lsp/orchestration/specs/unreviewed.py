"""Which parts of a document a run wrote that nobody has looked at since, as the files of the repository tell it.

Whoever takes a part of a draft into the document has looked at it, and so has whoever changed a word of it. Of all
others `.orch/reviewed.jsonl` says so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from orch_lsp.context.stamps import Stamp, stamp_of
from orch_lsp.document.body import body_sha256
from orch_lsp.document.model import Section
from orch_lsp.document.node import Node, folded
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.upstream import read_reviewed, write_reviewed
from orch_lsp.runs import provenance
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import WRITTEN
from orch_lsp.text import sha256

logger = logging.getLogger(__name__)

CODE = "unreviewed_ai_section"
"""The rule that tells of them."""


def unreviewed_parts(reading: Reading) -> dict[str, str]:
    """The hashes of those parts by key. Blocking: the provenance beside a spec is read when it has changed."""
    if reading.root is None or not (written := _written(reading.root, reading.spec_path)):
        return {}
    document = reading.document
    parts = document.sections if document.profile.drafting is None else document.nodes.nodes
    kept = {part.key: text for part in parts if (text := written.get(part.key)) is not None and text == _hash(part)}
    reviewed = read_reviewed(reading.root)
    return {key: text for key, text in kept.items() if (reading.spec_path, key, text) not in reviewed}


def _written(root: Path, spec_path: str) -> Mapping[str, str]:
    """The hashes of what runs wrote, by key, as the repository has them."""
    path = provenance.provenance_path(root, spec_path)
    try:
        stamp = None if path is None else stamp_of(path.stat())
    except OSError:
        return {}
    return {} if stamp is None else _entries(root, spec_path, stamp)


@lru_cache(maxsize=64)
def _entries(root: Path, spec_path: str, _stamp: Stamp) -> Mapping[str, str]:
    return {entry.key: entry.text_sha256 for entry in provenance.read(root, spec_path)[0]}


def _hash(part: Section | Node) -> str:
    if isinstance(part, Section):
        return _of_body(part.content)
    return _of_node(part.source[part.span.start : part.span.end])


# Hashes of texts, as at each key all parts of a document are new objects, and nearly all texts are the same.
_of_body = lru_cache(maxsize=1_024)(body_sha256)


@lru_cache(maxsize=8_192)
def _of_node(text: str) -> str:
    return sha256(folded(text))


def note_taken(root: Path | None, before: RunRecord, after: RunRecord) -> None:
    """Note that a person has taken sections of a draft: those that the document has since. Blocking; never raises."""
    path = after.spec.path
    if root is None or before.draft is None or after.draft is None or provenance.provenance_path(root, path) is None:
        return
    known = {(one.key, one.sha256) for one in before.draft.sections if one.state in WRITTEN}
    taken = {(one.key, one.sha256) for one in after.draft.sections if one.state in WRITTEN} - known
    if not taken:
        return
    try:
        write_reviewed(root, [(path, *one) for one in taken])
    except OSError as error:
        logger.warning("that sections of %s were taken could not be noted: %s", path, error)
