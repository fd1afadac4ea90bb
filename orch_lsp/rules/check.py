"""All rules in one table, and a document's findings, made once for the same rules and severities."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.profile import Profile, Severity
from orch_lsp.rules import structure, task_lines
from orch_lsp.rules.rule import Finding, Rule, Subject

RULES: Mapping[str, Rule] = {rule.code: rule for rule in (*structure.RULES, *task_lines.RULES)}
"""By code, the families one after another."""

_NOTHING: Mapping[str, Severity] = MappingProxyType({})


def severity_of(rule: Rule, profile: Profile, severities: Mapping[str, Severity]) -> Severity:
    """What a rule reports: as the user says, else the profile, else the rule itself."""
    return severities.get(rule.code, profile.severities.get(rule.code, rule.severity))


def check(document: SpecDocument, severities: Mapping[str, Severity] = _NOTHING) -> tuple[Finding, ...]:
    """All findings in document order. Pure; never raises. A second call for the same document costs nothing.

    Args:
        document: What is looked at.
        severities: The user's, by code; a rule that is `off` does not run.
    """
    chosen: tuple[Severity, ...] = tuple(severity_of(rule, document.profile, severities) for rule in RULES.values())
    return document.once(("findings", chosen), lambda: _check(document, chosen))


def _check(document: SpecDocument, severities: tuple[Severity, ...]) -> tuple[Finding, ...]:
    subject = Subject(document)
    findings = [
        Finding(rule.code, severity, found.message, found.span, found.key, found.fixes, found.related)
        for rule, severity in zip(RULES.values(), severities, strict=True)
        if severity != "off"
        for found in rule.check(subject)
    ]
    return tuple(sorted(findings, key=lambda finding: finding.span))
