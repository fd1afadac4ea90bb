"""Less context, for a model into whose window the chosen one does not fit."""

from __future__ import annotations

from dataclasses import replace

from orch_lsp.context.assembly import cost
from orch_lsp.context.item import ContextItem, ContextResult, Exclusion

TOO_LARGE = "does not fit into the model's window"


def smaller(result: ContextResult, share: float) -> ContextResult:
    """The most telling items, in the order in which they were chosen, with at most a share of the tokens of all.

    Neither a card nor an example stays: a small model needs its window for what it is to write about.
    """
    items = [item for item in result.items if item.source not in {"card", "example"}]
    room = int(share * sum(map(cost, result.items)))
    kept: list[ContextItem] = []
    for item in items:
        price = cost(item)
        if price <= room:
            kept.append(item)
            room -= price
    places = {(item.path, item.lines) for item in kept}
    dropped = [Exclusion(item.path, TOO_LARGE) for item in result.items if (item.path, item.lines) not in places]
    return replace(result, items=tuple(kept), left_out=(*dict.fromkeys(dropped), *result.left_out), card="")
