"""A draft that came as HTML: its headings, lists, paragraphs and code in Markdown. Linear in the answer."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.text import normalised

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?:\s[^<>]{0,2000})?/?>|<!--.{0,4000}?-->", re.DOTALL)
_HEADINGS = re.compile(r"<h[1-6](?:\s[^<>]{0,200})?>", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:h[1-6]|li|p|ul|ol|body|html|section|div)>", re.IGNORECASE)
_LEAST_CLOSED = 3
_FRAGMENT = re.compile(r"<(?:!doctype html|html|body|ul|ol|p|div|section|article)\b", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|head)\b[^<>]{0,2000}>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_INLINE: Mapping[str, str] = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "tt": "`"}
_BLOCKS = frozenset({
    "html", "body", "main", "article", "section", "div", "p", "header", "footer", "blockquote", "table", "thead",
    "tbody", "dl", "dt", "dd",
})  # fmt: skip
_GAPS = re.compile(r"\n{3,}")


def out_of_html(text: str, notes: list[AnswerNote]) -> str | None:
    """The draft in Markdown; None for an answer that is no HTML, or holds headings of Markdown, too."""
    if _HEADINGS.search(text) is None or re.search(r"^ {0,3}#{1,6} ", text, re.MULTILINE):
        return None
    if sum(1 for _ in _CLOSED.finditer(text)) < _LEAST_CLOSED:
        return None
    unseen = "\n".join(found[0] for found in _UNSEEN.finditer(text))
    if unseen:
        notes.append(AnswerNote("text_left_out", "left out what a page does not show", unseen))
        text = _UNSEEN.sub("", text)
    return normalised(_GAPS.sub("\n\n", _Markdown().of(text)))


def fragment_of_html(text: str) -> str | None:
    """A text that is HTML from its first character to its last, in Markdown; None for any other."""
    if _FRAGMENT.match(text) is None or text[-1:] != ">":
        return None
    return normalised(_GAPS.sub("\n\n", _Markdown().of(text)))


class _Markdown:
    """A page read from its beginning to its end."""

    def __init__(self) -> None:
        self._lists: list[tuple[str, int]] = []
        """The lists around here: name, and how many items there were."""
        self._is_code = False

    def of(self, page: str) -> str:
        """The page in Markdown."""
        pieces: list[str] = []
        end = 0
        for tag in _TAG.finditer(page):
            pieces.append(self._words(page[end : tag.start()]))
            end = tag.end()
            if tag[2] is not None:
                pieces.append(self._mark(tag[2].casefold(), opens=not tag[1], raw=tag[0]))
        pieces.append(self._words(page[end:]))
        return "".join(pieces)

    def _words(self, text: str) -> str:
        return "" if text.isspace() and not self._is_code else html.unescape(text)

    def _mark(self, name: str, *, opens: bool, raw: str) -> str:
        if name == "pre":
            self._is_code = opens
            return "\n\n```\n" if opens else "\n```\n\n"
        if name in _INLINE:
            return "" if self._is_code else _INLINE[name]
        if len(name) == 2 and name[0] == "h" and name[1].isdigit():
            return f"\n\n{'#' * int(name[1])} " if opens else "\n\n"
        if name in {"ul", "ol"}:
            return self._list(name, opens=opens)
        if name == "li":
            return self._item() if opens else ""
        if name == "br":
            return "\n"
        return "\n\n" if name in _BLOCKS else raw

    def _list(self, name: str, *, opens: bool) -> str:
        if opens:
            self._lists.append((name, 0))
        elif self._lists:
            self._lists.pop()
        return "" if self._lists else "\n\n"

    def _item(self) -> str:
        name, count = self._lists.pop() if self._lists else ("ul", 0)
        self._lists.append((name, count + 1))
        mark = f"{count + 1}." if name == "ol" else "-"
        return f"\n{'   ' * (len(self._lists) - 1)}{mark} "
