"""Which files are worth reading for a brief, by role and best first. Reads no more than a handful of them.

Three things speak for a file: what the ranking of the corpus says, that its name is made of the brief's words, and
that the files which rank highest refer to it: a test that is about the brief names the code that it tests. The weights
were chosen on half of the cases of `benchmarks/context/choice.py`; the other half is reported in `docs/context.md`.
"""

from __future__ import annotations

import functools
import math
import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from orch_lsp.context.corpus import Corpus
from orch_lsp.context.item import Exclusion
from orch_lsp.context.ranking import Ranked
from orch_lsp.context.references import Tails, referred
from orch_lsp.context.roles import ROLES, Role, role_by_text, role_of
from orch_lsp.context.tokens import stem, terms
from orch_lsp.markdown.reader import read

NAME_WEIGHT = 6.0
TITLE_WEIGHT = 12.0
"""besides, for one that is made of words of the title: a long brief names much that it is not about."""
VOTES: Mapping[Role, tuple[float, int]] = {"code": (0.5, 5), "tests": (0.5, 5), "docs": (0.25, 4)}
"""Weight of what files of a role refer to, and how many of the best are asked."""

NAMED = 0.3
"""The vote of the brief for a file that defines a symbol which it names."""

NOISE = 0.2
"""A file with less than this share of the score of the best of its role is not taken."""

BESIDE: Mapping[Role, float] = {"config": 0.25, "data": 0.5, "generated": 0.5, "changelog": 0.5}
"""Files of these roles hold any word: the share of the score of the best of all files that they must have."""

_KINDS = frozenset(
    ("change", "design", "document", "feature", "implementation", "overview", "plan", "proposal", "requirement", "spec",
     "specification", "task")
)  # fmt: skip
"""Terms of titles such as `Requirements Document` and `Feature Specification: …`, which are of no topic."""
_MOST_CANDIDATES = 400
_LEAST_SEGMENT = 3
_FOR_FOLDER = frozenset(("__init__", "index", "mod", "main", "lib", "readme"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be read; `share` is its score beside that of the best of its role, from 0 to 1."""

    path: str
    role: Role
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Candidates by role, best first, and what each term of the brief is worth in this workspace."""

    by_role: Mapping[Role, tuple[Candidate, ...]]
    weights: Mapping[str, float]

    @property
    def order(self) -> tuple[str, ...]:
        """All candidates as the budget is offered to them: of three files two are code, then tests and docs in turn."""
        return tuple(_in_turn({role: [one.path for one in found] for role, found in self.by_role.items()}))


def choose(
    corpus: Corpus,
    wanted: Collection[str],
    takes: Callable[[str], bool],
    stopped: Callable[[], bool],
    mentioned: Iterable[str] = (),
    named: Collection[str] = (),
    title: Collection[str] = (),
) -> Choice:
    """Rank the files of a corpus for the terms of a brief.

    Args:
        corpus: The files.
        wanted: Terms, of `tokens.terms`.
        takes: Whether a path is a candidate at all.
        stopped: Asked before each file that is read.
        mentioned: Files that the brief names: what they refer to counts as what the best file refers to.
        named: Files that define a symbol which the brief names alone.
        title: Those of the terms that stand in the brief's title.
    """
    ranking = corpus.ranked(wanted)
    count = len(corpus.files)
    in_title = {term: weight for term, weight in ranking.weights.items() if term in title}
    scores = {
        path: score + NAME_WEIGHT * name_match(path, ranking.weights, count)
        for path, score in _plausible(ranking.ranked)
        if takes(path)
    }
    roles: dict[str, Role] = {path: role_of(path) for path in scores}
    best_code = max((score for path, score in scores.items() if roles[path] == "code"), default=1.0)
    for path in scores:
        scores[path] += TITLE_WEIGHT * name_match(path, in_title, count)
    _add_votes(corpus, scores, roles, takes, stopped, mentioned, named, best_code)
    by_role: dict[Role, tuple[Candidate, ...]] = {}
    best_of_all = max(scores.values(), default=0.0)
    for role in ROLES:
        found = sorted((path for path in scores if roles[path] == role), key=lambda path: (-scores[path], path))
        best = scores[found[0]] if found else 0.0
        least = max(NOISE * best, BESIDE.get(role, 0.0) * best_of_all)
        by_role[role] = tuple(
            Candidate(path, role, scores[path], scores[path] / best) for path in found if scores[path] >= least
        )
    return Choice(by_role, ranking.weights)


def title_terms(brief: str) -> frozenset[str]:
    """The terms of the first heading of the highest level but for the names of kinds of documents; perhaps none."""
    headings = read(brief).headings
    if not headings:
        return frozenset()
    return frozenset(terms(min(headings, key=lambda heading: heading.level).text)) - _KINDS


def _plausible(ranked: Sequence[Ranked]) -> Sequence[Ranked]:
    """The first hundreds of each role, as there may be thousands of files that hold a word of the brief."""
    taken: dict[Role, int] = {}
    found: list[Ranked] = []
    for one in ranked:
        role = role_of(one[0])
        taken[role] = taken.get(role, 0) + 1
        if taken[role] <= _MOST_CANDIDATES:
            found.append(one)
    return found


def _add_votes(
    corpus: Corpus,
    scores: dict[str, float],
    roles: dict[str, Role],
    takes: Callable[[str], bool],
    stopped: Callable[[], bool],
    mentioned: Iterable[str],
    named: Collection[str],
    best: float,
) -> None:
    """Raise the scores of code to which the best files refer. Roles that a file's text contradicts are set right."""
    tails = Tails(path for path in corpus.files if role_of(path) == "code" and takes(path))
    votes = {path: NAMED for path in named if takes(path)}
    for path, weight in _voters(scores, roles, mentioned):
        if stopped():
            return
        read = corpus.text(path)
        if isinstance(read, Exclusion):
            continue
        roles[path] = role_by_text(path, read.text)
        named = {file: math.log1p(count) for file, count in referred(path, read.text, tails).items()}
        total = sum(named.values())
        for file, count in named.items():
            votes[file] = votes.get(file, 0.0) + weight * count / total
    for path, vote in votes.items():
        scores[path] = scores.get(path, 0.0) + best * vote
        roles.setdefault(path, role_of(path))


def _voters(
    scores: Mapping[str, float], roles: Mapping[str, Role], mentioned: Iterable[str]
) -> list[tuple[str, float]]:
    found = dict.fromkeys(mentioned, VOTES["code"][0])
    for role, (weight, number) in VOTES.items():
        best = sorted((path for path in scores if roles[path] == role), key=lambda path: (-scores[path], path))[:number]
        for path in best:
            found.setdefault(path, weight * scores[path] / (scores[best[0]] or 1.0))
    return list(found.items())


def name_match(path: str, weights: Mapping[str, float], files: int) -> float:
    """How much of a file's name is made of the terms: what they are worth, times their part of the name."""
    matched = unmatched = 0.0
    for term in _name_terms(path):
        worth = weights.get(term)
        if worth is None and len(term) >= 2 * _LEAST_SEGMENT:
            worth = _worth_of_parts(term, weights)
        if worth is None:
            unmatched += math.log1p(files) / 2
        else:
            matched += worth
    return matched * matched / (matched + unmatched) if matched else 0.0


@functools.lru_cache(maxsize=65536)
def _name_terms(path: str) -> tuple[str, ...]:
    folder, name = posixpath.split(path)
    stem = name.partition(".")[0]
    return tuple(dict.fromkeys(terms(posixpath.basename(folder) if stem.casefold() in _FOR_FOLDER else stem)))


def _worth_of_parts(word: str, weights: Mapping[str, float]) -> float | None:
    """The greatest worth of the terms of which a word such as `feedexport` is composed; None if a rest is left."""
    best: list[float | None] = [0.0, *([None] * len(word))]
    for start in range(len(word) - _LEAST_SEGMENT + 1):
        so_far = best[start]
        if so_far is None:
            continue
        for end in range(start + _LEAST_SEGMENT, len(word) + 1):
            part = word[start:end]
            worth = weights.get(part, weights.get(stem(part)))
            if worth is not None:
                best[end] = max(best[end] or 0.0, so_far, worth)
    return best[-1]


def _in_turn(pools: Mapping[Role, list[str]]) -> Iterable[str]:
    rest = {role: list(pools.get(role, ())) for role in ROLES}
    turns: tuple[Role, ...] = ("code", "code", "tests", "code", "docs")
    while any(rest[role] for role in turns):
        for role in turns:
            if rest[role]:
                yield rest[role].pop(0)
    for role in ROLES:
        yield from rest[role]
