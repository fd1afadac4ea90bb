"""The locate step: a model chooses, from the map of the workspace, the files that are read for the draft.

A choice is a wish: a file that is not on the map, or that may not leave the workspace, is refused and named. Those that
remain go the way of all files, through the choke point and within the budget.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.context.assembly import cost
from orch_lsp.context.choke import OUTSIDE, admit, confine, secret_in_name
from orch_lsp.context.denylist import denied
from orch_lsp.context.item import ContextResult, ContextSource, Exclusion
from orch_lsp.context.sight import LooksUp, named
from orch_lsp.context.units import units
from orch_lsp.late import late
from orch_lsp.orchestration.asking.ask import ask
from orch_lsp.orchestration.asking.findings import FILE_REFUSED, unread
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.requests.context_record import context_record
from orch_lsp.orchestration.requests.gathering import query_of, retrieve
from orch_lsp.plugins import contained
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.runs.record import Finding
from orch_lsp.runs.status import StepStatus
from orch_lsp.text import counted, shortened
from orch_lsp.workspace import in_unicode

if TYPE_CHECKING:
    from orch_lsp.document.answer import listed
else:
    listed = late("orch_lsp.document.answer.listed")

NAME = "locate"
MOST_FILES = 15
"""Files that a model may choose."""
MOST_ON_THE_MAP = 2_000
_LONGEST_MAP = 32_000
_SHARE_OF_BUDGET = 0.5
"""Of the tokens for context, what the map may take, at four characters each."""
_MOST_NAMED = 30
_MOST_ALIKE = 20
_MOST_WITH_DEFINITIONS = 40
_LONGEST_DEFINITIONS = 300
_LONGEST_TEXT = 1_000
_PATH = re.compile(r"[*_]{0,3}(?:`([^`]{1,400})`|([^\s`]{1,400}))")
_NONE = re.compile(r"\W*none\W*\Z", re.IGNORECASE)
_KEPT_BACK = "not among the files that may be sent: ignored or excluded"
_TOO_MANY = f"more than {MOST_FILES} files were chosen"
_BY_A_MODEL = "locate"
"""The `source` of items of files that a model chose."""
_A_SERVER, _OF_A_SERVER = "mcp", "mcp:"
"""The `source` of answers of servers, and how their origins begin."""


@dataclass(frozen=True, slots=True)
class Located:
    """The files that a model chose, as entries of `context.pin`, and those that were refused.

    Attributes:
        pinned: Paths below the root with `/`, some with lines behind: `#L10-L40`.
        refused: Names as they were written, each with the reason.
        is_read: Whether the answer was a list of files, or said that there are none.
    """

    pinned: tuple[str, ...] = ()
    refused: tuple[Exclusion, ...] = ()
    is_read: bool = True


async def choose_files(
    scope: StepScope,
    plan: DraftPlan,
    context: ContextResult,
    source: ContextSource,
    providers: ProviderAccess,
    budget: int,
) -> ContextResult:
    """The context with the files that a model chose before the others; the one that was there if it chose none.

    Raises:
        OrchError: Nobody gave an answer; the context that was there still holds.
    """
    root = plan.reading.root
    paths = () if root is None else await _paths(plan, root, source, budget, "", MOST_ON_THE_MAP)
    if root is None or not plan.reading.settings.context.enabled or not paths:
        scope.end(StepStatus.SKIPPED, skip_reason="there are no files to choose from")
        return context
    scope.progressed("Asking which files matter")
    shown = map_of(_nearest_first(paths, context), _room(budget), _definitions(context))
    asked = replace(plan.for_step(NAME, ()), map=shown)
    raw = await ask(scope, asked, ContextResult((), (), context.card), providers)
    items = await asyncio.to_thread(listed.items_in, raw)
    known = {*paths}
    for path in [path for path, _ in _named(items) if path not in known][:MOST_FILES]:
        # In a large workspace there are more files than the map has room for.
        known.update(one for one in await _paths(plan, root, source, budget, path, _MOST_ALIKE) if one == path)
    located = await asyncio.to_thread(_read, items, frozenset(known), root)
    scope.found(tuple(_findings(located, scope.entry.id)))
    found = context
    if located.pinned:
        scope.progressed(f"Reading {counted(len(located.pinned), 'chosen file')}")
        room = budget - sum(cost(item) for item in context.items if item.source == _A_SERVER)
        again = await retrieve(plan, source, providers.redactor, room, asks_servers=False, pinned=located.pinned)
        if again.error is None and not again.reason:
            found = _with_servers_of(context, _marked(again.result, located.pinned, plan.reading.settings.context.pin))
    found = replace(found, left_out=(*located.refused, *found.left_out))
    scope.change(context=context_record(found))
    return found


def _read(items: Sequence[str], known: frozenset[str], root: Path) -> Located:
    return read_choice(items, known, Path(os.path.realpath(root)))


async def _paths(
    plan: DraftPlan, root: Path, source: ContextSource, budget: int, begun: str, most: int
) -> tuple[str, ...]:
    """The files that may be chosen and whose path or name begins so; none where the source cannot tell."""
    if not isinstance(source, LooksUp):
        return ()
    with contained():
        found = await source.paths(query_of(plan, root, budget), begun, most)
    return tuple(path for path in found if path.isprintable() and denied(path) is None and secret_in_name(path) is None)


def _room(budget: int) -> int:
    return min(_LONGEST_MAP, round(budget * 4 * _SHARE_OF_BUDGET))


def _nearest_first(paths: Sequence[str], context: ContextResult) -> tuple[str, ...]:
    """The files that the machine chose, then the others: those nearest to the root first."""
    chosen = [item.path for item in context.items if item.source not in {_A_SERVER, "card", "example"}]
    return tuple(dict.fromkeys((*(path for path in chosen if path.isprintable()), *paths)))


def _definitions(context: ContextResult) -> Mapping[str, str]:
    """The definitions in files of which the machine chose parts, by path."""
    found: dict[str, str] = {}
    for item in context.items:
        if item.symbol and item.role == "code" and item.source != _A_SERVER:
            found[item.path] = ", ".join(filter(None, (found.get(item.path), item.symbol)))
    return found


def map_of(paths: Sequence[str], room: int, definitions: Mapping[str, str] | None = None) -> str:
    """The files by folder, a line each, in at most so many characters; the first ones, if not all have room. Pure.

    Args:
        paths: Below the root, with `/`.
        room: Characters.
        definitions: Names of functions and classes by path, which follow the files.
    """
    shown: list[str] = []
    lines: list[str] = []
    for path, symbols in list((definitions or {}).items())[:_MOST_WITH_DEFINITIONS]:
        line = f"{in_unicode(path)} defines {shortened(symbols, _LONGEST_DEFINITIONS)}"
        if len(line) < room // 4:
            lines.append(line)
            room -= len(line)
    for path in paths:
        room -= len(path.rpartition("/")[2]) + 1
        if room < 0:
            break
        shown.append(path)
    ordered = sorted(in_unicode(path) for path in shown)
    folders = groupby(sorted(ordered, key=_folder_of), key=_folder_of)
    tree = [f"{folder or '.'}/: {' '.join(map(_shown, found))}" for folder, found in folders]
    return "\n".join([*tree, *lines])


def _shown(path: str) -> str:
    name = path.rpartition("/")[2]
    return f"`{name}`" if " " in name else name


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def read_choice(items: Sequence[str], on_the_map: frozenset[str], root: Path) -> Located:
    """The files in an answer. Blocking: those that are not on the map are looked at, to say why they are refused.

    Args:
        items: Those of the list that the answer is.
        on_the_map: The files that may be chosen, below the root with `/`; also those for which there was no room.
        root: The workspace, its symlinks resolved.
    """
    pinned: dict[str, None] = {}
    refused: dict[str, Exclusion] = {}
    read = sum(_NONE.match(item) is not None for item in items)
    for path, fragment in _named(items):
        if path not in on_the_map and not _is_a_path(path):
            continue
        read += 1
        reason = None if path in on_the_map else _why_not(root, path)
        if reason is None and len(pinned) >= MOST_FILES:
            reason = _TOO_MANY
        if reason is None:
            pinned.update(dict.fromkeys(_entries(root, path, fragment)))
        elif len(refused) < _MOST_NAMED:
            refused.setdefault(path, Exclusion(in_unicode(path), f"a model named it: {reason}"))
    return Located(tuple(pinned), tuple(refused.values()), read > 0)


def _named(items: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The first word of each item as a path, with what stands behind a `#`."""
    for item in items:
        found = _PATH.match(item)
        if found is not None and not _NONE.match(item):
            written = found[1] or found[2].rstrip(".,;:*_")
            path, _, fragment = written.strip().partition("#")
            yield path.removeprefix("./"), fragment


def _is_a_path(path: str) -> bool:
    """Whether a word is meant as the name of a file, rather than as the beginning of a sentence."""
    return "/" in path or "\\" in path or "." in path.rstrip(".") or path.startswith("~")


def _why_not(root: Path, path: str) -> str:
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "~", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", path) or "://" in path:
        return OUTSIDE
    if (reason := denied(path)) is not None:
        return reason
    real = confine(root, path)
    return real.reason if isinstance(real, Exclusion) else denied(real) or _KEPT_BACK


def _entries(root: Path, path: str, fragment: str) -> Iterator[str]:
    """The wanted parts of a file: lines, the definition of a name, or all of it."""
    if re.fullmatch(r"L\d{1,6}(?:-L?\d{1,6})?", fragment):
        yield f"{path}#{fragment}"
        return
    admitted = admit(root, path) if fragment else Exclusion(path, "")
    found = [] if isinstance(admitted, Exclusion) else list(named(units(path, admitted.text), fragment.strip("()")))
    if not found:
        yield path
    for unit in found:
        yield f"{path}#L{unit.first}-L{unit.last}"


def _marked(result: ContextResult, pinned: Sequence[str], by_hand: Sequence[str]) -> ContextResult:
    """The context in which files that a model chose say so, unless the settings name them, too."""
    chosen = {one.partition("#")[0] for one in pinned} - {one.partition("#")[0] for one in by_hand}
    items = (
        replace(item, source=_BY_A_MODEL) if item.source == "pin" and item.path in chosen else item
        for item in result.items
    )
    return replace(result, items=tuple(items))


def _with_servers_of(context: ContextResult, files: ContextResult) -> ContextResult:
    """The files with the answers of servers that an earlier step was given: none of them is asked twice."""
    answers = [item for item in context.items if item.source == _A_SERVER]
    of_servers = [one for one in context.left_out if one.path.startswith(_OF_A_SERVER)]
    of_files = [one for one in files.left_out if not one.path.startswith(_OF_A_SERVER)]
    return replace(
        context, items=(*files.items, *answers), left_out=(*of_servers, *of_files), card=files.card, warnings=()
    )


def _findings(located: Located, step: str) -> Iterator[Finding]:
    if not located.is_read:
        yield unread(step, "the files are those that the machine chooses")
    elif located.refused:
        message = f"{counted(len(located.refused), 'file')} that the step `{step}` named are not read"
        lines = "\n".join(f"{one.path}: {one.reason}" for one in located.refused)
        yield Finding(FILE_REFUSED, "information", message, None, lines[:_LONGEST_TEXT], step)
