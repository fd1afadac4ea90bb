"""Ignore files, by the rules of gitignore(5), without git.

With and without a git binary or a repository the list is the same, and no configuration of the repository is run.
The patterns are hostile until shown otherwise: no pattern takes more than time proportional to its length times
the path's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orch_lsp.context.wildmatch import compile_component

MAX_PATTERNS = 10_000
_LARGEST_UNION = 1_000

Component = re.Pattern[str] | None
"""One part of a pattern; None is `**`, which stands for any number of folders."""


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """A line of an ignore file: what it matches, below the file's folder, and what it says of that."""

    components: tuple[Component, ...]
    anchored: bool
    """Whether the pattern names a path; one that does not matches a name at any depth."""
    folders_only: bool
    negated: bool

    def matches(self, parts: Sequence[str], *, is_folder: bool) -> bool:
        """Whether it speaks of exactly this path, not of a folder around it."""
        if self.folders_only and not is_folder:
            return False
        return _matches(self.components, parts if self.anchored else parts[-1:])


class Rules:
    """The rules of one ignore file. Later rules win over earlier ones."""

    def __init__(self, lines: Iterable[str]) -> None:
        rules = [rule for line in lines if (rule := parse_rule(_bytewise(line))) is not None][:MAX_PATTERNS]
        self._rules = tuple(reversed(rules))
        self._anchored = tuple(rule for rule in self._rules if rule.anchored)
        self._any_name = _union([rule.components[0] for rule in rules if not rule.anchored])

    def may_speak_of(self, name: str) -> bool:
        """Whether any rule may be about what has this name; nearly always not, where all are about a name alone."""
        if self._anchored or self._any_name is None:
            return True
        return self._any_name.fullmatch(name if name.isascii() else _bytewise(name)) is not None

    def verdict(self, parts: Sequence[str], *, is_folder: bool) -> bool | None:
        """Whether the path, given by its parts below the file's folder, is ignored; None if no rule speaks of it."""
        parts = [part if part.isascii() else _bytewise(part) for part in parts]
        # Nearly every path is of no interest to any rule that is about a name alone.
        unnamed = self._any_name is not None and self._any_name.fullmatch(parts[-1]) is None
        for rule in self._anchored if unnamed else self._rules:
            if rule.matches(parts, is_folder=is_folder):
                return not rule.negated
        return None

    def covers(self, parts: Sequence[str]) -> bool:
        """Whether a file is ignored by itself or by a folder around it."""
        return any(
            self.verdict(parts[:depth], is_folder=depth < len(parts)) is True for depth in range(1, len(parts) + 1)
        )


def parse_rules(text: str) -> Rules:
    """Read an ignore file. A line that is no valid pattern matches nothing, as in git."""
    return Rules(line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n"))


def parse_rule(line: str) -> IgnoreRule | None:
    """Read one line; None for a blank one, a comment, or a pattern that can match nothing."""
    if line.startswith("#"):
        return None
    pattern = _without_trailing_spaces(line)
    negated = pattern.startswith("!")
    pattern = pattern[negated:]
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    anchored = "/" in pattern
    components: list[Component] = []
    for part in pattern.removeprefix("/").split("/"):
        any_folders = len(part) > 1 and not part.strip("*")
        component = None if any_folders else compile_component(part)
        if not part or (component is None and not any_folders):
            return None
        components.append(component)
    return IgnoreRule(tuple(components), anchored, folders_only, negated)


def _union(components: Sequence[Component]) -> re.Pattern[str] | None:
    """One expression for all; None if there are too many, or one that matches everything."""
    patterns = [component.pattern for component in components if component is not None]
    if len(patterns) < len(components) or len(patterns) > _LARGEST_UNION:
        return None
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)", re.DOTALL)


def _matches(components: Sequence[Component], parts: Sequence[str]) -> bool:
    """Match from the left; on failure only the last `**` takes in one more folder, as earlier ones gain nothing."""
    index = position = 0
    resume: tuple[int, int] | None = None
    while position < len(parts):
        component = components[index] if index < len(components) else None
        if index < len(components) and component is None:
            if index + 1 == len(components):
                return True
            index += 1
            resume = (index, position)
        elif component is not None and component.fullmatch(parts[position]) is not None:
            index += 1
            position += 1
        elif resume is None:
            return False
        else:
            index, position = resume[0], resume[1] + 1
            resume = (index, position)
    return index == len(components)


def _bytewise(text: str) -> str:
    """Text with a character for each of its UTF-8 bytes, since a `?` in git's patterns is a byte."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _without_trailing_spaces(line: str) -> str:
    """Trailing spaces do not count unless a backslash precedes them."""
    kept = line.rstrip(" ")
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept + " " if backslashes % 2 and len(kept) < len(line) else kept
