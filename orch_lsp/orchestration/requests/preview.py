"""The request that a draft would send now, byte for byte; its parts with their reasons, its size and its cost.

Nothing is sent to its provider, no key for it is looked for, and no run begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orch_lsp.context.item import ContextItem, ContextResult
from orch_lsp.errors import ErrorDetail, StoreError
from orch_lsp.model_lists.token_table import family_of, tokens_of
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.requests.budget import Spent, spent_today
from orch_lsp.orchestration.requests.estimate import NEWEST, Correction, Estimate, correction, estimate, in_words
from orch_lsp.orchestration.requests.gathering import retrieve
from orch_lsp.orchestration.requests.pinning import excluded_by_hand
from orch_lsp.orchestration.requests.prepare import Prepared, prepare, write
from orch_lsp.orchestration.requests.resources import ProcessResources
from orch_lsp.orchestration.requests.window import context_budget, window_of
from orch_lsp.runs.record import timestamp
from orch_lsp.runs.usage import total
from orch_lsp.text import counted
from orch_lsp.workspace import in_unicode

SCHEMA = "orch.context/1"
MOST_BY_HAND = 200
"""Files that are shown as pinned, and as excluded, by hand."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A request that could be sent.

    Attributes:
        plan: What is to be done.
        context: What of the workspace is put before the model.
        reason: Why there is no context; empty if there is.
        error: Why the workspace could not be read.
        prepared: The request.
        estimate: Its size and cost; None where no model is asked.
        pinned: The first entries of `context.pin`.
        excluded: The first files that `.orchignore` excludes one by one.
    """

    plan: DraftPlan
    context: ContextResult
    reason: str
    error: ErrorDetail | None
    prepared: Prepared
    estimate: Estimate | None
    pinned: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    spent_today: Spent | None = None
    """The sums of the day in the workspace; None without a budget, or where they cannot be read."""


async def preview(resources: ProcessResources, plan: DraftPlan, *, asks_servers: bool = True) -> Preview:
    """Prepare what a draft by this plan would send.

    Args:
        resources: What all runs share.
        plan: What is to be done.
        asks_servers: Whether servers are asked, for which see `ContextQuery`; else their answers are missing.

    Raises:
        ContextError: It holds what looks like a secret: it would be refused.
        ProviderError: The provider cannot be made.
    """
    source = await asyncio.to_thread(lambda: resources.context_source)
    budget = context_budget(plan, await window_of(resources.models, plan.choice))
    found = await retrieve(plan, source, resources.redactor, budget, asks_servers=asks_servers)
    written = await asyncio.to_thread(write, plan, found.result)
    provider = await resources.provider(plan.choice.provider, None)
    prepared = await asyncio.to_thread(prepare, plan, written, plan.choice, provider, resources.redactor)
    made = None
    if plan.choice.provider.has_model:
        known = await known_correction(resources, plan)
        made = await estimate(prepared.request, plan.choice, known)
    root = plan.reading.root
    excluded = () if root is None else await asyncio.to_thread(excluded_by_hand, root)
    pinned = plan.reading.settings.context.pin[:MOST_BY_HAND]
    by_hand = pinned, excluded[:MOST_BY_HAND]
    spent = await _spent_today(resources, plan) if plan.reading.settings.budget.is_set else None
    return Preview(plan, found.result, found.reason, found.error, prepared, made, *by_hand, spent)


async def _spent_today(resources: ProcessResources, plan: DraftPlan) -> Spent | None:
    today = timestamp()[:10]
    try:
        store = await resources.store(plan.reading)
        of_day = (await store.usage(("day",), today))["day"]
        newest = await store.list(limit=NEWEST)
    except StoreError:
        return None
    return spent_today(total(of_day), [one for one in newest if one.timing.started_at >= today], "", "")


async def known_correction(resources: ProcessResources, plan: DraftPlan) -> Correction:
    """The figures of the plan's model in the newest runs of the workspace; none if they cannot be read."""
    try:
        store = await resources.store(plan.reading)
        records = await store.list(limit=NEWEST)
    except StoreError:
        return Correction()
    return correction(records, plan.choice.provider.name, plan.choice.model)


def _budget_value(made: Preview) -> dict[str, Any] | None:
    """The limits, and what is spent or reserved of the day; amounts are decimal strings."""
    limits, spent = made.plan.reading.settings.budget, made.spent_today
    if not limits.is_set:
        return None
    return {
        "run_usd": None if limits.run_usd is None else str(limits.run_usd),
        "day_usd": None if limits.day_usd is None else str(limits.day_usd),
        "run_tokens": limits.run_tokens,
        "day_tokens": limits.day_tokens,
        "spent_today": None if spent is None else {"tokens": spent.tokens, "usd": str(spent.usd)},
    }


def preview_value(made: Preview) -> dict[str, Any]:
    """As `orch.context/1`."""
    prepared, found = made.prepared, made.estimate
    return {
        "schema": SCHEMA,
        "request": {
            "provider": prepared.provider.id,
            "kind": prepared.provider.kind,
            "model": prepared.model.requested,
            "server_address": prepared.provider.server_address,
            "body": None if prepared.body is None else prepared.body.decode("utf-8"),
            "body_sha256": prepared.body_sha256,
        },
        "items": [_item_value(item, made) for item in made.context.items],
        "asked": list(made.context.asked),
        "left_out": [{"path": in_unicode(one.path), "reason": one.reason} for one in made.context.left_out],
        "by_hand": {
            "pinned": [in_unicode(entry) for entry in made.pinned],
            "excluded": [in_unicode(path) for path in made.excluded],
        },
        "estimate": None if found is None else _estimate_value(found),
        "budget": _budget_value(made),
    }


def _item_value(item: ContextItem, made: Preview) -> dict[str, Any]:
    return {
        "path": in_unicode(item.path),
        "range": None if item.lines is None else list(item.lines),
        "symbol": item.symbol or None,
        "role": item.role or None,
        "bytes": len(item.text.encode("utf-8", "surrogatepass")),
        "tokens": tokens_of_item(item, made),
        "score": item.score,
        "reason": item.source,
        "redactions": item.redactions,
    }


def _estimate_value(found: Estimate) -> dict[str, Any]:
    cost = found.cost
    return {
        "input_tokens": found.input_tokens,
        "plus_minus": found.plus_minus,
        "output_tokens": found.output_tokens,
        "runs": found.runs,
        "words": in_words(found),
        "cost": None
        if cost is None
        else {"low": cost.low, "high": cost.high, "currency": cost.currency, "exact": cost.exact},
    }


def in_short(made: Preview) -> str:
    """The estimate on a lens: `≈ 8k tokens, ≈ $0.03, 6 files`; empty where no model is asked."""
    if made.estimate is None:
        return ""
    files = len({item.path for item in made.context.items})
    return f"{in_words(made.estimate)}, {counted(files, 'file')}"


_REASONS: Mapping[str, str] = {
    "mention": "the spec names it",
    "pin": "it is pinned",
    "locate": "a model chose it from the map of the workspace",
    "rank": "it is about the same",
    "card": "how the project is worked on",
    "example": "a finished document, as an example",
    "mcp": "a server gave it",
}


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of which something would be sent, or an answer of a server, with its pieces in their order."""

    path: str
    role: str
    """Empty if unknown."""
    why: str
    pieces: tuple[ContextItem, ...]
    tokens: int
    redactions: int


def sent_files(made: Preview) -> tuple[SentFile, ...]:
    """The items of a context by file, in the order in which the files come first."""
    by_path: dict[str, list[ContextItem]] = {}
    for item in made.context.items:
        by_path.setdefault(item.path, []).append(item)
    return tuple(_sent_file(path, pieces, made) for path, pieces in by_path.items())


def _sent_file(path: str, pieces: Sequence[ContextItem], made: Preview) -> SentFile:
    return SentFile(
        path,
        next((item.role for item in pieces if item.role), ""),
        "; ".join(dict.fromkeys(_REASONS.get(item.source, item.source) for item in pieces)),
        tuple(sorted(pieces, key=lambda item: item.lines or (0, 0))),
        sum(tokens_of_item(item, made) for item in pieces),
        sum(item.redactions for item in pieces),
    )


def tokens_of_item(item: ContextItem, made: Preview) -> int:
    """About how many tokens an item is for the model that would be asked."""
    return tokens_of(item.text, family_of(made.plan.choice.model))


def facts(made: Preview) -> list[str]:
    """Sentences on a request: its size, and why no file would be sent. Words between backticks are names."""
    lines: list[str] = []
    if made.estimate is not None:
        found = made.estimate
        rests = f"corrected by {found.runs} of your runs" if found.runs else "by a table, not corrected by any run yet"
        lines.append(
            f"{in_words(found)}: {found.input_tokens} ± {found.plus_minus} in, about {found.output_tokens} out, "
            f"{rests}."
        )
    if made.reason:
        lines.append(f"No file of the workspace would be sent: {made.reason}.")
    if made.error is not None:
        lines.append(f"The workspace could not be read: {made.error.message}")
    if made.context.asked:
        lines.append(f"For this, words of the brief went to {', '.join(f'`{one}`' for one in made.context.asked)}.")
    if made.plan.words.replaced:
        lines.append("Own prompts: " + ", ".join(f"`{name}`" for name in made.plan.words.replaced) + ".")
    return lines


def what_was_sent(made: Preview) -> str:
    """Nothing, as it is said behind those who would be asked; servers over HTTP were asked something."""
    return "nothing was sent there" if made.context.asked else "nothing was sent"


def asked(made: Preview) -> list[str]:
    """The provider, the model and the address that would be asked, as far as there are such."""
    provider = made.prepared.provider
    return [one for one in (provider.id, made.prepared.model.requested, provider.server_address) if one]
