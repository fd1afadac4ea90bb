"""Rules of OpenSpec's own validator for requirements, wherever they stand. Profiles of its documents switch them on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.document.profile import Profile
from orch_lsp.rules.requirement_blocks import (
    Block,
    Scenario,
    blocks,
    heading_line,
    heading_of,
    is_named,
    part_named,
)  # fmt: skip
from orch_lsp.rules.rule import Fix, Found, Related, Rule, Subject
from orch_lsp.rules.weak_words import ENDS_IN_DUTY
from orch_lsp.text import Edit, Span

_KEYWORD = re.compile(r"(?<![A-Za-z0-9_])(?:SHALL|MUST)(?![A-Za-z0-9_])")
_SMALL_KEYWORD = re.compile(r"(?<![A-Za-z0-9_])(?:shall|must)(?: not)?(?![A-Za-z0-9_])", re.IGNORECASE)
_SCENARIO_LINE = re.compile(r"(?<![^\r\n])[ \t]*(?:[-*+][ \t]+)?\*{0,2}Scenario\b[^:：\r\n]{0,80}[:：]", re.IGNORECASE)
_LONGEST = 500
_SCENARIO_LEVEL = 4
_ENGLISH = frozenset(("shall", "must"))


def _named(subject: Subject) -> Iterator[Block]:
    """Those of them that can be found by their name."""
    return (block for block in _whole(subject) if is_named(subject.document, block))


def _whole(subject: Subject) -> Iterator[Block]:
    """Requirements that stand where they are read."""
    return (block for block in blocks(subject) if block.whole and block.part is not None)


def requirement_without_text(subject: Subject) -> Iterator[Found]:
    """Requirements that say nothing between their heading and the first scenario."""
    for block in _named(subject):
        if not block.words:
            message = (
                f"The requirement “{block.node.title}” has no text: write below its heading, before the first "
                "scenario, a sentence that says with SHALL or MUST what holds."
            )
            yield Found(message, block.section.heading, block.node.key)


def no_normative_keyword(subject: Subject) -> Iterator[Found]:
    """Requirements whose text neither SHALL nor MUST is in, nor a word for it in another language."""
    document = subject.document
    for block in _named(subject):
        said = block.words
        if not said or _KEYWORD.search(said) or _in_other_languages(subject.profile).search(said.casefold()):
            continue
        if ENDS_IN_DUTY.search(said):
            continue
        if _KEYWORD.search(block.section.title):
            message = "says SHALL or MUST in its heading alone: say it in the text below."
        elif _SMALL_KEYWORD.search(said):
            message = "says “shall” or “must” in small letters: OpenSpec takes SHALL or MUST in capitals."
        else:
            message = "says neither SHALL nor MUST: say what holds with one of them."
        fixes = tuple(_capitals(document, block))
        name = block.node.title
        yield Found(f"The requirement “{name}” {message}", block.section.heading, block.node.key, fixes)


def _capitals(document: SpecDocument, block: Block) -> Iterator[Fix]:
    """Write the first `shall` or `must` of the text in capitals."""
    end = min((scenario.node.span.start for scenario in block.scenarios), default=block.node.span.end)
    at = document.text.find(block.words, block.section.heading.end, end) if block.words else -1
    found = _SMALL_KEYWORD.search(document.text, at, at + len(block.words)) if at >= 0 else None
    if found is not None:
        edit = Edit(Span(*found.span()), found[0].upper())
        yield Fix(f"Write {edit.new_text} in capitals", lambda: (edit,))


@lru_cache(maxsize=64)
def _in_other_languages(profile: Profile) -> re.Pattern[str]:
    words = sorted(profile.normative_words - _ENGLISH, key=len, reverse=True)
    if not words:
        return re.compile(r"(?!)")
    return re.compile("|".join(rf"(?<!\w){word}(?!\w)" if word.isascii() else re.escape(word) for word in words))


def requirement_without_scenario(subject: Subject) -> Iterator[Found]:
    """Requirements without a scenario that says something."""
    for block in _whole(subject):
        if not any(scenario.written for scenario in _read(subject, block)):
            message = f"The requirement “{block.node.title}” has no scenario: write `#### Scenario: NAME` below it"
            if block.scenarios:
                message += ", with its steps; a heading with nothing below it is none"
            yield Found(f"{message}.", block.section.heading, block.node.key)


def _read(subject: Subject, block: Block) -> Iterator[Scenario]:
    """The scenarios that OpenSpec reads: in a delta those of the fourth level alone, and none that is indented."""
    any_level = subject.profile.kind == "spec"
    return (
        scenario
        for scenario in block.scenarios
        if (any_level or scenario.section.level == _SCENARIO_LEVEL) and not _indented(subject, scenario.section)
    )


def _indented(subject: Subject, section: Section) -> bool:
    return heading_line(subject.document, section)[:1].isspace()


def scenario_heading_level(subject: Subject) -> Iterator[Found]:
    """Scenarios that are passed over, as they are no headings of the fourth level below a requirement."""
    document = subject.document
    below = {scenario.node.key for block in blocks(subject) for scenario in _read(subject, block)}
    parents = {block.node.key: block for block in blocks(subject)}
    for node in document.nodes.nodes:
        section = document.headed_at(node.span.start)
        if node.kind != "scenario" or node.key in below or section is None:
            continue
        as_typed = section.level == _SCENARIO_LEVEL and not _indented(subject, section)
        if as_typed and not _stands_in_part(document, node):
            continue
        if node.parent is not None and document.nodes.by_key[node.parent].kind == "scenario":
            continue
        block = parents.get(node.parent or "")
        message = (
            f"The scenario “{node.title}” is passed over: its heading has to be `####` at the beginning of a line, "
            "below its requirement."
        )
        related = () if block is None else (Related("The requirement.", block.section.heading),)
        fixes = () if block is None else tuple(_level(document, section.heading))
        yield Found(message, section.heading, node.key, fixes, related)
    for block in _whole(subject):
        if not block.scenarios and (line := _SCENARIO_LINE.search(block.words)) is not None:
            start = document.text.find(line[0], block.section.heading.end, block.node.span.end)
            span = Span(start, start + len(line[0])) if start >= 0 else block.section.heading
            message = "This scenario is passed over: write it as a heading, `#### Scenario: NAME`."
            yield Found(message, span, block.node.key)


def _stands_in_part(document: SpecDocument, node: Node) -> bool:
    """Whether it stands right where requirements do, and below none."""
    around = None if node.parent is None else document.nodes.by_key[node.parent]
    return around is not None and (around.key == "requirements" or part_named(around) is not None)


def _level(document: SpecDocument, heading: Span) -> Iterator[Fix]:
    found = re.compile(r"[ \t]*#{1,6}").match(document.text, heading.start, heading.end)
    if found is not None:
        edit = Edit(Span(*found.span()), "#" * _SCENARIO_LEVEL)
        yield Fix("Make it a heading of the fourth level", partial(_one, edit))


def _one(edit: Edit) -> tuple[Edit, ...]:
    return (edit,)


def requirement_too_long(subject: Subject) -> Iterator[Found]:
    """Requirements whose text is longer than 500 characters."""
    for block in _whole(subject):
        if len(block.words) > _LONGEST:
            message = (
                f"The text of “{block.node.title}” has {len(block.words)} characters: a requirement says one thing."
            )
            yield Found(message, block.section.heading, block.node.key)


def requirement_outside_section(subject: Subject) -> Iterator[Found]:
    """Requirements that stand where none is read: outside of their section, or of every part of a delta."""
    in_spec = subject.profile.kind == "spec"
    where = "below `## Requirements`" if in_spec else "below a part of the delta, such as `## ADDED Requirements`"
    for block in blocks(subject):
        if block.part is None and is_named(subject.document, block):
            message = f"The requirement “{block.node.title}” is not read here: requirements stand {where}."
            yield Found(message, block.section.heading, block.node.key)


RULES = (
    Rule(
        "requirement_without_text", "structure", "off",
        "A requirement says nothing before its first scenario.", requirement_without_text, local=True,
    ),
    Rule(
        "no_normative_keyword", "language", "off",
        "A requirement says neither SHALL nor MUST, nor a word for it in another language.", no_normative_keyword,
        local=True, fixable=True,
    ),
    Rule(
        "requirement_without_scenario", "structure", "off",
        "A requirement has no scenario that says something.", requirement_without_scenario, local=True,
    ),
    Rule(
        "scenario_heading_level", "structure", "off",
        "A scenario is passed over, as it is not a heading of the fourth level.", scenario_heading_level,
        local=True, fixable=True,
    ),
    Rule(
        "requirement_too_long", "language", "off",
        "The text of a requirement has more than 500 characters.", requirement_too_long, local=True,
    ),
    Rule(
        "requirement_outside_section", "structure", "off",
        "A requirement stands where none is read.", requirement_outside_section,
        reads=heading_of,
    ),
)  # fmt: skip
