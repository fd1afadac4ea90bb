"""A profile from somebody else's package: drafted with, and never replaced by another when the package is gone."""

from __future__ import annotations

import textwrap

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply

SPEC = "---\nprofile: team\n---\n# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Why\n\nOne client took all.\n\n## Goal\n\nLimit clients.\n"]
PACKAGE = """
    from orch_lsp.document.profile import Profile, SectionSpec

    TEAM = Profile("team", (SectionSpec("why", "Why"), SectionSpec("goal", "Goal")), "plain.draft")
"""


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "packages"
    declared = folder / "team_profiles-1.dist-info"
    declared.mkdir(parents=True)
    (folder / "team_profiles.py").write_text(textwrap.dedent(PACKAGE))
    (declared / "METADATA").write_text("Metadata-Version: 2.1\nName: team-profiles\nVersion: 1\n")
    (declared / "entry_points.txt").write_text("[orch_lsp.profiles]\nteam = team_profiles:TEAM\n")
    return {"PYTHONPATH": str(folder)}


async def test_a_draft_waits_unchanged_while_its_profile_is_not_installed(
    start_editor, homes, provider, workspace, package
):
    homes.use(provider.url, head='apply = "review"')
    provider.script(stream_reply(chat_pieces(ANSWER)))
    path = workspace / "a.spec.md"
    path.write_text(SPEC, "utf-8")

    editor = await start_editor(env=package)
    uri = editor.open(path, SPEC)
    run_id = (await editor.execute("orch.generateDraft"))["runId"]
    await editor.status(run_id, "completed")

    without = await start_editor()
    uri = without.open(path, SPEC)
    assert (await without.diagnostic(uri, "unknown_profile")).range.start.line == 1
    refused = await without.execute("orch.applyDraft", {"runId": run_id})
    assert (refused["state"], refused["code"]) == ("ready", "unknown_profile")
    shown = await without.execute("orch.previewDraft", {"runId": run_id, "open": False})
    assert (shown["text"], shown["document"]) == ("".join(ANSWER), None)
    assert without.text(uri) == SPEC

    again = await start_editor(env=package)
    uri = again.open(path, SPEC)
    applied = await again.execute("orch.applyDraft", {"runId": run_id})
    assert applied["state"] == "applied"
    assert "## Why\n\nOne client took all.\n" in again.text(uri)
    assert "## Goal\n\nLimit clients.\n" in again.text(uri)
