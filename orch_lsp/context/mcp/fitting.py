"""Items of what servers gave: through the choke point, within the budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from orch_lsp.context.assembly import cost
from orch_lsp.context.choke import Admitted, pass_text
from orch_lsp.context.excerpts import most_telling, whole
from orch_lsp.context.item import ContextItem, Exclusion
from orch_lsp.context.mcp.answer import Given
from orch_lsp.context.tokens import TermCounter

SOURCE = "mcp"


@dataclass(slots=True)
class Fitted:
    """Items, what is left out, and the tokens that are left."""

    remaining: int
    items: list[ContextItem] = field(default_factory=list[ContextItem])
    left_out: list[Exclusion] = field(default_factory=list[Exclusion])


def fit(texts: Sequence[Given], terms: Sequence[str], budget: int) -> Fitted:
    """Take of each text its fair share: all of it if that fits, else the lines that say most about the terms."""
    fitted = Fitted(budget)
    counter, sent = TermCounter(terms), set[str]()
    for at, given in enumerate(texts):
        admitted = pass_text(given.origin, given.text)
        if isinstance(admitted, Exclusion):
            fitted.left_out.append(admitted)
            continue
        if not given.is_named and not counter.count(f"{given.origin} {admitted.text}")[0]:
            fitted.left_out.append(Exclusion(given.origin, "not about what the brief is about"))
            continue
        share = fitted.remaining // (len(texts) - at)
        taken = False
        for item in _pieces(admitted, terms, share):
            price = cost(item)
            if item.text and price <= fitted.remaining and item.sha256 not in sent:
                fitted.items.append(replace(item, role=SOURCE))
                fitted.remaining -= price
                sent.add(item.sha256)
                taken = True
        fitted.left_out += _hidden(admitted, fitted.items if taken else [])
        if not taken:
            fitted.left_out.append(Exclusion(given.origin, "no room in the budget"))
    return fitted


def _pieces(admitted: Admitted, terms: Sequence[str], share: int) -> tuple[ContextItem, ...]:
    everything = whole(admitted, None, SOURCE)
    if cost(everything) <= share:
        return (everything,)
    return most_telling(admitted, dict.fromkeys(terms, 1.0), SOURCE, share)


def _hidden(admitted: Admitted, items: Sequence[ContextItem]) -> Iterator[Exclusion]:
    for item in items:
        if item.path == admitted.relative_path:
            first, last = item.lines or (1, len(admitted.text))
            for line, kind in admitted.hidden.items():
                if first <= line <= last:
                    yield Exclusion(f"{item.path}:{line}", f"line hidden: {kind}")
