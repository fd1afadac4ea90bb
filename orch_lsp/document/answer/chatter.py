"""Words of a model to its reader, and bodies that are none: farewells, refusals, stand-ins, questions back."""

from __future__ import annotations

import re
from typing import Literal

from orch_lsp.document.answer.model_phrases import FAREWELL, FIRST_PERSON, LABEL, STAND_IN, VOID
from orch_lsp.text import split_lines

Kind = Literal["text", "refused", "void", "questions"]

_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
_BULLET = re.compile(r"\s{0,12}(?:[-*+•][ \t]+|\(?\d{1,3}[.)、．][ \t]*|>[ \t]?)?(?:\[[ xX]?\][ \t]*)?")
_BLOCK = re.compile(r"\s{0,3}(?:[-*+•][ \t]|\d{1,3}[.)][ \t]|#{1,6}[ \t]|\||`{3}|~{3}|<)|(?: {4}|\t)")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？;；])\s*")
_CALL = re.compile(r"[!?！？؟][^\w\s]{0,8}\s?[^\w\s]{0,8}\Z")
_OPEN_QUESTION = re.compile(
    r"\W*(?:open|outstanding|unresolved|offene|questions? ouvertes?|preguntas? abiertas?|открыт|未解决|未決|미해결)",
    re.IGNORECASE,
)
_QUESTION = ("?", "？", "؟")
_LONGEST_FAREWELL = 900
_LONGEST_STAND_IN = 700
_PARAGRAPHS = 8


def without_end_rules(lines: list[str]) -> list[str]:
    """The lines without blank ones at the end, and without the rules with which a model sets sections apart."""
    end = len(lines)
    while end and (
        not lines[end - 1].strip() or (_RULE.match(lines[end - 1]) and (end == 1 or not lines[end - 2].strip()))
    ):
        end -= 1
    return lines[:end]


def split_farewell(body: str, *, is_last: bool) -> tuple[str, str, str]:
    """A section's body without the words to the reader at its end; those words; and words that may be some.

    Args:
        body: With LF line ends and no blank lines around it.
        is_last: Whether the answer ends with it; elsewhere only what is unmistakable counts.
    """
    lines = split_lines(body)
    end = len(lines)
    suspect = ""
    for _ in range(_PARAGRAPHS):
        start = _last_paragraph(lines, end)
        if start == 0:
            break
        paragraph = "\n".join(lines[start:end])
        below_rule = _rule_above(lines, start)
        if len(paragraph) > _LONGEST_FAREWELL or not _addresses(paragraph, below_rule=below_rule, is_last=is_last):
            break
        end = len(without_end_rules(lines[:start]))
    if is_last:
        end = _above_remarks(lines, end)
        if end == len(lines):
            suspect = _suspect(lines)
    if end == 0:
        return body, "", ""
    return "\n".join(lines[:end]), "\n".join(lines[end:]).strip("\n"), suspect


def _last_paragraph(lines: list[str], end: int) -> int:
    """Where the paragraph that ends before line `end` begins."""
    start = end
    while start and lines[start - 1].strip():
        start -= 1
    return start


def _rule_above(lines: list[str], start: int) -> bool:
    while start and not lines[start - 1].strip():
        start -= 1
    return start > 0 and _RULE.match(lines[start - 1]) is not None


def _addresses(paragraph: str, *, below_rule: bool, is_last: bool) -> bool:
    if _BLOCK.match(paragraph):
        return False
    if FAREWELL.match(paragraph):
        return True
    return is_last and (
        FIRST_PERSON.search(paragraph) is not None or (below_rule and LABEL.match(paragraph) is not None)
    )


def _above_remarks(lines: list[str], end: int) -> int:
    """The end without a last part below a rule that begins as a remark to the reader, lists and all."""
    rule = next((n for n in range(end - 1, max(-1, end - 60), -1) if _RULE.match(lines[n])), None)
    if rule is None or rule == 0 or lines[rule - 1].strip():
        return end
    below = [line for line in lines[rule + 1 : end] if line.strip()]
    if not below or _BLOCK.match(below[0]) or sum(map(len, below)) > _LONGEST_FAREWELL * 3:
        return end
    if FAREWELL.match(below[0]) or LABEL.match(below[0]) or FIRST_PERSON.search(below[0]):
        return len(without_end_rules(lines[:rule]))
    return end


def _suspect(lines: list[str]) -> str:
    """A last paragraph that stands as a farewell does, in words that are not known: below a rule, or as a call."""
    start = _last_paragraph(lines, len(lines))
    paragraph = "\n".join(lines[start:])
    if start == 0 or len(paragraph) > _LONGEST_FAREWELL or _BLOCK.match(paragraph):
        return ""
    return paragraph if _CALL.search(paragraph) or _rule_above(lines, start) else ""


def kind_of(body: str) -> Kind:
    """Whether a body says something, refuses to, says that there is nothing, or only asks."""
    if len(body) > 20_000:
        return "text"
    items = [_bare(line) for line in split_lines(body)]
    items = [item for item in items if item]
    if not items or (len(items) <= 2 and all(VOID.match(item) for item in items)):
        return "void"
    sentences = [sentence for item in items for sentence in _SENTENCE_END.split(item) if sentence.strip(" .…*_")]
    if len(body) <= _LONGEST_STAND_IN and sentences and all(STAND_IN.match(sentence[:400]) for sentence in sentences):
        return "refused"
    if any(_OPEN_QUESTION.match(item) for item in items):
        # This is how a model is told to write down what the brief leaves open.
        return "text"
    if any(sentence.endswith(_QUESTION) for sentence in sentences) and all(
        _asks(item) or all(map(STAND_IN.match, _SENTENCE_END.split(item[:400]))) for item in items
    ):
        return "questions"
    return "text"


def _bare(line: str) -> str:
    """A line without list marker, quote and emphasis."""
    found = _BULLET.match(line)
    return line[found.end() if found else 0 :].strip().strip("*_").strip()


def _asks(item: str) -> bool:
    return item.endswith((*_QUESTION, ":", "：")) or (_is_heading(item) and len(item) < 80)


def _is_heading(item: str) -> bool:
    return item.startswith("#")


def questions_in(text: str, limit: int = 7) -> tuple[str, ...]:
    """The questions in a text, as they stand, without list markers."""
    found: list[str] = []
    for line in split_lines(text[:100_000]):
        item = _bare(line)
        for sentence in _SENTENCE_END.split(item):
            if sentence.endswith(_QUESTION) and 8 <= len(sentence) <= 400 and sentence not in found:
                found.append(sentence)
                if len(found) == limit:
                    return tuple(found)
    return tuple(found)
