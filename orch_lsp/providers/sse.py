"""Server-sent events, decoded from bytes that may be cut anywhere.

Follows the WHATWG event stream format, with four differences that servers in use make necessary: the last event counts
although its blank line is missing; bytes that are not UTF-8 are an error instead of a replacement character, since they
would be lost text; a field line `error: …`, which llama.cpp's relatives send, is an event named `error`; and `id` and
`retry` are ignored, since a paid answer is never resumed by reconnecting.

Time is linear in the input: a line that comes in many pieces is joined once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Frame(NamedTuple):
    """One message of a framing: its name, its payload, and whether its last line was terminated.

    A payload that is not `whole` ended with the bytes; it may be half a message.
    """

    name: str
    data: str
    whole: bool = True


_FIELDS = (b"data", b"event", b"error", b"id", b"retry")
_TORN = Frame("", "", whole=False)


class InvalidEncodingError(ValueError):
    """A line holds bytes that are not UTF-8."""


class SseDecoder:
    """Turns pieces of an event stream into frames."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._skip_line_feed = False
        self._at_start = True
        self._name = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """Yield the frames that `piece` completes.

        Raises:
            InvalidEncodingError: After the frames before the damage were yielded.
        """
        if self._skip_line_feed and piece:
            self._skip_line_feed = False
            piece = piece.removeprefix(b"\n")
        if not piece:
            return
        # bytes.splitlines() cuts at CR, LF and CRLF only, unlike str.splitlines().
        lines = piece.splitlines()
        last = None if piece.endswith((b"\n", b"\r")) else lines.pop()
        self._skip_line_feed = piece.endswith(b"\r")
        if self._pieces and lines:
            self._pieces.append(lines[0])
            lines[0] = b"".join(self._pieces)
            self._pieces = []
        if last is not None:
            self._pieces.append(last)
        for line in lines:
            # Nearly every line of a stream ends an event or is all of its data.
            if not line and len(self._data) == 1:
                yield Frame(self._name, self._data.pop())
                self._name = ""
            elif (frame := self._line(line)) is not None:
                yield frame

    def close(self) -> Iterator[Frame]:
        """Yield the last event; `_TORN` if the bytes end inside a field, so that the answer counts as cut."""
        line = b"".join(self._pieces)
        self._pieces = []
        if not line:
            last = self._dispatch()
        else:
            try:
                last = self._line(line) or self._dispatch()
            except InvalidEncodingError as error:
                if not _is_cut_character(error):
                    raise
                last = None
            if last is not None:
                last = last._replace(whole=False)
            elif _may_begin_field(line):
                last = _TORN
        if last is not None:
            yield last

    def _line(self, line: bytes) -> Frame | None:
        if self._at_start:
            line = line.removeprefix(_BYTE_ORDER_MARK)
            self._at_start = False
        if not line:
            return self._dispatch()
        try:
            if line.startswith(b"data: "):
                self._data.append(line[6:].decode())
                return None
            if line.startswith(b"event: "):
                self._name = line[7:].decode()
                return None
            text = line.decode()
        except UnicodeDecodeError as error:
            raise InvalidEncodingError(str(error)) from error
        field, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        elif field == "error" and value:
            return Frame("error", value)
        return None

    def _dispatch(self) -> Frame | None:
        name, data = self._name, self._data
        self._name, self._data = "", []
        return Frame(name, data[0] if len(data) == 1 else "\n".join(data)) if data else None


def _may_begin_field(line: bytes) -> bool:
    name, _, _ = line.partition(b":")
    return name != b"" and any(field.startswith(name) for field in _FIELDS)


def _is_cut_character(error: InvalidEncodingError) -> bool:
    cause = error.__cause__
    return isinstance(cause, UnicodeDecodeError) and cause.reason == "unexpected end of data"
