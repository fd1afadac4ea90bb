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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from orch_lsp.context.choke import read_text
from orch_lsp.context.definitions import defined_names
from orch_lsp.context.index.look import stamps_of
from orch_lsp.context.index.reading import Found, Wanted, find
from orch_lsp.context.index.ripgrep import Ripgrep, RipgrepError, Search, program_for
from orch_lsp.context.item import Exclusion
from orch_lsp.context.ranking import Document, rank
from orch_lsp.context.tokens import TermCounter, number_of_words, words_of

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
_AT_ONCE = 250


class Searching:
    """Finds by ripgrep in one workspace; once that has failed, it is not tried again.

    Args:
        root: The workspace, its symlinks resolved.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._has_failed = False

    def find(
        self, files: Iterable[str], wanted: Wanted, max_file_bytes: int, seconds: float, stopped: Callable[[], bool]
    ) -> Found | None:
        """As `reading.find`, with estimates of how long most files are; None if that could not be done. Blocking.

        Args:
            files: Root-relative paths with `/`; later ones are asked for while the first are searched.
            wanted: What to look for.
            max_file_bytes: Larger files are passed over.
            seconds: After that, it is given up.
            stopped: Asked now and then; once it says yes, that is the end.
        """
        is_too_much = len(wanted.terms) + len(wanted.symbols) > _MOST_WORDS
        program = None if self._has_failed or is_too_much else program_for(self._root)
        if program is None:
            return None
        ripgrep = Ripgrep(program, self._root, time.monotonic() + seconds, stopped)
        sized = _Sized(self._root, files, max_file_bytes, stopped)
        try:
            counts, defining, told = _counted(ripgrep, sized, wanted)
        except RipgrepError as error:
            if stopped():
                return Found()
            logger.info("files are read without ripgrep: %s", error)
            self._has_failed = True
            return None
        apart = sized.apart + ripgrep.unreadable
        counted = [(path, counts[path], size) for path, size in self._texts(sized.sizes, told, max_file_bytes).items()]
        best = [path for path, _ in rank(counted, wanted.terms, _READ).ranked]
        read = find(self._root, apart, Wanted(wanted.terms, frozenset()), max_file_bytes, stopped)
        read.add(_measured(self._root, {path: counts[path] for path in best}, wanted, max_file_bytes, stopped))
        read.documents += _estimated(counted, read.documents, {*apart, *best}, sized.sizes)
        read.defining = defining
        return read

    def _texts(self, sizes: Mapping[str, int], told: Collection[str], max_file_bytes: int) -> Mapping[str, int]:
        """Files that may be texts; one in which nothing was found is taken for what the first with its ending is.

        Pictures and archives would else count as long texts, and the others as short ones beside them.
        """
        is_text: dict[str, bool] = {"": True}
        taken: dict[str, int] = {}
        for path, size in sizes.items():
            ending = path.rpartition("/")[2].rpartition(".")
            kind = ending[2] if ending[0] else ""
            if size and kind not in is_text:
                is_text[kind] = not isinstance(read_text(self._root, path, max_file_bytes), Exclusion)
            if path in told or is_text.get(kind, True):
                taken[path] = size
        return taken


class _Sized:
    """Files with their sizes, which are asked for while the first ones are searched.

    Args:
        root: The workspace, its symlinks resolved.
        files: Root-relative paths with `/`.
        max_file_bytes: Larger files are passed over.
        stopped: Asked before each file.
    """

    def __init__(self, root: Path, files: Iterable[str], max_file_bytes: int, stopped: Callable[[], bool]) -> None:
        self._root = root
        self._files = iter(files)
        self._most = max_file_bytes
        self._stopped = stopped
        self.sizes: dict[str, int] = {}
        """Those of the files that were given so far."""
        self.apart: list[str] = []
        """Names with line breaks, or that are no text, cannot be told from an answer."""

    def __iter__(self) -> Iterator[tuple[str, int]]:
        while some := list(islice(self._files, _AT_ONCE)):
            for path, (size, *_) in stamps_of(self._root, some, self._stopped).items():
                if not path.isprintable():
                    self.apart.append(path)
                elif size <= self._most:
                    self.sizes[path] = size
                    yield path, size


def _measured(
    root: Path,
    counted: Mapping[str, Mapping[str, int]],
    wanted: Wanted,
    max_file_bytes: int,
    stopped: Callable[[], bool],
) -> Found:
    """Documents with their lengths in words; the terms in them are counted again where words are cut otherwise."""
    counter = TermCounter(wanted.terms)
    measured = Found()
    for path, counts in counted.items():
        if stopped():
            measured.is_whole = False
            break
        readable = read_text(root, path, max_file_bytes)
        if isinstance(readable, Exclusion):
            measured.pass_over(readable)
        elif readable.text.isascii():
            measured.documents.append(Document(path, counts, number_of_words(f"{path}\n{readable.text}")))
        else:
            measured.documents.append(Document(path, *counter.count(f"{path}\n{readable.text}")))
    return measured


def _estimated(
    counted: Iterable[tuple[str, Mapping[str, int], int]],
    read: Sequence[Document],
    paths: Collection[str],
    sizes: Mapping[str, int],
) -> list[Document]:
    """Documents of which only the size is known, with as many words as those that were read have in as many bytes."""
    words = sum(one.length for one in read)
    share = words / (sum(sizes.get(one.path, 0) for one in read) or 1) or 1 / _USUAL_BYTES
    return [Document(path, counts, round(size * share)) for path, counts, size in counted if path not in paths]


def _counted(
    ripgrep: Ripgrep, sized: _Sized, wanted: Wanted
) -> tuple[dict[str, Mapping[str, int]], dict[str, list[str]], set[str]]:
    """How often each term stands in each file and its path, which files define which name, and where a term was found.

    Raises:
        RipgrepError: It could not be done.
    """
    searches: list[Search] = []
    if wanted.terms:
        searches.append(Search(_pattern_of_words(wanted.terms), _FOR_WORDS))
    if wanted.symbols:
        searches.append(Search(_pattern_of_names(wanted.symbols)))
    counter = TermCounter(wanted.terms)
    counts: dict[str, Mapping[str, int]] = {}
    defining: dict[str, list[str]] = {}
    told: set[str] = set()
    for hits in ripgrep.search(_with_words_of_paths(sized, counter, counts), searches):
        if hits.search.options == _FOR_WORDS:
            # Each line is a word, but for those beyond ASCII, which are cut here.
            told.add(hits.path)
            text = hits.text
            in_text = counter.count_words(text.split("\n") if text.isascii() else words_of(text))
            counts[hits.path] = _sum(counts[hits.path], in_text)
        else:
            for name in wanted.symbols.intersection(defined_names(hits.path, hits.text)):
                defining.setdefault(name, []).append(hits.path)
    return counts, defining, told


def _with_words_of_paths(
    sized: _Sized, counter: TermCounter, counts: dict[str, Mapping[str, int]]
) -> Iterator[tuple[str, int]]:
    """The same files, once the terms that stand in the path of each are counted."""
    in_folder: dict[str, Mapping[str, int]] = {}
    for path, size in sized:
        folder, _, name = path.rpartition("/")
        if folder not in in_folder:
            in_folder[folder] = counter.count_few(folder)
        counts[path] = _sum(in_folder[folder], counter.count_few(name))
        yield path, size


def _sum(some: Mapping[str, int], others: Mapping[str, int]) -> Mapping[str, int]:
    """How often each term occurs in both."""
    if not some or not others:
        return some or others
    total = dict(some)
    for term, times in others.items():
        total[term] = total.get(term, 0) + times
    return total


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
