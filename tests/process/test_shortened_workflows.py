"""A workflow of many calls is done in one where the model is small or the budget says so, and that is told."""

from __future__ import annotations

import json

import pytest

from tests.fakes.scripted_server import Reply, Send, chat_pieces, stream_reply
from tests.process.record_rules import check_record
from tests.process.test_workflows import BODIES, SPEC, asked, by_section, put_workflow

WHOLE = "".join(f"## {title}\n\n{body}\n\n" for title, body in BODIES.items())
ONE_CALL = ["context", "draft", "check"]


def whole() -> Reply:
    return stream_reply(chat_pieces([WHOLE]))


def shortened(record) -> str:
    (found,) = [finding for finding in record["findings"] if finding["rule"] == "workflow_shortened"]
    assert (found["severity"], found["step"]) == ("information", "context")
    return found["message"]


async def test_a_small_window_makes_one_call_of_it_and_that_is_told(orch, homes, provider, workspace):
    homes.use(provider.url.removesuffix("/v1"), kind="ollama", more='[providers.work.options]\nnum_ctx = "8192"\n')
    (workspace / "a.spec.md").write_text(SPEC)
    words = json.dumps({"message": {"content": WHOLE}, "done": True, "done_reason": "stop"})
    provider.answer_by(lambda _: Reply(200, {"content-type": "application/x-ndjson"}, (Send(f"{words}\n".encode()),)))
    done = await orch("draft", "a.spec.md", "--workflow", "sections", "--json")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert ([step["id"] for step in record["steps"]], record["workflow"]) == (ONE_CALL, "sections")
    assert len(provider.requests) == 1
    assert "is done in one call: the window of asked-model has 8,192 tokens" in shortened(record)
    assert "is done in one call" in done.err


async def test_a_budget_without_room_for_all_calls_makes_one_of_them(orch, homes, provider, workspace):
    limited = "max_output_tokens = 1000\n[context]\nenabled = false\n[budget]\nrun_tokens = {}\n"
    (workspace / "a.spec.md").write_text(SPEC)
    provider.answer_by(lambda request: by_section()(request) if asked(request) != "whole" else whole())
    homes.use(provider.url, head=limited.format(5_000))
    done = await orch("draft", "a.spec.md", "--workflow", "sections", "--json")
    record = check_record(done.json())
    assert [step["id"] for step in record["steps"]] == ONE_CALL
    assert "its 5 calls could take" in shortened(record)
    assert [asked(request) for request in provider.requests] == ["whole"]
    homes.use(provider.url, head=limited.format(500_000))
    record = check_record((await orch("draft", "a.spec.md", "--workflow", "sections", "--json")).json())
    assert "section:goal" in [step["id"] for step in record["steps"]]
    assert not [finding for finding in record["findings"] if finding["rule"] == "workflow_shortened"]


async def test_a_budget_that_has_no_room_for_one_call_refuses_as_ever(orch, homes, provider, workspace):
    homes.use(provider.url, head="max_output_tokens = 1000\n[budget]\nrun_tokens = 500\n")
    (workspace / "a.spec.md").write_text(SPEC)
    done = await orch("draft", "a.spec.md", "--workflow", "sections", "--json")
    record = check_record(done.json())
    assert (record["status"], record["error"]["code"]) == ("failed", "budget_exceeded")
    assert provider.requests == []


async def test_the_one_call_is_made_as_the_sections_would_be(orch, homes, provider, workspace):
    homes.use(provider.url, head="max_output_tokens = 1000\n[context]\nenabled = false\n[budget]\nrun_tokens = 5000\n")
    (workspace / "a.spec.md").write_text(SPEC)
    put_workflow(workspace, '[[steps]]\nid = "section"\neach = "section"\nmodel = "writer"\nprompt = "house-style"\n')
    (workspace / ".orch" / "prompts").mkdir()
    (workspace / ".orch" / "prompts" / "house-style.md").write_text("Write like a lawyer.\n")
    provider.answer_by(lambda _: whole())
    record = check_record((await orch("draft", "a.spec.md", "--workflow", "mine", "--json")).json())
    assert record["status"] == "completed"
    assert shortened(record)
    body = json.loads((await provider.request(0)).body)
    assert body["model"] == "writer"
    assert "Write like a lawyer." in body["messages"][1]["content"]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_editor_is_told(desk, model):
    desk.use(model.url, "[budget]\nrun_tokens = 30000\n")
    uri = desk.open("shortened", SPEC)
    model.answer_by(lambda _: whole())
    answer = await desk.editor.execute("orch.generateDraft", {"uri": uri, "workflow": "sections"})
    await desk.editor.ended(answer["runId"])
    record = await desk.stored(answer["runId"])
    assert [step["id"] for step in record["steps"]] == ONE_CALL
    assert any("is done in one call" in shown.message for shown in desk.editor.client.messages)
