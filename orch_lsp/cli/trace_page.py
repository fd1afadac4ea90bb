"""The trace as a page: one file of HTML that asks for no other (`html`), with a table of each spec."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from orch_lsp.cli.html import HtmlPage, add
from orch_lsp.document.node import Node
from orch_lsp.language.code.links import CodeCitation
from orch_lsp.language.coverage import Coverage, Mark, Row, SpecCoverage, Status
from orch_lsp.language.trace import Edge
from orch_lsp.reports.trace_report import Trace
from orch_lsp.runs.escape import plain
from orch_lsp.text import Span, counted

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

_STATUSES: Mapping[Status, str] = {
    "uncovered": "no task",
    "planned": "to do",
    "begun": "in work",
    "done": "done",
    "unplanned": "spec without tasks",
}
_MARKS: Mapping[Mark, str] = {"stale": "stale", "unproven": "done without evidence"}
_LOOSE, _DANGLING = "loose", "missing"
_OTHERS = {_LOOSE: "tasks for nothing", _DANGLING: "names nothing"}
_COLUMNS = (
    ("asked", "Requirement"),
    ("work", "Tasks"),
    ("code", "Code"),
    ("tests", "Tests and properties"),
    ("status", "State"),
)
_LONGEST_TITLE = 200
_LONGEST_TASK = 80
_MOST_SHOWN = 6
"""Citations in a cell; the others unfold."""
_BLANKS = re.compile(r"\s+")
_DEEPEST = 3


def page(trace: Trace, coverage: Coverage, name: str) -> str:
    """The page.

    Args:
        trace: The documents.
        coverage: The rows, of the same documents.
        name: The name of what was traced, for the title.
    """
    writer = _Page(trace)
    main = writer.part("main")
    for number, spec in enumerate(coverage.specs, 1):
        writer.add_spec(main, spec, number)
    if coverage.dangling:
        writer.add_dangling(main, coverage.dangling)
    writer.describe(coverage, plain(name) or "specs")
    return writer.text()


class _Page:
    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._page = HtmlPage("trace")
        self.part, self.text = self._page.part, self._page.text

    def describe(self, coverage: Coverage, name: str) -> None:
        """Title, sums and the choices of the filter."""
        rows = [row for spec in coverage.specs for row in spec.rows]
        counts: Counter[str] = Counter(row.status for row in rows)
        counts.update(mark for row in rows for mark in row.marks)
        counts[_LOOSE] = sum(len(spec.loose) for spec in coverage.specs)
        counts[_DANGLING] = len(coverage.dangling)
        words = {**_STATUSES, **_MARKS, **_OTHERS}
        self.part("name").text = self.part("heading").text = f"Trace of {name}"
        said = [f"{counts[key]:,} {word}" for key, word in words.items() if counts[key]]
        asked = counted(len(rows), "requirement")
        specs = counted(len(coverage.specs), "spec")
        self.part("summary").text = f"{asked} in {specs}{': ' if said else ''}{', '.join(said)}."
        self.part("note").text = (
            "A requirement is done without evidence if its tasks are done and no test cites it, or if a ticked one of "
            "them names files of which none is there."
            if coverage.has_tests
            else "No test cites any of these requirements, so that nothing is said of evidence."
        )
        statuses = self.part("statuses")
        _add_choice(statuses, "", "all", is_chosen=True)
        for key, word in words.items():
            if counts[key]:
                _add_choice(statuses, key, f"{word} ({counts[key]:,})")
        names = [self._title_of(spec) for spec in coverage.specs]
        if coverage.dangling:
            names.append("what names nothing")
        for number, shown in enumerate(names):
            add(self.part("spec"), "option", shown, value=str(number))

    def add_spec(self, main: ET.Element, spec: SpecCoverage, number: int) -> None:
        section = self._section(main, self._title_of(spec), f"spec-{number}")
        add(section, "p", ", ".join(plain(path) for path in spec.paths), of="paths")
        if spec.rows:
            body = _table(
                section, f"{len(spec.rows):,} asked for, with the tasks, code and tests that cite them", _COLUMNS
            )
            for row in spec.rows:
                self._add_row(body, row)
        if spec.loose:
            details = add(section, "details")
            count = counted(len(spec.loose), "task")
            add(details, "summary", f"{count} for nothing that is asked for")
            body = _table(details, "Tasks that cite no requirement", (("", "Task"), ("status", "State")))
            for path, node in spec.loose:
                row = self._row(body, path, node.head, [_LOOSE], node)
                self._add_head(row, path, node)
                _add_state(add(row, "td", of="status"), node)

    def add_dangling(self, main: ET.Element, dangling: Sequence[Edge]) -> None:
        section = self._section(main, "What names nothing", "dangling")
        body = _table(section, "Citations of what was not found", (("asked", "Cited"), ("", "By")))
        for edge in dangling:
            row = self._row(body, edge.path, edge.citation.span, [_DANGLING], None)
            head = add(row, "th", scope="row")
            link = add(head, "a", plain(self._trace.cited_text(edge)), of="key", href=f"#{quote(row.attrib['id'])}")
            link.tail = f" ({edge.citation.relation})"
            cell = add(row, "td")
            if edge.source is not None:
                add(cell, "span", plain(edge.source.key), of="key").tail = " "
            add(cell, "span", self._at(edge.path, edge.citation.span), of="at")

    def _add_row(self, body: ET.Element, found: Row) -> None:
        row = self._row(body, found.path, found.node.head, [found.status, *sorted(found.marks)], found.node)
        self._add_head(row, found.path, found.node, found.depth)
        self._add_citations(add(row, "td", of="work"), found.work)
        self._add_citations(add(row, "td", of="code"), found.code)
        self._add_citations(add(row, "td", of="tests"), found.tests)
        cell = add(row, "td", of="status")
        add(cell, "span", _STATUSES[found.status], of=f"tag {found.status}")
        for mark in sorted(found.marks):
            add(cell, "span", _MARKS[mark], of=f"tag {mark}")

    def _row(self, body: ET.Element, path: str, span: Span, words: Iterable[str], node: Node | None) -> ET.Element:
        key = "" if node is None else node.key
        line = self._trace.place(path, span).start[0] + 1
        wanted = _BLANKS.sub("_", f"{plain(path)}/{plain(key) or line}")
        name, number = wanted, 1
        while name in self._page.ids:
            number += 1
            name = f"{wanted}~{number}"
        self._page.ids.add(name)
        row = add(body, "tr", id=name)
        for attribute, value in (("is", " ".join(words)), ("path", plain(path)), ("line", str(line))):
            row.set(f"data-{attribute}", value)
        return row

    def _add_head(self, row: ET.Element, path: str, node: Node, depth: int = 0) -> None:
        head = add(row, "th", scope="row", of=f"depth-{min(depth, _DEEPEST)}" if depth else "")
        link = add(head, "a", plain(node.key), of="key", href=f"#{quote(row.attrib['id'])}")
        link.tail = f" {plain(node.title, _LONGEST_TITLE)} "
        add(head, "span", self._at(path, node.head), of="at")

    def _add_citations(self, cell: ET.Element, edges: Sequence[Edge | CodeCitation]) -> None:
        by_whom: dict[tuple[str, str | None], Edge | CodeCitation] = {}
        for edge in edges:
            by_whom.setdefault(_by_whom(edge), edge)
        unique = list(by_whom.values())
        if not unique:
            return
        shown = add(cell, "ul")
        for edge in unique[:_MOST_SHOWN]:
            self._add_citation(shown, edge)
        if more := unique[_MOST_SHOWN:]:
            details = add(cell, "details")
            add(details, "summary", f"{len(more)} more")
            rest = add(details, "ul")
            for edge in more:
                self._add_citation(rest, edge)

    def _add_citation(self, listed: ET.Element, edge: Edge | CodeCitation) -> None:
        item = add(listed, "li")
        if not isinstance(edge, Edge):
            if edge.within:
                add(item, "span", plain(edge.within, _LONGEST_TASK), of="key").tail = " "
            place = f"{plain(edge.path).rpartition('/')[2]}:{edge.place.line + 1}"
            add(item, "span", place, of="at", title=plain(edge.path))
            return
        node = edge.source
        if node is not None:
            add(item, "span", plain(node.key), of="key").tail = f" {plain(node.title, _LONGEST_TASK)} "
            if node.state is not None:
                _add_state(item, node)
        add(item, "span", self._at(edge.path, edge.citation.span), of="at")

    def _at(self, path: str, span: Span) -> str:
        return f"{plain(path).rpartition('/')[2]}:{self._trace.place(path, span).start[0] + 1}"

    def _title_of(self, spec: SpecCoverage) -> str:
        paths = [*(row.path for row in spec.rows[:1]), *spec.paths]
        titles = (self._trace.documents[path].title for path in paths if path in self._trace.documents)
        title = plain(next(filter(None, titles), ""), _LONGEST_TITLE)
        return f"{title} ({plain(spec.scope)})" if title else plain(spec.scope)

    def _section(self, main: ET.Element, title: str, name: str) -> ET.Element:
        section = add(main, "section", **{"aria-labelledby": name})
        add(section, "h2", title, id=name)
        return section


def _by_whom(edge: Edge | CodeCitation) -> tuple[str, str | None]:
    if isinstance(edge, Edge):
        return edge.path, None if edge.source is None else edge.source.key
    return edge.path, edge.within


def _table(section: ET.Element, caption: str, columns: Iterable[tuple[str, str]]) -> ET.Element:
    table = add(section, "table")
    add(table, "caption", caption)
    head = add(add(table, "thead"), "tr")
    for name, shown in columns:
        add(head, "th", shown, scope="col", of=name)
    return add(table, "tbody")


def _add_choice(fieldset: ET.Element, value: str, shown: str, *, is_chosen: bool = False) -> None:
    label = add(fieldset, "label")
    box = add(label, "input", type="radio", name="status", value=value)
    box.tail = f" {shown}"
    if is_chosen:
        box.set("checked", "")


def _add_state(element: ET.Element, node: Node) -> None:
    if node.state is not None:
        add(element, "span", node.state.replace("_", " "), of=f"of-state {node.state}").tail = " "
