"""What a review said is shown where the words stand that it quotes, alike in an editor and on the command line."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.process.test_cli_check import SEVERITIES, pulling
from tests.process.test_steps_before_a_draft import REVIEWED, by_step, reply

TEXT = REVIEWED.replace("Whether a refused client is told the reason is undecided.\n", "")
OBJECTIONS = (
    '- error: "L9: Each client is limited to 100 requests a minute." It is per client and route.\n'
    '- warning: "The window of the limit lasts 60 seconds." Nobody says of which clock.\n'
)


@pytest.fixture
def workspace(tmp_path, homes, provider):
    root = tmp_path / "My Prüf (1) [x]"
    (root / ".orch").mkdir(parents=True)
    (root / "a.spec.md").write_text(TEXT)
    homes.use(provider.url)
    return root


async def shown(editor, uri):
    """The findings of the review in the editor: severity, message, words."""
    report = await editor.client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    lines = editor.text(uri).split("\n")
    return [
        (
            int(one.severity),
            one.message,
            lines[one.range.start.line][one.range.start.character : one.range.end.character],
            one.source,
        )
        for one in report.items
        if one.code == "review_finding"
    ]


async def test_a_review_is_shown_at_what_it_quotes_until_that_changes_or_the_next_one(
    orch, workspace, provider, start_editor
):
    editor = await start_editor(capabilities=pulling())
    uri = editor.open(workspace / "a.spec.md")
    assert await shown(editor, uri) == []
    provider.answer_by(by_step(critic=reply(OBJECTIONS)))
    await editor.draft(uri, workflow="review")
    goal = (
        2,
        "The last review: It is per client and route.",
        "Each client is limited to 100 requests a minute.",
        "orch",
    )
    clock = (2, "The last review: Nobody says of which clock.", "The window of the limit lasts 60 seconds.", "orch")
    assert await shown(editor, uri) == [clock, goal]

    found = (await orch("check", "a.spec.md", "--json", "--rule", "review_finding")).json()["findings"]
    assert [(SEVERITIES[one["severity"]], one["message"]) for one in found] == [clock[:2], goal[:2]]

    # Another section changes, and lines move: both stay where their words are.
    editor.type(uri, editor.text(uri).replace("- None.", "- None.\n- Or one."))
    assert await shown(editor, uri) == [clock, goal]
    # A word more in its section, and the objection is one to another text.
    editor.type(
        uri, editor.text(uri).replace("100 requests a minute.\n\n## Non", "100 requests a minute and route.\n\n## Non")
    )
    assert await shown(editor, uri) == [clock]
    editor.undo(uri)
    assert await shown(editor, uri) == [clock, goal]

    later = await start_editor(capabilities=pulling())
    again = later.open(workspace / "a.spec.md", editor.text(uri))
    assert await shown(later, again) == [clock, goal]

    provider.answer_by(by_step(critic=reply(OBJECTIONS.partition("\n")[2])))
    await editor.draft(uri, workflow="review")
    assert await shown(editor, uri) == [clock]
    provider.answer_by(by_step(critic=reply("- none")))
    await editor.draft(uri, workflow="review")
    assert await shown(editor, uri) == []


async def test_a_review_is_left_to_its_record_where_it_is_switched_off(orch, workspace, provider, start_editor):
    (workspace / ".orch" / "config.toml").write_text('[lint]\nreview_finding = "off"\n')
    editor = await start_editor(capabilities=pulling())
    uri = editor.open(workspace / "a.spec.md")
    provider.answer_by(by_step(critic=reply(OBJECTIONS)))
    record = await editor.draft(uri, workflow="review")
    assert len([one for one in record["findings"] if one["rule"] == "critic_objects"]) == 2
    assert await shown(editor, uri) == []
