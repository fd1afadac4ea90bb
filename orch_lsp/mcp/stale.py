"""`spec_stale`: text that others rest on and that was changed since they were written."""

from __future__ import annotations

from pydantic import Field

from orch_lsp.mcp import paging
from orch_lsp.mcp.answers import Answer, Page, Range
from orch_lsp.mcp.check import OfSpecs, range_of, review_of, so_far
from orch_lsp.mcp.tool import Answered, Call, Tool
from orch_lsp.reports.check_report import Report, Reported, as_lines
from orch_lsp.runs.escape import plain

_RULES = ["stale_downstream", "done_without_evidence"]
_LONGEST = 600


class StaleNode(Answer):
    """A node that has to be looked at again."""

    path: str
    key: str | None
    range: Range
    why: str = Field(description="`stale_downstream` or `done_without_evidence`, the rule that says so.")
    message: str
    changed_path: str | None = Field(description="The document whose text was changed.")


class StaleAnswer(Page):
    """Nodes by path and place."""

    stale: list[StaleNode]


async def stale(call: Call, asked: OfSpecs) -> Answered:
    """Nodes that rest on a text which was reworded since, and tasks that are done without evidence."""
    first = paging.start_of(asked.cursor)
    review = await review_of(call.grounds, asked, _RULES)
    report = review.report
    found = [_stale(one) for one in report.findings[first : first + asked.limit]]
    cut = paging.page(found, first, asked.limit, len(report.findings), grows=not review.is_over)
    answer = StaleAnswer(
        total=len(report.findings), is_complete=review.is_over, next_cursor=cut.next_cursor,
        notices=list(review.notices), stale=cut.items,
    )  # fmt: skip
    shown = Report(report.findings[first : first + len(cut.items)], report.files)
    head = f"{len(cut.items)} of {len(report.findings)} places.{so_far(review)}"
    return Answered(answer, head, "\n".join(as_lines(shown)))


def _stale(one: Reported) -> StaleNode:
    related = one.related[0][1].path if one.rule == "stale_downstream" and one.related else None
    return StaleNode(
        path=one.place.path, key=one.key, range=range_of(one.place), why=one.rule, message=plain(one.message, _LONGEST),
        changed_path=related,
    )  # fmt: skip


TOOL = Tool(
    "spec_stale",
    "Stale places in specs",
    "Name tasks and sections that rest on a requirement which was reworded since they were written, and tasks that are "
    "marked done without the file that they were to make.",
    OfSpecs,
    StaleAnswer,
    stale,
)
