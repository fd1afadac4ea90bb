"""The finds of a query in files that are read for it: one pass over each, of which only the counts are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from orch_lsp.context.choke import read_text
from orch_lsp.context.corpus import SETTLED
from orch_lsp.context.definitions import defined_names
from orch_lsp.context.item import Exclusion
from orch_lsp.context.ranking import Document
from orch_lsp.context.tokens import TermCounter, terms

_NAME = re.compile(r"[^\W\d]\w{2,80}")
_CODE = re.compile(r"`[^`\n]{1,200}`|@\w{3,80}|\b\w{1,80}_\w{1,80}|\b\w{1,80}[a-z0-9][A-Z]\w{0,80}|\b\w{1,80}\(")
"""Inline code, what an @ stands before or a bracket after, and words with a low line or a capital within."""
_MOST_NAMES = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words to look for in each file: terms of `tokens`, and names that it may define."""

    terms: frozenset[str]
    symbols: frozenset[str]

    def covers(self, terms: Collection[str], symbols: Collection[str]) -> bool:
        """Whether all of these are looked for."""
        return self.terms.issuperset(terms) and self.symbols.issuperset(symbols)


def hints_in(text: str) -> Wanted:
    """All that may be asked for when a document is drafted: all its terms, and what is written as names are."""
    names = (name for found in _CODE.findall(text) for name in _NAME.findall(found))
    return Wanted(frozenset(terms(text)), frozenset(islice(dict.fromkeys(names), _MOST_NAMES)))


@dataclass(slots=True)
class Found:
    """The finds: a document for each file that could be read, and the files that define each of the names."""

    documents: list[Document] = field(default_factory=list[Document])
    defining: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    left_out: list[Exclusion] = field(default_factory=list[Exclusion])
    is_whole: bool = True
    """False if the rest was not read."""

    def pass_over(self, file: Exclusion) -> None:
        """Note a file that is not read, unless no one need know of it."""
        if not file.reason.startswith(SETTLED):
            self.left_out.append(file)

    def add(self, other: Found) -> None:
        """Take over what was found in other files."""
        self.documents += other.documents
        self.left_out += other.left_out
        self.is_whole = self.is_whole and other.is_whole
        for name, paths in other.defining.items():
            self.defining.setdefault(name, []).extend(paths)


def find(root: Path, files: Iterable[str], wanted: Wanted, max_file_bytes: int, ended: Callable[[], bool]) -> Found:
    """Read files, one after the other.

    Args:
        root: The workspace, its symlinks resolved.
        files: Root-relative paths with `/`.
        wanted: What to look for.
        max_file_bytes: Larger files are passed over.
        ended: Asked before each file; once it says yes, the rest is not read.
    """
    counter = TermCounter(wanted.terms)
    found = Found()
    for path in files:
        if ended():
            found.is_whole = False
            break
        readable = read_text(root, path, max_file_bytes)
        if isinstance(readable, Exclusion):
            found.pass_over(readable)
            continue
        found.documents.append(Document(path, *counter.count(f"{path}\n{readable.text}")))
        if any(symbol in readable.text for symbol in wanted.symbols):
            for name in wanted.symbols.intersection(defined_names(path, readable.text)):
                found.defining.setdefault(name, []).append(path)
    return found
