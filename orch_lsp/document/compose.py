"""Making a drafted body fit where it is put: nothing left open, its headings below the section's own."""

from __future__ import annotations

from orch_lsp.document.blocks import Heading, scan_blocks
from orch_lsp.document.profile import Profile
from orch_lsp.text import split_lines

DEEPEST = 6


def closed(body: str) -> str:
    """`body` with a line that closes the fence, comment or raw HTML that it leaves open, if it does."""
    open_block = scan_blocks(split_lines(body)).open_block
    return body if open_block is None else f"{body}\n{open_block.closer}"


def below(body: str, level: int, profile: Profile) -> str:
    """`body` with LF line ends and every heading deeper than `level`.

    Headings keep their distance from each other as far as six levels allow. One directly below the section that could
    be read as a section of the profile, or has no room below `level`, becomes a line in bold.
    """
    lines = split_lines(body)
    headings = scan_blocks(lines).headings
    if not headings:
        return "\n".join(lines)
    shift = max(0, level + 1 - min(heading.level for heading in headings))
    pieces: list[str] = []
    position = 0
    above: list[int] = []
    for heading in headings:
        while above and above[-1] >= heading.level:
            above.pop()
        named = profile.key_of_form(heading.text) is not None or (level == 1 and profile.keys_of(heading.text) != ())
        bold = level >= DEEPEST or (not above and named)
        if not bold:
            above.append(heading.level)
        pieces += lines[position : heading.first_line]
        pieces += _heading_lines(lines, heading, heading.level + shift, bold=bold)
        position = heading.last_line + 1
    return "\n".join((*pieces, *lines[position:]))


def _heading_lines(lines: list[str], heading: Heading, new_level: int, *, bold: bool) -> list[str]:
    text = " ".join(split_lines(heading.text))
    if bold:
        line = f"**{text}**" if text else ""
        following = lines[heading.last_line + 1] if heading.last_line + 1 < len(lines) else ""
        return [line, ""] if following.strip() else [line]
    if new_level == heading.level:
        return lines[heading.first_line : heading.last_line + 1]
    return [f"{'#' * min(new_level, DEEPEST)} {text}".rstrip()]
