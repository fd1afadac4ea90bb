"""Drafting in a format: the places that are open in a document, at any depth, and the prompt that asks for them.

A place is addressed by a key and holds nothing that anybody has written: blanks, a stand-in, a template's own words.
Only the profile knows which places its documents have; this module knows how they are gathered and asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.profile import Profile, SectionSpec
from orch_lsp.document.prompt import PromptTemplate
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument

Fit = Callable[[str], "str | None"]
"""Makes of an answer's words (LF line ends) the text for a place; None if they are not of its shape. Pure."""


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """A place that is still to be written."""

    key: str
    """The node's key, or that of the node around it and a word: `SC-001`, `4/criteria`, `2.1/requirements`."""
    title: str
    """Names the place for people, and heads its part of an answer."""
    guidance: str
    """The text that belongs there, for the model."""
    example: str
    """One example of the shape that is asked for."""
    span: Span
    """The text that is replaced; empty where there is none."""
    head: Span
    """The line that shows that something is open: a heading, an item."""
    fit: Fit | None = field(default=None, compare=False)
    """None for a section, whose body may be any Markdown."""
    section: str | None = None
    """Key of the section whose body it is, present or missing; None for a place within one."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """A profile's part in drafting."""

    prompt: PromptTemplate
    places: Callable[[SpecDocument], Iterable[OpenPlace]]
    """The open places of a document, in any order. Pure; never raises; linear."""


def open_places(document: SpecDocument) -> tuple[OpenPlace, ...]:
    """The open places of a document in document order; none in another, and no two with one key or title."""
    return document.once("open places", lambda: _gathered(document))


def _gathered(document: SpecDocument) -> tuple[OpenPlace, ...]:
    drafting = None if document.profile.drafting is None else document.profile.drafting()
    if drafting is None:
        return ()
    found = drafting.places(document)
    places: list[OpenPlace] = []
    keys: set[str] = set()
    titles: set[str] = set()
    end = -1
    for place in sorted(found, key=lambda place: (place.span.start, -place.span.end)):
        name = heading_name(place.title)
        # Two nodes with one name cannot be told apart in an answer: nobody drafts in the second one.
        if place.key in keys or name in titles or (place.span.end <= end and place.span.start < end):
            continue
        keys.add(place.key)
        titles.add(name)
        end = max(end, place.span.end)
        places.append(place)
    return tuple(places)


def asked_for(document: SpecDocument, key: str) -> tuple[OpenPlace, ...]:
    """The open places that a key names: the one that has it, else those of the node that has it."""
    places = open_places(document)
    exact = tuple(place for place in places if place.key == key)
    node = document.nodes.by_key.get(key)
    if exact or node is None:
        return exact
    return tuple(place for place in places if node.span.start <= place.head.start < max(node.span.end, 1))


def answer_profile(profile: Profile, places: Sequence[OpenPlace]) -> Profile:
    """The profile by which an answer is read: one section for each place that was asked for."""
    sections = tuple(SectionSpec(place.key, place.title, _quoted(place.title), place.guidance) for place in places)
    return Profile(
        name=profile.name, sections=sections, prompt_name=profile.prompt_name, kind=profile.kind,
        node_forms=profile.node_forms,
    )  # fmt: skip


_QUOTES = re.compile(r"“([^“”]*)”")
_FORMS = (r'"\1"', r"\1", r"'\1'", r"„\1“", r"«\1»", r"‘\1’", r"「\1」")


def _quoted(title: str) -> tuple[str, ...]:
    """A title in the forms in which models repeat its quotation marks."""
    return tuple(_QUOTES.sub(form, title) for form in _FORMS) if "“" in title else ()
