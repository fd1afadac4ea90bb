"""The tree of a commit, read from git's object store: loose objects and packs (gitformat-pack(5)).

A commit that a pack keeps as a difference to another one, or that lies in another repository, is not read.
"""

from __future__ import annotations

import os
import re
import zlib
from itertools import islice
from pathlib import Path

from orch_lsp.git.files import read_file

_MAX_LOOSE_BYTES = 1024 * 1024
_MAX_PACKS = 1000
_FANOUT_AT = 8
_FANOUT_BYTES = 256 * 4
_COMMIT = 1
_START_BYTES = 256
"""More than the header of a commit object and the line that names its tree."""
_TREE = re.compile(rb"tree ([0-9a-f]{40}|[0-9a-f]{64})\n")


def tree_of(common: Path, revision: str) -> str | None:
    """The tree of a commit in hexadecimal; None if the commit is not found as a whole.

    Args:
        common: The folder that holds `objects`.
        revision: The commit's hash in hexadecimal.
    """
    start = _loose(common / "objects", revision)
    if start is None:
        start = _packed(common / "objects" / "pack", bytes.fromhex(revision))
    match = _TREE.match(start) if start is not None else None
    return None if match is None else match[1].decode()


def _loose(objects: Path, revision: str) -> bytes | None:
    data = read_file(objects / revision[:2] / revision[2:], _MAX_LOOSE_BYTES)
    start = None if data is None else _inflated(data)
    if start is None or not start.startswith(b"commit "):
        return None
    return start[start.find(b"\0") + 1 :]


def _packed(folder: Path, name: bytes) -> bytes | None:
    try:
        with os.scandir(folder) as found:
            indexes = [entry.name for entry in islice(found, 4 * _MAX_PACKS) if entry.name.endswith(".idx")]
    except OSError:
        return None
    for index in sorted(indexes)[:_MAX_PACKS]:
        try:
            offset = _offset_in_pack(folder / index, name)
            if offset is not None:
                return _start_of_commit(folder / f"{index.removesuffix('.idx')}.pack", offset)
        except (OSError, ValueError):
            continue
    return None


def _offset_in_pack(path: Path, name: bytes) -> int | None:
    """Where an object begins in a pack, from the pack's index of version 2."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        if file.read(8) != b"\xfftOc\0\0\0\x02":
            return None
        fanout = file.read(_FANOUT_BYTES)
        first = _number(fanout, (name[0] - 1) * 4) if name[0] else 0
        last, count = _number(fanout, name[0] * 4), _number(fanout, 255 * 4)
        while first < last:
            middle = (first + last) // 2
            file.seek(_FANOUT_AT + _FANOUT_BYTES + middle * len(name))
            at = file.read(len(name))
            if at == name:
                # Names, checksums of four bytes, and then the offsets.
                file.seek(_FANOUT_AT + _FANOUT_BYTES + count * (len(name) + 4) + middle * 4)
                offset = _number(file.read(4), 0)
                return offset if offset < 1 << 31 else None
            if at < name:
                first = middle + 1
            else:
                last = middle
    return None


def _start_of_commit(path: Path, offset: int) -> bytes | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(4 * _START_BYTES)
    if len(data) < 2 or data[0] >> 4 & 7 != _COMMIT:
        return None
    body = next((at + 1 for at, byte in enumerate(data[:10]) if not byte & 0x80), len(data))
    return _inflated(data[body:])


def _inflated(data: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(data, _START_BYTES)
    except zlib.error:
        return None


def _number(data: bytes, offset: int) -> int:
    if len(data) < offset + 4:
        raise ValueError("the index of a pack ends too early")
    return int.from_bytes(data[offset : offset + 4], "big")
