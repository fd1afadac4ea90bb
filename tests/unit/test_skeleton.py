"""What is kept with the headings of a document: made again where a chunk is another, and nowhere else."""

from __future__ import annotations

from orch_lsp.document.skeleton import skeleton_of


def test_values_of_chunks_are_kept_for_as_long_as_the_chunk() -> None:
    skeleton = skeleton_of((), (), (), (0, 0, 0))
    made: list[int] = []

    def make(number: int) -> str:
        made.append(number)
        return chunks[number].upper()

    chunks = ["one", "two", "three"]
    assert list(skeleton.by_chunk("a", None, chunks, make)) == ["ONE", "TWO", "THREE"]
    chunks = [chunks[0], "other", chunks[2]]
    made.clear()
    assert list(skeleton.by_chunk("a", None, chunks, make)) == ["ONE", "OTHER", "THREE"]
    assert made == [1]
    made.clear()
    assert list(skeleton.by_chunk("a", "another", chunks, make)) == ["ONE", "OTHER", "THREE"]
    assert made == [0, 1, 2]
    chunks = [*chunks, "four"]
    assert list(skeleton.by_chunk("a", "another", chunks, make)) == ["ONE", "OTHER", "THREE", "FOUR"]
