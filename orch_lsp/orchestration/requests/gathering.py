"""The context of a plan, as a source finds it in the workspace; whatever the source does, nothing is raised."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orch_lsp.context.item import ContextQuery, ContextResult, ContextSource
from orch_lsp.errors import ContextError, ErrorCode, ErrorDetail, OrchError
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.plugins import PluginError, contained
from orch_lsp.redaction import Redactor

logger = logging.getLogger(__name__)

NOTHING = ContextResult((), ())


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Result of a source for a plan; `reason` says why it was not asked, `error` what went wrong."""

    result: ContextResult = NOTHING
    reason: str = ""
    error: ErrorDetail | None = None


async def retrieve(
    plan: DraftPlan,
    source: ContextSource,
    redactor: Redactor,
    budget: int,
    *,
    asks_servers: bool = True,
    pinned: Sequence[str] = (),
) -> Retrieved:
    """Ask the source for what belongs to a plan, within a budget of tokens. Never raises, whatever the source does.

    Args:
        plan: What is to be done.
        source: Who is asked.
        redactor: Knows the keys that are in use.
        budget: Tokens.
        asks_servers: Whether servers are asked, which starts their programs.
        pinned: Entries that count as those of `context.pin`, before which they come.
    """
    reason = _skip_reason(plan)
    if plan.reading.root is None or reason:
        return Retrieved(reason=reason)
    query = query_of(plan, plan.reading.root, budget)
    query = replace(query, asks_servers=asks_servers, pinned=tuple(dict.fromkeys((*pinned, *query.pinned))))
    try:
        with contained():
            result = await source.retrieve(query)
            return Retrieved(replace(result, source=result.source or source.name))
    except Exception as error:
        if not isinstance(error, OrchError):
            # A source may come from another package; whatever it does, the draft is only ungrounded.
            logger.exception("the context source %s met a fault", source.name)
        return Retrieved(error=_detail(error, redactor))


def query_of(plan: DraftPlan, root: Path, budget: int) -> ContextQuery:
    """The query for a plan in a workspace, within a budget of tokens."""
    reading, limits = plan.reading, plan.reading.settings.context
    return ContextQuery(
        root,
        reading.source.path,
        reading.document.text,
        plan.brief,
        budget,
        limits.include,
        limits.exclude,
        _folders(plan),
        reading.settings.mcp,
        reading.settings.network,
        pinned=limits.pin,
    )


def _folders(plan: DraftPlan) -> tuple[str, ...]:
    """The folders of the documents from which one of a format is made: of its own spec, and of what it changes."""
    known = plan.reading.recognition
    if known is None or plan.reading.profile.drafting is None or known.certainty != "path":
        return ()
    places = [known.places[name] for name in ("change", "base", "deltas") if name in known.places]
    return tuple(filter(None, (known.scope, *places)))


def _detail(error: Exception, redactor: Redactor) -> ErrorDetail:
    if isinstance(error, OrchError):
        return replace(error.detail, message=redactor.redact(error.message))
    reason = str(error) if isinstance(error, PluginError) else type(error).__name__
    message = f"The workspace could not be read ({reason})."
    return ContextError(ErrorCode.UNEXPECTED_ERROR, message).detail


def _skip_reason(plan: DraftPlan) -> str:
    if plan.reading.root is None:
        return "the document has no workspace"
    if not plan.reading.settings.context.enabled:
        return "context is switched off"
    provider = plan.choice.provider
    return "" if provider.has_model else f"{provider.kind} reads the brief alone"
