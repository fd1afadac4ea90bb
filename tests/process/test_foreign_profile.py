"""A profile from somebody else's package: drafted with, and never replaced by another when the package is gone."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply

SPEC = "---\nprofile: team\n---\n# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Why\n\nOne client took all.\n\n## Goal\n\nLimit clients.\n"]
PACKAGE = """
    from orch_lsp.document.profile import Profile, SectionSpec
    from orch_lsp.profiles.protocol import Format

    TEAM = Format("team", (Profile("team", (SectionSpec("why", "Why"), SectionSpec("goal", "Goal")), "plain.draft"),))
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


PRD = "# Shop PRD\n\nSell more.\n\n## Vision\n\nTODO\n\n## Features\n\n#### FR-1: Keep carts\n\nThey shall stay.\n"


def installed(folder, **sources):
    declared = folder / "formats-1.dist-info"
    declared.mkdir(parents=True)
    (declared / "METADATA").write_text("Metadata-Version: 2.1\nName: formats\nVersion: 1\n")
    entries = "".join(f"{name} = formats_{name}:FORMAT\n" for name in sources)
    (declared / "entry_points.txt").write_text(f"[orch_lsp.profiles]\n{entries}")
    for name, source in sources.items():
        (folder / f"formats_{name}.py").write_text(source)
    return {"PYTHONPATH": str(folder)}


async def test_a_document_is_drafted_in_the_format_that_knows_its_path(
    start_editor, homes, provider, workspace, tmp_path
):
    """Beside packages that raise, or never load."""
    bmad = Path(__file__).resolve().parents[1] / "fakes" / "bmad_format.py"
    packages = installed(
        tmp_path / "packages",
        bmad=bmad.read_text("utf-8"),
        exits="raise SystemExit(3)",
        interrupts="raise KeyboardInterrupt",
        hangs="import threading; threading.Event().wait()",
    )
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["## Vision\n\nCarts that stay.\n\n## Success Metrics\n\nNone.\n"])))
    folder = workspace / "docs" / "_bmad-output"
    folder.mkdir(parents=True)
    (folder / "prd.md").write_text(PRD, "utf-8")
    (folder / "b.md").write_text("---\nprofile: exits\n---\n# B\n", "utf-8")

    editor = await start_editor(env=packages)
    uri = editor.open(folder / "prd.md", PRD)
    run_id = (await editor.execute("orch.generateDraft"))["runId"]
    await editor.status(run_id, "completed")
    await editor.until(lambda: "Carts that stay." in editor.text(uri))
    assert (await editor.execute("orch.showRun", {"runId": run_id}))["spec"]["profile"] == "bmad"
    assert "## Success Metrics\n\nNone.\n" in editor.text(uri)

    unusable = editor.open(folder / "b.md", "---\nprofile: exits\n---\n# B\n")
    said = await editor.diagnostic(unusable, "unknown_profile")
    assert "cannot be used: SystemExit" in said.message


async def test_a_document_of_spec_kit_is_read_and_gets_no_sections_of_plain(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    text = (
        "# Feature Specification: Limiter\n\n## User Scenarios & Testing *(mandatory)*\n\n"
        "### User Story 1 - Be told (Priority: P1)\n\n1. **Given** a, **When** b, **Then** c\n\n"
        "## Requirements *(mandatory)*\n\n- **FR-001**: It MUST count.\n"
    )
    folder = workspace / "specs" / "001-limiter"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text(text, "utf-8")
    editor = await start_editor()
    uri = editor.open(folder / "spec.md", text)
    found = await editor.diagnostic(uri, "missing_section")
    assert "Success Criteria" in found.message
    assert await editor.lenses(uri) == ["Orch: Draft 1 open place: Success Criteria"]
    hover = await editor.hover(uri, "FR-001")
    assert hover is not None
    assert "It MUST count" in hover
    assert provider.requests == []
