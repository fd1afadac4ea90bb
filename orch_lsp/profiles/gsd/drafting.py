"""The open places of GSD's requirements, roadmaps, project documents and contexts, and the prompts for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from orch_lsp.document.asking import asking
from orch_lsp.document.drafting import Drafting, Fit, OpenPlace
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import leads_in, placed_items
from orch_lsp.document.open_sections import Words, content_in, holds_other_sections, is_open, section_places
from orch_lsp.document.placeholder import is_open_note, is_placeholder, is_placeholder_line
from orch_lsp.document.shapes import behind, blocks, line_behind, listed, one_line
from orch_lsp.document.template_notes import Noted, note_places
from orch_lsp.profiles.gsd import shapes
from orch_lsp.profiles.gsd.references import REQUIREMENT, tagged
from orch_lsp.text import Span, after_line, end_of_line, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument
    from orch_lsp.document.node import Node

_V1 = Words(
    "Requirements by category: a heading of the third level for each, then boxes, each with an id in capitals and two "
    "digits.",
    "### Sign-in\n\n- [ ] **AUTH-01**: A customer signs in with name and password\n- [ ] **AUTH-02**: A customer signs "
    "out on every page",
)
_V2 = Words(
    "What waits, by category, in bullets without boxes; ids go on from those of this version.",
    "### Sign-in\n\n- **AUTH-03**: A customer signs in by a link in a mail",
)
_OUT = Words(
    "A table of what is left out, with the reason.",
    "| Feature | Reason |\n|---------|--------|\n| Sign-in by phone | Nobody asked for it |",
)
_PHASES = Words(
    "One box for each phase in the order of work: `- [ ] **Phase 1: NAME** - one line`.",
    "- [ ] **Phase 1: Sign-in** - customers sign in and out\n- [ ] **Phase 2: Orders** - customers order for tomorrow",
)
_PHASE = (
    "**Goal**: Customers sign in and out\n**Depends on**: Nothing (first phase)\n**Requirements**: AUTH-01, AUTH-02\n"
    "**Success Criteria** (what must be TRUE):\n  1. A customer signs in with name and password\n  2. A wrong password "
    "is refused\n**Plans**: TBD"
)
_PHASE_GUIDANCE = (
    "Lines with labels in bold: Goal, Depends on, Requirements (ids of requirements), Success Criteria with two to "
    "five numbered observations, Plans: TBD."
)
_DETAILS = Words(
    f"Each phase of the list above with a heading `### Phase N: NAME`. {_PHASE_GUIDANCE}",
    f"### Phase 1: Sign-in\n{_PHASE}",
)
_OF_REQUIREMENTS = {"v1-requirements": _V1, "v2-requirements": _V2, "out-of-scope": _OUT}
_OF_ROADMAP = {
    "overview": Words("The way from start to end in one paragraph.", "First customers sign in, then they order."),
    "phases": _PHASES,
    "phase-details": _DETAILS,
    "progress": Words(
        "A table with a row for each phase.",
        "| Phase | Plans Complete | Status | Completed |\n|---|---|---|---|\n| 1. Sign-in | 0/2 | Not started | - |",
    ),
}
_BELOW_PROJECT = {
    "what this is": Words("What it does and for whom, in two or three sentences.", "Customers order bread here."),
    "core value": Words("The one thing that has to work, in one sentence.", "An order that was placed is baked."),
    "active": Words("What is being built, one box each.", "- [ ] Orders that repeat each week"),
    "out of scope": Words("What is not built, with the reason, one bullet each.", "- Payment — the bakery sends bills"),
    "context": Words("What binds from outside: what is there, what is known.", "- The shop has one shared tablet"),
    "constraints": Words(
        "Limits with their reasons, one bullet each, the kind in bold.", "- **Budget**: one server — there is no admin"
    ),
}
_TAGS = {
    "domain": Words("What the phase delivers, and where it ends, in one paragraph.", "Customers sign in and out."),
    "decisions": Words(
        "Each area that was decided: a heading of the third level, then numbered decisions.",
        "### Sessions\n\n- **D-01:** A session ends after 30 minutes\n- **D-02:** One session for each device",
    ),
    "canonical_refs": Words(
        "The documents that planners have to read, with their paths and what they decide.",
        "- `docs/sign-in.md` — rules for passwords",
    ),
    "code_context": Words(
        "What of the code can be used, and where new code joins it.", "- `src/web/forms.py`: forms with checks"
    ),
    "specifics": Words("Examples and wishes that were named.", "- The form looks like that of the old shop"),
    "deferred": Words("Ideas for other phases, or that there were none.", "- Sign-in by mail — phase 4"),
}

_CORE_VALUE = re.compile(r"(?<![^\r\n])\*\*Core Value:?\*\*:?[ \t]*(?P<value>[^\r\n]*)", re.IGNORECASE)
_FIELD = re.compile(
    r"(?<![^\r\n])\*\*(?P<label>Goal|Requirements)(?::\*\*|\*\*[ \t]*:)[ \t]*(?P<value>[^\r\n]*)", re.IGNORECASE
)
_CRITERIA = re.compile(r"(?<![^\r\n])\*\*Success Criteria\b[^\r\n]*[:：*)][ \t]*(?=[\r\n]|\Z)", re.IGNORECASE)
_NEXT = re.compile(r"\s*(?P<line>\S[^\r\n]*|\Z)")
_NAMED = re.compile(rf"(?:\*\*|__)?{REQUIREMENT}(?:\*\*|__)?[:：]?(?:\*\*|__)?[:：]?[ \t]*")
_UNNAMED = re.compile(r"\*{0,2}\[[A-Z]{2,10}\]-\d")
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{'|'.join(_TAGS)})>")
_TITLE = re.compile(r"\s*(?:#{1,6}[ \t]+[^\r\n]*)?")
_LETTER = re.compile(r"[^\W\d_]")


def _requirements_places(document: SpecDocument) -> Iterator[OpenPlace]:
    taken = frozenset(node.key for node in document.nodes.nodes if node.kind == "requirement")
    sections = document.profile_sections
    versions = [section for section in document.sections if "requirements" in section.title.casefold()]
    begun = taken or holds_other_sections(document) or [one for one in versions if one.heading != document.title]
    shaped: dict[str, Fit] = {
        "v1-requirements": shapes.requirements(taken, boxes=True),
        "v2-requirements": shapes.requirements(taken, boxes=False),
    }
    for key, shape in shaped.items():
        section = sections.get(key)
        if section is not None and section.placeholder:
            yield _of_section(document, section, _OF_REQUIREMENTS[key], shape)
    if not begun:
        at = len(document.text.rstrip())
        head = document.title or Span(0, 0)
        fit = behind("\n\n## v1 Requirements\n\n", shaped["v1-requirements"])
        yield OpenPlace("v1-requirements", "v1 Requirements", _V1.guidance, _V1.example, Span(at, at), head, fit)
    held = {section.heading.start for section in sections.values() if section.profile_key in {*shaped, "traceability"}}
    waiting = sections.get("v2-requirements")
    for place in section_places(document, _OF_REQUIREMENTS, skip=lambda section: section.heading.start in held):
        if place.section is not None and place.section in sections:
            yield place
        else:
            boxes = waiting is None or place.head.start not in waiting.body
            guidance = _V1.guidance if boxes else _V2.guidance
            example = (_V1 if boxes else _V2).example.partition("\n\n")[2]
            fit = shapes.requirements(taken, boxes=boxes)
            fit = fit if document.text[place.span.start : place.span.end].strip() else behind("\n\n", fit)
            span = content_in(document, Span(place.head.end, place.span.end))
            yield OpenPlace(place.key, place.title, guidance, example, span, place.head, fit)
    found = _CORE_VALUE.search(document.text)
    if found is not None and _is_open_value(found["value"]):
        guidance = "The one thing that has to work, in one sentence."
        span, head = Span(*found.span("value")), Span(*found.span())
        fit = line_behind("Core Value")
        yield OpenPlace(
            "core-value", "Core Value", guidance, "An order is baked.", span, head, _spaced(document, span, fit)
        )
    yield from _items(document, "requirement", _NAMED, "One requirement that can be tested, without its id.")
    yield from note_places(document, _unnamed_requirement)


def _unnamed_requirement(noted: Noted, section: Section | None) -> tuple[str, str, Fit | None] | None:
    if noted.kind != "item" or section is None:
        return None
    source = section.tree.text if section.tree is not None else ""
    if _UNNAMED.match(source, noted.place.start) is None:
        return None
    guidance = "One requirement with an id in bold that no other has."
    return guidance, "**AUTH-01**: A customer signs in with name and password", shapes.named_requirement


def _of_section(document: SpecDocument, section: Section, words: Words, shape: Fit) -> OpenPlace:
    span = content_in(document, Span(section.heading.end, section.body.end))
    below = partial(_below, shape, section.level, document)
    fit = below if span.start < span.end else behind("\n\n", below)
    return OpenPlace(section.key, section.title, words.guidance, words.example, span, section.heading, fit)


def _below(shape: Fit, level: int, document: SpecDocument, body: str) -> str | None:
    text = shape(body)
    return None if text is None else blocks(level, document.profile)(text)


def _is_open_value(value: str) -> bool:
    """Whether somebody has left a value open: nothing, or a word for it; a dash says that there is none."""
    bare = value.strip()
    noted = bare[:1] == "[" and bare[-1:] == "]" and is_open_note(bare[1:-1])
    return not bare or noted or (_LETTER.search(bare) is not None and is_placeholder_line(bare))


def _spaced(document: SpecDocument, span: Span, fit: Fit) -> Fit:
    """The shape with a blank in front where the value follows its label at once."""
    return fit if document.text[span.start - 1 : span.start] in {" ", "\t"} else behind(" ", fit)


def _items(document: SpecDocument, kind: str, lead: re.Pattern[str], guidance: str) -> Iterator[OpenPlace]:
    """Nodes in lists without words behind what names them."""
    by_start = {node.span.start: node for node in document.nodes.nodes if node.kind == kind}
    for item, base in placed_items(document.tree):
        node = by_start.get(base + item.span.start)
        if node is None or leads_in(document.text, item, base):
            continue
        start = base + item.content.start
        # A label below the item, without a blank line, is part of it to Markdown.
        end = min(base + item.content.end, end_of_line(document.text, start))
        further = document.text[end : base + item.content.end].strip()
        found = lead.match(document.text, start, end)
        words = Span(start if found is None else found.end(), end)
        said = document.text[words.start : words.end]
        if further and not further.startswith("**"):
            continue
        if is_placeholder_line(said or "TODO") and not said.startswith("["):
            head = Span(start_of_line(document.text, start), end_of_line(document.text, start))
            example = "A customer signs in with name and password"
            yield OpenPlace(node.key, node.key, guidance, example, words, head, _spaced(document, words, one_line))


def _roadmap_places(document: SpecDocument) -> Iterator[OpenPlace]:
    phases = {node.span.start: node for node in document.nodes.nodes if node.kind == "task"}
    sections = document.profile_sections
    shaped: dict[str, Fit] = {"phases": shapes.phases, "phase-details": shapes.details}
    for key, shape in shaped.items():
        section = sections.get(key)
        if section is not None and section.placeholder:
            yield _of_section(document, section, _OF_ROADMAP[key], shape)
    if not phases and not sections and not holds_other_sections(document) and not _holds_items(document):
        at = len(document.text.rstrip())
        fit = behind("\n\n## Phase Details\n\n", shapes.details)
        head = document.title or Span(0, 0)
        yield OpenPlace("phase-details", "Phase Details", _DETAILS.guidance, _DETAILS.example, Span(at, at), head, fit)
    held = {section.heading.start for section in sections.values() if section.profile_key in shaped} | phases.keys()
    yield from section_places(document, _OF_ROADMAP, skip=lambda section: section.heading.start in held)
    for number, section in enumerate(document.sections):
        node = phases.get(section.heading.start)
        if node is not None:
            below = (
                document.sections[number + 1].heading.start if number + 1 < len(document.sections) else node.span.end
            )
            yield from _of_phase(document, node, section, Span(section.heading.end, min(below, node.span.end)))
    yield from _items(document, "success_criterion", re.compile(""), "One observation that a person can make.")
    yield from note_places(document)


def _holds_items(document: SpecDocument) -> bool:
    return any(True for _ in document.tree.elements("item"))


def _of_phase(document: SpecDocument, node: Node, section: Section, own: Span) -> Iterator[OpenPlace]:
    text, head = document.text, section.heading
    if own.end >= node.span.end and is_open(document, section):
        fit = shapes.phase
        span = content_in(document, own)
        fit = fit if span.start < span.end else behind("\n", fit)
        yield OpenPlace(node.key, node.key, _PHASE_GUIDANCE, _PHASE, span, head, fit)
        return
    for found in _FIELD.finditer(text, own.start, own.end):
        label = found["label"].casefold()
        if not _is_open_value(found["value"]) or (not found["value"] and _goes_on(text, found.end(), own.end)):
            continue
        is_goal = label == "goal"
        guidance = "What the phase delivers, in one line." if is_goal else "The ids of its requirements, with commas."
        example = "Customers sign in and out" if is_goal else "AUTH-01, AUTH-02"
        span = Span(*found.span("value"))
        fit = _spaced(document, span, line_behind("Goal") if is_goal else shapes.ids)
        line = Span(*found.span())
        yield OpenPlace(f"{node.key}/{label}", f"{node.key}: {found['label']}", guidance, example, span, line, fit)
    criteria = _CRITERIA.search(text, own.start, own.end)
    if criteria is not None and not _goes_on(text, criteria.end(), own.end):
        at = criteria.end()
        guidance = "Two to five numbered observations that a person can make at the end of the phase."
        example = "1. A customer signs in with name and password\n2. A wrong password is refused"
        title, line = f"{node.key}: Success Criteria", Span(*criteria.span())
        fit = behind("\n", listed(lambda number: f"  {number}. "))
        yield OpenPlace(f"{node.key}/criteria", title, guidance, example, Span(at, at), line, fit)


def _goes_on(text: str, at: int, end: int) -> bool:
    """Whether a label's text or list begins below it."""
    found = _NEXT.match(text, at, end)
    line = "" if found is None else found["line"]
    return bool(line) and not line.startswith(("**", "#", "<", "---", "Plans:"))


def _project_places(document: SpecDocument) -> Iterator[OpenPlace]:
    shipped = any(heading_name(one.title) == "validated" and _says(one) for one in document.sections)
    # Between two milestones nothing is being built, and what was is validated.
    yield from section_places(
        document, {}, below=_BELOW_PROJECT, skip=lambda one: shipped and heading_name(one.title) == "active"
    )
    yield from note_places(document)


def _says(section: Section) -> bool:
    return not is_placeholder(section.content) and "none yet" not in section.content.casefold()


def _context_places(document: SpecDocument) -> Iterator[OpenPlace]:
    opened: re.Match[str] | None = None
    for tag in tagged(document, _TAG):
        if not tag["close"]:
            opened = tag
        elif opened is not None and opened["name"] == tag["name"]:
            title = _TITLE.match(document.text, opened.end(), tag.start())
            start = opened.end() if title is None else title.end()
            if is_placeholder(document.text[start : tag.start()]):
                yield _of_tag(document, opened, Span(start, tag.start()))
            opened = None
    yield from section_places(document, {}, skip=lambda section: section.within_html)
    yield from note_places(document)


def _of_tag(document: SpecDocument, opened: re.Match[str], body: Span) -> OpenPlace:
    words, text = _TAGS[opened["name"]], document.text
    first = after_line(text, opened.end())
    line = text[first : end_of_line(text, first)].strip()
    title = line.lstrip("# ") if line.startswith("#") else opened["name"].replace("_", " ").capitalize()
    span = content_in(document, body)
    fit: Fit = shapes.in_tag(2)
    if span.start == span.end:
        fit = _apart(fit)
    head = Span(first, end_of_line(text, first)) if line.startswith("#") else Span(*opened.span())
    return OpenPlace(opened["name"], title, words.guidance, words.example, span, head, fit)


def _apart(fit: Fit) -> Fit:
    def fitted(body: str) -> str | None:
        text = fit(body)
        return None if text is None else f"\n\n{text}"

    return fitted


REQUIREMENTS = Drafting(
    asking(__package__, "gsd.requirements", "2", "the requirements of a project"), _requirements_places
)
ROADMAP = Drafting(asking(__package__, "gsd.roadmap", "2", "the roadmap of a project"), _roadmap_places)
PROJECT = Drafting(asking(__package__, "gsd.project", "2", "the description of a project"), _project_places)
CONTEXT = Drafting(
    asking(__package__, "gsd.context", "2", "the decisions that were taken for a phase"), _context_places
)
