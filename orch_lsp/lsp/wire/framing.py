"""Messages out of a stream of bytes: the base protocol's `Content-Length` frames. No I/O, linear in its input."""

from __future__ import annotations

import re

MAX_MESSAGE_BYTES = 256 * 1024 * 1024
"""Beyond any document that an editor opens; what claims more is not a message."""
_MAX_LINE_BYTES = 8 * 1024
_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,18})[ \t]*\r?$", re.IGNORECASE)
_TYPE = re.compile(rb"content-type:.*", re.IGNORECASE)
_OTHER_FIELD = re.compile(rb"(?!content-length)[a-z][a-z0-9-]*:.*", re.IGNORECASE)
_BEGINNING = b"content-"


class NotLspError(Exception):
    """The other side does not speak the base protocol."""


class FrameReader:
    """Takes bytes as they arrive and gives the bodies of the messages that are complete.

    Args:
        strict: Raise at the first byte that no message can begin with, instead of looking for the next header. For
            a socket, to which anything may connect; a pipe has one writer, whose slip should not end the session.

    Attributes:
        skipped: Bytes that belonged to no message.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._buffer = bytearray()
        self._looked = 0
        self._length: int | None = None
        self._in_body = False
        self.skipped = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take in the next bytes; the bodies that they complete.

        Raises:
            NotLspError: The reader is strict, and this is no message.
        """
        self._buffer += data
        bodies: list[bytes] = []
        while True:
            if self._in_body:
                if (body := self._take_body()) is None:
                    return bodies
                bodies.append(body)
            elif not self._take_line():
                return bodies

    def _take_body(self) -> bytes | None:
        length = self._length or 0
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._length, self._in_body = None, False
        return body

    def _take_line(self) -> bool:
        """Take one header line; False if it has not ended yet."""
        if self._strict and not self._buffer[: len(_BEGINNING)].lower().startswith(_BEGINNING[: len(self._buffer)]):
            self._refuse_unless_blank()
        end = self._buffer.find(b"\n", self._looked)
        if end < 0:
            self._looked = len(self._buffer)
            if len(self._buffer) > _MAX_LINE_BYTES:
                self._skip(bytes(self._buffer), keep=64)
            return False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._looked = 0
        self._read_line(line)
        return True

    def _refuse_unless_blank(self) -> None:
        if self._length is None or self._buffer[0] not in b"\r\n":
            raise NotLspError("this is not a header of the base protocol")

    def _read_line(self, line: bytes) -> None:
        if not line.strip(b"\r"):
            self._in_body = self._length is not None
            return
        found = _LENGTH.search(line)
        if found is not None and int(found[1]) <= MAX_MESSAGE_BYTES:
            # The bytes before it are the rest of a message whose length was wrong.
            self._skip(line[: found.start()])
            self._length = int(found[1])
        elif found is not None or not (_TYPE if self._strict else _OTHER_FIELD).fullmatch(line):
            self._length = None
            self._skip(line)

    def _skip(self, noise: bytes, *, keep: int = 0) -> None:
        if noise and self._strict:
            raise NotLspError("this is not a header of the base protocol")
        if keep:
            del self._buffer[:-keep]
            self._looked = len(self._buffer)
        self.skipped += len(noise) - keep
