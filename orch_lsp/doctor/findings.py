"""The doctor's findings, as values and as text. Nothing secret is ever part of a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from orch_lsp.runs.escape import code

Verdict = Literal["ok", "note", "problem"]

_HEADINGS: Mapping[Verdict, str] = {"problem": "To be done", "note": "Worth knowing", "ok": "In order"}
MARKS: Mapping[Verdict, str] = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}
"""How a verdict is shown at the beginning of a line; all of one width."""


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """One thing that was looked at: what, how it is, and for a problem its cure."""

    subject: str
    verdict: Verdict
    message: str
    cure: str | None = None


def has_problem(findings: Sequence[DoctorFinding]) -> bool:
    """Whether anything is to be done."""
    return any(finding.verdict == "problem" for finding in findings)


def report_value(findings: Sequence[DoctorFinding]) -> dict[str, Any]:
    """The findings as JSON."""
    return {
        "schema": "orch.doctor/1",
        "healthy": not has_problem(findings),
        "findings": [asdict(finding) for finding in findings],
    }


def report_lines(findings: Sequence[DoctorFinding]) -> list[str]:
    """The findings as plain lines, each cure below its problem."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{MARKS[finding.verdict]}  {finding.subject}: {finding.message}")
        if finding.cure:
            lines.append(f"         cure: {finding.cure}")
    return lines


def report_markdown(findings: Sequence[DoctorFinding]) -> str:
    """The findings as a page: what is to be done first, each with its cure."""
    blocks = ["# Orch doctor"]
    for verdict, heading in _HEADINGS.items():
        found = [finding for finding in findings if finding.verdict == verdict]
        if found:
            blocks += (f"## {heading}", "\n".join(_bullet(finding) for finding in found))
    return "\n\n".join(blocks) + "\n"


def _bullet(finding: DoctorFinding) -> str:
    cure = f"\n  - Cure: {code(finding.cure)}" if finding.cure else ""
    return f"- {code(finding.subject)}: {code(finding.message)}{cure}"
