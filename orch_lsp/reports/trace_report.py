"""The trace of specs, as `orch.trace/1`, as a table of citations, and as a list for people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from orch_lsp.document.node import Node
from orch_lsp.language.code.links import CodeCitation
from orch_lsp.language.index import Index
from orch_lsp.language.trace import Edge, edges
from orch_lsp.reports.check_report import Place
from orch_lsp.runs.escape import plain, visible
from orch_lsp.text import LineIndex, Span

_COLUMNS = ("from_path", "from_key", "kind", "to_path", "to_key", "text", "line", "character", "within")
_FORMULA = ("=", "+", "-", "@", "\t")
"""Characters that make a formula of a cell, to spreadsheets, if it begins with one."""
_LONGEST_TITLE = 100
_DIGITS = re.compile(r"\d+")
_NAMED = 3


@dataclass(frozen=True, slots=True)
class TracedDocument:
    """The facts of a document beside its nodes."""

    profile: str
    """The name of its format."""
    kind: str
    """Which of the format's documents it is."""
    title: str
    text: str


@dataclass(frozen=True)
class Trace:
    """Documents with their nodes, and who cites whom."""

    documents: Mapping[str, TracedDocument]
    """By path, sorted."""
    index: Index
    """Of the same paths."""
    code: tuple[CodeCitation, ...] = ()
    """Places in code and tests that name nodes of the documents, by file and place; paths as in the index."""

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All citations."""
        return tuple(edges(self.index))

    @cached_property
    def _lines(self) -> Mapping[str, LineIndex]:
        return {path: LineIndex(document.text) for path, document in self.documents.items()}

    def place(self, path: str, span: Span) -> Place:
        """Where a span of a document is."""
        return Place.of(path, span, self._lines[path])

    def cited_text(self, edge: Edge) -> str:
        """The text by which a citation names what it names."""
        span = edge.citation.span
        return self.documents[edge.path].text[span.start : span.end]

    def nodes(self) -> Iterator[tuple[str, Node]]:
        """All nodes, by path and place."""
        for path in self.documents:
            for node in self.index.documents[path].nodes.nodes:
                yield path, node


def as_json(trace: Trace) -> dict[str, Any]:
    """`orch.trace/1`; its schema is `trace.schema.json`."""
    return {
        "schema": "orch.trace/1",
        "documents": [
            {"path": path, "profile": one.profile, "kind": one.kind, "title": one.title}
            for path, one in trace.documents.items()
        ],
        "nodes": [
            {
                "path": path,
                "kind": node.kind,
                "key": node.key,
                "title": node.title,
                "range": trace.place(path, node.span).range,
                "state": node.state,
                "sha256": node.sha256,
            }
            for path, node in trace.nodes()
        ],
        "edges": edges_of(trace),
    }


def edges_of(trace: Trace) -> list[dict[str, Any]]:
    """The citations of `orch.trace/1`, by the path and place where they stand."""
    return sorted((*_edges(trace), *_code_edges(trace)), key=_place_of)


def _edges(trace: Trace) -> Iterator[dict[str, Any]]:
    for edge in trace.edges:
        yield {
            "from": {"path": edge.path, "key": None if edge.source is None else edge.source.key},
            "to": None if edge.target is None else {"path": edge.target.path, "key": edge.target.key},
            "text": trace.cited_text(edge),
            "kind": edge.citation.relation,
            "range": trace.place(edge.path, edge.citation.span).range,
        }


def _code_edges(trace: Trace) -> Iterator[dict[str, Any]]:
    for one in trace.code:
        start, end = one.place.columns("utf-16")
        line = one.place.line
        yield {
            "from": {"path": one.path, "key": None, "within": one.within},
            "to": {"path": one.target.path, "key": one.target.node.key},
            "text": one.place.text,
            "kind": one.relation,
            "range": {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}},
        }


def _place_of(edge: Mapping[str, Any]) -> tuple[str, int, int]:
    start = edge["range"]["start"]
    return edge["from"]["path"], start["line"], start["character"]


def as_csv(trace: Trace) -> str:
    """A row for each citation, empty `to_` cells for one that dangles; lines and characters are counted from 0."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for edge in edges_of(trace):
        source, target, start = edge["from"], edge["to"] or {"path": None, "key": None}, edge["range"]["start"]
        named = (source["path"], source["key"], edge["kind"], target["path"], target["key"], edge["text"])
        within = _cell(source.get("within") or "")
        rows.writerow((*(_cell(cell or "") for cell in named), start["line"], start["character"], within))
    return out.getvalue()


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, on one line."""
    shown = plain(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def as_lines(trace: Trace) -> Iterator[str]:
    """Each document with what can be cited in it, who cites that, and last what names nothing."""
    citing: dict[tuple[str, str | None], list[Edge]] = {}
    for edge in trace.edges:
        if edge.target is not None:
            citing.setdefault((edge.target.path, edge.target.key), []).append(edge)
    in_code: dict[tuple[str, str], list[CodeCitation]] = {}
    for citation in trace.code:
        in_code.setdefault((citation.target.path, citation.target.node.key), []).append(citation)
    for path, one in trace.documents.items():
        yield visible(f"{path}: {one.profile} {one.kind}{f', {plain(one.title)}' if one.title else ''}")
        for node in trace.index.documents[path].nodes.nodes:
            cited_by = citing.get((path, node.key), [])
            if node.kind == "section" and not cited_by and (path, node.key) not in in_code:
                continue
            state = f" [{node.state.replace('_', ' ')}]" if node.state else ""
            yield f"  {plain(node.key)}{state} {plain(node.title, _LONGEST_TITLE)}".rstrip()
            for edge in cited_by:
                yield f"    {edge.citation.relation} ← {_source(trace, edge)}"
            for citation in in_code.get((path, node.key), []):
                yield f"    {citation.relation} ← {_code_source(citation)}"
        for edge in citing.get((path, None), []):
            yield f"  {edge.citation.relation} ← {_source(trace, edge)}"
    yield from _dangling(trace)


def _dangling(trace: Trace) -> Iterator[str]:
    """Citations that name nothing, one line for all of a document that are alike.

    Ids in sentences, of a shape that nothing given here has, are counted only: they are declared elsewhere, or are none
    (`SHA-256`).
    """
    shapes = {_DIGITS.sub("#", node.key) for _, node in trace.nodes()}
    alike: dict[tuple[str, str, str], list[Edge]] = {}
    elsewhere: list[Edge] = []
    for edge in trace.edges:
        if edge.target is None:
            if edge.citation.relation == "cites" and _DIGITS.sub("#", edge.citation.key) not in shapes:
                elsewhere.append(edge)
            else:
                named = (edge.path, edge.citation.relation, trace.cited_text(edge))
                alike.setdefault(named, []).append(edge)
    if alike:
        yield "names nothing:"
    for (_, relation, text), (first, *others) in alike.items():
        more = f", and in {len(others)} more {'place' if len(others) == 1 else 'places'}" if others else ""
        yield f"  {_source(trace, first)}: {plain(text)} ({relation}{more})"
    if elsewhere:
        names = dict.fromkeys(edge.citation.key for edge in elsewhere)
        shown = ", ".join(plain(name) for name in list(names)[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"of kinds that nothing here declares: {shown}{more}"


def _source(trace: Trace, edge: Edge) -> str:
    """Where a citation stands, counted from 1, with its node."""
    line, column = trace.place(edge.path, edge.citation.span).start
    key = "" if edge.source is None else f" {plain(edge.source.key)}"
    return visible(f"{edge.path}:{line + 1}:{column + 1}{key}")


def _code_source(citation: CodeCitation) -> str:
    """Where code names a node, counted from 1, with the function, class or test in which that stands."""
    line, column = citation.place.line, citation.place.columns("utf-16")[0]
    within = f" {plain(citation.within, _LONGEST_TITLE)}" if citation.within else ""
    return visible(f"{citation.path}:{line + 1}:{column + 1}{within}")
