"""Which parts of a document a run wrote that nobody has looked at since, as the files of the repository tell it.

Whoever takes a part of a draft into the document has looked at it, and so has whoever changed a word of it. Of all
others `.orch/reviewed.jsonl` says so.
"""

from __future__ import annotations

import logging
from pathlib import Path

from orch_lsp.document.written import written_parts
from orch_lsp.orchestration.reading import Reading
from orch_lsp.orchestration.upstream import read_reviewed, write_reviewed
from orch_lsp.runs import provenance
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import WRITTEN

logger = logging.getLogger(__name__)


def unreviewed_parts(reading: Reading) -> dict[str, str]:
    """The hashes of those parts by key. Blocking: the provenance beside a spec is read, if there is some."""
    if reading.root is None:
        return {}
    entries, _ = provenance.read(reading.root, reading.spec_path)
    written = {entry.key: entry.text_sha256 for entry in entries}
    if not written:
        return {}
    reviewed = read_reviewed(reading.root)
    return {
        part.key: part.sha256
        for part in written_parts(reading.document)
        if part.key in written
        and not part.placeholder
        and part.sha256 == written[part.key]
        and (reading.spec_path, part.key, part.sha256) not in reviewed
    }


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
