"""Profiles and how they are found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.profile import Profile, SectionSpec
from orch_lsp.profiles.plain import PLAIN
from orch_lsp.profiles.registry import _registered, profile_named, profile_names


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


def test_a_package_can_bring_a_profile_and_a_broken_one_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    info = tmp_path / "team_profiles-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: team-profiles\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[orch_lsp.profiles]\nteam = team_profiles:TEAM\nodd = team_profiles:ODD\ngone = team_profiles:GONE\n"
        "plain = team_profiles:TEAM\n"
    )
    (tmp_path / "team_profiles.py").write_text(
        "from orch_lsp.document.profile import Profile, SectionSpec\n"
        "TEAM = Profile('team', (SectionSpec('why', 'Why'),), 'team.draft')\nODD = 3\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    for remembered in (_registered, profile_named):
        remembered.cache_clear()
    try:
        team = profile_named("team")
        assert team is not None
        assert team.sections[0].title == "Why"
        assert (profile_named("odd"), profile_named("gone")) == (None, None)
        assert profile_named("plain") is PLAIN
        assert {"team", "plain"} <= set(profile_names())
        assert "team_profiles:GONE" in caplog.text
    finally:
        for remembered in (_registered, profile_named):
            remembered.cache_clear()
        sys.modules.pop("team_profiles", None)


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
