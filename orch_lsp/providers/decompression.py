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
        self._begun = False

    @property
    def ended_early(self) -> bool:
        """Whether compressed bytes are missing at the end."""
        return self._inflate is not None and self._begun and not self._inflate.eof

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the decoded bytes of `piece`.

        Raises:
            zlib.error: The bytes are not what the encoding says.
        """
        if self._inflate is None:
            if piece:
                yield piece
            return
        while piece:
            decoded = self._step(piece)
            if decoded:
                yield decoded
            if self._inflate.eof:
                # A gzip body may have several members.
                piece = self._inflate.unused_data
                if piece:
                    self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
            else:
                piece = self._inflate.unconsumed_tail

    def _step(self, piece: bytes) -> bytes:
        assert self._inflate is not None  # noqa: S101 -- narrows the type; feed() has looked
        try:
            decoded = self._inflate.decompress(piece, _STEP)
        except zlib.error:
            if self._begun or not self._is_deflate:
                raise
            # Some servers send raw deflate data under this name.
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            decoded = self._inflate.decompress(piece, _STEP)
        self._begun = True
        return decoded
