"""The doctor's findings on the command line: fitted to a terminal, one line a finding in a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.cli.layout import GAP, padded, widest, wrapped
from orch_lsp.cli.output import terminal_width
from orch_lsp.doctor.findings import MARKS, DoctorFinding, report_lines
from orch_lsp.runs.escape import visible

_BESIDE = 40
"""Cells beside the subjects that a message needs; with fewer it goes below its subject."""


def finding_lines(findings: Sequence[DoctorFinding]) -> list[str]:
    """The findings in the order in which they were made, each cure below its problem."""
    width = terminal_width()
    if width is None:
        return report_lines(findings)
    marks = widest(tuple(MARKS.values())) + GAP
    subjects = widest([visible(finding.subject) for finding in findings]) + GAP
    if width - marks - subjects >= _BESIDE:
        return [line for finding in findings for line in _beside(finding, marks, subjects, width)]
    return [line for finding in findings for line in _below(finding, width)]


def _beside(finding: DoctorFinding, marks: int, subjects: int, width: int) -> list[str]:
    first, *rest = _said(finding, width - marks - subjects)
    head = padded(MARKS[finding.verdict], marks) + padded(visible(finding.subject), subjects)
    return [head + first, *(" " * (marks + subjects) + line for line in rest)]


def _below(finding: DoctorFinding, width: int) -> list[str]:
    head = f"{MARKS[finding.verdict].rstrip()}{' ' * GAP}{visible(finding.subject)}"
    return [*wrapped(head, width), *(f"  {line}" for line in _said(finding, width - 2))]


def _said(finding: DoctorFinding, width: int) -> list[str]:
    """The message and the cure."""
    texts = [finding.message, f"cure: {finding.cure}"] if finding.cure else [finding.message]
    return [line for text in texts for line in wrapped(visible(text, keep="\n\t"), width)]
