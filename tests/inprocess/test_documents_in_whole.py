"""A whole document amended by an instruction, and the document that its format makes of it, in an editor."""

from __future__ import annotations

import pytest
from pygls.exceptions import JsonRpcException

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.test_derive import PLAN, SPEC

PLAIN = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Count.\n"


def answered(text: str):
    return stream_reply(chat_pieces([text]))


@pytest.fixture
def spec(workspace):
    path = workspace / "specs" / "001-login" / "spec.md"
    path.parent.mkdir(parents=True)
    (workspace / ".specify").mkdir(exist_ok=True)
    path.write_text(SPEC)
    return path


async def test_a_document_is_amended_by_an_instruction_and_the_rest_of_it_stays(
    start_editor, workspace, homes, provider
):
    homes.use(provider.url)
    provider.script(answered("## Goal\n\nCap each client at 100 a minute.\n"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", PLAIN)
    answer = await editor.execute(
        "orch.refineDocument", {"uri": uri, "instruction": "Name the limit.", "apply": "auto"}
    )
    record = await editor.ended(answer["runId"])
    assert record["command"] == "orch.refineDocument"
    assert record["rewrite"]["whole"] is True
    # A person wrote it: the draft waits for them.
    assert editor.text(uri) == PLAIN
    await editor.execute("orch.applyDraft", {"runId": answer["runId"]})
    assert editor.text(uri) == PLAIN.replace("Limit clients.", "Cap each client at 100 a minute.")


async def test_without_an_instruction_nothing_is_sent(start_editor, workspace, homes, provider):
    homes.use(provider.url)
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", PLAIN)
    for argument in ({"uri": uri}, {"uri": uri, "instruction": "  "}):
        answer = await editor.execute("orch.refineDocument", argument)
        assert answer == {"runId": None, "status": "nothing_named"}
    assert not provider.requests


async def test_the_next_document_is_begun_opened_and_drafted(start_editor, homes, provider, spec):
    homes.use(provider.url)
    provider.script(answered(PLAN))
    editor = await start_editor()
    uri = editor.open(spec, SPEC)
    (made,) = (await editor.execute("orch.deriveDocument", {"uri": uri}))["uris"]
    plan = spec.with_name("plan.md")
    assert made == plan.as_uri()
    # As an editor does that is asked to show it.
    editor.open(plan, plan.read_text())
    await editor.until(lambda: "FR-001" in editor.text(made))
    prompt = (await provider.request(0)).json()["messages"][-1]["content"]
    assert "FR-002" in prompt


async def test_nothing_is_written_where_no_provider_is_chosen_or_nothing_follows(start_editor, workspace, homes, spec):
    homes.configure("")
    editor = await start_editor()
    uri = editor.open(spec, SPEC)
    with pytest.raises(JsonRpcException) as refused:
        await editor.execute("orch.deriveDocument", {"uri": uri})
    assert refused.value.data["code"] == "missing_provider"
    assert sorted(path.name for path in spec.parent.iterdir()) == ["spec.md"]
    homes.configure('provider = "outline"\n')
    plain = editor.open(workspace / "a.spec.md", PLAIN)
    with pytest.raises(JsonRpcException) as refused:
        await editor.execute("orch.deriveDocument", {"uri": plain})
    assert refused.value.data["code"] == "unknown_profile"
