"""Reasoning that comes inside the text, between tags, as models do when their server does not part it for them."""

from __future__ import annotations

from orch_lsp.providers.answer import Answer

_PAIRS = (("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<thought>", "</thought>"))
_OPENINGS = tuple(opening for opening, _ in _PAIRS)


class ThinkTagSplitter:
    """Passes text on to `answer`, and as reasoning what a leading think tag encloses.

    Only a tag with nothing but white space before it counts, so that a text that speaks about such tags is left whole.

    Args:
        answer: What gets text and reasoning.
        is_implied: Whether the answer begins inside a think tag that the server has put into the prompt.
    """

    def __init__(self, answer: Answer, *, is_implied: bool = False) -> None:
        self._answer = answer
        self._at_start = not is_implied
        self._closing = "</think>" if is_implied else ""
        self._held = ""

    def feed(self, piece: str) -> None:
        """Take a piece of text."""
        if not self._at_start and not self._closing:
            self._answer.text(piece)
            return
        self._held += piece
        if self._at_start:
            self._start()
        if self._closing:
            self._reason()

    def close(self) -> None:
        """The text has ended: what was held back is what it seemed to be."""
        held, self._held = self._held, ""
        if self._closing:
            self._answer.reasoning(held)
        else:
            self._answer.text(held)

    def _start(self) -> None:
        content = self._held.lstrip()
        # A model may emit white space without end: it is passed on at once.
        self._answer.text(self._held[: len(self._held) - len(content)])
        self._held = content
        for opening, closing in _PAIRS:
            if content.startswith(opening):
                self._at_start, self._closing, self._held = False, closing, content[len(opening) :]
                return
        if not any(opening.startswith(content) for opening in _OPENINGS):
            self._at_start = False
            self._held = ""
            self._answer.text(content)

    def _reason(self) -> None:
        reasoning, tag, rest = self._held.partition(self._closing)
        if tag:
            self._answer.reasoning(reasoning)
            self._closing = self._held = ""
            self._answer.text(rest)
            return
        # The end may be the beginning of the closing tag.
        keep = next(
            (size for size in range(len(self._closing) - 1, 0, -1) if self._held.endswith(self._closing[:size])), 0
        )
        cut = len(self._held) - keep
        self._answer.reasoning(self._held[:cut])
        self._held = self._held[cut:]
