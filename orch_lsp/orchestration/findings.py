"""What the doctor found, as values and as text. Nothing secret is ever part of a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["ok", "note", "problem"]

_MARKS = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, how it is, and for a problem its cure."""

    subject: str
    verdict: Verdict
    message: str
    cure: str | None = None


def has_problem(findings: Sequence[Finding]) -> bool:
    """Whether anything is to be done."""
    return any(finding.verdict == "problem" for finding in findings)


def report_value(findings: Sequence[Finding]) -> dict[str, Any]:
    """The findings as JSON."""
    return {
        "schema": "orch.doctor/1",
        "healthy": not has_problem(findings),
        "findings": [asdict(finding) for finding in findings],
    }


def report_lines(findings: Sequence[Finding]) -> list[str]:
    """The findings as plain lines, each cure below its problem."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{_MARKS[finding.verdict]}  {finding.subject}: {finding.message}")
        if finding.cure:
            lines.append(f"         cure: {finding.cure}")
    return lines


def report_markdown(findings: Sequence[Finding]) -> str:
    """The findings as a page."""
    body = "\n".join(report_lines(findings))
    longest = max((len(run) for run in body.split() if set(run) == {"`"}), default=0)
    fence = "`" * max(3, longest + 1)
    return f"# Orch doctor\n\n{fence}text\n{body}\n{fence}\n"
