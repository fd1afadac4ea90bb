"""The context of a request as its record has it."""

from __future__ import annotations

from dataclasses import replace

from orch_lsp.context.choke import Admitted
from orch_lsp.context.excerpts import Lines, part
from orch_lsp.context.item import ContextResult
from orch_lsp.orchestration.requests.context_record import context_record


def test_an_item_says_the_role_of_its_file_and_what_it_holds() -> None:
    text = "def take():\n    return 1\n"
    item = part(Admitted("app/limit.py", text, 0), Lines(text), (1, 2), 1.5, "rank")
    items = (replace(item, role="code", symbol="take"), replace(item, symbol="x" * 10_000), item)
    found = context_record(ContextResult(items, ())).items
    assert [(one.role, one.symbol) for one in found] == [("code", "take"), (None, "x" * 300 + "…"), (None, None)]
