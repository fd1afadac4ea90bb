"""Symbols that a draft names as code and that nothing in the workspace knows: settings and classes that were made up.

Only names that look like code are looked at: dotted, in capitals or in CamelCase. A class of somebody else's library is
no invention, so that a bare one is a hint; a dotted one that begins with a package of this workspace claims to be here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.draft_checks.claims import Named, named_in
from orch_lsp.draft_checks.material import DraftFinding, Material, Severity
from orch_lsp.draft_checks.tokens import folded, holds_word

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){1,6}(?:\(\))?")
_UPPER = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_CAMEL = re.compile(r"(?:[A-Z][a-z0-9]+){2,8}|[A-Z]{2,6}[a-z0-9]+(?:[A-Z][a-z0-9]+)+")
_ASSIGNMENT = re.compile(r"\A([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+) ?[=:]")
_FILE = re.compile(
    r"\.(?:py|js|ts|tsx|jsx|md|rst|json|toml|ya?ml|cfg|ini|txt|sh|go|rs|java|c|h|cpp|html|css|com|org|io|dev|net|example)\Z"
)
_MOST = 40


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name as it is looked for: the last part of a dotted one."""

    written: str
    name: str
    module: str
    """The package that a dotted name begins with; empty for none."""


def symbols_of(material: Material) -> Iterator[tuple[Symbol, Named]]:
    """The symbols that the draft names and neither makes nor has from its brief and sources."""
    every = [(symbol, named) for named in named_in(material) if (symbol := _symbol(named.code)) is not None]
    new = {symbol.name for symbol, named in every if named.is_new}
    seen: set[str] = set()
    for symbol, named in every:
        if symbol.name in seen or (symbol.name in new and not named.is_there):
            continue
        seen.add(symbol.name)
        if len(seen) > _MOST:
            return
        if not holds_word(material.given.text, folded(symbol.name)):
            yield symbol, named


def unknown(material: Material) -> Iterator[DraftFinding]:
    """Findings on symbols that the workspace does not know."""
    for symbol, named in symbols_of(material):
        if not material.defined(symbol.name):
            told = f"nothing in the workspace is called `{symbol.written}`"
            severity = _severity(material, symbol)
            yield DraftFinding("symbol_not_in_tree", severity, told, named.part.key, named.sentence.text)


def _severity(material: Material, symbol: Symbol) -> Severity:
    if symbol.module:
        return "error" if material.exists(symbol.module) else "hint"
    return "warning" if _UPPER.fullmatch(symbol.name) else "hint"


def _symbol(code: str) -> Symbol | None:
    if (assigned := _ASSIGNMENT.match(code)) is not None:
        return Symbol(assigned[1], assigned[1], "")
    bare = code.removesuffix("()")
    if _UPPER.fullmatch(bare) or _CAMEL.fullmatch(bare):
        return Symbol(bare, bare, "")
    if _DOTTED.fullmatch(bare) and not _FILE.search(bare):
        parts = bare.split(".")
        if len(parts) > 2 or _CAMEL.fullmatch(parts[-1]) or _UPPER.fullmatch(parts[-1]):
            return Symbol(bare, parts[-1], parts[0])
    return None
