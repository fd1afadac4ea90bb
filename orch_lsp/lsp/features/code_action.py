"""textDocument/codeAction: generating, the draft that waits, tasks, and the cures of what the diagnostics say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from lsprotocol import types

from orch_lsp.document.drafting import asked_for
from orch_lsp.errors import ErrorCode
from orch_lsp.late import late
from orch_lsp.lsp.commands import (
    ALLOW_PROVIDER,
    APPLY_DRAFT,
    DISMISS_DIAGNOSTIC,
    EXPLAIN_ERROR,
    GENERATE_DRAFT,
    MARK_REVIEWED,
    PREVIEW_DRAFT,
    REGENERATE_SECTION,
    RETRY_RUN,
    REWRITE,
    SELECT_MODEL,
    SETTLE_SECRET,
    SETUP,
    SHOW_RUN,
    USE_PROVIDER,
)
from orch_lsp.lsp.context_actions import FILES, is_preview, mention_offers, page_offers
from orch_lsp.lsp.convert import SOURCE, workspace_edit
from orch_lsp.lsp.failures import ShownFailure
from orch_lsp.lsp.offers import Offer, offers, other_choices, rewrite_offer, standing_of
from orch_lsp.lsp.question_offers import ANSWER, question_offers
from orch_lsp.lsp.section_offers import SectionOffer, offers_in_draft, section_offers, written_offers, written_sections
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.lsp.spec_actions import INSERT, TOGGLE, insert_actions, may_be_edited, toggle_actions
from orch_lsp.lsp.workflow_offers import WORKFLOW, workflow_offers
from orch_lsp.orchestration.index.spec_indexes import GLANCE_SECONDS
from orch_lsp.orchestration.planning.rewrite import may_be_rewritten
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.review import findings_of_rules, is_spec
from orch_lsp.rules.rule import Finding
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.store import Standing
from orch_lsp.text import end_of_line, start_of_line
from orch_lsp.workspace import state_home

if TYPE_CHECKING:
    from orch_lsp.orchestration.requests import secret_refusal
    from orch_lsp.settings import secret_choices
else:
    secret_refusal = late("orch_lsp.orchestration.requests.secret_refusal")
    secret_choices = late("orch_lsp.settings.secret_choices")

_ANOTHER_CHOICE = frozenset({
    "missing_provider", "missing_model", "unknown_provider", "missing_auth", "invalid_auth", "permission_denied",
    "region_blocked", "billing", "quota_exhausted", "rate_limited", "overloaded", "provider_unavailable", "timeout",
    "network_error", "model_not_found", "context_length_exceeded", "request_too_large", "invalid_request", "refused",
    "content_filtered", "truncated", "empty_output", "incomplete_output", "invalid_response", "unusable_draft",
})  # fmt: skip
"""Codes that another provider or model may cure."""

_ANOTHER_MODEL = frozenset({"missing_model", "model_not_found", "context_length_exceeded", "permission_denied"})
"""Codes that another model of the same provider may cure."""

_PERSON_FIRST = frozenset({
    "missing_provider", "missing_model", "unknown_provider", "not_allowed", "no_brief", "nothing_to_fill",
    "unknown_profile",
})  # fmt: skip
"""Codes against which trying again helps only after a person has done something else."""

_SET_UP_FIRST = frozenset({"missing_provider", "missing_model", "unknown_provider"})
"""Codes of which nothing is chosen that could be asked."""

_OF_A_SECRET = (
    ("Orch: Send the document without this value", "redact"),
    ("Orch: Send the document without this line", "exclude"),
    ("Orch: This is not a secret: send it", "allow"),
)
"""Titles of what can be said of a secret, with the choice that is kept."""

_MOST_CHOICES = 3
"""Other providers that are offered by name where the rest can be chosen in a message."""

_UNWRITTEN = frozenset({"missing_section", "empty_section", "placeholder_section"})


async def code_action(snapshot: Snapshot, params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
    """Quick fixes for the diagnostics at the cursor, and what can be done with the document."""
    if params.context.trigger_kind == types.CodeActionTriggerKind.Automatic:
        return []
    in_draft = await offers_in_draft(snapshot)
    wanted = [str(getattr(kind, "value", kind)) for kind in params.context.only or []]
    if is_preview(snapshot.source.path):
        lines = params.range.start.line, params.range.end.line
        found = await page_offers(snapshot, lines) if _asked_for(wanted, FILES) else []
        return _for_client(snapshot, [_action(offer, FILES) for offer in found])
    reading = await snapshot.reading()
    actions: list[types.CodeAction] = []
    if _asked_for(wanted, types.CodeActionKind.QuickFix.value):
        actions += await _quick_fixes(snapshot, reading, params.context.diagnostics)
    # All that is offered of runs shares one look at their records.
    needs_runs = in_draft is None and (_asked_for(wanted, REWRITE) or _asked_for(wanted, ANSWER))
    standing = await standing_of(snapshot.session, reading) if needs_runs else Standing()
    if _asked_for(wanted, REWRITE):
        sections = in_draft if in_draft is not None else await section_offers(reading, standing.waiting)
        if in_draft is None and snapshot.session.supervisor.live_on(snapshot.uri) is None:
            written = await written_sections(snapshot, reading)
            sections = [*sections, *await written_offers(snapshot, reading, written)]
        offered = [*_of_sections(snapshot, reading, sections, params.range)]
        if in_draft is None:
            offered += await offers(snapshot.session, reading, standing)
            offset, can_ask = snapshot.positions().offset(params.range.start), snapshot.client.orch_notifications
            again = await asyncio.to_thread(rewrite_offer, reading, offset, can_ask=can_ask)
            if again is not None and all(again.argument != one.argument for one in offered):
                offered.append(again)
        actions += [_action(offer, REWRITE) for offer in offered]
    if in_draft is None:
        actions += await _workflows_and_answers(snapshot, reading, params, wanted, standing.newest)
    if may_be_edited(reading):
        actions += await _small_edits(snapshot, reading, params.range, wanted)
    if _asked_for(wanted, FILES) and is_spec(reading):
        offset = snapshot.positions().offset(params.range.start)
        actions += [_action(offer, FILES) for offer in await mention_offers(snapshot, reading, offset)]
    return _for_client(snapshot, actions)


async def _small_edits(
    snapshot: Snapshot, reading: Reading, place: types.Range, wanted: list[str]
) -> list[types.CodeAction]:
    """Changes of boxes, then nodes that can be added."""
    toggles, inserts = _asked_for(wanted, TOGGLE), _asked_for(wanted, INSERT)
    # Free ids are those of the spec's own documents, which are read first.
    index = await snapshot.session.indexes.whole(reading, GLANCE_SECONDS) if inserts else None

    def find() -> list[types.CodeAction]:
        changed = toggle_actions(snapshot, reading, place) if toggles else []
        return changed if index is None else [*changed, *insert_actions(snapshot, reading, index, place)]

    return await asyncio.to_thread(find) if toggles or inserts else []


def _for_client(snapshot: Snapshot, actions: list[types.CodeAction]) -> list[types.CodeAction | types.Command]:
    if snapshot.client.code_action_literals:
        return list(actions)
    return [action.command for action in actions if action.command is not None]


async def _workflows_and_answers(
    snapshot: Snapshot,
    reading: Reading,
    params: types.CodeActionParams,
    wanted: list[str],
    newest: RunRecord | None,
) -> list[types.CodeAction]:
    actions: list[types.CodeAction] = []
    if _asked_for(wanted, ANSWER):
        actions += [_action(offer, ANSWER) for offer in _answers(snapshot, reading, params, wanted, newest)]
    if _asked_for(wanted, WORKFLOW):
        actions += [_action(offer, WORKFLOW) for offer in await _workflows(snapshot, reading, params, wanted)]
    return actions


async def _workflows(
    snapshot: Snapshot, reading: Reading, params: types.CodeActionParams, wanted: list[str]
) -> list[Offer]:
    """Workflows to run: on the title, and wherever nothing but them is asked for."""
    if wanted != [WORKFLOW] and not _on_title(snapshot, reading, params.range):
        return []
    if snapshot.session.supervisor.live_on(snapshot.uri) is not None:
        return []
    return await asyncio.to_thread(workflow_offers, reading)


def _answers(
    snapshot: Snapshot,
    reading: Reading,
    params: types.CodeActionParams,
    wanted: list[str],
    newest: RunRecord | None,
) -> list[Offer]:
    """Answers to what the newest run asks: of all on the title, of one where it stands in the document."""
    line: str | None = None
    if wanted != [ANSWER] and not _on_title(snapshot, reading, params.range):
        text, at = snapshot.text, snapshot.positions().offset(params.range.start)
        line = text[start_of_line(text, at, 0) : end_of_line(text, at)]
    return question_offers(newest, line)


def _on_title(snapshot: Snapshot, reading: Reading, place: types.Range) -> bool:
    """Whether a place is on the title, or there is none."""
    positions, title = snapshot.positions(), reading.document.title
    start, end = positions.offset(place.start), positions.offset(place.end)
    return title is None or (start <= title.end and title.start <= end)


def _of_sections(
    snapshot: Snapshot, reading: Reading, sections: Iterable[SectionOffer], place: types.Range
) -> Iterable[Offer]:
    """Words on the sections of a draft at a place; on the title, on those that have no place yet."""
    positions = snapshot.positions()
    start, end = positions.offset(place.start), positions.offset(place.end)
    on_title = _on_title(snapshot, reading, place)
    for section in sections:
        if on_title if section.whole is None else start <= section.whole.end and section.whole.start <= end:
            yield from section.offers


def _asked_for(wanted: list[str], kind: str) -> bool:
    return not wanted or any(kind == one or kind.startswith(f"{one}.") for one in wanted)


def _action(offer: Offer, kind: str, diagnostics: list[types.Diagnostic] | None = None) -> types.CodeAction:
    command = types.Command(offer.title, offer.command, arguments=[offer.argument])
    return types.CodeAction(offer.title, cast("types.CodeActionKind", kind), diagnostics, command=command)


async def _quick_fixes(
    snapshot: Snapshot, reading: Reading, diagnostics: Iterable[types.Diagnostic]
) -> list[types.CodeAction]:
    """Cures of a failure, then the fixes of rules, which may find something at the same place, then words on it.

    A failure is one of the whole document, wherever its diagnostic stands: its cures are offered on every line.
    """
    quick_fix = types.CodeActionKind.QuickFix.value
    cured: list[types.Diagnostic] = []
    actions: list[types.CodeAction] = []
    generate: list[types.Diagnostic] = []
    failure, ours = snapshot.failure, [one for one in diagnostics if one.source == SOURCE]
    findings = await asyncio.to_thread(_findings, reading) if ours else ()
    for diagnostic in ours:
        code = str(diagnostic.code)
        if failure is not None and failure.detail.code == code:
            cured.append(diagnostic)
            fixes = await asyncio.to_thread(_on_secret, snapshot, reading, diagnostic)
            actions += [_action(one, quick_fix, [diagnostic]) for one in fixes]
            continue
        if code in _UNWRITTEN:
            generate.append(diagnostic)
        for fix in _rule_fixes(snapshot, findings, diagnostic):
            if all(fix.title != action.title or fix.edit != action.edit for action in actions):
                actions.append(fix)
        if (asking := _asking(reading, findings, diagnostic)) is not None:
            actions.append(_action(asking, types.CodeActionKind.QuickFix.value, [diagnostic]))
        if (word := _word_on(snapshot, reading, findings, diagnostic)) is not None:
            actions.append(_action(word, quick_fix, [diagnostic]))
    # To try a run again is to generate.
    if generate and (failure is None or failure.run_id is None):
        offer = Offer("Orch: Generate spec draft", GENERATE_DRAFT, {"uri": reading.source.uri})
        actions.insert(0, _action(offer, types.CodeActionKind.QuickFix.value, generate))
    if failure is None:
        return actions
    nearest = await _nearest_models(snapshot, reading, failure.detail.code)
    cures = [*nearest, *_cures(snapshot, reading, failure)]
    first = [_action(cure, quick_fix, cured or None) for cure in cures]
    if first and (nearest or failure.detail.retryable or failure.detail.code == ErrorCode.DOCUMENT_CHANGED):
        first[0].is_preferred = True
    return [*first, *actions, *(_action(one, quick_fix, cured or None) for one in _about(reading, failure))]


def _cures(snapshot: Snapshot, reading: Reading, failure: ShownFailure) -> Iterable[Offer]:
    """Quick fixes of a failure, the most likely first."""
    uri, code, run_id = reading.source.uri, failure.detail.code, failure.run_id
    choice = reading.settings.choice
    if code == "not_allowed" and choice is not None and reading.left is None:
        # A step of a workflow may name another one than the document's.
        provider = failure.refused or choice.provider.name
        yield Offer(f"Orch: Allow {provider} in this workspace", ALLOW_PROVIDER, {"uri": uri, "provider": provider})
    if code == "document_changed" and run_id:
        yield Offer("Orch: Insert the draft, keeping my text", APPLY_DRAFT, {"runId": run_id})
        yield Offer("Orch: Preview draft", PREVIEW_DRAFT, {"runId": run_id})
    elif run_id:
        yield Offer("Orch: Retry", RETRY_RUN, {"runId": run_id})
    elif code in _SET_UP_FIRST:
        yield Offer("Orch: Set up a provider and model…", SETUP, {})
    elif code not in _PERSON_FIRST:
        yield Offer("Orch: Try again", GENERATE_DRAFT, {"uri": uri})
    others = [*other_choices(reading, failure.asked)] if code in _ANOTHER_CHOICE else []
    # One that has no model needs nothing: it is always among those that are offered.
    local = [one for one in others if one.argument["model"] is None][:1]
    shown = [*[one for one in others if one not in local][: _MOST_CHOICES - len(local)], *local]
    yield from shown if snapshot.client.message_actions else others
    if snapshot.client.message_actions and (len(shown) < len(others) or code in _ANOTHER_MODEL):
        yield Offer("Orch: Choose another model…", SELECT_MODEL, {"uri": uri})


def _on_secret(snapshot: Snapshot, reading: Reading, diagnostic: types.Diagnostic) -> list[Offer]:
    """Ways to send something that looks like a secret, the most careful first; none if it stands elsewhere.

    A key that is in use is never let pass.
    """
    if diagnostic.code != ErrorCode.SECRET_BLOCKED:
        return []
    line, known = diagnostic.range.start.line, secret_choices.read_choices(state_home())
    places = secret_refusal.secrets_of(reading.document, known, snapshot.session.redactor)
    kinds = {place.match.kind for place in places if place.is_on(line)}
    if not kinds:
        return []
    is_in_use = secret_refusal.IN_USE in kinds
    return [
        Offer(title, SETTLE_SECRET, {"uri": reading.source.uri, "line": line, "choice": choice})
        for title, choice in _OF_A_SECRET
        if not (is_in_use and choice == "allow")
    ]


def _about(reading: Reading, failure: ShownFailure) -> Iterable[Offer]:
    """Words on a failure, and the way to be rid of it."""
    code = failure.detail.code
    if code == "missing_auth":
        yield Offer("Orch: How to set the API key", EXPLAIN_ERROR, {"code": code})
    else:
        yield Offer(f"Orch: Explain {code}", EXPLAIN_ERROR, {"code": code})
    if failure.run_id:
        yield Offer("Orch: Open the run's record", SHOW_RUN, {"runId": failure.run_id})
    yield Offer("Orch: Dismiss", DISMISS_DIAGNOSTIC, {"uri": reading.source.uri})


async def _nearest_models(snapshot: Snapshot, reading: Reading, code: str) -> list[Offer]:
    """The ids most like one that the provider does not know."""
    uri, choice = reading.source.uri, reading.settings.choice
    if code != "model_not_found" or choice is None or choice.model is None:
        return []
    provider = choice.provider.name
    return [
        Offer(f"Orch: Use {provider} ({model})", USE_PROVIDER, {"uri": uri, "provider": provider, "model": model})
        for model in await snapshot.session.models.nearest(choice.provider, choice.model)
    ]


def _asking(reading: Reading, findings: Iterable[Finding], diagnostic: types.Diagnostic) -> Offer | None:
    """To have the model write what a finding is about: the open place, or anew what is written there."""
    code, choice = str(diagnostic.code), reading.settings.choice
    if code in _UNWRITTEN or not reading.drafts or choice is None or not choice.provider.has_model:
        return None
    key = next((one.key for one in findings if (one.rule, one.message) == (code, diagnostic.message)), None)
    if key is None:
        return None
    is_open = bool(asked_for(reading.document, key))
    if not is_open and not may_be_rewritten(reading, key):
        return None
    argument = {
        "uri": reading.source.uri,
        "key": key,
        "instruction": f"Mind this finding of a review: {diagnostic.message}",
    }
    if not is_open:
        return Offer(f"Orch: Fix “{key}” with the model", REGENERATE_SECTION, argument)
    return Offer(f"Orch: Ask the model for “{key}”", GENERATE_DRAFT, argument)


def _word_on(
    snapshot: Snapshot, reading: Reading, findings: Iterable[Finding], diagnostic: types.Diagnostic
) -> Offer | None:
    """The word of a person who has looked at what a finding is about, where that settles it."""
    uri, code = reading.source.uri, str(diagnostic.code)
    if code == "stale_downstream" and (key := _cited_at(snapshot, reading, diagnostic)) is not None:
        return Offer(f"Orch: This still fits “{key}”", MARK_REVIEWED, {"uri": uri, "key": key})
    if code == "unreviewed_ai_section" and (key := _key_at(snapshot, findings, diagnostic)) is not None:
        return Offer("Orch: I have reviewed this", MARK_REVIEWED, {"uri": uri, "keys": [key]})
    return None


def _cited_at(snapshot: Snapshot, reading: Reading, diagnostic: types.Diagnostic) -> str | None:
    """The key that the text under a diagnostic cites."""
    citation = reading.document.nodes.citation_at(snapshot.positions().offset(diagnostic.range.start))
    return None if citation is None else citation.key


def _key_at(snapshot: Snapshot, findings: Iterable[Finding], diagnostic: types.Diagnostic) -> str | None:
    """The key of the finding that a diagnostic shows."""
    positions, code = snapshot.positions(), str(diagnostic.code)
    start = positions.offset(diagnostic.range.start)
    return next((one.key for one in findings if one.rule == code and one.span.start == start), None)


def _findings(reading: Reading) -> tuple[Finding, ...]:
    return tuple(findings_of_rules(reading))


def _rule_fixes(
    snapshot: Snapshot, findings: Iterable[Finding], diagnostic: types.Diagnostic
) -> Iterable[types.CodeAction]:
    """The edits that cure what a rule found, computed against the text as it is now."""
    positions = snapshot.positions()
    uri, version = snapshot.uri, snapshot.source.version
    for finding in findings:
        if (finding.rule, finding.message) != (diagnostic.code, diagnostic.message):
            continue
        if positions.range(finding.span) != diagnostic.range:
            continue
        for fix in finding.fixes:
            only = len(finding.fixes) == 1 or None
            edits = positions.text_edits(fix.edits)
            edit = workspace_edit(uri, version, edits, document_changes=snapshot.client.document_changes)
            kind = types.CodeActionKind.QuickFix
            yield types.CodeAction(fix.title, kind, [diagnostic], is_preferred=only, edit=edit)
