"""The finds of a query in many files by ripgrep, in a third of the time that it takes to read them.

ripgrep gives each word that may hold a term; what terms it has is decided here, as for all other text. It does not tell
how many words a file has: that is estimated by its bytes, but for the files that come out best, which are read. So
the best are ordered as reading all would order them, but for the average length, which is an estimate. Words that only
Unicode's compatibility forms make equal, such as those in full width, are missed in files that are not read.
"""

from __future__ import annotations

import logging
import re
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from orch_lsp.context.definitions import defined_names
from orch_lsp.context.index.reading import Found, Wanted, find
from orch_lsp.context.index.ripgrep import Ripgrep, RipgrepError, Search, program_for
from orch_lsp.context.ranking import Document, rank
from orch_lsp.context.tokens import TermCounter

logger = logging.getLogger(__name__)

_REST = r"[A-Za-z0-9_\x80-\xff-]*"
"""Of a word, in bytes: the characters beyond ASCII are looked at when it is cut."""
_FOR_WORDS = ("--only-matching", "--ignore-case")
_BETWEEN = "[_-]?"
_MOST_WORDS = 600
"""To look for. Of more, nearly every line of every file has one, and to compare them with one another takes long."""
_READ = 200
"""The best files, which are read: more than a draft has room for."""
_USUAL_BYTES = 10.0
"""Of a word, where none was read."""


class Searching:
    """Finds by ripgrep in one workspace; once that has failed, it is not tried again.

    Args:
        root: The workspace, its symlinks resolved.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._has_failed = False

    def find(
        self, sizes: Mapping[str, int], wanted: Wanted, max_file_bytes: int, seconds: float, stopped: Callable[[], bool]
    ) -> Found | None:
        """As `reading.find`, with estimates of how long most files are; None if that could not be done. Blocking.

        Args:
            sizes: Root-relative paths with `/`, each with its size in bytes.
            wanted: What to look for.
            max_file_bytes: Larger files are passed over.
            seconds: After that, it is given up.
            stopped: Asked now and then; once it says yes, that is the end.
        """
        is_too_much = len(wanted.terms) + len(wanted.symbols) > _MOST_WORDS
        program = None if self._has_failed or is_too_much else program_for(self._root)
        if program is None:
            return None
        asked = {path: size for path, size in sizes.items() if size <= max_file_bytes and path.isprintable()}
        ripgrep = Ripgrep(program, self._root, time.monotonic() + seconds, stopped)
        try:
            found = _found(ripgrep, asked, wanted)
        except RipgrepError as error:
            if stopped():
                return Found()
            logger.info("files are read without ripgrep: %s", error)
            self._has_failed = True
            return None
        # Names with line breaks, or that are no text, cannot be told from an answer.
        apart = [path for path in sizes if not path.isprintable()] + ripgrep.unreadable
        best = [path for path, _ in rank(found.documents, wanted.terms).ranked[:_READ]]
        read = find(self._root, [*apart, *best], Wanted(wanted.terms, frozenset()), max_file_bytes, stopped)
        return _with_read(found, read, {*apart, *best}, asked)


def _with_read(found: Found, read: Found, paths: Collection[str], sizes: Mapping[str, int]) -> Found:
    """Documents that were read in place of what was found in them, and the lengths of the others in words."""
    words = sum(one.length for one in read.documents)
    share = words / (sum(sizes.get(one.path, 0) for one in read.documents) or 1) or 1 / _USUAL_BYTES
    others = [
        Document(path, counts, round(size * share)) for path, counts, size in found.documents if path not in paths
    ]
    return Found([*read.documents, *others], found.defining, read.left_out, read.is_whole)


def _found(ripgrep: Ripgrep, sizes: Mapping[str, int], wanted: Wanted) -> Found:
    """The documents, their lengths in bytes, and who defines what.

    Raises:
        RipgrepError: It could not be done.
    """
    searches: list[Search] = []
    if wanted.terms:
        searches.append(Search(_pattern_of_words(wanted.terms), _FOR_WORDS))
    if wanted.symbols:
        searches.append(Search(_pattern_of_names(wanted.symbols)))
    counter = TermCounter(wanted.terms)
    found = Found()
    counted: dict[str, Document] = {}
    for hits in ripgrep.search(sizes, searches):
        if hits.search.options == _FOR_WORDS:
            counts, _ = counter.count(f"{hits.path}\n{hits.text}")
            counted[hits.path] = Document(hits.path, counts, sizes[hits.path])
        else:
            for name in wanted.symbols.intersection(defined_names(hits.path, hits.text)):
                found.defining.setdefault(name, []).append(hits.path)
    for path, size in sizes.items():
        found.documents.append(counted.get(path) or Document(path, counter.count(path)[0], size))
    return found


def _pattern_of_words(query: Iterable[str]) -> str:
    """Finds every word that has any of the terms, and others."""
    stems = {form for term in query for form in _forms(term)}
    # One within another finds all that the other does.
    least = sorted(stem for stem in stems if not any(other in stem for other in stems if other != stem))
    plain = "|".join(_BETWEEN.join(map(re.escape, stem)) for stem in least if stem.isascii())
    beyond = "|".join(_BETWEEN.join(map(re.escape, stem)) for stem in least if not stem.isascii())
    either = "|".join(filter(None, (plain, f"(?u:{beyond})" if beyond else "")))
    return f"(?-u){_REST}(?:{either}){_REST}"


def _forms(term: str) -> Iterator[str]:
    """How a term may be written: it stands folded, composed, and without the end of a plural."""
    yield term
    if term.endswith("y"):
        yield f"{term[:-1]}ies"
    if not term.isascii():
        yield unicodedata.normalize("NFD", term)
    if "ss" in term:
        yield term.replace("ss", "ß")


def _pattern_of_names(names: Iterable[str]) -> str:
    """Finds every line on which one of the names stands."""
    ascii_names = "|".join(re.escape(name) for name in sorted(names) if name.isascii())
    others = [re.escape(name) for name in sorted(names) if not name.isascii()]
    return "|".join(filter(None, (rf"(?-u:\b)(?:{ascii_names})(?-u:\b)" if ascii_names else "", *others)))
