"""An answer that is a list: its items, as the one Markdown reader sees them. Words around the list are nobody's."""

from __future__ import annotations

from orch_lsp.document.answer.wrapping import content_of_fence
from orch_lsp.document.items import items_of
from orch_lsp.markdown.reader import read
from orch_lsp.text import normalised

_WRAPPINGS = ("markdown", "md", "text", "")
LONGEST_ITEM = 2_000


def items_in(raw: str) -> tuple[str, ...]:
    """The items of the lists of an answer, each on one line, without marker and box. Pure; linear."""
    text = normalised(raw).strip()
    inside = content_of_fence(text, _WRAPPINGS)
    tree = read(text if inside is None else inside)
    found: list[str] = []
    for chunk in tree.chunks:
        for item in items_of(chunk):
            words = " ".join(chunk.text[item.content.start : item.content.end].split())
            if words and len(words) <= LONGEST_ITEM:
                found.append(words)
    return tuple(found)
