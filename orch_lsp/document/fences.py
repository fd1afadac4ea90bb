"""Closing a code fence that its writer forgot to close."""

from __future__ import annotations

import re

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.text import Edit, Span, line_end_of, line_spans

_RUN = re.compile(r"[ \t]*(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+(.*)\Z", re.DOTALL)


def swallowed_heading_key(line: str, profile: Profile) -> str | None:
    """Key of the section whose heading a line inside a fence would be.

    Only a section's own title counts: other lines with a `#` are more likely comments of the fenced code.
    """
    found = _ATX.match(line)
    return None if found is None else profile.key_of_title(found[1])


def closing_edits(document: SpecDocument, profile: Profile) -> tuple[Edit, ...]:
    """Edits that close every fence that is never closed; none if all are.

    A fence ends before the first section heading that it swallowed, else at the document's end.
    """
    edits: list[Edit] = []
    added = 0
    # Each round closes one fence, and the next can only begin after a heading that this one had swallowed.
    for _ in range(len(profile.sections) + 1):
        fence = document.unbalanced_fence
        if fence is None:
            break
        text = document.text
        offset = _end_of_fenced(text, fence, profile)
        run = _RUN.match(text, fence.start)
        closing = line_end_of(text) + (run[1] if run else "```")
        edits.append(Edit(Span(offset - added, offset - added), closing))
        added += len(closing)
        document = parse(text[:offset] + closing + text[offset:], profile)
    return tuple(edits)


def _end_of_fenced(text: str, fence: Span, profile: Profile) -> int:
    """The end of the last line with text before a swallowed heading, or before the document's end."""
    end = fence.end
    for line in line_spans(text[fence.end :])[1:]:
        content = text[fence.end + line.start : fence.end + line.end]
        if swallowed_heading_key(content, profile) is not None:
            break
        if content.strip(" \t"):
            end = fence.end + line.end
    return end
