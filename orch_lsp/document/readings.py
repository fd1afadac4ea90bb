"""Documents as they were read last: a text that changed a little is read again where it changed.

A document's text comes whole, each time. What differs from the text before is found by comparing, which is far quicker
than reading; only the chunks of Markdown that it touches are read anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from orch_lsp.document.edited import after_edit
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.parse import parse_tree, tree_after
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.change import changed
from orch_lsp.markdown.front_matter import FrontMatter, opens_front_matter, parse_front_matter
from orch_lsp.markdown.tree import Tree
from orch_lsp.text import Span

_Made = TypeVar("_Made")

DOCUMENTS = 32
"""How many documents are kept; the one that was not asked for longest goes first."""
CHARACTERS = 6_000_000
"""How many characters they may have together, but for the one read last: a reading takes up to 200 times its text."""


@dataclass(frozen=True, slots=True)
class MarkdownReading:
    """A document's Markdown, before it is known what kind of document it is."""

    tree: Tree
    front_matter: FrontMatter | None
    documents: list[SpecDocument] = field(default_factory=list[SpecDocument], compare=False, repr=False)
    """The documents made of it, one for each profile."""
    before: list[SpecDocument] = field(default_factory=list[SpecDocument], compare=False, repr=False)
    """The documents of the text that it was an edit ago, until one of this text is made; their front matter is its."""
    derived: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any], compare=False, repr=False)
    """Values derived from it, see `once`."""
    lasting: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any], compare=False, repr=False)
    """Values that hold for the document whatever is written in it, from one text to the next."""

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """The value that `make` gives, made once for this text and kept with it. Two threads may both make it."""
        if key not in self.derived:
            self.derived[key] = make()
        return self.derived[key]


@dataclass(slots=True)
class _Turn:
    """The lock of a document that is read, for as long as somebody holds it or waits for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0


class Readings:
    """Reads documents, each from what is known of it. Safe to use from several threads."""

    def __init__(self, characters: int = CHARACTERS) -> None:
        self._characters = characters
        self._known: OrderedDict[str, MarkdownReading] = OrderedDict()
        self._lock = threading.Lock()
        self._turns: dict[str, _Turn] = {}
        self.texts_read = 0
        """How often a text was read, whole or where it had changed."""

    def markdown(self, key: str, text: str) -> MarkdownReading:
        """The Markdown of the document named `key`, whose text is `text`, with its front matter."""
        known = self._kept(key)
        if known is not None and known.tree.text == text:
            return known
        # An editor asks for several things of a document at once: whoever comes second takes over what the first read.
        with self._turn(key):
            known = self._kept(key)
            if known is not None and known.tree.text == text:
                return known
            read = _read(known, text)
            with self._lock:
                self.texts_read += 1
                self._known[key] = read
                self._known.move_to_end(key)
                self._forget_oldest()
            return read

    def _kept(self, key: str) -> MarkdownReading | None:
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
            return known

    @contextmanager
    def _turn(self, key: str) -> Generator[None]:
        """One thread at a time for a document; those of other documents do not wait."""
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            turn.users += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._lock:
                turn.users -= 1
                if not turn.users:
                    del self._turns[key]

    def forget(self, key: str) -> None:
        """Keep nothing of the document named `key`, until it is read again."""
        with self._lock:
            self._known.pop(key, None)

    def _forget_oldest(self) -> None:
        held = sum(len(one.tree.text) for one in self._known.values())
        while len(self._known) > DOCUMENTS or (held > self._characters and len(self._known) > 1):
            _, gone = self._known.popitem(last=False)
            held -= len(gone.tree.text)

    def read(self, key: str, text: str, profile: Profile) -> SpecDocument:
        """The document named `key`, whose text is `text`, as a spec of `profile`. Equal to `parse(text, profile)`."""
        read = self.markdown(key, text)
        document = _as_profile(read.documents, profile)
        if document is None:
            before = _as_profile(read.before, profile)
            document = None if before is None else after_edit(before, read.tree)
            document = document or parse_tree(read.tree, read.front_matter, profile)
            read.documents.append(document)
            read.before.clear()
        return document


def _as_profile(documents: list[SpecDocument], profile: Profile) -> SpecDocument | None:
    return next((made for made in documents if made.profile is profile), None)


def _read(known: MarkdownReading | None, text: str) -> MarkdownReading:
    if known is not None:
        span, new_text = difference(known.tree.text, text)
        # Text before the Markdown is read whole; a block that was none may be closed by any later line.
        before = known.front_matter is None and opens_front_matter(text)
        if span.start > known.tree.starts[0] and not before:
            before = known.documents or known.before
            tree = changed(known.tree, span, new_text)
            return MarkdownReading(tree, known.front_matter, before=list(before), lasting=known.lasting)
    front_matter = parse_front_matter(text)
    return MarkdownReading(tree_after(text, front_matter), front_matter)


def _common(limit: int, equal: Callable[[int], bool]) -> int:
    """The greatest length up to `limit` for which `equal` holds, which it does for all shorter ones."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if equal(middle):
            low = middle
        else:
            high = middle - 1
    return low


def difference(old: str, new: str) -> tuple[Span, str]:
    """The shortest single edit that makes `new` of `old`: a span of `old`, and the text that takes its place."""
    limit = min(len(old), len(new))
    start = _common(limit, lambda length: old[:length] == new[:length])
    end = _common(limit - start, lambda length: length == 0 or old[-length:] == new[-length:])
    return Span(start, len(old) - end), new[start : len(new) - end]
