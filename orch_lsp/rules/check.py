"""All rules in one table, and a document's findings, made once for the same rules and severities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.profile import Profile, Severity
from orch_lsp.rules import (
    answered,
    done_tasks,
    duplicates,
    files_to_change,
    glossary,
    hidden_characters,
    language,
    leftovers,
    mentions,
    near_miss,
    objections,
    openspec,
    openspec_documents,
    quantities,
    questions,
    retired_ids,
    reviews,
    structure,
    task_lines,
    task_order,
    technologies,
    traceability,
    unfinished,
    wording,
)
from orch_lsp.rules.local import LocalRules
from orch_lsp.rules.rule import Evidence, Finding, Grade, Neighbour, Rule, Subject
from orch_lsp.rules.shape import ShapeRules

_FAMILIES = (
    structure, mentions, near_miss, leftovers, hidden_characters, retired_ids, traceability, reviews, questions,
    answered, objections, unfinished, language, wording, duplicates, quantities, glossary, technologies, task_lines,
    task_order, done_tasks,
    files_to_change, openspec, openspec_documents,
)  # fmt: skip

RULES: Mapping[str, Rule] = {rule.code: rule for family in _FAMILIES for rule in family.RULES}
"""By code, the families one after another."""

EVERY_RULE = "*"
"""In the place of a code: all rules whose own is not there."""
_GRADED = frozenset((EVERY_RULE, *(rule.code for rule in RULES.values() if rule.graded)))
_NONE = Evidence()
_PLACE = attrgetter("span")
_NOTHING: Mapping[str, Severity] = MappingProxyType({})


def severity_of(rule: Rule, profile: Profile, severities: Mapping[str, Severity]) -> Severity:
    """The severity of a rule: the user's, else the profile's, else the rule's own.

    The one for all rules wakes none that is off in documents of the profile.
    """
    if (said := severities.get(rule.code)) is not None:
        return said
    usual = profile.severities.get(rule.code, rule.severity)
    return usual if usual == "off" else severities.get(EVERY_RULE, usual)


def check(
    document: SpecDocument,
    severities: Mapping[str, Severity] = _NOTHING,
    neighbours: Sequence[Neighbour] | None = (),
    evidence: Evidence = _NONE,
) -> tuple[Finding, ...]:
    """All findings in document order. Pure; never raises. A second call with the same values costs nothing.

    Args:
        document: What is looked at.
        severities: The user's, by code, `*` for all others; a rule that is `off` does not run.
        neighbours: The other documents of its spec; None if they are not known, and nothing is said that needs them.
        evidence: What was looked up for it.
    """
    chosen: tuple[Severity, ...] = tuple(severity_of(rule, document.profile, severities) for rule in RULES.values())
    said = frozenset(code for code in severities if code in _GRADED)
    around = None if neighbours is None else tuple(neighbours)
    # The kept key holds the nodes, so that no others can have their ids.
    key = ("findings", chosen, said, _names(around), evidence)
    findings, _ = document.once(
        key,
        lambda: (
            _check(Subject(document, around or (), evidence), chosen, said, is_spec_known=around is not None),
            around,
        ),
    )
    return findings


def _names(neighbours: tuple[Neighbour, ...] | None) -> tuple[tuple[str, int], ...] | None:
    return None if neighbours is None else tuple((each.path, id(each.nodes)) for each in neighbours)


def _check(
    subject: Subject, severities: tuple[Severity, ...], said: frozenset[str], *, is_spec_known: bool
) -> tuple[Finding, ...]:
    local, shape = LocalRules(subject), ShapeRules(subject.document, _parts_of(subject.neighbours))
    findings: list[Finding] = []
    for rule, severity in zip(RULES.values(), severities, strict=True):
        if severity != "off" and (is_spec_known or not rule.needs_spec):
            grade = Grade(severity, not said.isdisjoint((rule.code, EVERY_RULE)))
            findings += _findings(rule, grade, subject, local, shape)
    return tuple(sorted(findings, key=_PLACE))


def _findings(rule: Rule, grade: Grade, subject: Subject, local: LocalRules, shape: ShapeRules) -> Iterable[Finding]:
    if rule.reads is not None and not rule.local:
        return shape.findings(rule.code, rule.reads, grade, lambda: rule.check(subject))
    found = local.found(rule) if rule.local else rule.check(subject)
    return [grade.finding(rule.code, one) for one in found]


def _parts_of(neighbours: Sequence[Neighbour]) -> Sequence[object]:
    """The parts of other documents that rules look at."""
    return [part for one in neighbours for part in (one.path, one.nodes)]
