"""Runs that the database could not take, as files in the user's state folder until it can.

A run that ended while its database had no room, or was locked, outlives its process here: one file a run, with its
record and its texts, packed, as room may be scarce there too. The next process that opens the database puts it in and
removes the file.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orch_lsp import workspace
from orch_lsp.errors import StoreError
from orch_lsp.runs import schema
from orch_lsp.runs.place import name_of
from orch_lsp.storage.files import replace_file

if TYPE_CHECKING:
    from orch_lsp.runs.record import RunRecord

logger = logging.getLogger(__name__)

_SUFFIX = ".json.gz"
_LARGEST = 512 * 1024 * 1024
"""Unpacked bytes of a file that are still read: several times what an answer may have."""


@dataclass(frozen=True, slots=True)
class RescuedRun:
    """A run that is in no database as it is: its record, its texts, and how its document is found."""

    record: RunRecord
    document: str
    texts: tuple[str, ...]


def folder_of(root: Path | None) -> Path:
    """Where the runs of a workspace, or those of all documents without one, are kept."""
    return workspace.state_home() / "unrecorded" / name_of(root)


def keep(root: Path | None, run: RescuedRun) -> Path:
    """Write a run, durably; an earlier state of it is replaced.

    Raises:
        OSError: It cannot be written; the earlier state is still there.
        StoreError: The record has no JSON form.
    """
    values = {"document": run.document, "record": json.loads(schema.to_json(run.record)), "texts": run.texts}
    folder = folder_of(root)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = _file(root, run.record.run_id)
    replace_file(target, gzip.compress(json.dumps(values).encode("ascii"), compresslevel=6, mtime=0))
    return target


def find(root: Path | None, run_id: str) -> RescuedRun | None:
    """A run by its id; None if it is not here, or cannot be read."""
    return _read(_file(root, run_id))


def find_all(root: Path | None) -> Generator[RescuedRun]:
    """The runs that are here and can be read, oldest first."""
    try:
        files = sorted(path for path in folder_of(root).iterdir() if path.name.endswith(_SUFFIX))
    except OSError:
        return
    for path in files:
        if (run := _read(path)) is not None:
            yield run


def forget(root: Path | None, run_id: str) -> None:
    """Remove a run: the database has it."""
    try:
        _file(root, run_id).unlink(missing_ok=True)
    except OSError as error:
        logger.warning("run %s is recorded, but its file stays: %s", run_id, error.strerror or error)


def _file(root: Path | None, run_id: str) -> Path:
    return folder_of(root) / f"{run_id}{_SUFFIX}"


def _read(path: Path) -> RescuedRun | None:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file, gzip.GzipFile(fileobj=file) as unpacked:
            values: dict[str, Any] = json.loads(unpacked.read(_LARGEST))
        record = schema.from_json(json.dumps(values["record"]))
        return RescuedRun(record, str(values["document"]), tuple(str(text) for text in values["texts"]))
    except FileNotFoundError:
        return None
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, RecursionError, StoreError) as error:
        logger.warning("%s is kept but cannot be read (%s)", path, type(error).__name__)
        return None
