"""Content encodings, undone in bounded steps: a small body cannot become an endless one."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_STEP = 64 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class UnknownEncodingError(ValueError):
    """The body has a content encoding that was not asked for."""


class Decompressor:
    """Undoes `gzip`, `deflate` and `identity`, yielding at most 64 KiB at a time."""

    def __init__(self, content_encoding: str) -> None:
        names = [name for part in content_encoding.lower().split(",") if (name := part.strip()) not in ("", "identity")]
        if len(names) > 1 or not {"gzip", "x-gzip", "deflate"}.issuperset(names):
            raise UnknownEncodingError(content_encoding)
        self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB) if names else None
        self._is_deflate = names == ["deflate"]
        self._head = b""
        self._begun = False

    @property
    def ended_early(self) -> bool:
        """Whether compressed bytes are missing at the end."""
        return self._inflate is not None and (self._begun or bool(self._head)) and not self._inflate.eof

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the decoded bytes of `piece`.

        Raises:
            zlib.error: The bytes are not what the encoding says.
        """
        if self._inflate is None:
            if piece:
                yield piece
            return
        if self._is_deflate and not self._begun:
            # Two bytes tell which of the two formats of this name it is.
            self._head += piece
            if len(self._head) < 2:
                return
            if not _has_header(self._head):
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            piece, self._head = self._head, b""
        while piece:
            self._begun = True
            before = self._inflate.copy()
            try:
                decoded = self._inflate.decompress(piece, _STEP)
            except zlib.error:
                # Bytes before the damage in the same piece are part of the answer; the first bad byte raises again.
                for position in range(len(piece)):
                    yield before.decompress(piece[position : position + 1], _STEP)
                raise
            if decoded:
                yield decoded
            if self._inflate.eof:
                # A gzip body may have several members.
                piece = self._inflate.unused_data
                if piece:
                    self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
            else:
                piece = self._inflate.unconsumed_tail


def _has_header(start: bytes) -> bool:
    """Whether a body that is called deflate begins as zlib's (RFC 1950) or gzip's; some servers send raw data."""
    method, checked = start[0], int.from_bytes(start[:2])
    return start.startswith(b"\x1f\x8b") or (method & 0x0F == 8 and method >> 4 <= 7 and checked % 31 == 0)
