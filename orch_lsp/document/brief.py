"""The brief that a person wrote, and the sections left to write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.outline import keys_in_parts
from orch_lsp.document.placeholder import is_placeholder, is_placeholder_title
from orch_lsp.document.profile import Profile
from orch_lsp.text import normalised

TEMPLATE_NOTE = "<!-- Write in a few sentences what is wanted and why, then generate the draft. -->"
"""The note below the title of a new spec. The note is ours: no brief, and not sent."""


@dataclass(frozen=True, slots=True)
class Target:
    """A section of the profile that is still to be written."""

    key: str
    title: str
    kind: Literal["missing", "placeholder"]


def fill_targets(document: SpecDocument, profile: Profile) -> tuple[Target, ...]:
    """The profile's sections that are missing or placeholders, in the profile's order.

    A document of several parts lacks no section that each of them has: one more would be that of its part.
    """
    targets: list[Target] = []
    in_parts = document.skeleton.once(
        ("in parts", profile), None, lambda: keys_in_parts(document.tree.headings, profile)
    )
    for spec in profile.sections:
        present = document.profile_sections.get(spec.key)
        if present is None and spec.key not in in_parts:
            targets.append(Target(spec.key, spec.title, "missing"))
        elif present is not None and present.placeholder:
            targets.append(Target(spec.key, spec.title, "placeholder"))
    return tuple(targets)


def brief_of(document: SpecDocument, profile: Profile) -> str:
    """The brief: title, text before the first profile section, and every section that is not a placeholder.

    Line ends are LF and trailing blanks are gone. Empty if nothing was written; a title that is itself a placeholder
    is nothing, and so is one above nothing but the note of a new spec.
    """
    del profile  # the document already knows which headings are sections of it
    pieces = [
        piece for piece in (normalised(without_template_note(part)) for part in _pieces(document)) if piece.strip()
    ]
    untouched = (
        TEMPLATE_NOTE in document.text
        and len(pieces) == 1
        and document.title is not None
        and (pieces[0] == normalised(document.text[document.title.start : document.title.end]))
    )
    return "" if untouched else "\n\n".join(pieces)


def without_template_note(text: str) -> str:
    """`text` without the note that a new spec holds, which speaks to its writer."""
    return text.replace(TEMPLATE_NOTE, "")


def _pieces(document: SpecDocument) -> Iterator[str]:
    text, sections = document.text, document.sections
    first = sections[0].heading.start if sections else len(text)
    lead = text[document.preamble.start : first]
    if not is_placeholder(lead):
        yield lead
    for number, section in enumerate(sections):
        end = sections[number + 1].heading.start if number + 1 < len(sections) else len(text)
        heading = text[section.heading.start : section.heading.end]
        own = text[section.body.start : end]
        if section.heading == document.title:
            if not is_placeholder_title(section.title):
                yield heading
            if not is_placeholder(own):
                yield own
        elif not section.placeholder:
            yield heading if is_placeholder(own) else heading + text[section.heading.end : end]
