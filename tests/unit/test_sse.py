"""The event stream decoder: what it takes, what it refuses, and that the cuts in its input do not matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.providers.sse import Frame, InvalidEncodingError, SseDecoder


def decode(*pieces: bytes) -> list[Frame]:
    decoder = SseDecoder()
    frames = [frame for piece in pieces for frame in decoder.feed(piece)]
    return [*frames, *decoder.close()]


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces, position = [], 0
    for size in sizes:
        pieces.append(data[position : position + size])
        position += size
    return [*pieces, data[position:]]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_an_event_ends_with_a_blank_line_of_any_line_end(end):
    assert decode(b"data: one" + end + end + b"data: two" + end + end) == [Frame("", "one"), Frame("", "two")]


def test_line_ends_may_be_mixed():
    assert decode(b"data: a\r\n\ndata: b\r\rdata: c\n\r\n") == [Frame("", "a"), Frame("", "b"), Frame("", "c")]


def test_a_carriage_return_and_its_line_feed_may_come_in_two_pieces():
    assert decode(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [Frame("", "a\nb")]


def test_the_name_of_an_event_is_kept_for_that_event_only():
    assert decode(b"event: ping\ndata: 1\n\ndata: 2\n\n") == [Frame("ping", "1"), Frame("", "2")]


def test_several_data_lines_are_one_payload():
    assert decode(b"data: a\ndata:b\ndata\ndata:  c\n\n") == [Frame("", "a\nb\n\n c")]


def test_comments_and_other_fields_are_passed_over():
    assert decode(b": keep-alive\n\nid: 7\nretry: 5\nfoo: bar\ndata: x\n\n:\n\n") == [Frame("", "x")]


def test_an_event_without_data_is_none():
    assert decode(b"event: ping\n\n") == []


def test_a_byte_order_mark_at_the_start_is_no_part_of_the_first_field():
    assert decode(b"\xef", b"\xbb", b"\xbfdata: x\n\n") == [Frame("", "x")]


def test_a_byte_order_mark_elsewhere_is_text():
    assert decode("data: \ufeffx\n\n".encode()) == [Frame("", "\ufeffx")]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_only_carriage_return_and_line_feed_end_a_line(separator):
    assert decode(f"data: a{separator}b\n\n".encode()) == [Frame("", f"a{separator}b")]


def test_the_last_event_counts_without_its_blank_line():
    assert decode(b"data: a\n\ndata: b\n") == [Frame("", "a"), Frame("", "b")]


def test_the_last_event_counts_without_its_line_end_but_is_not_whole():
    assert decode(b"data: a\n\ndata: b") == [Frame("", "a"), Frame("", "b", whole=False)]


@pytest.mark.parametrize("rest", [b"da", b"event: mess", b"data: \xe2\x82", b"event"])
def test_a_field_that_is_torn_at_the_end_is_told(rest):
    assert decode(b"data: a\n\n" + rest) == [Frame("", "a"), Frame("", "", whole=False)]


@pytest.mark.parametrize("rest", [b": keep", b":", b"Welcome", b"\xc3"])
def test_an_end_that_is_no_field_says_nothing(rest):
    assert decode(b"data: a\n\n" + rest) == [Frame("", "a")]


def test_an_error_field_is_an_event_named_error():
    assert decode(b'data: a\n\nerror: {"message": "x"}\n') == [Frame("", "a"), Frame("error", '{"message": "x"}')]


@pytest.mark.parametrize("line", [b"data: \xff\n\n", b"da\xffta: x\n\n", b": \xfe\n\n", b"\xc3\x28\n\n"])
def test_bytes_that_are_not_utf_8_are_an_error_wherever_they_stand(line):
    frames: list[Frame] = []
    with pytest.raises(InvalidEncodingError):
        frames.extend(SseDecoder().feed(b"data: before\n\n" + line))
    assert frames == [Frame("", "before")]


def test_a_character_may_be_cut_between_pieces():
    data = "data: schön €😀\n\n".encode()
    assert decode(*(data[i : i + 1] for i in range(len(data)))) == [Frame("", "schön €😀")]


def test_a_line_of_megabytes_in_small_pieces_does_not_become_slow():
    # Joining at each piece would copy half a terabyte here.
    data = b"data: " + b"x" * 4_000_000 + b"\n\n"
    assert decode(*(data[i : i + 16] for i in range(0, len(data), 16))) == [Frame("", "x" * 4_000_000)]


def test_many_small_events_in_one_piece_do_not_become_slow():
    assert len(decode(b"data: x\n\n" * 300_000)) == 300_000


lines = st.lists(
    st.sampled_from(
        [
            b"data: one",
            "data: zwölf \u2028 😀".encode(),
            b"data:",
            b"data",
            b"",
            b"",
            b": comment",
            b"event: named",
            b"event",
            b"id: 1",
            b"error: bad",
            b"unknown: x",
            b"data: [DONE]",
        ]
    ),
    max_size=12,
)
ends = st.lists(st.sampled_from([b"\n", b"\r\n", b"\r"]), min_size=12, max_size=12)


@given(
    lines=lines,
    ends=ends,
    tail=st.sampled_from([b"", b"data: tail", b"dat", b": c", b"data: \xe2\x82"]),
    sizes=st.lists(st.integers(0, 9)),
)
def test_the_cuts_between_pieces_do_not_matter(lines, ends, tail, sizes):
    data = b"".join(line + end for line, end in zip(lines, ends, strict=False)) + tail
    assert decode(*cut(data, sizes)) == decode(data)


@given(data=st.binary(max_size=200), sizes=st.lists(st.integers(0, 9)))
def test_any_bytes_are_frames_or_a_typed_error_whatever_the_cuts(data, sizes):
    def outcome(pieces: list[bytes]) -> tuple[list[Frame], bool]:
        decoder, frames = SseDecoder(), []
        try:
            for piece in pieces:
                frames.extend(decoder.feed(piece))
            frames.extend(decoder.close())
        except InvalidEncodingError:
            return frames, True
        return frames, False

    assert outcome(cut(data, sizes)) == outcome([data])


@given(payloads=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")), max_size=5))
def test_what_is_written_as_events_is_read_back(payloads):
    data = "".join(f"data: {payload}\n\n" for payload in payloads).encode()
    assert decode(data) == [Frame("", payload) for payload in payloads]
