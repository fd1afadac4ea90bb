"""Frames out of bytes: whatever comes, in whatever pieces, no message is lost that could be found."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.lsp.wire.framing import MAX_MESSAGE_BYTES, FrameReader, NotLspError

bodies = st.lists(st.binary(max_size=40), max_size=6)


def frame(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


@given(bodies, st.lists(st.integers(0, 10_000), max_size=20), st.booleans())
def test_messages_are_found_however_the_bytes_arrive(messages, places, strict):
    reader = FrameReader(strict=strict)
    pieces = cut(b"".join(map(frame, messages)), places)
    assert [body for piece in pieces for body in reader.feed(piece)] == messages
    assert reader.skipped == 0


@given(st.binary(max_size=200), bodies)
def test_after_any_noise_the_messages_that_follow_on_lines_of_their_own_are_found(noise, messages):
    reader = FrameReader()
    # A length in the noise would claim what follows it: that is what it says.
    noise = noise.replace(b":", b"")
    found = reader.feed(noise + b"\r\n\r\n" + b"".join(map(frame, messages)))
    assert found == messages
    assert reader.skipped <= len(noise) + 1


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=8))
def test_nothing_that_arrives_raises_on_a_pipe(data, places):
    reader = FrameReader()
    for piece in cut(data, places):
        reader.feed(piece)


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: 2\r\n\r\n",
        b"CONTENT-LENGTH:2\r\n\r\n",
        b"Content-Length: 2\n\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=utf8\r\n\r\n",
        b"Content-Length: 7\r\nContent-Length: 2\r\n\r\n",
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_headers_as_clients_write_them_are_read(head, strict):
    assert FrameReader(strict=strict).feed(head + b"{}") == [b"{}"]


def test_a_length_that_was_too_short_costs_one_message():
    assert FrameReader().feed(b"Content-Length: 3\r\n\r\n{} and more" + frame(b"next")) == [b"{} ", b"next"]


def test_a_length_that_was_too_long_costs_two_messages():
    swallowed = frame(b"one")
    data = b"Content-Length: 10\r\n\r\n{}" + swallowed + frame(b"two")
    assert FrameReader().feed(data)[-1] == b"two"


@pytest.mark.parametrize(
    "value", [b"abc", b"-1", b"1.5", b"", b"9" * 30, b"%d" % (MAX_MESSAGE_BYTES + 1), b"0x10", b"1 2"]
)
def test_an_impossible_length_is_no_length(value):
    head = b"Content-Length: " + value + b"\r\n\r\n"
    reader = FrameReader()
    assert reader.feed(head + b'{"a":1}' + frame(b"next")) == [b"next"]
    assert reader.skipped
    with pytest.raises(NotLspError):
        FrameReader(strict=True).feed(head)


def test_a_header_that_never_ends_takes_no_room():
    reader = FrameReader()
    for _ in range(100):
        assert reader.feed(b"x" * 10_000) == []
    assert len(reader._buffer) < 20_000
    assert reader.feed(b"\r\n\r\n" + frame(b"next")) == [b"next"]


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00",
        b"{",
        b"\r\n",
        b"X",
        b"Content-Sniff: x\r\n",
        b"Content-Length: 2\r\nHost: 127.0.0.1\r\n\r\n{}",
        b"Content-Length: 2\r\n\r\n{}GET",
        b"Content-Type: text/plain\r\n\r\n",
        b"Content-Type: " + b"x" * 10_000,
        b"content-",
    ],
    ids=lambda data: repr(data[:30]),
)
def test_on_a_socket_what_is_no_message_is_refused_at_once(data):
    reader = FrameReader(strict=True)
    if data == b"content-":
        assert reader.feed(data) == []
        data = b"disposition: form-data\r\n"
    with pytest.raises(NotLspError):
        reader.feed(data)
