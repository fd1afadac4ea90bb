"""A review whose pages are read while it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.mcp.reviewing import Review, Reviews
from orch_lsp.reports.check_report import Place, Reported
from orch_lsp.reports.checking import FindingsOfFile

ROOT = Path("/w")


class Files:
    """Findings of files, of which each is there once it was let through."""

    def __init__(self, *found: FindingsOfFile | Exception) -> None:
        self.files = 0
        self._found = found
        self._through = asyncio.Semaphore(0)
        self.was_ended = False

    def let_through(self, number: int) -> None:
        for _ in range(number):
            self._through.release()

    async def reviewed(self, _: object) -> AsyncIterator[FindingsOfFile]:
        try:
            for one in self._found:
                await self._through.acquire()
                if isinstance(one, Exception):
                    raise one
                self.files += 1
                yield one
            await self._through.acquire()
        finally:
            self.was_ended = True


def of(path: str, *lines: int) -> FindingsOfFile:
    found = [Reported("a_rule", "hint", "Words.", Place("", (line, 0), (line, 1))) for line in lines]
    return FindingsOfFile(ROOT / path, ROOT, found)


def placed(found: FindingsOfFile) -> Iterator[Reported]:
    return found.placed(ROOT)


def review_of(files: Files) -> Review:
    return Review(cast("Any", files), cast("Any", None), placed, [])


def places(found: Sequence[Reported]) -> list[tuple[str, int]]:
    return [(one.place.path, one.place.start[0]) for one in found]


async def test_a_page_is_given_before_all_specs_are_reviewed():
    files = Files(of("a.md", 5, 1), of("b.md", 2), of("a.md", 3))
    review = review_of(files)
    files.let_through(1)
    await review.as_far_as(2)
    assert (review.is_over, review.report.files) == (False, 1)
    assert places(review.report.findings) == [("a.md", 1), ("a.md", 5)]
    files.let_through(3)
    await review.as_far_as(100)
    assert review.is_over
    assert places(review.report.findings) == [("a.md", 1), ("a.md", 5), ("b.md", 2), ("a.md", 3)]
    assert review.report.summary() == {"files": 3, "errors": 0, "warnings": 0, "information": 0, "hints": 4}


async def test_findings_stand_by_path_and_place_if_no_page_was_given_before():
    files = Files(of("a.md", 5), of("b.md", 2), of("a.md", 3))
    files.let_through(4)
    review = review_of(files)
    await review.as_far_as(100)
    assert places(review.report.findings) == [("a.md", 3), ("a.md", 5), ("b.md", 2)]


async def test_a_review_that_fails_says_so_to_each_who_asks():
    files = Files(of("a.md", 1), SpecError(ErrorCode.INVALID_REQUEST, "Gone."))
    files.let_through(2)
    review = review_of(files)
    for _ in range(2):
        with pytest.raises(SpecError, match="Gone"):
            await review.as_far_as(100)


async def test_a_review_that_was_replaced_ends_once_nobody_waits_for_it():
    old, new = Files(of("a.md", 1), of("a.md", 2)), Files()
    reviews, first, second = Reviews(), review_of(old), review_of(new)
    reviews.keep(("a",), first)
    waiting = asyncio.create_task(first.as_far_as(1))
    await asyncio.sleep(0)
    reviews.keep(("a",), second)
    assert reviews.of(("a",)) is second
    old.let_through(1)
    await waiting
    assert places(first.report.findings) == [("a.md", 1)]
    await first.aclose()
    assert old.was_ended
    assert not second.is_over
    await reviews.aclose()
    assert second.is_over


async def test_the_oldest_of_many_reviews_goes():
    reviews, kept = Reviews(), [review_of(Files()) for _ in range(6)]
    for number, review in enumerate(kept):
        reviews.keep((number,), review)
    assert [reviews.of((number,)) for number in range(6)] == [None, None, *kept[2:]]
    await asyncio.gather(*(review.aclose() for review in kept))
