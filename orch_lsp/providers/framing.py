"""How the body of an answer is cut into JSON messages, told by its first bytes and not by its content type.

Servers label event streams as JSON and JSON documents as event streams; what arrives does not lie. Every decoder here
takes pieces cut anywhere, works in time linear in their sum, and yields what came before a fault before it raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from orch_lsp.providers.sse import Frame, InvalidEncodingError, SseDecoder

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_JSON_WHITE_SPACE = b" \t\r\n"


class NotAnApiError(ValueError):
    """The body is a web page."""


class FrameDecoder(Protocol):
    """Turns pieces of a body into frames."""

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """Yield the frames that `piece` completes."""
        ...

    def close(self) -> Iterator[Frame]:
        """Yield what the end of the bytes completes."""
        ...


class NdjsonDecoder:
    """One JSON value a line, as Ollama streams."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """Yield a frame for each line that `piece` completes."""
        if b"\n" not in piece:
            self._pieces.append(piece)
            return
        lines = piece.split(b"\n")
        self._pieces.append(lines[0])
        lines[0] = b"".join(self._pieces)
        self._pieces = [lines.pop()]
        for line in lines:
            if data := _decode(line).strip():
                yield Frame("", data)

    def close(self) -> Iterator[Frame]:
        """Yield the last line, if nothing ended it."""
        line = b"".join(self._pieces)
        self._pieces = []
        if data := _decode(line, cut=True).strip():
            yield Frame("", data, whole=False)


class DocumentDecoder:
    """One JSON document, as a server that ignores `stream` sends."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """Keep `piece`; a document is complete at its end only."""
        self._pieces.append(piece)
        return iter(())

    def close(self) -> Iterator[Frame]:
        """Yield the document."""
        document = b"".join(self._pieces)
        self._pieces = []
        yield Frame("", _decode(document))


class BodyDecoder:
    """Chooses the framing by the first byte that means something.

    Args:
        json_lines: Whether a body that starts with `{` is a sequence of lines and not one document.

    Attributes:
        is_document: Whether the body turned out to be one JSON document.
    """

    def __init__(self, *, json_lines: bool = False) -> None:
        self._json_lines = json_lines
        self._head = b""
        self._decoder: FrameDecoder | None = None
        self.is_document = False

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """Yield the frames that `piece` completes.

        Raises:
            NotAnApiError: The body is a web page.
            InvalidEncodingError: The body is not UTF-8.
        """
        if self._decoder is None:
            self._head += piece
            start = self._head.removeprefix(_BYTE_ORDER_MARK).lstrip(_JSON_WHITE_SPACE)
            if len(self._head) < len(_BYTE_ORDER_MARK) and _BYTE_ORDER_MARK.startswith(self._head):
                return iter(())
            if not start:
                self._head = b""
                return iter(())
            self._decoder = self._choose(start)
            piece, self._head = start, b""
        return self._decoder.feed(piece)

    def close(self) -> Iterator[Frame]:
        """Yield what the end of the bytes completes."""
        return self._decoder.close() if self._decoder is not None else iter(())

    def _choose(self, start: bytes) -> FrameDecoder:
        match start[:1]:
            case b"<":
                raise NotAnApiError
            case b"{" if self._json_lines:
                return NdjsonDecoder()
            case b"{" | b"[":
                self.is_document = True
                return DocumentDecoder()
            case _:
                return SseDecoder()


def _decode(line: bytes, *, cut: bool = False) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        if cut and error.reason == "unexpected end of data":
            return line[: error.start].decode()
        raise InvalidEncodingError(str(error)) from error
