"""Lists of models kept for later: for completion, suggestions and work without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orch_lsp.providers.base import ModelInfo
from orch_lsp.providers.json_values import count, mapping, sequence, text
from orch_lsp.spelling import near
from orch_lsp.storage.files import replace_file

_TELLING = 4
"""Characters with which ids of one family begin alike."""
_MAX_FILE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KnownModels:
    """A provider's models and when it was asked for them; `server_address` is where it was asked."""

    provider: str
    server_address: str | None
    fetched_at: datetime
    models: tuple[ModelInfo, ...]

    def age(self, now: datetime) -> timedelta:
        """How old the list is."""
        return now - self.fetched_at


class ModelCache:
    """One file a provider in `folder`; a file that cannot be read is one that is not there.

    The methods touch the disk: call them on a worker thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, provider: str, server_address: str | None) -> KnownModels | None:
        """The list that was kept of this provider at this address, whatever its age."""
        try:
            with self._path(provider).open("rb") as file:
                kept = mapping(json.loads(file.read(_MAX_FILE_BYTES)))
            fetched_at = datetime.fromisoformat(text(kept.get("fetched_at")))
        except (OSError, ValueError, RecursionError):
            return None
        if kept.get("provider") != provider or kept.get("server_address") != server_address or not fetched_at.tzinfo:
            return None
        entries = [mapping(item) for item in sequence(kept.get("models"))]
        models = tuple(
            ModelInfo(
                text(entry.get("id")),
                text(entry.get("name")) or None,
                count(entry.get("context_window")),
                count(entry.get("max_output_tokens")),
            )
            for entry in entries
            if text(entry.get("id"))
        )
        return KnownModels(provider, server_address, fetched_at, models)

    def write(self, known: KnownModels) -> None:
        """Keep a list in place of the one before.

        Raises:
            OSError: The folder cannot be written.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = {**asdict(known), "fetched_at": known.fetched_at.astimezone(UTC).isoformat()}
        replace_file(self._path(known.provider), json.dumps(kept).encode("ascii"))

    def _path(self, provider: str) -> Path:
        # A provider's name is the user's own word; it must not lead out of the folder.
        return self._folder / f"{re.sub(r'[^A-Za-z0-9-]', lambda found: f'_{ord(found[0]):x}', provider)}.json"


def nearest_models(asked: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The known ids that may have been meant, best first: those a slip away, then those that begin alike."""
    ids, size = tuple(known), len(_without_owner(asked))
    family = [one for one in ids if _begins(asked, one)]
    family.sort(key=lambda one: (abs(len(_without_owner(one)) - size), one))
    return tuple(dict.fromkeys((*near(asked, ids, limit), *family)))[:limit]


def _begins(asked: str, known: str) -> bool:
    shorter, longer = sorted((_without_owner(asked), _without_owner(known)), key=len)
    return len(shorter) >= _TELLING and longer.startswith(shorter)


def _without_owner(identity: str) -> str:
    """`openai/gpt-4o` and `models/gpt-4o` are `gpt-4o` elsewhere."""
    return identity.lower().rpartition("/")[2]
