"""Where a Markdown HTML block starts and what ends it: the seven kinds of CommonMark 0.31 §4.6."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|"
    "link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|"
    "thead|title|tr|track|ul"
)
_RAW = re.compile(r"<(script|pre|style|textarea)(?=[\s>]|\Z)", re.IGNORECASE)
_RAW_END = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK_TAGS})(?:\s|/?>|\Z)", re.IGNORECASE)
_DECLARATION = re.compile(r"<![A-Za-z]")
_ATTRIBUTE = r"""\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
_WHOLE_TAG = re.compile(
    rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>)\s*\Z", re.ASCII
)
_HEADING = re.compile(r"[ \t]*<h([1-6])(?:\s[^<>]*)?>(.*)</h\1[ \t]*>[ \t]*\Z", re.IGNORECASE)
# The last kind needs a whole tag on one line; a longer one is text, so that no line costs more than linear time.
_LONGEST_TAG_LINE = 2_000


def html_heading(line: str) -> tuple[int, str] | None:
    """Level and content of a heading that stands in HTML on a line of its own; None if the line is none."""
    found = _HEADING.match(line) if len(line) <= _LONGEST_TAG_LINE else None
    return None if found is None else (int(found[1]), found[2].strip())


@dataclass(frozen=True, slots=True)
class HtmlBlock:
    """An HTML block: `closer` ends it when a line holds it; None if a blank line does."""

    closer: str | None
    comment: bool = False
    raw: bool = False

    def ends_in(self, line: str, position: int) -> bool:
        """Whether the block ends in `line`, looked at from `position` on."""
        if self.closer is None:
            return False
        if self.raw:
            return _RAW_END.search(line, position) is not None
        return self.closer in line[position:]


_COMMENT = HtmlBlock("-->", comment=True)
_INSTRUCTION = HtmlBlock("?>")
_CHARACTER_DATA = HtmlBlock("]]>")
_DECLARED = HtmlBlock(">")
_UNTIL_BLANK = HtmlBlock(None)


def html_block_at(line: str, start: int, *, in_paragraph: bool) -> HtmlBlock | None:
    """The HTML block that begins at `start`, where `line` has a `<`; a lone inline tag cannot end a paragraph."""
    if line.startswith("<!--", start):
        return _COMMENT
    if raw := _RAW.match(line, start):
        return HtmlBlock(f"</{raw[1]}>", raw=True)
    if line.startswith("<?", start):
        return _INSTRUCTION
    if line.startswith("<![CDATA[", start):
        return _CHARACTER_DATA
    if _DECLARATION.match(line, start):
        return _DECLARED
    if _BLOCK_TAG.match(line, start):
        return _UNTIL_BLANK
    if not in_paragraph and len(line) - start <= _LONGEST_TAG_LINE and _WHOLE_TAG.match(line, start):
        return _UNTIL_BLANK
    return None
