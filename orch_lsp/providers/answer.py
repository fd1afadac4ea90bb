"""Events of the port, collected from what a wire format reads of an answer.

A decoder calls this for each message; the exchange takes the events after each network read, so that a burst of small
messages costs one delta and not hundreds.
"""

from __future__ import annotations

import re

from orch_lsp.generation import FinishReason, Usage
from orch_lsp.providers.base import Finished, ModelResolved, ReasoningDelta, StreamEvent, TextDelta, UsageReported
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.finish import worse

# JSON may carry halves of a UTF-16 pair, even in two messages; alone they cannot be written to any file.
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_FIRST_HALF = re.compile("[\ud800-\udbff]$")

# More of a refusal than this is not shown.
_MAX_REFUSAL = 2000
# Names and words of a provider that are longer than this are none.
_MAX_WORD = 256
_MAX_RAW_REASONS = 8
# Characters of reasoning that are kept in case no text follows; no model's answer is longer.
_MAX_KEPT_REASONING = 1 << 20


class AnswerInProgress:
    """State of one answer while it is read.

    Args:
        max_output_tokens: The limit that was asked for, if one was.

    Attributes:
        has_text: Whether anything but white space has arrived as text.
        refusal: The words in which the model declined, if it did.
        finish: The model's own end, once it gave one; the worst, if it gave several.
        has_text_after_end: Whether text came after the last end that the model gave; true while it gave none.
        ends: How often the model said that it has ended, with text between.
        terminated: Whether the format's terminal marker was seen; nothing after it is read.
        failure: An error that came inside the answer.
    """

    def __init__(self, max_output_tokens: int | None = None) -> None:
        self.max_output_tokens = max_output_tokens
        self.has_text = False
        self.refusal = ""
        self.finish: Finished | None = None
        self.ends = 0
        self.terminated = False
        self.failure: Failure | None = None
        self.has_text_after_end = True
        self._awaits_text = True
        self._kept_reasoning: list[str] = []
        self._kept_characters = 0
        self._events: list[StreamEvent] = []
        self._pieces: list[str] = []
        self._pieces_are_reasoning = False
        self._first_half = ""
        self._model: str | None = None
        self._usage: Usage | None = None
        self._reported: Usage | None = None

    def text(self, piece: str) -> None:
        """A piece of the answer proper."""
        if not piece:
            return
        if self._pieces_are_reasoning:
            self._flush()
            self._pieces_are_reasoning = False
        self._pieces.append(piece)
        if self._awaits_text and not piece.isspace():
            self._awaits_text = False
            self.has_text = self.has_text_after_end = True
            self._kept_reasoning = []

    def reasoning(self, piece: str) -> None:
        """A piece of reasoning; it never becomes part of the answer."""
        if not piece:
            return
        if not self._pieces_are_reasoning:
            self._flush()
            self._pieces_are_reasoning = True
        self._pieces.append(piece)
        if not self.has_text and self._kept_characters < _MAX_KEPT_REASONING:
            self._kept_reasoning.append(piece)
            self._kept_characters += len(piece)

    def declined(self, piece: str) -> None:
        """A piece of a refusal; it never becomes part of the answer."""
        if len(self.refusal) < _MAX_REFUSAL:
            self.refusal += piece

    def model(self, model: str) -> None:
        """The id of the model that answers; an empty one says nothing."""
        model = model[:_MAX_WORD]
        if model and model != self._model:
            self._model = model
            self._events.append(ModelResolved(model))

    def usage(self, usage: Usage | None) -> None:
        """Token counts so far; the last ones stand."""
        if usage is not None:
            self._usage = usage

    def last_usage(self) -> Usage | None:
        """The counts that stand, for formats that report them in parts."""
        return self._usage

    def finished(self, reason: FinishReason, *raw: str) -> None:
        """The model's own end and the provider's words for it; a later end never makes an earlier one better."""
        before = self.finish
        if before is not None:
            reason = worse(before.finish_reason, reason)
            raw = (*before.raw_finish_reasons, *raw)
        words = tuple(dict.fromkeys(word[:_MAX_WORD] for word in raw))[:_MAX_RAW_REASONS]
        self.finish = Finished(reason, words)
        if self.has_text_after_end:
            self.has_text_after_end = False
            self._awaits_text = True
            self.ends += 1

    @property
    def has_ended(self) -> bool:
        """Whether the model has said that it has ended, and has written nothing since.

        Servers that repeat the reason with each piece of text say nothing by it.
        """
        return self.finish is not None and self.ends == 1 and not self.has_text_after_end

    @property
    def came_as_reasoning(self) -> bool:
        """Whether the whole answer came where reasoning belongs."""
        stopped = self.finish is not None and self.finish.finish_reason is FinishReason.STOP
        return stopped and not self.has_text and not self.refusal and any(map(str.strip, self._kept_reasoning))

    def reasoning_as_text(self) -> TextDelta:
        """The reasoning, where it is all that came: it was paid for, and may be the answer."""
        return TextDelta(self._whole_characters("".join(self._kept_reasoning), last=True))

    def take(self, *, last: bool = False) -> list[StreamEvent]:
        """The events since the last call; `last` if nothing follows."""
        self._flush(last=last)
        if self._usage is not self._reported and self._usage is not None:
            self._reported = self._usage
            self._events.append(UsageReported(self._usage))
        events, self._events = self._events, []
        return events

    def _flush(self, *, last: bool = True) -> None:
        if not self._pieces and not (last and self._first_half):
            return
        piece = self._pieces[0] if len(self._pieces) == 1 else "".join(self._pieces)
        self._pieces = []
        if self._first_half or not piece.isascii():
            piece = self._whole_characters(piece, last=last)
        if piece:
            self._events.append(ReasoningDelta(piece) if self._pieces_are_reasoning else TextDelta(piece))

    def _whole_characters(self, piece: str, *, last: bool) -> str:
        piece, self._first_half = self._first_half + piece, ""
        if not _HALF_PAIR.search(piece):
            return piece
        if not last and _FIRST_HALF.search(piece):
            piece, self._first_half = piece[:-1], piece[-1]
        return piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
