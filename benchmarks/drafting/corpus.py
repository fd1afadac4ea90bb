"""The briefs of the evaluation: a document, what its author said in it, left open, and tempts a writer to make up.

A brief is a folder of `briefs/`: `brief.toml`, and below `files/` what is put into the tree that it belongs to. All
patterns are regular expressions without regard to case. A `say` is a list of alternatives; an alternative is a list of
patterns that stand together in one block (a paragraph, an item, a row, or a scenario of the draft).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
BRIEFS = HERE / "briefs"

Alternatives = tuple[tuple[re.Pattern[str], ...], ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement of the brief that a draft has to carry."""

    name: str
    say: Alternatives


@dataclass(frozen=True, slots=True)
class Trap:
    """A statement that no draft may make: it contradicts the brief, or decides what the brief leaves open."""

    name: str
    bad: Alternatives
    unless: re.Pattern[str] | None
    """In the same block it makes the statement harmless, such as the word that denies it."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One brief with its labels.

    Attributes:
        tree: The name of its tree: one of the pinned ones, or one that stands beside this file.
        document: The path of the document in the tree.
        open: Lines of it that stand in the place of something to be written, without blanks around them.
        trace: How it is measured that its parts take each other up; empty where it is not.
        silent: What it does not decide, and a good draft asks: what is asked about, by name.
    """

    name: str
    tree: str
    kind: str
    language: str
    document: str
    files: Mapping[str, str]
    facts: tuple[Fact, ...]
    silent: Mapping[str, re.Pattern[str]]
    traps: tuple[Trap, ...]
    open: frozenset[str]
    trace: str

    @property
    def text(self) -> str:
        """The document as it stands."""
        return self.files[self.document]


def briefs(names: Iterable[str] = ()) -> list[Brief]:
    """All briefs, or those with these names, in the order of their names."""
    wanted = set(names)
    found = [read_brief(path.parent) for path in sorted(BRIEFS.glob("*/brief.toml"))]
    if unknown := wanted - {brief.name for brief in found}:
        raise SystemExit(f"there is no brief named {', '.join(sorted(unknown))}")
    return [brief for brief in found if not wanted or brief.name in wanted]


def read_brief(folder: Path) -> Brief:
    """The brief in a folder."""
    told = tomllib.loads((folder / "brief.toml").read_text("utf-8"))
    below = folder / "files"
    files = {
        path.relative_to(below).as_posix(): path.read_bytes().decode() for path in below.rglob("*") if path.is_file()
    }
    return Brief(
        folder.name,
        told["tree"],
        told["kind"],
        told["language"],
        told["document"],
        files,
        tuple(Fact(one["name"], _alternatives(one["say"])) for one in told.get("fact", ())),
        {one["name"]: _pattern(one["ask"]) for one in told.get("silent", ())},
        tuple(
            Trap(one["name"], _alternatives(one["bad"]), _pattern(one["unless"]) if "unless" in one else None)
            for one in told.get("trap", ())
        ),
        frozenset(told.get("open", ())),
        told.get("trace", ""),
    )


def _alternatives(patterns: Iterable[Iterable[str]]) -> Alternatives:
    return tuple(tuple(map(_pattern, one)) for one in patterns)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)
