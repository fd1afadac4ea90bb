"""Profiles and how they are found."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.profile import Profile, SectionSpec
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.registry import BUILT_IN, GROUP, profile_named, profile_names


def test_plain_has_its_seven_sections_in_order() -> None:
    assert [(section.key, section.title) for section in PLAIN.sections] == [
        ("goal", "Goal"),
        ("non-goals", "Non-goals"),
        ("assumptions", "Assumptions"),
        ("acceptance-criteria", "Acceptance Criteria"),
        ("tasks", "Tasks"),
        ("verification-plan", "Verification Plan"),
        ("rollback-plan", "Rollback Plan"),
    ]
    assert all(section.guidance for section in PLAIN.sections)


def test_no_heading_stands_for_two_sections() -> None:
    names = [heading_name(name) for section in PLAIN.sections for name in (section.title, *section.aliases)]
    assert len(set(names)) == len(names)


def test_profiles_are_found_by_name() -> None:
    assert profile_named("plain") is PLAIN
    assert profile_named("no-such-profile") is None
    assert "plain" in profile_names()


def test_what_ships_is_declared_as_a_package_of_others_would_declare_it() -> None:
    root = Path(__file__).resolve().parents[2]
    declared = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]
    assert declared == BUILT_IN


def test_a_profile_answers_for_its_own_titles_and_aliases() -> None:
    profile = Profile("p", (SectionSpec("why", "Why", ("Motivation",)),), "p.draft")
    assert profile.section("why") is profile.sections[0]
    assert profile.section("goal") is None
    assert profile.key_of_title("why:") == "why"
    assert profile.key_of_title("Motivation") is None
    assert profile.key_of_alias("motivation") == "why"


@given(st.text(max_size=300))
def test_comparing_a_heading_never_fails_and_is_stable(title: str) -> None:
    name = heading_name(title)
    assert name == name.strip()
    assert "\n" not in name
