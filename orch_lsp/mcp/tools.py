"""All tools, and how one is called: arguments checked, bounded in time, its words cleaned before they leave."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError, RunError, SpecError, detail_of
from orch_lsp.mcp import check, history, node, outgoing, outline, propose, provenance, stale, trace
from orch_lsp.mcp.tool import Answered, Call, Tool

logger = logging.getLogger(__name__)

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        outline.TOOL,
        node.TOOL,
        provenance.TOOL,
        check.TOOL,
        trace.TOOL,
        stale.TOOL,
        history.RUNS,
        history.SHOW,
        propose.TOOL,
    )
}
MOST_AT_ONCE = 4
"""Calls that are at work; others wait."""
MOST_SECONDS = 45.0
"""For a call, its wait for a turn included: clients give up after a minute."""
_MOST_FAULTS = 5


@dataclass(frozen=True, slots=True)
class Told:
    """The result of a call as it leaves: structured, or None of one that failed, and in words."""

    structured: dict[str, Any] | None
    text: str


class Desk:
    """Takes calls, a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def take(self, call: Call, name: str, arguments: Mapping[str, Any] | None) -> Told:
        """The answer to one call; never raises but when it is cancelled."""
        try:
            tool = TOOLS.get(name)
            if tool is None:
                raise SpecError(
                    ErrorCode.INVALID_REQUEST, f"There is no tool {name[:80]!r}.",
                    remediation=f"These are there: {', '.join(TOOLS)}.",
                )  # fmt: skip
            asked = _arguments(tool, arguments)
            async with asyncio.timeout(MOST_SECONDS), self._turns:
                answered = await tool.call(call, asked)
            return await asyncio.to_thread(_told, answered, call)
        except TimeoutError:
            error = RunError(
                ErrorCode.TIMEOUT, f"{name[:80]} took longer than {MOST_SECONDS:.0f} seconds.",
                remediation="Name a `path`, so that less is looked at.",
            ).detail  # fmt: skip
        except OrchError as raised:
            error = raised.detail
        except Exception as fault:
            logger.exception("tool %s met a fault", name[:80])
            error = detail_of(fault)
        return Told(None, outgoing.clean(_words(error), call.grounds.telling_keys))


def _arguments(tool: Tool, given: Mapping[str, Any] | None) -> Any:
    try:
        return tool.arguments.model_validate(dict(given or {}))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(
            f"`{'.'.join(str(part)[:40] for part in fault['loc']) or 'arguments'}`: {fault['msg']}"
            for fault in faults[:_MOST_FAULTS]
        )
        known = ", ".join(tool.arguments.model_fields)
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"The arguments of {tool.name} are wrong: {told}.",
            remediation=f"It takes {known}.",
        ) from error  # fmt: skip


def _told(answered: Answered, call: Call) -> Told:
    call.grounds.look_for_telling_keys()
    keys = call.grounds.telling_keys
    structured = outgoing.clean(answered.answer.model_dump(mode="json"), keys)
    body = outgoing.clean(answered.body, keys)
    return Told(structured, outgoing.fenced(outgoing.clean(answered.head, keys), body))


def _words(error: ErrorDetail) -> str:
    return f"error[{error.code}]: {error.message}" + (f"\ncure: {error.remediation}" if error.remediation else "")
