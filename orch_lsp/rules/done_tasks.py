"""Tasks that are ticked though nothing shows that they were done: none of the files that they name is there.

Which files are there is not the document's to know: whoever asks looks for `named_files`, and says which are missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.prose import chunks, once_a_chunk, visible
from orch_lsp.rules.rule import Fix, Found, Rule, Subject
from orch_lsp.rules.words import GONE
from orch_lsp.text import Edit, Span, end_of_line

_ENDING = r"[\w@.()\[\]+-]*\.[A-Za-z][A-Za-z0-9]{0,7}"
_IN_CODE = re.compile(rf"(?:\./)?(?P<path>(?:[\w@.()\[\]+-]+/)+{_ENDING})(?::\d{{1,6}}(?:-\d{{1,6}})?)?\Z")
_IN_WORDS = re.compile(
    r"(?<![\w/.:@~$#%+-])(?:\./)?(?P<path>(?:[\w@.+-]{1,80}/){1,20}[\w@.+-]{0,80}\.[A-Za-z][A-Za-z0-9]{0,7})(?![\w/*{<$-])"
)
_GONE = re.compile("|".join(rf"(?<!\w){word}" if word.isascii() else re.escape(word) for word in GONE), re.IGNORECASE)
_BOX = re.compile(r"[^\[\r\n]{0,20}\[(?P<mark>[xX])\]")
_MOST_FILES = 1_000
_MANY = 3


@once_a_chunk
def paths_in(chunk: Chunk) -> tuple[tuple[Span, str], ...]:
    """The paths that a chunk names, with their places, as it counts."""
    found = [(Span(*match.span("path")), match["path"]) for match in _IN_WORDS.finditer(visible(chunk))]
    for element in chunk.elements:
        if element.kind == "code":
            words = chunk.source(element)
            bare = words.strip("`").strip()
            match = _IN_CODE.match(bare)
            if match is not None:
                start = element.start + words.find(match["path"])
                found.append((Span(start, start + len(match["path"])), match["path"]))
    return tuple(sorted((span, path) for span, path in found if _may_be_here(path)))


def _may_be_here(path: str) -> bool:
    """Whether a path is one in a workspace: it leads not out of it, and begins with no name of a host."""
    first = path.partition("/")[0]
    return ".." not in path.split("/") and ("." not in first or first.startswith("."))


def named_files(document: SpecDocument) -> frozenset[str]:
    """The files that tasks name which are done, as they are written, at most a thousand."""
    return document.once("files of done tasks", lambda: frozenset(_named_files(document)))


def _named_files(document: SpecDocument) -> list[str]:
    return [path for _, paths in done_tasks(document) for _, path in paths][:_MOST_FILES]


def done_tasks(document: SpecDocument) -> tuple[tuple[Node, tuple[tuple[Span, str], ...]], ...]:
    """The tasks that are done and name files, with the places of those; none that is about taking something away."""
    return document.once("done tasks", lambda: tuple(_done_tasks(document)))


def placed_paths(document: SpecDocument) -> tuple[tuple[Span, str], ...]:
    """The paths that a document names, with their places, in its order."""
    return document.once(
        "paths",
        lambda: tuple(
            (Span(base + span.start, base + span.end), path)
            for chunk, base in chunks(document)
            for span, path in paths_in(chunk)
        ),
    )


def _done_tasks(document: SpecDocument) -> Iterator[tuple[Node, tuple[tuple[Span, str], ...]]]:
    nodes = document.nodes
    if ("task", "done") not in nodes.kinds:
        return
    by_task: dict[str, list[tuple[Span, str]]] = {}
    for span, path in placed_paths(document):
        node = nodes.at(span.start)
        if node is not None and node.kind == "task" and node.state == "done":
            by_task.setdefault(node.key, []).append((span, path))
    for key, paths in by_task.items():
        node = nodes.by_key[key]
        if _GONE.search(document.text, node.span.start, end_of_line(document.text, paths[-1][0].end)) is None:
            yield node, tuple(paths)


def done_without_evidence(subject: Subject) -> Iterator[Found]:
    """Ticked tasks of whose files none is in the workspace; one finding for all, where that is so of most of them.

    A workspace whose folders got other names is no reason for a finding on each task.
    """
    if not subject.evidence.missing_files:
        return
    document = subject.document
    done = [(node, tuple(dict.fromkeys(path for _, path in paths))) for node, paths in done_tasks(document)]
    bare = [(node, paths) for node, paths in done if subject.evidence.missing_files.issuperset(paths)]
    if bare and not subject.evidence.holds_code:
        node, paths = bare[0]
        message = f"Ticked tasks name files, such as `{paths[0]}`, and there is no code in this workspace to look at."
        yield Found(message, _line(document, node), node.key, severity="hint")
        return
    if len(bare) >= _MANY and len(bare) * 2 > len(done):
        node, paths = bare[0]
        message = (
            f"{len(bare)} of {len(done)} ticked tasks name files, such as `{paths[0]}`, of which none is in the "
            "workspace."
        )
        yield Found(message, _line(document, node), node.key)
        return
    for node, paths in bare:
        what = (
            f"`{paths[0]}` is not" if len(paths) == 1 else f"none of its {len(paths)} files, such as `{paths[0]}`, is"
        )
        message = f"This task is ticked, and {what} in the workspace."
        yield Found(message, _line(document, node), node.key, tuple(_opened(document, node)))


def _line(document: SpecDocument, node: Node) -> Span:
    return Span(node.span.start, min(node.span.end, end_of_line(document.text, node.span.start)))


def _opened(document: SpecDocument, node: Node) -> Iterator[Fix]:
    line = _line(document, node)
    box = _BOX.match(document.text, line.start, line.end)
    if box is not None:
        edit = Edit(Span(*box.span("mark")), " ")
        yield Fix("Open the task again", lambda: (edit,), by_itself=False)


RULES = (
    Rule(
        "done_without_evidence", "tasks", "warning", "A task is ticked, and none of the files that it names is there.",
        done_without_evidence, fixable=True, graded=True,
    ),
)  # fmt: skip
