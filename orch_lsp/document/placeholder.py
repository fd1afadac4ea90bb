"""Placeholders, which count as not written: blank text, HTML comments, rules, empty list items, and stand-ins.

A place is a placeholder only if nothing in it was said by anybody. In doubt it is not one: text that a draft replaces
is gone, text that a draft leaves alone costs its writer one keystroke. Documents and answers are judged alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from orch_lsp.document.comments import is_marker
from orch_lsp.document.stand_ins import INSTRUCTIONS, STAND_INS, STATEMENTS
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Tree
from orch_lsp.text import Span

_LONGEST_STAND_IN = 200
_UNTITLED = frozenset({"untitled", "untitled spec"})

_LINE = re.compile(r"[^\r\n]+")
_NO_LETTERS = re.compile(r"[\s\-–—_=*#>|~^+/\\.…·・?!:;,。、，！？：；]*\Z")
_MARKER = re.compile(r"(?:>|[・●○◦▪‣]|[-+*•](?=\s|\Z)|\(?(?:\d{1,9}|[a-zA-Z])[.)](?=\s|\Z)|\[[ xX]?\](?=\s|\Z))\s*")
_BREAK = re.compile(r"<(?:br|hr)\s{0,9}/?>|&nbsp;|</?p>", re.IGNORECASE)
_TODO = re.compile(
    r"(?:todo|to-do|tbd|tba|tbc|fixme|wip|待办|待定|未定)(?!\w)(?:\([^()]*\))?[\s:：.\-–—…!?]*", re.IGNORECASE
)
_LABEL = re.compile(r"[^:：?!.]{1,40}[:：](?!//)\s*")
_BRACKET = re.compile(r"\[([^\[\]]*)\](?![(:\[])")
_INSTRUCTION = re.compile(r"([_*])(?![_*\s])(.+)(?<![_*\s])\1\Z", re.DOTALL)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HAPPENED = re.compile(r"[已不无無非]|\w{3,}(?:ed|ing)\Z")

_NO_EMPHASIS = str.maketrans({"*": None, "`": None, "~": None, "【": "[", "】": "]"})

_WORDS_OF_A_NAME = 3
_WORDS_OF_AN_INSTRUCTION = 14
_CJK_CHARACTERS_OF_A_NAME = 4


def link_labels(tree: Tree) -> frozenset[str]:
    """Labels for which a document holds a link definition, as `is_placeholder` compares them."""
    return frozenset(_folded(definition.label) for definition, _ in tree.definitions())


def is_placeholder(body: str, links: Collection[str] = ()) -> bool:
    """Whether nobody has written a section's body.

    Args:
        body: The text below the heading.
        links: Labels that are links in the document that holds it (`link_labels`): `[ADR-7]` says something then.
    """
    comments = read(body).comments() if "<!--" in body else ()
    return _says_nothing(_without_notes(body, comments), links)


def is_placeholder_in(tree: Tree, body: Span, links: Collection[str]) -> bool:
    """Whether nobody has written a part of a document, see `is_placeholder`."""
    text = tree.text[body.start : body.end]
    found = tree.comments(body) if "<!--" in text else ()
    comments = (Span(one.start - body.start, one.end - body.start) for one in found)
    return _says_nothing(_without_notes(text, comments), links) and not _underlined_text(tree.text, body.end)


_UNDERLINE = r"[ \t]{0,3}-+[ \t]*(?:[\r\n]|\Z)"
_UNDERLINED = re.compile(
    rf"(?![ \t]*[#<])(?P<first>[^\r\n]+)(?P<more>(?:(?:\r\n|\r|\n)(?!{_UNDERLINE})[^\r\n]+)*+)"
    rf"(?:\r\n|\r|\n){_UNDERLINE}"
)
_WORDS_OF_A_TITLE = 6


def _underlined_text(text: str, start: int) -> bool:
    """Whether text stands at `start` that a rule directly below it turns into a heading: no title reads like that."""
    found = _UNDERLINED.match(text, start)
    if found is None:
        return False
    first = found["first"].rstrip()
    return bool(found["more"]) or first.endswith(tuple(".:;。：；")) or len(first.split()) > _WORDS_OF_A_TITLE


def _says_nothing(text: str, links: Collection[str]) -> bool:
    # Most sections are written, and tell so in their first line.
    return all(is_placeholder_line(line.group(), links) for line in _LINE.finditer(text))


def _without_notes(text: str, comments: Iterable[Span]) -> str:
    """`text` without its HTML comments for a writer.

    Markers of tools stay, and sections that somebody has commented out, and a comment that is never closed.
    """
    pieces: list[str] = []
    position = 0
    for found in comments:
        comment = text[found.start + len("<!--") : found.end - len("-->")]
        if not is_marker(comment) and not _holds_section(comment):
            pieces.append(text[position : found.start])
            position = found.end
    return "".join((*pieces, text[position:]))


def _holds_section(comment: str) -> bool:
    """Whether somebody has commented out a section, or something that is left open: an underlined note is neither."""
    if "#" not in comment:
        return False
    tree = read(comment)
    return tree.open_block is not None or any(
        comment[heading.span.start : heading.span.end].lstrip(" \t").startswith("#") for heading in tree.headings
    )


def is_placeholder_line(line: str, links: Collection[str] = ()) -> bool:
    """Whether a line holds a place and says nothing, whatever list, emphasis or label stands around it.

    Of several lines, which an item may have, each has to.
    """
    content = _visible(line)
    if "\n" in content or "\r" in content:
        return all(is_placeholder_line(one.group(), links) for one in _LINE.finditer(content))
    if content.startswith(("```", "~~~")) or "<!--" in content:
        return False
    if _NO_LETTERS.match(content):
        return True
    if len(content) > _LONGEST_STAND_IN:
        return False
    listed = False
    while marker := _MARKER.match(content):
        content, listed = content[marker.end() :], True
    return _stands_in(content, links) or (not listed and _is_template_note(content))


def is_open_note(inner: str, links: Collection[str] = ()) -> bool:
    """Whether brackets on a line of their own hold a template's note on what is to come: `[What the product does]`.

    Ids, paths, tags in capitals, labels of links and short statements such as `[None yet]` are none.
    """
    folded = _folded(inner)
    first, *more = folded.split() or [""]
    if not first or folded in links or first[0] in "^@!#" or folded.startswith("needs clarification"):
        return False
    if inner == inner.upper() and not _CJK.search(inner):
        return False
    if not more and any(character.isdigit() or character in "./_=" for character in first):
        return False
    return first.strip(".,:;!?") not in STATEMENTS and not _HAPPENED.search(first)


def is_placeholder_title(title: str) -> bool:
    """Whether a document's title names nothing."""
    return is_placeholder(title) or _folded(_visible(title)) in _UNTITLED


def _visible(line: str) -> str:
    """The line without blanks around it, entities and tags that show nothing, and characters of no width."""
    content = line.strip()
    if not content.isascii():
        content = "".join(character for character in content if unicodedata.category(character) != "Cf")
    if "<" in content or "&" in content:
        content = _BREAK.sub(" ", content)
    return content.strip()


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _stands_in(content: str, links: Collection[str]) -> bool:
    """Whether text without list markers is a stand-in, alone or behind a label."""
    bare = unicodedata.normalize("NFKC", content.translate(_NO_EMPHASIS)).strip(" \t_\"'“”„«»（）｛｝").strip()
    if bare[:1] + bare[-1:] in {"()", "<>", "{}"}:
        bare = bare[1:-1].strip()
    if _is_word(bare) or _is_todo(bare):
        return True
    if _BRACKET.match(bare):
        return _all_brackets_name_places(bare, links)
    label = _LABEL.match(bare)
    if label is None or len(label.group().split()) > _WORDS_OF_A_NAME + 1:
        return False
    rest = bare[label.end() :].strip(" \t_")
    return _is_word(rest) or _is_todo(rest) or (bool(_BRACKET.match(rest)) and _all_brackets_name_places(rest, links))


def _is_word(text: str) -> bool:
    bare = _folded(text).strip(" .…!?:;,。！？：；")
    return not bare or bare in STAND_INS or _NO_LETTERS.match(bare) is not None


def _is_todo(text: str) -> bool:
    found = _TODO.match(text)
    if found is None:
        return False
    rest = text[found.end() :]
    return _is_word(rest) or _is_instruction(rest)


def _is_instruction(text: str) -> bool:
    """Whether text tells its reader to write something: `Describe the goal in one sentence.` does."""
    words = _folded(text).split()
    if not words or len(words) > _WORDS_OF_AN_INSTRUCTION or any(character.isdigit() for character in text):
        return False
    sentence = text.rstrip(" .…!?。")
    return words[0].strip(".,:;") in INSTRUCTIONS and not any(
        mark in sentence for mark in ("://", ". ", "; ", "[", "`")
    )


def _is_template_note(content: str) -> bool:
    """Whether a line is an instruction in italics or parentheses, as templates hold them."""
    if content.startswith("(") and content.endswith(")"):
        return _is_instruction(content[1:-1])
    found = _INSTRUCTION.match(content)
    return found is not None and _is_instruction(found[2].strip("()"))


def _all_brackets_name_places(text: str, links: Collection[str]) -> bool:
    inner = _BRACKET.findall(text)
    between = _BRACKET.sub("", text)
    return _NO_LETTERS.match(between) is not None and len(inner) == 1 and _names_a_place(inner[0], links)


def _names_a_place(inner: str, links: Collection[str]) -> bool:
    """Whether what stands in brackets names what is to come: `metric`, `Feature name`, `Describe the goal`."""
    folded = _folded(inner)
    if folded in links or not folded or folded[0] in "^@!#":
        return not folded
    if _is_word(inner) or _is_todo(inner) or _is_instruction(inner):
        return True
    bare = folded.rstrip(" .…?")
    words = bare.split()
    if (
        not words
        or len(words) > _WORDS_OF_A_NAME
        or any(character.isdigit() or character in ".:;,!?()\"'" for character in bare)
    ):
        return False
    if _CJK.search(bare) and len(bare) > _CJK_CHARACTERS_OF_A_NAME:
        return False
    return words[0] not in STATEMENTS and not _HAPPENED.search(words[0])
