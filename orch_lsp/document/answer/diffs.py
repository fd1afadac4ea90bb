"""A draft that came as a diff of the document: its added lines. Linear in the answer."""

from __future__ import annotations

import re

from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.wrapping import is_heading
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.reader import read
from orch_lsp.text import Span, after_line, split_lines

_NAMES = frozenset(("diff", "patch", "udiff"))
_HEAD = re.compile(r"(?:diff --git |index [0-9a-f]{4}|--- |\+\+\+ |@@ |new file mode |\\ No newline)")
_MOST_OTHER = 0.2
"""The share of lines that are none of a diff's, in one."""


def out_of_diff(text: str, profile: Profile, notes: list[AnswerNote]) -> str | None:
    """The added lines of a diff that holds a section's heading among them; None for an answer that is no diff.

    Args:
        text: The answer, with LF line ends.
        profile: Whose sections are looked for.
        notes: Where it is said what was done.
    """
    if "\n+" not in text:
        return None
    whole, content = _place(text)
    lines = split_lines(text[content.start : content.end])
    heads = [number for number, line in enumerate(lines) if _HEAD.match(line)]
    if not heads:
        return None
    lead, body = lines[: heads[0]], lines[heads[0] :]
    added = [line[1:] for line in body if line.startswith("+") and not line.startswith("+++ ")]
    other = [line for line in body if line.strip() and line[0] not in "+- @\\" and not _HEAD.match(line)]
    if len(other) > _MOST_OTHER * len(body) or not any(is_heading(line, profile) for line in added):
        return None
    notes.append(AnswerNote("answer_mended", "took the added lines of a diff"))
    outside = "\n".join((text[: whole.start], *lead, *other, text[whole.end :])).strip()
    if outside:
        notes.append(AnswerNote("text_left_out", "left out text around the draft", outside))
    return "\n".join(added)


def _place(text: str) -> tuple[Span, Span]:
    """The fence that is named after a diff, with its content; the whole text without one."""
    for fence in read(text).fences:
        if fence.name in _NAMES:
            return Span(fence.span.start, after_line(text, fence.span.end)), fence.content
    everything = Span(0, len(text))
    return everything, everything
