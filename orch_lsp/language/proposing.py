"""Headings, ids, boxes, labels and keywords that can be written where somebody types: words of the document's format.

Only a line that was begun as one of them is looked at: with a heading's marks, as an item of a list, or with the first
letters of a word in capitals. Nothing is proposed in prose, in code and in comments.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from orch_lsp.document.items import PlacedItem, is_in_code, items_around
from orch_lsp.document.layout import Layout
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node_form import STAND_IN, NodeForm
from orch_lsp.document.placement import Placement
from orch_lsp.document.profile import SectionSpec
from orch_lsp.language.index import Index
from orch_lsp.language.inserting import Insertion, could_begin
from orch_lsp.language.proposal import Proposal, snippet_of
from orch_lsp.text import Span, end_of_line, start_of_line

_DEEPEST = 6
_NUMBER = re.compile(r"(?P<number>\d{1,3})(?P<behind>[.)、．:]?[ \t]*)")
_SERIES = re.compile(r"(?P<before>[^\W\d_]{0,20}[ \t]?)(?P<number>\d{1,3})(?P<behind>[.)、．:：][ \t]*)")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BOX = re.compile(r"\[[ xX~-]?\]?\*?[ \t]?")
_MARKED = re.compile(r"\[(?P<there>(?:[^\[\]\r\n,，、]{0,60}[,，、][ \t]*)*)(?P<typed>[A-Za-z ]{0,20})\Z")
_BEGUN_LABEL = re.compile(r"\[[A-Za-z0-9]{0,6}")
_LABELS = re.compile(r"(?:\[[^\[\]]{1,20}\][ \t]*)*")
_WORD = re.compile(r"[^\W\d_]+\Z")
_CLOSERS = re.compile(r"[\])*_:： \t]*\Z")
_STATES = (("[ ]", "open"), ("[x]", "done"))
_OBLIGE = frozenset(("requirement", "criterion", "success_criterion"))
_ENGLISH = ("SHALL", "SHALL NOT", "MUST", "MUST NOT", "SHOULD", "MAY")
_LONGEST_OPENING = 20
_LONGEST_BEGINNING = 60
_LOOK = 20_000
"""Characters of a document by which it is told which words it uses."""


def proposals(index: Index, document: SpecDocument, path: str, offset: int) -> tuple[Proposal, ...]:
    """The words of the format that fit at an offset of the document at `path`, the likeliest first.

    Args:
        index: The documents of the spec, for ids that are taken.
        document: The document as it is typed.
        path: Its path in the index.
        offset: The cursor.
    """
    if is_in_code(document.tree, offset):
        return ()
    return tuple(_Line(index, document, path, offset).found())


class _Line:
    def __init__(self, index: Index, document: SpecDocument, path: str, offset: int) -> None:
        self._index = index
        self._document = document
        self._path = path
        self._offset = offset
        text = self._text = document.text
        self._start = start_of_line(text, offset)
        self._before = text[self._start : offset]
        self._rest = Span(offset, end_of_line(text, offset))
        items = items_around(document.tree, offset)
        self._item = items[0] if items and items[0].span.start >= self._start else None

    def found(self) -> Iterator[Proposal]:
        typed = self._before.lstrip(" ")
        marks = len(typed) - len(typed.lstrip("#"))
        if self._item is not None:
            yield from self._in_item(self._item)
        elif 0 < marks <= _DEEPEST and typed[marks : marks + 1] in {"", " ", "\t"} and not self._goes_on():
            yield from self._headings(marks, typed[marks:].strip().casefold())
            return
        yield from self._obliging()

    # -- headings

    def _headings(self, marks: int, typed: str) -> Iterator[Proposal]:
        start = self._start + len(self._before) - len(self._before.lstrip(" "))
        span = Span(start, self._rest.end)
        for form, made in could_begin(self._index, self._document, self._path, self._start):
            line = made.edit.new_text[made.line.start : made.line.end]
            words = line.lstrip("#").strip()
            if line.startswith("#") and words.casefold().startswith(typed):
                plain = _without_words(line)
                snippet = _snippet(made, made.line.start)
                detail = f"new {form.what}"
                yield Proposal(plain.strip(), span, plain, "skeleton", detail, f"{'#' * marks} {words}", None, snippet)
        yield from self._next_numbered(marks, typed, span)
        for spec, level in self._missing():
            for title in self._titles(spec):
                if title.casefold().startswith(typed):
                    written = f"{'#' * level} {self._number()}{title}"
                    detail = spec.guidance if len(spec.guidance) <= 80 else ""
                    yield Proposal(title, span, written, "section", detail, f"{'#' * marks} {title}")

    def _next_numbered(self, marks: int, typed: str, span: Span) -> Iterator[Proposal]:
        """The heading that goes on where others of the level have numbers: a phase, a group of tasks."""
        named = {node.span.start for node in self._document.nodes.nodes if node.kind != "section"}
        highest: dict[tuple[str, str], int] = {}
        last: tuple[str, str] | None = None
        for section in self._document.sections:
            start = section.heading.start
            found = _SERIES.match(section.title)
            if section.level != marks or section.profile_key is not None or start in named or start == self._start:
                continue
            if found is not None:
                series = found["before"], found["behind"]
                highest[series] = max(highest.get(series, 0), int(found["number"]))
                last = series if start < self._start else last
        if last is not None and marks > 1:
            words = f"{last[0]}{highest[last] + 1}{last[1]}"
            if words.casefold().startswith(typed):
                text = f"{'#' * marks} {words}"
                yield Proposal(text.strip(), span, text, "label", "", f"{'#' * marks} {words}")

    def _missing(self) -> Iterator[tuple[SectionSpec, int]]:
        """The sections of the profile that are not there, each with its level."""
        document = self._document
        placement = Placement(Layout(document), document.profile)
        here = {
            section.profile_key for section in document.sections if section.heading.start == self._start
        }  # The heading that is typed is no section yet.
        for spec in document.profile.sections:
            if spec.key not in document.profile_sections or spec.key in here:
                yield spec, placement.level_for(spec.key)

    def _titles(self, spec: SectionSpec) -> Sequence[str]:
        """A section's title in the language of the document's headings."""
        others = [section for section in self._document.sections if section.heading.start != self._start]
        known = [_NUMBER.sub("", section.title, count=1) for section in others if section.profile_key is not None]
        script = _script(" ".join(known or (section.title for section in others)))
        if script == "latin":
            forms = [form for form in spec.forms if _script(form) == "latin"]
            own = {section.title for section in self._document.profile.sections}
            is_english = not known or any(title in own for title in known)
            return (spec.title,) if is_english or not forms else (*forms, spec.title)
        forms = [form for form in spec.forms if _script(form) == script]
        if not forms and script == "kana":
            forms = [form for form in spec.forms if _script(form) == "han"]
        return tuple(forms) or (spec.title,)

    def _number(self) -> str:
        """The number in front of a new heading, if those of the profile's sections have numbers: the next one."""
        sections = [
            section
            for section in self._document.sections
            if section.profile_key is not None and section.heading.start != self._start
        ]
        at = bisect_left(sections, self._start, key=lambda section: section.heading.start)
        found = _NUMBER.match(sections[at - 1].title) if at else None
        return "" if found is None else f"{int(found['number']) + 1}{found['behind']}"

    # -- items

    def _in_item(self, item: PlacedItem) -> Iterator[Proposal]:
        box = item.box
        start = item.content.start if box is None else box.start
        if self._offset < start:
            return
        typed = self._text[start : self._offset]
        is_short = len(typed) <= _LONGEST_BEGINNING
        is_new = is_short and _CLOSERS.match(self._text, self._offset, self._rest.end) is not None
        is_begun = bool(typed) or self._text[self._offset - 1 : self._offset] in {" ", "\t"}
        could = could_begin(self._index, self._document, self._path, self._start) if is_new and is_begun else ()
        for form, made in could:
            line = made.edit.new_text[made.line.start : made.line.end]
            marker = made.edit.new_text[: made.line.start].strip()
            if line.startswith("#") or not line.strip() or marker[:1].isdecimal() != (item.item.ordinal is not None):
                continue
            plain = _without_words(line)
            if plain.strip() and plain.casefold().startswith(typed.casefold()) and plain != typed:
                detail = f"new {form.what}"
                snippet = _snippet(made, made.line.start, made.line.end)
                yield Proposal(
                    plain.strip(), Span(start, self._rest.end), plain, "skeleton", detail, plain, None, snippet
                )
        yield from self._boxes(start, typed)
        yield from self._labels(item)
        yield from self._marks(item)
        yield from self._openings(item, is_new=is_new and is_begun)

    def _boxes(self, start: int, typed: str) -> Iterator[Proposal]:
        """The states of a box that is being typed; in documents that have boxes."""
        if not typed.startswith("[") or not _BOX.fullmatch(typed):
            return
        profile = self._document.profile
        if not any(form.kind in {"task", "checklist_item"} for form in profile.node_forms):
            return
        behind = re.compile(r"[ xX~-]?\]?").match(self._text, self._offset, self._rest.end)
        end = self._offset if behind is None else behind.end()
        begun = profile.task_form.begun if profile.task_form is not None else ""
        states = (*_STATES, (f"[{begun}]", "begun")) if begun else _STATES
        blank = "" if self._text[end : end + 1] in {" ", "\t"} else " "
        for box, state in states:
            filtered = box if box.startswith(typed) else f"{typed}{box}"
            yield Proposal(box, Span(start, end), f"{box}{blank}", "label", state, filtered)

    def _labels(self, item: PlacedItem) -> Iterator[Proposal]:
        """Labels behind the id of a task: `[P]`, and one for each story of the spec."""
        node = next((one for one in self._document.nodes.around(item.span.start) if one.span == item.span), None)
        form = None if node is None else next((one for one in self._forms() if one.kind == node.kind), None)
        if node is None or node.name is None or form is None or not (form.labels or form.label_of):
            return
        text, offset = self._text, self._offset
        found = _LABELS.match(text, _after_blanks(text, node.name.end), offset)
        start = offset if found is None else found.end()
        begun = _BEGUN_LABEL.match(text, start, offset)
        if begun is None or begun.end() != offset:
            return
        behind = re.compile(r"[A-Za-z0-9]*\]?").match(text, offset, self._rest.end)
        end = offset if behind is None else behind.end()
        blank = "" if text[end : end + 1] in {" ", "\t"} else " "
        there = text[node.name.end : start]
        known = self._index.documents.get(self._path)
        stories = [
            (f"[{each.key}]", each.title)
            for document in (self._index.in_scope(known.own_scope) if known is not None else ())
            for each in document.nodes.nodes
            if each.kind == form.label_of and "~" not in each.key
        ]
        for label, detail in (*((label, "") for label in form.labels), *stories):
            if label.casefold().startswith(begun[0].casefold()) and label not in there:
                yield Proposal(label, Span(start, end), f"{label}{blank}", "label", detail)

    def _marks(self, item: PlacedItem) -> Iterator[Proposal]:
        """Words in square brackets behind those of an item: `[Clarity, Spec §FR-001]`."""
        kinds = {node.kind for node in self._document.nodes.around(item.span.start) if node.span == item.span}
        marks = next((form.marks for form in self._forms() if form.kind in kinds and form.marks), ())
        begun = _MARKED.search(self._text, item.content.start, self._offset) if marks else None
        if begun is None:
            return
        behind = re.compile(r"[A-Za-z ]*\]?").match(self._text, self._offset, self._rest.end)
        end = self._offset if behind is None else behind.end()
        for mark in marks:
            if mark.casefold().startswith(begun["typed"].casefold()) and mark not in begun["there"]:
                text = mark if mark.endswith("§") else f"{mark}]"
                yield Proposal(mark, Span(begun.start("typed"), end), text, "label", "")

    def _openings(self, item: PlacedItem, *, is_new: bool) -> Iterator[Proposal]:
        """Words by which a criterion or a step begins; all of them where nothing stands yet."""
        around = {node.kind for node in self._document.nodes.around(item.span.start)}
        start = item.content.start
        typed = self._text[start : self._offset] if self._offset >= start else ""
        if (not typed and not is_new) or len(typed) > _LONGEST_OPENING:
            return
        for form in self._forms():
            if form.kind not in around and (form.within is None or form.within not in around):
                continue
            for opening in form.openings:
                bare = opening.strip("*")
                if opening.casefold().startswith(typed.casefold()) or bare.casefold().startswith(typed.casefold()):
                    text = f"{opening} "
                    word = text if typed.startswith("*") else bare
                    yield Proposal(opening, Span(start, self._stop(opening)), text, "keyword", "", word)
            return

    def _stop(self, opening: str) -> int:
        """After marks that an editor has closed by itself."""
        behind = self._text[self._offset : self._rest.end]
        return self._rest.end if opening.startswith("*") and not behind.strip("* ") else self._offset

    # -- words that oblige

    def _obliging(self) -> Iterator[Proposal]:
        """SHALL, MUST and the like, of the document's language, once they are begun in capitals, or in Han and Kana."""
        found = _WORD.search(self._before)
        if found is None or not self._document.profile.normative_words:
            return
        typed = found[0]
        script = _script(typed)
        if script == "latin" and (len(typed) == 1 or not typed.isupper()):
            return
        around = self._document.nodes.around(self._offset)
        if not any(node.kind in _OBLIGE for node in around) or self._in_heading():
            return
        span = Span(self._offset - len(typed), self._offset)
        for word in self._words(script):
            for length in range(len(typed), 0, -1) if script != "latin" else (len(typed),):
                if word.startswith(typed[-length:]) and word != typed[-length:]:
                    yield Proposal(word, Span(span.end - length, span.end), word, "keyword")
                    break

    def _words(self, script: str) -> Sequence[str]:
        known = self._document.profile.normative_words
        if script != "latin":
            return sorted(word for word in known if _script(word) == script or (script == "han" and _HAN.search(word)))
        used = self._text[:_LOOK].casefold()
        own = [
            word.upper()
            for word in sorted(known)
            if word.upper() not in _ENGLISH and _script(word) == "latin"
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", used)
        ]
        return (*own, *(word for word in _ENGLISH if word.split()[0].casefold() in known))

    def _in_heading(self) -> bool:
        return any(
            section.heading.start <= self._offset <= section.heading.end
            for section in self._document.sections_of(self._document.nodes.around(self._offset))[:1]
        )

    def _goes_on(self) -> bool:
        """Whether the line goes on an item of the lines before."""
        return self._before[:1] in {" ", "\t"} and bool(items_around(self._document.tree, self._offset))

    def _forms(self) -> tuple[NodeForm, ...]:
        return self._document.profile.node_forms


def _script(text: str) -> str:
    if _KANA.search(text):
        return "kana"
    if _HANGUL.search(text):
        return "hangul"
    return "han" if _HAN.search(text) else "latin"


def _without_words(line: str) -> str:
    """The beginning of a line up to what is to be written."""
    at = line.find(STAND_IN)
    return line if at < 0 else line[:at]


def _snippet(made: Insertion, start: int, end: int | None = None) -> str:
    """A part of the new text as a snippet; empty if nothing is to be written in it."""
    text = made.edit.new_text
    end = len(text) if end is None else end
    return snippet_of(text, [span for span in made.stand_ins if start <= span.start < end], Span(start, end))


def _after_blanks(text: str, offset: int) -> int:
    found = re.compile(r"[*_]{0,2}[.:：]?[ \t]*").match(text, offset)
    return offset if found is None else found.end()
