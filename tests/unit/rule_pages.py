"""The page of the rules, as tests read it: about each rule what it says, with its two examples."""

from __future__ import annotations

import re
from pathlib import Path

from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile, Severity
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules.check import RULES, check
from orch_lsp.rules.rule import Evidence, Finding
from orch_lsp.text import apply_edits

_PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
_DOCUMENT = parse(_PAGE, PLAIN)
_PLACED = re.compile(r"`([^`\n]+)`:\n\n```markdown\n(.*?)```\n", re.DOTALL)
_EXAMPLE = re.compile(r"```markdown\n(.*?)```\n", re.DOTALL)


def about(code: str) -> str:
    """The text below the heading of a rule."""
    section = next(each for each in _DOCUMENT.sections if each.title == code)
    return _PAGE[section.body.start : section.body.end]


def examples(code: str) -> tuple[str, str]:
    """The bad and the good example of a rule."""
    bad, good = _EXAMPLE.findall(about(code))
    return bad, good


def examples_of_several(code: str) -> tuple[dict[str, str], dict[str, str]]:
    """Documents by path: those of the bad example, and with them those of the good one, which take their place.

    One whose text is that of a bad one is that one, moved.
    """
    bad, good = (dict(_PLACED.findall(part)) for part in about(code).split("\nGood:\n"))
    kept = {path: text for path, text in bad.items() if text not in good.values()}
    return bad, kept | good


_NONE = Evidence()


def found(text: str, profile: Profile, code: str, evidence: Evidence = _NONE) -> list[Finding]:
    """The findings of one rule alone, also where the profile has it off."""
    severities: dict[str, Severity] = (
        {} if RULES[code].severity != "off" or code in profile.severities else {code: "warning"}
    )
    return [finding for finding in check(parse(text, profile), severities, (), evidence) if finding.rule == code]


def marked(text: str, profile: Profile, code: str) -> list[str]:
    """The texts that the findings of a rule stand on."""
    return [text[finding.span.start : finding.span.end] for finding in found(text, profile, code)]


def assert_examples_are_what_they_are_said_to_be(code: str, profile: Profile) -> None:
    """The bad example has one finding of the rule, which its cures end; the good one has none."""
    bad, good = examples(code)
    (only,) = found(bad, profile, code)
    assert found(good, profile, code) == []
    assert bool(only.fixes) is RULES[code].fixable
    for fix in only.fixes:
        assert found(apply_edits(bad, fix.edits), profile, code) == []
