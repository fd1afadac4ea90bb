"""The open places of spec-kit's documents, and the prompts for them: one for each kind.

Templates of spec-kit hold lines with brackets (`System MUST [capability]`) and notes between them. A bracket that names
what is to come is open; the whole line is, if it holds no word but the template's. A question in brackets is none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from orch_lsp.document.asking import asking
from orch_lsp.document.drafting import Drafting, OpenPlace
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import leads_in, placed_items, visible_matches
from orch_lsp.document.node import slug
from orch_lsp.document.open_sections import Words, content_in, holds_other_sections, section_places
from orch_lsp.document.placeholder import is_placeholder, is_placeholder_in, is_placeholder_line, link_labels
from orch_lsp.document.shapes import behind, blocks, listed, one_line
from orch_lsp.profiles.spec_kit.citations import TASK_ID
from orch_lsp.profiles.spec_kit.words import BELOW_SPEC
from orch_lsp.text import Span, end_of_line, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument
    from orch_lsp.document.node import Node

_SCENARIOS = (
    "1. **Given** a customer without a password, **When** they ask for a new one, **Then** a mail with a link is sent\n"
    "2. **Given** a link that was used, **When** it is opened, **Then** the page says so"
)
_STORY = (
    "A customer who forgot the password gets a link by mail and chooses a new one.\n\n"
    "**Why this priority**: Without it, people call.\n\n"
    "**Independent Test**: Ask for a link, open it, sign in with the new password.\n\n"
    f"**Acceptance Scenarios**:\n\n{_SCENARIOS}"
)
_FUNCTIONAL = Words(
    "Numbered requirements, one bullet each, going on from the highest number there is: `- **FR-001**: System MUST …`.",
    "- **FR-001**: System MUST send a link to the address that is known\n- **FR-002**: System MUST refuse a link that "
    "is older than 60 minutes",
)
_MEASURABLE = Words(
    "Numbered results that users can measure, with a number each, and without a word on technology.",
    "- **SC-001**: 95 % of people have a new password within 3 minutes\n- **SC-002**: Half as many calls as before",
)
_OF_SPEC = {
    "user-scenarios": Words(
        "User stories by importance: a heading `### User Story N - TITLE (Priority: P1)`, then the story, why it has "
        "this priority, how it is tested alone, and numbered scenarios. Then `### Edge Cases` with bullets.",
        f"### User Story 1 - Reset by mail (Priority: P1)\n\n{_STORY}\n\n### Edge Cases\n\n- What happens when the "
        "mail is late?",
    ),
    "requirements": Words(
        "`### Functional Requirements` with numbered requirements that can be tested; `### Key Entities` where there "
        "is data.",
        f"### Functional Requirements\n\n{_FUNCTIONAL.example}\n\n### Key Entities\n\n- **Link**: opens the form, once",
    ),
    "success-criteria": Words(
        f"`### Measurable Outcomes`, then: {_MEASURABLE.guidance[0].lower()}{_MEASURABLE.guidance[1:]}",
        f"### Measurable Outcomes\n\n{_MEASURABLE.example}",
    ),
    "assumptions": Words("What was taken as given, one bullet each.", "- People can read their mail"),
}
_BELOW_IN_ENGLISH = {
    "functional requirements": _FUNCTIONAL,
    "measurable outcomes": _MEASURABLE,
    "key entities": Words(
        "Each thing that is kept, in bold, with what it stands for.", "- **Link**: opens a form once"
    ),
    "edge cases": Words("Questions at the borders, one bullet each.", "- What happens when the mail is late?"),
}
_BELOW_SPEC = _BELOW_IN_ENGLISH | {
    heading_name(title): words for name, words in _BELOW_IN_ENGLISH.items() for title in BELOW_SPEC[name]
}
_OF_PLAN = {
    "summary": Words("The main requirement, and the approach.", "A link by mail; a table of tokens behind it."),
    "technical-context": Words(
        "A line each, the name in bold: language, dependencies, storage, testing, platform, limits.",
        "**Language/Version**: Python 3.12\n\n**Storage**: PostgreSQL",
    ),
    "constitution-check": Words("Each principle: held, or why not.", "- I. Tests first: held"),
    "project-structure": Words(
        "The folders and files that are new or change, as a tree in a code block.",
        "```text\nsrc/reset/tokens.py\ntests/test_tokens.py\n```",
    ),
}
_ALL_TASKS = Words(
    "All tasks in phases: a heading `## Phase N: NAME` for set-up, for what all stories need, for each story, and for "
    "the end. A task is a box with a number, `[P]` if it can be done beside others, its story, and a path.",
    "## Phase 1: Setup\n\n- [ ] T001 Create src/reset/\n\n## Phase 2: User Story 1 - Reset by mail (Priority: P1)\n\n"
    "- [ ] T002 [P] [US1] Test the token in tests/test_tokens.py\n- [ ] T003 [US1] Keep tokens in src/reset/tokens.py",
)

_BRACKET = re.compile(r"\[(?P<inner>[^\[\]\r\n]{2,400})\](?![(:\[])")
_NESTED = re.compile(r"\[(?P<inner>(?:[^\[\]\r\n]|\[[^\[\]\r\n]{0,200}\]){2,400})\](?![(:\[])")
"""As `_BRACKET`, with brackets in it: the template's example of how a story is tested has two."""
_JOURNEY = re.compile(r"describe this user journey\b", re.IGNORECASE)
_NO_PLACE = re.compile(r"NEEDS CLARIFICATION|P\Z|US\d|[A-Z]{1,5}-?\d|[xX ~-]\Z|\^|[A-Z]+[ \t]*§|Spec\b", re.IGNORECASE)
_TEMPLATE_WORDS = frozenset(
    {
        *("system", "must", "users", "user", "be", "able", "to", "what", "happens", "when", "how", "does", "handle"),
        *("given", "then", "as", "a", "an", "the", "and", "i", "want", "so", "that", "e", "g", "can", "may", "should"),
        *("will", "of", "for", "in", "is", "are", "it"),
    }
)
"""Words that stand around brackets in spec-kit's own templates."""
_LONGEST_NAME = 40
_WORDS_OF_A_NAME = 6
_EXAMPLE = re.compile(
    r"\be\.?g\.?\b|\bfor example\b|/|^(?:describe|explain|what|how|brief|measurable|specific|key|number)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+")
_BOX_NUMBER = re.compile(rf"(?:\*\*)?{TASK_ID}(?:\*\*)?[.:]?[ \t]*(?:\[(?:P|US\d{{1,3}})\][ \t]*)*")
_ID = re.compile(r"(?:\*\*|__)?[A-Z]{1,6}(?:-[A-Z]{1,6})*-?\d{1,5}[a-z]?(?:\*\*|__)?[ \t]*[:：](?:\*\*|__)?[ \t]*")
_LABEL = re.compile(r"\*\*[^*\r\n]{1,40}\*\*[ \t]*[:：][ \t]*|\*\*[^*\r\n]{1,40}[:：]\*\*[ \t]*")
_SCENARIOS_LABEL = re.compile(
    r"\*\*[^*\r\n]{0,30}(?:Scenarios|场景|シナリオ|시나리오)[^*\r\n]{0,20}\*\*[ \t]*[:：]?\s*\Z"
)

_LINES = {
    "requirement": ("One requirement that can be tested, without its id.", "System MUST refuse a link that was used"),
    "success_criterion": ("One result that users can measure, with a number, without its id.", "95 % of people …"),
    "criterion": (
        "One scenario in one line, without its number.",
        "**Given** a link that was used, **When** it is opened, **Then** the page says so",
    ),
    "task": ("The step in one line with its path, without its box and number.", "Keep tokens in src/reset/tokens.py"),
}
_LINE = ("The text of this line, without the list's marker.", "What happens when the mail is late?")


def _spec_places(document: SpecDocument) -> Iterator[OpenPlace]:
    stories = {node.span.start: node for node in document.nodes.nodes if node.kind == "story"}
    yield from section_places(
        document,
        _OF_SPEC,
        missing=() if holds_other_sections(document) else ("user-scenarios", "requirements", "success-criteria"),
        below=_BELOW_SPEC,
        skip=lambda section: section.heading.start in stories or _holds_ids(document, section),
    )
    with_criteria = {node.key.partition("/")[0] for node in document.nodes.nodes if node.kind == "criterion"}
    for section in document.sections:
        node = stories.get(section.heading.start)
        if node is not None:
            yield from _of_story(document, node, section, has_criteria=node.key in with_criteria)
    yield from _lines(document)


def _holds_ids(document: SpecDocument, section: Section) -> bool:
    """Whether somebody has given ids to what is to come: each has its own place then."""
    nodes = document.nodes.nodes
    first = bisect_left(nodes, section.body.start, key=lambda node: node.span.start)
    last = bisect_left(nodes, section.body.end, key=lambda node: node.span.start)
    return any(node.kind in {"requirement", "success_criterion"} for node in nodes[first:last])


def _of_story(document: SpecDocument, node: Node, section: Section, *, has_criteria: bool) -> Iterator[OpenPlace]:
    head = section.heading
    if is_placeholder_in(document.tree, section.body, section.links):
        body = Span(section.heading.end, section.body.end)
        place = content_in(document, body)
        fit = blocks(section.level, document.profile)
        fit = fit if place.start < place.end else behind("\n\n", fit)
        guidance = "The story, why it has its priority, how it is tested alone, and numbered scenarios."
        yield OpenPlace(node.key, f"User Story {node.key[2:]}", guidance, _STORY, place, head, fit)
    elif not has_criteria:
        at = content_in(document, Span(section.heading.end, section.body.end)).end
        labelled = _SCENARIOS_LABEL.search(document.text, max(section.heading.end, at - 80), at) is not None
        lead = "\n\n" if labelled else "\n\n**Acceptance Scenarios**:\n\n"
        guidance = "Numbered scenarios, one line each: **Given** …, **When** …, **Then** …"
        title = f"Acceptance scenarios of User Story {node.key[2:]}"
        fit = behind(lead, listed(lambda number: f"{number}. "))
        yield OpenPlace(f"{node.key}/scenarios", title, guidance, _SCENARIOS, Span(at, at), head, fit)


def _lines(document: SpecDocument) -> Iterator[OpenPlace]:
    """Items, and lines behind a label in bold, in which a stand-in or a template's bracket stands."""
    lines = [
        Span(base + item.content.start, base + item.content.end)
        for item, base in placed_items(document.tree)
        if not leads_in(document.text, item, base)
    ]
    links = link_labels(document.tree)
    seen: set[int] = set()
    used: dict[str, int] = {}
    for words in lines:
        text = document.text
        start = words.start
        for pattern in (_BOX_NUMBER, _ID):
            lead = pattern.match(text, start, words.end)
            start = start if lead is None else lead.end()
        if is_placeholder_line(text[start : words.end] or "TODO", links) or _is_templates(
            text[start : words.end], links
        ):
            seen.add(words.start)
            yield _line(document, words, Span(start, words.end), used)
    for found in visible_matches(document.tree, _NESTED):
        if not _names_a_place(found["inner"]):
            continue
        if any(document.text[w.start : w.end] and w.start <= found.start() < w.end for w in lines if w.start in seen):
            continue
        line = start_of_line(document.text, found.start(), 0)
        label = _LABEL.match(document.text, line, found.start())
        rest = document.text[found.end() : end_of_line(document.text, found.end())].strip()
        if _JOURNEY.match(found["inner"]) and not rest and not document.text[line : found.start()].strip():
            yield from _journey(document, Span(*found.span()))
            continue
        if label is None or label.end() != found.start() or rest or _is_heading(document, line):
            continue
        name = slug(label[0]) or "text"
        node = document.nodes.at(found.start())
        around = "" if node is None or node.kind == "section" else f"{node.key}/"
        title = f"{label[0].strip('*:： ')}{'' if not around else f' of {around[:-1]}'}"
        guidance = f"The text behind `{label[0].strip()}`, in one line."
        yield OpenPlace(
            f"{around}{name}", title, guidance, "Without it, people call.", Span(*found.span()),
            Span(line, found.end()), one_line,
        )  # fmt: skip


def _journey(document: SpecDocument, place: Span) -> Iterator[OpenPlace]:
    """The first words of a story, of which the rest may be written: the template's line, and no other in brackets."""
    node = document.nodes.at(place.start)
    if node is not None and node.kind == "story":
        guidance = "What somebody does and gets, in plain words, in one paragraph."
        example = "A person who forgot their password gets a mail with a link, and chooses a new one."
        yield OpenPlace(
            f"{node.key}/story", f"The story of {node.key}", guidance, example, place, place, one_line
        )  # fmt: skip


def _line(document: SpecDocument, words: Span, place: Span, used: dict[str, int]) -> OpenPlace:
    node = document.nodes.at(words.start)
    start = start_of_line(document.text, words.start, 0)
    head = Span(start, end_of_line(document.text, words.start))
    if node is None or node.kind == "section" or node.kind == "story":
        around = "line" if node is None else node.key
        used[around] = used.get(around, 0) + 1
        title = "Line" if node is None else node.title
        guidance, example = _LINE
        number = used[around]
        return OpenPlace(f"{around}/{number}", f"{title}, line {number}", guidance, example, place, head, one_line)
    guidance, example = _LINES.get(node.kind, _LINE)
    return OpenPlace(node.key, _title(node), guidance, example, place, head, one_line)


def _title(node: Node) -> str:
    story, slash, number = node.key.partition("/AC")
    return f"Scenario {number} of User Story {story[2:]}" if slash else node.key


def _is_heading(document: SpecDocument, line: int) -> bool:
    return document.text[line : line + 1] == "#"


def _is_templates(text: str, links: Collection[str]) -> bool:
    """Whether a line holds a bracket that names what is to come, and no word but the template's."""
    brackets = [found for found in _BRACKET.finditer(text) if _names_a_place(found["inner"])]
    if any(found["inner"].casefold() in links for found in brackets):
        return False
    if not brackets:
        return False
    rest = _BRACKET.sub(" ", text)
    return all(word.casefold() in _TEMPLATE_WORDS for word in _LETTERS.findall(rest))


def _names_a_place(inner: str) -> bool:
    if _NO_PLACE.match(inner):
        return False
    words = inner.split()
    return _EXAMPLE.search(inner) is not None or (
        len(inner) <= _LONGEST_NAME and len(words) <= _WORDS_OF_A_NAME and not inner.rstrip().endswith(".")
    )


def _plan_places(document: SpecDocument) -> Iterator[OpenPlace]:
    missing = () if document.profile_sections or holds_other_sections(document) else tuple(_OF_PLAN)
    yield from section_places(document, _OF_PLAN, missing=missing)
    yield from _notes_of_plan(document)
    yield from _lines(document)


_NOTE_OF_PLAN = re.compile(
    r"\[(?:Extract from feature spec|Gates determined based on|Document the selected structure|DEFAULT to Option 1)\b"
    r"[^\[\]]{0,300}\](?![(:\[])"
)
"""Notes of the plan's own template, word for word at their beginning: anybody's words may stand in brackets."""
_GATE = re.compile(r"^[ \t]*\*GATE:[^*\r\n]{0,200}\*[ \t]*(?=[\r\n]|\Z)", re.MULTILINE)


def _notes_of_plan(document: SpecDocument) -> Iterator[OpenPlace]:
    """Sections that hold a note of the template alone, and such notes behind a label."""
    text = document.text
    for found in visible_matches(document.tree, _NOTE_OF_PLAN):
        line = start_of_line(text, found.start(), 0)
        label = _LABEL.match(text, line, found.start())
        if text[found.end() : end_of_line(text, found.end())].strip():
            continue
        if label is not None and label.end() == found.start():
            title, guidance = label[0].strip("*:： \t"), f"The text behind `{label[0].strip()}`, in one line."
            example = "One package below src/, its tests beside it."
            span = Span(*found.span())
            yield OpenPlace(slug(title) or "text", title, guidance, example, span, Span(line, found.end()), one_line)
            continue
        section = next(iter(document.sections_of(document.nodes.around(found.start()))), None)
        if section is None or section.profile_key is None:
            continue
        before, after = text[section.heading.end : found.start()], text[found.end() : section.body.end]
        if not is_placeholder(_GATE.sub("", before)) or not is_placeholder(after):
            continue
        asked = _OF_PLAN[section.profile_key]
        fit = blocks(section.level, document.profile)
        span = Span(*found.span())
        yield OpenPlace(section.key, section.title, asked.guidance, asked.example, span, section.heading, fit)


def _tasks_places(document: SpecDocument) -> Iterator[OpenPlace]:
    tasks = any(node.kind == "task" for node in document.nodes.nodes)
    groups: Sequence[Section] = [section for section in document.sections if section.heading != document.title]
    if not tasks and not groups:
        # A list or a table is a plan in a form of somebody's own.
        if any(True for _ in document.tree.elements("item", "table")):
            return
        start = document.preamble.start if document.title is None else document.title.end
        at = content_in(document, Span(start, len(document.text)))
        written = is_placeholder_in(document.tree, at, frozenset())
        place = at if written else Span(at.end, at.end)
        fit = _phases if place.start < place.end else behind("\n\n", _phases)
        head = document.title or Span(start, start)
        yield OpenPlace("tasks", "Tasks", _ALL_TASKS.guidance, _ALL_TASKS.example, place, head, fit)
        return
    for found in section_places(document, {}):
        guidance = "The tasks of this phase as boxes, numbered on from the highest number there is."
        example = "- [ ] T002 [P] [US1] Test the token in tests/test_tokens.py"
        title = f"Tasks of “{found.title}”"
        yield OpenPlace(found.key, title, guidance, example, found.span, found.head, None, found.section)
    yield from _lines(document)


def _phases(body: str) -> str | None:
    """Phases at the second level; an answer has them below its part's own heading, one deeper."""
    headings = re.findall(r"(?m)^(#+) ", body)
    if not headings or not re.search(r"(?m)^[-*+] \[[ x]\] ", body):
        return None
    shift = max(0, min(map(len, headings)) - 2)
    return re.sub(r"(?m)^(#+) ", lambda found: f"{found[1][shift:]} ", body)


def _constitution_places(document: SpecDocument) -> Iterator[OpenPlace]:
    yield from section_places(document, {})
    yield from _lines(document)


def _made(kind: str, document: str) -> Drafting:
    places = {"spec": _spec_places, "plan": _plan_places, "tasks": _tasks_places}.get(kind, _constitution_places)
    return Drafting(asking(__package__, f"spec-kit.{kind}", "3", document), places)


DRAFTING = {
    "spec": _made("spec", "the specification of a feature"),
    "plan": _made("plan", "the plan of a feature"),
    "tasks": _made("tasks", "the list of tasks of a feature"),
    "research": _made("research", "the research for a plan"),
    "data-model": _made("data-model", "the data model of a feature"),
    "quickstart": _made("quickstart", "the guide by which a feature is tried out"),
    "constitution": _made("constitution", "the principles of a project"),
}
"""By kind of document."""
