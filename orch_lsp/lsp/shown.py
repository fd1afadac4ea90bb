"""The diagnostics that the client has, as far as the server knows: pushed, or answered to a pull."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lsprotocol import types

from orch_lsp.uri import normal_form


@dataclass(frozen=True, slots=True)
class _Told:
    version: int | None
    diagnostics: Sequence[types.Diagnostic]


class ShownDiagnostics:
    """The last word to the client on each document; URIs come in any spelling."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}
        self._pulls: Counter[str] = Counter()
        self._holding: set[str] = set()

    def tell(self, uri: str, version: int | None, found: Sequence[types.Diagnostic]) -> bool:
        """Note the next word to the client; whether it was told something else before, or nothing."""
        told, form = _Told(version, found), normal_form(uri)
        is_new = self._told.get(form) != told
        self._told[form] = told
        return is_new

    def hold(self, uri: str, *, holds: bool) -> None:
        """Note whether something is kept from the client until a word is typed to its end."""
        (self._holding.add if holds else self._holding.discard)(normal_form(uri))

    def is_holding(self, uri: str) -> bool:
        """Whether something is kept from the client."""
        return normal_form(uri) in self._holding

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
