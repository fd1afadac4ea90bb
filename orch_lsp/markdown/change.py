"""The tree of an edited text: only the chunks that the edit touched are read again."""

from __future__ import annotations

from orch_lsp.markdown.dividing import LONG
from orch_lsp.markdown.reader import Known, chunks_of, parts_between, read, starts_of
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
    first, last = tree.chunk_at(span.start - _MARKER), tree.chunk_at(span.end)
    shift = len(text) - len(tree.text)
    chunks = _within_piece(tree, text, first, last, shift) or _in_pieces(tree, text, first, last, shift)
    return Tree(text, chunks, starts_of(chunks, start))


def _within_piece(tree: Tree, text: str, first: int, last: int, shift: int) -> tuple[Chunk, ...] | None:
    """The chunks of the new text, if the edit stays in one long piece, and its parts behind the edit are parts still.

    The part in front of the edit is read with it, which may have become one with the part behind, and so is the part
    behind: if that begins where it began, nothing that the edit left open reaches into it.
    """
    piece, chunks = tree.piece_at(first), tree.chunks
    end = _end(tree, piece.stop - 1)
    if len(piece) == 1 or last not in piece or end + shift - tree.starts[piece.start] <= LONG:
        return None
    first = max(piece.start, first - 1)
    ends_piece = last + 1 >= piece.stop or chunks[last + 1].open_block is not None
    behind = piece.stop if ends_piece else last + 2
    parts = parts_between(
        text, tree.starts[first], _end(tree, behind - 1) + shift, chunks[first].begins,
        _known(chunks[first:behind]), ends_piece=ends_piece,
    )  # fmt: skip
    if parts is None or not (ends_piece or parts[-1] is chunks[behind - 1]):
        return None
    return (*chunks[:first], *parts, *chunks[behind:])


def _in_pieces(tree: Tree, text: str, first: int, last: int, shift: int) -> tuple[Chunk, ...]:
    """The chunks of the new text, of which whole pieces are read again."""
    first, last = tree.piece_at(first).start, tree.piece_at(last).stop
    known = {tree.starts[number] + shift: number for number in tree.pieces if number >= last}
    fresh: list[Chunk] = []
    at = tree.starts[first]
    for piece in chunks_of(text, at, _known(tree.chunks[first:last])):
        fresh += piece
        at += sum(len(chunk.text) for chunk in piece)
        if at in known:
            fresh += tree.chunks[known[at] :]
            break
    return (*tree.chunks[:first], *fresh)


def _end(tree: Tree, number: int) -> int:
    return tree.starts[number] + len(tree.chunks[number].text)


def _known(chunks: tuple[Chunk, ...]) -> Known:
    return {(chunk.begins, chunk.text): chunk for chunk in chunks if chunk.open_block is None}
