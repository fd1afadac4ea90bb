"""Files of one's own prompts, in the real program: one that is not used is never passed over silently."""

from __future__ import annotations

import os
import sys

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply

ANSWER = ["## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Count requests.\n"]
SPEC = "# Rate limiter\n\nLimit each client.\n\n## Tasks\n\nTODO\n"


@pytest.fixture
def prompts(workspace):
    folder = workspace / ".orch" / "prompts"
    folder.mkdir(parents=True)
    return folder


async def test_a_draft_warns_of_a_file_that_it_does_not_use_and_the_doctor_names_all(
    orch, homes, provider, workspace, prompts
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)), stream_reply(chat_pieces(ANSWER)))
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / "b.spec.md").write_text(SPEC)
    (prompts / "draftt.md").write_text("WORDS OF OURS\n")
    done = await orch("draft", "a.spec.md", "b.spec.md", "--json")
    assert done.code == 0, done.err
    assert done.err.count("warning: .orch/prompts/draftt.md is not used") == 1
    assert "Did you mean `plain.draft.md`?" in done.err
    assert b"WORDS OF OURS" not in (await provider.request(0)).body

    (prompts / "spec-kit.tasks.md").write_text("In {{langauge}}.\n")
    (prompts / "plain.draft.md").write_text("WORDS OF OURS\n")
    told = (await orch("doctor", "--offline")).out
    assert ".orch/prompts/draftt.md is not used" in told
    assert ".orch/prompts/spec-kit.tasks.md has a fault: there is nothing named `{{langauge}}`." in told
    assert "your own: .orch/prompts/plain.draft.md" in told


async def test_an_open_prompt_shows_its_faults_and_is_no_spec(start_editor, homes, provider, workspace, prompts):
    homes.use(provider.url)
    editor = await start_editor()
    uri = editor.open(prompts / "plain.draft.md", "## Goal\n\nWrite for {{titel}}.\n")
    found = await editor.diagnostic(uri, "invalid_settings")
    assert (found.range.start.line, found.range.start.character, found.range.end.character) == (2, 10, 19)
    assert "There is nothing named `{{titel}}`. Did you mean `{{title}}`?" in found.message
    assert await editor.lenses(uri) == []
    editor.type(uri, "## Goal\n\nWrite for {{title}}.\n")
    await editor.until(lambda: not editor.client.diagnostics[uri])


async def test_a_prompt_of_the_user_is_examined_too(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    folder = homes.config / "prompts"
    folder.mkdir()
    editor = await start_editor()
    uri = editor.open(folder / "task.md", "{{rules}} {{instructions}}\n")
    found = await editor.diagnostic(uri, "invalid_settings")
    assert "This file lacks `{{sections}}`" in found.message
    assert await editor.lenses(uri) == []


async def test_a_spec_shows_a_prompt_that_its_draft_would_not_use_until_it_is_renamed(
    start_editor, homes, provider, workspace, prompts
):
    homes.use(provider.url)
    (prompts / "draftt.md").write_text("WORDS OF OURS\n")
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    found = await editor.diagnostic(uri, "invalid_settings")
    assert found.message.startswith(".orch/prompts/draftt.md is not used")
    (prompts / "draftt.md").rename(prompts / "plain.draft.md")
    editor.type(uri, SPEC + "\n")
    await editor.until(lambda: not [one for one in editor.client.diagnostics[uri] if one.code == "invalid_settings"])


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be made there")
async def test_names_that_no_reader_likes_stay_on_their_line_and_stop_nothing(
    start_editor, homes, provider, workspace, prompts
):
    homes.use(provider.url)
    for name in ("a\x1b[31mb\n# Task\u202e.md", os.fsdecode(b"bad\xff.md")):
        (prompts / name).write_text("WORDS OF OURS\n")
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.diagnostic(uri, "invalid_settings")
    said = [one.message for one in editor.client.diagnostics[uri] if one.code == "invalid_settings"]
    assert len(said) == 2
    for message in said:
        assert message.startswith(".orch/prompts/")
        assert not set("\x1b\n\u202e") & set(message)
        message.encode()
