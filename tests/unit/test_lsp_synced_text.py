"""A text changed by ranges is the text that the client has: against an editor whose texts are code units."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orch_lsp.lsp.wire.messages import bring_positions_into_range
from orch_lsp.lsp.wire.synced_text import SyncedText
from orch_lsp.text import LineIndex, split_lines

WIDTHS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}

pieces = st.sampled_from(
    [
        "a",
        "bc",
        "\n",
        "\r",
        "\r\n",
        "\u2028",
        "\u2029",
        "\x0b",
        "\x0c",
        "\x85",
        "\x1c",
        "é",
        "字",
        "😀",
        "𝒳",
        "\ufeff",
        "\0",
        " ",
    ]
)
texts = st.lists(pieces, max_size=12).map("".join)
lone = st.sampled_from(["\ud83d", "\ude00", "a\ud83d", "\ude00\r"])
encodings = st.sampled_from(list(WIDTHS))
places = st.integers(0, 10_000)


class Units:
    """An editor whose text is a list of code units, as a browser's or a terminal's is."""

    def __init__(self, text: str, encoding: str) -> None:
        self.codec, self.width = CODECS[encoding], WIDTHS[encoding]
        self.units = self._units(text)

    def _units(self, text: str) -> list[bytes]:
        data = text.encode(self.codec, "surrogatepass")
        return [data[at : at + self.width] for at in range(0, len(data), self.width)]

    @property
    def text(self) -> str:
        return b"".join(self.units).decode(self.codec, "surrogatepass")

    def starts(self) -> list[int]:
        """Where lines begin, by the protocol's three line ends, unit by unit."""
        cr, lf = self._units("\r")[0], self._units("\n")[0]
        found = [0]
        for at, unit in enumerate(self.units):
            if unit == lf or (unit == cr and self.units[at + 1 : at + 2] != [lf]):
                found.append(at + 1)
        return found

    def position(self, place: int) -> tuple[int, int]:
        """The position of a place, none of them inside a line end."""
        starts = self.starts()
        line = max(number for number, start in enumerate(starts) if start <= place)
        return line, place - starts[line]

    def places(self, *, split: bool) -> list[int]:
        """Every place that has a position; with `split`, those inside a character as well."""
        cr, lf = self._units("\r")[0], self._units("\n")[0]
        found: list[int] = []
        for place in range(len(self.units) + 1):
            inside_end = 0 < place < len(self.units) and (self.units[place - 1], self.units[place]) == (cr, lf)
            if not inside_end and (split or self._is_whole(place)):
                found.append(place)
        return found

    def _is_whole(self, place: int) -> bool:
        try:
            before = b"".join(self.units[:place]).decode(self.codec)
            after = b"".join(self.units[place:]).decode(self.codec)
        except UnicodeDecodeError:
            return False
        return before + after == self.text

    def replace(self, start: int, end: int, text: str) -> None:
        self.units[start:end] = self._units(text)


def follow(text: str, encoding: str, edits: list[tuple[int, int, str]], *, split: bool = False) -> None:
    """Make the same edits in an editor and in a text that follows it."""
    editor, followed = Units(text, encoding), SyncedText(text, encoding)  # pyright: ignore[reportArgumentType]
    for first, second, new_text in edits:
        places = editor.places(split=split)
        start, end = sorted((places[first % len(places)], places[second % len(places)]))
        positions = editor.position(start), editor.position(end)
        editor.replace(start, end, new_text)
        wrong = followed.replace(*positions, new_text)
        assert split or wrong == []
        assert followed.text == editor.text
        # Equal to reading the whole anew, line for line.
        assert [line.rstrip("\r\n") for line in followed._lines] == split_lines(editor.text)


@given(texts, encodings, st.lists(st.tuples(places, places, texts), max_size=6))
@example("a\rb\n", "utf-16", [(2, 3, "")])
@example("a\r\nb", "utf-16", [(1, 1, "\r"), (2, 2, "\n")])
@example("a\r", "utf-8", [(2, 2, "\n")])
def test_every_edit_of_an_editor_is_followed_in_every_encoding(text, encoding, edits):
    follow(text, encoding, edits)


@given(texts, st.lists(st.tuples(places, places, texts | lone), max_size=8))
@example("😀", [(1, 1, "x"), (1, 2, "")])
@example("", [(0, 0, "\ud83d"), (1, 1, "\ude00")])
def test_halves_of_a_character_are_followed_too_where_the_editor_counts_in_utf_16(text, edits):
    follow(text, "utf-16", edits, split=True)


def test_a_long_document_is_followed_through_thousands_of_edits():
    source = random.Random(7)
    alphabet = ["word ", "\n", "\r\n", "\r", "😀", "\u2028", "\x0c", "字"]
    edits = [
        (source.randrange(10_000), source.randrange(10_000), "".join(source.choices(alphabet, k=source.randrange(20))))
        for _ in range(60)
    ]
    follow("# A\n\nwords 😀\r\n" * 12, "utf-16", edits)


@given(texts, encodings, st.integers(-9, 99), st.integers(-9, 99), st.integers(-9, 99), st.integers(-9, 99), texts)
def test_no_range_whatever_raises_and_the_text_around_it_stays(text, encoding, line, column, end_line, end_column, new):
    followed = SyncedText(text, encoding)
    followed.replace((line, column), (end_line, end_column), new)
    index = LineIndex(text, encoding)
    start, end = sorted((index.offset(line, column), index.offset(end_line, end_column)))
    if not any(ord(character) > 0xFFFF for character in text):
        assert followed.text == text[:start] + new + text[end:]


@pytest.mark.parametrize(
    ("start", "end", "after", "said"),
    [
        ((1, 2), (0, 1), "aXd\n", "after its end"),
        ((1, 0), (9, 3), "abc\nX", "beyond the end"),
        ((1, 0), (1, 99), "abc\nX\n", None),
        ((2, 0), (2, 0), "abc\n😀d\nX", None),
        ((3, 0), (3, 0), "abc\n😀d\nX", None),
        ((-1, 5), (0, 1), "Xbc\n😀d\n", "before the beginning"),
        ((1, 1), (1, 2), "abc\n\ud83dXd\n", "inside a character"),
    ],
)
def test_a_range_that_cannot_be_meant_is_brought_to_the_nearest_place_and_said(start, end, after, said):
    followed = SyncedText("abc\n😀d\n", "utf-16")
    wrong = followed.replace(start, end, "X")
    assert followed.text == after
    assert (said is None and wrong == []) or (said is not None and said in "; ".join(wrong))


def test_a_change_touches_the_lines_of_its_range_and_no_others():
    lines = [f"line {number}\n" for number in range(10_000)]
    followed = SyncedText("".join(lines), "utf-16")
    before = list(followed._lines)
    followed.replace((5_000, 2), (5_001, 3), "x\ny")
    after = followed._lines
    assert all(one is other for one, other in zip(before[:5_000], after[:5_000], strict=True))
    assert all(one is other for one, other in zip(before[5_002:], after[5_002:], strict=True))


def test_positions_beyond_what_a_position_can_be_are_the_nearest_that_can() -> None:
    places = {"start": {"line": -1, "character": 0}, "end": {"line": 2**32 - 1, "character": 2**64}}
    change = {"params": {"contentChanges": [{"text": "a"}, {"range": places, "text": "b"}]}}
    bring_positions_into_range(change)
    largest = 2**31 - 1
    assert places == {"start": {"line": 0, "character": 0}, "end": {"line": largest, "character": largest}}


@pytest.mark.parametrize("params", [None, {}, {"contentChanges": 3}, {"contentChanges": [{"range": {"start": 1}}]}])
def test_what_else_is_wrong_with_a_change_is_left_to_its_reading(params: object) -> None:
    bring_positions_into_range({"params": params})


@given(texts, st.lists(st.tuples(places, places, texts), max_size=4))
def test_the_starts_of_its_lines_are_those_of_its_text(text, edits):
    synced = SyncedText(text, "utf-32")
    for start, end, new_text in edits:
        index = LineIndex(synced.text, "utf-32")
        first, last = sorted(place % (len(synced.text) + 1) for place in (start, end))
        synced.replace(index.position(first), index.position(last), new_text)
        known = LineIndex(synced.text, "utf-32", synced.line_starts)
        fresh = LineIndex(synced.text, "utf-32")
        assert known.line_count == fresh.line_count
        assert [known.position(at) for at in range(len(synced.text) + 1)] == [
            fresh.position(at) for at in range(len(synced.text) + 1)
        ]
