"""The brief and what is left to fill."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.brief import TEMPLATE_NOTE, Target, brief_of, fill_targets
from orch_lsp.document.parse import parse
from orch_lsp.profiles.plain.sections import PLAIN


def brief(text: str) -> str:
    return brief_of(parse(text, PLAIN), PLAIN)


def test_the_brief_is_title_lead_and_every_written_section() -> None:
    text = (
        "---\nprovider: p\n---\n# Title\r\n\r\nLead.\r\n\r\n## Background\nb\n\n## Goal\n\nTODO\n\n## Tasks\n- a\n"
        "### Sub\ns\n\n## Notes\nn\n\n## Empty\n\n## Rollback Plan\n<!-- how -->\n"
    )
    assert brief(text) == "# Title\n\nLead.\n\n## Background\nb\n\n## Tasks\n- a\n\n### Sub\ns\n\n## Notes\nn"


@pytest.mark.parametrize(
    "text",
    [
        "", "\ufeff", " \n\t\r\n",
        "---\na: b\n---\n", "# TODO\n", "# [Feature name]\n\nTODO\n", "#\n\n## Goal\n\n## Tasks\nTBD\n",
        "<!-- write here -->\n", "# Untitled\n\n<!-- c -->\n\n## Goal\n\n[what]\n", "TODO", "# …\n",
    ],
)  # fmt: skip
def test_where_nothing_was_written_the_brief_is_empty(text: str) -> None:
    assert brief(text) == ""


@pytest.mark.parametrize(
    "text", ["# T", "words", "# TODO\n\nwords", "## Goal\nx", "# [a]\n## Notes\nn\n", "```\ncode\n```"]
)
def test_anything_written_makes_a_brief(text: str) -> None:
    assert brief(text)


def test_a_placeholder_title_is_left_out_and_the_rest_kept() -> None:
    assert brief("# [Name]\n\nWe want x.\n") == "We want x."


def test_targets_are_the_missing_and_the_placeholder_sections_in_profile_order() -> None:
    found = fill_targets(parse("# T\n## Tasks\nTODO\n## Goal\nx\n## Assumptions\n", PLAIN), PLAIN)
    assert found == (
        Target("non-goals", "Non-goals", "missing"),
        Target("assumptions", "Assumptions", "placeholder"),
        Target("acceptance-criteria", "Acceptance Criteria", "missing"),
        Target("tasks", "Tasks", "placeholder"),
        Target("verification-plan", "Verification Plan", "missing"),
        Target("rollback-plan", "Rollback Plan", "missing"),
    )


@settings(deadline=None)
@given(st.text(alphabet="\r\n\u2028\x0c# -`~<!>😋aTODG[]", max_size=80))
def test_no_placeholder_document_has_a_brief_and_no_word_is_lost(text: str) -> None:
    found = brief(text)
    # A heading of one's own with nothing below it is a placeholder, and so no part of the brief.
    if "😋" in text and "<!--" not in text and not set("[T") & set(text) and not parse(text, PLAIN).sections:
        assert found.count("😋") == text.count("😋")


def test_an_untouched_new_spec_is_no_brief_and_its_note_never_part_of_one() -> None:
    assert brief(f"# Limiter\n\n{TEMPLATE_NOTE}\n") == ""
    assert brief(f"# Limiter\n\n{TEMPLATE_NOTE}\n\nLimit clients.\n") == "# Limiter\n\nLimit clients."
    assert brief("# Limiter\n") == "# Limiter"
