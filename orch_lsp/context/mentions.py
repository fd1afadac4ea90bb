"""The things that a spec names itself: files, lines of files, modules and symbols, each with its place in the spec.

A link and `@path` are meant, so that one that leads nowhere or must not be followed is reported. Inline code, prose and
traces of calls are only taken for a file or a symbol where one is found, since `/v1/users` and `e.g.` are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import unquote

from orch_lsp.context.roles import SUFFIXES
from orch_lsp.context.tokens import UNSPACED
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Chunk, Tree
from orch_lsp.text import Span

MAX_MENTIONS = 1_000
MAX_FRAMES = 100

Form = Literal["link", "at", "code", "word", "frame"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_FRAGMENT_LINES = re.compile(r"L?(\d{1,9})(?:C\d+)?(?:-L?(\d{1,9})(?:C\d+)?)?$")
_COLON_LINES = re.compile(r"^(?P<path>.*?[^:]):(?P<first>\d{1,9})(?:-(?P<last>\d{1,9})|:\d{1,9})?:?$", re.DOTALL)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTES = "\"'“”‘’«»<>()[]{}*,;!?…"
_BEHIND_WORD = f"{_QUOTES}.:"
_WORD = re.compile(r"[^\s|]+")

_IDENTIFIER = re.compile(r"[^\W\d]\w{2,79}(?:(?:\.|::|#)[^\W\d]\w{0,79}){0,4}(?:\(\))?")
_CAMEL = re.compile(
    r"(?:[A-Z][a-z][a-z0-9]*){2,8}[A-Z]{0,4}|[A-Z]{2,8}\d{0,4}(?:[A-Z][a-z0-9]+){1,8}|[A-Z][a-z0-9]+[A-Z]{2,8}[a-z0-9]*"
)
_UPPER = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MAY_NAME = re.compile(r"[./@_]|[A-Z][^A-Z]*[A-Z]")
"""In every word without wide letters that names something: most words have it not, and are passed over at once."""
_NAMING_NOTHING = re.compile(r"(?:[\s|]++|[A-Z]?+[\x21-\x2d\x30-\x3f\[-^`a-{}~]++\.*+(?=[\s|]|\Z))*+")
"""Blanks, and words which have it not, nor a letter beyond ASCII; the stop behind a sentence is no part of a name."""
_MAY_TRACE = re.compile(r"(?::|line )\d")
"""In every call of a trace."""
_EXPRESSION = re.compile("[ =(]")
_IN_EXPRESSION = re.compile(r"[A-Za-z_][\w./:-]*")
_AT = re.compile(r"@(?=[^\s@])")
WIDE = f"{UNSPACED}\u3000-\u303f\uff00-\uffef"
"""Letters that stand beside a name without a space, and the punctuation between them."""
_AT_BESIDE_WIDE = re.compile(rf"(?:^|(?<=[{WIDE}]))@(?=[^\s@])")
_WIDE_LETTER = re.compile(rf"[@{WIDE}]")
_NARROW_NAME = re.compile(rf"(?<![^{WIDE}])[^\s@{WIDE}]+")
_TO_SUFFIX = re.compile(
    rf"[^\s@]*?\.(?:{'|'.join(sorted(SUFFIXES))})(?:[#:]L?\d{{1,9}}(?:-L?\d{{1,9}})?)?(?=[{WIDE}]|$)", re.IGNORECASE
)

_FRAMES = (
    re.compile(r'File "(?P<path>[^"\n]{1,400})", line (?P<line>\d{1,7})(?:, in (?P<name>[\w.<>]{1,100}))?'),
    re.compile(r"\bat (?P<name>[\w$.<>\[\] ]{1,100}?) ?\((?P<path>[^()\n:]{1,400}):(?P<line>\d{1,7})(?::\d{1,5})?\)"),
    re.compile(r"\bat (?P<path>(?:[A-Za-z]:)?[^()\s:]{1,400}):(?P<line>\d{1,7})(?::\d{1,5})?"),
    re.compile(
        r"(?<![^\s\"'(])(?P<path>[^\s:\"'()]{1,400}\.\w{1,4}):(?P<line>\d{1,7}):in [`'\"](?P<name>[^`'\"\n]{1,100})"
    ),
    re.compile(
        r"\bat (?P<name>[\w.<>`]{1,100})\([^()\n]{0,200}\) in "
        r"(?P<path>(?:[A-Za-z]:)?[^\n:]{1,400}?):line (?P<line>\d{1,7})"
    ),
    re.compile(r"^\s{1,8}(?P<path>[^\s:]{1,400}\.(?:go|rs|c|cc|cpp)):(?P<line>\d{1,7})\b", re.MULTILINE),
)
"""A call in a trace: of Python, JavaScript and Java, Rust and Node, Ruby, C#, and Go."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A file, or something in one, as the spec names it.

    Attributes:
        written: As it stands there, for messages.
        path: With `/` and without a range; empty if a symbol alone is named.
        lines: From one, last line included.
        explicit: Whether it is meant, so that it is reported if nothing is found.
        symbol: The name of a definition: the function of a call in a trace, or all that is named.
        form: How it is named.
        span: Its place in the spec.
    """

    written: str
    path: str
    lines: tuple[int, int] | None
    explicit: bool
    symbol: str = ""
    form: Form = field(default="word", compare=False)
    span: Span = field(default=Span(0, 0), compare=False)


def find_mentions(text: str) -> list[Mention]:
    """Mentions in the order of the text, each once. Links to the web, and inside the document, are none.

    A link definition is a mention where it stands. Code blocks hold none but the calls of a trace, HTML none at all.
    """
    return list(dict.fromkeys(mentions_in(read(text))))[:MAX_MENTIONS]


def mentions_in(tree: Tree) -> list[Mention]:
    """Every mention with its place, in order, at most `MAX_MENTIONS`. Pure; never raises."""
    found: list[Mention] = []
    for chunk, base in zip(tree.chunks, tree.starts, strict=True):
        for mention in chunk.once("mentions", _of_chunk):
            found.append(replace(mention, span=Span(mention.span.start + base, mention.span.end + base)))
            if len(found) == MAX_MENTIONS:
                return found
    return found


def telling_mentions_in(tree: Tree) -> Iterator[Mention]:
    """Those of `mentions_in` that are meant or name lines; after a key, only its chunk is looked through."""
    left = MAX_MENTIONS
    for chunk, base in zip(tree.chunks, tree.starts, strict=True):
        count, telling = chunk.once("telling mentions", _telling_of_chunk)
        for number, mention in telling:
            if number < left:
                yield replace(mention, span=Span(mention.span.start + base, mention.span.end + base))
        left -= count
        if left <= 0:
            return


def _telling_of_chunk(chunk: Chunk) -> tuple[int, tuple[tuple[int, Mention], ...]]:
    every = chunk.once("mentions", _of_chunk)
    return len(every), tuple((number, one) for number, one in enumerate(every) if one.explicit or one.lines is not None)


def mention_at(tree: Tree, offset: int) -> Mention | None:
    """The mention that holds an offset, or ends at it."""
    number = tree.chunk_at(offset)
    base = tree.starts[number]
    for mention in tree.chunks[number].once("mentions", _of_chunk):
        if mention.span.start <= offset - base <= mention.span.end:
            return replace(mention, span=Span(mention.span.start + base, mention.span.end + base))
    return None


def parse_target(target: str, *, explicit: bool) -> Mention | None:
    """Read what a link or a word points to; None if that is no file here, such as a web address."""
    written = target
    lines: tuple[int, int] | None = None
    path, hash_sign, fragment = target.partition("#")
    if hash_sign:
        lines = _range(_FRAGMENT_LINES.match(fragment))
    elif at := _COLON_LINES.match(path):
        path = at["path"]
        lines = _ordered(int(at["first"]), int(at["last"] or at["first"]))
    path = path.partition("?")[0] if explicit else path
    if not path:
        return None
    if explicit and _SCHEME.match(path):
        # One letter is a drive, file: is a path; all else is the web's, or some other program's.
        if not path.lower().startswith("file:"):
            return None
        return Mention(written, path, lines, explicit)
    return Mention(written, path.replace("\\", "/"), lines, explicit)


def _of_chunk(chunk: Chunk) -> tuple[Mention, ...]:
    found = sorted(_in_chunk(chunk), key=lambda mention: (mention.span.start, mention.span.end))
    return tuple(found[:MAX_MENTIONS])


def _in_chunk(chunk: Chunk) -> Iterator[Mention]:
    """Mentions of one chunk: what is no prose is looked at by itself, and the words between are."""
    at = 0
    for start, end, target, form in sorted(_not_prose(chunk)):
        if start >= at:
            yield from _in_prose(chunk.text, at, start)
            at = end
        elif form != "link":
            # Code within a link names what the link leads to.
            continue
        if form == "frame":
            yield from _frames(chunk.text, start, end)
        elif form == "code" and _EXPRESSION.search(target) and not _IDENTIFIER.fullmatch(target):
            yield from _in_expression(chunk.text, start, end)
        elif target and (mention := _meant(target, form)):
            yield replace(mention, form=form, span=Span(start, end))
    yield from _in_prose(chunk.text, at, len(chunk.text))


def _not_prose(chunk: Chunk) -> Iterator[tuple[int, int, str, Form]]:
    """Start, end and target of everything that is no prose, and its form; the form of a block of code is `frame`."""
    for element in chunk.elements:
        match element.kind:
            case "link" | "image":
                yield element.start, element.end, unquote(element.value), "link"
            case "code":
                yield element.start, element.end, _code(chunk.source(element)), "code"
            case "code_block":
                yield element.start, element.end, "", "frame"
            case "html_block" | "html":
                yield element.start, element.end, "", "word"
            case _:
                pass
    for definition in chunk.definitions:
        yield definition.start, definition.end, unquote(definition.destination), "link"


def _meant(target: str, form: Form) -> Mention | None:
    if form == "code":
        target = target.removeprefix("@")
        if _IDENTIFIER.fullmatch(target) and not has_suffix(target):
            symbol = target.removesuffix("()")
            # A dotted name may be a file's, a module's or a symbol's.
            return Mention(target, symbol if "." in symbol else "", None, explicit=False, symbol=symbol)
    return parse_target(target, explicit=form == "link")


def _in_expression(text: str, start: int, end: int) -> Iterator[Mention]:
    """Names and paths in code that is more than one of them, such as a setting with its value."""
    for match in _IN_EXPRESSION.finditer(text, start, end):
        word = match[0].rstrip(".:/")
        if "/" in word or "." in word or _CAMEL.fullmatch(word) or _UPPER.fullmatch(word):
            mention = _meant(word, "code")
            if mention is not None:
                yield replace(mention, form="code", span=Span(match.start(), match.start() + len(word)))


def _code(source: str) -> str:
    return " ".join(source.strip("`").split())


def _in_prose(text: str, start: int, end: int) -> Iterator[Mention]:
    taken = start
    for frame in _frames(text, start, end):
        yield from _words(text, taken, frame.span.start)
        yield frame
        taken = frame.span.end
    yield from _words(text, taken, end)


def _words(text: str, start: int, end: int) -> Iterator[Mention]:
    for match in _naming_words(text, start, end):
        if match[0].isascii() and _MAY_NAME.search(match[0]) is None:
            continue
        for at, written in _names_in(match[0]):
            bare = written.lstrip(_QUOTES)
            first = match.start() + at + len(written) - len(bare)
            bare = bare.rstrip(_BEHIND_WORD)
            word = _ESCAPE.sub(r"\1", bare) if "\\" in bare else bare
            mention = _at(word) if word[:1] == "@" and _AT.match(word) else _word(word)
            if mention is not None:
                yield replace(mention, span=Span(first, first + len(bare)))


def _naming_words(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    passed = _NAMING_NOTHING.match(text, start, end)
    while passed is not None and (word := _WORD.match(text, passed.end(), end)) is not None:
        yield word
        passed = _NAMING_NOTHING.match(text, word.end(), end)


def _names_in(word: str) -> Iterator[tuple[int, str]]:
    """The parts of a word that may be names, each with its offset: without spaces, a word is a sentence."""
    at = 0
    if not word.isascii():
        for match in _AT_BESIDE_WIDE.finditer(word):
            if match.start() >= at:
                yield from _narrow_names(word, at, match.start())
                at = _end_of_path(word, match.end())
                yield match.start(), word[match.start() : at]
    if at < len(word):
        yield from _narrow_names(word, at, len(word)) if at else _whole_or_names(word)


def _end_of_path(word: str, start: int) -> int:
    """Where a path behind an @ ends: its own letters may be those of the sentence."""
    beside = _WIDE_LETTER.search(word, start)
    end = beside.start() if beside is not None else len(word)
    narrow = parse_target(word[start:end], explicit=True)
    if narrow is not None and not narrow.path.endswith("/") and (has_suffix(narrow.path) or "/" not in narrow.path):
        return end
    found = _TO_SUFFIX.match(word, start)
    if found is not None:
        return found.end()
    return len(word) if end == start or word[end - 1] == "/" else end


def _whole_or_names(word: str) -> Iterator[tuple[int, str]]:
    if word.isascii() or has_suffix(word):
        yield 0, word
    else:
        yield from _narrow_names(word, 0, len(word))


def _narrow_names(word: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    for match in _NARROW_NAME.finditer(word, start, end):
        yield match.start(), match[0]


def _at(word: str) -> Mention | None:
    """`@path`, `@path#L10-L40`, `@symbol`; what only looks like one, such as a person's name, is not reported."""
    target = word.removeprefix("@")
    if "://" in target:
        return None
    if "/" not in target and _IDENTIFIER.fullmatch(target) and not has_suffix(target):
        symbol = target.removesuffix("()")
        meant = bool(_CAMEL.fullmatch(symbol) or "_" in symbol or target.endswith("()"))
        return Mention(word, symbol if "." in symbol else "", None, explicit=meant, symbol=symbol, form="at")
    mention = parse_target(target, explicit=True)
    if mention is None:
        return None
    # A path that begins by leading out is nobody's name.
    explicit = has_suffix(mention.path) or mention.lines is not None or mention.path.startswith("../")
    return replace(mention, written=word, form="at", explicit=explicit)


def has_suffix(path: str) -> bool:
    """Whether a name ends like a file's: with a short suffix that is no number."""
    stem, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return bool(dot and stem) and suffix.lower() in SUFFIXES


def _word(word: str) -> Mention | None:
    # A name without a dot or a slash is a word like any other, unless it is written as only programs are.
    if "." in word or "/" in word:
        return None if "://" in word else parse_target(word, explicit=False)
    symbol = word.removesuffix("()")
    if _UPPER.fullmatch(symbol) or _CAMEL.fullmatch(symbol):
        return Mention(word, "", None, explicit=False, symbol=symbol)
    return None


def _frames(text: str, start: int, end: int) -> Iterator[Mention]:
    """The calls of traces in a part of a text, in order."""
    if _MAY_TRACE.search(text, start, end) is None:
        return
    found: dict[int, Mention] = {}
    for pattern in _FRAMES:
        for match in pattern.finditer(text, start, end):
            path = match["path"].strip()
            if "://" in path or len(found) >= MAX_FRAMES:
                continue
            name = (match.groupdict().get("name") or "").strip().removesuffix("()")
            number = int(match["line"])
            mention = Mention(
                match[0].strip(), path.replace("\\", "/"), (number, number), explicit=False, symbol=_function(name),
                form="frame", span=Span(*match.span()),
            )  # fmt: skip
            found.setdefault(match.start("path"), mention)
    at = start
    for _, mention in sorted(found.items()):
        if mention.span.start >= at:
            yield mention
            at = mention.span.end


def _function(name: str) -> str:
    """The last part of a call's name; empty for one that has none, such as `<module>`."""
    last = re.split(r"[.#:$ ]", name.removeprefix("async "))[-1]
    return last if re.fullmatch(r"\w+", last) else ""


def _range(match: re.Match[str] | None) -> tuple[int, int] | None:
    if match is None:
        return None
    return _ordered(int(match[1]), int(match[2] or match[1]))


def _ordered(first: int, last: int) -> tuple[int, int]:
    return (max(1, min(first, last)), max(1, first, last))
