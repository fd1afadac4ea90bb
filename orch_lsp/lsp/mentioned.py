"""Files and symbols that a spec names: what is meant under the cursor, and what can be named there."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote, unquote

from lsprotocol import types

from orch_lsp.context.item import ContextQuery
from orch_lsp.context.mentions import WIDE, Mention, mention_at, parse_target
from orch_lsp.context.sight import LooksUp, Sight
from orch_lsp.document.items import is_in_code
from orch_lsp.language.proposal import Proposal
from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.locations import uri_of_folder
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.text import Span, counted, start_of_line

MOST_PATHS = 200
_MOST_PLACES = 3
_LONGEST_LINE = 1_000
"""Characters before the cursor that are looked at; of a longer line, code that begins before is taken for prose."""
_AT = re.compile(rf"(?:^|(?<=[\s(\[,;:{WIDE}]))@(?P<path>[^\s@`()<>\[\]\"',;]{{0,200}})\Z")

_NAME = re.compile(r"[^\W\d]\w+(?:\.\w*){0,8}")
_IN_CODE = re.compile(r"[^`]*(?:`[^`]*`[^`]*)*`(?P<name>[^\W\d]\w{2,80}(?:\.\w{0,80}){0,8})\Z")
_LINK_LINES = re.compile(r"\](?:\(|:[ \t]{1,8})<?(?P<path>[^()<>\s\"#]{1,400})#(?P<part>[^()<>\s\"#]{0,80})\Z")


async def mentioned(snapshot: Snapshot, reading: Reading, offset: int) -> tuple[Mention, tuple[Sight, ...]] | None:
    """The mention at an offset with what it means; None if there is none, or none that means anything here."""
    query = _query(reading)
    if query is None or (mention := mention_at(reading.document.tree, offset)) is None:
        return None
    source = await _source(snapshot)
    sights = () if source is None else await source.look_up(query, mention)
    return (mention, sights[:_MOST_PLACES]) if sights else None


async def about(snapshot: Snapshot, reading: Reading, offset: int) -> tuple[str, Span] | None:
    """The mention at an offset in words for a hover: where it leads, its size, and whether it is sent."""
    found = await mentioned(snapshot, reading, offset)
    if found is None:
        return None
    mention, sights = found
    budget = reading.settings.context.budget_tokens
    enabled = reading.settings.context.enabled
    return "\n\n".join(_words(sight, budget, enabled=enabled) for sight in sights), mention.span


def locations(
    snapshot: Snapshot, reading: Reading, found: tuple[Mention, tuple[Sight, ...]], positions: Positions
) -> list[types.LocationLink] | list[types.Location] | None:
    """Where a mention leads, for a client that knows links of locations or not."""
    mention, sights = found
    folder = uri_of_folder(snapshot, reading)
    places = [(f"{folder}/{quote(sight.path)}", _range(sight)) for sight in sights if not sight.reason]
    if not places:
        return None
    if not snapshot.client.definition_links:
        return [types.Location(uri, place) for uri, place in places]
    origin = positions.range(mention.span)
    return [types.LocationLink(uri, place, types.Range(place.start, place.start), origin) for uri, place in places]


async def named(snapshot: Snapshot, reading: Reading, offset: int) -> list[Proposal]:
    """Files, symbols and lines of a file that can be named where an `@`, code or the lines of a link were begun."""
    text = reading.document.text
    line = max(start_of_line(text, offset), offset - _LONGEST_LINE)
    at, link = _AT.search(text, line, offset), _LINK_LINES.search(text, line, offset)
    code = None if at or link else _IN_CODE.match(text, line, offset)
    query = _query(reading)
    if (at or link or code) is None or query is None or is_in_code(reading.document.tree, offset):
        return []
    source = await _source(snapshot)
    if source is None:
        return []
    if link is not None:
        return await _parts(source, query, link["path"], Span(link.start("part"), offset), link["part"])
    if at is None:
        return [] if code is None else await _names(source, query, code["name"], Span(code.start("name"), offset))
    path, hash_sign, part = at["path"].partition("#")
    span = Span(at.start("path"), offset)
    if hash_sign:
        return await _parts(source, query, path, Span(offset - len(part), offset), part)
    found = await source.paths(query, path, MOST_PATHS)
    files = [Proposal(one, span, one, "path", filter=_typed(one, path)) for one in found if _is_plain(one)]
    names = await _names(source, query, path, span) if _NAME.fullmatch(path) else []
    return files + names[: MOST_PATHS - len(files)]


async def _names(source: LooksUp, query: ContextQuery, begun: str, span: Span) -> list[Proposal]:
    """Symbols and dotted modules, each with the file that it is of."""
    found = await source.names(query, begun, MOST_PATHS)
    files: dict[str, list[str]] = {}
    for sight in found:
        files.setdefault(sight.symbol, []).append(sight.path)
    return [
        Proposal(name, span, name, "symbol", detail=paths[0] if len(paths) == 1 else counted(len(paths), "file"))
        for name, paths in files.items()
    ]


async def _parts(source: LooksUp, query: ContextQuery, path: str, span: Span, typed: str) -> list[Proposal]:
    """The lines of what is defined in a file, by the names of that."""
    file = parse_target(unquote(path), explicit=True)
    found = () if file is None else await source.parts(query, file)
    begun = typed.casefold()
    proposals: list[Proposal] = []
    for sight in found:
        first, last = sight.lines or (1, 1)
        lines = f"L{first}-L{last}"
        if lines.casefold().startswith(begun) or begun in sight.symbol.casefold():
            proposals.append(Proposal(sight.symbol, span, lines, "lines", lines, filter=f"{typed} {sight.symbol}"))
    return proposals[:MOST_PATHS]


def _typed(path: str, begun: str) -> str:
    """The part of a path that was begun: all of it, or its name."""
    return path if path.casefold().startswith(begun.casefold()) else path.rpartition("/")[2]


def _is_plain(path: str) -> bool:
    """Whether a path can be written behind an `@` as it is."""
    return path.isprintable() and not re.search(r"[\s`()<>\[\]\"',;#]", path)


def _query(reading: Reading) -> ContextQuery | None:
    if reading.root is None:
        return None
    limits = reading.settings.context
    return ContextQuery(
        reading.root, reading.source.path, "", "", limits.budget_tokens, limits.include, limits.exclude
    )  # fmt: skip


async def _source(snapshot: Snapshot) -> LooksUp | None:
    source = await asyncio.to_thread(lambda: snapshot.session.context_source)
    return source if isinstance(source, LooksUp) else None


def _words(sight: Sight, budget: int, *, enabled: bool) -> str:
    lines = f", lines {sight.lines[0]}–{sight.lines[1]}" if sight.lines else ""
    symbol = f"`{sight.symbol}` in " if sight.symbol else ""
    place = f"{symbol}`{_quoted(sight.path)}`{lines}"
    if sight.reason:
        return f"{place} is not sent with a draft: {sight.reason}."
    size = f"{sight.size:,} bytes" if sight.size < 10_000 else f"{sight.size // 1000:,} kB"
    much = f"{size}, ≈ {sight.tokens:,} tokens"
    if not enabled:
        return f"{place}: {much}. Not sent: context is switched off."
    if sight.tokens > budget:
        return f"{place}: {much}. Sent in part: a draft's context has {budget:,} tokens."
    return f"{place}: {much}. Sent with a draft, as far as its context has room."


def _quoted(path: str) -> str:
    return path.replace("`", "'").replace("\n", " ")


def _range(sight: Sight) -> types.Range:
    first, last = sight.lines or (1, 1)
    end = types.Position(last, 0) if sight.lines else types.Position(0, 0)
    return types.Range(types.Position(first - 1, 0), end)
