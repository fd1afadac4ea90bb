"""Words of a model to its reader, and bodies without content: farewells, refusals, stand-ins, questions back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from orch_lsp.document.answer.model_phrases import FAREWELL, FIRST_PERSON, LABEL, VOID
from orch_lsp.document.answer.put_off import stands_in
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Element, Tree
from orch_lsp.text import Span, end_of_line, split_lines, start_of_line

Kind = Literal["text", "refused", "void", "questions"]

_BULLET = re.compile(r"\s{0,12}(?:[-*+•][ \t]+|\(?\d{1,3}[.)、．][ \t]*|>[ \t]?)?(?:\[[ xX]?\][ \t]*)?")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？;；])\s*")
_CALL = re.compile(r"[!?！？؟][^\w\s]{0,8}\s?[^\w\s]{0,8}\Z")
_OPEN_QUESTION = re.compile(
    r"\W*(?:open|outstanding|unresolved|offene|questions? ouvertes?|preguntas? abiertas?|открыт|"
    r"未解决|未决|待解决|未解決|未決|미해결)",
    re.IGNORECASE,
)
_QUESTION = ("?", "？", "؟")
_BLANKS = " \t\n"
_RULE_MARKS = ("-", "*", "_")
_LONGEST_FAREWELL = 900
_LONGEST_REMARK = 3 * _LONGEST_FAREWELL
_LONGEST_STAND_IN = 700
_PARAGRAPHS = 8


def without_end_rules(text: str) -> str:
    """`text` without blank lines at its end, and without the rules with which a model sets sections apart."""
    text = text.rstrip(_BLANKS)
    return _above_rules(read(text), len(text)) if text[-1:] in _RULE_MARKS else text


def _above_rules(tree: Tree, end: int) -> str:
    """The text before `end` without blanks and rules at its end."""
    for rule in tree.rules_before(end):
        if tree.text[rule.end : end].strip():
            break
        end = rule.start
    return tree.text[:end].rstrip(_BLANKS)


def split_farewell(body: str, *, is_last: bool) -> tuple[str, str, str]:
    """A section's body without the words to the reader at its end; those words; and words that may be some.

    Args:
        body: With LF line ends and no blank lines around it.
        is_last: Whether the answer ends with it; elsewhere only what is unmistakable counts.
    """
    tree = read(body)
    end = len(body)
    suspect = ""
    for _ in range(_PARAGRAPHS):
        last = _last_words(tree, end)
        if last is None or not _addresses(last, is_last=is_last):
            break
        end = len(_above_rules(tree, last.start))
    if is_last:
        end = _above_remarks(tree, end)
        if end == len(body):
            suspect = _suspect(tree)
    if end == 0:
        return body, "", ""
    return body[:end], body[end:].strip("\n"), suspect


@dataclass(frozen=True, slots=True)
class _Words:
    """A last paragraph, set apart from what is above."""

    text: str
    start: int
    below_rule: bool


def _last_words(tree: Tree, end: int) -> _Words | None:
    """The paragraph, or quote, that ends before `end`; None if something else does, or if it is all there is."""
    blocks = tree.blocks_before(end)
    last, span = next(blocks, (None, Span(0, 0)))
    start = start_of_line(tree.text, span.start)
    if last is None or last.kind not in {"paragraph", "quote"} or tree.text[span.end : end].strip():
        return None
    above = tree.text[:start]
    if not above.strip() or not above.endswith("\n\n") or span.end - start > _LONGEST_FAREWELL:
        return None
    before, place = next(blocks, (None, Span(0, 0)))
    below_rule = before is not None and before.kind == "rule" and not tree.text[place.end : start].strip()
    return _Words(tree.text[start:end].rstrip(_BLANKS), start, below_rule)


def _addresses(words: _Words, *, is_last: bool) -> bool:
    if FAREWELL.match(words.text):
        return True
    return is_last and (
        FIRST_PERSON.search(words.text) is not None or (words.below_rule and LABEL.match(words.text) is not None)
    )


def _above_remarks(tree: Tree, end: int) -> int:
    """The end without a last part below a rule that begins as a remark to the reader, lists and all."""
    below: tuple[Element, Span] | None = None
    for block, span in tree.blocks_before(end):
        if block.kind == "rule":
            break
        below = block, span
        if end - span.start > _LONGEST_REMARK:
            return end
    else:
        return end
    if below is None or below[0].kind not in {"paragraph", "quote"}:
        return end
    first = tree.text[start_of_line(tree.text, below[1].start) : end_of_line(tree.text, below[1].start)]
    if FAREWELL.match(first) or LABEL.match(first) or FIRST_PERSON.search(first):
        return len(_above_rules(tree, span.end)) or end
    return end


def _suspect(tree: Tree) -> str:
    """A last paragraph that stands as a farewell does, in words that are not known: below a rule, or as a call."""
    words = _last_words(tree, len(tree.text))
    return words.text if words is not None and (_CALL.search(words.text) or words.below_rule) else ""


def kind_of(body: str) -> Kind:
    """Whether a body says something, refuses to, says that there is nothing, or only asks."""
    if len(body) > 20_000:
        return "text"
    headings = {body[heading.span.start : heading.span.end].strip() for heading in read(body).headings}
    lines = [line for line in split_lines(body) if _bare(line)]
    items = [_bare(line) for line in lines]
    if not items or (len(items) <= 2 and all(VOID.match(item) for item in items)):
        return "void"
    sentences = [sentence for item in items for sentence in _SENTENCE_END.split(item) if sentence.strip(" .…*_")]
    if len(body) <= _LONGEST_STAND_IN and sentences and all(map(stands_in, sentences)):
        return "refused"
    if any(_OPEN_QUESTION.match(item) for item in items):
        # This is how a model is told to write down what the brief leaves open.
        return "text"
    if any(sentence.endswith(_QUESTION) for sentence in sentences) and all(
        _asks(item, is_heading=line.strip() in headings) or all(map(stands_in, _SENTENCE_END.split(item[:400])))
        for line, item in zip(lines, items, strict=True)
    ):
        return "questions"
    return "text"


def _bare(line: str) -> str:
    """A line without list marker, quote and emphasis."""
    found = _BULLET.match(line)
    return line[found.end() if found else 0 :].strip().strip("*_").strip()


def _asks(item: str, *, is_heading: bool) -> bool:
    return item.endswith((*_QUESTION, ":", "：")) or (is_heading and len(item) < 80)


def asks_openly(heading: str) -> bool:
    """Whether a heading is one above open questions."""
    return _OPEN_QUESTION.match(heading) is not None


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
