"""A section's own text: its body without the rules at the end, which set it apart from the next section."""

from __future__ import annotations

from orch_lsp.text import normalised, sha256

_SHORTEST_RULE = 3
_DEEPEST_INDENT = 3


def is_rule(line: str) -> bool:
    """Whether a line that is part of no other block is a rule: `---`, `* * *`, `___`."""
    if len(line) - len(line.lstrip(" \t")) > _DEEPEST_INDENT or line.startswith("\t"):
        return False
    marks = "".join(line.split())
    return len(marks) >= _SHORTEST_RULE and marks[0] in "-*_" and len(set(marks)) == 1


def own_text(body: str) -> str:
    """A body with LF line ends, without blank lines around it and rules at its end."""
    lines = normalised(body).split("\n")
    while lines and (not lines[-1].strip() or is_rule(lines[-1])):
        lines.pop()
    return "\n".join(lines)


def body_sha256(body: str) -> str:
    """The hash by which a drafted section is known again in a document."""
    return sha256(own_text(body))
