"""A server of one's own, by its address alone: which wire format it speaks, and below which path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from orch_lsp.errors import ErrorCode, OrchError
from orch_lsp.model_lists.lists import ModelList
from orch_lsp.setup.selection import OWN_KIND, Proposal, Selection, checked_address
from orch_lsp.setup.setting_up import SettingUp

PATIENCE_S = 8.0
"""Seconds that each way of asking has."""
_HOPELESS = frozenset({
    ErrorCode.NETWORK_ERROR, ErrorCode.TIMEOUT, ErrorCode.INVALID_AUTH, ErrorCode.PERMISSION_DENIED,
    ErrorCode.MISSING_AUTH,
})  # fmt: skip
"""Failures that another path would not cure."""


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A server as it was found: the selection that describes it, and its list of models."""

    selection: Selection
    proposal: Proposal
    models: ModelList


async def recognise(steps: SettingUp, selection: Selection, *, key: str | None = None) -> OwnServer:
    """Ask the address for its models: as it is, below `/v1`, and as Ollama. A kind that is given is not guessed.

    Raises:
        OrchError: None of the ways gives a list; it is the failure of the address as it was given.
    """
    first: OrchError | None = None
    known = (await steps.settings()).providers.get(selection.provider)
    is_known = known is not None and known.kind != ""
    for way in _ways(selection, is_known=is_known):
        try:
            proposal = await steps.propose(way)
            return OwnServer(way, proposal, await steps.models(proposal, key=key, patience_s=PATIENCE_S))
        except OrchError as error:
            first = first or error
            if error.code in _HOPELESS:
                break
    raise first or OrchError(ErrorCode.INVALID_REQUEST, "There is no address to ask.")


def _ways(selection: Selection, *, is_known: bool) -> Iterator[Selection]:
    """The selection with each address and wire format that may be meant; a provider that is known has its own."""
    address = checked_address(selection.base_url or "")
    given = replace(selection, base_url=address, kind=selection.kind or (None if is_known else OWN_KIND))
    yield given
    if selection.kind is None:
        if not address.endswith("/v1"):
            yield replace(given, base_url=f"{address}/v1")
        if not is_known:
            yield replace(given, base_url=address.removesuffix("/v1"), kind="ollama")
