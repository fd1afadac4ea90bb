"""Ways in which models wrap, decorate or break a draft, undone.

Each takes an answer's text (LF line ends) and gives the text without the wrapping, or None if there is none. All are
linear in it.
"""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import cast

from orch_lsp.document.answer.json_items import bare_words, lines_of
from orch_lsp.document.answer.model_marks import ENVELOPES
from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.outline import key_of
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Fence, Heading, Tree
from orch_lsp.text import LineIndex, Span, after_line, end_of_line, split_lines

_MARKUP = frozenset({"markdown", "md", "mdx", "gfm", "commonmark"})
_MARKUP_NAMES = frozenset({"", "text", "txt", "plaintext", "plain", "spec", *_MARKUP})
_GLUED = re.compile(r" {0,3}([#＃]{1,6})[ \t\u00a0\u2000-\u200b\u3000]*([^#＃\s].*)\Z", re.DOTALL)
_TAG = re.compile(r" {0,3}<(/?)([A-Za-z][A-Za-z0-9_ -]{0,40})(?:\s[^<>]{0,200})?>[ \t]*\Z")
_ITEM = re.compile(
    r"\s{0,3}(?:[-*+•▪◦][ \t]+|\(?(?:\d{1,2}|[ivxIVX]{1,4}|[a-gA-G])[.):][ \t]*"
    r"|(?:[Ss]tep|[Ss]ection|[Pp]art)[ \t]+\d{1,2}[.:)]?[ \t]*)?"
)
_BOLD_LABEL = re.compile(
    r"(?P<mark>\*{1,3}|_{1,3})(?P<name>[^*_|\n]{2,80}?)"
    r"(?:(?P<inner>[:：])[ \t]*(?P=mark)|(?P=mark)[ \t]*(?P<colon>[:：]|[-–—](?=[ \t])|))[ \t]*(?P<rest>.*)\Z",
    re.DOTALL,
)
_PLAIN_LABEL = re.compile(
    r"(?P<name>[^*_:：|\n]{2,80}?)[ \t]*(?P<colon>[:：]|(?<=[ \t])[-–—](?=[ \t])|\Z)[ \t]*(?P<rest>.*)\Z", re.DOTALL
)
_MARKED_HEADING = re.compile(
    r"\s*(?:(?:[-*+•]|\d{1,2}[.)])[ \t]+|\\|>[ \t]?|\*\*(?=#))?(#{1,6}[ \t].*?)(?:\*\*)?\Z", re.DOTALL
)
_OTHER_MARKUP = re.compile(
    r" {0,3}(?:<h([1-6])(?:\s[^<>]{0,200})?>(.*?)</h\1>|(={1,6})[ \t]+(.*?)(?:[ \t]+=+)?)[ \t]*\Z",
    re.DOTALL | re.IGNORECASE,
)
_FENCE_MARKS = ("`", "~")
_FENCES_LOOKED_AT = 4
_WRAPPINGS = 2
_LONGEST_LABEL_LINE = 20_000
_LONGEST_HEADING_LINE = 400


def _fenced_lines(tree: Tree) -> set[int]:
    """Numbers of the lines that are part of a fence."""
    lines = LineIndex(tree.text, "utf-32")
    return {
        number
        for fence in tree.fences
        for number in range(lines.position(fence.span.start)[0], lines.position(fence.span.end)[0] + 1)
    }


def is_heading(line: str, profile: Profile) -> bool:
    """Whether a line, taken alone, is the heading of a section of the profile."""
    if len(line) >= _LONGEST_HEADING_LINE or not line.lstrip(" ").startswith("#"):
        return False
    return any(key_of(heading.text, profile) is not None for heading in read(line).headings)


def _is_open(text: str, profile: Profile) -> bool:
    """Whether a section's heading stands in the open, outside any code."""
    return any(key_of(heading.text, profile) is not None for heading in read(text).headings)


def out_of_fences(tree: Tree, profile: Profile, notes: list[AnswerNote]) -> str | None:
    """The content of the code fence round the whole draft, or of the fences round each of its sections."""
    text = tree.text
    fences = [fence for fence in tree.fences if fence.name in _MARKUP_NAMES]
    if not fences:
        return None
    first_section = next((h.span.start for h in tree.headings if key_of(h.text, profile, other_words=False)), len(text))
    several = [fence for fence in fences if _begins_with_section(read(_content(text, fence)), profile)]
    if len(several) > 1 and first_section == len(text):
        notes.append(AnswerNote("answer_mended", "took each section out of a code fence"))
        return _taken(text, [(fence.span, fence.content) for fence in several], notes)
    looked_at = [fence for fence in fences[:_FENCES_LOOKED_AT] if fence.span.start < first_section]
    for fence in sorted(looked_at, key=lambda fence: fence.name not in _MARKUP):
        end = _end_of_wrapping(text, fence, profile)
        # A fence without a name may hold a script: then its own text must be the draft.
        inside = text[fence.content.start : end.start] if fence.name in _MARKUP and end else _content(text, fence)
        if not _holds_draft(read(inside), profile):
            continue
        if end is None:
            # The wrapping holds some sections, and others stand in the open.
            notes.append(AnswerNote("answer_mended", "took sections out of a code fence"))
            return text[: fence.span.start] + _content(text, fence) + text[after_line(text, fence.span.end) :]
        if first_section < len(text) and not fence.span.start < first_section < end.start:
            continue
        notes.append(AnswerNote("answer_mended", "took the draft out of a code fence"))
        if end.start == len(text):
            told = "the code fence round the draft is never closed: the end of the answer may be missing"
            notes.append(AnswerNote("text_left_out", told))
        whole, content = Span(fence.span.start, end.end), Span(fence.content.start, end.start)
        return _taken(text, [(whole, content)], notes)
    return None


def _content(text: str, fence: Fence) -> str:
    return text[fence.content.start : fence.content.end]


def _taken(text: str, wrappings: Sequence[tuple[Span, Span]], notes: list[AnswerNote]) -> str:
    """The texts within wrappings, each with its content; text around them is noted."""
    position = 0
    around: list[str] = []
    for whole, _ in wrappings:
        around.append(text[position : whole.start])
        position = after_line(text, whole.end)
    outside = "\n".join((*around, text[position:])).strip()
    if outside:
        notes.append(AnswerNote("text_left_out", "left out text around the draft", outside))
    return "\n".join(text[content.start : content.end] for _, content in wrappings)


def _begins_with_section(content: Tree, profile: Profile) -> bool:
    """Whether a fence's text begins with a section's heading."""
    first = next(_marked(content), None)
    return (
        first is not None
        and not content.text[: first.span.start].strip()
        and key_of(first.text, profile) is not None
        and _holds_draft(content, profile)
    )


def _marked(tree: Tree) -> Iterator[Heading]:
    """The headings in Markdown's own marks: those in HTML are more likely an example of it, in a fence."""
    return (
        heading for heading in tree.headings if tree.text[heading.span.start : heading.span.end].lstrip()[:1] != "<"
    )


def _holds_draft(content: Tree, profile: Profile, deeper: int = _WRAPPINGS) -> bool:
    """Whether a fence's text, or that of another wrapping in it, holds a section's heading.

    A `# Tasks` with text right below it, and no other heading, is a mere comment of a script.
    """
    text = content.text
    for heading in _marked(content):
        if key_of(heading.text, profile, other_words=heading.level > 1) is not None:
            below = after_line(text, heading.span.end)
            if heading.level > 1 or not text[below : end_of_line(text, below)].strip():
                return True
    wrappings = (f for f in content.fences if deeper and (f.name in _MARKUP_NAMES or not f.is_closed))
    return any(_holds_draft(read(_content(text, fence)), profile, deeper - 1) for fence in wrappings)


def _end_of_wrapping(text: str, fence: Fence, profile: Profile) -> Span | None:
    """The line that closes a wrapping fence, which models close with a run no longer than the fences inside it.

    Read without the wrapping, that line opens a fence below the last section. None if that reading leaves a fence
    inside the wrapping open, or sections below it; the text's end if nothing closes it.
    """
    inside = read(text, fence.content.start)
    sections = [h.span.start for h in _marked(inside) if key_of(h.text, profile) is not None]
    last_section = sections[-1] if sections else fence.content.start
    like_it = [
        other
        for other in inside.fences
        if other.marker[0] == fence.marker[0] and len(other.marker) >= len(fence.marker)
    ]
    for other in like_it:
        if not other.name and other.span.start >= last_section:
            if not other.is_closed and _is_open(_content(text, other), profile):
                return None
            return Span(other.span.start, end_of_line(text, other.span.start))
    return None if like_it and not like_it[-1].is_closed else Span(len(text), len(text))


def out_of_tags(tree: Tree, profile: Profile, notes: list[AnswerNote]) -> str | None:
    """The content of tags such as `<answer>` round the whole draft; `<goal>` round a section becomes its heading."""
    if "<" not in tree.text:
        return None
    lines = split_lines(tree.text)
    fenced = _fenced_lines(tree)
    tags = [
        (number, found[1] == "/", found[2].strip().casefold())
        for number, line in enumerate(lines)
        if number not in fenced and len(line) < 300 and (found := _TAG.match(line)) is not None
    ]
    envelope = _envelope(tags)
    names = {name for _, closes, name in tags if closes and key_of(name, profile) is not None}
    if envelope is None and not names:
        return None
    heads = {number: name for number, closes, name in tags if name in names and not closes}
    gone = {number for number, closes, name in tags if (name in names and closes) or name in ENVELOPES}
    first, last = envelope or (-1, len(lines))
    inside = [
        f"## {heads[n].replace('_', ' ').replace('-', ' ')}\n" if n in heads else lines[n]
        for n in range(first + 1, last)
        if n not in gone
    ]
    if not _is_open("\n".join(inside), profile):
        return None
    notes.append(AnswerNote("answer_mended", "took the draft out of tags"))
    outside = "\n".join((*lines[: max(first, 0)], *lines[last + 1 :])).strip()
    if outside:
        notes.append(AnswerNote("text_left_out", "left out text around the draft", outside))
    return "\n".join(inside)


def _envelope(tags: Sequence[tuple[int, bool, str]]) -> tuple[int, int] | None:
    last = {name: number for number, closes, name in tags if closes}
    for number, closes, name in tags:
        if not closes and name in ENVELOPES and last.get(name, -1) > number:
            return number, last[name]
    return None


def content_of_fence(text: str, names: Collection[str]) -> str | None:
    """The contents of a fence of one of these names, if the text is nothing but the fence."""
    fences = read(text).fences if text[:1] in _FENCE_MARKS else ()
    if len(fences) != 1 or fences[0].span != Span(0, len(text)):
        return None
    return _content(text, fences[0]) if fences[0].name in names else None


def out_of_json(text: str, profile: Profile, notes: list[AnswerNote]) -> str | None:
    """The draft in a JSON object: a member for each section, or one that holds the whole text."""
    source = text.strip()
    inside = content_of_fence(source, ("json", ""))
    source = source if inside is None else inside.strip()
    if source[:1] not in {"{", "[", '"'} or source[-1:] not in {"}", "]", '"'}:
        return None
    try:
        value = json.loads(source, strict=False)
    except (ValueError, RecursionError):
        return None
    found = "\n\n".join(_sections_in(value, profile, 0)) or next(
        (string for string in _strings_in(value, 0) if _is_open(string, profile)), ""
    )
    if not found:
        return None
    notes.append(AnswerNote("answer_mended", "read the draft out of JSON"))
    left = [
        string
        for string in _strings_in(value, 0)
        if string.strip() and string.strip() not in found and bare_words(string).strip() not in found
    ]
    rest = "\n\n".join(string for string in left if key_of(string, profile) is None)
    if rest:
        notes.append(AnswerNote("text_left_out", "left out text around the draft", rest))
    return found


_DEEPEST = 6


def _sections_in(value: object, profile: Profile, depth: int) -> Iterator[str]:
    """`## Name` with its text for each member, or titled object, that is a section."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        members = cast("Mapping[str, object]", value)
        title = next((members[n] for n in ("title", "name", "heading", "key", "section") if n in members), None)
        body = next((members[n] for n in ("body", "content", "text", "markdown", "items") if n in members), None)
        if isinstance(title, str) and body is not None and key_of(title, profile) is not None:
            yield f"## {title}\n\n{_prose(body, profile, key_of(title, profile))}"
            return
        for name, member in members.items():
            if key_of(_spaced(name), profile) is not None:
                yield f"## {_spaced(name)}\n\n{_prose(member, profile, key_of(_spaced(name), profile))}"
            else:
                yield from _sections_in(member, profile, depth + 1)
    elif isinstance(value, list):
        for item in cast("Sequence[object]", value):
            yield from _sections_in(item, profile, depth + 1)


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name[:100])


def _prose(value: object, profile: Profile, key: str | None) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return lines_of([_prose(item, profile, None) for item in cast("Sequence[object]", value)], profile, key)
    return json.dumps(value, ensure_ascii=False) if value is not None else ""


def _strings_in(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth <= _DEEPEST and isinstance(value, dict):
        for member in cast("Mapping[str, object]", value).values():
            yield from _strings_in(member, depth + 1)
    elif depth <= _DEEPEST and isinstance(value, list):
        for item in cast("Sequence[object]", value):
            yield from _strings_in(item, depth + 1)


def with_glued_headings(tree: Tree, profile: Profile) -> str | None:
    """The text with `##Goal`, or with a blank that is none after the `#`, as headings where they name a section."""
    if "#" not in tree.text and "＃" not in tree.text:
        return None
    lines = split_lines(tree.text)
    fenced: set[int] | None = None
    changed = False
    for number, line in enumerate(lines):
        found = _GLUED.match(line) if len(line) <= _LONGEST_HEADING_LINE else None
        if found is None or key_of(found[2], profile, other_words=len(found[1]) > 1) is None or read(line).headings:
            continue
        if fenced is None:
            fenced = _fenced_lines(tree)
        if number not in fenced:
            lines[number] = f"{'#' * len(found[1])} {found[2].strip()}"
            changed = True
    return "\n".join(lines) if changed else None


def out_of_odd_shapes(text: str, profile: Profile) -> str | None:
    """A draft whose headings are quoted, indented, escaped, items of a list, or in other markup than Markdown's."""
    if "\n" not in text.strip() and "\\n" in text:
        text = text.strip().strip('"').replace("\\r\\n", "\n").replace("\\n", "\n").replace('\\"', '"')
        if _is_open(text, profile):
            return text
    shapes: tuple[Callable[[str], str], ...] = (_unquoted, textwrap.dedent, _unindented, _unmarked, _converted)
    for shape in shapes:
        changed = shape(text)
        if changed != text and _is_open(changed, profile):
            return changed
    return None


def _unquoted(text: str) -> str:
    return "\n".join(re.sub(r"\A {0,3}> ?", "", line) for line in split_lines(text))


def _unindented(text: str) -> str:
    """The text without the indent of its headings, which what comes before them need not have."""
    lines = split_lines(text)
    widths = [len(line) - len(line.lstrip(" \t")) for line in lines if line.lstrip(" \t").startswith("#")]
    width = min(widths, default=0)
    return "\n".join(line[width:] if not line[:width].strip(" \t") else line for line in lines)


def _unmarked(text: str) -> str:
    return "\n".join(
        found[1] if len(line) < 400 and "#" in line and (found := _MARKED_HEADING.match(line)) else line
        for line in split_lines(text)
    )


def _converted(text: str) -> str:
    lines = split_lines(text)
    for number, line in enumerate(lines):
        found = _OTHER_MARKUP.match(line) if len(line) < 400 and line.lstrip()[:1] in {"<", "="} else None
        if found is not None:
            title = html.unescape(re.sub(r"<[^<>]*>", "", found[2])) if found[2] else found[4] or ""
            lines[number] = f"\n{'#' * max(2, int(found[1]) if found[1] else len(found[3]))} {title.strip()}\n"
    return "\n".join(lines)


def headings_from_labels(text: str, profile: Profile) -> str | None:
    """`text` with lines such as `**Goal**`, `1. **Goal**: words`, `Goal: words` or a bare `Goal` made headings."""
    lines = split_lines(text)
    fenced = _fenced_lines(read(text))
    converted: list[list[str]] = [[]]
    bare = 0
    for number, line in enumerate(lines):
        label = None if number in fenced or len(line) > _LONGEST_LABEL_LINE else _label(line, profile)
        if label is None:
            converted[-1].append(line)
            continue
        name, rest, is_bare = label
        bare += is_bare
        converted.append([f"## {name}", "", *([rest] if rest else [])])
    if len(converted) < 2 or (bare == len(converted) - 1 == 1):
        return None
    return "\n\n".join(map(_section_text, converted))


def _section_text(part: Sequence[str]) -> str:
    """A label's heading and what stands below it, which may be indented as part of a list."""
    if not part or not part[0].startswith("## "):
        return "\n".join(part)
    return "\n".join((*part[:2], textwrap.dedent("\n".join(part[2:]))))


def _label(line: str, profile: Profile) -> tuple[str, str, bool] | None:
    """Name and words of a line that labels a section, and whether nothing but the name says so."""
    item = _ITEM.match(line)
    start = item.end() if item is not None else 0
    bold = _BOLD_LABEL.match(line, start)
    found = bold or _PLAIN_LABEL.match(line, start)
    if found is None:
        return None
    name, rest = found["name"].strip(), found["rest"].strip()
    is_bare = bold is None and not found["colon"]
    if key_of(name, profile, other_words=bold is not None or (not rest and not is_bare)) is None:
        return None
    if bold is not None and rest and not (bold["colon"] or bold["inner"]):
        return None
    return name, rest, is_bare
