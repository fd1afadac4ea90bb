"""`spec_check`: the findings that the editor and `orch-lsp check` show."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

from pydantic import Field

from orch_lsp.context.kept_back import KeptBack
from orch_lsp.document.profile import Severity
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.mcp import paging
from orch_lsp.mcp.answers import LONGEST_PATH, Answer, Page, Paged, Position, Range
from orch_lsp.mcp.grounds import Grounds
from orch_lsp.mcp.tool import Answered, Call, Tool
from orch_lsp.reports.check_report import Place, Report, Reported, as_lines, summary_line
from orch_lsp.reports.checking import CODES, Checked
from orch_lsp.runs.escape import plain

_MOST_RULES = 50
_MOST_NOTICES = 20
_MOST_RELATED = 8
_LONGEST_MESSAGE = 600


class CheckArguments(Paged):
    """The specs, and the rules if not all are asked for."""

    path: str | None = Field(
        None,
        max_length=LONGEST_PATH,
        description="A spec or a folder, from the workspace's root; without it, all specs.",
    )
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
    summary: dict[str, int] = Field(description="Files, and findings by severity, of all pages.")


async def check(call: Call, asked: CheckArguments) -> Answered:
    """Review the specs."""
    first = paging.start_of(asked.cursor)
    if unknown := [rule for rule in asked.rules if rule not in CODES]:
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"There is no rule {unknown[0][:80]!r}.",
            remediation="Leave out `rules`; each finding names its own.",
        )  # fmt: skip
    report, notices = await report_of(call.grounds, asked.path, asked.rules, first)
    found = [_found(one) for one in report.findings[first : first + asked.limit]]
    cut = paging.page(found, first, asked.limit, len(report.findings))
    answer = CheckAnswer(
        total=len(report.findings), next_cursor=cut.next_cursor, notices=notices, findings=cut.items,
        summary=report.summary(),
    )  # fmt: skip
    shown = Report(report.findings[first : first + len(cut.items)], report.files)
    return Answered(answer, summary_line(report), "\n".join(as_lines(shown)))


async def report_of(grounds: Grounds, path: str | None, rules: list[str], first: int) -> tuple[Report, list[str]]:
    """The findings of these rules, of all if none is named, and what was left out.

    A page that is not the `first` is one of the same report, as long as that is kept.
    """
    key = ("check", path, *sorted(rules))
    if first and (kept := grounds.kept(key)) is not None:
        return cast("tuple[Report, list[str]]", kept)
    notices: dict[str, None] = {}

    def complain(message: str) -> None:
        if len(notices) < _MOST_NOTICES:
            notices[plain(message, _LONGEST_MESSAGE)] = None

    checked = Checked(complain, frozenset(rules))
    await checked.take(await grounds.files(path, complain, with_others=True))
    report = await asyncio.to_thread(lambda: checked.report(of_checkout=False))
    report = _without(report, await grounds.kept_back())
    grounds.keep(key, (report, list(notices)))
    return report, list(notices)


def _without(report: Report, kept_back: KeptBack) -> Report:
    """The report without places in files that are kept back."""

    def given(one: Reported) -> Reported:
        return replace(one, related=tuple(pair for pair in one.related if kept_back.reason(pair[1].path) is None))

    return replace(report, findings=tuple(map(given, report.findings)))


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
    "without tasks, tasks without requirements, stale text. Zero findings is a good gate before and after a change.",
    CheckArguments,
    CheckAnswer,
    check,
)
