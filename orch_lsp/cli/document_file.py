"""A spec in a file, as the place where a draft goes: the file, and the provenance beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from orch_lsp.cli.files import replace_text
from orch_lsp.document.parse import parse
from orch_lsp.document.written import hashes_of, written_parts
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.orchestration.drafts.applying import AppliedEdit, DraftEdit
from orch_lsp.profiles.registry import profile_named
from orch_lsp.runs.provenance import update
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.store import RunStore
from orch_lsp.text import sha256
from orch_lsp.uri import path_of


class DocumentFile:
    """A file that held this document when it was read; it is replaced only if it still does."""

    version = None

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self.text = text

    async def make(self, current: str, edit: DraftEdit) -> AppliedEdit:
        """Replace the file.

        Raises:
            SpecError: `document_changed`: it holds another document, or cannot be written.
        """
        await asyncio.to_thread(replace_text, self._path, edit.text, expected_sha256=sha256(current))
        return AppliedEdit(edit, current, None, verified=True)


async def update_provenance_of(store: RunStore, record: RunRecord, text: str) -> Sequence[str]:
    """Write the provenance of a document that has just been given a run's draft; what went wrong, for the user."""
    profile = profile_named(record.spec.profile)
    if store.root is None or profile is None:
        return ()
    document = await asyncio.to_thread(parse, text, profile)
    written = await asyncio.to_thread(hashes_of, document)
    records = [record, *await store.applied_for(record.spec.path, written)]
    return await asyncio.to_thread(update, store.root, record.spec.path, written_parts(document), records)


def file_of(store: RunStore, record: RunRecord) -> Path:
    """The file that a run is about.

    Raises:
        SpecError: `invalid_request`: there is none.
    """
    named = path_of(record.spec.path) if ":" in record.spec.path else None
    path = named or (store.root or Path.cwd()) / record.spec.path
    if not path.is_file():
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"{record.spec.path} is not there, for which the draft was written.",
            remediation="Run the command where the file is, or print the draft: `orch-lsp runs show ID --draft`.",
        )  # fmt: skip
    return path
