"""The diagnostics that the client has, as far as the server knows: pushed, or answered to a pull."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lsprotocol import types

from orch_lsp.lsp.wire.workspace import Typed
from orch_lsp.uri import normal_form


@dataclass(frozen=True, slots=True)
class _Told:
    version: int | None
    diagnostics: Sequence[types.Diagnostic]
    result_id: str


class ShownDiagnostics:
    """The last word to the client on each document; URIs come in any spelling."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}
        self._answers = 0
        self._pulls: Counter[str] = Counter()
        self._holding: set[str] = set()
        self._looks: Counter[str] = Counter()

    def tell(self, uri: str, version: int | None, found: Sequence[types.Diagnostic]) -> bool:
        """Note the next word to the client; whether it was told something else before, or nothing."""
        form = normal_form(uri)
        before = self._told.get(form)
        if before is not None and before.diagnostics == found:
            self._told[form] = _Told(version, found, before.result_id)
            return before.version != version
        self._answers += 1
        self._told[form] = _Told(version, found, str(self._answers))
        return True

    def result_id(self, uri: str) -> str | None:
        """The name of what the client was told last, by which it may ask for what differs from that."""
        told = self._told.get(normal_form(uri))
        return None if told is None else told.result_id

    def still_holds(
        self,
        uri: str,
        version: int | None,
        found: Sequence[types.Diagnostic],
        result_id: str | None,
        typed: Typed | None,
    ) -> bool:
        """Whether a client that has the answer `result_id` needs no other one.

        It moves what it shows with the text. So only after one change in a line without diagnostics are they known to
        be where they were.
        """
        told = self._told.get(normal_form(uri))
        if told is None or result_id is None or told.result_id != result_id or told.diagnostics != found:
            return False
        if told.version == version:
            return True
        if None in (told.version, version) or typed is None or not typed.is_alone or version != (told.version or 0) + 1:
            return False
        return not any(one.range.start.line <= typed.line <= one.range.end.line for one in found)

    def hold(self, uri: str, *, holds: bool) -> None:
        """Note whether something is kept from the client until a word is typed to its end."""
        (self._holding.add if holds else self._holding.discard)(normal_form(uri))

    def is_holding(self, uri: str) -> bool:
        """Whether something is kept from the client."""
        return normal_form(uri) in self._holding

    def look(self, uri: str) -> int:
        """Note that the diagnostics of a document are made; the number of that."""
        form = normal_form(uri)
        self._looks[form] += 1
        return self._looks[form]

    def is_last(self, uri: str, look: int) -> bool:
        """Whether they were not made again since."""
        return self._looks[normal_form(uri)] == look

    @contextmanager
    def pull(self, uri: str) -> Generator[None]:
        """While the client waits for an answer."""
        form = normal_form(uri)
        self._pulls[form] += 1
        try:
            yield
        finally:
            self._pulls[form] -= 1
            if not self._pulls[form]:
                del self._pulls[form]

    def may_differ(self, uri: str, version: int | None, found: Sequence[types.Diagnostic]) -> bool:
        """Whether a client that pulls may show something else, and does not pull by itself.

        It pulls what it opens and what is typed. An answer that is on its way may be an older one.
        """
        form = normal_form(uri)
        if self._pulls[form]:
            return True
        told = self._told.get(form)
        return told is not None and told.version == version and told.diagnostics != found

    def forget(self, uri: str) -> None:
        """The document was closed."""
        self._told.pop(normal_form(uri), None)
        self._holding.discard(normal_form(uri))
        self._looks.pop(normal_form(uri), None)
