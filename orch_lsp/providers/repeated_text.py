"""Streams whose every piece repeats the whole text so far, as some servers send where others send what is new."""

from __future__ import annotations

import itertools

# Letters in the text so far from which on a repetition of it is no chance.
_SURE = 12
_LIKELY = 4
_WHOLE_ANSWER = 40


class RepeatedText:
    """Gives what is new in each piece, whether the stream adds or repeats; linear in what was sent.

    A piece that begins with all text so far repeats it, for no model says its whole answer again in one breath. Where
    the text so far is too short to tell, the piece is held back until the next one has told.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._held = ""
        self._repeats = False

    def feed(self, piece: str) -> str:
        """Return the new part of a piece."""
        if self._held:
            held, self._held = self._held, ""
            if piece.startswith(held) and (len(piece) > len(held) or _letters(held, _LIKELY)):
                self._repeats = True
                return self._accept(piece[self._length :])
            return self._accept(held) + self.feed(piece)
        if not self._length or len(piece) < self._length:
            return self._accept(piece)
        so_far = self._text()
        if not piece.startswith(so_far):
            return self._accept(piece)
        if piece.isspace():
            return self._accept(piece)
        if len(piece) == self._length:
            return "" if self._repeats or _letters(so_far, _WHOLE_ANSWER) else self._accept(piece)
        if self._repeats or _letters(so_far, _SURE):
            self._repeats = True
            return self._accept(piece[self._length :])
        self._held = piece
        return ""

    def close(self) -> str:
        """Return the text that was still held back when the stream ended."""
        held, self._held = self._held, ""
        return held[self._length :] if held and _letters(self._text(), _LIKELY) else held

    def _accept(self, text: str) -> str:
        if text:
            self._pieces.append(text)
            self._length += len(text)
        return text

    def _text(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]


def _letters(text: str, wanted: int) -> bool:
    """Whether a text holds so many letters and digits."""
    return sum(1 for _ in itertools.islice(filter(str.isalnum, text), wanted)) == wanted
