"""Ways in which models wrap, decorate or break a draft, undone.

Each takes an answer's text (LF line ends) and gives the text without the wrapping, or None if there is none. All are
linear in it.
"""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from orch_lsp.document.answer.model_marks import ENVELOPES
from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.outline import key_of
from orch_lsp.document.blocks import scan_blocks
from orch_lsp.document.profile import Profile
from orch_lsp.text import split_lines

_OPENING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([A-Za-z]*)[ \t]*\Z")
_MARKUP = frozenset({"markdown", "md", "mdx", "gfm", "commonmark"})
_MARKUP_NAMES = frozenset({"", "text", "txt", "plaintext", "plain", "spec", *_MARKUP})
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)\Z", re.DOTALL)
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
_FENCES_LOOKED_AT = 4
_LONGEST_LABEL_LINE = 20_000


def is_heading(line: str, profile: Profile) -> bool:
    """Whether a line is the heading of a section of the profile."""
    found = _ATX.match(line)
    return found is not None and len(line) < 400 and key_of(found[2].rstrip(" #"), profile) is not None


def _fenced_lines(lines: Sequence[str]) -> set[int]:
    return {number for first, last in scan_blocks(lines).fences for number in range(first, last + 1)}


def _is_open(lines: Sequence[str], profile: Profile) -> bool:
    """Whether a section's heading stands in the open, outside any code."""
    return any(key_of(heading.text, profile) is not None for heading in scan_blocks(lines).headings)


def out_of_fences(text: str, profile: Profile, notes: list[AnswerNote]) -> str | None:
    """The content of the code fence round the whole draft, or of the fences round each of its sections."""
    lines = split_lines(text)
    blocks = scan_blocks(lines)
    fences = [
        (first, last, opening[2].lower())
        for first, last in blocks.fences
        if (opening := _OPENING.match(lines[first])) is not None and opening[2].lower() in _MARKUP_NAMES
    ]
    if not fences:
        return None
    first_section = next(
        (h.first_line for h in blocks.headings if key_of(h.text, profile, other_words=False)), len(lines)
    )
    several = _one_fence_a_section(lines, fences, profile)
    if several is not None and first_section == len(lines):
        notes.append(AnswerNote("answer_mended", "took each section out of a code fence"))
        return _taken(lines, several, notes)
    looked_at = [fence for fence in fences[:_FENCES_LOOKED_AT] if fence[0] < first_section]
    for first, last, info in sorted(looked_at, key=lambda fence: fence[2] not in _MARKUP):
        opening = _OPENING.match(lines[first])
        marker = opening[1] if opening else "```"
        end = _end_of_wrapping(lines, first, marker, profile)
        # A fence without a name may hold a script: then its own text must be the draft.
        if not _holds_draft(lines[first + 1 : end if info in _MARKUP and end is not None else last], profile):
            continue
        if end is None:
            # It holds some sections, and others stand in the open.
            notes.append(AnswerNote("answer_mended", "took sections out of a code fence"))
            return "\n".join((*lines[:first], *lines[first + 1 : last], *lines[last + 1 :]))
        if first_section < len(lines) and not first < first_section < end:
            continue
        notes.append(AnswerNote("answer_mended", "took the draft out of a code fence"))
        return _taken(lines, [(first, end)], notes)
    return None


def _taken(lines: Sequence[str], fences: Sequence[tuple[int, int]], notes: list[AnswerNote]) -> str:
    """The content of fences, which begin and end at these lines; what stood around them is noted."""
    position = 0
    around: list[str] = []
    content: list[str] = []
    for first, last in fences:
        around += [*lines[position:first], ""]
        content += [*lines[first + 1 : last], ""]
        position = last + 1
    around += lines[position:]
    outside = "\n".join(around).strip()
    if outside:
        notes.append(AnswerNote("text_left_out", "left out text around the draft", outside))
    return "\n".join(content)


def _one_fence_a_section(
    lines: Sequence[str], fences: Sequence[tuple[int, int, str]], profile: Profile
) -> list[tuple[int, int]] | None:
    """The fences that begin with a section's heading, if there are several."""
    found: list[tuple[int, int]] = []
    for first, last, _ in fences:
        start = next((line for line in lines[first + 1 : last] if line.strip()), "")
        if is_heading(start, profile) and _holds_draft(lines[first + 1 : last], profile):
            found.append((first, last))
    return found if len(found) > 1 else None


def _holds_draft(content: Sequence[str], profile: Profile) -> bool:
    """Whether lines hold a section's heading and not a mere comment of a script.

    A `# Tasks` with text right below it, and no other heading, is one.
    """
    for number, line in enumerate(content):
        found = _ATX.match(line)
        if found is None or key_of(found[2], profile, other_words=len(found[1]) > 1) is None:
            continue
        if len(found[1]) > 1 or number + 1 == len(content) or not content[number + 1].strip():
            return True
    return False


def _end_of_wrapping(lines: Sequence[str], first: int, marker: str, profile: Profile) -> int | None:
    """The line that closes a wrapping fence, which models close with a run no longer than the fences inside it.

    None if that reading leaves a fence inside it open.
    """
    last_heading = max((n for n in range(first + 1, len(lines)) if is_heading(lines[n], profile)), default=first)
    inner = False
    for number in range(first + 1, len(lines)):
        fence = _OPENING.match(lines[number].rstrip())
        if fence is None or fence[1][0] != marker[0] or len(fence[1]) < len(marker):
            continue
        if inner:
            inner = bool(fence[2])
        elif fence[2] or number < last_heading:
            inner = True
        else:
            return number
    return None if inner else len(lines)


def out_of_tags(text: str, profile: Profile, notes: list[AnswerNote]) -> str | None:
    """The content of tags such as `<answer>` round the whole draft; `<goal>` round a section becomes its heading."""
    if "<" not in text:
        return None
    lines = split_lines(text)
    fenced = _fenced_lines(lines) if "```" in text or "~~~" in text else set[int]()
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
    if not _is_open(split_lines("\n".join(inside)), profile):
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


def out_of_json(text: str, profile: Profile, notes: list[AnswerNote]) -> str | None:
    """The draft in a JSON object: a member for each section, or one that holds the whole text."""
    source = text.strip()
    lines = split_lines(source)
    if len(lines) > 2 and lines[0].strip().lower() in {"```json", "```"} and lines[-1].strip() == "```":
        source = "\n".join(lines[1:-1]).strip()
    if source[:1] not in {"{", "[", '"'} or source[-1:] not in {"}", "]", '"'}:
        return None
    try:
        value = json.loads(source, strict=False)
    except (ValueError, RecursionError):
        return None
    found = "\n\n".join(_sections_in(value, profile, 0)) or next(
        (string for string in _strings_in(value, 0) if _is_open(split_lines(string), profile)), ""
    )
    if not found:
        return None
    notes.append(AnswerNote("answer_mended", "read the draft out of JSON"))
    left = [string for string in _strings_in(value, 0) if string.strip() and string.strip() not in found]
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
            yield f"## {title}\n\n{_prose(body)}"
            return
        for name, member in members.items():
            if key_of(_spaced(name), profile) is not None:
                yield f"## {_spaced(name)}\n\n{_prose(member)}"
            else:
                yield from _sections_in(member, profile, depth + 1)
    elif isinstance(value, list):
        for item in cast("Sequence[object]", value):
            yield from _sections_in(item, profile, depth + 1)


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name[:100])


def _prose(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(f"- {_prose(item)}" for item in cast("Sequence[object]", value))
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


def with_glued_headings(text: str, profile: Profile) -> str | None:
    """`text` with `##Goal`, or with a blank that is none after the `#`, made headings where they name a section."""
    if "#" not in text and "＃" not in text:
        return None
    lines = split_lines(text)
    fenced: set[int] | None = None
    changed = False
    for number, line in enumerate(lines):
        if line.lstrip(" ")[:1] not in {"#", "＃"} or len(line) > 400 or _ATX.match(line):
            continue
        found = _GLUED.match(line)
        if found is None or key_of(found[2], profile, other_words=len(found[1]) > 1) is None:
            continue
        if fenced is None:
            fenced = _fenced_lines(lines)
        if number not in fenced:
            lines[number] = f"{'#' * len(found[1])} {found[2].strip()}"
            changed = True
    return "\n".join(lines) if changed else None


def out_of_odd_shapes(text: str, profile: Profile) -> str | None:
    """A draft whose headings are quoted, indented, escaped, items of a list, or in other markup than Markdown's."""
    if "\n" not in text.strip() and "\\n" in text:
        text = text.strip().strip('"').replace("\\r\\n", "\n").replace("\\n", "\n").replace('\\"', '"')
        if _is_open(split_lines(text), profile):
            return text
    shapes: tuple[Callable[[str], str], ...] = (_unquoted, textwrap.dedent, _unindented, _unmarked, _converted)
    for shape in shapes:
        changed = shape(text)
        if changed != text and _is_open(split_lines(changed), profile):
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
    fenced = _fenced_lines(lines)
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
