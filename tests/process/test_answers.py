"""What an answer held and the document does not get is said wherever a person may look."""

from __future__ import annotations

import json

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.bad_answers import ONCE
from tests.process.desk import configure
from tests.process.record_rules import check_record
from tests.process.test_command_line import start

at_a_desk = pytest.mark.asyncio(loop_scope="module")
ODD = (
    "Sure, here it is.\n\n## Goal\n\nServe all.\n\n<think>\nnow the tasks\n</think>\n\n## Tasks\n\n- [ ] count\n\n"
    "## Risks\n\n- It may be slow.\n\n## Rollback Plan\n\nFlag off.\n\nPlease tell me if I should go on.<|im_end|>\n"
)
LEFT = ("Sure, here it is.", "now the tasks", "It may be slow.", "Please tell me")
SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n"
GOOD = "## Goal\n\nServe all.\n\n## Tasks\n\n- [ ] count\n\n## Rollback Plan\n\nFlag off.\n"


async def test_in_the_command_line_it_is_on_stderr_and_on_the_record(homes, provider, workspace):
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(chat_pieces([ODD])))
    (workspace / "a.spec.md").write_text(SPEC)
    process = await start(homes, workspace, "draft", "a.spec.md", "--json")
    out, err = await process.communicate()
    assert process.returncode == 0, err
    record = check_record(json.loads(out))
    assert [section["key"] for section in record["draft"]["sections"]] == ["goal", "tasks", "rollback-plan"]
    findings = [finding for finding in record["findings"] if finding["rule"] == "text_left_out"]
    for words in LEFT:
        assert any(words in finding["text"] for finding in findings)
        assert words in err.decode()
    assert any("<|im_end|>" in finding["message"] for finding in record["findings"])

    shown = await start(homes, workspace, "runs", "show", record["run_id"])
    page, _ = await shown.communicate()
    assert b"\nFindings\n" in page
    assert all(words.encode() in page for words in LEFT)


@at_a_desk
async def test_in_an_editor_it_is_a_message_and_on_the_pages(desk, model):
    desk.ask(model, stream_reply(chat_pieces([ODD])))
    uri = desk.open("odd", SPEC)
    record = await desk.editor.draft(uri)
    assert record["status"] == "completed"
    assert desk.editor.text(uri) == f"{SPEC}\n{GOOD}"
    said = [shown.message for shown in desk.editor.client.messages if "left out" in shown.message]
    assert len(said) == 1
    assert "Sure, here it is" in said[0]
    previewed = await desk.editor.execute("orch.previewDraft", {"runId": record["run_id"], "open": False})
    assert previewed["text"] == GOOD
    assert any("It may be slow." in line for line in previewed["findings"])


@at_a_desk
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            "".join(f"## {title}\n\nTo be defined by the team.\n\n" for title in ("Goal", "Tasks")),
            "To be defined by the team",
        ),
        ("I need to know more:\n\n1. Which clients count?\n2. Where is the limit kept?\n", "“Which clients count?”"),
        ("## Ueberblick\n\nx\n\n## Kosten\n\ny\n", "“Ueberblick”, “Kosten”"),
        ("I'm sorry, I cannot help with this.", "declined"),
        ("<think>\nhm\n</think>\n", "reasoning"),
    ],
)
async def test_an_answer_that_is_no_draft_fails_with_its_text_kept_and_says_what_it_is(desk, model, answer, says):
    desk.ask(model, stream_reply(chat_pieces([answer])))
    uri = desk.open("none", SPEC)
    record = await desk.editor.draft(uri)
    assert record["status"] == "failed"
    assert says in record["error"]["message"]
    assert desk.editor.text(uri) == SPEC
    if record["error"]["code"] == "unusable_draft":
        assert record["draft"]["partial"] is True
        assert await desk.stored_text(record["run_id"]) == answer


CONTRARY = """## Goal

Requests beyond the limit are stored anyway, and all clients are paused until a worker is free again.

## Non-goals

- Answering `GET /quota`.

## Assumptions

- The class in `app/limits.py` already counts requests for each tenant, region, token and address.

## Acceptance Criteria

- The limiter is fast and robust.

## Tasks

- [ ] Edit `app/limits.py`, widen the buckets, tell support, count objects every night and write a page.
"""
LIMITS = (
    "# Rate limiter\n\nEach client must be limited to 100 requests a minute; `GET /quota` must tell what is left "
    "instead of storing requests anyway. Other clients must not be paused.\n"
)


async def test_a_draft_that_turns_its_brief_round_is_not_written_and_says_why(homes, provider, workspace):
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(chat_pieces([CONTRARY])))
    (workspace / "app").mkdir()
    (workspace / "app" / "quota.py").write_text("LIMIT = 100\n")
    spec = workspace / "a.spec.md"
    spec.write_text(LIMITS)
    process = await start(homes, workspace, "draft", "a.spec.md", "--write", "--json")
    out, err = await process.communicate()
    record = check_record(json.loads(out))
    assert record["status"] == "completed"
    assert record["draft"]["state"] == "ready"
    errors = {finding["rule"] for finding in record["findings"] if finding["severity"] == "error"}
    assert errors == {"fact_uncovered", "path_not_in_tree"}
    assert "criterion_vague" in {finding["rule"] for finding in record["findings"]}
    assert spec.read_text() == LIMITS
    assert process.returncode == 1
    said = err.decode()
    assert "error: there is no `app/limits.py` in the workspace" in said
    assert "warning: nobody can check “fast”" in said
    assert "was not written: the check found errors in the draft" in said


@at_a_desk
async def test_a_draft_with_an_error_waits_in_an_editor_too(desk, model):
    desk.ask(model, stream_reply(chat_pieces([CONTRARY])))
    uri = desk.open("contrary", LIMITS)
    record = await desk.editor.draft(uri)
    assert record["status"] == "completed"
    assert record["draft"]["state"] == "ready"
    assert desk.editor.text(uri) == LIMITS
    assert any("speaks of all" in shown.message for shown in desk.editor.client.messages)


ASKING = """## Goal

Each client is limited to 100 requests a minute.

## Assumptions

- Clients are told apart by their key.

**Open questions**

1. Where is the counter kept? Options: memory / Redis. Default: memory.

## Acceptance Criteria

- The 101st request in a minute is refused (subject to question 1).
"""


@at_a_desk
async def test_a_question_is_answered_in_the_document_and_on_the_record(desk, model):
    desk.ask(model, stream_reply(chat_pieces([ASKING])))
    uri = desk.open("asking", SPEC)
    record = await desk.editor.draft(uri)
    run_id = record["run_id"]
    asked = await desk.editor.execute("orch.answerQuestion", {"runId": run_id})
    (question,) = asked["questions"]
    assert question["id"] == "Q1"
    assert question["text"] == "Where is the counter kept?"
    assert question["options"] == ["memory", "Redis"]
    assert question["default"] == "memory"
    before = desk.editor.text(uri)
    answer = {"runId": run_id, "question": "Q1", "answer": "Redis"}
    told = await desk.editor.execute("orch.answerQuestion", answer)
    assert told["sections"] == ["acceptance-criteria"]
    assert desk.editor.text(uri) == before.replace("Default: memory.", "Default: memory. **Answer:** Redis")
    shown = await desk.editor.execute("orch.showRun", {"runId": run_id, "open": False})
    assert shown["questions"][0]["answer"] == "Redis"
    with pytest.raises(Exception, match="Did you mean Q1"):
        await desk.editor.execute("orch.answerQuestion", {**answer, "question": "Q11"})


@at_a_desk
async def test_what_an_answer_bears_on_is_stale_until_it_is_updated_in_one_go(desk, model):
    desk.ask(model, stream_reply(chat_pieces([ASKING])))
    uri = desk.open("stale", SPEC)
    record = await desk.editor.draft(uri)
    update = "Orch: Update 1 section by what was answered"
    assert update not in await desk.editor.lenses(uri)
    answer = {"runId": record["run_id"], "question": "Q1", "answer": "Redis"}
    await desk.editor.execute("orch.answerQuestion", answer)
    stale = "stale: Q1 “Where is the counter kept?” is answered: Redis"
    assert stale in (await desk.editor.hover(uri, "## Acceptance Criteria") or "")
    assert stale not in (await desk.editor.hover(uri, "## Goal") or "")
    assert update in await desk.editor.lenses(uri)
    shown = desk.editor.text(uri)

    both = "## Acceptance Criteria\n\n- With the counter in Redis, the 101st request in a minute is refused.\n"
    desk.ask(model, stream_reply(chat_pieces([both])))
    instruction = "“Where is the counter kept?” is answered: Redis."
    told = await desk.editor.execute(
        "orch.regenerateSection", {"uri": uri, "keys": ["acceptance-criteria"], "instruction": instruction}
    )
    await desk.editor.ended(told["runId"])
    await desk.editor.until(lambda: "With the counter in Redis" in desk.editor.text(uri))
    begin = shown.index("## Acceptance Criteria")
    assert desk.editor.text(uri) == shown[:begin] + both
    assert stale not in (await desk.editor.hover(uri, "## Acceptance Criteria") or "")
    assert update not in await desk.editor.lenses(uri)
