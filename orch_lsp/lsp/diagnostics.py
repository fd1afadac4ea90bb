"""Diagnostics of a document: the profile's rules, unusable settings, and the last run's failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.profile import Severity
from orch_lsp.errors import ErrorCode
from orch_lsp.late import late
from orch_lsp.lsp.convert import SEVERITIES, SOURCE, Place, Positions, range_at
from orch_lsp.lsp.drafted import findings_in_page
from orch_lsp.lsp.failures import ShownFailure
from orch_lsp.lsp.locations import uri_of_path
from orch_lsp.lsp.pages import page_uri
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.lsp.wire.workspace import Typed
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.review import BESIDE_THE_RULES, is_spec, review
from orch_lsp.rules.rule import Finding
from orch_lsp.workspace import state_home

if TYPE_CHECKING:
    from orch_lsp.language import across
    from orch_lsp.orchestration.requests import secret_refusal
    from orch_lsp.rules import check as rules
    from orch_lsp.runs.record import Finding as DraftFinding
    from orch_lsp.settings import secret_choices
else:
    across = late("orch_lsp.language.across")
    rules = late("orch_lsp.rules.check")
    secret_refusal = late("orch_lsp.orchestration.requests.secret_refusal")
    secret_choices = late("orch_lsp.settings.secret_choices")


_PAUSE_SECONDS = 0.1
"""After an answer without another one, until what was typed is seen by other documents: keys that are held down, or
typed fast, come sooner."""
_MOST_RELATED = 10
_MOST_SECRETS = 20
_MOST_KEPT = 4_096


async def diagnostics_of(snapshot: Snapshot) -> list[types.Diagnostic]:
    """Everything there is to say of this version of a document; of the page of a draft, what its check found."""
    in_draft = await findings_in_page(snapshot.session, snapshot.uri, snapshot.text)
    if in_draft is not None:
        positions = snapshot.positions()
        return [diagnostic_of_draft(one, positions.range(span)) for one, span in in_draft]
    look = snapshot.shown.look(snapshot.uri)
    reading, positions, found = await asyncio.to_thread(_read_and_review, snapshot)
    histories = snapshot.session.histories
    if is_spec(reading) and histories.known(reading) is None and await histories.look(reading):
        # Of few documents there is something to tell: the others are as they were said to be.
        reading, positions, found = await asyncio.to_thread(_read_and_review, snapshot)
    # Other open documents may be seen otherwise by what was typed in this one.
    snapshot.in_background(_keep_up(snapshot, reading, look), "open documents in the index")
    failure = snapshot.failure
    if failure is not None and not _is_said_or_settled(failure, reading):
        found += await asyncio.to_thread(_failures, snapshot, reading, failure, positions)
    return found


def diagnostic_of_draft(finding: DraftFinding, place: types.Range) -> types.Diagnostic:
    """A finding of the check of a draft, where the draft is shown."""
    severity = SEVERITIES.get(finding.severity, types.DiagnosticSeverity.Information)
    return types.Diagnostic(
        place, finding.message, severity, finding.rule, source=SOURCE, data=_of_no_run(finding.rule)
    )


async def _keep_up(snapshot: Snapshot, reading: Reading, look: int) -> None:
    # Threads take the interpreter from one another: the answer goes first, and more keys may follow at once.
    await asyncio.sleep(_PAUSE_SECONDS)
    if snapshot.shown.is_last(snapshot.uri, look):
        await snapshot.session.indexes.keep_up(reading)


def _read_and_review(snapshot: Snapshot) -> tuple[Reading, Positions, list[types.Diagnostic]]:
    read, positions = snapshot.reading_now(), snapshot.positions()
    told = snapshot.session.histories.known(read)
    reading = read if told is None else told.put_to(read)
    return reading, positions, _review(snapshot, reading, positions)


def _review(snapshot: Snapshot, reading: Reading, positions: Positions) -> list[types.Diagnostic]:
    related = _Related(snapshot, reading, positions) if snapshot.client.related_information else None
    findings = review(reading)
    held = _held(snapshot, findings, reading.document.text, positions)
    return [
        _diagnostic(
            positions.place(finding.span), finding.message, finding.severity, finding.rule,
            related.of(finding) if related is not None and finding.related else None,
        )
        for finding in findings if finding not in held
    ]  # fmt: skip


_Elsewhere = tuple[str, Place, str]
"""Another place of a diagnostic: its document, where, and what is there."""


@lru_cache(maxsize=_MOST_KEPT)
def _diagnostic(
    place: Place, message: str, severity: Severity, code: str, related: tuple[_Elsewhere, ...] | None
) -> types.Diagnostic:
    # After a key nearly all are the same: they are not made again, and `lsp/wire/encoding` keeps their JSON.
    elsewhere = [
        types.DiagnosticRelatedInformation(types.Location(uri, range_at(there)), said)
        for uri, there, said in related or ()
    ]
    return types.Diagnostic(
        range_at(place), message, SEVERITIES[severity], code, source=SOURCE,
        data=_of_no_run(code) if code in BESIDE_THE_RULES else {"code": code},
        related_information=None if related is None else elsewhere,
    )  # fmt: skip


def _held(snapshot: Snapshot, findings: Sequence[Finding], text: str, positions: Positions) -> Sequence[Finding]:
    """Findings on a word that is not typed to its end yet, of rules that would take them back with the next letter."""
    typed = snapshot.typed
    held = () if typed is None else _at_the_end(findings, text, typed, positions)
    snapshot.shown.hold(snapshot.uri, holds=bool(held))
    # Noted above before the clock is asked: the end of the word comes after one of both, and is seen by the other.
    return held if typed is not None and typed.seconds_left > 0.0 else ()


def _at_the_end(findings: Sequence[Finding], text: str, typed: Typed, positions: Positions) -> Sequence[Finding]:
    """Those on the word that ends where somebody types."""
    at = positions.offset(types.Position(typed.line, typed.column))
    if at < len(text) and text[at].isalnum():
        return ()
    return [one for one in findings if one.span.start <= at <= one.span.end and _waits_for_word(one.rule)]


def _waits_for_word(code: str) -> bool:
    rule = rules.RULES.get(code) or across.ACROSS.get(code)
    return rule is not None and rule.waits_for_word


class _Related:
    """Other places of findings, in documents as the index knows them: each is looked up once."""

    def __init__(self, snapshot: Snapshot, reading: Reading, positions: Positions) -> None:
        self._snapshot = snapshot
        self._reading = reading
        self._index = reading.index
        self._placed: dict[str | None, tuple[str, Positions] | None] = {
            None: (snapshot.uri, positions),
            reading.spec_path: (snapshot.uri, positions),
        }

    def of(self, finding: Finding) -> tuple[_Elsewhere, ...]:
        """The places that a finding names, as far as they are known."""
        found: list[_Elsewhere] = []
        for one in finding.related[:_MOST_RELATED]:
            if one.path not in self._placed and one.path is not None:
                self._placed[one.path] = self._place(one.path)
            if (placed := self._placed[one.path]) is not None:
                uri, positions = placed
                found.append((uri, positions.place(one.span), one.message))
        return tuple(found)

    def _place(self, path: str) -> tuple[str, Positions] | None:
        known = self._index.documents.get(path)
        if known is None:
            return None
        uri = uri_of_path(self._snapshot, self._reading, path)
        return uri, Positions(known.text, self._snapshot.encoding)


def _of_no_run(code: str) -> dict[str, object]:
    return {"code": code, "runId": None, "retryable": False}


def _is_said_or_settled(failure: ShownFailure, reading: Reading) -> bool:
    """Whether a command was refused for the document's profile, which is said on its line, or is known by now."""
    if failure.detail.code != ErrorCode.UNKNOWN_PROFILE or failure.run_id is not None:
        return False
    return reading.drafts or (reading.no_profile is not None and reading.no_profile.line is not None)


def _failures(
    snapshot: Snapshot, reading: Reading, failure: ShownFailure, positions: Positions
) -> list[types.Diagnostic]:
    """The failure where its cause stands; of several secrets in a document, each where it stands now."""
    if failure.detail.code == ErrorCode.SECRET_BLOCKED:
        known = secret_choices.read_choices(state_home())
        places = secret_refusal.secrets_of(reading.document, known, snapshot.session.redactor)
        blocking = [place for place in places if place.blocks][:_MOST_SECRETS]
        if blocking:
            return [
                _failure(snapshot, reading, failure, place.refusal.detail.text, positions.range(place.match.span))
                for place in blocking
            ]
        return [_failure(snapshot, reading, failure, failure.detail.text, _cause(reading, failure, None, positions))]
    where = _cause(reading, failure, failure.line, positions)
    return [_failure(snapshot, reading, failure, failure.detail.text, where)]


def _failure(
    snapshot: Snapshot, reading: Reading, failure: ShownFailure, message: str, place: types.Range
) -> types.Diagnostic:
    detail = failure.detail
    description = None
    page = page_uri(detail.code, reading.settings.docs_base)
    if page is not None and (snapshot.client.code_description or snapshot.client.pull_diagnostics):
        description = types.CodeDescription(page)
    return types.Diagnostic(
        place,
        message,
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


def _cause(reading: Reading, failure: ShownFailure, line: int | None, positions: Positions) -> types.Range:
    """The line that caused a failure; else that of the provider or model, if that did; else the title or line 0."""
    document, code = reading.document, failure.detail.code
    if line is not None:
        return positions.line_range(line)
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
