"""How a text is kept: deflated, or as it is where that is no shorter (version 1 of the schema kept each so)."""

from __future__ import annotations

import zlib

DEFLATED = "zlib"
_LEVEL = 6
_LARGEST = 512 * 1024 * 1024
"""Bytes that are unpacked at most: several times what an answer may have."""


def pack(utf8: bytes) -> tuple[bytes, str | None]:
    """The bytes to keep, and the marker that says how."""
    packed = zlib.compress(utf8, _LEVEL)
    return (packed, DEFLATED) if len(packed) < len(utf8) else (utf8, None)


def unpack(stored: object, marker: object) -> bytes | None:
    """The text that was packed; None if that cannot be told any more."""
    if not isinstance(stored, bytes) or marker is None:
        return stored if isinstance(stored, bytes) else None
    if marker != DEFLATED:
        return None
    try:
        unpacker = zlib.decompressobj()
        utf8 = unpacker.decompress(stored, _LARGEST)
    except zlib.error:
        return None
    return utf8 if unpacker.eof else None
