"""Runs as the command line shows them: a table and a page that fit the terminal, plain lines in a pipe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from orch_lsp.cli.layout import (
    GAP,
    Column,
    cut,
    fitted,
    local_time,
    padded,
    table_lines,
    widest,
    wrapped,
)
from orch_lsp.cli.output import terminal_width
from orch_lsp.late import late
from orch_lsp.runs.escape import plain, visible
from orch_lsp.runs.labels import DRAFT_WAITS, ListedRun
from orch_lsp.runs.record import RunRecord

if TYPE_CHECKING:
    from orch_lsp.runs import timeline as timelines
    from orch_lsp.runs import view as views
else:
    timelines = late("orch_lsp.runs.timeline")
    views = late("orch_lsp.runs.view")

_SHORTEST_ID = 8
_LEAST = 12
"""Cells in which a document or a model can still be known."""
_LEAST_BESIDE_MORE = 20
"""Cells that a document keeps before other columns are left out for it."""
_INDENT = "  "
_BESIDE = 36
"""Cells beside the labels that a value needs, such as a run's id; with fewer it goes below its label."""
_WITH_TIMES = frozenset({"Lifecycle", "Applied"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def short_ids(run_ids: Sequence[str]) -> dict[str, str]:
    """For each id the beginning, of eight characters or more, that only it has. `run_ids` are sorted."""
    shortest = dict.fromkeys(run_ids, _SHORTEST_ID)
    for one, other in pairwise(run_ids):
        apart = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one)) + 1
        shortest[one], shortest[other] = max(shortest[one], apart), max(shortest[other], apart)
    # An id that ends in its hyphen looks as if it was cut by mistake.
    return {run_id: run_id[: size + (run_id[size - 1 : size] == "-")] for run_id, size in shortest.items()}


def table_of(runs: Sequence[ListedRun], before: Sequence[ListedRun], width: int) -> list[str]:
    """The history, newest first, as a table for a terminal.

    Args:
        runs: The runs to be shown.
        before: Runs before those, which are not shown; the ids are to be told apart from theirs as well.
        width: Cells of a line.
    """
    ids = short_ids([run.run_id for run in (*runs, *before)])
    return _table(runs, [ids[run.run_id] for run in runs], width)


def _table(runs: Sequence[ListedRun], ids: Sequence[str], width: int) -> list[str]:
    run, started = Column("RUN", ids), Column("STARTED", [local_time(one.started_at, "%Y-%m-%d %H:%M") for one in runs])
    status = Column("STATUS", [DRAFT_WAITS if one.draft_waits else one.status for one in runs])
    model = Column("MODEL", [one.model for one in runs], _LEAST)
    document = Column("DOCUMENT", [one.document for one in runs], _LEAST_BESIDE_MORE, from_front=True)
    tokens = Column("TOKENS", [one.tokens for one in runs])
    for columns in (
        (run, started, status, model, document, tokens),
        (run, started, status, model, document),
        (run, started, status, replace(document, least=_LEAST)),
    ):
        if (widths := fitted(columns, width)) is not None:
            return table_lines(columns, widths)
    return _on_two_lines((run, started, status), document, width)


def _on_two_lines(columns: Sequence[Column], below: Column, width: int) -> list[str]:
    """Each row on two lines, the second for the document: what a narrow terminal has room for."""
    upper = table_lines(columns, [column.natural for column in columns])
    lower = table_lines([below], [max(1, min(below.natural, width - len(_INDENT)))])
    return [cut(line, width) for pair in zip(upper, lower, strict=True) for line in (pair[0], f"{_INDENT}{pair[1]}")]


def page_of(record: RunRecord, draft_text: str | None) -> str:
    """The whole story of a run as plain text, wrapped and in local time on a terminal.

    Args:
        record: The run.
        draft_text: The draft's text, if it is kept; in a pipe it follows as it is.
    """
    width = terminal_width()
    view = views.view_of(record)
    blocks = [wrapped(view.title, width), _facts(record, width)]
    steps = timelines.timeline_lines(timelines.timeline_of(record), None if width is None else width - len(_INDENT))
    for heading, lines in (
        ("Error", view.error), ("Steps", steps), ("Attempts", view.attempts), ("Context", view.context),
        ("Sections", view.sections),
    ):  # fmt: skip
        if lines:
            blocks.append([heading, *_indented(lines, width)])
    if record.findings:
        blocks.append(["Findings", *_findings(record, width)])
    if record.questions:
        blocks.append(["Questions", *_indented(views.question_lines(record), width)])
    if draft_text is not None:
        text = visible(draft_text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t").rstrip("\n")
        blocks += [["Draft"], wrapped(text, width)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _facts(record: RunRecord, width: int | None) -> list[str]:
    """A label and its value on a line; where that is narrow, the value below its label."""
    facts = [(label, value) for label, value in views.facts_of(record) if value]
    column = widest([label for label, _ in facts]) + len(_INDENT) + GAP
    lines: list[str] = []
    for label, text in facts:
        value = plain(text) if width is None else _in_local_time(label, plain(text))
        if width is not None and width - column < _BESIDE:
            lines += (label, *_indented([value], width))
        else:
            first, *rest = wrapped(value, None if width is None else width - column)
            lines.append(padded(f"{_INDENT}{label}", column) + first)
            lines += (" " * column + line for line in rest)
    return lines


def _in_local_time(label: str, text: str) -> str:
    if label not in _WITH_TIMES:
        return text
    return _MOMENT.sub(lambda found: local_time(found.group()), text).replace(" → ", "\n")


def _findings(record: RunRecord, width: int | None) -> Iterable[str]:
    for finding in record.findings:
        yield from _indented([plain(f"{finding.rule}: {finding.message}", limit=2_000)], width)
        if text := finding.text.strip("\r\n"):
            shown = visible(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")
            yield from _indented([shown], width, _INDENT * 2)


def _indented(texts: Iterable[str], width: int | None, by: str = _INDENT) -> Iterable[str]:
    for text in texts:
        for line in wrapped(text, None if width is None else width - len(by)):
            yield f"{by}{line}".rstrip()
