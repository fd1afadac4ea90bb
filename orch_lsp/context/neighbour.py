"""One finished spec beside the one that is drafted, as an example of how specs are written here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from orch_lsp.context.choke import Admitted
from orch_lsp.context.corpus import Corpus
from orch_lsp.context.excerpts import beginning
from orch_lsp.context.item import ContextItem
from orch_lsp.markdown.reader import read

MOST_TOKENS = 600
_SHARE = 10
"""The example takes at most this part of a budget."""
_LEAST_SECTIONS = 3
_MOST_READ = 20
_LEAST_OF_EXAMPLE = 100
"""Tokens; of less nobody sees a manner."""
_OPEN = re.compile(r"\b(?:TODO|TBD|FIXME|XXX)\b|\?\?\?|\[NEEDS CLARIFICATION|\[[A-Z][A-Z ]{3,40}\]")


def example_spec(corpus: Corpus, spec: str | None, budget: int) -> ContextItem | None:
    """The beginning of the finished neighbour with the most sections; None if there is none.

    A neighbour has the same kind of name in the same folder, as `b.spec.md` beside `a.spec.md`, or the same name in a
    folder beside, as `specs/002-b/spec.md` beside `specs/001-a/spec.md`.

    Args:
        corpus: The files.
        spec: The path of the spec below the root; None if it is not below it.
        budget: Tokens of the whole context.
    """
    most = min(MOST_TOKENS, budget // _SHARE)
    if spec is None or most < _LEAST_OF_EXAMPLE:
        return None
    best: tuple[int, str, Admitted] | None = None
    for path in list(_neighbours(corpus.files, spec))[:_MOST_READ]:
        admitted = corpus.text(path)
        if isinstance(admitted, Admitted) and (sections := _finished_sections(admitted.text)) > (
            best[0] if best else 0
        ):
            best = (sections, path, admitted)
    found = None if best is None else beginning(best[2], "example", most)
    return None if found is None else replace(found, role="docs")


def _neighbours(files: Iterable[str], spec: str) -> Iterator[str]:
    folder, name = posixpath.split(spec)
    around, _, own = folder.rpartition("/")
    kind = name[name.find(".") :] if "." in name else ""
    beside: list[str] = []
    for path in sorted(files):
        other, other_name = posixpath.split(path)
        if path == spec or not other_name.casefold().endswith(".md"):
            continue
        if other_name == name and own and other != folder and other.rpartition("/")[0] == around:
            yield path
        elif other == folder and kind != ".md" and other_name[other_name.find(".") :] == kind:
            beside.append(path)
    yield from beside


def _finished_sections(text: str) -> int:
    """How many sections a spec has, if all of them are written; else 0."""
    if _OPEN.search(text):
        return 0
    headings = read(text).headings
    if not headings:
        return 0
    ends = [*(heading.span.start for heading in headings[1:]), len(text)]
    empty = sum(
        1
        for heading, end, after in zip(headings, ends, [*headings[1:], None], strict=True)
        if not text[heading.span.end : end].strip() and (after is None or after.level <= heading.level)
    )
    count = sum(1 for heading in headings if heading.level > 1)
    return 0 if empty or count < _LEAST_SECTIONS else count
