"""Edits that put drafted sections into a document, and touch nothing else.

Only what was missing or a placeholder when the run began is written, and only if it still is what it was then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.body import own_text
from orch_lsp.document.brief import fill_targets
from orch_lsp.document.compose import below, closed
from orch_lsp.document.heading_language import title_of_section
from orch_lsp.document.layout import Layout
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.placement import Placement
from orch_lsp.document.profile import Profile, SectionSpec
from orch_lsp.late import late
from orch_lsp.markdown.front_matter import opens_front_matter, without_closing_lines
from orch_lsp.text import Edit, normalised

if TYPE_CHECKING:
    from orch_lsp.document import three_way
    from orch_lsp.document.answer.reading import AnswerSection
else:
    three_way = late("orch_lsp.document.three_way")


@dataclass(frozen=True, slots=True)
class FillPlan:
    """The edits of a draft to a document. `filled` and `conflicts` are section keys in the profile's order."""

    edits: tuple[Edit, ...]
    """Against the current text, sorted, not overlapping and not touching."""
    filled: tuple[str, ...]
    """Sections that hold the drafted text once the edits are applied."""
    conflicts: tuple[str, ...]
    """Sections that are no longer what they were when the run began."""


def plan_fill(
    snapshot: SpecDocument,
    current: SpecDocument,
    profile: Profile,
    sections: Sequence[AnswerSection],
    *,
    insist: bool = False,
) -> FillPlan:
    """Plan how drafted sections get into the current document.

    Args:
        snapshot: The document as it was when the run began; it says which sections may be written.
        current: The document as it is now; edits are against its text.
        profile: The profile of both.
        sections: What was drafted. A section that the person had written before the run is left alone.
        insist: A person asked for it: sections in which they wrote meanwhile get the draft after their text, the
            others are filled. Without it one conflict means no edits at all.
    """
    drafted = {section.key: section for section in sections if section.body.strip()}
    targets = {target.key for target in fill_targets(snapshot, profile)}
    wanted = [spec for spec in profile.sections if spec.key in targets and spec.key in drafted]
    conflicts = tuple(spec.key for spec in wanted if _state(snapshot, spec.key) != _state(current, spec.key))
    if conflicts and not insist:
        return FillPlan((), (), conflicts)
    placement = Placement(Layout(current), profile)
    for spec in wanted:
        _place(placement, current, profile, spec, drafted[spec.key].body)
    return FillPlan(placement.edits(), tuple(spec.key for spec in wanted), conflicts)


def _state(document: SpecDocument, key: str) -> str | None:
    section = document.profile_sections.get(key)
    return None if section is None else section.sha256


def _place(placement: Placement, current: SpecDocument, profile: Profile, spec: SectionSpec, draft: str) -> None:
    section = current.profile_sections.get(spec.key)
    if section is None:
        level = placement.level_for(spec.key)
        placement.insert_section(
            spec.key, f"{'#' * level} {title_of_section(current, spec)}", _fitted(current, draft, level, profile)
        )
        return
    body = _fitted(current, draft, section.level, profile)
    if section.placeholder:
        placement.replace_body(section, body)
    elif not _ends_with(current, section, body):
        # Blocks that the person has written as well are not written again.
        written = normalised(current.text[section.body.start : section.body.end])
        if rest := three_way.without_known(written, body):
            placement.append_to_body(section, closed(rest))


def _fitted(document: SpecDocument, draft: str, level: int, profile: Profile) -> str:
    body = closed(below(normalised(draft), level, profile))
    if document.front_matter is None and opens_front_matter(document.text):
        return without_closing_lines(body)
    return body


def _ends_with(document: SpecDocument, section: Section, body: str) -> bool:
    """Whether the draft is there already, so that applying it again adds nothing."""
    written = own_text(document.text[section.body.start : section.body.end])
    return f"\n\n{written}".endswith(f"\n\n{own_text(body)}")
