"""Batches that were sent, on disk: the next process finds those during which one was killed.

A file for each batch, written before it is sent: then it has no id yet, and whether it was made is asked of the
provider. A request leaves its batch's file once its answer is kept, or once it has failed and costs nothing.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.providers.batches.results import is_batch_id
from orch_lsp.providers.json_reading import parse_json
from orch_lsp.providers.json_values import mapping, sequence, text
from orch_lsp.storage.files import replace_file

logger = logging.getLogger(__name__)

SCHEMA = "orch.batch/1"
_KEPT_S = 28 * 86_400.0
"""As long as a provider surely keeps results."""
_MOST_BYTES = 16 * 1024 * 1024
_MOST_FILES = 2_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch that was sent, or was about to be.

    Attributes:
        name: Our own name of it, and of its file.
        address: The address of the provider that it went to, with the provider's name.
        requests: The ids of its requests whose answers are not kept yet.
        size: How many it was sent with.
        created: Seconds since the epoch.
        id: The provider's id; empty until it is known.
        others: Batches that turned out to be others than this one.
    """

    name: str
    address: str
    requests: tuple[str, ...]
    size: int
    created: float
    id: str = ""
    others: tuple[str, ...] = ()


class BatchLedger:
    """The batches of one workspace. All methods are blocking.

    Args:
        folder: Where their files lie; made when the first is written.
        address: The provider whose batches these are.
    """

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self._address = address

    def sent(self) -> tuple[Sent, ...]:
        """The batches whose answers are not all kept, oldest first."""
        found = [one for path in self._files() if (one := _read(path)) is not None and one.address == self._address]
        now = time.time()
        for one in found:
            if now - one.created > _KEPT_S:
                self._path(one.name).unlink(missing_ok=True)
        return tuple(sorted((one for one in found if now - one.created <= _KEPT_S), key=lambda one: one.created))

    def begin(self, name: str, requests: Sequence[str]) -> Sent:
        """Note durably that a batch is about to be sent.

        Raises:
            StoreError: It cannot be noted: nothing may be sent then.
        """
        batch = Sent(name, self._address, tuple(requests), len(requests), time.time())
        self.save(batch)
        return batch

    def save(self, batch: Sent) -> None:
        """Make the state of a batch durable; one without requests is gone.

        Raises:
            StoreError: It cannot be written.
        """
        path = self._path(batch.name)
        try:
            if not batch.requests:
                path.unlink(missing_ok=True)
                return
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            values = {
                "schema": SCHEMA, "address": batch.address, "requests": batch.requests, "size": batch.size,
                "created": batch.created, "id": batch.id, "others": batch.others,
            }  # fmt: skip
            replace_file(path, json.dumps(values).encode())
        except OSError as error:
            message = f"The state of a batch cannot be written to {path}: {error.strerror or error}."
            raise StoreError(ErrorCode.STORE_ERROR, message) from error

    def _files(self) -> Iterable[Path]:
        return sorted(self._folder.glob("*.json"))[:_MOST_FILES] if self._folder.is_dir() else ()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _read(path: Path) -> Sent | None:
    """A batch from its file; None if it is none. What stands there may come from anybody."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            content = file.read(_MOST_BYTES + 1)
        values = mapping(parse_json(content.decode("utf-8")) if len(content) <= _MOST_BYTES else None)
    except (OSError, ValueError) as error:
        logger.warning("the batch in %s cannot be read: %s", path.name, error)
        return None
    created, size, batch_id = values.get("created"), values.get("size"), text(values.get("id"))
    requests = tuple(_texts(values.get("requests")))
    is_one = values.get("schema") == SCHEMA and isinstance(created, int | float) and isinstance(size, int) and requests
    if not is_one or (batch_id and not is_batch_id(batch_id)):
        return None
    address, others = text(values.get("address")), tuple(_texts(values.get("others")))
    return Sent(path.stem, address, requests, cast("int", size), float(cast("float", created)), batch_id, others)


def _texts(values: object) -> Iterator[str]:
    yield from (value for value in sequence(values) if isinstance(value, str))
