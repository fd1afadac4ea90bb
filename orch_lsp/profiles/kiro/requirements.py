"""The nodes of requirements and bug reports: requirements, their criteria, and the terms of the glossary.

A criterion's key is its requirement's number with its own in the list (`2.3`), or the id in front of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of, visible_matches
from orch_lsp.document.node import Node, NodeKind, Nodes, gathered, shortened, slug
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.kiro.references import ID, NUMBER, citations_of, key_of
from orch_lsp.profiles.kiro.words import CRITERIA, DERIVED, NORMATIVE, PREFIXES, REQUIREMENT, either
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_LEAD = r"[\W_]*+"
_TAIL = r"[)）\]】*_]*[ \t]*(?:[:：.、．)）–—-]+[ \t]*)?[*_]*(?P<title>.*)"
_ANY_ID = rf"(?P<id>{ID})(?![A-Za-z0-9])"
_REQUIREMENT = re.compile(
    rf"{_LEAD}(?P<derived>{either(DERIVED)}[ \t]*#?)?(?:{either(REQUIREMENT)}[ \t]*#?)?{_ANY_ID}{_TAIL}"
)
_NAMED = re.compile(rf"{_LEAD}(?:{either(DERIVED)}|{either(REQUIREMENT)})[ \t]*#?(?:{ID})(?![A-Za-z0-9])")
_PREFIXED = re.compile(rf"{_LEAD}(?:{PREFIXES})-?{NUMBER}[a-z]?(?![A-Za-z0-9])")
_NUMBERED = re.compile(rf"{_LEAD}(?P<number>{NUMBER})(?:[.:：)）、．][ \t]*|[ \t]+)\S")
_EXPLICIT = re.compile(
    rf"[*_]{{0,3}}(?P<id>(?:(?P<prefix>{PREFIXES})-?)?{NUMBER}[a-z]?)[.:：)）]?[*_]{{0,3}}[.:：)）]?(?=\s)\s*"
)
_EXPLICIT_LINE = re.compile(
    rf"(?<![^\r\n])[ \t]*(?:[*_]{{0,3}}(?P<number>\d{{1,4}}(?:\.\d{{1,4}})+)[.:：)）]?[*_]{{0,3}}[.:：]?"
    rf"|(?:\*\*|__)(?P<prefixed>(?:{PREFIXES})-?{NUMBER}[a-z]?)(?:[:：]?(?:\*\*|__)|(?:\*\*|__)[:：]))[ \t]+(?=\S)"
)
_TRIGGER = re.compile(r"[*_]{0,2}(?:WHEN|IF|WHILE|WHERE|THE|FOR|GIVEN|当|如果|若|在|系统)\b", re.ASCII)
_TERM = re.compile(r"(?P<mark>\*\*|__|`)(?P<term>[^*`\r\n]{1,80}?)[:：]?(?P=mark)[ \t]*[:：–—-]?")
_LINE_OF_A_TITLE = re.compile(r"<!--.*?-->|\{[#:.][^{}]*\}[ \t]*\Z")
_KINDS: dict[str, NodeKind] = {"US": "story", "SC": "success_criterion", "AC": "criterion"}


def requirements_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `requirements.md`."""
    return _Reading(document).nodes()


def bugfix_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `bugfix.md`: below the analysis, what begins with a number such as `1.1` is a criterion."""
    return _Reading(document).nodes()


@dataclass
class _Place:
    """A heading, as criteria below it are numbered."""

    start: int
    requirement: str | None
    """Key of the requirement that it belongs to."""
    criteria: bool
    """Whether criteria are listed right below it."""
    section: str | None
    """The profile's section in which it stands."""
    explicit: bool = True


class _Reading:
    def __init__(self, document: SpecDocument) -> None:
        self._document = document
        self._text = document.text
        self._requirements = document.profile_sections.get("requirements")
        self._analysis = "bug-analysis" in document.profile_sections
        self._places: list[_Place] = []
        self._with_criteria: set[str] = set()
        """Requirements whose criteria have a heading."""
        self._lasts: dict[str, int] = {}

    def nodes(self) -> Nodes:
        headings = self._headings()
        self._starts = [place.start for place in self._places]
        found = [*headings, *self._items(), *self._lines()]
        return gathered(self._text, found, citations_of(self._document, covers="cites"))

    def _headings(self) -> list[Node]:
        around: list[tuple[int, str | None]] = []
        section: str | None = None

        def classify(heading: Section, node: Node) -> Node:
            nonlocal section
            while around and around[-1][0] >= heading.level:
                around.pop()
            section = heading.profile_key or section
            made = self._requirement(heading, node)
            own = made.key if made is not None and made.kind in {"requirement", "story"} else None
            requirement = own or next((key for _, key in reversed(around) if key is not None), None)
            criteria = names_criteria(heading.title)
            if criteria and requirement is not None:
                self._with_criteria.add(requirement)
            around.append((heading.level, own))
            self._places.append(_Place(heading.heading.start, requirement, criteria, section))
            return made or node

        return [*heading_nodes(self._document, classify)]

    def _requirement(self, heading: Section, node: Node) -> Node | None:
        start, end = heading.heading.start, end_of_line(self._text, heading.heading.start)
        if heading.profile_key is not None or heading.level == 1 or names_criteria(heading.title):
            return None
        named = _NAMED.match(self._text, start, end) or _PREFIXED.match(self._text, start, end)
        if named is None and not self._is_numbered(start, end):
            return None
        found = _REQUIREMENT.match(self._text, start, end)
        if found is None:
            return None
        key = ("Derived " if found["derived"] else "") + key_of(found["id"])
        kind = _KINDS.get(key.partition("-")[0], "requirement")
        title = _LINE_OF_A_TITLE.sub("", found["title"]).strip(" \t*_#")
        return replace(node, kind=kind, key=key, title=title or heading.title, name=Span(*found.span("id")))

    def _is_numbered(self, start: int, end: int) -> bool:
        """Whether a heading's number alone makes it a requirement: below `Requirements`, or `2.1` where that is not."""
        found = _NUMBERED.match(self._text, start, end)
        if found is None or self._requirements is not None:
            return found is not None and self._requirements is not None and start in self._requirements.body
        return "." in found["number"] and not self._analysis

    def _place(self, offset: int) -> _Place | None:
        number = bisect_right(self._starts, offset) - 1
        return self._places[number] if number >= 0 else None

    def _items(self) -> Iterator[Node]:
        for chunk, base in zip(self._document.tree.chunks, self._document.tree.starts, strict=True):
            items = items_of(chunk)
            place = self._place(base + items[0].span.start) if items else None
            if place is not None:
                yield from self._below(place, items, base)

    def _below(self, place: _Place, items: Sequence[Item], base: int) -> Iterator[Node]:
        """Nodes of the items right below a heading, which stand in one chunk with it."""
        flat = place.requirement is None and place.section == "requirements"
        keys: dict[int, str] = {}
        for number, item in enumerate(items):
            if item.parent < 0 and (node := self._prefixed(item, base)) is not None:
                yield node
            elif item.parent < 0 and place.section == "glossary" and place.requirement is None:
                yield from self._term(item, base)
            elif item.parent < 0 and flat and not place.criteria:
                if (node := self._flat(item, base)) is not None:
                    keys[number] = node.key
                    yield node
            elif item.parent in keys:
                if item.ordinal is not None:
                    yield self._criterion(item, base, keys[item.parent])
            elif item.parent < 0 and self._is_criterion(place, item, base):
                yield self._criterion(item, base, place.requirement)

    def _is_criterion(self, place: _Place, item: Item, base: int) -> bool:
        if place.criteria:
            return True
        content = self._text[base + item.content.start : base + item.content.end]
        if place.section == "bug-analysis":
            explicit = _EXPLICIT.match(content)
            return explicit is not None and "." in explicit["id"]
        if place.requirement is None or place.requirement in self._with_criteria:
            return False
        return item.ordinal is not None or _is_normative(content)

    def _prefixed(self, item: Item, base: int) -> Node | None:
        """A bullet that begins with an id of people's own: `- **FR-2.1**: …`."""
        explicit = _EXPLICIT.match(self._text, base + item.content.start, base + item.content.end)
        if explicit is None or explicit["prefix"] is None or item.ordinal is not None:
            return None
        return self._node(_KINDS.get(explicit["prefix"], "requirement"), item, base, "", explicit)

    def _flat(self, item: Item, base: int) -> Node | None:
        """A requirement of a list without headings."""
        explicit = _EXPLICIT.match(self._text, base + item.content.start, base + item.content.end)
        if item.ordinal is None and explicit is None:
            return None
        return self._node("requirement", item, base, str(item.ordinal), explicit)

    def _criterion(self, item: Item, base: int, requirement: str | None) -> Node:
        """A criterion; its number is the one that was typed, unless that does not go on from the one before."""
        scope = requirement or ""
        last = self._lasts.get(scope, 0)
        number = item.ordinal if item.ordinal is not None and item.ordinal > last else last + 1
        explicit = _EXPLICIT.match(self._text, base + item.content.start, base + item.content.end)
        if explicit is not None and not self._is_explicit(key_of(explicit["id"]), requirement):
            explicit = None
        self._lasts[scope] = number
        key = str(number) if requirement is None else f"{requirement}.{number}"
        return self._node("criterion", item, base, key, explicit)

    def _is_explicit(self, key: str, requirement: str | None) -> bool:
        if key[:1].isalpha():
            return True
        return "." in key if requirement is None else key.startswith(f"{requirement}.")

    def _node(self, kind: NodeKind, item: Item, base: int, key: str, explicit: re.Match[str] | None) -> Node:
        start, end = base + item.content.start, base + item.content.end
        name = None if explicit is None else Span(*explicit.span("id"))
        title = self._text[start if explicit is None else explicit.end() : end]
        span = item.placed(base)
        state = item.state
        return Node(kind, key if explicit is None else key_of(explicit["id"]), shortened(title), span, state, name)

    def _term(self, item: Item, base: int) -> Iterator[Node]:
        found = _TERM.match(self._text, base + item.content.start, base + item.content.end)
        if found is not None:
            span = item.placed(base)
            key = f"glossary/{slug(found['term']) or 'term'}"
            yield Node("entity", key, found["term"].strip(), span, name=Span(*found.span("term")))

    def _lines(self) -> Iterator[Node]:
        """Criteria and requirements that stand in lines of their own, each with its id in front."""
        tree = self._document.tree
        found = [match for match in visible_matches(tree, _EXPLICIT_LINE) if self._is_line(match)]
        if not found:
            return
        paragraphs = [span for element, span in tree.elements("paragraph") if element.parent < 0]
        starts = [span.start for span in paragraphs]
        following = [*(match.start() for match in found[1:]), len(self._text)]
        for match, after in zip(found, following, strict=True):
            group = "prefixed" if match["prefixed"] else "number"
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
        place = self._place(found.start("number"))
        if place is None:
            return False
        if place.section == "bug-analysis":
            return True
        if place.requirement is not None:
            return key_of(found["number"]).startswith(f"{place.requirement}.")
        line = self._text[found.end() : end_of_line(self._text, found.end())]
        return place.criteria or place.section == "requirements" or _TRIGGER.match(line) is not None


def names_criteria(title: str) -> bool:
    """Whether a heading stands above criteria."""
    name = heading_name(title)
    if name in CRITERIA:
        return True
    return any(name.startswith(word) and not name[len(word)].isalnum() for word in CRITERIA if len(word) < len(name))


def _is_normative(content: str) -> bool:
    return _TRIGGER.match(content) is not None or any(word in content.casefold() for word in NORMATIVE)
