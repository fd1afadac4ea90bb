"""Terms of a document that has a glossary: those that it does not define, or spells otherwise.

Only words that are typed as terms count, in the words that oblige: `Task_Queue` with an underline, and the subject of
a duty behind an article (`THE Cashier SHALL`). Other capitals are names, beginnings, or, in German, any noun.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import items_around, items_of
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import NodeKind
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.prose import chunks, once_a_chunk, telling, unquoted, visible
from orch_lsp.rules.rule import Fix, Found, Related, Rule, Subject
from orch_lsp.text import Edit, Span, end_of_line, line_end_of, start_of_line

_GLOSSARIES = frozenset({
    *("glossary", "glossary of terms", "terms", "terminology", "definitions", "terms and definitions"),
    *("术语表", "術語表", "术语", "術語", "术语定义", "词汇表", "詞彙表", "名词解释", "用語集", "用語", "用語定義"),
    *("용어집", "용어", "용어 정의"),
    *("glosario", "glossário", "glossar", "begriffe", "glossaire", "définitions", "definiciones", "definições"),
})  # fmt: skip
_KINDS: frozenset[NodeKind] = frozenset(("requirement", "criterion", "success_criterion"))
_TERM = re.compile(r"(?<![\w/.#@$&-])[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?![\w(/]|\.\w)")
_SUBJECT = re.compile(
    r"(?<!\w)(?:THE|The|the)[ \t]+(?P<term>[A-Z][\w-]*(?:[ \t]+[A-Z][\w-]*){0,3})[ \t]+(?:SHALL|MUST|shall|must)(?!\w)"
)
_DEFINED = re.compile(
    r"[ \t]*(?:\*\*|__)(?P<bold>[^*\r\n]{1,120}?)[ \t]*[:：]?(?:\*\*|__)|[ \t]*(?P<plain>[^\s:：|*][^:：|*\r\n]{0,80}?)"
    r"[ \t]*(?:[:：]|[—–]|[ ]-[ ])"
)
_ROW = re.compile(r"^[ \t]*\|[ \t]*(?:\*\*)?(?P<term>[^|*\r\n]{1,120}?)(?:\*\*)?[ \t]*\|", re.MULTILINE)
_GLOSS = re.compile(r"[(（][^()（）]{0,80}[)）]")
_PARTS = re.compile(r"[ \t]*(?:[/,，、;]|(?<!\w)(?:or|und|oder|ou|o)(?!\w))[ \t]*")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_NO_INDENT = re.compile(r"[^ \t>]")
_COMMON_SUBJECTS = frozenset({"system", "application", "app", "user", "service", "feature", "ui", "api", "cli"})
_LEAST_LETTERS = 6
"""Shorter words are near to too many others."""


@dataclass(frozen=True, slots=True)
class _Definition:
    """A term as the glossary has it."""

    name: str
    span: Span


def undefined_term(subject: Subject) -> Iterator[Found]:
    """Terms in the words that oblige that the document's glossary lacks, each where it is used first."""
    document = subject.document
    number = document.skeleton.once("glossary", None, lambda: _first_glossary(document.skeleton.titles))
    section = None if number is None else document.sections[number]
    if section is None or not (defined := _defined(document, section)):
        return
    said: set[str] = set()
    for _, base, used in telling(document, _uses):
        for name, uses in used.items():
            folded = _folded(name)
            if folded in said or _is_defined(name, folded, defined):
                continue
            for start in uses:
                node = document.nodes.at(base + start)
                if node is not None and node.kind in _KINDS:
                    said.add(folded)
                    yield _found(document, section, name, Span(base + start, base + start + len(name)), defined)
                    break


def _first_glossary(titles: Sequence[str]) -> int | None:
    return next((number for number, title in enumerate(titles) if heading_name(title) in _GLOSSARIES), None)


def _found(
    document: SpecDocument, section: Section, name: str, span: Span, defined: Mapping[str, _Definition]
) -> Found:
    node = document.nodes.at(span.start)
    key = None if node is None else node.key
    near = _near(name, defined)
    if near is None:
        fix = Fix(f"Add “{name}” to the glossary", partial(_added, document, name, defined), by_itself=False)
        related = (Related("The glossary.", section.heading),)
        return Found(f"“{name}” is typed as a term, and the glossary lacks it.", span, key, (fix,), related)
    fix = Fix(f"Change “{name}” to “{near.name}”", partial(_respelled, document, name, near.name), by_itself=False)
    related = (Related("The definition.", near.span),)
    return Found(
        f"“{name}” is not in the glossary, but “{near.name}” is: use one spelling.", span, key, (fix,), related
    )


def _added(document: SpecDocument, name: str, defined: Mapping[str, _Definition]) -> tuple[Edit, ...]:
    """A definition to be filled in, behind the last one with all that belongs to that, and of its form."""
    text, line_end = document.text, line_end_of(document.text)
    last = max(one.span for one in defined.values())
    headed = next((one for one in document.sections if one.heading == last), None)
    if headed is not None:
        end = _end_of_words(text, last.end, max(headed.body.end, last.end))
        return (Edit(Span(end, end), f"{line_end}{line_end}{'#' * headed.level} {name}{line_end}{line_end}TODO"),)
    starts = [one.span.start for one in defined.values()]
    item = next(
        (
            one
            for one in reversed(items_around(document.tree, last.start))
            if any(one.content.start <= start < one.content.end for start in starts)
        ),
        None,
    )
    if item is None:
        end = end_of_line(text, last.end)
        return (Edit(Span(end, end), f"{line_end}| {name} | TODO |"),)
    end = _end_of_words(text, item.content.start, item.span.end)
    before = _NO_INDENT.sub(" ", text[start_of_line(text, item.span.start) : item.span.start])
    typed = text[item.span.start : item.content.start if item.box is None else item.box.start]
    if item.item.ordinal is not None:
        typed = typed.replace(str(item.item.ordinal), str(item.item.ordinal + 1), 1)
    return (Edit(Span(end, end), f"{line_end}{before}{typed}**{name}**: TODO"),)


def _end_of_words(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())


def _respelled(document: SpecDocument, name: str, new: str) -> tuple[Edit, ...]:
    places = (base + start for chunk, base in chunks(document) for start in _uses(chunk).get(name, ()))
    return tuple(Edit(Span(start, start + len(name)), new) for start in places)


@once_a_chunk
def _uses(chunk: Chunk) -> Mapping[str, tuple[int, ...]]:
    """Where a chunk uses which terms, as it counts."""
    text = unquoted(chunk)
    found: dict[str, list[int]] = {}
    for one in _TERM.finditer(text):
        if not one[0].isupper():
            found.setdefault(one[0], []).append(one.start())
    for one in _SUBJECT.finditer(text):
        name = one["term"]
        if not name.isupper() and "_" not in name and not _is_code(name) and _folded(name) not in _COMMON_SUBJECTS:
            found.setdefault(name, []).append(one.start("term"))
    return {name: tuple(sorted(starts)) for name, starts in found.items()}


def _is_code(name: str) -> bool:
    """Whether a name is typed as those of classes are: `ExecHandler`."""
    return any(word[1:] != word[1:].lower() and not word.isupper() for word in name.split())


def _defined(document: SpecDocument, section: Section) -> Mapping[str, _Definition]:
    tree = document.tree
    first, last = tree.chunk_at(section.heading.start), tree.chunk_at(max(section.heading.start, section.body.end - 1))
    found: dict[str, _Definition] = {}
    for number in range(first, last + 1):
        base = tree.starts[number]
        for folded, definition in _definitions(tree.chunks[number]):
            span = Span(base + definition.span.start, base + definition.span.end)
            found.setdefault(folded, _Definition(definition.name, span))
    for one in document.sections:
        if section.heading.start < one.heading.start < section.body.end:
            found.setdefault(_folded(one.title), _Definition(one.title.strip("*_` "), one.heading))
    return found


@once_a_chunk
def _definitions(chunk: Chunk) -> tuple[tuple[str, _Definition], ...]:
    text = visible(chunk)
    names: list[tuple[str, Span]] = []
    for item in items_of(chunk):
        term = _DEFINED.match(text, item.content.start, item.content.end)
        if term is not None:
            group = "bold" if term["bold"] is not None else "plain"
            names.append((term[group], Span(*term.span(group))))
    names += [(row["term"], Span(*row.span("term"))) for row in _ROW.finditer(text)]
    return tuple(
        (_folded(part), _Definition(part, span))
        for name, span in names
        for part in map(_bare, (name, *_PARTS.split(_GLOSS.sub("", name)), *_GLOSS.findall(name)))
        if part
    )


def _bare(name: str) -> str:
    return name.strip(' \t*_`"“”()（）')


def _folded(name: str) -> str:
    return _BETWEEN_WORDS.sub(" ", name).strip().casefold()


def _is_defined(name: str, folded: str, defined: Mapping[str, _Definition]) -> bool:
    if any(form in defined for form in (folded, folded.removesuffix("s"), folded.removesuffix("es"))):
        return True
    if folded.endswith("ies") and f"{folded[:-3]}y" in defined:
        return True
    # A defined term that is spelled with a blank, or as one word, is the same.
    return f"{folded}s" in defined or name.replace("_", "").casefold() in defined


def _near(name: str, defined: Mapping[str, _Definition]) -> _Definition | None:
    folded = _folded(name)
    if len(folded) < _LEAST_LETTERS:
        return None
    return next((one for other, one in defined.items() if _is_a_slip(folded, other)), None)


def _is_a_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter that is missing, too many, another, or exchanged with its neighbour."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < _LEAST_LETTERS:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    rest, other_rest = one[same:], other[same:]
    # Numbers and single letters at the end tell terms apart: `Phase 1`, `Plan B`.
    last = " " if same == 0 else one[same - 1]
    if not (rest[:1] + other_rest[:1]).replace(" ", "a").isalpha() or not last.isalpha():
        return False
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    )


RULES = (
    Rule(
        "undefined_term", "language", "hint", "A term that the glossary lacks, or spells otherwise.",
        undefined_term, fixable=True, waits_for_word=True,
    ),
)  # fmt: skip
