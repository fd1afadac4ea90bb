"""Open places of documents that begin as a template: notes in brackets, rows of tables, checklists, guidance."""

from __future__ import annotations

import pytest

from orch_lsp.document.answer.reading import AnswerSection
from orch_lsp.document.drafting import OpenPlace, open_places
from orch_lsp.document.parse import parse
from orch_lsp.document.place_fill import with_draft
from orch_lsp.profiles.registry import FORMATS


def read(text: str, name: str):
    format_name, _, kind = name.partition("/")
    found = FORMATS.named(format_name)
    assert found is not None
    profile = found.profile(kind)
    assert profile is not None
    return parse(text, profile)


def places(text: str, name: str) -> dict[str, OpenPlace]:
    return {place.key: place for place in open_places(read(text, name))}


def filled(text: str, name: str, parts: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    document = read(text, name)
    titles = {place.key: place.title for place in open_places(document)}
    written, plan = with_draft(document, [AnswerSection(key, titles[key], body) for key, body in parts.items()])
    return written.text, plan.filled


STEERING = """---
inclusion: always
---

# Technology Stack

[How the whole is built,
in two sentences]

## Core Technologies

- **Language**: [e.g., Rust, Go]
- **Storage**: PostgreSQL [e.g., 16]

### [Pattern Name]
**Location**: `/path/`
**Purpose**: [What belongs here]

## Libraries

| Name | Reason |
|------|--------|
| [Library] | [Why this one] |
| `left` | [Why this one] |

## Commands
"""


def test_notes_of_a_template_are_places_and_a_note_with_words_beside_it_is_none():
    found = places(STEERING, "kiro/steering")
    assert list(found) == [
        "technology-stack/text", "core-technologies/language", "pattern-name/name", "pattern-name/purpose",
        "libraries/name", "libraries/reason", "libraries/reason-2", "commands",
    ]  # fmt: skip
    text, keys = filled(
        STEERING,
        "kiro/steering",
        {
            "technology-stack/text": "One process.\n\nIt serves a town.",
            "core-technologies/language": "- **Language**: Python 3.12",
            "pattern-name/name": "Orders",
            "libraries/name": "`right`",
            "commands": "- `make test`",
        },
    )
    assert len(keys) == 5
    assert text == STEERING.replace(
        "[How the whole is built,\nin two sentences]", "One process.\n\nIt serves a town."
    ).replace("**Language**: [e.g., Rust, Go]", "**Language**: Python 3.12").replace(
        "### [Pattern Name]", "### Orders"
    ).replace("| [Library] |", "| `right` |").replace("## Commands\n", "## Commands\n\n- `make test`\n")


@pytest.mark.parametrize(
    "text",
    [
        "# Rules\n\n[None yet]\n\n## Keys\n\n[KEY]\n\n[AUTH-01, AUTH-02]\n",
        "# Rules\n\n- [x] done\n- [ ] to do this\n- [Guide](guide.md)\n- [guide]\n\n[guide]: guide.md\n",
        "# Rules\n\n- [src/main.rs]\n- [[a wiki page]]\n- ![a picture](a.png)\n\n```\n[What this is]\n```\n",
        "# Rules\n\n## [Unreleased]\n\nNothing.\n\n## [1.0.0] - 2026-01-01\n\n<!-- [What changed] -->\nAll.\n",
    ],
)
def test_brackets_that_people_write_are_no_places(text: str):
    assert places(text, "kiro/steering") == {}


CHECKLIST = """# [CHECKLIST TYPE] Checklist: Login

**Purpose**: the words

## [Category 1]

- [ ] CHK001 First checklist item with clear action
- [ ] CHK002 Second checklist item

## [Category 2]

- [ ] CHK004 Another category item

## Notes

- Tick what holds
"""
GROUPS = "## Requirement Clarity\n\n- [ ] CHK001 Is “soon” a number? [Clarity]\n- [ ] CHK002 Who signs in? [Gap]"


def test_the_samples_of_a_checklist_are_replaced_by_groups_of_questions():
    assert list(places(CHECKLIST, "spec-kit/checklist")) == ["items"]
    text, keys = filled(CHECKLIST, "spec-kit/checklist", {"items": GROUPS.replace("## ", "### ")})
    start, end = CHECKLIST.index("## [Category 1]"), CHECKLIST.index("\n\n## Notes")
    assert (text, keys) == (f"{CHECKLIST[:start]}{GROUPS}{CHECKLIST[end:]}", ("items",))
    assert places(text, "spec-kit/checklist") == {}
    for bad in ("Looks good.", "- [ ] Is it clear?", f"{GROUPS}\n- [ ] CHK001 Again?", GROUPS.replace("[ ]", "[x]")):
        assert filled(CHECKLIST, "spec-kit/checklist", {"items": bad}) == (CHECKLIST, ())


def test_groups_and_items_of_a_checklist_that_say_nothing_are_places():
    text = (
        "# Requirements Checklist: Login\n\n## Clarity\n\n- [x] CHK001 Is it clear? [Clarity]\n- [ ] CHK002\n"
        "- [ ] CHK003 - TODO\n\n## Coverage\n\n## Counterexamples: none\n\n## Notes\n"
    )
    found = places(text, "spec-kit/checklist")
    assert list(found) == ["CHK002", "CHK003", "coverage"]
    good = {"CHK003": "- [ ] CHK003 Are limits given?", "coverage": "- [ ] CHK004 Is every error told?"}
    written, keys = filled(text, "spec-kit/checklist", good)
    assert keys == ("CHK003", "coverage")
    assert "- [ ] CHK003 - Are limits given?" in written
    assert "## Coverage\n\n- [ ] CHK004 Is every error told?\n\n## Counterexamples" in written
    assert filled(text, "spec-kit/checklist", {"coverage": "- [ ] CHK001 Again?"})[1] == ()
    bare = text.replace("CHK001 ", "").replace("CHK002", "Is it whole?").replace("CHK003 - TODO", "Is it short?")
    written, keys = filled(bare, "spec-kit/checklist", {"coverage": "- [ ] CHK001 Is every error told?"})
    assert "## Coverage\n\n- [ ] Is every error told?\n" in written


ROADMAP = """# Roadmap: Shop

**Status legend**: planned · in-progress · done

| ID | Sub-feature | Intent | Depends on | Status | Sub-spec |
|----|-------------|--------|------------|--------|----------|
"""
ROWS = "| R1 | Order | People order | — | planned | — |\n| R2 | Pay | People pay | R1 | planned | — |"


def test_the_entries_of_a_roadmap_are_rows():
    assert list(places(ROADMAP, "spec-kit/roadmap")) == ["entries"]
    head = "\n".join(ROADMAP.splitlines()[-2:])
    for answer in (ROWS, f"{head}\n{ROWS}"):
        assert filled(ROADMAP, "spec-kit/roadmap", {"entries": answer}) == (f"{ROADMAP}{ROWS}\n", ("entries",))
    assert places(f"{ROADMAP}{ROWS}\n", "spec-kit/roadmap") == {}
    for bad in ("- R1: Order", ROWS.replace("R2 |", "R1 |"), ROWS.replace("| R1 | planned", "| planned"), head):
        assert filled(ROADMAP, "spec-kit/roadmap", {"entries": bad}) == (ROADMAP, ())


def test_a_row_without_words_and_a_cell_that_stands_in_are_places():
    text = f"{ROADMAP}| R1 | <name> | <one line> | — | planned | — |\n| R2 | Pay | TODO | R1 | planned | — |\n"
    assert list(places(text, "spec-kit/roadmap")) == ["R1", "R2/intent"]
    good = {"R1": "| R1 | Order | People order | — | planned | — |", "R2/intent": "People pay"}
    assert filled(text, "spec-kit/roadmap", good)[0] == f"{ROADMAP}{ROWS}\n"
    assert filled(text, "spec-kit/roadmap", {"R1": "Order", "R2/intent": "a | b"}) == (text, ())
    assert places("# Roadmap: Shop\n\n1. Order\n2. Pay\n", "spec-kit/roadmap") == {}
    assert list(places("# Roadmap: Shop\n\nA large one.\n", "spec-kit/roadmap")) == ["entries"]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_places_hold_in_other_line_ends(end: str):
    for text, name in ((STEERING, "kiro/steering"), (CHECKLIST, "spec-kit/checklist"), (ROADMAP, "spec-kit/roadmap")):
        assert list(places(text.replace("\n", end), name)) == list(places(text, name))


def test_a_line_of_very_many_brackets_is_no_templates():
    assert (
        places(f"# Rules\n\n{'[a note] ' * 20_000}\n\n| a |\n|---|\n|{' [a note] |' * 20_000}\n", "kiro/steering") == {}
    )


PLAN = """# Implementation Plan: Login

## Summary

[Extract from feature spec: primary requirement + technical approach from research]

## Constitution Check

*GATE: Must pass before Phase 0 research. Re-check after Phase 1 design.*

[Gates determined based on constitution file]

## Project Structure

**Structure Decision**: [Document the selected structure and reference the real
directories captured above]
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_notes_of_the_template_of_a_plan_are_open_and_what_stands_around_them_stays(end: str):
    text = PLAN.replace("\n", end)
    drafted = {
        "summary": "A form, and a table of sessions.",
        "constitution-check": "- I. Tests first: held",
        "structure-decision": "One package.",
    }
    assert list(places(text, "spec-kit/plan")) == list(drafted)
    after, keys = filled(text, "spec-kit/plan", drafted)
    assert keys == tuple(drafted)
    wanted = text
    for note, body in zip(places(text, "spec-kit/plan").values(), drafted.values(), strict=True):
        wanted = wanted.replace(text[note.span.start : note.span.end], body)
    assert after == wanted
    assert places(after, "spec-kit/plan") == {}


@pytest.mark.parametrize(
    "body",
    [
        "[Extracted from the library: all parsers are its own]",
        "[Deferred until the next quarter, as the board said]",
        "A form.\n\n[Extract from feature spec: primary requirement]",
        "[Extract from feature spec: primary requirement]\n\nA form.",
        "[Extract from feature spec: primary requirement](spec.md)",
        "```\n[Extract from feature spec: primary requirement]\n```",
        "*GATE: Must pass.* All do.\n\n[Gates determined based on constitution file]",
    ],
)
def test_brackets_with_words_of_their_own_or_beside_some_are_let_be(body: str):
    text = f"# Implementation Plan: Login\n\n## Summary\n\n{body}\n"
    assert places(text, "spec-kit/plan") == {}
