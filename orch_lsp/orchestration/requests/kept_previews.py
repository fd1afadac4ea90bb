"""Requests that the command line showed, by document, until the next draft of it, whose record names the differences.

The command that drafts is another process. Only hashes and paths are kept, for a day, in the state folder.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from orch_lsp.orchestration.planning.plan import PieceOfFile, Previewed
from orch_lsp.storage.files import replace_file
from orch_lsp.workspace import in_unicode, state_home

logger = logging.getLogger(__name__)

_SECONDS_KEPT = 24 * 60 * 60
_MOST_BYTES = 4 * 1024 * 1024
_MOST = 64
"""Documents whose last preview is kept."""


def keep(document: Path, shown: Previewed) -> None:
    """Keep one in place of any other of the document; where that cannot be written, none. Blocking."""
    pieces = [(in_unicode(path), lines, sha256) for (path, lines), sha256 in shown.pieces.items()]
    value = {"body_sha256": shown.body_sha256, "document_sha256": shown.document_sha256, "pieces": pieces}
    file = _file_of(document)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(file, json.dumps(value).encode())
        _drop_oldest(file.parent)
    except OSError as error:
        logger.info("a preview is not kept: %s", error.strerror or error)


def take(document: Path) -> Previewed | None:
    """The one of a document, which is then forgotten; None if there is none of the last day. Blocking."""
    file = _file_of(document)
    try:
        shown = _read(file) if time.time() - file.stat().st_mtime < _SECONDS_KEPT else None
        file.unlink()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return shown


def _read(file: Path) -> Previewed:
    with file.open("rb") as opened:
        value = cast("Mapping[str, Any]", json.loads(opened.read(_MOST_BYTES)))
    pieces: dict[PieceOfFile, str] = {
        (str(path), None if lines is None else (int(lines[0]), int(lines[1]))): str(sha256)
        for path, lines, sha256 in value["pieces"]
    }
    body = value["body_sha256"]
    return Previewed(None if body is None else str(body), str(value["document_sha256"]), pieces)


def _file_of(document: Path) -> Path:
    name = hashlib.sha256(str(document).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return state_home() / "previews" / f"{name}.json"


def _drop_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for file in kept[:-_MOST]:
        with suppress(OSError):
            file.unlink()
