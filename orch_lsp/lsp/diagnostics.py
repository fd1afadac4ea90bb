"""Diagnostics of a document: the profile's rules, unusable settings, and the last run's failure."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.model import SpecDocument
from orch_lsp.errors import ErrorCode
from orch_lsp.late import late
from orch_lsp.lsp.convert import SEVERITIES, SOURCE, Positions
from orch_lsp.lsp.failures import ShownFailure
from orch_lsp.lsp.pages import page_uri
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.plan import Reading
from orch_lsp.orchestration.review import BESIDE_THE_RULES, review

if TYPE_CHECKING:
    from orch_lsp.orchestration import secret_refusal
else:
    secret_refusal = late("orch_lsp.orchestration.secret_refusal")


async def diagnostics_of(snapshot: Snapshot) -> list[types.Diagnostic]:
    """Everything there is to say of this version of a document."""
    reading = await snapshot.reading()
    positions = snapshot.positions()
    found = await asyncio.to_thread(_review, reading, positions)
    # Other open documents may be seen otherwise by what was typed in this one.
    snapshot.in_background(snapshot.session.indexes.keep_up(reading), "open documents in the index")
    failure = snapshot.failure
    if failure is not None and not _is_said_or_settled(failure, reading):
        found.append(await asyncio.to_thread(_failure, snapshot, reading, failure, positions))
    return found


def _review(reading: Reading, positions: Positions) -> list[types.Diagnostic]:
    return [
        types.Diagnostic(
            positions.range(finding.span), finding.message, SEVERITIES[finding.severity], finding.rule, source=SOURCE,
            data=_of_no_run(finding.rule) if finding.rule in BESIDE_THE_RULES else {"code": finding.rule},
        )
        for finding in review(reading)
    ]  # fmt: skip


def _of_no_run(code: str) -> dict[str, object]:
    return {"code": code, "runId": None, "retryable": False}


def _is_said_or_settled(failure: ShownFailure, reading: Reading) -> bool:
    """Whether a command was refused for the document's profile, which is said on its line, or is known by now."""
    if failure.detail.code != ErrorCode.UNKNOWN_PROFILE or failure.run_id is not None:
        return False
    return reading.drafts or (reading.no_profile is not None and reading.no_profile.line is not None)


def _failure(snapshot: Snapshot, reading: Reading, failure: ShownFailure, positions: Positions) -> types.Diagnostic:
    detail, line = failure.detail, failure.line
    if detail.code == ErrorCode.SECRET_BLOCKED:
        # Where it is now, which may be another line than when the run began.
        line = secret_refusal.secret_line(reading.document.text, snapshot.session.redactor)
    place = positions.line_range(line) if line is not None else _cause(reading.document, detail.code, positions)
    description = None
    page = page_uri(detail.code, reading.settings.docs_base)
    if page is not None and (snapshot.client.code_description or snapshot.client.pull_diagnostics):
        description = types.CodeDescription(page)
    return types.Diagnostic(
        place,
        detail.text,
        SEVERITIES[failure.severity],
        detail.code,
        description,
        SOURCE,
        data={"runId": failure.run_id, "code": detail.code, "retryable": detail.retryable},
    )


_CHOICE_CODES = frozenset({
    "missing_provider", "missing_model", "unknown_provider", "not_allowed", "missing_auth", "invalid_auth",
    "permission_denied", "region_blocked", "billing", "quota_exhausted", "model_not_found", "invalid_settings",
})  # fmt: skip


def _cause(document: SpecDocument, code: str, positions: Positions) -> types.Range:
    """The front matter's provider or model line for what the choice caused, else the title, else the first line."""
    if code == ErrorCode.UNKNOWN_PROFILE and document.front_matter is not None:
        line = document.front_matter.lines.get("profile")
        if line is not None:
            return positions.line_range(line)
    if code in _CHOICE_CODES and document.front_matter is not None:
        lines = document.front_matter.lines
        line = (
            lines.get("model", lines.get("provider"))
            if code in {"missing_model", "model_not_found"}
            else lines.get("provider")
        )
        if line is not None:
            return positions.line_range(line)
    return positions.range(document.title) if document.title is not None else positions.line_range(0)
