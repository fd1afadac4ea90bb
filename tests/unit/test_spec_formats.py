"""Documents of other formats, and files that are nobody's to draft, are told apart."""

from __future__ import annotations

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.recognition import holds_only_plain, holds_plain, kept_away, other_format

BARE = "# Limiter\n\nLimit clients.\n"


def tool(text: str, path: str = "limiter.spec.md") -> str | None:
    return other_format(path, parse(text, PLAIN))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (".taskmaster/docs/prd.md", "Task Master"),
        ("specs/limiter/spec.md", None),
        ("docs/kiro.md", None),
        ("limiter.spec.md", None),
    ],
)
def test_a_path_tells_its_tool(path: str, name: str | None) -> None:
    assert tool(BARE, path) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# E\n\n## Epic 1: Sign-in\n\n### Story 1.1: Form\n", "BMAD"),
        ("# M\n\n[@generate](../src/m.ts)\n", "Tessl"),
        (BARE, None),
        ("# T\n\n## Goal\n\ng\n\n## Requirements\n\nr\n\n## Tasks\n\n- [ ] T001 a\n", None),
        ("# T\n\n## Why\n\nx\n", None),
        ("# T\n\n```\n## ADDED Requirements\n```\n", None),
    ],
)
def test_headings_tell_their_tool(text: str, name: str | None) -> None:
    assert tool(text) == name


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("templates/limiter.spec.md", "a template"),
        ("docs/.templates/x.md", "a template"),
        ("specs/TEMPLATE.md", "a template"),
        ("specs/feature-template.md", "a template"),
        ("specs/archive/2024/x.spec.md", "archived"),
        ("node_modules/p/specs/x.md", "somebody else's copy"),
        ("third_party/lib/a.spec.md", "somebody else's copy"),
        ("specs/limiter.spec.md", None),
        ("specs/templating.spec.md", None),
        ("archiver.spec.md", None),
        ("untitled:Untitled-1", None),
    ],
)
def test_some_files_are_kept_away_by_their_path(path: str, reason: str | None) -> None:
    assert kept_away(path) == reason


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        (BARE, True),
        ("# T\n\n### Detail\n\nx\n", True),
        ("# T\n\n## Background\n\nx\n\n## Ziel\n\ny\n", True),
        ("# T\n\n## Motivation\n\n### Goals\n\ng\n", True),
        ("# 3. Use a queue\n\n## Context\n\nc\n\n## Decision\n\nd\n", False),
        ("# Changes\n\n## 1.2.0\n\n- a\n", False),
        ("# T\n\n## Story 1\n\n### Acceptance Criteria\n\na\n", False),
    ],
)
def test_plain_fits_what_holds_one_of_its_sections_or_none_yet(text: str, *, fits: bool) -> None:
    assert holds_plain(parse(text, PLAIN)) is fits


RUST_RFC = "- Feature Name: `x`\n\n# Summary\n\nOne.\n\n# Motivation\n\nWhy.\n\n# Drawbacks\n\nNone.\n"
KEP = "# KEP-1: Limits\n\n## Motivation\n\nWhy.\n\n### Goals\n\n- less\n\n## Proposal\n\np\n"


@pytest.mark.parametrize(
    ("text", "plain", "only"),
    [
        (BARE, True, True),
        ("# Limiter\n\nLimit.\n\n### In detail\n\nMore.\n", True, True),
        ("# Limiter\n\n## Goal\n\n### Part\n\ng\n\n## Aufgaben\n\nt\n", True, True),
        ("# Limiter\n\n## Goal\n\ng\n\n## Notes\n\nn\n", True, False),
        (KEP, True, False),
        (RUST_RFC, False, False),
        ("Summary\n=======\n\nOne.\n\nDrawbacks\n=========\n\nNone.\n", False, False),
        ("# 3. Queue\n\n## Status\n\nAccepted\n\n## Decision\n\nd\n", False, False),
    ],
)
def test_what_can_be_plain_and_what_is_nothing_else(text: str, *, plain: bool, only: bool) -> None:
    document = parse(text, PLAIN)
    assert (holds_plain(document), holds_only_plain(document)) == (plain, only)
