"""Findings as SARIF 2.1.0 (OASIS), within the limits of GitHub's code scanning.

GitHub takes 25,000 results of a run and shows messages up to some 1,000 characters. A result keeps its fingerprint when
its line moves: it is made of the rule, the file and the key of the node, never of a line.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

from orch_lsp import __version__
from orch_lsp.errors import GUIDANCE, ErrorCode
from orch_lsp.language.across import ACROSS
from orch_lsp.orchestration.specs.review import BESIDE_THE_RULES
from orch_lsp.reports.check_report import UNREADABLE, Place, Report, Reported
from orch_lsp.rules.check import RULES
from orch_lsp.runs.escape import visible
from orch_lsp.text import at_most, sha256

MOST_RESULTS = 25_000
"""Of a run; GitHub refuses a file with more."""
_LONGEST_MESSAGE = 1_000
_MOST_RELATED = 10
_ROOT = "%SRCROOT%"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note", "off": "none"}
_ORDER = ("error", "warning", "information", "hint")
_SUMMARIES = {
    **{code: rule.summary for code, rule in (*RULES.items(), *ACROSS.items())},
    ErrorCode.INVALID_SETTINGS.value: "A setting is not used.",
    ErrorCode.UNKNOWN_PROFILE.value: "The front matter names an unknown profile.",
    UNREADABLE: "A spec is not text, or cannot be read.",
}


def log_of(report: Report) -> tuple[dict[str, Any], int]:
    """The log, and how many findings had to be left out of it: those of the least severity."""
    kept = sorted(report.findings, key=lambda one: _ORDER.index(one.severity))[:MOST_RESULTS]
    rules = sorted({one.rule for one in kept})
    numbers = {rule: number for number, rule in enumerate(rules)}
    seen: Counter[tuple[str, ...]] = Counter()
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "orch-lsp", "semanticVersion": __version__, "rules": list(map(_rule, rules))}
                },
                "columnKind": "utf16CodeUnits",
                "results": [_result(one, numbers[one.rule], seen) for one in kept],
            }
        ],
    }
    return log, len(report.findings) - len(kept)


def _rule(code: str) -> dict[str, Any]:
    summary = _SUMMARIES[code]
    rule = RULES.get(code) or ACROSS.get(code)
    severity = rule.severity if rule is not None else "error" if code == UNREADABLE else "warning"
    cure = GUIDANCE[ErrorCode(code)].remediation if code in BESIDE_THE_RULES else summary
    return {
        "id": code,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": cure},
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }


def _result(one: Reported, number: int, seen: Counter[tuple[str, ...]]) -> dict[str, Any]:
    related = [
        {"id": at, "physicalLocation": _location(place), "message": {"text": _message(message)}}
        for at, (message, place) in enumerate(one.related[:_MOST_RELATED], start=1)
    ]
    # Findings about no node are told apart by their words.
    about = (one.rule, one.place.path, one.message if one.key is None else one.key)
    seen[about] += 1
    fingerprint = sha256("\0".join((*about, "" if one.key is None else "key")))
    return {
        "ruleId": one.rule,
        "ruleIndex": number,
        "level": _LEVELS[one.severity],
        "message": {"text": _message(one.message)},
        "locations": [{"physicalLocation": _location(one.place)}],
        **({"relatedLocations": related} if related else {}),
        # GitHub compares the first alone, whose last part counts those that are alike.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{fingerprint[:16]}:{seen[about]}",
            "orchNodeKey/v1": f"{fingerprint}:{seen[about]}",
        },
    }


def _location(place: Place) -> dict[str, Any]:
    (line, column), (end_line, end_column) = place.start, place.end
    return {
        "artifactLocation": {"uri": quote(place.path), "uriBaseId": _ROOT},
        "region": {
            "startLine": line + 1,
            "startColumn": column + 1,
            "endLine": end_line + 1,
            "endColumn": end_column + 1,
        },
    }


def _message(text: str) -> str:
    return at_most(visible(text, keep="\t\n"), _LONGEST_MESSAGE)
