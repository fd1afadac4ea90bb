"""Reasoning that comes inside the text, between tags, as models do when their server does not part it for them."""

from __future__ import annotations

import re

from orch_lsp.document.answer.model_marks import REASONING
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.repeated_text import RepeatedText

_OPENINGS = tuple(opening for opening, _ in REASONING)
_LONGEST = max(map(len, _OPENINGS))
_BLANK = re.compile(r"\s+")


class ThinkTagSplitter:
    """Passes text on to `answer`, and as reasoning what a leading think tag encloses.

    Only a tag with nothing but white space and reasoning before it counts here, so that a text that speaks about such
    tags is left whole; what is reasoning further down is told by the whole answer (`spec/answer_marks`). A stream that
    repeats its text with each piece is read as one that adds to it.

    Args:
        answer: What gets text and reasoning.
        is_implied: Whether the answer begins inside a think tag that the server has put into the prompt.
    """

    def __init__(self, answer: AnswerInProgress, *, is_implied: bool = False) -> None:
        self._answer = answer
        self._closing = "</think>" if is_implied else ""
        self._is_past = False
        self._held = ""
        self._repeated = RepeatedText()

    def feed(self, piece: str) -> None:
        """Take a piece of text."""
        self._take(self._repeated.feed(piece))

    def _take(self, piece: str) -> None:
        if self._is_past:
            self._answer.text(piece)
            return
        content, self._held = self._held + piece, ""
        position = 0
        # Models think in several blocks, too: what follows one may be the next.
        while position < len(content):
            position = self._reason(content, position) if self._closing else self._start(content, position)

    def close(self) -> None:
        """The text has ended: what was held back is what it seemed to be."""
        self._take(self._repeated.close())
        held, self._held = self._held, ""
        if self._closing:
            self._answer.reasoning(held)
        else:
            self._answer.text(held)

    def _start(self, content: str, position: int) -> int:
        """Look for an opening tag; where to go on."""
        blank = _BLANK.match(content, position)
        begin = blank.end() if blank else position
        # A model may emit white space without end: it is passed on at once.
        self._answer.text(content[position:begin])
        for opening, closing in REASONING:
            if content.startswith(opening, begin):
                self._closing = closing
                return begin + len(opening)
        if any(opening.startswith(content[begin : begin + _LONGEST]) for opening in _OPENINGS):
            self._held = content[begin:]
        else:
            self._is_past = True
            self._answer.text(content[begin:])
        return len(content)

    def _reason(self, content: str, position: int) -> int:
        """Look for the closing tag; where to go on."""
        end = content.find(self._closing, position)
        if end >= 0:
            self._answer.reasoning(content[position:end])
            end += len(self._closing)
            self._closing = ""
            return end
        # The end may be the beginning of the closing tag.
        sizes = range(len(self._closing) - 1, 0, -1)
        keep = next((size for size in sizes if content.endswith(self._closing[:size], position)), 0)
        cut = len(content) - keep
        self._answer.reasoning(content[position:cut])
        self._held = content[cut:]
        return len(content)
