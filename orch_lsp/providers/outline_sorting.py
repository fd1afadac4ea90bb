"""How `outline` decides which sentence of a brief belongs into which section.

The brief is cut into statements: sentences of paragraphs, and whole bullets. Each goes to the first section of `_RULES`
whose words it holds; the rules stand in the order of how telling their words are, so that "roll back if the tests
fail" is a rollback plan and not a test. A statement below a heading that names a section belongs to that section
whatever its words. What no rule knows is the goal's, which is where a reader looks for context.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orch_lsp.document.items import placed_items
from orch_lsp.document.placeholder import is_placeholder_line
from orch_lsp.hidden import strip_hidden
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Tree
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.providers.base import SectionRequest
from orch_lsp.text import LineIndex, Span, line_spans

_GOAL = "goal"
_TASKS = "tasks"

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "rollback-plan",
        re.compile(
            r"\b(?:roll(?:s|ed|ing)?[ -]?back|revert(?:s|ed|ing)?|undo|undone|back(?:ed)? out|kill switch|"
            r"feature flag|(?:switch|turn)(?:ed|ing)? (?:it |this |the \w+ )?off|restore[sd]?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "non-goals",
        re.compile(
            r"\b(?:non-?goals?|(?:out of|not in|beyond the) scope|not part of|no need (?:to|for)|not (?:yet|now)|"
            r"(?:do|does) not need|(?:do|does)n['’]t need|not (?:needed|planned|wanted|required)|"
            r"will not|won['’]t (?:add|build|support|change|cover|touch)|"
            r"for later|later (?:on|step|version|release)|another (?:project|spec|time)|leave[sd]? (?:out|alone))\b",
            re.IGNORECASE,
        ),
    ),
    (
        "verification-plan",
        re.compile(
            r"\b(?:(?:unit|load|integration|end-to-end|regression|smoke|manual|property|acceptance) tests?|"
            r"tests? (?:that|with|for|against|in|by|cover)|tested|test it|"
            r"verif(?:y|ies|ied)|benchmark(?:s|ed)?|measured?|"
            r"check(?:ed|s)? (?:that|by|with|in)|prove[dn]?|dashboards?|staging)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "assumptions",
        re.compile(
            r"\b(?:assum(?:e|es|ed|ing|ption|ptions)|already|presum(?:e|ed|ably)|given that|depends? on|"
            r"rel(?:y|ies) on|we (?:have|run|use)|(?:is|are) available|there (?:is|are)|today|currently|"
            r"at the moment)\b",
            re.IGNORECASE,
        ),
    ),
    (
        _TASKS,
        re.compile(
            r"(?:\[[ xX]\]\s|(?:then |first,? |finally,? )?(?:add|build|change|clean up|configure|create|define|deploy|"
            r"document|expose|extend|extract|fix|implement|instrument|introduce|integrate|log|make|migrate|move|publish|"
            r"read|refactor|release|remove|rename|replace|return|send|set up|ship|store|update|upgrade|wire|write)\b"
            r"|.*\b(?:we (?:will|need to) (?:add|build|create|implement|write|migrate|document)|to-?do\b))",
            re.IGNORECASE,
        ),
    ),
    (
        "acceptance-criteria",
        re.compile(
            r"\b(?:must|shall|should|has to|have to|needs? to be able|never|always|at (?:most|least)|no more than|"
            r"less than|more than|within|per (?:second|minute|hour|day|request|key|user|client)|returns?|gets?|"
            r"receives?|rejects?|(?:when|if|given)\b.*\bthen)\b|\b\d+(?:[.,]\d+)?\s?(?:%|ms\b|s\b|seconds?\b|minutes?\b)",
            re.IGNORECASE,
        ),
    ),
)

_QUESTIONS = {
    _GOAL: "What outcome is wanted, for whom, and why?",
    "non-goals": "What is deliberately left out?",
    "assumptions": "What is taken as given, and would change the plan if it were false?",
    "acceptance-criteria": "Which observable conditions show that the goal is met?",
    _TASKS: "Which steps does the work consist of, and in which order?",
    "verification-plan": "How is it shown that the result works: which tests, which measurements?",
    "rollback-plan": "How is the change undone if it goes wrong, and what would trigger that?",
}

_CHECKBOX = re.compile(r"\[[ xX]\]\s+")
# A sentence ends at a full stop that is followed by a capital, a digit, a quote or a bracket; `e.g. this` goes on.
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\betc\.)\s+(?=[\"'“‘(\[`*]*[A-Z0-9])")
_LONGEST_STATEMENT = 2_000
# At the start of a line it would make HTML of all that follows, headings included.
_HTML = re.compile(r"\A<(?=[!?])")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or bullet of the brief; `key` is the section that its heading names, if it does."""

    text: str
    key: str | None


def statements(brief: str) -> tuple[Statement, ...]:
    """The sentences and bullets of a brief in order, without headings, code, comments, tables and placeholders."""
    found: list[Statement] = []
    for passage in _passages(brief):
        text = " ".join(passage.lines)
        pieces = [text] if passage.bullet else _SENTENCE_END.split(text)
        found += (Statement(_HTML.sub(r"\<", piece.strip()), passage.key) for piece in pieces if piece.strip())
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Passage:
    """A paragraph or a bullet: its lines without markers, and the section that the heading above it names."""

    lines: list[str]
    bullet: bool
    key: str | None


def _passages(brief: str) -> Iterator[_Passage]:
    tree = read(brief)
    places = LineIndex(brief, "utf-32")

    def line_of(offset: int) -> int:
        return places.position(offset)[0]

    headings = {line_of(heading.span.start): heading for heading in tree.headings}
    not_prose = {number for span in _not_prose(tree) for number in range(line_of(span.start), line_of(span.end) + 1)}
    # Of items that begin on one line the innermost is the last.
    bullets = {line_of(start): words for start, words in _items(tree)}
    key: str | None = None
    key_level = 0
    open_passage: _Passage | None = None
    for number, span in enumerate(line_spans(brief)):
        line = brief[span.start : span.end]
        if (heading := headings.get(number)) is not None:
            named = PLAIN.key_of_title(heading.text) or PLAIN.key_of_alias(heading.text)
            if named is not None or heading.level <= key_level:
                key, key_level = named, heading.level
        bullet = bullets.get(number)
        ends = number in not_prose or is_placeholder_line(line) or not any(map(str.isalnum, line))
        if open_passage is not None and (ends or bullet is not None):
            yield open_passage
            open_passage = None
        if ends:
            continue
        if bullet is not None:
            open_passage = _Passage([brief[bullet : span.end].strip()], bullet=True, key=key)
        elif open_passage is None:
            open_passage = _Passage([line.strip().lstrip("> ")], bullet=False, key=key)
        else:
            open_passage.lines.append(line.strip().lstrip("> "))
    if open_passage is not None:
        yield open_passage


def _items(tree: Tree) -> Iterator[tuple[int, int]]:
    """Where each list item begins, and where its words do, a box before them included."""
    for item, base in placed_items(tree):
        yield base + item.span.start, base + (item.box_span or item.content).start


def _not_prose(tree: Tree) -> Iterator[Span]:
    """Headings, fenced code, comments and tables."""
    yield from (heading.span for heading in tree.headings)
    for element, span in tree.elements("code_block", "html_block", "table"):
        if element.kind == "html_block":
            if tree.text.startswith("<!--", span.start):
                yield span
        elif element.kind == "table" or element.level:
            yield span


def section_of(statement: Statement) -> str:
    """The key of the section of the plain profile that a statement belongs to."""
    if statement.key is not None:
        return statement.key
    text = statement.text[:_LONGEST_STATEMENT]
    for key, words in _RULES:
        if words.match(text) if key == _TASKS else words.search(text):
            return key
    return _GOAL


def section_bodies(brief: str, sections: Sequence[SectionRequest]) -> list[str]:
    """The body of each section, in the order asked for; never blank and never a placeholder."""
    sorted_texts: dict[str, list[str]] = {}
    # Characters that nobody sees are taken out of every answer: what is left of a statement has to say something.
    for statement in statements(strip_hidden(brief)[0]):
        texts = sorted_texts.setdefault(section_of(statement), [])
        if statement.text not in texts:
            texts.append(statement.text)
    return [_body(section, sorted_texts.get(section.key, [])) for section in sections]


def _body(section: SectionRequest, texts: Sequence[str]) -> str:
    if not texts:
        question = _QUESTIONS.get(section.key, f"What belongs under “{section.title}”? The brief does not say.")
        return f"- Open question: {question}"
    if section.key == _GOAL:
        return " ".join(texts)
    if section.key == _TASKS:
        return "\n".join(f"- [ ] {_CHECKBOX.sub('', text, count=1)}" for text in texts)
    return "\n".join(f"- {text}" for text in texts)
