"""The open places of Kiro's documents, and the prompts for them: one for each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from orch_lsp.document.asking import asking
from orch_lsp.document.drafting import Drafting, Fit, OpenPlace
from orch_lsp.document.heading_language import word_in_language
from orch_lsp.document.items import leads_in, placed_items
from orch_lsp.document.open_sections import Words, content_in, holds_other_sections, section_places
from orch_lsp.document.placeholder import is_placeholder_in, is_placeholder_line
from orch_lsp.document.shapes import behind, blocks, listed, one_line
from orch_lsp.profiles.kiro.requirements import names_criteria
from orch_lsp.profiles.kiro.words import CRITERIA_IN_LANGUAGES, REQUIREMENTS, either
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.document.node import Node

_STORY = "**User Story:** As a customer, I want to reset my password, so that I get in again."
_CRITERIA = (
    "1. WHEN a customer asks for a new password, THE Shop SHALL send a mail with a link.\n"
    "2. IF the link is older than 60 minutes, THEN THE Shop SHALL refuse it."
)
_REQUIREMENT = f"{_STORY}\n\n#### Acceptance Criteria\n\n{_CRITERIA}"
_EARS = "Numbered criteria, each one sentence in EARS: WHEN, IF … THEN, WHILE or WHERE, then THE name SHALL, and what."
_OF_REQUIREMENTS = {
    "introduction": Words(
        "What is to be built, for whom and why: one paragraph.",
        "Customers of the shop reset a forgotten password by mail, so that nobody has to call.",
    ),
    "glossary": Words(
        "The terms that the requirements use, one bullet each: the term in bold, then its definition.",
        "- **Shop**: the system that customers order in",
    ),
    "requirements": Words(
        "All requirements, numbered from 1. Each has a heading `### Requirement N: TITLE`, a line with its user story, "
        "a heading `#### Acceptance Criteria`, and a list of criteria in EARS: WHEN, IF … THEN, WHILE or WHERE, then "
        "THE name SHALL, and what.",
        f"### Requirement 1: Reset by mail\n\n{_REQUIREMENT}",
    ),
}
_CLAUSES = "1.1 WHEN a customer opens the link twice THEN the system shows an empty page"
_OF_BUGFIX = {
    "introduction": Words("The bug and whom it hits: one paragraph.", "A link that is opened twice shows nothing."),
    "bug-analysis": Words(
        "Three headings, each with numbered lines: what happens now (1.1, 1.2), what is to happen instead (2.1, 2.2), "
        "and what must not change (3.1, 3.2).",
        f"### Current Behavior (Defect)\n\n{_CLAUSES}\n\n### Expected Behavior (Correct)\n\n2.1 WHEN a customer opens "
        "the link twice THEN the system SHALL say that it was used\n\n### Unchanged Behavior (Regression Prevention)"
        "\n\n3.1 WHEN a customer opens the link once THEN the system SHALL CONTINUE TO show the form",
    ),
}
_BELOW_BUGFIX = {
    "current behavior": Words("What happens now, one line each: `1.1 WHEN … THEN the system …`.", _CLAUSES),
    "expected behavior": Words(
        "What is to happen instead, one line each: `2.1 WHEN … THEN the system SHALL …`.",
        "2.1 WHEN a customer opens the link twice THEN the system SHALL say that it was used",
    ),
    "unchanged behavior": Words(
        "What must not change, one line each: `3.1 WHEN … THEN the system SHALL CONTINUE TO …`.",
        "3.1 WHEN a customer opens the link once THEN the system SHALL CONTINUE TO show the form",
    ),
}
_PROPERTY = "*For any* link, opening it a second time changes no password.\n\n**Validates: Requirements 1.2**"
_OF_DESIGN = {
    "overview": Words("What is built and how, in short.", "A token in a mail leads to a form."),
    "architecture": Words("The parts, and how they work together.", "- `TokenStore` keeps tokens\n- `Mailer` sends"),
    "components-and-interfaces": Words(
        "Each part with its interface: a heading of the third level, then the interface.",
        "### TokenStore\n\n- `issue(user) -> Token`: one a minute and user\n- `use(token) -> User | None`: once",
    ),
    "data-models": Words("What is kept, with its rules.", "- **Token**: `user`, `issued_at`, `used_at`; unique"),
    "correctness-properties": Words(
        "Numbered properties: a heading `### Property N: TITLE`, a sentence that holds for all inputs, and a line with "
        "the numbers of the criteria that it validates.",
        f"### Property 1: A link works once\n\n{_PROPERTY}",
    ),
    "error-handling": Words(
        "What can go wrong, and what is done then.", "- The mail is refused: try again for an hour"
    ),
    "testing-strategy": Words("What is tested how.", "- Properties with generated tokens, 100 runs each"),
}
_OF_TASKS = {
    "overview": Words("What the tasks build, in two sentences.", "A token, then the mail, then the form."),
    "tasks": Words(
        "The steps as boxes with numbers, two levels at most; below each the numbers of the criteria that it covers.",
        "- [ ] 1. Keep tokens\n  - [ ] 1.1 Add the table\n    - Unique, with the time of its use\n    - _Requirements: "
        "1.1, 1.2_\n- [ ] 2. Send the mail\n  - _Requirements: 1.1_",
    ),
}

_REFERENCES = re.compile(rf"_[ \t]*{either(REQUIREMENTS)}[ \t]*[:：](?P<value>[ \t]*(?:TODO|TBD|\?|…)?[ \t]*)_(?!\w)")
_ID = re.compile(r"\d{1,4}(?:\.\d{1,4})?")
_IDS = re.compile(r"[\s_*`]*(?:[\w ]{1,20}[:：])?[\s_*]*(?P<ids>\d[\d.,、\s-]*)[\s_*.`]*")
_NUMBER = re.compile(r"\*{0,2}\d{1,4}(?:\.\d{1,4})*\*{0,2}[.:)]?[ \t]*")
_VALIDATES = re.compile(r"\*\*Validates:[ \t]*(?:Requirements[ \t]*)?(?P<value>)\*\*")


def _requirements_places(document: SpecDocument) -> Iterator[OpenPlace]:
    requirements = [node for node in document.nodes.nodes if node.kind in {"requirement", "story"}]
    missing = ("introduction",) if requirements else ("introduction", "requirements")
    if document.profile.kind != "requirements" or holds_other_sections(document):
        missing = ()
    starts = {node.span.start for node in requirements}
    yield from section_places(
        document,
        _OF_REQUIREMENTS,
        missing=missing,
        skip=lambda section: section.heading.start in starts or names_criteria(section.title),
    )
    sections = {section.heading.start: number for number, section in enumerate(document.sections)}
    criteria: dict[str, list[Node]] = {}
    for node in document.nodes.nodes:
        if node.kind == "criterion":
            criteria.setdefault(node.key.rpartition(".")[0], []).append(node)
    for node in requirements:
        number = sections.get(node.span.start)
        if number is not None:
            yield from _of_requirement(document, node, number, criteria.get(node.key, ()))
    yield from _criteria_items(document)


def _of_requirement(document: SpecDocument, node: Node, number: int, known: Sequence[Node]) -> Iterator[OpenPlace]:
    section = document.sections[number]
    below = [one for one in document.sections[number + 1 :] if one.heading.start < node.span.end]
    own = Span(section.heading.end, below[0].heading.start if below else node.span.end)
    blank = is_placeholder_in(document.tree, own, section.links)
    heading = next((one for one in below if names_criteria(one.title)), None)
    name = f"Requirement {node.key}"
    head = section.heading
    if blank and not below:
        fit = _inserted(document, own, blocks(section.level, document.profile))
        guidance = f"The requirement: its user story, then `{'#' * (section.level + 1)} Acceptance Criteria`. {_EARS}"
        yield OpenPlace(node.key, name, guidance, _REQUIREMENT, content_in(document, own), head, fit)
        return
    if blank and heading is not None:
        fit = _inserted(document, own, _story)
        guidance = "The user story in one line: who wants what, and why."
        yield OpenPlace(
            f"{node.key}/story", f"User story of {name}", guidance, _STORY, content_in(document, own), head, fit
        )
    title = f"Acceptance criteria of {name}"
    items = listed(_marker(document))
    if heading is None:
        # A list below the story is one of criteria in a form of somebody's own.
        if not known and not below and not _holds_items(document, own):
            at = content_in(document, Span(section.heading.end, node.span.end)).end
            lead = f"\n\n{'#' * (section.level + 1)} {_word_for_criteria(document)}\n\n"
            place = Span(at, at)
            yield OpenPlace(f"{node.key}/criteria", title, _EARS, _CRITERIA, place, head, behind(lead, items))
    elif is_placeholder_in(document.tree, heading.body, heading.links):
        fit = _inserted(document, heading.body, items)
        place = content_in(document, Span(heading.heading.end, heading.body.end))
        yield OpenPlace(f"{node.key}/criteria", title, _EARS, _CRITERIA, place, heading.heading, fit)


def _holds_items(document: SpecDocument, span: Span) -> bool:
    return any(span.start <= item.placed(base).start < span.end for item, base in placed_items(document.tree))


def _story(body: str) -> str | None:
    line = " ".join(body.split())
    return line if line and not line.startswith(("#", "- ", "1.")) and "\n\n" not in body.strip() else None


def _marker(document: SpecDocument) -> _Marker:
    """How criteria are marked in the document: `1.`, `1)`; with dots where it has none."""
    for node in document.nodes.nodes:
        if node.kind == "criterion":
            found = re.match(r"\d{1,4}([.)])", document.text[node.span.start : node.span.end])
            if found is not None:
                return _Marker(found[1])
    return _Marker(".")


class _Marker:
    """The number of an item as it is typed."""

    def __init__(self, sign: str) -> None:
        self._sign = sign

    def __call__(self, number: int) -> str:
        return f"{number}{self._sign} "


def _word_for_criteria(document: SpecDocument) -> str:
    written = (section.title for section in document.sections if names_criteria(section.title))
    return next(written, None) or word_in_language(document, CRITERIA_IN_LANGUAGES, "Acceptance Criteria")


def _criteria_items(document: SpecDocument) -> Iterator[OpenPlace]:
    by_start = {node.span.start: node for node in document.nodes.nodes if node.kind == "criterion"}
    for item, base in placed_items(document.tree):
        node = by_start.get(base + item.span.start)
        words = Span(base + item.content.start, base + item.content.end)
        if node is not None and _says_nothing(document, words) and not leads_in(document.text, item, base):
            guidance = f"One criterion in EARS, without its number: {_EARS.partition(': ')[2]}"
            example = "WHEN a customer asks for a new password, THE Shop SHALL send a mail with a link."
            key = node.key if "." in node.key else f"criterion {node.key}"
            yield OpenPlace(node.key, f"Criterion {key}", guidance, example, words, item.placed(base), one_line)


def _says_nothing(document: SpecDocument, words: Span) -> bool:
    return is_placeholder_line(document.text[words.start : words.end] or "TODO")


def _inserted(document: SpecDocument, body: Span, fit: Fit) -> Fit:
    """The shape for a body: with blank lines in front where nothing stands there."""
    return fit if document.text[body.start : body.end].strip() else behind("\n\n", fit)


def _bugfix_places(document: SpecDocument) -> Iterator[OpenPlace]:
    yield from section_places(document, _OF_BUGFIX, missing=("introduction", "bug-analysis"), below=_BELOW_BUGFIX)


def _design_places(document: SpecDocument) -> Iterator[OpenPlace]:
    own = len(document.profile_sections) > 1 or holds_other_sections(document, beside=True)
    missing = () if own else tuple(_OF_DESIGN)
    properties = {node.span.start: node for node in document.nodes.nodes if node.kind == "property"}
    yield from section_places(
        document, _OF_DESIGN, missing=missing, skip=lambda section: section.heading.start in properties
    )
    for node in properties.values():
        section = document.headed_at(node.span.start)
        if section is None:
            continue
        if is_placeholder_in(document.tree, section.body, section.links):
            fit = _inserted(document, section.body, blocks(section.level, document.profile))
            guidance = "A sentence that holds for all inputs, and a line with the criteria that it validates."
            place = content_in(document, Span(section.heading.end, section.body.end))
            yield OpenPlace(node.key, node.key, guidance, _PROPERTY, place, section.heading, fit)
            continue
        found = _VALIDATES.search(document.text, node.span.start, node.span.end)
        if found is not None:
            yield _references(f"{node.key}/requirements", f"Criteria of {node.key}", Span(*found.span("value")), node)


def _tasks_places(document: SpecDocument) -> Iterator[OpenPlace]:
    yield from section_places(document, _OF_TASKS, missing=() if _has_tasks(document) else ("tasks",))
    by_start = {node.span.start: node for node in document.nodes.nodes if node.kind == "task"}
    for item, base in placed_items(document.tree):
        node = by_start.get(base + item.span.start)
        if node is None or item.box is None or leads_in(document.text, item, base):
            continue
        start, end = base + item.content.start, base + item.content.end
        number = _NUMBER.match(document.text, start, end)
        words = Span(start if number is None else number.end(), end)
        if _says_nothing(document, words):
            guidance = "The step in one line, without its box and number."
            yield OpenPlace(
                node.key, f"Task {node.key}", guidance, "Add the table `tokens`", words, item.placed(base), one_line
            )
    for found in _REFERENCES.finditer(document.text):
        node = document.nodes.at(found.start())
        if node is not None and node.kind == "task":
            value = Span(*found.span("value"))
            yield _references(f"{node.key}/requirements", f"Requirements of task {node.key}", value, node)


def _references(key: str, title: str, value: Span, node: Node) -> OpenPlace:
    guidance = "The numbers of the criteria that belong here, with commas between, and nothing else."
    return OpenPlace(key, title, guidance, "1.1, 1.2", value, Span(node.span.start, value.end), _ids)


def _ids(body: str) -> str | None:
    found = _IDS.fullmatch(body.strip())
    if found is None:
        return None
    return " " + ", ".join(dict.fromkeys(_ID.findall(found["ids"])))


def _has_tasks(document: SpecDocument) -> bool:
    return any(node.kind == "task" for node in document.nodes.nodes)


REQUIREMENTS_DRAFTING = Drafting(
    asking(__package__, "kiro.requirements", "3", "a document of requirements"), _requirements_places
)
BUGFIX_DRAFTING = Drafting(asking(__package__, "kiro.bugfix", "3", "the analysis of a bug"), _bugfix_places)
DESIGN_DRAFTING = Drafting(asking(__package__, "kiro.design", "3", "the design of a feature"), _design_places)
TASKS_DRAFTING = Drafting(asking(__package__, "kiro.tasks", "3", "the list of tasks of a feature"), _tasks_places)
