"""Content encodings are undone in bounded steps."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.providers.decompression import Decompressor, UnknownEncodingError


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


ENCODINGS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "identity": bytes}


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(data=st.binary(max_size=300), sizes=st.lists(st.integers(0, 20)))
def test_what_was_compressed_comes_back_whatever_the_cuts(encoding, data, sizes):
    compressed = ENCODINGS[encoding](data)
    decompressor, decoded, position = Decompressor(encoding), b"", 0
    for size in (*sizes, len(compressed)):
        decoded += b"".join(decompressor.feed(compressed[position : position + size]))
        position += size
    assert decoded == data
    assert not decompressor.ended_early


def test_deflate_without_its_header_is_understood():
    assert b"".join(Decompressor("deflate").feed(raw_deflate(b"hello" * 100))) == b"hello" * 100


def test_a_body_of_several_gzip_members_is_one_body():
    assert b"".join(Decompressor("gzip").feed(gzip.compress(b"a") + gzip.compress(b"b"))) == b"ab"


def test_a_small_body_that_expands_without_end_comes_in_bounded_pieces():
    bomb = gzip.compress(bytes(50_000_000))
    pieces = Decompressor("gzip").feed(bomb)
    assert max(len(next(pieces)) for _ in range(20)) <= 64 * 1024


def test_a_cut_body_is_known_as_cut():
    decompressor = Decompressor("gzip")
    list(decompressor.feed(gzip.compress(b"hello" * 100)[:-12]))
    assert decompressor.ended_early


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "?"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding):
    with pytest.raises(UnknownEncodingError):
        Decompressor(encoding)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_bytes_that_are_not_what_they_are_said_to_be_are_an_error(encoding):
    with pytest.raises(zlib.error):
        list(Decompressor(encoding).feed(b"\xff\xffdata: plain text\n\n"))
