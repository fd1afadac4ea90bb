"""Reasoning and tokens of chat templates that came inside an answer, taken out.

What stands in code, fenced or inline, is text about such marks, and stays. So does a mark in the middle of a sentence.
Each pass is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from orch_lsp.document.answer.model_marks import NOT_LONE, OTHER_TURN, REASONING, REASONING_WORDS, ROLE, TOKEN
from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.markdown.reader import read
from orch_lsp.text import Span, after_line, end_of_line, start_of_line

IsHeading = Callable[[str], bool]
"""Whether a line is the heading of a section that is looked for."""

_CLOSINGS = {opening.casefold(): closing.casefold() for opening, closing in REASONING}
_LONE = frozenset(_CLOSINGS.values()) - {mark.casefold() for mark in NOT_LONE}
_MARK = re.compile(
    "|".join(sorted((re.escape(mark) for pair in REASONING for mark in pair), key=len, reverse=True)), re.IGNORECASE
)
_DETAILS = re.compile(
    r"^ {0,3}<details[^>\n]{0,80}>\s{0,4}<summary>[^\w<\n]{0,9}(?:(?:my|the|model|show|internal)(?:['’]s)? ){0,2}"
    r"(?:reasoning|thinking|thoughts?|chain of thought|思考|denkprozess)\b[^<\n]{0,80}</summary>",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = "x "
_RUN = re.compile(rf"(?:(?:{TOKEN.pattern})[ \t]*)+", re.IGNORECASE)
# So much of a line before and after a mark is looked at, so that a line of marks alone takes linear time.
_AROUND = 256
_WORDS_OF_A_THOUGHT = 4
_RESCANS = 32
_REASONED = "left out the model's reasoning"


def without_marks(text: str, is_heading: IsHeading, notes: list[AnswerNote], about: str = "") -> str:
    """`text` (LF line ends) without reasoning and without tokens of chat templates; `notes` say what went.

    Args:
        text: An answer, or what was found inside its wrapping.
        is_heading: Tells the headings that are looked for.
        notes: Added to.
        about: The brief. A mark that it speaks of counts only where it cannot be part of a sentence.
    """
    text = _without_harmony(text, notes)
    if "details" in text or "Details" in text:
        text = _without_details(text, notes)
    if _MARK.search(text):
        text = _Blocks(text, is_heading, notes, about.casefold()).cut()
    text = _without_fenced_reasoning(text, notes)
    return _without_tokens(text, notes, about) if TOKEN.search(text) else text


def _reasoned(notes: list[AnswerNote], text: str) -> None:
    if text.strip():
        notes.append(AnswerNote("text_left_out", _REASONED, text.strip("\n")))


def _without_harmony(text: str, notes: list[AnswerNote]) -> str:
    """Reasoning whose marks a server has cut to their words, or that is announced in words."""
    lead = text.lstrip()
    for first, second in (("analysis", "assistantfinal"), ("here is my thought process:", "here is my response:")):
        if lead[: len(first)].casefold() != first:
            continue
        end = text.casefold().find(second)
        if end >= 0 and len(text.casefold()) == len(text):
            _reasoned(notes, text[:end])
            return text[end + len(second) :]
    return text


def _without_details(text: str, notes: list[AnswerNote]) -> str:
    pieces: list[str] = []
    position = 0
    lowered = text.casefold() if len(text.casefold()) == len(text) else text
    for found in _DETAILS.finditer(text):
        if found.start() < position:
            continue
        end = lowered.find("</details>", found.end())
        if end < 0:
            break
        end += len("</details>")
        _reasoned(notes, text[found.start() : end])
        pieces.append(text[position : found.start()])
        position = end
    return "".join((*pieces, text[position:]))


def _without_fenced_reasoning(text: str, notes: list[AnswerNote]) -> str:
    pieces: list[str] = []
    position = 0
    for fence in read(text).fences if "```" in text or "~~~" in text else ():
        if fence.name in REASONING_WORDS:
            _reasoned(notes, text[fence.content.start : fence.content.end])
            pieces.append(text[position : fence.span.start])
            position = after_line(text, fence.span.end)
    return "".join((*pieces, text[position:]))


class _Code:
    """Where code is in a text, from an offset on.

    The reader is given the text with a word for each mark: to Markdown many of them are HTML, which hides code.
    """

    def __init__(self, text: str, begin: int) -> None:
        self._text = text
        self._words = _MARK.sub(_in_letters, text[begin:])
        self._begin = begin
        self._fences = read(self._words).fences
        self._starts = [begin + fence.span.start for fence in self._fences]
        self._line: Span | None = None
        self._spans: list[Span] = []

    def line_of(self, offset: int) -> Span:
        """The line that holds an offset."""
        return Span(start_of_line(self._text, offset, self._begin), end_of_line(self._text, offset))

    def around(self, start: int, end: int) -> tuple[str, str]:
        """The text before and after a mark on its line, as far as it matters."""
        line = self.line_of(start)
        return self._text[max(line.start, start - _AROUND) : start], self._text[end : min(line.end, end + _AROUND)]

    def fence_at(self, offset: int) -> int | None:
        """Where the code fence that holds an offset begins."""
        at = bisect_right(self._starts, offset) - 1
        return None if at < 0 or self._begin + self._fences[at].span.end < offset else self._starts[at]

    def is_inline(self, offset: int) -> bool:
        """Whether an offset is inside an inline code span of its line: a stray backtick reaches no further."""
        if self._line is None or not self._line.start <= offset <= self._line.end:
            self._line = self.line_of(offset)
            words = self._words[self._line.start - self._begin : self._line.end - self._begin]
            # Behind a word all of it is words.
            base = self._line.start - len(_WORD)
            self._spans = (
                [Span(base + span.start, base + span.end) for _, span in read(f"{_WORD}{words}").elements("code")]
                if "`" in words
                else []
            )
        at = bisect_right(self._spans, Span(offset, len(self._text))) - 1
        return at >= 0 and offset in self._spans[at]

    def holds(self, offset: int) -> bool:
        """Whether an offset is in code of either kind."""
        return self.fence_at(offset) is not None or self.is_inline(offset)


def _in_letters(mark: re.Match[str]) -> str:
    return "x" * len(mark.group())


class _Blocks:
    """One pass over the marks of reasoning in a text."""

    def __init__(self, text: str, is_heading: IsHeading, notes: list[AnswerNote], about: str) -> None:
        self._text = text
        self._is_heading = is_heading
        self._notes = notes
        self._about = about
        self._code = _Code(text, 0)
        self._rescans = 0
        self._pieces: list[str] = []
        self._position = 0
        self._marks = [(found.start(), found.end(), found.group().casefold()) for found in _MARK.finditer(text)]
        self._last = {mark: start for start, _, mark in self._marks}
        self._before = -1
        """Where the mark before the present one begins."""

    def cut(self) -> str:
        """The text without what the marks enclose."""
        opened: tuple[int, str] | None = None
        for start, end, mark in self._marks:
            if opened is not None:
                if mark == opened[1]:
                    self._take(opened[0], end)
                    opened = None
            elif mark in _CLOSINGS:
                if self._opens(start, end, _CLOSINGS[mark], mark):
                    opened = (start, _CLOSINGS[mark])
            elif mark in _LONE and self._closes_alone(start, end):
                # All that came before was reasoning, whose beginning the server has put into the prompt.
                self._take(self._position, end)
            self._before = start
        if opened is not None:
            self._take(opened[0], _next_heading(self._text, opened[0], self._is_heading))
        return "".join((*self._pieces, self._text[self._position :]))

    def _take(self, start: int, end: int) -> None:
        _reasoned(self._notes, self._text[start:end])
        self._pieces.append(self._text[self._position : start])
        self._position = end
        # Reasoning leaves fences open, which would make code of all that follows.
        if ("```" in self._text[start:end] or "~~~" in self._text[start:end]) and self._rescans < _RESCANS:
            self._rescans += 1
            self._code = _Code(self._text, end)

    def _opens(self, start: int, end: int, closing: str, mark: str) -> bool:
        if self._code.holds(start):
            return False
        before, after = self._code.around(start, end)
        if not before.strip(" \t>") or not after.strip():
            return True
        if mark in self._about:
            return False
        same_line = after.casefold().find(closing)
        if same_line < 0:
            return self._last.get(closing, -1) > start
        return len(after[:same_line].split()) >= _WORDS_OF_A_THOUGHT

    def _closes_alone(self, start: int, end: int) -> bool:
        before, after = self._code.around(start, end)
        fence = self._code.fence_at(start)
        if fence is not None:
            # The sketch may have left a fence open; what follows then begins anew.
            if before.strip() or after.strip() or self._before >= fence:
                return False
            following = self._text[end : end + _AROUND].lstrip().partition("\n")[0]
            return self._is_heading(following)
        if self._code.is_inline(start):
            return False
        glued = bool(before) and bool(after) and not before[-1].isspace() and not after[0].isspace()
        return not before.strip() or not after.strip() or glued


def _next_heading(text: str, offset: int, is_heading: IsHeading) -> int:
    position = text.find("\n", offset)
    while position >= 0:
        end = text.find("\n", position + 1)
        if is_heading(text[position + 1 : len(text) if end < 0 else end]):
            return position
        position = end
    return len(text)


def _without_tokens(text: str, notes: list[AnswerNote], about: str) -> str:
    """The text without tokens of a chat template, and without turns that a model made up."""
    code = _Code(text, 0)
    runs = [run for run in _RUN.finditer(text) if not code.holds(run.start())]
    tail = len(text.rstrip())
    for run in reversed(runs):
        if text[run.end() : tail].strip():
            break
        tail = run.start()
    head = len(text) - len(text.lstrip())
    pieces: list[str] = []
    position = 0
    taken: dict[str, None] = {}
    for run in runs:
        start, end = run.span()
        before, after = code.around(start, end)
        begins = not before.strip() or position == start
        if begins and OTHER_TURN.match(text, start):
            notes.append(AnswerNote("text_left_out", "left out a turn that the model made up", text[start:].strip()))
            pieces.append(text[position:start])
            position = len(text)
            break
        role = ROLE.match(text, end, code.line_of(start).end) if begins else None
        after_role = after if role is None else text[role.end() : role.end() + _AROUND].partition("\n")[0]
        ends = not after.strip()
        glued = start > 0 and not text[start - 1].isspace()
        if not (
            start >= tail
            or start <= head
            or (begins and not after_role.strip())
            or (ends and glued and run.group().strip() not in about)
        ):
            continue
        taken.update(dict.fromkeys(token.group() for token in TOKEN.finditer(run.group()[:_AROUND])))
        pieces.append(text[position:start])
        position = end if role is None else role.end()
    if taken:
        words = ", ".join(list(taken)[:5])
        notes.append(AnswerNote("answer_mended", f"took off {words}, which belongs to the model's template"))
    return "".join((*pieces, text[position:]))
