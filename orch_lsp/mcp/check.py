"""`spec_check`: the findings that the editor and `orch-lsp check` show."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from pydantic import Field

from orch_lsp.document.profile import Severity
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.mcp import paging
from orch_lsp.mcp.answers import LONGEST_PATH, Answer, Page, Paged, Position, Range
from orch_lsp.mcp.grounds import Grounds
from orch_lsp.mcp.reviewing import PATIENCE_SECONDS, Review
from orch_lsp.mcp.tool import Answered, Call, Tool
from orch_lsp.reports.check_report import Place, Report, Reported, as_lines, summary_line
from orch_lsp.reports.checking import CODES, Checked, FindingsOfFile
from orch_lsp.runs.escape import plain

_MOST_RULES = 50
_MOST_NOTICES = 20
_MOST_RELATED = 8
_LONGEST_MESSAGE = 600


class OfSpecs(Paged):
    """The specs."""

    path: str | None = Field(
        None,
        max_length=LONGEST_PATH,
        description="A spec or a folder, from the workspace's root; without it, all specs.",
    )


class CheckArguments(OfSpecs):
    """The specs, and the rules if not all are asked for."""

    rules: list[str] = Field(
        default_factory=list[str], max_length=_MOST_RULES, description="Only findings of these rules."
    )


class FoundPlace(Answer):
    """A place beside a finding."""

    message: str
    path: str
    range: Range


class FoundHere(Answer):
    """A finding, as `orch.check/1` has it."""

    rule: str
    severity: Severity
    message: str
    path: str
    range: Range
    key: str | None = Field(description="The node that it is about.")
    related: list[FoundPlace]


class CheckAnswer(Page):
    """Findings by path and place."""

    findings: list[FoundHere]
    summary: dict[str, int] = Field(description="Specs that were checked, and findings by severity, of all pages.")


async def check(call: Call, asked: CheckArguments) -> Answered:
    """Review the specs."""
    first = paging.start_of(asked.cursor)
    if unknown := [rule for rule in asked.rules if rule not in CODES]:
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"There is no rule {unknown[0][:80]!r}.",
            remediation="Leave out `rules`; each finding names its own.",
        )  # fmt: skip
    review = await review_of(call.grounds, asked, asked.rules)
    report = review.report
    found = [_found(one) for one in report.findings[first : first + asked.limit]]
    cut = paging.page(found, first, asked.limit, len(report.findings), grows=not review.is_over)
    answer = CheckAnswer(
        total=len(report.findings), is_complete=review.is_over, next_cursor=cut.next_cursor,
        notices=list(review.notices), findings=cut.items, summary=report.summary(),
    )  # fmt: skip
    shown = Report(report.findings[first : first + len(cut.items)], report.files)
    return Answered(answer, summary_line(report) + so_far(review), "\n".join(as_lines(shown)))


def so_far(review: Review) -> str:
    """Words behind a number that may grow."""
    return "" if review.is_over else " That is so far: go on with `next_cursor` until it is null."


async def review_of(grounds: Grounds, asked: OfSpecs, rules: Collection[str]) -> Review:
    """The review that the page is one of, once it has come that far, or has taken long.

    Args:
        grounds: The workspace.
        asked: The page. One that is not the first is of the same review, as long as that is kept.
        rules: Codes of what is asked for; all if empty.
    """
    first = paging.start_of(asked.cursor)
    question = (asked.path, *sorted(rules))
    # The page behind an empty one begins at 0, too.
    is_first = asked.cursor is None
    review = None if is_first else grounds.reviews.of(question)
    if review is None:
        review = await _begun(grounds, asked.path, rules)
        grounds.reviews.keep(question, review)
    await review.as_far_as(first + asked.limit, patience=PATIENCE_SECONDS if is_first else 0.0)
    return review


async def _begun(grounds: Grounds, path: str | None, rules: Collection[str]) -> Review:
    notices: dict[str, None] = {}
    kept_back = await grounds.kept_back()

    def complain(message: str) -> None:
        if len(notices) < _MOST_NOTICES:
            notices[plain(message, _LONGEST_MESSAGE)] = None

    def placed(found: FindingsOfFile) -> Iterator[Reported]:
        for one in found.placed(grounds.root):
            # Without places in files that are kept back.
            yield replace(one, related=tuple(pair for pair in one.related if kept_back.reason(pair[1].path) is None))

    files = await grounds.files(path, complain, with_others=True)
    return Review(Checked(complain, frozenset(rules)), files, placed, notices)


def range_of(place: Place) -> Range:
    """The range of a place."""
    (line, character), (end_line, end_character) = place.start, place.end
    return Range(start=Position(line=line, character=character), end=Position(line=end_line, character=end_character))


def _found(one: Reported) -> FoundHere:
    related = [
        FoundPlace(message=plain(message, _LONGEST_MESSAGE), path=place.path, range=range_of(place))
        for message, place in one.related[:_MOST_RELATED]
    ]
    return FoundHere(
        rule=one.rule, severity=one.severity, message=plain(one.message, _LONGEST_MESSAGE), path=one.place.path,
        range=range_of(one.place), key=one.key, related=related,
    )  # fmt: skip


TOOL = Tool(
    "spec_check",
    "Findings in specs",
    "Check specs by the rules of their formats, as the editor does: broken references, vague criteria, requirements "
    "without tasks, tasks without requirements, stale text. Zero findings, once "
    "`is_complete` is true, is a good gate before and after a change.",
    CheckArguments,
    CheckAnswer,
    check,
)
