"""The review of many specs: findings of each, placed, and of what several say alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from orch_lsp.language.across import ACROSS
from orch_lsp.language.index import Index
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.review import BESIDE_THE_RULES, is_of_the_document, is_spec, review
from orch_lsp.reports import alike_specs, check_report
from orch_lsp.reports.alike_specs import AlikeSpecs
from orch_lsp.reports.check_report import Place, Report, Reported
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles, Unreadable, common_root
from orch_lsp.rules import answered, objections
from orch_lsp.rules.check import RULES
from orch_lsp.rules.rule import Finding, Related
from orch_lsp.text import LineIndex
from orch_lsp.workspace import relative_path

CODES = (*RULES, *ACROSS, *BESIDE_THE_RULES, check_report.UNREADABLE)
"""All rules that can be asked for."""
_OF_HISTORY = frozenset((answered.CODE, objections.CODE))


@dataclass(frozen=True, slots=True)
class FindingsOfFile:
    """Findings of a file; an empty path is its own, others are relative to its root."""

    file: Path
    root: Path
    findings: Sequence[Reported]

    def placed(self, root: Path) -> Iterator[Reported]:
        """The findings with paths that are relative to the report's root."""
        own = relative_path(self.file, root)

        def place(one: Place) -> Place:
            if one.path and self.root == root:
                return one
            return replace(one, path=relative_path(self.root / one.path, root) if one.path else own)

        for one in self.findings:
            related = tuple((message, place(where)) for message, where in one.related)
            yield replace(one, place=place(one.place), related=related)


@dataclass(slots=True)
class Checked:
    """Findings so far: the paths to show are known when all roots are."""

    warn: Callable[[str], None]
    """Takes a sentence for the person."""
    rules: Collection[str] = ()
    """Codes of what is asked for; all if empty."""
    found: list[FindingsOfFile] = field(default_factory=list["FindingsOfFile"])
    files: int = 0

    def report(self, *, of_checkout: bool) -> Report:
        """The findings, placed below one root: that of the checkout, if it is asked for and there is one."""
        root = common_root((one.root for one in self.found), of_checkout=of_checkout)
        return check_report.report_of([found for one in self.found for found in one.placed(root)], self.files)

    async def take(self, files: SpecFiles) -> None:
        """Review these files, and compare what their specs say where that is asked for."""
        async for found in self.reviewed(files):
            self.found.append(found)

    async def reviewed(self, files: SpecFiles) -> AsyncIterator[FindingsOfFile]:
        """Review these files one after another; behind all stands what several of them say alike."""
        alike = AlikeSpecs() if not self.rules or alike_specs.RULE in self.rules else None
        async for found in files.read():
            if isinstance(found, Unreadable):
                one = Reported(check_report.UNREADABLE, "error", found.message, Place(""))
                yield FindingsOfFile(found.file.path, found.root, [one])
                continue
            is_asked = not self.rules or not _OF_HISTORY.isdisjoint(self.rules)
            spec = await files.with_history(found) if is_asked else found
            yield await asyncio.to_thread(self._review, spec, alike)
        if alike is not None:
            for file, root, one in await asyncio.to_thread(list, alike.findings()):
                yield FindingsOfFile(file, root, [one])

    def _review(self, spec: ReadSpec, alike: AlikeSpecs | None) -> FindingsOfFile:
        reading = spec.reading
        for problem in reading.settings.problems:
            if not is_of_the_document(problem):
                # Said once, and not of each document.
                self.warn(f"{problem.place}: {problem.message}")
        if is_spec(reading):
            self.files += 1
        elif reading.no_profile is not None:
            self.warn(f"{reading.spec_path} is not checked. {reading.no_profile.message}")
        else:
            self.warn(
                f"{spec.file.path.name} is not checked: "
                "neither its path, its format nor its front matter makes it a spec."
            )
        lines = LineIndex(reading.document.text)
        around = reading.index
        found = [_reported(one, lines, around) for one in findings_of(reading, self.rules)]
        if alike is not None and is_spec(reading):
            alike.take(spec, lines)
        return FindingsOfFile(spec.file.path, spec.root, found)


def findings_of(reading: Reading, rules: Collection[str]) -> list[Finding]:
    """Findings of a document, but for settings that stand in other files.

    Args:
        reading: The document.
        rules: Codes of what is asked for; all if empty.
    """
    own = tuple(problem for problem in reading.settings.problems if is_of_the_document(problem))
    alone = replace(reading, settings=replace(reading.settings, problems=own))
    return [one for one in review(alone) if not rules or one.rule in rules]


def _related_place(related: Related, lines: LineIndex, around: Index) -> Place:
    if related.path is None:
        return Place.of("", related.span, lines)
    other = around.documents.get(related.path)
    return Place(related.path) if other is None else Place.of(related.path, related.span, LineIndex(other.text))


def _reported(finding: Finding, lines: LineIndex, around: Index) -> Reported:
    related = tuple((one.message, _related_place(one, lines, around)) for one in finding.related)
    return Reported(
        finding.rule, finding.severity, finding.message, Place.of("", finding.span, lines), finding.key, related
    )
