"""A workspace of specs in memory: its index, and its texts as formats read them."""

from __future__ import annotations

from collections.abc import Mapping

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.language.rename import Rename, name_at, rename
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.registry import FORMATS
from orch_lsp.text import apply_edits


class Shelf:
    """Documents by their paths, each of the format that its path tells."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self.profiles: dict[str, Profile] = {}
        self.index = Index.of(self._document(path, text) for path, text in self.texts.items())

    def _document(self, path: str, text: str) -> IndexedDocument:
        clues = Clues(path, text, read(text).headings)
        found = next(iter(FORMATS.recognised(clues)), None)
        self.profiles[path] = PLAIN if found is None else found.profile
        if found is None:
            return IndexedDocument(path, parse(text, PLAIN).nodes, text=text)
        known = found.recognition
        return IndexedDocument(path, parse(text, found.profile).nodes, known.scope, known.places, known.frozen, text)

    def read(self, document: IndexedDocument, text: str) -> IndexedDocument:
        """A document of the index with another text."""
        return self._document(document.path, text)

    def offset(self, path: str, needle: str, inside: int = 0) -> int:
        return self.texts[path].index(needle) + inside

    def name(self, path: str, needle: str, inside: int = 0) -> str | None:
        found = name_at(self.index, path, self.offset(path, needle, inside))
        return None if found is None else found.text

    def rename(self, path: str, needle: str, new: str, inside: int = 0) -> Rename | None:
        return rename(self.index, self.read, path, self.offset(path, needle, inside), new)

    def renamed(self, path: str, needle: str, new: str, inside: int = 0) -> Shelf:
        """The workspace after a rename at a place where a text stands."""
        made = self.rename(path, needle, new, inside)
        assert made is not None
        return Shelf({path: apply_edits(text, made.edits.get(path, ())) for path, text in self.texts.items()})


def typed(texts: Mapping[str, str], path: str, old: str, new: str) -> tuple[Shelf, SpecDocument, int]:
    """A workspace in which somebody has just typed `new` for `old`, with the cursor at its `¦`."""
    before, found, after = texts[path].partition(old)
    assert found, old
    text = before + new.replace("¦", "") + after
    shelf = Shelf({**texts, path: text})
    return shelf, parse(text, shelf.profiles[path]), len(before) + new.index("¦")
