"""The files of a workspace as the choice of context sees them: which there are, and what they are about.

`Corpus` is the seam between what is chosen and how the tree is searched. `ReadCorpus` reads every file when it is made
and keeps no more than the process has to; an index on disk answers the same four questions without reading.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from orch_lsp.context.choke import MAX_FILE_BYTES, Admitted, admit, read_text
from orch_lsp.context.definitions import defined_names
from orch_lsp.context.item import Exclusion
from orch_lsp.context.ranking import Document, Ranking, rank
from orch_lsp.context.tokens import TermCounter

SETTLED = ("binary", "larger than", "not UTF-8", "not a regular file", "not found")
"""How reasons begin for which a file that nobody named is passed over without a word."""


INDEXED_FROM = 500
"""Files from which on there is an index; fewer are read anew each time, which takes a tenth of a second."""


class Corpus(Protocol):
    """The files of a workspace as they are known. All but `files` and `left_out` may block."""

    @property
    def files(self) -> Collection[str]:
        """The candidates: root-relative paths with `/`, in the order of a listing; quick to ask for one."""
        ...

    @property
    def left_out(self) -> Sequence[Exclusion]:
        """Files and folders that were met and not searched, with the reason; the gravest first."""
        ...

    def ranked(self, terms: Collection[str], /) -> Ranking:
        """Files that hold any of the terms (of `tokens.terms`), best first, and what each term is worth here."""
        ...

    def defining(self, symbol: str, /) -> tuple[str, ...]:
        """The files that define a class, function or constant of exactly this name, in the order of their paths."""
        ...

    def text(self, path: str, /) -> Admitted | Exclusion:
        """A file as it is now, through the choke point; the only way to a text that may be sent."""
        ...

    def close(self) -> None:
        """Give back what was opened; after that, nothing is asked but `files`, `left_out` and `text`."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a workspace is looked at: files, bytes of one file, bytes of all, seconds for finding and reading."""

    max_files: int = 200_000
    max_file_bytes: int = MAX_FILE_BYTES
    max_total_bytes: int = 64 * 1024 * 1024
    max_seconds: float = 20.0
    indexed_from: int = INDEXED_FROM


class ReadCorpus:
    """A corpus that reads its files itself, all of them, once.

    Args:
        root: The workspace, its symlinks resolved.
        files: The candidates.
        limits: How much is read.
        stopped: Asked before each file; once it says yes, the rest is not read.
    """

    def __init__(self, root: Path, files: Sequence[str], limits: Limits, stopped: Callable[[], bool]) -> None:
        self._root = root
        self._texts: dict[str, str] = {}
        self._files = dict.fromkeys(files)
        self._left_out: list[Exclusion] = []
        self._read(files, limits, stopped)

    @property
    def files(self) -> Collection[str]:
        """See `Corpus`."""
        return self._files

    @property
    def left_out(self) -> Sequence[Exclusion]:
        """Files that could not be read, and the first one after which nothing more was."""
        return self._left_out

    def ranked(self, terms: Collection[str], /) -> Ranking:
        """See `Corpus`."""
        counter = TermCounter(terms)
        documents = [Document(path, *counter.count(f"{path}\n{text}")) for path, text in self._texts.items()]
        return rank(documents, terms)

    def defining(self, symbol: str, /) -> tuple[str, ...]:
        """See `Corpus`."""
        holding = (path for path, text in self._texts.items() if symbol in text)
        return tuple(sorted(path for path in holding if symbol in defined_names(path, self._texts[path])))

    def text(self, path: str, /) -> Admitted | Exclusion:
        """See `Corpus`."""
        return admit(self._root, path)

    def close(self) -> None:
        """See `Corpus`; there is nothing to give back."""

    def _read(self, files: Sequence[str], limits: Limits, stopped: Callable[[], bool]) -> None:
        total = 0
        for path in files:
            if stopped():
                return
            readable = read_text(self._root, path, limits.max_file_bytes)
            if isinstance(readable, Exclusion):
                if not readable.reason.startswith(SETTLED):
                    self._left_out.append(readable)
                continue
            total += readable.size
            if total > limits.max_total_bytes:
                self._left_out.append(Exclusion(path, "more text than is searched; this file and later ones were not"))
                return
            self._texts[path] = readable.text


class OnceRead:
    """A corpus for one request: a file that is looked at again is not read again.

    Args:
        corpus: The one that is asked.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._texts: dict[str, Admitted | Exclusion] = {}
        self.ranked, self.defining = corpus.ranked, corpus.defining

    @property
    def files(self) -> Collection[str]:
        """See `Corpus`."""
        return self._corpus.files

    @property
    def left_out(self) -> Sequence[Exclusion]:
        """See `Corpus`."""
        return self._corpus.left_out

    def text(self, path: str, /) -> Admitted | Exclusion:
        """See `Corpus`."""
        if path not in self._texts:
            self._texts[path] = self._corpus.text(path)
        return self._texts[path]

    def close(self) -> None:
        """See `Corpus`."""
        self._corpus.close()
