"""Looks of secrets: shapes of well-known tokens, private keys, and random-looking values in telling places.

What is found decides whether a request may be sent: prose, hashes, placeholders and the examples of documentation stop
nobody. `find_secrets` is the one entry.

In reading order: `service_tokens`, `armour` (private keys), `named_values` and `command_lines` (a kind of place each),
`values` (whether a value is one of those that stop nobody), `search` (how all of them look for a shape).

A search looks for the literals that shapes begin with, and tries the shape only there. Repetitions are bounded or
possessive, so that the time is linear in the text.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator

from orch_lsp.hidden import HIDDEN
from orch_lsp.secret_shapes.armour import private_keys
from orch_lsp.secret_shapes.command_lines import commands
from orch_lsp.secret_shapes.named_values import (
    assignments,
    cells,
    compiled_assignment,
    compiled_header,
    headers,
    manifest_values,
)
from orch_lsp.secret_shapes.search import SecretMatch
from orch_lsp.secret_shapes.service_tokens import Shapes, compiled_shapes, tokens
from orch_lsp.text import Span

# Characters that are not seen, a line that goes on, and what a page, an address, a text of JSON and a wide font make of
# a character.
_DISGUISE = re.compile(
    f"[{HIDDEN}\u200c\u200d\ufe0e\ufe0f]"
    r"|\\\r?\n[ \t]{0,16}+|%(?P<percent>[2-7][0-9A-Fa-f]|0[Aa])"
    r"|&#(?P<decimal>[0-9]{1,3});|&#[xX](?P<hex>[0-9A-Fa-f]{1,2});"
    r"|\\u00(?P<unit>[0-9A-Fa-f]{2})|(?P<wide>[\uFF01-\uFF5E])"
)


def _lowered(text: str) -> str:
    """As `str.lower`, but always as long as `text`."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(char.lower() if char.isascii() else char for char in text)


def _merged(candidates: Iterator[SecretMatch]) -> list[SecretMatch]:
    merged: list[SecretMatch] = []
    for match in sorted(candidates, key=lambda match: (match.span.start, -match.span.end)):
        if merged and match.span.start < merged[-1].span.end:
            last = merged[-1]
            merged[-1] = SecretMatch(Span(last.span.start, max(last.span.end, match.span.end)), last.kind)
        else:
            merged.append(match)
    return merged


@functools.cache
def _shapes() -> Shapes:
    return compiled_shapes()


@functools.cache
def _assigned() -> re.Pattern[str]:
    return compiled_assignment()


@functools.cache
def _header() -> re.Pattern[str]:
    return compiled_header()


def _found(text: str, *, strict: bool) -> Iterator[SecretMatch]:
    lowered = _lowered(text)
    yield from tokens(text, _shapes())
    yield from private_keys(text)
    yield from assignments(text, lowered, _assigned())
    yield from headers(text, lowered, _header(), strict=strict)
    yield from commands(text, lowered)
    yield from cells(text, lowered)
    yield from manifest_values(text, lowered)


def _found_as_read(text: str, *, strict: bool) -> Iterator[SecretMatch]:
    """Secrets in a text that is read without its invisible characters, and with its escapes resolved."""
    pieces: list[str] = []
    offsets: list[int] = []
    position = 0
    for disguise in _DISGUISE.finditer(text):
        meant = _meant(disguise)
        pieces += (text[position : disguise.start()], meant)
        offsets += range(position, disguise.start())
        offsets += [disguise.start()] * len(meant)
        position = disguise.end()
    if not position:
        return
    pieces.append(text[position:])
    offsets += range(position, len(text) + 1)
    for match in _found("".join(pieces), strict=strict):
        yield SecretMatch(
            Span(offsets[match.span.start], max(offsets[match.span.end - 1] + 1, offsets[match.span.end])), match.kind
        )


def _meant(disguise: re.Match[str]) -> str:
    if disguise["percent"]:
        code = int(disguise["percent"], 16)
    elif disguise["hex"] or disguise["unit"]:
        code = int(disguise["hex"] or disguise["unit"], 16)
    elif disguise["decimal"]:
        code = int(disguise["decimal"])
    elif disguise["wide"]:
        code = ord(disguise["wide"]) - 0xFEE0
    else:
        return ""
    return chr(code) if 32 <= code < 127 or code == 10 else " "


def find_secrets(text: str, *, strict: bool = True) -> list[SecretMatch]:
    """Spans shaped like secrets, in order and without overlaps. A span covers the value, not the name before it.

    Args:
        text: Where to look.
        strict: Whether the value of a credential header has to look random; if not, any value of one counts.
    """
    return _merged(itertools.chain(_found(text, strict=strict), _found_as_read(text, strict=strict)))
