"""Review of a document, alike in an editor and on the command line: findings of rules and settings."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode
from orch_lsp.late import late
from orch_lsp.orchestration.specs.included import is_included
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.rules.rule import Evidence, Finding
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.text import Span, line_spans
from orch_lsp.uri import shown_path
from orch_lsp.workspace import is_workflow

if TYPE_CHECKING:
    from orch_lsp.language import across as across_rules
    from orch_lsp.orchestration.specs import evidence, lost_mentions, retired, unreviewed, upstream
    from orch_lsp.prompts import own_files
    from orch_lsp.rules import check
    from orch_lsp.workflows import writing as workflow_files
else:
    evidence = late("orch_lsp.orchestration.specs.evidence")
    lost_mentions = late("orch_lsp.orchestration.specs.lost_mentions")
    retired = late("orch_lsp.orchestration.specs.retired")
    unreviewed = late("orch_lsp.orchestration.specs.unreviewed")
    upstream = late("orch_lsp.orchestration.specs.upstream")
    own_files = late("orch_lsp.prompts.own_files")
    workflow_files = late("orch_lsp.workflows.writing")
    across_rules = late("orch_lsp.language.across")
    check = late("orch_lsp.rules.check")

BESIDE_THE_RULES = (
    ErrorCode.INVALID_SETTINGS.value, ErrorCode.INVALID_WORKFLOW.value, ErrorCode.UNKNOWN_PROFILE.value,
)  # fmt: skip
"""Codes of findings that no rule makes."""


def is_spec(reading: Reading) -> bool:
    """Whether `include`, its format or its front matter says that a document is a spec, and its profile is known."""
    if reading.no_profile is not None:
        return False
    front_matter = reading.document.front_matter
    if reading.recognition is not None or (front_matter is not None and "profile" in front_matter.values):
        return True
    path = reading.spec_path if reading.source.path is not None else shown_path(reading.source.uri)
    return is_included(path, reading.settings.include)


def review(reading: Reading) -> list[Finding]:
    """All that there is to say of a document: of the rules, if it is a spec, then of its settings and its profile.

    Settings of other files than the document are findings at its beginning, with the file's name. Loads the rules when
    it is first called, so a server calls it on a worker thread.
    """
    path = reading.source.path
    if path is not None and is_workflow(path) and path.parents[2] == reading.root:
        return list(_workflow(reading, path))
    return [*findings_of_rules(reading), *_settings(reading), *_unknown_profile(reading), *_prompts(reading)]


def warnings_of(reading: Reading) -> list[str]:
    """Settings and prompts that are not used, in words for a command line that works with a document. Blocking."""
    settings = [f"{problem.place}: {problem.message}" for problem in reading.settings.problems_beside_the_choice]
    return settings + list(own_files.unused_lines(reading.root))


def findings_of_rules(reading: Reading) -> list[Finding]:
    """All that the rules say of a spec, in document order; rules over several documents, once all of them are known."""
    if not is_spec(reading):
        return []
    severities, index = reading.severities, reading.index
    around = index.neighbours(reading.spec_path) if index.is_whole else None
    missing = evidence.missing_files(reading)
    facts = Evidence(
        missing_files=missing,
        holds_code=not missing or evidence.holds_code(reading.root),
        nodes_then=upstream.nodes_then(reading, index) if index.is_whole else frozenset(),
        retired=retired.retired_ids(reading),
        technologies=evidence.technologies(reading, index),
        lost_mentions=lost_mentions.lost_mentions(reading),
        answered=reading.answered,
        objections=reading.objections,
        unreviewed=_unreviewed(reading),
    )
    alone = check.check(reading.document, severities, around, facts)
    across = across_rules.check_across(index, reading.spec_path, severities, reading.document) if index.is_whole else ()
    return sorted((*alone, *across), key=attrgetter("span")) if across else list(alone)


def _unreviewed(reading: Reading) -> frozenset[str]:
    # Off unless somebody has switched it on: each draft that is written at once would be full of it.
    is_on = reading.severities.get(unreviewed.CODE, "off") != "off"
    return frozenset(unreviewed.unreviewed_parts(reading)) if is_on else frozenset()


def is_of_the_document(problem: Problem) -> bool:
    """Whether a setting that is not used stands in the document itself."""
    return problem.layer is Layer.FRONT_MATTER


def _settings(reading: Reading) -> Iterator[Finding]:
    for problem in reading.settings.problems:
        line = (problem.line or 0) if is_of_the_document(problem) else 0
        name = "" if problem.path is None else f"{problem.path.name}{problem.at_line}: "
        code = ErrorCode.INVALID_SETTINGS.value
        yield Finding(code, "warning", f"{name}{problem.message}", _line(reading, line))


def _unknown_profile(reading: Reading) -> Iterator[Finding]:
    """A front matter that names a profile which there is not: said on its line, before anybody asks for a draft."""
    missing = reading.no_profile
    if missing is not None and missing.line is not None:
        yield Finding(ErrorCode.UNKNOWN_PROFILE.value, "warning", missing.message, _line(reading, missing.line))


def _prompts(reading: Reading) -> Iterator[Finding]:
    """Faults of a file of the user's own prompts; in a spec such files that no draft of it would use."""
    path, code = reading.source.path, ErrorCode.INVALID_SETTINGS.value
    own = None if path is None else own_files.own_file(path, reading.root)
    if own is not None:
        for fault in own_files.faults_of(own, reading.document.text):
            message = fault.message
            said = f"This file {message}" if fault.span is None else f"{message[0].upper()}{message[1:]}"
            severity = "warning" if own.replaces is None else "error"
            yield Finding(code, severity, f"{said}. {fault.cure}", fault.span or _line(reading, 0))
    elif reading.drafts:
        for line in own_files.unused_lines(reading.root):
            yield Finding(code, "warning", line, _line(reading, 0))


def _workflow(reading: Reading, path: Path) -> Iterator[Finding]:
    """Everything that is wrong with a file of a workflow, at its line."""
    known = reading.settings.providers.keys()
    for fault in workflow_files.faults_in(path, reading.document.text, reading.root, known):
        yield Finding(ErrorCode.INVALID_WORKFLOW.value, "error", fault.message, _line(reading, fault.line))


def _line(reading: Reading, number: int) -> Span:
    lines = line_spans(reading.document.text)
    return lines[min(number, len(lines) - 1)]
