"""The items of a list that a model handed over as JSON, as lines of the section that they are for."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.document.items import placed_items
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.reader import read


def lines_of(items: Sequence[str], profile: Profile, key: str | None) -> str:
    """Items of a list, or tasks in the form of the document where the section holds those.

    Args:
        items: Their words, with or without marks of their own.
        profile: By which the answer is read.
        key: The section.
    """
    form = next((one for one in profile.node_forms if one.kind == "task" and one.first and key in one.sections), None)
    if form is None:
        return "\n".join(f"- {item}" for item in items)
    return "\n".join(f"{form.first.format(number)}{bare_words(item)}" for number, item in enumerate(items, 1))


def bare_words(words: str) -> str:
    """The words of an item, or of a box alone, without the marks in front of them."""
    for text in (words, f"- {words}"):
        first = next(placed_items(read(text)), None)
        if first is not None and first.span.start == 0 and (text == words or first.box is not None):
            return text[first.content.start :]
    return words
