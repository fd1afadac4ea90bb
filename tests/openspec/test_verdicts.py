"""OpenSpec's own validator, asked strictly, and the rules here give the same verdict on the same document.

A document is refused here if a rule finds an error or a warning in it. Each difference that is meant is listed with its
reason, and a difference that is gone has to leave the list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.language.across import check_across
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.profiles.openspec.kinds import DELTA, SPEC, TASKS
from orch_lsp.rules.check import check
from orch_lsp.rules.rule import Finding
from tests.openspec import documents, written
from tests.openspec.documents import BASE
from tests.openspec.program import Program, Verdict
from tests.openspec.test_reading import LATER

COMMENT = "A comment is no text: what stands in it is not there. OpenSpec reads it."
BLANK = "Nobody has begun to write a document that is empty; how it is to begin is no finding."
BEGUN = "A document that has only its headings, as a new one has, is still to be written, which is no fault of it."
LANGUAGE = "People write in their language, and say with its own words what must hold."
MISSING = (
    "What a delta alters and the spec does not have is in vain: `archive` refuses most of it, and the validator none."
)
NO_END = "A scenario that says when, and not what then, promises nothing; the validator takes any words for steps."
UNREAD = "It reads like a requirement and is passed over: whoever wrote it believes that it holds."
NUMBER = "A number stands for one task and begins with its group's, however it is typed."
WORDS = "A word that begins with a number is none (`2.5x faster`), and in a fence there is no task."
TASK = "Not all versions and readers of Markdown take the line for a task: those that do not lose it."
NO_TASK = "A list without any box may be notes; a plan without tasks is nothing wrong with a line."

DIFFERENCES: dict[tuple[str, str], str] = {
    ("spec", "comment"): COMMENT,
    ("spec", "comment-body"): COMMENT,
    ("spec", "dup-scen"): NO_END,
    ("spec", "empty"): BLANK,
    ("spec", "empty-scenario2"): NO_END,
    ("spec", "no-then"): NO_END,
    ("spec", "zh2"): NO_END,
    ("spec", "zh3"): LANGUAGE,
    ("delta", "added-empty"): BEGUN,
    ("delta", "comment-body"): COMMENT,
    ("delta", "lang"): LANGUAGE,
    ("delta", "mod-case"): MISSING,
    ("delta", "mod-missing"): MISSING,
    ("delta", "rem-bul"): MISSING,
    ("delta", "rem-missing"): MISSING,
    ("delta", "ren-missing"): MISSING,
    ("delta", "ren-remto"): MISSING,
    ("delta", "ren-unread"): UNREAD,
    ("delta", "stray-then-unread"): UNREAD,
    ("tasks", "bold-mis"): NUMBER,
    ("tasks", "dup-dot"): NUMBER,
    ("tasks", "dup-nogroup"): NUMBER,
    ("tasks", "dup-one"): NUMBER,
    ("tasks", "mis-colon"): NUMBER,
    ("tasks", "mis-dot"): NUMBER,
    ("tasks", "mis-fence"): WORDS,
    ("tasks", "mis-v"): WORDS,
    ("tasks", "dup-nobox"): TASK,
    ("tasks", "empty"): TASK,
    ("tasks", "heading"): TASK,
    ("tasks", "mis-setext"): TASK,
    ("tasks", "nosp"): TASK,
    ("tasks", "nosp2"): TASK,
    ("tasks", "para"): TASK,
    ("tasks", "xsp"): TASK,
    ("tasks", "nums"): NO_TASK,
}
"""By kind and name of the document: why the verdict here is another than that of 1.13."""

PLACEHOLDER = "1.10 does not look for a purpose that is a stand-in."
STAR = "1.10 knows no rename in a list with stars, and counts no task in one with a plus."
LOST = "1.10 says nothing of what it passes over."

DIFFERENCES_OF_EARLIER: dict[tuple[str, str], str | None] = {
    ("spec", "tbd-purpose"): PLACEHOLDER,
    ("spec", "purpose-todo"): PLACEHOLDER,
    ("spec", "purpose-tbd2"): PLACEHOLDER,
    ("spec", "purpose-tbdlong"): PLACEHOLDER,
    ("delta", "added-empty-scen"): LOST,
    ("delta", "outside"): LOST,
    ("delta", "other-h2"): LOST,
    ("delta", "ren-twofrom"): LOST,
    ("delta", "ren-star"): STAR,
    ("tasks", "mis-plus"): STAR,
    ("tasks", "full"): TASK,
    ("tasks", "nums"): None,
}
"""What else differs from 1.10; None where it gives the verdict that is given here."""

KINDS: dict[str, tuple[Profile, Mapping[str, str]]] = {
    "spec": (SPEC, documents.SPECS),
    "delta": (DELTA, documents.DELTAS),
    "tasks": (TASKS, documents.TASKS),
}
NAMED = [(kind, name) for kind, (_, texts) in KINDS.items() for name in texts]


def findings(text: str, profile: Profile, base: str) -> list[Finding]:
    document = parse(text, profile)
    found = [*check(document)]
    if profile is DELTA:
        places = {"base": "openspec/specs/base"}
        index = Index.of(
            (
                IndexedDocument("spec.md", parse(base, SPEC).nodes, "openspec/specs/base"),
                IndexedDocument("delta.md", document.nodes, "openspec/changes/c/specs/base", places),
            )
        )
        found += check_across(index, "delta.md")
    return found


def accepted(text: str, profile: Profile, base: str) -> bool:
    return not any(finding.severity in {"error", "warning"} for finding in findings(text, profile, base))


def verdicts(program: Program, texts: Mapping[tuple[str, str], str], base: str) -> dict[tuple[str, str], Verdict]:
    """What the program says of documents by kind and name, each in a change of its own where it is no spec."""
    files = {"specs/base/spec.md": base}
    for (kind, name), text in texts.items():
        if kind == "spec":
            files[f"specs/s-{name}/spec.md"] = text
        elif kind == "delta":
            files |= written.change(f"d-{name}", text)
        else:
            files |= written.change(f"t-{name}", documents.DELTAS["added"], tasks=text)
    found = program.project(files).verdicts()
    types = {"spec": "spec", "delta": "change", "tasks": "change"}
    return {(kind, name): found[types[kind], f"{kind[0]}-{name}"] for kind, name in texts}


def test_verdicts(program: Program) -> None:
    texts = {(kind, name): KINDS[kind][1][name] for kind, name in NAMED}
    reasons: dict[tuple[str, str], str | None] = {**DIFFERENCES}
    if program.version < LATER:
        reasons |= DIFFERENCES_OF_EARLIER
    found = verdicts(program, texts, BASE)
    differing = {
        name: found[name].messages()
        for name, text in texts.items()
        if found[name].valid is not accepted(text, KINDS[name[0]][0], BASE)
    }
    expected = {name for name, reason in reasons.items() if reason is not None}
    unexplained = {name: said for name, said in differing.items() if name not in expected}
    assert unexplained == {}
    assert expected <= {*differing}


def test_verdicts_on_documents_made_at_random(program: Program) -> None:
    random = Random(3)
    names = written.names(random, 6)
    base = written.spec([written.requirement(random, name, scenarios=3) for name in names])
    texts = {("spec", f"{number}"): written.good_spec(random) for number in range(60)}
    texts |= {("delta", f"{number}"): written.good_delta(random, names) for number in range(60)}
    found = verdicts(program, texts, base)
    for name, text in texts.items():
        there, here = found[name], accepted(text, KINDS[name[0]][0], base)
        assert there.valid is here, (text, there.messages())


STERNER = {
    "gwt_incomplete": NO_END,
    "unread_heading": UNREAD,
    "scenario_heading_level": UNREAD,
    "stray_heading_in_delta": "What stands below such a heading is none of the requirement's; archived, it is one.",
    "requirement_outside_section": "A heading of the first level ends a section for each reader of Markdown.",
    "unbalanced_fence": "All text below a fence that is never closed is code.",
    "modified_target_missing": MISSING,
}
"""Rules that refuse more than OpenSpec does, and why."""

PART = re.compile(r"^## (\w+) requirements", re.MULTILINE)
NO_HEADING = re.compile(r"^#+[A-Za-z]", re.MULTILINE)
"""Without a blank it is no heading for any reader of Markdown. OpenSpec takes it in deltas, and in no spec."""


@pytest.mark.parametrize("seed", range(3))
def test_verdicts_on_documents_broken_at_random(program: Program, seed: int) -> None:
    random = Random(seed)
    names = written.names(random, 6)
    base = written.spec([written.requirement(random, name, scenarios=3) for name in names])
    texts = {("spec", f"{number}"): written.broken(random, written.good_spec(random)) for number in range(100)}
    texts |= {
        ("delta", f"{number}"): written.broken(random, written.good_delta(random, names)) for number in range(100)
    }
    found = verdicts(program, texts, base)
    for name, text in texts.items():
        there, profile = found[name], KINDS[name[0]][0]
        parts = PART.findall(text.casefold())
        if program.version < LATER and len({*parts}) < len(parts):
            continue  # Of two parts of one name, 1.10 reads the last.
        if there.valid is not accepted(text, profile, base) and NO_HEADING.search(text) is None:
            explained = {finding.rule for finding in findings(text, profile, base)} & {*STERNER, *earlier(program)}
            assert there.valid, (text, there.messages())
            assert explained, (text, there.messages())


def earlier(program: Program) -> set[str]:
    """What 1.10 does not look for."""
    return {"requirement_without_scenario", "rename_without_pair"} if program.version < LATER else set()


@pytest.mark.parametrize("name", [*DIFFERENCES, *DIFFERENCES_OF_EARLIER])
def test_each_difference_is_of_a_document_that_is_there(name: tuple[str, str]) -> None:
    assert name in NAMED
