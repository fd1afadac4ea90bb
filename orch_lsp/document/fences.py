"""Closing a code fence that its writer forgot to close."""

from __future__ import annotations

from orch_lsp.document.profile import Profile
from orch_lsp.markdown.change import changed
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Tree
from orch_lsp.text import Edit, Span, after_line, end_of_line, line_end_of


def closing_edits(tree: Tree, profile: Profile) -> tuple[Edit, ...]:
    """Edits that close every fence that is never closed; none if all are.

    A fence ends before the first section heading that it swallowed, else at the document's end.
    """
    edits: list[Edit] = []
    added = 0
    # Each round closes one fence, and the next can only begin after a heading that this one had swallowed.
    for _ in range(len(profile.sections) + 1):
        fence = tree.open_block
        if fence is None or fence.kind != "fence":
            break
        offset = _end_of_fenced(tree.text, fence.start, profile)
        closing = line_end_of(tree.text) + fence.closer
        edits.append(Edit(Span(offset - added, offset - added), closing))
        added += len(closing)
        tree = changed(tree, Span(offset, offset), closing)
    return tuple(edits)


def _end_of_fenced(text: str, opening: int, profile: Profile) -> int:
    """The end of the last line with text before a swallowed heading, or before the document's end.

    The fenced text is read as if it were not code. Only a section's own title counts: other lines with a `#` are more
    likely comments of the fenced code.
    """
    opening_end = end_of_line(text, opening)
    inside = read(text, after_line(text, opening_end))
    swallowed = (found.span.start for found in inside.headings if profile.key_of_title(found.text) is not None)
    fenced = text[opening_end : next(swallowed, len(text))]
    return end_of_line(text, opening_end + len(fenced.rstrip(" \t\r\n")))
