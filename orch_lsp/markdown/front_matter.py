"""Front matter: the YAML block between two `---` lines at the very start of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from orch_lsp.text import LineIndex, Span

if TYPE_CHECKING:
    import yaml

BYTE_ORDER_MARK = "\ufeff"
MAX_CHARACTERS = 16 * 1024

_OPENING = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING_IN_BODY = re.compile(r"(?<![^\r\n])(?:---|\.\.\.)(?=[ \t]*(?:[\r\n]|\Z))")
_BRACKET = re.compile(r"[\[\]{}]")
_DEEPEST = 50
_KEY = re.compile(r"(?<![^\r\n])([A-Za-z_][\w-]*)[ \t]*:")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A YAML block at the very start of a document."""

    span: Span
    """The whole block with both `---` lines and the last one's line end."""
    values: Mapping[str, Any]
    """Top-level keys; empty when the block is not a mapping or not YAML."""
    lines: Mapping[str, int]
    """Zero-based line of each top-level key; of what looks like one when the block could not be read."""
    problem: str | None = None
    """Why the block could not be read, if it could not."""


def content_start(text: str) -> int:
    """Where a document's content begins: after a byte order mark, if it has one."""
    return 1 if text.startswith(BYTE_ORDER_MARK) else 0


def opening_end(text: str) -> int | None:
    """Offset behind the text's first line if it would begin front matter, should a later line end it; else None."""
    opening = _OPENING.match(text, content_start(text))
    return None if opening is None else opening.end()


def opens_front_matter(text: str) -> bool:
    """Whether the text's first line would begin front matter, if a line further down ended it."""
    return opening_end(text) is not None


def closes_front_matter(line: str) -> bool:
    """Whether a line, with or without its line end, ends front matter that is open."""
    return _CLOSING.match(line) is not None


def without_closing_lines(body: str) -> str:
    """`body` with no line that could end front matter: a rule stays one with a dash more."""
    return _CLOSING_IN_BODY.sub(lambda found: "----" if found.group() == "---" else "…", body)


def _closing_line(text: str, start: int) -> Span | None:
    position = start
    while position < len(text):
        line = _LINE.match(text, position)
        if line is None:
            return None
        if closes_front_matter(line.group()):
            return Span(line.start(), line.end())
        position = line.end()
    return None


def parse_front_matter(text: str) -> FrontMatter | None:
    """The document's front matter; None if it has none. Never raises: what is wrong with it is its `problem`."""
    body_start = opening_end(text)
    if body_start is None:
        return None
    closing = _closing_line(text, body_start)
    if closing is None:
        return None
    span = Span(content_start(text), closing.end)
    source = text[body_start : closing.start]
    if len(source) > MAX_CHARACTERS:
        values, offsets, problem = {}, {}, f"front matter is longer than {MAX_CHARACTERS} characters"
    elif _too_deep(source):
        values, offsets, problem = {}, {}, "front matter is nested too deeply"
    else:
        values, offsets, problem = _read_yaml(source)
    if problem is not None:
        # Which keys it seems to have: one that names a provider must not be passed over.
        offsets = {found[1]: found.start() for found in _KEY.finditer(source)}
    index = LineIndex(text[: closing.start], "utf-32")
    lines = {key: index.position(body_start + offset)[0] for key, offset in offsets.items()}
    return FrontMatter(span, values, lines, problem)


def _too_deep(source: str) -> bool:
    """Whether brackets stand inside each other so often that the YAML library would take minutes to say no."""
    depth = 0
    for bracket in _BRACKET.finditer(source):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > _DEEPEST:
            return True
    return False


def _read_yaml(source: str) -> tuple[dict[str, Any], dict[str, int], str | None]:
    """Top-level values, the offset of each key, and why there are none."""
    import yaml

    # Constructors of the YAML library raise plain Python errors for values such as `2024-13-45` or `!!bool maybe`.
    try:
        loader = cast("Any", _loader_type()(source))
        node: yaml.Node | None = loader.get_single_node()
        pairs = _pairs(node)
        if pairs is None:
            return {}, {}, "front matter is not a list of `key: value` lines"
        values = {name: loader.construct_object(value, deep=True) for name, _, value in pairs}
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as error:
        return {}, {}, f"front matter is not valid YAML: {_reason(error)}"
    except RecursionError:
        return {}, {}, "front matter is nested too deeply"
    return values, {name: offset for name, offset, _ in pairs}, None


def _pairs(node: yaml.Node | None) -> list[tuple[str, int, yaml.Node]] | None:
    """Each key as it is written, its offset, and its value; empty for a block without content, None for no mapping."""
    import yaml

    if node is None:
        return []
    if not isinstance(node, yaml.MappingNode):
        return None
    found: list[tuple[str, int, yaml.Node]] = []
    for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
        if not isinstance(key, yaml.ScalarNode):
            return None
        found.append((str(key.value), int(key.start_mark.index), value))
    return found


def _reason(error: Exception) -> str:
    problem: object = getattr(error, "problem", None)
    return str(problem if isinstance(problem, str) else error).partition("\n")[0] or type(error).__name__


@cache
def _loader_type() -> type[yaml.SafeLoader]:
    """A safe loader that knows no aliases: a few lines of them can stand for more values than fit into memory."""
    import yaml
    from yaml.composer import ComposerError

    class _FrontMatterLoader(yaml.SafeLoader):
        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):
                raise ComposerError(None, None, "aliases (`*name`) are not supported", None)
            return super().compose_node(parent, index)

    return _FrontMatterLoader
