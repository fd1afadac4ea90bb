"""The nodes of requirements and bug reports: requirements, their criteria, and the terms of the glossary.

A criterion's key is its requirement's number with its own in the list (`2.3`), or the id in front of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of, matches_in
from orch_lsp.document.node import Node, NodeKind, Nodes, shortened, slug
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.profiles.kiro.references import ID, NUMBER, Relations, citations_of, key_of
from orch_lsp.profiles.kiro.words import CRITERIA, DERIVED, NORMATIVE, PREFIXES, REQUIREMENT, either
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.document.skeleton import Skeleton
    from orch_lsp.markdown.tree import Chunk, Heading

_LEAD = r"[\W_]*+"
_TAIL = r"[)）\]】*_]*[ \t]*(?:[:：.、．)）–—-]+[ \t]*)?[*_]*(?P<title>.*)"
_ANY_ID = rf"(?P<id>{ID})(?![A-Za-z0-9])"
_REQUIREMENT = re.compile(
    rf"{_LEAD}(?P<derived>{either(DERIVED)}[ \t]*#?)?(?:{either(REQUIREMENT)}[ \t]*#?)?{_ANY_ID}{_TAIL}"
)
_NAMED = re.compile(rf"{_LEAD}(?:{either(DERIVED)}|{either(REQUIREMENT)})[ \t]*#?(?:{ID})(?![A-Za-z0-9])")
_PREFIXED = re.compile(rf"{_LEAD}(?:{PREFIXES})-?{NUMBER}[a-z]?(?![A-Za-z0-9])")
_NUMBERED = re.compile(rf"{_LEAD}(?P<number>{NUMBER})(?:[.:：)）、．][ \t]*|[ \t]+)\S")
_LABEL = r"(?i:AC|(?:acceptance[ \t]+)?criteri(?:on|a))[ \t]+#?"
_EXPLICIT = re.compile(
    rf"[*_]{{0,3}}(?:{_LABEL}(?=\d))?(?P<id>(?:(?P<prefix>{PREFIXES})-?)?{NUMBER}[a-z]?)[.:：)）]?[*_]{{0,3}}[.:：)）]?(?=\s)\s*"
)
_EXPLICIT_LINE = re.compile(
    rf"(?<![^\r\n])[ \t]*(?:[*_]{{0,3}}(?P<number>\d{{1,4}}(?:\.\d{{1,4}})+)[.:：)）]?[*_]{{0,3}}[.:：]?"
    rf"|(?:\*\*|__)?{_LABEL}(?P<labelled>\d{{1,4}}(?:\.\d{{1,4}})+)(?:[.:：)）]?(?:\*\*|__)[.:：]?|[:：])"
    rf"|(?:\*\*|__)(?P<prefixed>(?:{PREFIXES})-?{NUMBER}[a-z]?)(?:[:：]?(?:\*\*|__)|(?:\*\*|__)[:：]))[ \t]+(?=\S)"
)
_TRIGGER = re.compile(r"[*_]{0,2}(?:WHEN|IF|WHILE|WHERE|THE|FOR|GIVEN|当|如果|若|在|系统)\b", re.ASCII)
_TERM = re.compile(r"(?P<mark>\*\*|__|`)(?P<term>[^*`\r\n]{1,80}?)[:：]?(?P=mark)[ \t]*[:：–—-]?")
_LINE_OF_A_TITLE = re.compile(r"<!--.*?-->|\{[#:.][^{}]*\}[ \t]*\Z")
_SECTION = "requirements"
_RELATIONS = Relations(covers="cites")
_KINDS: dict[str, NodeKind] = {"US": "story", "SC": "success_criterion", "AC": "criterion"}


def requirements_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `requirements.md`."""
    skeleton, chunks = document.skeleton, document.tree.chunks
    given = tuple(skeleton.by_chunk("kiro heads", None, chunks, lambda number: _requirement_heads(chunks[number])))
    places = skeleton.once("kiro places", given, lambda: _places(skeleton, given))
    around = skeleton.once(
        "kiro around", places,
        lambda: [skeleton.around_chunk(places, number, before=None) for number in range(len(chunks))],
    )  # fmt: skip
    counted = skeleton.by_chunk("kiro counts", places, chunks, lambda number: _counted(chunks[number], around[number]))
    spread = skeleton.once("kiro spread", tuple(counted), lambda: _spread(counted))
    pieces = skeleton.by_chunk(
        "kiro pieces", (places, spread), chunks,
        lambda number: (
            _piece(chunks[number], around[number], counted[number], {}) if spread.isdisjoint(counted[number]) else None
        ),
    )  # fmt: skip
    lasts: dict[str, int] = {}
    made = (
        _piece(chunks[number], around[number], counted[number], lasts) if piece is None else piece
        for number, piece in enumerate(pieces)
    )
    return assembled(document, tuple(made))


def _spread(counted: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """The requirements whose criteria are counted on from one chunk to another."""
    counts = Counter(chain.from_iterable(counted))
    return frozenset(scope for scope, count in counts.items() if count > 1)


def bugfix_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `bugfix.md`: below the analysis, what begins with a number such as `1.1` is a criterion."""
    return requirements_nodes(document)


@dataclass(frozen=True, slots=True)
class _Place:
    """A heading, as criteria below it are numbered."""

    head: Node
    requirement: str | None
    """Key of the requirement that it belongs to."""
    criteria: bool
    """Whether criteria are listed right below it."""
    section: str | None
    """The profile's section in which it stands."""
    elsewhere: bool
    """Whether the criteria of its requirement have a heading of their own."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A heading that may be a requirement's."""

    plain: Node
    criteria: bool
    named: Node | None
    """The requirement that it is by its words, or if a number alone is one."""
    number: str | None
    """The number that is all that makes it one."""


def _requirement_heads(chunk: Chunk) -> tuple[_Candidate, ...]:
    return chunk.once("kiro heads", lambda chunk: tuple(_candidate(chunk.text, each) for each in chunk.headings))


def _candidate(text: str, heading: Heading) -> _Candidate:
    start, end = heading.span.start, end_of_line(text, heading.span.start)
    plain, criteria = head_of(heading), names_criteria(heading.text)
    if heading.level == 1 or criteria:
        return _Candidate(plain, criteria, None, None)
    named = _NAMED.match(text, start, end) or _PREFIXED.match(text, start, end)
    numbered = None if named is not None else _NUMBERED.match(text, start, end)
    found = _REQUIREMENT.match(text, start, end) if named is not None or numbered is not None else None
    if found is None:
        return _Candidate(plain, criteria, None, None)
    key = ("Derived " if found["derived"] else "") + key_of(found["id"])
    kind = _KINDS.get(key.partition("-")[0], "requirement")
    title = _LINE_OF_A_TITLE.sub("", found["title"]).strip(" \t*_#") or heading.text
    node = replace(plain, kind=kind, key=key, title=title, name=Span(*found.span("id")))
    return _Candidate(plain, criteria, node, None if numbered is None else numbered["number"])


def _places(skeleton: Skeleton, given: tuple[tuple[_Candidate, ...], ...]) -> tuple[_Place, ...]:
    found: list[_Place] = []
    around: list[tuple[int, str | None]] = []
    with_criteria: set[str] = set()
    section: str | None = None
    keys = skeleton.profile_keys
    # The body of the section of requirements, by numbers of headings.
    first = keys.index(_SECTION) if _SECTION in keys else None
    end = None if first is None else skeleton.ends[first]
    analysis = "bug-analysis" in keys
    for number, candidate in enumerate(chain.from_iterable(given)):
        level, key = skeleton.levels[number], keys[number]
        while around and around[-1][0] >= level:
            around.pop()
        section = key or section
        head = candidate.named if key is None else None
        if head is not None and candidate.number is not None:
            # Its number alone makes it a requirement: below `Requirements`, or `2.1` where that is not.
            below = first is not None and first < number and (end is None or number < end)
            if not (below if first is not None else "." in candidate.number and not analysis):
                head = None
        own = head.key if head is not None and head.kind in {"requirement", "story"} else None
        requirement = own or next((one for _, one in reversed(around) if one is not None), None)
        if candidate.criteria and requirement is not None:
            with_criteria.add(requirement)
        around.append((level, own))
        found.append(_Place(head or candidate.plain, requirement, candidate.criteria, section, elsewhere=False))
    return tuple(replace(place, elsewhere=True) if place.requirement in with_criteria else place for place in found)


def _counted(chunk: Chunk, places: tuple[_Place | None, ...]) -> tuple[str, ...]:
    """The requirements whose criteria are counted in a chunk."""
    return chunk.once("kiro counts", lambda chunk: (*_Reading(chunk, places, {}).made()[1],), places)


def _piece(chunk: Chunk, places: tuple[_Place | None, ...], counted: tuple[str, ...], lasts: dict[str, int]) -> Piece:
    """The piece of a chunk.

    Args:
        chunk: The chunk.
        places: The heading in front of it, then its own.
        counted: The requirements whose criteria are counted in it.
        lasts: The last criterion's number by requirement, which is counted on.
    """
    before = tuple([lasts.get(scope, 0) for scope in counted]) if counted else ()
    piece, after = chunk.once(
        "kiro requirements", lambda chunk: _Reading(chunk, places, lasts).made(), (places, before)
    )
    lasts |= after
    return piece


class _Reading:
    """One chunk, read with the headings that it stands below."""

    def __init__(self, chunk: Chunk, places: tuple[_Place | None, ...], lasts: Mapping[str, int]) -> None:
        self._chunk = chunk
        self._text = chunk.text
        self._places = places
        self._starts = [heading.span.start for heading in chunk.headings]
        self._before = lasts
        self._lasts: dict[str, int] = {}

    def made(self) -> tuple[Piece, dict[str, int]]:
        """The piece, and the last number of each requirement whose criteria were counted."""
        heads = tuple(place.head for place in self._places[1:] if place is not None)
        lines = tuple(self._lines())
        nodes = (*self._items([line.span.start for line in lines]), *lines)
        return Piece(heads, nodes, citations_of(self._chunk, _RELATIONS)), self._lasts

    def _place(self, offset: int) -> _Place | None:
        return self._places[bisect_right(self._starts, offset)]

    def _items(self, lines: list[int]) -> Iterator[Node]:
        """Nodes of the items right below a heading.

        Args:
            lines: Where lines begin that are nodes by the id in front of them: bullets below one are details of it.
        """
        keys: dict[int, str] = {}
        for number, item in enumerate(items_of(self._chunk)):
            place = self._place(item.span.start)
            if place is None:
                continue
            flat = place.requirement is None and place.section == _SECTION
            if item.parent < 0 and (node := self._prefixed(item)) is not None:
                yield node
            elif item.parent < 0 and place.section == "glossary" and place.requirement is None:
                yield from self._term(item)
            elif item.parent < 0 and flat and not place.criteria:
                if (node := self._flat(item)) is not None:
                    keys[number] = node.key
                    yield node
            elif item.parent in keys:
                if item.ordinal is not None:
                    yield self._criterion(item, keys[item.parent])
            elif item.parent < 0 and self._is_criterion(place, item) and not self._is_detail(item, lines):
                yield self._criterion(item, place.requirement)

    def _is_criterion(self, place: _Place, item: Item) -> bool:
        if place.criteria:
            return True
        content = self._text[item.content.start : item.content.end]
        if place.section == "bug-analysis":
            explicit = _EXPLICIT.match(content)
            return explicit is not None and "." in explicit["id"]
        if place.requirement is None or place.elsewhere:
            return False
        if item.ordinal is not None or _is_normative(content):
            return True
        explicit = _EXPLICIT.match(content)
        if explicit is None or explicit[0].strip() == explicit["id"]:
            # A bare number may be a measure: `- 3.5 seconds`.
            return False
        return key_of(explicit["id"]).startswith(f"{place.requirement}.")

    def _is_detail(self, item: Item, lines: list[int]) -> bool:
        """Whether a bullet without an id stands below a line with one, with no heading between."""
        if not lines or item.ordinal is not None or self._explicit(item) is not None:
            return False
        headings = bisect_right(self._starts, item.span.start)
        above = self._starts[headings - 1] if headings else -1
        before = bisect_right(lines, item.span.start) - 1
        return before >= 0 and lines[before] > above

    def _explicit(self, item: Item) -> re.Match[str] | None:
        return _EXPLICIT.match(self._text, item.content.start, item.content.end)

    def _prefixed(self, item: Item) -> Node | None:
        """A bullet that begins with an id of people's own: `- **FR-2.1**: …`."""
        explicit = self._explicit(item)
        if explicit is None or explicit["prefix"] is None or item.ordinal is not None:
            return None
        return self._node(_KINDS.get(explicit["prefix"], "requirement"), item, "", explicit)

    def _flat(self, item: Item) -> Node | None:
        """A requirement of a list without headings."""
        explicit = self._explicit(item)
        if item.ordinal is None and explicit is None:
            return None
        return self._node("requirement", item, str(item.ordinal), explicit)

    def _criterion(self, item: Item, requirement: str | None) -> Node:
        """A criterion; its number is the one that was typed, unless that does not go on from the one before."""
        scope = requirement or ""
        last = self._lasts.get(scope, self._before.get(scope, 0))
        number = item.ordinal if item.ordinal is not None and item.ordinal > last else last + 1
        explicit = self._explicit(item)
        if explicit is not None and not self._is_explicit(key_of(explicit["id"]), requirement):
            explicit = None
        self._lasts[scope] = number
        key = str(number) if requirement is None else f"{requirement}.{number}"
        return self._node("criterion", item, key, explicit)

    def _is_explicit(self, key: str, requirement: str | None) -> bool:
        if key[:1].isalpha():
            return True
        return "." in key if requirement is None else key.startswith(f"{requirement}.")

    def _node(self, kind: NodeKind, item: Item, key: str, explicit: re.Match[str] | None) -> Node:
        name = None if explicit is None else Span(*explicit.span("id"))
        title = self._text[item.content.start if explicit is None else explicit.end() : item.content.end]
        own = key if explicit is None else key_of(explicit["id"])
        return Node(kind, own, shortened(title), item.span, item.state, name)

    def _term(self, item: Item) -> Iterator[Node]:
        found = _TERM.match(self._text, item.content.start, item.content.end)
        if found is not None:
            key = f"glossary/{slug(found['term']) or 'term'}"
            yield Node("entity", key, found["term"].strip(), item.span, name=Span(*found.span("term")))

    def _lines(self) -> Iterator[Node]:
        """Criteria and requirements that stand in lines of their own, each with its id in front."""
        found = [match for match in matches_in(self._chunk, _EXPLICIT_LINE) if self._is_line(match)]
        if not found:
            return
        paragraphs = [each for each in self._chunk.elements if each.kind == "paragraph" and each.parent < 0]
        starts = [each.start for each in paragraphs]
        following = [*(match.start() for match in found[1:]), len(self._text)]
        for match, after in zip(found, following, strict=True):
            group = _group(match)
            at = match.start(group)
            around = bisect_right(starts, at) - 1
            if around < 0 or at >= paragraphs[around].end:
                continue
            start, end = self._trimmed(at, match.end(), min(after, paragraphs[around].end))
            title = shortened(self._text[match.end() : end])
            prefix = match[group].partition("-")[0] if match["prefixed"] else "AC"
            kind = _KINDS.get(prefix, "requirement")
            yield Node(kind, key_of(match[group]), title, Span(start, end), name=Span(*match.span(group)))

    def _trimmed(self, at: int, least: int, end: int) -> tuple[int, int]:
        """From the marks around an id to the last letter before `end`."""
        start = at
        while start > 0 and self._text[start - 1] in "*_":
            start -= 1
        while end > least and self._text[end - 1] in " \t\r\n":
            end -= 1
        return start, end

    def _is_line(self, found: re.Match[str]) -> bool:
        if found["prefixed"]:
            return True
        number = _group(found)
        place = self._place(found.start(number))
        if place is None:
            return False
        if place.section == "bug-analysis":
            return True
        if place.requirement is not None:
            return key_of(found[number]).startswith(f"{place.requirement}.")
        line = self._text[found.end() : end_of_line(self._text, found.end())]
        return place.criteria or place.section == _SECTION or _TRIGGER.match(line) is not None


def _group(line: re.Match[str]) -> str:
    """The group of `_EXPLICIT_LINE` that holds the id."""
    return next(group for group in ("prefixed", "labelled", "number") if line[group])


def names_criteria(title: str) -> bool:
    """Whether a heading stands above criteria."""
    name = heading_name(title)
    if name in CRITERIA:
        return True
    return any(name.startswith(word) and not name[len(word)].isalnum() for word in CRITERIA if len(word) < len(name))


def _is_normative(content: str) -> bool:
    return _TRIGGER.match(content) is not None or any(word in content.casefold() for word in NORMATIVE)
