"""Framing is told by the first bytes; NDJSON, documents and web pages."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.providers.framing import BodyDecoder, NdjsonDecoder, NotAnApiError
from orch_lsp.providers.sse import Frame, InvalidEncodingError


def decode(*pieces: bytes, json_lines: bool = False) -> list[Frame]:
    decoder = BodyDecoder(json_lines=json_lines)
    frames = [frame for piece in pieces for frame in decoder.feed(piece)]
    return [*frames, *decoder.close()]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n", b" \r\n\t", b"\xef\xbb\xbf \n"])
def test_what_comes_before_the_first_meaning_byte_does_not_matter(start):
    assert decode(start + b"data: x\n\n") == [Frame("", "x")]
    assert decode(*(bytes([byte]) for byte in start + b'{"a": 1}')) == [Frame("", '{"a": 1}')]


def test_a_json_document_is_one_frame_at_its_end():
    decoder = BodyDecoder()
    assert list(decoder.feed(b'{"a":\n')) == []
    assert list(decoder.feed(b" 1}\n")) == []
    assert decoder.is_document
    assert [json.loads(frame.data) for frame in decoder.close()] == [{"a": 1}]


def test_json_lines_are_a_frame_a_line():
    assert decode(b'{"a":1}\r\n\n{"b"', b':2}\n{"c":3}', json_lines=True) == [
        Frame("", '{"a":1}'),
        Frame("", '{"b":2}'),
        Frame("", '{"c":3}', whole=False),
    ]


def test_a_line_that_is_cut_inside_a_character_is_not_whole():
    frames = decode(b'{"a":1}\n{"b":"\xe2\x82', json_lines=True)
    assert frames == [Frame("", '{"a":1}'), Frame("", '{"b":"', whole=False)]


@pytest.mark.parametrize("body", [b"<!doctype html><p>Sign in", b"\n <html>", b"<?xml version='1.0'?>"])
def test_a_web_page_is_an_error(body):
    with pytest.raises(NotAnApiError):
        decode(body)


@pytest.mark.parametrize("body", [b'{"a": "\xff"}', b'[{"a": "\xc3\x28"}]', b"\xff\xfe"])
def test_bytes_that_are_not_utf_8_are_an_error(body):
    with pytest.raises(InvalidEncodingError):
        decode(body + b"\n")
    with pytest.raises(InvalidEncodingError):
        decode(body + b"\n", json_lines=True)


@pytest.mark.parametrize("body", [b"", b" ", b"\n\n", b"\xef\xbb\xbf"])
def test_nothing_is_no_frame(body):
    assert decode(body) == []


def test_white_space_without_end_is_not_kept():
    decoder = BodyDecoder()
    for _ in range(100_000):
        assert list(decoder.feed(b" " * 64)) == []
    assert list(decoder.feed(b"data: x\n\n")) == [Frame("", "x")]


def test_a_line_of_megabytes_in_small_pieces_does_not_become_slow():
    line = json.dumps({"pad": "x" * 4_000_000}).encode() + b"\n"
    decoder = NdjsonDecoder()
    frames = [frame for at in range(0, len(line), 16) for frame in decoder.feed(line[at : at + 16])]
    assert [len(frame.data) for frame in frames] == [len(line) - 1]


@given(
    values=st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3), max_size=5),
    sizes=st.lists(st.integers(0, 9)),
    end=st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_the_cuts_between_json_lines_do_not_matter(values, sizes, end):
    data = "".join(json.dumps(value) + end for value in values).encode()
    pieces, position = [], 0
    for size in sizes:
        pieces.append(data[position : position + size])
        position += size
    frames = decode(*pieces, data[position:], json_lines=True)
    assert [json.loads(frame.data) for frame in frames] == values
    assert all(frame.whole for frame in frames)
