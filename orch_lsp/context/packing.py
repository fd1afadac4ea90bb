"""Fit files into the budget: what the spec mentions first, then what was chosen, each role with its share.

Of a file that does not fit whole, functions, classes and sections are taken rather than lines: those that say most
about the brief for what they cost, over all files of a role together. What was sent once is not sent again, under
another name either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orch_lsp.context.assembly import cost, introduction_cost
from orch_lsp.context.choke import Admitted
from orch_lsp.context.choosing import Candidate, Choice
from orch_lsp.context.corpus import Corpus
from orch_lsp.context.definitions import bound_lines
from orch_lsp.context.duplicates import SentLines
from orch_lsp.context.excerpts import LABEL, LEAST_USEFUL, Lines, best_windows, excerpt, head, part, whole
from orch_lsp.context.item import ContextItem, Exclusion
from orch_lsp.context.references import symbols
from orch_lsp.context.roles import Role, role_by_text
from orch_lsp.context.scoring import UnitScore
from orch_lsp.context.sight import called, named, no_line
from orch_lsp.context.unit import Unit
from orch_lsp.context.units import units
from orch_lsp.text import split_lines

SHARES: Mapping[Role, float] = {"code": 0.6, "tests": 0.18, "docs": 0.17, "config": 0.05}
"""Of what mentions leave; what a role does not use goes to the next ones, and then to all."""
FOR_RANKED = 4
"""A mentioned file that does not fit whole leaves the fourth part to what is chosen."""
TOKENS_A_TERM = 600
"""A brief that says little gets little: at most this many tokens for each of its terms that the workspace knows."""
_LEAST_TERMS = 6
"""A brief with less terms gets no data, generated files or changelogs, which hold any word."""

LARGEST_UNIT = 0.4
"""Of a role's share; a larger one is taken by its parts."""
SMALL_FILE = 0.12
"""Of a role's share; a file that is smaller is one unit."""
NAMED = 1.3
"""The gain of a unit that is named in the brief."""
CALLED = 1.2
"""The gain of a unit that is called in one that was taken."""
COST_POWER = 0.3
_REFERRED = 0.5
"""The score of units of a file that is chosen only because others refer to it."""

_AROUND = 15
_MOST_READ = 24
_ENOUGH = 3
"""Files of a role are read until what they offer would fill its share so many times."""
_MOST_OPTIONS = 1_000
"""Units of a role that are looked at when one is taken."""
_JOINED_GAP = 3
_LEAST_REST = 2
_LEAST_LINES = 3
"""Lines without a name, and the head of a class whose methods stand alone, are not worth their label with less."""
_LINE_ALONE = 0.5
"""A single line must be worth this share of the best unit of its role, and one of a changelog never is."""
_ROUNDS = 3
"""How often what joining has saved is offered again."""

NO_ROOM = "no room in the budget"

Range = tuple[int, int]


@dataclass(slots=True)
class Wanted:
    """Of a mentioned file: all of it, or some lines, or the definitions of some names."""

    whole: bool = False
    ranges: list[Range] = field(default_factory=list[Range])
    names: list[str] = field(default_factory=list[str])
    calls: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Calls in traces: the function, and its line then."""
    source: str = "mention"
    """The source of its items: `pin` for a file that the settings name."""


def around(line: int) -> Range:
    """The lines around that of a call in a trace, whose number may be that of another version."""
    return max(1, line - _AROUND), line + _AROUND


@dataclass(slots=True)
class _Option:
    """A unit that may be taken."""

    value: float
    file: _File
    unit: Unit
    tokens: int
    is_called: bool = False


@dataclass(slots=True)
class _File:
    """A file that was read: what may be taken of it, and which lines have been."""

    admitted: Admitted
    lines: Lines
    units: tuple[Unit, ...]
    candidate: Candidate | None = None
    taken: list[Range] = field(default_factory=list[Range])
    chosen: list[Unit] = field(default_factory=list[Unit])

    def tokens(self, unit: Unit) -> int:
        return self.lines.cost(unit.first, unit.last)

    def text(self, unit: Unit) -> str:
        return self.lines.text(unit.first, unit.last)

    def is_taken(self, unit: Unit) -> bool:
        return any(first <= unit.last and unit.first <= last for first, last in self.taken)


@dataclass(slots=True)
class Pack:
    """Items as they are collected, and the tokens that are left."""

    corpus: Corpus
    score: UnitScore
    stopped: Callable[[], bool]
    remaining: int
    items: list[ContextItem] = field(default_factory=list[ContextItem])
    left_out: list[Exclusion] = field(default_factory=list[Exclusion])
    _files: dict[str, _File] = field(default_factory=dict[str, "_File"])
    _named: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    _sent: SentLines = field(default_factory=SentLines)

    def add_mentions(self, mentions: Mapping[str, Wanted]) -> None:
        """Take mentioned files, each with a fair share of what is left."""
        waiting = len(mentions)
        for path, wanted in mentions.items():
            if self.stopped():
                return
            share = self.remaining // waiting
            waiting -= 1
            file = self._file(path)
            if file is None:
                continue
            found = self._mentioned(file, wanted, share)
            if found is not None and not self._take(found):
                self.left_out.append(Exclusion(path, NO_ROOM if file.admitted.text else "empty"))

    def add_ranked(self, choice: Choice, named: Mapping[str, Collection[str]] | None = None) -> None:
        """Take of what was chosen: each role within its share, then whatever still fits, changelogs and such last.

        Args:
            choice: The candidates.
            named: Symbols by file that the brief names: their definitions come before others.
        """
        self._named = named or {}
        all_left = self.remaining
        budget = min(all_left, TOKENS_A_TERM * len(self.score.weights))
        rest = all_left - budget
        options: dict[Role, list[_Option]] = {}
        unused = 0.0
        for role, share in SHARES.items():
            allowance = min(budget * share + unused, self.remaining - rest)
            options[role] = self._options(choice.by_role.get(role, ()), allowance)
            unused = allowance - self._fill(options[role], allowance)
        for _ in range(_ROUNDS):
            for role in SHARES:
                self._fill(options[role], self.remaining - rest)
            self.remaining = all_left - sum(map(cost, self._chosen_items()))
        for role in ("data", "generated", "changelog") if len(self.score.weights) >= _LEAST_TERMS else ():
            allowance = self.remaining - rest
            self._fill(self._options(choice.by_role.get(role, ()), allowance / 2), allowance)
        self.remaining = all_left
        self._take(list(self._chosen_items()))

    def _file(self, path: str) -> _File | None:
        if path not in self._files:
            admitted = self.corpus.text(path)
            if isinstance(admitted, Exclusion):
                self.left_out.append(admitted)
                return None
            self._files[path] = _File(admitted, Lines(admitted.text), units(path, admitted.text))
        return self._files[path]

    def _take(self, items: Sequence[ContextItem]) -> bool:
        """Take those that fit; whether any did."""
        taken = False
        for item in items:
            if item.text and (price := cost(item)) <= self.remaining:
                self.items.append(item)
                self.remaining -= price
                self._sent.add(item.path, item.text)
                self._list_hidden(item)
                taken = True
        return taken

    def _list_hidden(self, item: ContextItem) -> None:
        file = self._files.get(item.path)
        first, last = item.lines or (1, len(file.lines) if file else 0)
        for line, kind in file.admitted.hidden.items() if file else ():
            if first <= line <= last:
                self.left_out.append(Exclusion(f"{item.path}:{line}", f"line hidden: {kind}"))

    # Mentions

    def _mentioned(self, file: _File, wanted: Wanted, share: int) -> Sequence[ContextItem] | None:
        """The parts that are wanted; None if nothing but lines is, none of which are there, which has been said."""
        spans = list(self._ranges(file, wanted.ranges))
        if wanted.whole:
            item = _in_role(whole(file.admitted, None, wanted.source), file)
            if cost(item) <= share:
                file.taken.append((1, len(file.lines)))
                return (item,)
            share -= share // FOR_RANKED
        definitions = [unit for name in wanted.names for unit in named(file.units, name)]
        for name, line in wanted.calls:
            known = called(file.units, name, line)
            definitions += known
            if not known:
                # A function without a name of its own is known by its line alone.
                spans += self._ranges(file, [around(line)])
        spans += [(unit.first, unit.last) for unit in definitions]
        if not spans:
            lines = split_lines(file.admitted.text) if wanted.names else []
            spans += filter(None, (bound_lines(lines, name.rpartition(".")[2]) for name in wanted.names))
        if not spans and not wanted.whole and wanted.ranges and not wanted.names and not wanted.calls:
            return None
        if wanted.whole or not spans:
            spans += self._best_of(file, share - LABEL * 2)
        found: list[ContextItem] = []
        for first, last in _merged(spans):
            span = head(file.lines, first, last, share - LABEL)
            if span is not None:
                found.append(_in_role(part(file.admitted, file.lines, span, None, wanted.source), file))
                file.taken.append(span)
                share -= cost(found[-1])
        return found

    def _ranges(self, file: _File, ranges: Sequence[Range]) -> Iterator[Range]:
        there = len(file.lines)
        for first, _ in sorted(set(ranges)):
            if first > there:
                self.left_out.append(Exclusion(file.admitted.relative_path, no_line(first)))
        for first, last in _merged([one for one in ranges if one[0] <= there]):
            yield first, min(last, there)

    def _best_of(self, file: _File, share: int) -> list[Range]:
        """The units of one file that say most, within a budget; its beginning if none says anything."""
        found: list[Range] = []
        for option in sorted(self._options_of(file, share, 1.0), key=lambda one: -one.value):
            if option.tokens <= share:
                share -= option.tokens + LABEL
                found.append((option.unit.first, option.unit.last))
        start = None if found else head(file.lines, 1, len(file.lines), share)
        return [start] if start else found

    # The chosen parts

    def _options(self, candidates: Sequence[Candidate], allowance: float) -> list[_Option]:
        """Units of the best files, of no more files than can matter."""
        found: list[_Option] = []
        seen = 0
        for candidate in candidates[:_MOST_READ]:
            if self.stopped() or seen > _ENOUGH * allowance:
                break
            file = self._file(candidate.path)
            if file is None or role_by_text(candidate.path, file.admitted.text) != candidate.role:
                continue
            file.candidate = candidate
            offered = self._options_of(file, int(allowance), candidate.share)
            seen += sum(option.tokens for option in offered)
            found += offered
        least = _LINE_ALONE * max((option.value for option in found), default=0.0)
        worthy = (
            option
            for option in found
            if option.unit.size > 1 or (option.value >= least and candidates[0].role in SHARES)
        )
        return sorted(worthy, key=lambda option: -option.value)[:_MOST_OPTIONS]

    def _options_of(self, file: _File, allowance: int, worth: float) -> list[_Option]:
        parts = [
            unit
            for unit in self._parts(file, allowance)
            if unit.name or unit.size >= min(_LEAST_LINES, len(file.lines))
        ]
        scores = [self.score.of(unit.name, file.text(unit)) for unit in parts]
        if not any(scores):
            # The best files refer to it, and it has none of their words.
            scores = [_REFERRED] * len(parts)
        wanted = self._named.get(file.admitted.relative_path, ())
        found: list[_Option] = []
        for unit, score in zip(parts, scores, strict=True):
            if score > 0:
                tokens = file.tokens(unit) + LABEL
                value = worth * score / tokens**COST_POWER * (NAMED if unit.name and unit.name in wanted else 1)
                found.append(_Option(value, file, unit, tokens))
        return found

    def _parts(self, file: _File, allowance: int) -> Iterator[Unit]:
        """The file as units none of which takes more than its part of the allowance, as far as that is possible."""
        everything = Unit("", 1, len(file.lines))
        if file.tokens(everything) <= max(SMALL_FILE * allowance, 4 * LEAST_USEFUL):
            yield everything
            return
        yield from self._split(file, file.units or (everything,), int(LARGEST_UNIT * allowance))

    def _split(self, file: _File, found: Sequence[Unit], largest: int) -> Iterator[Unit]:
        for unit in found:
            if file.tokens(unit) <= largest:
                yield unit
            elif unit.inner:
                first = unit.inner[0].first
                if first - unit.first >= _LEAST_LINES:
                    yield Unit(unit.name, unit.first, first - 1)
                yield from self._split(file, unit.inner, largest)
            else:
                text = Lines(file.text(unit))
                for first, last in best_windows(text, self.score.weights, largest):
                    yield Unit(unit.name, unit.first + first - 1, unit.first + last - 1)

    def _fill(self, options: list[_Option], allowance: float) -> float:
        """Take the best options within an allowance of tokens; how many were used."""
        used = 0.0
        while options and not self.stopped():
            fitting = [one for one in options if one.tokens <= min(allowance - used, self.remaining)]
            if not fitting:
                break
            best = max(fitting, key=lambda one: (one.value, one.file.admitted.relative_path, -one.unit.first))
            options.remove(best)
            if best.file.is_taken(best.unit):
                options += self._rest_of(best)
                continue
            text = best.file.text(best.unit)
            twin = self._sent.twin(best.file.admitted.relative_path, text)
            if twin is not None:
                self.left_out.append(Exclusion(best.file.admitted.relative_path, f"nearly the same as {twin}"))
                continue
            self._sent.add(best.file.admitted.relative_path, text)
            best.file.taken.append((best.unit.first, best.unit.last))
            best.file.chosen.append(best.unit)
            used += best.tokens
            self.remaining -= best.tokens
            self._raise_called(options, best)
        return used

    def _rest_of(self, option: _Option) -> Iterator[_Option]:
        """The lines of a unit that were not taken yet, by themselves."""
        at = option.unit.first
        for first, last in (*_merged(option.file.taken), (option.unit.last + 1, 0)):
            end = min(first - 1, option.unit.last)
            if end - at >= _LEAST_REST:
                unit = Unit(option.unit.name, at, end)
                yield replace(option, unit=unit, tokens=option.file.tokens(unit) + LABEL)
            at = max(at, last + 1)

    def _raise_called(self, options: Sequence[_Option], taken: _Option) -> None:
        called = symbols(taken.file.text(taken.unit))
        for one in options:
            if one.file is taken.file and not one.is_called and one.unit.name.rpartition(".")[2] in called:
                one.is_called = True
                one.value *= CALLED

    def _chosen_items(self) -> Iterator[ContextItem]:
        """The chosen parts as items, those of a file together, joined where only a few lines are between."""
        for file in self._files.values():
            candidate = file.candidate
            if candidate is None:
                continue
            score = round(candidate.score, 4)
            for span in _merged([(unit.first, unit.last) for unit in file.chosen], _JOINED_GAP):
                names = [unit.name for unit in file.chosen if unit.name and span[0] <= unit.first <= span[1]]
                item = excerpt(file.admitted, file.lines, span, score, "rank")
                yield replace(item, role=candidate.role, symbol=", ".join(names))


def new_pack(corpus: Corpus, weights: Mapping[str, float], budget: int, stopped: Callable[[], bool]) -> Pack:
    """An empty pack for a budget of tokens, the introduction's taken off.

    Args:
        corpus: The files.
        weights: What the terms of the brief are worth.
        budget: Tokens.
        stopped: Asked before each file.
    """
    return Pack(corpus, UnitScore(weights), stopped, max(0, budget - introduction_cost()))


def _in_role(item: ContextItem, file: _File) -> ContextItem:
    first, last = item.lines or (1, 0)
    names = [unit.name for unit in file.units if unit.name and first <= unit.first and unit.last <= last]
    return replace(item, role=role_by_text(item.path, file.admitted.text), symbol=", ".join(names))


def _merged(ranges: Sequence[Range], gap: int = 0) -> list[Range]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1 + gap:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
