"""The meaning of one mention: which file, which lines, how much it is, and whether it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from orch_lsp.context.choke import Admitted
from orch_lsp.context.definitions import bound_lines
from orch_lsp.context.excerpts import Lines
from orch_lsp.context.item import ContextQuery, Exclusion, estimate_tokens
from orch_lsp.context.mentions import Mention
from orch_lsp.context.resolution import Place
from orch_lsp.context.unit import Unit
from orch_lsp.context.units import units
from orch_lsp.text import split_lines


@dataclass(frozen=True, slots=True)
class Sight:
    """A place that a mention means, as it is now.

    Attributes:
        path: Below the root, with `/`.
        lines: Those that are meant, from one, the last one included; None for the whole file.
        symbol: The definition that is meant, if one is.
        size: Bytes of the lines or of the file; 0 if it is not sent.
        tokens: The estimate for them.
        reason: Why nothing of it is sent; empty if it is.
    """

    path: str
    lines: tuple[int, int] | None = None
    symbol: str = ""
    size: int = 0
    tokens: int = 0
    reason: str = ""


@runtime_checkable
class LooksUp(Protocol):
    """A source that can say what a mention means without choosing a context."""

    async def look_up(self, query: ContextQuery, mention: Mention) -> tuple[Sight, ...]:
        """The places that are meant, at most a few; none if nothing here is."""
        ...

    async def paths(self, query: ContextQuery, begun: str, most: int) -> tuple[str, ...]:
        """Files whose path or name begins as written, those with the shortest paths first."""
        ...

    async def names(self, query: ContextQuery, begun: str, most: int) -> tuple[Sight, ...]:
        """Symbols and dotted modules that begin as written, each with its file: of what was read until now."""
        ...

    async def parts(self, query: ContextQuery, file: Mention) -> tuple[Sight, ...]:
        """The definitions and sections of a file, each with its lines; none if it is not found or not sent."""
        ...


def seen(place: Place, file: Admitted | Exclusion) -> Sight:
    """A place with the file that is there."""
    if isinstance(file, Exclusion):
        return Sight(place.path, place.lines, place.symbol, reason=file.reason)
    lines = Lines(file.text)
    span = place.lines
    if place.symbol:
        known = units(place.path, file.text)
        found = called(known, place.symbol, span[0]) if span else named(known, place.symbol)
        unit = next(iter(found), None)
        if unit is not None:
            span = (unit.first, unit.last)
        elif span is None:
            span = bound_lines(split_lines(file.text), place.symbol.rpartition(".")[2])
    if span is not None and span[0] > len(lines) and not place.symbol:
        return Sight(place.path, reason=no_line(span[0]))
    if span is None or span[0] > len(lines):
        return Sight(place.path, None, "", len(file.text.encode("utf-8", "surrogatepass")), estimate_tokens(file.text))
    span = (span[0], min(span[1], len(lines)))
    text = lines.text(*span)
    size = len(text.encode("utf-8", "surrogatepass"))
    return Sight(place.path, span, place.symbol, size, estimate_tokens(text))


def no_line(line: int) -> str:
    """The reason why lines are not sent that begin behind a file's last one."""
    return f"no line {line}"


def parts_of(path: str, text: str) -> Iterator[Sight]:
    """Everything in a file that has a name, with its lines, in order."""

    def within(found: Sequence[Unit]) -> Iterator[Unit]:
        for unit in found:
            if unit.name:
                yield unit
            yield from within(unit.inner)

    return (Sight(path, (unit.first, unit.last), unit.name) for unit in within(units(path, text)))


def called(found: Sequence[Unit], name: str, line: int) -> list[Unit]:
    """The definitions that a call in a trace may be in: of those of a name the one that holds its line, else all."""
    definitions = list(named(found, name))
    return [unit for unit in definitions if unit.first <= line <= unit.last] or definitions


def named(found: Sequence[Unit], name: str) -> Iterator[Unit]:
    """The definitions of a name, with or without those around it; the outermost ones."""
    for unit in found:
        if unit.name == name or unit.name.endswith(f".{name}"):
            yield unit
        else:
            yield from named(unit.inner, name)
