"""Shell patterns of one path component as regular expressions that cannot be made to backtrack.

The patterns come with the repository. A star that is followed by something fixed takes the first place where that
something stands and never returns to it, which is enough for a pattern whose last part is anchored at the end.
"""

from __future__ import annotations

import functools
import re

_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r"\ \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r"\ \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


@functools.lru_cache(maxsize=4096)
def compile_component(pattern: str) -> re.Pattern[str] | None:
    """The regular expression of a pattern without slashes, for `fullmatch`; None if it is malformed."""
    pieces = _pieces(pattern)
    if pieces is None:
        return None
    fixed, *after_stars = pieces
    regex = fixed
    for number, piece in enumerate(after_stars, 1):
        regex += f".*{piece}" if number == len(after_stars) else f"(?>.*?{piece})"
    return re.compile(regex, re.DOTALL)


def _pieces(pattern: str) -> list[str] | None:
    """Regular expressions of what stands before, between and after the stars."""
    pieces = [""]
    index = 0
    while index < len(pattern):
        char = pattern[index]
        index += 1
        if char == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif char == "?":
            pieces[-1] += "."
        elif char == "[":
            found = _set(pattern, index)
            if found is None:
                return None
            members, index = found
            pieces[-1] += members
        elif char == "\\":
            if index == len(pattern):
                return None
            pieces[-1] += re.escape(pattern[index])
            index += 1
        else:
            pieces[-1] += re.escape(char)
    return pieces


def _set(pattern: str, index: int) -> tuple[str, int] | None:
    """The set whose members begin at `index`, and the offset after its closing bracket."""
    negated = pattern[index : index + 1] in {"!", "^"}
    index += negated
    members: list[str] = []
    first = True
    while index < len(pattern):
        char = pattern[index]
        if char == "]" and not first:
            body = "".join(members)
            if not body:
                return ("." if negated else "(?!)"), index + 1
            return (f"[^{body}]" if negated else f"[{body}]"), index + 1
        first = False
        if pattern.startswith("[:", index) and (end := pattern.find(":]", index + 2)) > 0:
            name = pattern[index + 2 : end]
            if name not in _POSIX_CLASSES:
                return None
            members.append(_POSIX_CLASSES[name])
            index = end + 2
            continue
        member, index = _member(pattern, index)
        if member is None:
            return None
        if pattern[index : index + 1] == "-" and pattern[index + 1 : index + 2] not in {"", "]"}:
            last, index = _member(pattern, index + 1)
            if last is None:
                return None
            # As in git, the first character of a range counts even where the range runs backwards.
            if member < last:
                members.append(f"{re.escape(member)}-{re.escape(last)}")
        members.append(re.escape(member))
    return None


def _member(pattern: str, index: int) -> tuple[str | None, int]:
    """A character of a set, which a backslash may precede."""
    if pattern[index] != "\\":
        return pattern[index], index + 1
    return (pattern[index + 1], index + 2) if index + 1 < len(pattern) else (None, index + 1)
