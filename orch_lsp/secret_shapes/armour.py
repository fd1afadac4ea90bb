"""Private keys: the armour of one with Base64 in it, however its lines are wrapped."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from orch_lsp.secret_shapes.search import SecretMatch
from orch_lsp.secret_shapes.values import is_made_of_words
from orch_lsp.text import Span

_ARMOUR_STAND_IN = re.compile(r"(?i)\.\.\.|…|[<{][a-z]|\*{3}|x{6}|your[_-]|example|placeholder|redacted|dummy|insert")
# Also as Markdown, a URL, a typesetter's dashes and RFC 4716 write it.
_BLANK = r"(?:[ +]|%20)"
_RULE = r"(?:(?:\\?-){4,5}|[—–-]{2,5}|(?:%2D){4,5})"
_NAME = (
    rf"{_BLANK}(?:[A-Za-z0-9]{{1,12}}{_BLANK}){{0,3}}PRIVATE{_BLANK}KEY(?:{_BLANK}BLOCK)?"
    rf"{_BLANK}?{_RULE}"
)
_KEY_BEGIN = re.compile(rf"(?i){_RULE}{_BLANK}?BEGIN{_NAME}")
_KEY_END = re.compile(rf"(?i){_RULE}{_BLANK}?END{_NAME}")
_LONGEST_LEFT_OF_A_KEY = 16_384
"""Characters before the end of a block without a beginning that may belong to it."""
# With what a quote, a list, a comment or a program puts before and behind each line.
_KEY_BODY = re.compile(
    r"(?:\n[^\n:]{1,40}+:[^\n]{0,200}+){0,8}+"
    r"(?:[^\n]{0,12}\n(?:[^\n]{0,12}?[A-Za-z0-9+/=]{16,76}+[^\n]{0,12}(?:\n|\Z)){1,1000}+)?+"
    r"(?:[A-Za-z0-9+/=>|#*\"',-]|\\n|\s){0,32768}+"
)
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/=]{8,}+")
_BASE64_LINE = re.compile(r"[A-Za-z0-9+/=]{32,}+")
_PRIVATE = re.compile(r"(?i)PRIVATE(?:[ +]|%20)KEY")
_WHOLE_KEY = 64
"""Characters of Base64 that the shortest private keys have."""


def private_keys(text: str) -> Iterator[SecretMatch]:
    """Blocks that hold a private key, and keys whose block was cut."""
    if not _PRIVATE.search(text):
        return
    begins = list(_KEY_BEGIN.finditer(text))
    closings = list(_KEY_END.finditer(text))
    ends = [match.end() for match in closings]
    yield from _keys_without_a_beginning(text, [begin.start() for begin in begins], closings)
    for index, begin in enumerate(begins):
        following = begins[index + 1].start() if index + 1 < len(begins) else len(text)
        found = bisect.bisect_left(ends, begin.end())
        closed = found < len(ends) and ends[found] <= following
        body = _KEY_BODY.match(text, begin.end(), following)
        end = ends[found] if closed else (body.end() if body else begin.end())
        content = text[begin.end() : closings[found].start() if closed else end]
        if _holds_a_key(content):
            yield SecretMatch(Span(begin.start(), end), "private key")


def _keys_without_a_beginning(text: str, begins: list[int], closings: list[re.Match[str]]) -> Iterator[SecretMatch]:
    """Keys of which only the end was copied."""
    after = 0
    for closing in closings:
        opened = bisect.bisect_left(begins, closing.start())
        start = max(after, closing.start() - _LONGEST_LEFT_OF_A_KEY)
        after = closing.end()
        if opened and begins[opened - 1] >= start:
            continue
        runs = list(_BASE64_LINE.finditer(text, start, closing.start()))
        if runs and sum(len(run[0]) for run in runs) >= _WHOLE_KEY:
            yield SecretMatch(Span(runs[0].start(), closing.end()), "private key")


def _holds_a_key(content: str) -> bool:
    """Whether what stands in the armour is a key, and not words about one, or the ends of one."""
    runs = [run for run in _BASE64_RUN.findall(content.replace("\\n", "\n")) if not is_made_of_words(run)]
    return sum(map(len, runs)) >= _WHOLE_KEY or (bool(runs) and not _ARMOUR_STAND_IN.search(content[:200]))
