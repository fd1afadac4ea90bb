"""The corpus over an index: what is in it as it is answers from there, every other file is read.

Both sides give documents of the same kind, so that the ranking is the one that reading every file would give.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from orch_lsp.context.choke import Admitted, admit
from orch_lsp.context.index.disk import Disk
from orch_lsp.context.index.reading import Found, Wanted
from orch_lsp.context.item import Exclusion
from orch_lsp.context.ranking import Document, Occurrences, Ranking, Texts, rank, rank_occurrences, texts_of
from orch_lsp.errors import StoreError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unread:
    """Files that are not in the index as they are, and how they are read when somebody asks what stands in them."""

    files: Sequence[str]
    find: Callable[[Sequence[str], Wanted], Found]
    afterwards: Callable[[], None] = lambda: None
    """Called when the corpus is closed."""
    found: Found | None = None
    """Of all that is hinted at, if they were read before."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """Files that are in the index as they are: the number and how many words of each, and the texts among them."""

    numbers: Mapping[str, tuple[int, int]]
    texts: Callable[[], Texts]


NOTHING_FRESH = Fresh({}, lambda: texts_of({}))


@dataclass
class IndexedCorpus:
    """See `Corpus`. To be closed by the thread that made it.

    Attributes:
        root: The workspace, its symlinks resolved.
        disk: The index.
        store_id: Which database the numbers of `indexed` are of.
        fresh: The files that are in the index as they are.
        unread: The others.
        files: All of them.
        hints: Terms and names that will be asked for, so that files are read once.
        left_out: What was met but not searched.
    """

    root: Path
    disk: Disk
    store_id: str
    fresh: Fresh
    unread: Unread
    files: Collection[str]
    hints: Wanted
    left_out: list[Exclusion] = field(default_factory=list[Exclusion])
    _read: tuple[Wanted, Found] | None = None

    def __post_init__(self) -> None:
        if self.unread.found is not None:
            self._take(self.hints, self.unread.found)

    def ranked(self, terms: Collection[str], /) -> Ranking:
        """See `Corpus`."""
        found = self._in_index(terms)
        if not self.unread.files:
            return rank_occurrences(found)
        return rank([*_documents(found, self.fresh.numbers), *self._documents_of_unread(terms)], terms)

    def defining(self, symbol: str, /) -> tuple[str, ...]:
        """See `Corpus`."""
        found: set[str] = set()
        if self.fresh.numbers:
            try:
                numbers = frozenset(self.disk.holding(self.disk.marker().name(symbol)))
            except StoreError as error:
                self._do_without(error)
            else:
                found.update(path for path, (number, _) in self.fresh.numbers.items() if number in numbers)
        if self.unread.files:
            found.update(self._found((), (symbol,)).defining.get(symbol, ()))
        return tuple(sorted(found))

    def text(self, path: str, /) -> Admitted | Exclusion:
        """See `Corpus`."""
        return admit(self.root, path)

    def close(self) -> None:
        """Give back the connection, and let what has waited for the answer begin."""
        self.disk.close()
        self.unread.afterwards()

    def _in_index(self, terms: Collection[str]) -> Occurrences:
        """The entries of the terms in the index."""
        if self.fresh.numbers:
            try:
                marker = self.disk.marker()
                by_term = self.disk.occurrences({marker.term(term): term for term in terms}, self.store_id)
            except StoreError as error:
                self._do_without(error)
            else:
                return Occurrences(self.fresh.texts(), by_term)
        return Occurrences(NOTHING_FRESH.texts(), {})

    def _documents_of_unread(self, terms: Collection[str]) -> list[Document]:
        if not self.unread.files:
            return []
        documents = self._found(terms, ()).documents
        if self._read is not None and len(self._read[0].terms) == len(set(terms)):
            return documents
        wanted = frozenset(terms)
        return [
            Document(one.path, {term: n for term, n in one.counts.items() if term in wanted}, one.length)
            for one in documents
        ]

    def _found(self, terms: Collection[str], symbols: Collection[str]) -> Found:
        """The content of the files that are not in the index; read once for all that was hinted at."""
        if self._read is None or not self._read[0].covers(terms, symbols):
            known = self.hints if self._read is None else self._read[0]
            wanted = Wanted(known.terms.union(terms), known.symbols.union(symbols))
            return self._take(wanted, self.unread.find(self.unread.files, wanted))
        return self._read[1]

    def _take(self, wanted: Wanted, found: Found) -> Found:
        self.left_out += [one for one in found.left_out if one not in self.left_out]
        self._read = (wanted, found)
        return found

    def _do_without(self, error: StoreError) -> None:
        """The index cannot be used any more: from now on every file is read."""
        logger.warning("%s", error.message)
        self.left_out.insert(0, not_used(error))
        self.unread = replace(self.unread, files=(*self.fresh.numbers, *self.unread.files))
        self.fresh = NOTHING_FRESH
        self._read = None


def _documents(found: Occurrences, lengths: Mapping[str, tuple[int, int]]) -> list[Document]:
    """The same as documents."""
    counts: dict[int, dict[str, int]] = {number: {} for number in found.texts.paths}
    for term, of_term in found.by_term.items():
        for count, numbers in of_term:
            for number in numbers:
                if number in counts:
                    counts[number][term] = count
    return [Document(path, counts[number], lengths[path][1]) for number, path in found.texts.paths.items()]


def not_used(error: StoreError) -> Exclusion:
    """Words for the record on an index that could not be used."""
    return Exclusion("…", f"{error.message} The files were read without it")
