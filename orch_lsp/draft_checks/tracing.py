"""Criteria, tasks and checks that do not name one another, in a draft whose items have ids.

Nothing is said of plain bullets. Where nothing of a kind names a criterion, that is one finding and not one for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orch_lsp.draft_checks.criteria import holds_criteria
from orch_lsp.draft_checks.material import DraftCode, DraftFinding, Material, Part
from orch_lsp.draft_checks.sentences import Sentence, sentences_of
from orch_lsp.draft_checks.words import CHECKS, TASKS

_OWN_ID = re.compile(r"[*_`(\[]{0,3}(?P<id>(?:AC|SC|FR|NFR|REQ|US|R|C)-?\d{1,4}(?:\.\d{1,3})?)(?![\w.])", re.IGNORECASE)
_CITED = re.compile(
    r"(?<![\w-])(?P<prefix>AC|SC|FR|NFR|REQ|US|R|C)-?(?P<first>\d{1,4}(?:\.\d{1,3})?)(?:\s?(?:-|–|—|to|bis|until|\.\.)\s?(?:(?P=prefix)-?)?(?P<last>\d{1,4})(?![\w.]))?",
    re.IGNORECASE,
)
_LEAST = 2
_HALF = 0.5
_MOST = 20
_LONGEST_RANGE = 100


def untraced(material: Material) -> Iterator[DraftFinding]:
    """Findings on what names nothing, or is named by nothing, if the criteria have ids."""
    drafted = {part.key for part in material.sections}
    parts = [*material.sections, *(part for part in material.written if part.key not in drafted)]
    of = {part.key: sentences_of(part.body) for part in parts}
    criteria = {
        name: (part, one)
        for part in parts
        if holds_criteria(part)
        for one in of[part.key]
        if one.is_item and (name := _own_id(one)) is not None
    }
    if len(criteria) < _LEAST:
        return
    tasks = [part for part in parts if part.key == "tasks" or TASKS.search(part.title)]
    checks = [
        part
        for part in parts
        if part.key == "verification-plan" or (CHECKS.search(part.title) and not holds_criteria(part))
    ]
    for of_kind, code, named in (
        (tasks, "criterion_without_task", "task"),
        (checks, "criterion_without_check", "check"),
    ):
        items = [one for part in of_kind for one in of[part.key]]
        if items and not drafted.isdisjoint(
            {part.key for part in of_kind} | {part.key for part, _ in criteria.values()}
        ):
            yield from _unnamed(criteria, items, of_kind[0], code, named)
    for part in tasks:
        if part.key in drafted:
            yield from _aimless(part, [one for one in of[part.key] if one.is_item])


def _unnamed(
    criteria: dict[str, tuple[Part, Sentence]], items: Sequence[Sentence], where: Part, code: str, named: str
) -> Iterator[DraftFinding]:
    cited = {name for one in items for name in cited_in(one.text)}
    known: DraftCode = "criterion_without_task" if code == "criterion_without_task" else "criterion_without_check"
    if cited.isdisjoint(criteria):
        yield DraftFinding(known, "warning", f"no {named} in “{where.title}” names a criterion", where.key)
        return
    for name, (part, one) in list(criteria.items())[:_MOST]:
        if name not in cited:
            yield DraftFinding(known, "warning", f"no {named} names {name}", part.key, one.text)


def _aimless(part: Part, items: Sequence[Sentence]) -> Iterator[DraftFinding]:
    """Tasks that name no criterion, where at least half of them do."""
    naming = [one for one in items if any(True for _ in cited_in(one.text))]
    if len(naming) < max(1, _HALF * len(items)):
        return
    for one in [one for one in items if one not in naming][:_MOST]:
        yield DraftFinding("task_without_criterion", "warning", "this task names no criterion", part.key, one.text)


def _own_id(sentence: Sentence) -> str | None:
    found = _OWN_ID.match(sentence.text)
    return None if found is None else folded_id(found["id"])


def folded_id(written: str) -> str:
    """An id as it is compared: `AC-01` and `ac1` are one."""
    letters = re.match(r"[A-Za-z]+", written)
    prefix = letters[0].upper() if letters else ""
    number = written[len(prefix) :].lstrip("-")
    first, dot, rest = number.partition(".")
    return f"{prefix}{first.lstrip('0') or '0'}{dot}{rest}"


def cited_in(text: str) -> Iterator[str]:
    """The ids that a statement names; a range names all in it."""
    for found in _CITED.finditer(text):
        yield folded_id(f"{found['prefix']}{found['first']}")
        if found["last"] and found["first"].isdigit():
            first, last = int(found["first"]), int(found["last"])
            for number in range(first + 1, min(last, first + _LONGEST_RANGE) + 1):
                yield f"{found['prefix'].upper()}{number}"
