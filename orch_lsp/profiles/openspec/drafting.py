"""The open places of OpenSpec's documents, and the prompts for them: one for each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from orch_lsp.document.asking import asking
from orch_lsp.document.drafting import Drafting, Fit, OpenPlace
from orch_lsp.document.items import leads_in, placed_items
from orch_lsp.document.open_sections import Words, content_in, holds_other_sections, section_places
from orch_lsp.document.placeholder import is_placeholder_in, is_placeholder_line, is_placeholder_title
from orch_lsp.document.shapes import behind, blocks, one_line
from orch_lsp.profiles.openspec.headings import operation_of
from orch_lsp.text import Span, end_of_line, split_lines

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument
    from orch_lsp.document.node import Node

_STEPS = "- **WHEN** a person gives a wrong password\n- **THEN** they stay out\n- **AND** the attempt is counted"
_SCENARIO = f"#### Scenario: Wrong password\n{_STEPS}"
_REQUIREMENT = (
    "### Requirement: Sign in\n\nThe service SHALL let a person in who gives a known name and its password.\n\n"
    f"{_SCENARIO}"
)
_REQUIREMENTS = Words(
    "One block for each requirement: a heading `### Requirement: NAME`, one sentence with SHALL or MUST, then one or "
    "more scenarios, each with a heading `#### Scenario: NAME` (four #) and steps WHEN and THEN. No name comes twice.",
    _REQUIREMENT,
)
_OF_SPEC = {
    "purpose": Words(
        "What the capability is for, and for whom: two sentences, at least 60 characters.",
        "Lets people sign in with a name and a password, so that only they can see their own orders.",
    ),
    "requirements": _REQUIREMENTS,
}
_OF_DELTA = {
    "added-requirements": _REQUIREMENTS,
    "modified-requirements": Words(
        "Each requirement that changes, whole: its heading with the name that it has now, its changed sentence with "
        "SHALL or MUST, and all of its scenarios, also those that stay.",
        _REQUIREMENT,
    ),
    "removed-requirements": Words(
        "Each requirement that goes: its heading with the name that it has now, the reason, and what takes its place.",
        "### Requirement: Sign in by letter\n\n**Reason**: Nobody uses it.\n**Migration**: People sign in with a "
        "password.",
    ),
    "renamed-requirements": Words(
        "A pair of lines for each requirement that gets another name.",
        "- FROM: `### Requirement: Log in`\n- TO: `### Requirement: Sign in`",
    ),
}
_BULLETS = "- People can reset their password by mail.\n- **BREAKING**: the old form is gone."
_OF_PROPOSAL = {
    "why": Words("The problem, and why now, in two or three sentences.", "People forget their password each week."),
    "what-changes": Words("What will be different, one bullet each; what breaks begins with **BREAKING**.", _BULLETS),
    "capabilities": Words(
        "The capabilities that are new and those that change, each by the name of its folder of specs in backticks. "
        "`None.` below a heading without any.",
        "### New Capabilities\n\n- `password-reset`: reset a password by mail\n\n### Modified Capabilities\n\n"
        "- `auth`: the form to sign in links to it",
    ),
    "impact": Words("Code, interfaces and people that it touches, one bullet each.", "- `auth/views.py`, the form"),
}
_BELOW_PROPOSAL = {
    "new capabilities": Words("One bullet for each capability that is new.", "- `password-reset`: reset by mail"),
    "modified capabilities": Words("One bullet for each capability that changes.", "- `auth`: links to the reset"),
}
_OF_DESIGN = {
    "context": Words("What is there now, and what binds.", "Passwords lie in the table `users`, hashed."),
    "goals": Words(
        "What is wanted, and what is deliberately left out.",
        "**Goals:**\n\n- Reset in two steps\n\n**Non-Goals:**\n\n- Reset by phone",
    ),
    "decisions": Words(
        "What was chosen, over what, and why, one bullet each.",
        "- **A token in the mail**, not a code: one tap is enough, and it can be revoked.",
    ),
    "risks": Words("What may go wrong → what is done about it.", "- A mail is late → the token holds for an hour."),
    "migration-plan": Words("Steps to go there, and back.", "1. Add the table.\n2. Switch the form on."),
    "open-questions": Words("What nobody has decided, one bullet each.", "- Who may reset for others?"),
}
_TASKS = Words(
    "All steps of the change, in groups: headings `## 1. NAME`, below them boxes with the group's number in front.",
    "## 1. Storage\n\n- [ ] 1.1 Add the table `tokens`\n- [ ] 1.2 Test that a token is used once\n\n## 2. Form\n\n"
    "- [ ] 2.1 Link the form",
)

_NUMBER = re.compile(r"\*{0,2}\d{1,4}(?:\.\d{1,4})*\*{0,2}[.:)]?[ \t]*")
_COMMENT = re.compile(r"<!--[^<>]*-->")
_STEP = re.compile(r"\A[ \t]*(?:[-*+][ \t]+)?\*{0,2}(?:GIVEN|WHEN|THEN|AND|BUT)\*{0,2}[ \t]*[:：]?[ \t]*\Z")
_LEAD = re.compile(r"\A[ \t]*(?:#{1,6}(?=\s|\Z)[ \t]*|[-*+][ \t]+(?:\[[ xX]?\](?=\s|\Z)[ \t]*)?)")
_GROUP = re.compile(r"(\d{1,4})[.:)]?[ \t]")


def _spec_places(document: SpecDocument) -> Iterator[OpenPlace]:
    purpose = document.profile_sections.get("purpose")
    if purpose is not None and not purpose.placeholder and _is_left_by_archive(purpose):
        words = _OF_SPEC["purpose"]
        yield OpenPlace(
            "purpose", purpose.title, words.guidance, words.example, purpose.body, purpose.heading, None, "purpose"
        )
    yield from _with_requirements(document, _OF_SPEC, ("purpose", "requirements"))


def _is_left_by_archive(purpose: Section) -> bool:
    """Whether a purpose is the sentence that OpenSpec itself leaves behind for somebody to replace."""
    return re.fullmatch(r"TBD\b[^\r\n]{0,200}Update Purpose after archive\.?", purpose.content.strip()) is not None


def _delta_places(document: SpecDocument) -> Iterator[OpenPlace]:
    begun = any(operation_of(section.title) is not None for section in document.sections)
    yield from _with_requirements(document, _OF_DELTA, () if begun else ("added-requirements",))


def _with_requirements(document: SpecDocument, words: dict[str, Words], missing: Sequence[str]) -> Iterator[OpenPlace]:
    known = {node.span.start for node in document.nodes.nodes if node.kind in {"requirement", "scenario", "delta"}}
    profile_keys = {section.heading.start for section in document.sections if section.profile_key is not None}
    yield from section_places(
        document,
        words,
        missing=missing,
        skip=lambda section: section.heading.start in known and section.heading.start not in profile_keys,
    )
    sections = {section.heading.start: section for section in document.sections}
    scenarios: dict[str, list[Node]] = {}
    for node in document.nodes.nodes:
        if node.kind == "scenario" and node.parent is not None and node.span.start in sections:
            scenarios.setdefault(node.parent, []).append(node)
    for node in document.nodes.nodes:
        section = sections.get(node.span.start)
        if node.kind == "requirement" and section is not None:
            yield from _of_requirement(document, node, section, scenarios.get(node.key, []), sections)


def _of_requirement(
    document: SpecDocument, node: Node, section: Section, scenarios: Sequence[Node], sections: Mapping[int, Section]
) -> Iterator[OpenPlace]:
    end = min((each.span.start for each in scenarios), default=node.span.end)
    own = Span(section.heading.end, end)
    says = not _says_nothing(document, own)
    unnamed = is_placeholder_title(node.title)
    named = [each for each in scenarios if not is_placeholder_title(each.title) or not _is_open(document, each)]
    if unnamed and says:
        return
    if not says and not named:
        whole = content_in(document, Span(section.heading.start if unnamed else section.heading.end, node.span.end))
        fit = blocks(section.level - 1 if unnamed else section.level, document.profile)
        guidance = (
            "The requirement: one sentence with SHALL or MUST, then one or more scenarios, each with its heading."
        )
        example = _REQUIREMENT if unnamed else _REQUIREMENT.partition("\n\n")[2]
        if unnamed:
            guidance = "One requirement with its heading `### Requirement: NAME`; " + guidance[0].lower() + guidance[1:]
        yield _place(document, node, node.key, f"Requirement: {node.title or 'new'}", guidance, example, whole, fit)
        return
    if not says:
        guidance, example = "One sentence that says with SHALL or MUST what holds.", _REQUIREMENT.split("\n\n")[1]
        fit = blocks(section.level, document.profile)
        place = content_in(document, own)
        yield _place(
            document, node, f"{node.key}/text", f"Requirement: {node.title}: its text", guidance, example, place, fit
        )
    if not scenarios:
        at = content_in(document, Span(section.heading.end, node.span.end)).end
        guidance = "One or more scenarios, each with a heading `#### Scenario: NAME` and steps WHEN and THEN."
        fit = behind("\n\n", blocks(section.level, document.profile))
        title = f"Scenarios of “{node.title}”"
        yield _place(document, node, f"{node.key}/scenarios", title, guidance, _SCENARIO, Span(at, at), fit)
    for each in scenarios:
        heading = sections[each.span.start].heading
        if not _is_open(document, each):
            continue
        unnamed = is_placeholder_title(each.title)
        whole = content_in(document, Span(heading.start if unnamed else heading.end, each.span.end))
        level = sections[each.span.start].level
        fit = blocks(level - 1 if unnamed else level, document.profile)
        guidance = "The steps of the scenario, one bullet each: WHEN, THEN, and AND for more of either."
        if unnamed:
            guidance = f"One scenario with its heading `#### Scenario: NAME`. {guidance}"
        title = f"Scenario of “{node.title}”: {each.title or 'new'}"
        yield _place(document, each, each.key, title, guidance, _SCENARIO if unnamed else _STEPS, whole, fit)


def _is_open(document: SpecDocument, scenario: Node) -> bool:
    start = end_of_line(document.text, scenario.head.end)
    return _says_nothing(document, Span(start, max(start, scenario.span.end)))


def _says_nothing(document: SpecDocument, span: Span) -> bool:
    """Whether nobody has written in a span; the words of steps alone say nothing."""
    if is_placeholder_in(document.tree, span, frozenset()):
        return True
    text = _COMMENT.sub("", document.text[span.start : span.end])
    return all(is_placeholder_line(_STEP.sub("", line)) for line in split_lines(text))


def _place(
    document: SpecDocument, node: Node, key: str, title: str, guidance: str, example: str, span: Span, fit: Fit
) -> OpenPlace:
    made = fit if span.start < span.end or key.endswith("/scenarios") else behind("\n\n", fit)
    start = document.text.rfind("\n", 0, node.head.start) + 1
    return OpenPlace(key, title, guidance, example, span, Span(start, node.head.end), made)


def _proposal_places(document: SpecDocument) -> Iterator[OpenPlace]:
    missing = ("why", "what-changes") if document.profile_sections else tuple(_OF_PROPOSAL)
    missing = () if holds_other_sections(document) else missing
    yield from section_places(document, _OF_PROPOSAL, missing=missing, below=_BELOW_PROPOSAL)


def _design_places(document: SpecDocument) -> Iterator[OpenPlace]:
    own = document.profile_sections or holds_other_sections(document)
    missing = () if own else ("context", "goals", "decisions", "risks")
    yield from section_places(document, _OF_DESIGN, missing=missing)


def _tasks_places(document: SpecDocument) -> Iterator[OpenPlace]:
    tasks = [node for node in document.nodes.nodes if node.kind == "task"]
    groups = [section for section in document.sections if section.heading != document.title]
    if _is_template(document, groups):
        yield _all_tasks(document)
        return
    if not tasks and not groups:
        # A list or a table is a plan in a form of somebody's own.
        if not any(True for _ in document.tree.elements("item", "table")):
            yield _all_tasks(document)
        return
    yield from _groups(document)
    for item, base in placed_items(document.tree):
        start, end = base + item.content.start, base + item.content.end
        number = _NUMBER.match(document.text, start, end)
        words = Span(start if number is None else number.end(), end)
        blank = _is_blank(document.text[words.start : words.end])
        if item.box is None or not blank or leads_in(document.text, item, base):
            continue
        node = document.nodes.at(base + item.span.start)
        if node is not None and node.kind == "task":
            guidance = "The step in one line, without its box and number."
            yield OpenPlace(
                node.key, f"Task {node.key}", guidance, "Add the table `tokens`", words, item.placed(base), one_line
            )


def _is_blank(words: str) -> bool:
    return is_placeholder_line(_COMMENT.sub("", words).strip() or "TODO")


def _is_template(document: SpecDocument, groups: Sequence[Section]) -> bool:
    """Whether no group has a name, and nothing below the title says anything, as in the template of the tool."""
    return bool(groups) and all(
        _is_blank(_NUMBER.sub("", _LEAD.sub("", line, count=1), count=1))
        for line in split_lines(_COMMENT.sub("", document.text[_below_title(document) :]))
    )


def _below_title(document: SpecDocument) -> int:
    return document.preamble.start if document.title is None else document.title.end


def _all_tasks(document: SpecDocument) -> OpenPlace:
    """The place below the title where a plan has nothing yet; behind what stands there and is no stand-in."""
    start = _below_title(document)
    span = content_in(document, Span(start, len(document.text)))
    groups = [section for section in document.sections if section.heading != document.title]
    if not _is_template(document, groups) and not is_placeholder_in(document.tree, span, frozenset()):
        span = Span(span.end, span.end)
    fit = _plan if document.title is None or span.start < span.end else behind("\n\n", _plan)
    head = document.title or Span(start, start)
    return OpenPlace("tasks", "Tasks", _TASKS.guidance, _TASKS.example, span, head, fit)


def _plan(body: str) -> str | None:
    """Groups at the second level; an answer has them below its part's own heading, one deeper."""
    headings = re.findall(r"(?m)^(#+) ", body)
    if not headings or not re.search(r"(?m)^[ \t]*[-*+] \[[ x]\] ", body):
        return None
    shift = min(map(len, headings)) - 2
    return re.sub(r"(?m)^(#+) ", lambda found: f"{found[1][max(0, shift) :]} ", body)


def _groups(document: SpecDocument) -> Iterator[OpenPlace]:
    for place in section_places(document, {}):
        number = _GROUP.match(place.title)
        group = number[1] if number else "1"
        guidance = f"The steps of this group as boxes, numbered from {group}.1."
        example = f"- [ ] {group}.1 Add the table `tokens`\n- [ ] {group}.2 Test that a token is used once"
        title = f"Tasks of group {place.title}"
        yield OpenPlace(place.key, title, guidance, example, place.span, place.head, None, place.section)


SPEC = Drafting(asking(__package__, "openspec.spec", "3", "the specification of one capability"), _spec_places)
DELTA = Drafting(
    asking(__package__, "openspec.delta", "3", "the part of a change that alters one capability's specification"),
    _delta_places,
)  # fmt: skip
PROPOSAL = Drafting(asking(__package__, "openspec.proposal", "3", "the proposal of a change"), _proposal_places)
DESIGN = Drafting(asking(__package__, "openspec.design", "3", "the design of a change"), _design_places)
TASKS = Drafting(asking(__package__, "openspec.tasks", "3", "the list of tasks of a change"), _tasks_places)
