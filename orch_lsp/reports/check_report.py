"""Findings of many documents, as `orch.check/1`, as lines, and as commands of GitHub's workflows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orch_lsp.document.profile import Severity
from orch_lsp.runs.escape import visible
from orch_lsp.text import LineIndex, Span, counted

UNREADABLE = "unreadable_document"
"""The rule of a finding about a file that is no text."""
_COUNTED = {"error": "errors", "warning": "warnings", "information": "information", "hint": "hints"}
_LEVELS = {"error": "error", "warning": "warning", "information": "notice", "hint": "notice"}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A range of a file: lines and UTF-16 characters, both zero-based."""

    path: str
    """Relative to the report's root, with `/`."""
    start: tuple[int, int] = (0, 0)
    end: tuple[int, int] = (0, 0)

    @staticmethod
    def of(path: str, span: Span, lines: LineIndex) -> Place:
        """The place of a span of the text that `lines` knows."""
        return Place(path, lines.position(span.start), lines.position(span.end))

    @property
    def range(self) -> dict[str, Any]:
        """The range as in LSP."""
        return {name: {"line": at[0], "character": at[1]} for name, at in (("start", self.start), ("end", self.end))}


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding with its place."""

    rule: str
    severity: Severity
    message: str
    place: Place
    key: str | None = None
    related: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Findings sorted by place, and the number of files."""

    findings: tuple[Reported, ...]
    files: int

    @property
    def has_error(self) -> bool:
        """Whether one of the findings is an error."""
        return any(finding.severity == "error" for finding in self.findings)

    def summary(self) -> dict[str, int]:
        """How many files were checked, and findings by severity."""
        counts = Counter(finding.severity for finding in self.findings)
        return {"files": self.files, **{name: counts[severity] for severity, name in _COUNTED.items()}}


def report_of(findings: Sequence[Reported], files: int) -> Report:
    """The report of these findings, in any order."""
    return Report(tuple(ordered(findings)), files)


def ordered(findings: Iterable[Reported]) -> list[Reported]:
    """Findings by path and place."""
    return sorted(findings, key=lambda one: (one.place, one.rule, one.message))


def as_json(report: Report) -> dict[str, Any]:
    """`orch.check/1`; its schema is `check.schema.json`."""
    return {
        "schema": "orch.check/1",
        "findings": [
            {
                "rule": one.rule,
                "severity": one.severity,
                "message": one.message,
                "path": one.place.path,
                "range": one.place.range,
                "key": one.key,
                "related": [
                    {"message": message, "path": place.path, "range": place.range} for message, place in one.related
                ],
            }
            for one in report.findings
        ],
        "summary": report.summary(),
    }


def as_lines(report: Report) -> Iterator[str]:
    """A line for each finding, for people: lines and columns are counted from 1."""
    for one in report.findings:
        line, column = one.place.start
        yield visible(f"{one.place.path}:{line + 1}:{column + 1}: {one.severity}[{one.rule}]: {one.message}", keep="\t")


def summary_line(report: Report) -> str:
    """How many findings of which severity there are, in a sentence."""
    counts = report.summary()
    files = counts.pop("files")
    words = [_counted(number, name) for name, number in counts.items() if number]
    found = ", ".join(words) if words else "nothing to say" if files else "nothing was checked"
    return f"{counted(files, 'document')}: {found}."


def _counted(number: int, name: str) -> str:
    return f"{number} {name if number > 1 or name == 'information' else name.removesuffix('s')}"


def as_github(report: Report) -> Iterator[str]:
    """Findings as workflow commands, by which GitHub shows them beside the lines of a change."""
    for one in report.findings:
        (line, column), (end_line, end_column) = one.place.start, one.place.end
        properties = {"file": one.place.path, "line": str(line + 1), "endLine": str(end_line + 1)}
        if line == end_line:  # Columns count within one line alone.
            properties |= {"col": str(column + 1), "endColumn": str(max(column, end_column) + 1)}
        properties["title"] = one.rule
        said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        message = _data(visible(one.message, keep="\t\n"))
        yield f"::{_LEVELS[one.severity]} {said}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
