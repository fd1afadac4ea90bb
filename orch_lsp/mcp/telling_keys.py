"""Keys of sections that would tell a secret of their heading: small letters and hyphens hide too little of one."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from orch_lsp.document.node import Node
from orch_lsp.language.index import IndexedDocument
from orch_lsp.redaction import REPLACEMENT, Redactor

_SHORTEST = 4


@dataclass(slots=True)
class TellingKeys:
    """Those of the documents that were looked at. From any thread."""

    redactor: Redactor
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looked_at: dict[str, IndexedDocument] = field(default_factory=dict[str, IndexedDocument])
    _keys: set[str] = field(default_factory=set[str])
    _known: re.Pattern[str] | None = None

    def look_at(self, documents: Iterable[IndexedDocument]) -> None:
        """Take up what is new among these documents."""
        with self._lock:
            for document in documents:
                if self._looked_at.get(document.path) is not document:
                    self._looked_at[document.path] = document
                    self._take(document.nodes.nodes)

    def _take(self, nodes: Sequence[Node]) -> None:
        sections = [node for node in nodes if node.kind == "section"]
        titles = "\n".join(node.title for node in sections)
        if self.redactor.redact(titles) == titles:
            return
        found = {node.key for node in sections if self.redactor.redact(node.title) != node.title}
        if new := {key for key in found if len(key) >= _SHORTEST} - self._keys:
            self._keys |= new
            self._known = re.compile("|".join(map(re.escape, sorted(self._keys, key=len, reverse=True))))

    def without(self, text: str) -> str:
        """A text without them."""
        return text if self._known is None else self._known.sub(REPLACEMENT, text)
