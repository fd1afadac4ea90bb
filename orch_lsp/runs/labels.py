"""How single facts of a run are said: its status, model, tokens and cost, and its line in the history. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.generation import Usage
from orch_lsp.runs.escape import plain
from orch_lsp.runs.status import DraftState, RunStatus
from orch_lsp.settings.kinds import kind_named

if TYPE_CHECKING:
    from orch_lsp.runs.record import Cost, RunRecord

NO_MODEL = "outline (no model)"
TOKENS_UNKNOWN = "tokens unknown"
COST_UNKNOWN = "cost unknown"
LIKE_PRICE = "price of a like model"
DRAFT_WAITS = "draft waits"


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run as a list of runs shows it: plain text on single lines, in which nothing acts on its reader."""

    run_id: str
    started_at: str
    status: str
    model: str
    document: str
    tokens: str
    draft_waits: bool
    """Whether it completed, and its draft waits for a person."""


def listed(record: RunRecord) -> ListedRun:
    """A run's line in a list."""
    return ListedRun(
        record.run_id,
        plain(record.timing.started_at),
        status_label(record),
        model_label(record.provider.id, record.model.resolved or record.model.requested, kind=record.provider.kind),
        plain(record.spec.path),
        tokens_label(record.usage),
        draft_waits(record.status, record.draft and record.draft.state),
    )


def draft_waits(status: RunStatus, draft_state: str | None) -> bool:
    """Whether a run completed, and its draft waits for a person."""
    return status is RunStatus.COMPLETED and draft_state == DraftState.READY


def list_line(run: ListedRun) -> str:
    """One line of the history, columns apart by two blanks, for eyes and for grep."""
    line = "  ".join((run.run_id, run.started_at, f"{run.status:<11}", run.model, run.document, run.tokens))
    return f"{line}  {DRAFT_WAITS}" if run.draft_waits else line


def status_label(record: RunRecord) -> str:
    """The status, and the code of what ended it."""
    return status_with(record.status, record.error.code if record.error else None)


def status_with(status: RunStatus, error_code: str | None) -> str:
    """As `status_label`, of a run that is known by these alone."""
    if status in {RunStatus.FAILED, RunStatus.INTERRUPTED} and error_code and error_code != status:
        return f"{status} ({plain(error_code)})"
    return str(status)


def model_label(provider: str, model: str | None, *, kind: str | None = None) -> str:
    """Provider and model on one line."""
    if not has_model(provider, kind):
        return NO_MODEL if kind in {None, provider} else f"{plain(provider)} · {NO_MODEL}"
    return f"{plain(provider)} · {plain(model)}" if model else f"{plain(provider)} · model unknown"


def has_model(provider: str, kind: str | None) -> bool:
    """Whether a model was asked; where the kind is not on record, a provider is taken for the built-in of its name."""
    return kind_named(provider if kind is None else kind).has_model


_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def ago(time: str, now: dt.datetime) -> str | None:
    """How long ago a time of a record was, in words; None for one that cannot be read, or that is yet to come."""
    try:
        then = dt.datetime.fromisoformat(time)
    except ValueError:
        return None
    if then.tzinfo is None or (seconds := (now - then).total_seconds()) < 0:
        return None
    for unit, length in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def tokens_label(usage: Usage | None) -> str:
    """`N in / N out`, with those that were read from a cache if there are any, or that they are unknown."""
    if usage is None or usage.input_tokens is None or usage.output_tokens is None:
        return TOKENS_UNKNOWN
    return f"{usage.input_tokens} in{cached_label(usage)} / {usage.output_tokens} out"


def cached_label(usage: Usage) -> str:
    """` (N cached)` of the tokens that went in; empty if none is known to be."""
    cached = usage.cache_read_input_tokens
    return f" ({cached} cached)" if cached else ""


def cost_label(cost: Cost | None) -> str:
    """Amount and currency, with a note if the price is another model's, or that the cost is unknown."""
    if cost is None:
        return COST_UNKNOWN
    factor = f" (batch: {cost.price_factor:g} of the usual price)" if cost.price_factor is not None else ""
    return plain(f"{cost.amount} {cost.currency}") + (f" ({LIKE_PRICE})" if cost.exact is False else "") + factor
