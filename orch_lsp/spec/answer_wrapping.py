"""Ways in which models wrap, decorate or break a draft, undone."""

from __future__ import annotations

import re

from orch_lsp.spec.blocks import scan_blocks
from orch_lsp.spec.profiles import Profile
from orch_lsp.text import split_lines

_OPENING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([A-Za-z]*)[ \t]*\Z")
_MARKUP_NAMES = frozenset({"", "markdown", "md", "mdx", "text", "txt", "plaintext"})
# The draft is in one of the first fences, or in none; looking at each costs the length of the answer.
_FENCES_LOOKED_AT = 4
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+(.*)\Z", re.DOTALL)
_BOLD = re.compile(r" {0,3}(?:\*\*([^*]+)\*\*|__([^_]+)__)[ \t]*:?[ \t]*(.*)\Z", re.DOTALL)


def _heading_key(line: str, profile: Profile) -> str | None:
    found = _ATX.match(line)
    return None if found is None else profile.key_of_title(found[1]) or profile.key_of_alias(found[1])


def unwrapped(text: str, profile: Profile) -> str | None:
    """The content of the code fence that is wrapped round the whole draft; None if there is none."""
    lines = split_lines(text)
    blocks = scan_blocks(lines)
    first_section = next(
        (heading.first_line for heading in blocks.headings if profile.key_of_title(heading.text)), len(lines)
    )
    for first, _ in blocks.fences[:_FENCES_LOOKED_AT]:
        opening = _OPENING.match(lines[first])
        if first > first_section:
            return None
        if opening is None or opening[2].lower() not in _MARKUP_NAMES:
            continue
        content = _fenced_content(lines, first, opening[1], profile)
        if any(_heading_key(line, profile) is not None for line in content):
            return "\n".join(content)
    return None


def _fenced_content(lines: list[str], first: int, marker: str, profile: Profile) -> list[str]:
    """The lines inside a wrapping fence, which models close with a run no longer than the fences inside it."""
    last_heading = max(
        (number for number in range(first + 1, len(lines)) if _heading_key(lines[number], profile)), default=first
    )
    inner = False
    for number in range(first + 1, len(lines)):
        fence = _OPENING.match(lines[number].rstrip())
        if fence is None or fence[1][0] != marker[0] or len(fence[1]) < len(marker):
            continue
        if inner:
            inner = bool(fence[2])
        elif fence[2] or number < last_heading:
            inner = True
        else:
            return lines[first + 1 : number]
    return lines[first + 1 :]


def headings_from_bold_lines(text: str, profile: Profile) -> str | None:
    """`text` with lines such as `**Goal**` or `**Goal:** words` made headings; None if there are none."""
    lines = split_lines(text)
    fenced = {number for first, last in scan_blocks(lines).fences for number in range(first, last + 1)}
    converted: list[str] = []
    found = False
    for number, line in enumerate(lines):
        bold = None if number in fenced else _BOLD.match(line)
        name = "" if bold is None else bold[1] or bold[2]
        if bold is None or (profile.key_of_title(name) or (not bold[3] and profile.key_of_alias(name))) is None:
            converted.append(line)
            continue
        found = True
        converted += ["", f"## {name}", "", *([bold[3]] if bold[3] else [])]
    return "\n".join(converted) if found else None
