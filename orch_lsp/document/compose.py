"""Making a drafted body fit where it is put: nothing left open, its headings below the section's own."""

from __future__ import annotations

from orch_lsp.document.profile import Profile
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Heading
from orch_lsp.text import after_line, end_of_line, split_lines

DEEPEST = 6


def closed(body: str) -> str:
    """`body` with a line that closes the fence, comment or raw HTML that it leaves open, if it does."""
    open_block = read(body).open_block
    return body if open_block is None else f"{body}\n{open_block.closer}"


def below(body: str, level: int, profile: Profile) -> str:
    """`body` with LF line ends and every heading deeper than `level`.

    Headings keep their distance from each other as far as six levels allow. One directly below the section that could
    be read as a section of the profile, or has no room below `level`, becomes a line in bold.
    """
    text = "\n".join(split_lines(body))
    headings = read(text).headings
    if not headings:
        return text
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
        pieces.append(text[position : heading.span.start])
        if bold:
            pieces.append(_in_bold(text, heading))
        elif shift:
            pieces.append(f"{'#' * min(heading.level + shift, DEEPEST)} {_on_one_line(heading)}".rstrip())
        else:
            pieces.append(text[heading.span.start : heading.span.end])
        position = heading.span.end
    return "".join((*pieces, text[position:]))


def _on_one_line(heading: Heading) -> str:
    return " ".join(split_lines(heading.text))


def _in_bold(text: str, heading: Heading) -> str:
    words = _on_one_line(heading)
    line = f"**{words}**" if words else ""
    following = after_line(text, heading.span.end)
    return f"{line}\n" if text[following : end_of_line(text, following)].strip() else line
