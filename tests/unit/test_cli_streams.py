"""Text for a person on a stream that may be full or gone: writing neither fails nor waits."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from orch_lsp.cli.streams import CourtesyStream, LiveStream

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for descriptor in (reader, writer):
        try:
            os.close(descriptor)
        except OSError:
            continue


def fill(writer: int) -> int:
    os.set_blocking(writer, False)
    size = 0
    while True:
        try:
            size += os.write(writer, b"x" * 4096)
        except BlockingIOError:
            os.set_blocking(writer, True)
            return size


def test_what_acts_on_a_terminal_is_replaced_and_lines_stay_lines(pipe):
    reader, writer = pipe
    CourtesyStream(writer).write("a\tb\x1b[2J\u202e\u200b\u009b\r\nc\rd\n")
    assert os.read(reader, 100).decode() == "a\tb�[2J���\nc�d\n"


def test_a_live_display_may_move_the_cursor(pipe):
    reader, writer = pipe
    LiveStream(CourtesyStream(writer)).write("\x1b[2K\r…")
    assert os.read(reader, 100).decode() == "\x1b[2K\r…"


def test_what_a_full_pipe_does_not_take_follows_when_it_is_read(pipe):
    reader, writer = pipe
    size = fill(writer)
    stream = CourtesyStream(writer)
    stream.write("first\n")
    stream.write("second\n")
    while size:
        size -= len(os.read(reader, size))
    stream.flush()
    assert os.read(reader, 100) == b"first\nsecond\n"


def test_no_more_waits_for_a_reader_than_fits_into_memory(pipe):
    _, writer = pipe
    fill(writer)
    stream = CourtesyStream(writer)
    for _ in range(1_000):
        stream.write("x" * 1_000)
    assert len(stream._waiting) < 70_000
    stream.drain(0.0)


def test_a_reader_that_is_gone_is_no_fault(pipe):
    reader, writer = pipe
    stream = CourtesyStream(writer)
    os.close(reader)
    for _ in range(3):
        stream.write("words\n")
    stream.drain()
    os.close(writer)
    stream.write("words\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_every_character_can_be_written_in_every_encoding(pipe, encoding):
    reader, writer = pipe
    CourtesyStream(writer, encoding).write("Prüf 😋 \udcff\n")
    assert os.read(reader, 100).decode(encoding).startswith("Pr")
