"""Names by which links lead to a heading: those that renderers make of its words, and those written on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orch_lsp.markdown.tree import Tree

_OWN_NAME = re.compile(r"\{#([^\s{}]+)\}\s*$")
_MARKUP = re.compile(r"!?\[([^\]\[]*)\]\([^)\s]*\)|[`*]|<[^>\n]*>")
_DROPPED = re.compile(r"[^\w\- ]")


def anchored(tree: Tree, anchor: str) -> int | None:
    """The offset of the heading that an anchor names; None if there is none. Upper and lower case are the same."""
    wanted = anchor.casefold()
    counts: dict[str, int] = {}
    for heading in tree.headings:
        own = _OWN_NAME.search(heading.text)
        if own is not None and own[1].casefold() == wanted:
            return heading.span.start
        words = heading.text if own is None else heading.text[: own.start()]
        name = anchor_of(words)
        number = counts.get(name, 0)
        counts[name] = number + 1
        if wanted in {name if number == 0 else f"{name}-{number}", anchor_of(heading.text) if own else ""}:
            return heading.span.start
    return None


def anchor_of(words: str) -> str:
    """The anchor of a heading with these words, as forges make it: `2. Goals & aims` is `2-goals--aims`."""
    bare = _MARKUP.sub(lambda found: found[1] or "", words)
    return _DROPPED.sub("", bare.strip().casefold()).replace(" ", "-")
