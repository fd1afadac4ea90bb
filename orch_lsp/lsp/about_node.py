"""A node in words, as a hover shows it: its text, its state, who cites it, its own citations. Pure.

All of it was written by others: text stands in a code block that nothing in it can end, titles are escaped, and the
only links are to files of the index and of the code, in URIs of our making.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.runs.escape import code, fenced, plain, sentence, visible
from orch_lsp.text import counted, split_lines

if TYPE_CHECKING:
    from orch_lsp.document.node import Node
    from orch_lsp.language.about import About
    from orch_lsp.language.code.links import CodeCitation
    from orch_lsp.text import Span

MOST_LISTED = 8
"""Nodes in one list."""
_STILL_READING = "not all documents are known: there may be more that cite it"
_MOST_LINES = 30
_MOST_CHARACTERS = 2_000
_LONGEST_NAME = 80

Address = Callable[[str, "Span"], str | None]
"""The URI of a place by path and span; None if it is gone."""
CodeAddress = Callable[["CodeCitation"], str]
"""The URI of a place in code."""


def _nowhere(_citation: CodeCitation) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class _Named:
    words: str
    path: str
    address: str | None


def markdown(about: About, address: Address, code_address: CodeAddress = _nowhere) -> str:
    """The hover for a client that renders Markdown."""
    head = f"{code(_key(about.node))} · {sentence(_kind(about.node))} · {code(about.path)}"
    lists = [
        f"- {label} {len(named)}: {', '.join(_linked(one) for one in named[:MOST_LISTED])}{_rest(named)}"
        for label, named in (*_lists(about, address), *_code_lists(about, code_address))
    ]
    if about.within:
        lists.append(f"- cited within {counted(about.within, 'time')}")
    if not about.is_whole:
        lists.append(f"- {_STILL_READING}")
    blocks = [head, fenced(_shown(about.text), "markdown"), "\n".join(lists) or "- cited by nothing that is known here"]
    return "\n\n".join(blocks)


def text(about: About, address: Address) -> str:
    """The hover for a client that shows plain text only."""
    lines = [f"{plain(_key(about.node))} · {_kind(about.node)} · {plain(about.path)}"]
    lines.append(visible(_shown(about.text), keep="\n\t"))
    lists: list[str] = []
    for label, named in (*_lists(about, address), *_code_lists(about, _nowhere)):
        listed = ", ".join(f"{one.words} ({plain(one.path)})" for one in named[:MOST_LISTED])
        lists.append(f"{label} {len(named)}: {listed}{_rest(named)}")
    if about.within:
        lists.append(f"cited within {counted(about.within, 'time')}")
    if not about.is_whole:
        lists.append(_STILL_READING)
    return "\n".join((*lines, *(lists or ["cited by nothing that is known here"])))


def description(node: Node, path: str, *, is_markdown: bool) -> str:
    """A node with its text alone, as a list of proposals tells it beside the one that is chosen."""
    words = _shown(node.source[node.span.start : node.span.end].rstrip())
    if is_markdown:
        return f"{code(_key(node))} · {sentence(_kind(node))} · {code(path)}\n\n{fenced(words, 'markdown')}"
    return "\n".join((f"{plain(_key(node))} · {_kind(node)} · {plain(path)}", visible(words, keep="\n\t")))


def paths(about: About) -> set[str]:
    """The documents of the nodes that are listed."""
    lists = _lists(about, lambda _path, _span: None)
    return {one.path for _, named in lists for one in named[:MOST_LISTED]}


def _lists(about: About, address: Address) -> Iterator[tuple[str, Sequence[_Named]]]:
    citing: dict[tuple[str, str], _Named] = {}
    for reference in about.cited_by:
        source = reference.source
        name = reference.path if source is None else _name(source)
        place = address(reference.path, reference.citation.span)
        citing.setdefault((reference.path, name), _Named(name, reference.path, place))
    if citing:
        yield "cited by", tuple(citing.values())
    cited = [
        _Named(_name(found.node), found.path, address(found.path, found.node.head))
        for _, nodes in about.cites
        for found in nodes
    ]
    dangling = [_Named(plain(citation.key), "not found", None) for citation, nodes in about.cites if not nodes]
    if cited or dangling:
        yield "cites", (*cited, *dangling)


def _code_lists(about: About, address: CodeAddress) -> Iterator[tuple[str, Sequence[_Named]]]:
    """Functions, classes and files of the code that name it, and the tests for it, each once."""
    for label, tests in (("tested by", True), ("named in code", False)):
        naming: dict[tuple[str, str | None], _Named] = {}
        for citation in about.code:
            if (citation.relation == "tests") == tests:
                words = plain(citation.within or citation.path.rpartition("/")[2], limit=_LONGEST_NAME)
                naming.setdefault(
                    (citation.path, citation.within), _Named(words, citation.path, address(citation) or None)
                )
        if naming:
            yield label, tuple(naming.values())


def _linked(named: _Named) -> str:
    words = f"[{sentence(named.words)}](<{named.address}>)" if named.address else sentence(named.words)
    return f"{words} ({sentence(named.path)})"


def _rest(named: Sequence[_Named]) -> str:
    return f", and {len(named) - MOST_LISTED} more" if len(named) > MOST_LISTED else ""


def _key(node: Node) -> str:
    return node.key or node.kind


def _kind(node: Node) -> str:
    kind = node.kind.replace("_", " ")
    return f"{kind}, {node.state.replace('_', ' ')}" if node.state else kind


def _name(node: Node) -> str:
    told = node.key.endswith(node.title) or not node.title
    return plain(node.key if told else f"{node.key} {node.title}", limit=_LONGEST_NAME)


def _shown(words: str) -> str:
    lines = split_lines(words)
    shown = "\n".join(lines[:_MOST_LINES])
    if len(shown) > _MOST_CHARACTERS:
        return f"{shown[:_MOST_CHARACTERS]}…"
    return f"{shown}\n…" if len(lines) > _MOST_LINES else shown
