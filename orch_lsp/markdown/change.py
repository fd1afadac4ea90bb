"""The tree of an edited text: only the chunks that the edit touched are read again."""

from __future__ import annotations

from orch_lsp.markdown.reader import chunks_of, read, starts_of
from orch_lsp.markdown.tree import Chunk, Tree
from orch_lsp.text import Span

# The longest heading marker with the blank behind it: an edit within it may join the chunk with the one before.
_MARKER = 7 + 1


def changed(tree: Tree, span: Span, new_text: str) -> Tree:
    """The tree after `span` of its text became `new_text`: equal to reading the new text, chunk for chunk.

    Reading starts with the chunk before the edit and goes on to the first chunk behind it that
    still begins where a chunk ends. Chunks that were not read again are the same objects as before.
    """
    text = tree.text[: span.start] + new_text + tree.text[span.end :]
    start = tree.starts[0]
    if span.start < start:
        return read(text, start + len(new_text) - (span.end - span.start) if span.end <= start else 0)
    first = tree.chunk_at(span.start - _MARKER)
    last = tree.chunk_at(span.end)
    shift = len(text) - len(tree.text)
    known = {begin + shift: number for number, begin in enumerate(tree.starts) if number > last}
    fresh: list[Chunk] = []
    at = tree.starts[first]
    for chunk in chunks_of(text, at):
        fresh.append(chunk)
        at += len(chunk.text)
        if at in known:
            fresh += tree.chunks[known[at] :]
            break
    chunks = (*tree.chunks[:first], *fresh)
    return Tree(text, chunks, starts_of(chunks, start))
