"""Which setting's value stands at an offset of a text that somebody is typing. Pure; the text need not be valid.

Only values that can be offered are found: the name of a provider, the id of a model, a provider's kind.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from orch_lsp.markdown.front_matter import MAX_CHARACTERS, closes_front_matter, opening_end
from orch_lsp.settings.edit import yaml_scalar
from orch_lsp.settings.locate import key_lines, key_path_of_line
from orch_lsp.text import LineIndex, Span

Key = Literal["provider", "model", "kind"]
Syntax = Literal["yaml", "toml"]

_YAML_KEY = re.compile(r"(?P<key>provider|model)[ \t]*:(?P<gap>[ \t]*)")
_YAML_OTHER = re.compile(r"[ \t]*(?:#.*)?$|[^\s#:][^:]*:(?:[ \t].*)?$|[ \t]+\S.*$|-[ \t].*$")
_TOML_KEY = re.compile(r"[^=]*=(?P<gap>[ \t]*)")
_QUOTED = re.compile(r"\"[^\"]*\"?|'[^']*'?")


@dataclass(frozen=True, slots=True)
class ValueAt:
    """A value that is being typed.

    Attributes:
        key: Whose value it is.
        span: What stands there now, quotes included; empty if there is nothing yet.
        provider: For a model or a kind, the name of the provider that it belongs to, if one is named.
        lead: The text to insert before a value that is put there: the blank after `:`.
        quote: The quote that the value begins with, if it does.
        syntax: How values are written here.
    """

    key: Key
    span: Span
    provider: str | None
    lead: str
    quote: str
    syntax: Syntax

    def written(self, value: str) -> str:
        """The value as it is written here."""
        return self.lead + (yaml_scalar(value) if self.syntax == "yaml" else json.dumps(value, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with a key: the key, the column after its sign, and its value with the value's column."""

    key: str
    sign_end: int
    value_start: int
    value: str

    def holds(self, column: int) -> bool:
        """Whether the cursor is where a value is typed, or where one may begin."""
        first = self.value_start if self.value else self.sign_end
        return first <= column <= self.value_start + len(self.value)

    def span(self, start: int, column: int) -> Span:
        """The value's place in the text; an empty one is at the cursor."""
        if not self.value:
            return Span(start + column, start + column)
        return Span(start + self.value_start, start + self.value_start + len(self.value))

    @property
    def quote(self) -> str:
        """The quote that the value begins with."""
        return self.value[0] if self.value[:1] in {'"', "'"} else ""

    @property
    def name(self) -> str | None:
        """The value without its quotes; None if there is nothing."""
        return self.value.strip("\"'") or None


def _line(found: re.Match[str] | None, content: str, key: str) -> _Line | None:
    """A line from the match of its key and sign."""
    if found is None:
        return None
    rest = content[found.end() :]
    quoted = _QUOTED.match(rest)
    value = quoted.group() if quoted else re.split(r"(?<![^ \t])#", rest, maxsplit=1)[0].rstrip(" \t")
    return _Line(key, found.start("gap"), found.end(), value)


def _yaml_line(content: str) -> _Line | None:
    found = _YAML_KEY.match(content)
    return _line(found, content, found["key"] if found else "")


def value_in_front_matter(text: str, offset: int) -> ValueAt | None:
    """The value at an offset of a spec; its front matter may lack its last line yet."""
    body_start = opening_end(text)
    if body_start is None or not body_start <= offset <= MAX_CHARACTERS:
        return None
    index = LineIndex(text[: MAX_CHARACTERS + body_start], "utf-32")
    number, column = index.position(offset)
    above = [index.line(line) for line in range(1, number)]
    if any(closes_front_matter(line) or not _YAML_OTHER.match(line) for line in above):
        return None
    line = _yaml_line(index.line(number))
    if line is None or not line.holds(column):
        return None
    return ValueAt(
        key="provider" if line.key == "provider" else "model",
        span=line.span(offset - column, column),
        provider=_yaml_provider(index, number) if line.key == "model" else None,
        lead="" if line.value_start > line.sign_end else " ",
        quote=line.quote,
        syntax="yaml",
    )


def _yaml_provider(index: LineIndex, model_line: int) -> str | None:
    for number in range(1, index.line_count):
        content = index.line(number)
        if number > model_line and (closes_front_matter(content) or not _YAML_OTHER.match(content)):
            return None
        line = _yaml_line(content)
        if line is not None and line.key == "provider":
            return line.name
    return None


def value_in_toml(text: str, offset: int) -> ValueAt | None:
    """The value at an offset of a settings file."""
    index = LineIndex(text, "utf-32")
    number, column = index.position(offset)
    path = key_path_of_line(text, number)
    content = index.line(number)
    line = _line(_TOML_KEY.match(content), content, "")
    if path is None or line is None or not line.holds(column):
        return None
    provider: str | None = None
    match path:
        case ("provider",):
            key: Key = "provider"
        case ("model",):
            key, provider = "model", _toml_provider(text, index)
        case ("providers", name, "model"):
            key, provider = "model", name
        case ("providers", name, "kind"):
            key, provider = "kind", name
        case _:
            return None
    return ValueAt(key, line.span(offset - column, column), provider, "", line.quote, "toml")


def _toml_provider(text: str, index: LineIndex) -> str | None:
    number = key_lines(text).get(("provider",))
    content = "" if number is None else index.line(number)
    line = _line(_TOML_KEY.match(content), content, "")
    return None if line is None else line.name
