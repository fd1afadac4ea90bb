"""Quantities of a draft that stand in none of its sources: a limit that somebody made up.

A criterion sets up its case with numbers of its own (`with a cap of 60 seconds`): those are no claims. Neither are
numbers without a unit, which are examples, sizes of a test and statuses far more often.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.draft_checks.cases import is_set_up
from orch_lsp.draft_checks.changed import is_beside
from orch_lsp.draft_checks.material import DraftFinding, Material
from orch_lsp.draft_checks.tokens import Token, number_value, tokens_of
from orch_lsp.draft_checks.words import OPEN_MARKS
from orch_lsp.rules.quantities import quantities_in

_CODE = re.compile(r"`[^`]*`")
_ASSIGNED = re.compile(r"\b([A-Za-z_][\w.]{2,60}) ?[=:] ?(\d[\d_.,]*)(?![\w.])")
_SMALL = 2
_MOST = 20


def not_in_sources(material: Material) -> Iterator[DraftFinding]:
    """Findings on quantities, and on values given to names in code, that no source has: warnings at most."""
    if material.in_places:
        # A format asks for numbers of one's own, and its brief may stand in another document.
        return
    given = material.given
    seen: set[str] = set()
    for part, sentences in material.sentences:
        if is_beside(part):
            continue
        for sentence in sentences:
            if OPEN_MARKS.search(sentence.text):
                continue
            for token in _claimed(sentence.text):
                if token.value in seen or given.has(token):
                    continue
                seen.add(token.value)
                told = f"“{token.text}” is in neither the brief nor the files that were sent"
                yield DraftFinding("number_not_in_sources", "warning", told, part.key, sentence.text)
                if len(seen) == _MOST:
                    return


def _claimed(text: str) -> Iterator[Token]:
    plain = _CODE.sub(lambda found: " " * len(found[0]), text)
    set_up = {
        number_value(number.strip(".,")) for code in _CODE.findall(text) for number in re.findall(r"\d[\d.,]*", code)
    }
    for quantity in quantities_in(plain):
        value = f"{quantity.dimension}:{quantity.amount.normalize()}"
        typed = " ".join(plain[quantity.start : quantity.end].split())
        token = Token("quantity", typed, value)
        digits = number_value("".join(re.findall(r"[\d.,]", typed)).strip(".,"))
        if value in set_up or digits in set_up:
            continue
        if is_set_up(plain, quantity.start):
            set_up.add(value)
            continue
        if quantity.dimension and (digits.isdigit() and int(digits) <= _SMALL):
            continue
        yield token
    for code in _CODE.findall(text):
        assigned = _ASSIGNED.fullmatch(code.strip("` "))
        if assigned is not None and assigned[1].isupper() and len(assigned[2]) > 1:
            yield from (token for token in tokens_of(assigned[2]) if token.kind == "number")
