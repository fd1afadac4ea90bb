"""Objects in a pack, found by its index of version 2: whole ones, and differences to others (gitformat-pack(5))."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path

KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFFSET_DELTA, _NAMED_DELTA = 6, 7
_FANOUT_AT = 8
_FANOUT_BYTES = 256 * 4
_LONG = 1 << 31
"""Offsets from here on stand in a table of their own."""
_LONGEST_CHAIN = 5_000
"""Differences that lead from one to the next; git makes at most 4,095."""
_LONGEST_NUMBER = 10
_PIECE = 16 * 1024


class Pack:
    """One pack with its index. Files are opened when they are first needed.

    Raises:
        OSError: A file cannot be read.
        ValueError: One is damaged, or is of a version that is not read.
    """

    def __init__(self, index: Path) -> None:
        self._index_path = index
        self._index: BufferedReader | None = None
        self._data: BufferedReader | None = None
        self._fanout = b""

    def close(self) -> None:
        """Close the files."""
        for file in (self._index, self._data):
            if file is not None:
                file.close()
        self._index = self._data = None

    def offset_of(self, name: bytes) -> int | None:
        """Where an object begins; None if it is not in the pack."""
        at = self._first_from(name)
        return self._offset(at, len(name)) if self._name(at, len(name)) == name else None

    def names_from(self, start: bytes, stop: bytes, most: int) -> list[bytes]:
        """Names of objects from `start` to `stop`, both as long as a name; at most `most`."""
        found: list[bytes] = []
        at = self._first_from(start)
        while len(found) < most and (name := self._name(at, len(start))) is not None and name <= stop:
            found.append(name)
            at += 1
        return found

    def read(
        self, offset: int, most: int, other: Callable[[bytes], tuple[str, bytes]], hash_bytes: int
    ) -> tuple[str, bytes]:
        """The kind and the content of the object at an offset.

        Args:
            offset: Where it begins.
            most: Bytes of it, and of each one that it is a difference to.
            other: Gives an object by its name, for a difference to one in another place.
            hash_bytes: Length of names.

        Raises:
            ValueError: Also if it is larger.
        """
        differences: list[bytes] = []
        while True:
            kind, size, at = self._header(offset)
            if size > most:
                raise ValueError("an object larger than is read")
            if kind in KINDS:
                found, content = KINDS[kind], self._inflated(at, size)
                break
            if len(differences) == _LONGEST_CHAIN:
                raise ValueError("a chain of differences longer than git makes")
            if kind == _OFFSET_DELTA:
                back, at = self._distance(at)
                differences.append(self._inflated(at, size))
                if not 0 < back < offset:
                    raise ValueError("a difference to something outside of the pack")
                offset -= back
            elif kind == _NAMED_DELTA:
                name = self._bytes(at, hash_bytes)
                differences.append(self._inflated(at + hash_bytes, size))
                place = self.offset_of(name)
                if place is None:
                    found, content = other(name)
                    break
                offset = place
            else:
                raise ValueError("an object of an unknown kind")
            if sum(map(len, differences)) > 2 * most:
                raise ValueError("differences larger than are read")
        for difference in reversed(differences):
            content = applied(content, difference, most)
        return found, content

    def _first_from(self, name: bytes) -> int:
        """The number of the first name that is not before this one."""
        fanout = self._table()
        first = _number(fanout, (name[0] - 1) * 4) if name[0] else 0
        last = _number(fanout, name[0] * 4)
        while first < last:
            middle = (first + last) // 2
            at = self._name(middle, len(name))
            if at is None:
                raise ValueError("the index of a pack ends too early")
            if at < name:
                first = middle + 1
            else:
                last = middle
        return first

    def _table(self) -> bytes:
        if not self._fanout:
            file = self._open_index()
            file.seek(0)
            if file.read(_FANOUT_AT) != b"\xfftOc\0\0\0\x02":
                raise ValueError("the index of a pack is of another version")
            self._fanout = file.read(_FANOUT_BYTES)
        return self._fanout

    def _count(self) -> int:
        return _number(self._table(), 255 * 4)

    def _name(self, number: int, hash_bytes: int) -> bytes | None:
        if number >= self._count():
            return None
        file = self._open_index()
        file.seek(_FANOUT_AT + _FANOUT_BYTES + number * hash_bytes)
        name = file.read(hash_bytes)
        return name if len(name) == hash_bytes else None

    def _offset(self, number: int, hash_bytes: int) -> int:
        # Names, checksums of four bytes, offsets of four bytes, and last those of eight.
        count = self._count()
        offsets = _FANOUT_AT + _FANOUT_BYTES + count * (hash_bytes + 4)
        file = self._open_index()
        file.seek(offsets + number * 4)
        offset = _number(file.read(4), 0)
        if offset < _LONG:
            return offset
        file.seek(offsets + count * 4 + (offset - _LONG) * 8)
        return _number(file.read(8), 0, 8)

    def _header(self, offset: int) -> tuple[int, int, int]:
        """Kind, size, and where the rest begins."""
        data = self._bytes(offset, _LONGEST_NUMBER + 1, or_fewer=True)
        kind, size, shift = data[0] >> 4 & 7, data[0] & 15, 4
        at = 1
        while data[at - 1] & 0x80:
            if at >= min(_LONGEST_NUMBER, len(data)):
                raise ValueError("a size has no end")
            size |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
        return kind, size, offset + at

    def _distance(self, offset: int) -> tuple[int, int]:
        """How far back the object is to which this is a difference, and where the rest begins."""
        data = self._bytes(offset, _LONGEST_NUMBER, or_fewer=True)
        value = data[0] & 0x7F
        at = 1
        while data[at - 1] & 0x80:
            if at >= len(data):
                raise ValueError("a distance has no end")
            value = (value + 1) << 7 | data[at] & 0x7F
            at += 1
        return value, offset + at

    def _inflated(self, offset: int, size: int) -> bytes:
        file = self._open_data()
        file.seek(offset)
        return inflated(lambda: file.read(_PIECE), size)

    def _bytes(self, offset: int, count: int, *, or_fewer: bool = False) -> bytes:
        file = self._open_data()
        file.seek(offset)
        data = file.read(count)
        if not data or (len(data) < count and not or_fewer):
            raise ValueError("a pack ends too early")
        return data

    def _open_index(self) -> BufferedReader:
        if self._index is None:
            self._index = _opened(self._index_path)
        return self._index

    def _open_data(self) -> BufferedReader:
        if self._data is None:
            self._data = _opened(self._index_path.with_suffix(".pack"))
        return self._data


def inflated(more: Callable[[], bytes], size: int) -> bytes:
    """A stream's content, which has to have this size.

    Args:
        more: The next piece of the stream, empty at its end.
        size: Bytes of the content.

    Raises:
        ValueError: It is damaged, or has another size.
    """
    stream, content = zlib.decompressobj(), bytearray()
    try:
        while not stream.eof and len(content) <= size:
            piece = stream.unconsumed_tail or more()
            if not piece:
                break
            content += stream.decompress(piece, size + 1 - len(content))
    except zlib.error as error:
        raise ValueError("an object is damaged") from error
    if len(content) != size or not stream.eof:
        raise ValueError("an object is not as long as it says")
    return bytes(content)


def applied(content: bytes, difference: bytes, most: int) -> bytes:
    """The content that a difference makes of another one: copies of its parts, and new bytes.

    Raises:
        ValueError: It is damaged, made for another content, or gives more than `most` bytes.
    """
    try:
        return _applied(content, difference, most)
    except IndexError as error:
        raise ValueError("a difference ends too early") from error


def _applied(content: bytes, difference: bytes, most: int) -> bytes:
    expected, at = _size(difference, 0)
    size, at = _size(difference, at)
    if expected != len(content) or size > most:
        raise ValueError("a difference that does not fit")
    made = bytearray()
    while at < len(difference):
        step = difference[at]
        at += 1
        if step & 0x80:
            where = 0
            for bit in range(7):
                if step & 1 << bit:
                    where |= difference[at] << 8 * bit
                    at += 1
            start, length = where & 0xFFFFFFFF, where >> 32 or 0x10000
            piece = content[start : start + length]
        elif step:
            length, piece = step, difference[at : at + step]
            at += step
        else:
            raise ValueError("a difference with an unknown step")
        made += piece
        if len(piece) != length or len(made) > size:
            raise ValueError("a difference that does not fit")
    if len(made) != size:
        raise ValueError("a difference that does not fit")
    return bytes(made)


def _size(data: bytes, at: int) -> tuple[int, int]:
    """A size in seven bits a byte, the lowest first, and where the rest begins."""
    value = data[at] & 0x7F
    shift = 7
    while data[at] & 0x80:
        at += 1
        if shift > 7 * _LONGEST_NUMBER:
            raise ValueError("a size has no end")
        value |= (data[at] & 0x7F) << shift
        shift += 7
    return value, at + 1


def _opened(path: Path) -> BufferedReader:
    if not path.is_file():
        raise ValueError("a pack is no file")
    return path.open("rb")


def _number(data: bytes, offset: int, count: int = 4) -> int:
    if len(data) < offset + count:
        raise ValueError("the index of a pack ends too early")
    return int.from_bytes(data[offset : offset + count], "big")
