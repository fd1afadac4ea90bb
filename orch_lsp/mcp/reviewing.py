"""Reviews of specs that go on while their pages are read: of a large workspace no client waits for the whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from orch_lsp.reports.check_report import Report, Reported, ordered
from orch_lsp.reports.checking import Checked, FindingsOfFile
from orch_lsp.reports.spec_files import SpecFiles

KEPT_SECONDS = 120.0
"""How long a review is kept for its further pages."""
PATIENCE_SECONDS = 2.0
"""How long the first page is put off, so that it can tell of the whole."""
MOST_SECONDS = 15.0
"""How long a page is waited for."""
_MOST_REVIEWS = 4


class Review:
    """Findings as they come, file by file; it goes on when a page of them has been given.

    Args:
        checked: What reviews the files.
        files: Those that are reviewed, in this order.
        placed: The findings of a file as they are given.
        notices: What was left out, so far.
    """

    def __init__(
        self,
        checked: Checked,
        files: SpecFiles,
        placed: Callable[[FindingsOfFile], Iterable[Reported]],
        notices: Collection[str],
    ) -> None:
        self.notices = notices
        self._findings: list[Reported] = []
        self._checked = checked
        self._files = files
        self._placed = placed
        self._news = asyncio.Event()
        self._asking = 0
        self._was_given = False
        self._is_let_go = False
        self._last_asked = time.monotonic()
        self._task = asyncio.create_task(self._read(), name="review of specs")

    @property
    def is_over(self) -> bool:
        """Whether all specs were reviewed."""
        return self._task.done()

    @property
    def report(self) -> Report:
        """The findings so far, by path and place."""
        return Report(tuple(self._findings), self._checked.files)

    @property
    def is_fresh(self) -> bool:
        """Whether further pages can be those of the first."""
        return not self.is_over or time.monotonic() - self._last_asked < KEPT_SECONDS

    async def as_far_as(self, number: int, *, patience: float = 0.0) -> None:
        """Wait for so many findings, within bounds; for all of them no longer than `patience` tells, in seconds.

        Raises:
            OrchError: The review failed.
        """
        began = time.monotonic()
        self._asking += 1
        try:
            while not self.is_over:
                most = patience if len(self._findings) >= number else MOST_SECONDS
                left = began + most - time.monotonic()
                if left <= 0:
                    break
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await self._news.wait()
        finally:
            self._asking -= 1
            self._last_asked = time.monotonic()
            self._end_if_unwanted()
        self._was_given = True
        if self.is_over:
            self._task.result()

    def let_go(self) -> None:
        """Another one took its place: it ends once nobody waits for it."""
        self._is_let_go = True
        self._end_if_unwanted()

    async def aclose(self) -> None:
        """End it."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _end_if_unwanted(self) -> None:
        if self._is_let_go and not self._asking:
            self._task.cancel()

    async def _read(self) -> None:
        try:
            async for found in self._checked.reviewed(self._files):
                self._findings += ordered(self._placed(found))
                self._news.set()
            if not self._was_given:
                # Findings that several specs share came last: no caller has seen another order yet.
                self._findings = ordered(self._findings)
        finally:
            self._news.set()


@dataclass(slots=True)
class Reviews:
    """The newest reviews, by what was asked."""

    _by_question: dict[tuple[object, ...], Review] = field(default_factory=dict[tuple[object, ...], Review])

    def of(self, question: tuple[object, ...]) -> Review | None:
        """The review whose first page was given a short while ago, or that is under way."""
        found = self._by_question.get(question)
        return found if found is not None and found.is_fresh else None

    def keep(self, question: tuple[object, ...], review: Review) -> None:
        """Keep a review for its further pages; the oldest goes for it."""
        self._let_go(question)
        while len(self._by_question) >= _MOST_REVIEWS:
            self._let_go(next(iter(self._by_question)))
        self._by_question[question] = review

    def _let_go(self, question: tuple[object, ...]) -> None:
        review = self._by_question.pop(question, None)
        if review is not None:
            review.let_go()

    async def aclose(self) -> None:
        """End those that are under way."""
        for review in self._by_question.values():
            await review.aclose()
