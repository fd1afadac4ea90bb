"""A rename in code: places that name a renamed node are written in their own form, and nothing else changes.

The code is read again as it would be, and the rename holds only if each place then names what it named before. A place
that means nodes of several specs, of which not all are renamed, stays as it is. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from orch_lsp.document.node import bare_key
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.language.code.files import family_of
from orch_lsp.language.code.links import CodeCitation, CodeLinks, link
from orch_lsp.language.code.mentions import Mention, Place, between, mentions_in
from orch_lsp.language.index import Index
from orch_lsp.language.names import Renamed
from orch_lsp.text import Edit, Span, apply_edits

RenamedNodes = Mapping[tuple[str, str], Renamed]
"""Nodes with another key, by the path of the document and the old key."""
Files = Mapping[str, Sequence[Mention]]

_PREFIXES = ("Property ", "Requirement: ")
_RANGE = re.compile(r"[ \t]*(?:-|–|—|\.\.|…|~|～|〜)[ \t]*")
_STORY = re.compile(r"(?P<before>(?:user[ \t]+)?story[ \t]*#?)(?P<number>\d+)", re.IGNORECASE)
_CRITERION = re.compile(r"(?P<us>us_?)(?P<story>\d+)(?P<ac>_?ac_?)(?P<number>\d+)", re.IGNORECASE)
_CRITERION_KEY = re.compile(r"US(?P<story>\d+)/AC(?P<number>\d+)")
_JOINED = re.compile(r"(?P<letters>[A-Za-z]{1,6})(?P<joint>_?)(?P<digits>\d{1,5})")
_JOINED_KEY = re.compile(r"(?P<letters>[A-Z]{1,6})-?(?P<digits>\d{1,5})")
_FEWEST_IN_RANGE = 3


def changed_places(links: CodeLinks, renamed: RenamedNodes) -> tuple[CodeCitation, ...]:
    """The places that name a renamed node and no other one, by file and place."""
    changed = {node for node, change in renamed.items() if _is_changed(change)}
    wanted = {one for node in changed for one in links.of(*node)}
    of_file = {path: _targets(links, path) for path in {one.path for one in wanted}}
    found = (one for one in wanted if of_file[one.path][_named_at(one)] <= changed)
    return tuple(sorted(found, key=lambda one: one.order))


def edits_in_code(
    before: Index, after: Index, renamed: RenamedNodes, files: Files, texts: Mapping[str, str]
) -> Mapping[str, tuple[Edit, ...]]:
    """The edits by file, in order.

    Args:
        before: The specs.
        after: The specs with the rename; each node has the place in its document that it had.
        renamed: The nodes that have another key then.
        files: What code may name, by file.
        texts: The texts of the files of `changed_places`, in which `files` was read.

    Raises:
        SpecError: `cannot_rename`: a place cannot hold the new name, or the code names it already.
    """
    near = _near(files, renamed)
    links = link(before, near)
    edits: dict[str, tuple[Edit, ...]] = {}
    then = dict(near)
    by_file: dict[str, list[CodeCitation]] = {}
    for place in changed_places(links, renamed):
        by_file.setdefault(place.path, []).append(place)
    for path, places in by_file.items():
        edits[path] = tuple(_edits(texts[path], near[path], places, renamed))
        then[path] = _mentions(path, apply_edits(texts[path], edits[path]))
    _verify(before, after, renamed, near, then)
    return edits


def _is_changed(change: Renamed) -> bool:
    return bare_key(change.key) != bare_key(change.new_key)


def _near(files: Files, renamed: RenamedNodes) -> Files:
    """The files that name an old key or a new one: in no other file anything can change."""
    keys = {bare_key(key) for change in renamed.values() if _is_changed(change) for key in (change.key, change.new_key)}
    return {
        path: mentions
        for path, mentions in files.items()
        if any(not keys.isdisjoint(mention.keys) for mention in mentions)
    }


def _mentions(path: str, text: str) -> tuple[Mention, ...]:
    family = family_of(path)
    return () if family is None else mentions_in(text, path, family)


def _named_at(citation: CodeCitation) -> tuple[int, int, str]:
    return citation.place.start, len(citation.place.text), citation.target.node.key


def _targets(links: CodeLinks, path: str) -> Mapping[tuple[int, int, str], set[tuple[str, str]]]:
    """The nodes that each place of a file means, by offset, length and key."""
    found: dict[tuple[int, int, str], set[tuple[str, str]]] = {}
    for one in links.in_file(path):
        found.setdefault(_named_at(one), set()).add((one.target.path, one.target.node.key))
    return found


def _edits(
    text: str, mentions: Sequence[Mention], places: Sequence[CodeCitation], renamed: RenamedNodes
) -> Iterator[Edit]:
    changes = {one.target.node.key: renamed[one.target.path, one.target.node.key] for one in places}
    at = {(one.place.start, one.target.node.key) for one in places}
    ranges = [found for found in _ranges(text, mentions) if any((found.start, key) in at for key in found.between)]
    ranges += [
        found for found in _ranges(text, mentions)
        if found not in ranges and ((found.start, found.first) in at or (found.last_start, found.last) in at)
    ]  # fmt: skip
    edits: dict[Span, str] = {Span(found.start, found.end): found.written_out(text, changes) for found in ranges}
    for one in places:
        span = one.place.span
        if any(whole.start <= span.start and span.end <= whole.end for whole in edits):
            continue
        new = rewritten(one.place.text, changes[one.target.node.key])
        if new is None:
            raise _refused(
                f"`{one.path}` names it in line {one.place.line + 1} in a way that cannot hold the new name."
            )
        edits[span] = new
    if any(second.start < first.end for first, second in pairwise(sorted(edits))):
        raise _refused(f"`{places[0].path}` names it in ranges that run into each other.")
    for span, new in sorted(edits.items()):
        if text[span.start : span.end] != new:
            yield Edit(span, new)


def rewritten(text: str, change: Renamed) -> str | None:
    """The text that names a node after a rename, alike in form to `text`, which names it now; None if none can."""
    key, new_key = bare_key(change.key), bare_key(change.new_key)
    for before in ("", *_PREFIXES):
        if text == key.removeprefix(before) and key.startswith(before):
            return new_key.removeprefix(before) if new_key.startswith(before) else None
    if (story := _STORY.fullmatch(text)) and key == f"US{int(story['number'])}":
        number = re.fullmatch(r"US(\d+)", new_key)
        return None if number is None else f"{story['before']}{number[1]}"
    if criterion := _CRITERION.fullmatch(text):
        new = _CRITERION_KEY.fullmatch(new_key)
        return None if new is None else f"{criterion['us']}{new['story']}{criterion['ac']}{new['number']}"
    joined, joined_key = _JOINED.fullmatch(text), _JOINED_KEY.fullmatch(new_key)
    if joined is None or joined_key is None:
        return None
    return f"{_like(joined['letters'], joined_key['letters'])}{joined['joint']}{joined_key['digits']}"


def _like(old: str, new: str) -> str:
    if old.islower():
        return new.lower()
    return new.capitalize() if len(old) > 1 and not old.isupper() else new


class _IdRange:
    """Two ids, or numbers, with a mark between them that makes a range."""

    def __init__(self, first: Mention, last: Mention) -> None:
        self.start, self.end = first.place.start, last.place.span.end
        self.last_start = last.place.start
        self.first, self.last = first.keys[0], last.keys[0]
        self.between = tuple(between(self.first, self.last))
        self._first_end = first.place.span.end

    def written_out(self, text: str, changes: Mapping[str, Renamed]) -> str:
        """The range as it is, if its members are renamed in step, else the ids one by one."""
        mark = text[self._first_end : self.last_start]
        members = (self.first, *self.between, self.last)
        prefix = self.first[: -(self._first_end - self.start)] if self.first.startswith(_PREFIXES) else ""
        new = [bare_key(changes[key].new_key) if key in changes else key for key in members]
        if tuple(new[1:-1]) == tuple(between(new[0], new[-1])) and (self.between or new[0] < new[-1]):
            return f"{new[0].removeprefix(prefix)}{mark}{new[-1].removeprefix(prefix)}"
        pieces: list[str] = []
        run: list[str] = []
        for key, changed in zip((*members, None), (*new, ""), strict=True):
            if key is not None and key == changed:
                run.append(key.removeprefix(prefix))
                continue
            pieces += [f"{run[0]}{mark}{run[-1]}"] if len(run) >= _FEWEST_IN_RANGE else run
            run = []
            if key is not None:
                pieces.append(changed.removeprefix(prefix))
        return ", ".join(pieces)


def _ranges(text: str, mentions: Sequence[Mention]) -> Iterator[_IdRange]:
    ends = [one for one in mentions if one.form in {"id", "number", "task", "property"} and _is_single(one)]
    for first, last in pairwise(ends):
        if first.form == last.form and _RANGE.fullmatch(text, first.place.span.end, last.place.start):
            yield _IdRange(first, last)


def _is_single(mention: Mention) -> bool:
    """Whether it names one node, and is no range as a whole."""
    key, text = mention.keys[0], mention.place.text
    return len(mention.keys) == 1 and (key.endswith(text) or _STORY.fullmatch(text) is not None)


def _verify(before: Index, after: Index, renamed: RenamedNodes, near: Files, then: Files) -> None:
    """Refuse what would make a place name another node than before, or none."""
    old_links, new_links = link(before, near), link(after, then)
    for path in sorted(near):
        expected = _meaning(before, old_links, path, renamed)
        if expected != _meaning(after, new_links, path, {}):
            raise _refused(_fault(path, near[path], old_links, renamed))


def _meaning(index: Index, links: CodeLinks, path: str, renamed: RenamedNodes) -> Counter[Hashable]:
    """The nodes that the places of a file mean, by their places in their documents, without those that one loses."""
    relations = {_named_at(one): one.relation for one in links.in_file(path)}
    found: Counter[Hashable] = Counter()
    for at, nodes in _targets(links, path).items():
        stays = {node for node in nodes if not (node in renamed and _is_changed(renamed[node]))}
        left = stays if stays and stays != nodes else nodes
        found[relations[at], frozenset(_position(index, node) for node in left)] += 1
    return found


def _position(index: Index, node: tuple[str, str]) -> tuple[str, int]:
    path, key = node
    return path, index.documents[path].nodes.number_of(key)


def _fault(path: str, mentions: Iterable[Mention], links: CodeLinks, renamed: RenamedNodes) -> str:
    new_keys = {bare_key(change.new_key) for change in renamed.values() if _is_changed(change)}
    linked = {(one.place, one.target.node.key) for one in links.in_file(path)}
    for mention in mentions:
        for key in new_keys.intersection(mention.keys):
            if (mention.place, key) not in linked:
                return f"“{key}” is taken: `{path}` names it in line {mention.place.line + 1} already."
    places: list[Place] = [
        one.place for one in links.in_file(path) if (one.target.path, one.target.node.key) in renamed
    ]
    line = f" in line {places[0].line + 1}" if places else ""
    return f"`{path}` cannot hold this name{line}, where it names the old one: it would not be read as a name there."


def _refused(message: str) -> SpecError:
    return SpecError(ErrorCode.CANNOT_RENAME, message)
