"""Drafts in the steps of a workflow, through the command line and an editor, over a real socket."""

from __future__ import annotations

import json
import re

import pytest

from tests.fakes.scripted_server import Reply, Stall, chat_chunk, chat_error, chat_pieces, stream_reply
from tests.process.record_rules import check_record

SPEC = (
    "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Goal\n\nTODO\n\n## Non-goals\n\nTODO\n\n"
    "## Assumptions\n\nNone.\n\n## Acceptance Criteria\n\nTODO\n\n## Tasks\n\nTODO\n\n"
    "## Verification Plan\n\nBy hand.\n\n"
    "## Rollback Plan\n\nRevert.\n"
)
TITLES = ("Goal", "Non-goals", "Acceptance Criteria", "Tasks")
KEYS = ("goal", "non-goals", "acceptance-criteria", "tasks")
BODIES = {
    "Goal": "Each client is held to 100 requests a minute.",
    "Non-goals": "- Limits across several clients.",
    "Acceptance Criteria": "- AC1: The 101st request of a client within a minute is refused.",
    "Tasks": "- [ ] T1: Count the requests of a client (AC1).",
}
OUTLINE = (
    "Here is the plan:\n\n- AC1: the 101st request is refused (L3)\n- T1: count (AC1)\n"
    "- Q1: Who may ask for more? Options: staff / nobody. Default: nobody.\n"
)


def prompt(request) -> str:
    return json.loads(request.body)["messages"][1]["content"]


def asked(request) -> str:
    """The title of the one section that a request asks for; `outline` and `whole` otherwise."""
    words = prompt(request)
    found = re.search(r"Write now the text of “(.*?)” alone", words)
    return found[1] if found else ("outline" if "Write the plan alone" in words else "whole")


def by_section(**instead: Reply):
    """Answers each request by what it asks for."""

    def answer(request) -> Reply:
        title = asked(request)
        if title in instead:
            return instead[title]
        return stream_reply(chat_pieces([OUTLINE if title == "outline" else BODIES[title]]))

    return answer


async def test_each_section_is_asked_for_by_its_text_alone(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    provider.answer_by(by_section())
    done = await orch("draft", "a.spec.md", "--workflow", "sections", "--json", "--write")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert [(step["id"], step["wave"], step["status"]) for step in record["steps"]] == [
        ("context", 0, "completed"),
        ("outline", 1, "completed"),
        ("section:goal", 2, "completed"),
        ("section:non-goals", 2, "completed"),
        ("section:acceptance-criteria", 2, "completed"),
        ("section:tasks", 2, "completed"),
        ("check", 3, "completed"),
        ("repair", 4, "skipped"),
    ]
    question = next(one for one in record["questions"] if one["text"] == "Who may ask for more?")
    assert (question["options"], question["default"], question["key"]) == (["staff", "nobody"], "nobody", None)
    text = (workspace / "a.spec.md").read_text()
    for title in TITLES:
        assert f"## {title}\n\n{BODIES[title]}\n" in text
    sections = [request for request in provider.requests if asked(request) in TITLES]
    assert len(sections) == 4
    assert len({prompt(request).partition("The place to write")[0] for request in sections}) == 1
    assert all("- AC1: the 101st request is refused (L3)" in prompt(request) for request in sections)
    assert "Here is the plan" not in prompt(sections[0])
    assert {step["prompt"]["name"] for step in record["steps"] if step["prompt"]} == {
        "outline/plain.draft",
        "section/plain.draft",
    }


@pytest.mark.asyncio(loop_scope="module")
async def test_one_section_that_fails_leaves_the_others_and_a_retry_asks_for_it_alone(desk, model):
    desk.use(model.url)
    uri = desk.open("partly", SPEC)
    model.answer_by(by_section(Tasks=stream_reply(chat_pieces(["- [ ] Cou"], finish="length"))))
    answer = await desk.editor.execute("orch.generateDraft", {"uri": uri, "workflow": "sections"})
    await desk.editor.ended(answer["runId"])
    record = await desk.stored(answer["runId"])
    assert (record["status"], record["error"]["code"]) == ("failed", "truncated")
    ended = {step["id"]: step["status"] for step in record["steps"]}
    assert [ended[f"section:{key}"] for key in ("goal", "non-goals", "acceptance-criteria", "tasks")] == [
        "completed", "completed", "completed", "failed",
    ]  # fmt: skip
    assert ended["check"] == "skipped"
    text = await desk.stored_text(answer["runId"])
    assert f"## Goal\n\n{BODIES['Goal']}\n\n## Non-goals" in text
    assert "AC1: the 101st request is refused (L3)" not in text.replace(BODIES["Acceptance Criteria"], "")
    before = len(model.requests)
    model.answer_by(by_section())
    again = await desk.editor.execute("orch.retryRun", {"runId": answer["runId"]})
    await desk.editor.ended(again["runId"])
    retried = await desk.stored(again["runId"])
    assert retried["status"] == "completed"
    assert [asked(request) for request in model.requests[before:]] == ["Tasks"]
    reused = {step["id"]: step["reused_from"] for step in retried["steps"] if step["reused_from"]}
    assert reused == dict.fromkeys(
        ("outline", "section:goal", "section:non-goals", "section:acceptance-criteria"), answer["runId"]
    )


async def test_a_partial_draft_by_sections_is_put_in_as_a_whole_one_would_be(orch, homes, provider, workspace):
    """Each part is read by itself, one that broke off is left out, and the person is told how to go on."""
    homes.use(provider.url)
    (workspace / "ä b.spec.md").write_text(SPEC)
    whole_document = (
        f"# Rate limiter\n\n## Goal\n\nElse.\n\n## Non-goals\n\n{BODIES['Non-goals']}\n\n## Tasks\n\n- [ ] Else.\n"
    )
    cut = stream_reply(chat_pieces(["- AC1: The 101st request of a cli"], finish="length"))
    answers = {"Non-goals": stream_reply(chat_pieces([whole_document])), "Acceptance Criteria": cut}
    provider.answer_by(by_section(**answers))
    done = await orch("draft", "ä b.spec.md", "--workflow", "sections", "--write")
    assert done.code == 1
    assert "error[truncated]: “Acceptance Criteria”: The answer reached the output limit" in done.err
    assert "3 of 4 sections came whole and are kept: a retry asks only for the rest." in done.err
    run_id = re.search(r"go on with: orch-lsp resume (\S+)", done.err)
    assert run_id is not None
    applied = await orch("apply", run_id[1])
    assert applied.code == 0, applied.err
    assert "warning: left out “Acceptance Criteria”, which broke off" in applied.err
    assert "warning: left out “Tasks”, which was not asked for" in applied.err
    text = (workspace / "ä b.spec.md").read_text()
    assert text == (
        SPEC.replace("TODO", BODIES["Goal"], 1)
        .replace("TODO", BODIES["Non-goals"], 1)
        .replace("## Tasks\n\nTODO", f"## Tasks\n\n{BODIES['Tasks']}")
    )


async def test_a_key_that_is_refused_is_not_tried_for_each_section(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    refused = chat_error(401, "invalid_api_key")
    provider.answer_by(lambda _: refused)
    put_workflow(workspace, '[[steps]]\nid = "section"\neach = "section"\nparallel = 1\n')
    done = await orch("draft", "a.spec.md", "--workflow", "mine", "--json")
    record = check_record(done.json())
    assert (record["status"], record["error"]["code"]) == ("failed", "invalid_auth")
    assert len(provider.requests) == 1
    assert [step["status"] for step in record["steps"]] == ["completed", "failed", *["skipped"] * 4]


async def test_a_failed_outline_is_told_and_done_without(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    provider.answer_by(by_section(outline=chat_error(400, "invalid_request_error")))
    done = await orch("draft", "a.spec.md", "--workflow", "sections", "--json")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert record["steps"][1]["status"] == "failed"
    assert "goes on without its step `outline`" in done.err


async def test_a_workflow_that_is_none_is_refused_before_anything_is_sent(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    put_workflow(workspace, '[[steps]]\nid = "draft"\nprovider = "wrk"\n')
    done = await orch("draft", "a.spec.md", "--workflow", "mine", "--json")
    assert done.code == 2
    assert done.json()["error"]["code"] == "invalid_workflow"
    assert ".orch/workflows/mine.toml, line 3" in done.json()["error"]["message"]
    assert "did you mean `work`?" in done.json()["error"]["message"]
    assert provider.requests == []
    checked = await orch("workflows", "check")
    assert checked.code == 1
    assert "line 3" in checked.err
    listed = (await orch("workflows", "list", "--json")).json()
    names = [one["name"] for one in listed["workflows"]]
    assert names == ["clarify", "derive", "draft", "mine", "quick", "refine", "review", "sections"]


async def test_a_project_can_ask_another_model_for_the_outline(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    put_workflow(
        workspace,
        '[[steps]]\nid = "outline"\nmodel = "small"\n[[steps]]\nid = "section"\neach = "section"\n'
        'prompt = "house-style"\n',
    )
    (workspace / ".orch" / "prompts").mkdir()
    (workspace / ".orch" / "prompts" / "house-style.md").write_text("Write like a lawyer.\n")
    provider.answer_by(by_section())
    done = await orch("draft", "a.spec.md", "--workflow", "mine", "--json")
    record = check_record(done.json())
    assert record["status"] == "completed"
    models = {asked(request): json.loads(request.body)["model"] for request in provider.requests}
    assert models["outline"] == "small"
    assert models["Goal"] != "small"
    assert all(("Write like a lawyer." in prompt(r)) == (asked(r) in TITLES) for r in provider.requests)
    assert {step["model"] for step in record["steps"] if step["name"] == "outline"} == {"small"}
    section = next(step for step in record["steps"] if step["name"] == "section")
    assert section["prompt"]["replaced"] == [".orch/prompts/house-style.md"]


def put_workflow(workspace, text):
    folder = workspace / ".orch" / "workflows"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(text)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_file_of_a_workflow_shows_what_is_wrong_with_it_while_it_is_written(desk, model):
    desk.use(model.url)
    file = desk.workspace / ".orch" / "workflows" / "typed.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = '[[steps]]\nid = "draft"\nprovider = "wrk"\n'
    uri = desk.editor.open(file, text)
    found = await desk.editor.diagnostic(uri, "invalid_workflow")
    assert (found.range.start.line, "did you mean `work`?" in found.message) == (2, True)
    assert await desk.editor.hover(uri, "id =") == "`id`: Which step: one of those that there are."


@pytest.mark.asyncio(loop_scope="module")
async def test_a_cancel_in_the_middle_of_a_wave_keeps_what_had_come(desk, model):
    desk.use(model.url)
    uri = desk.open("cancelled", SPEC)
    model.answer_by(by_section(Tasks=stream_reply([chat_chunk("- [ ] Cou")], Stall())))
    answer = await desk.editor.execute("orch.generateDraft", {"uri": uri, "workflow": "sections"})
    run_id = answer["runId"]
    while True:
        record = await desk.editor.execute("orch.showRun", {"runId": run_id, "open": False})
        ended = {step["id"]: step["status"] for step in record["steps"]}
        if [ended[f"section:{key}"] for key in KEYS[:3]] == ["completed"] * 3 and ended["section:tasks"] == "running":
            break
    cancelled = await desk.editor.execute("orch.cancelRun", {"runId": run_id})
    assert cancelled["status"] == "cancelled"
    record = await desk.stored(run_id)
    ended = {step["id"]: step["status"] for step in record["steps"]}
    assert [ended[f"section:{key}"] for key in KEYS] == ["completed"] * 3 + ["cancelled"]
    assert (ended["check"], ended["repair"]) == ("skipped", "skipped")
    assert f"## Goal\n\n{BODIES['Goal']}" in await desk.stored_text(run_id)
    assert desk.editor.text(uri) == SPEC
    before = len(model.requests)
    model.answer_by(by_section())
    again = await desk.editor.execute("orch.resumeRun", {"runId": run_id})
    await desk.editor.ended(again["runId"])
    assert (await desk.stored(again["runId"]))["status"] == "completed"
    assert [asked(request) for request in model.requests[before:]] == ["Tasks"]


async def test_a_hosted_provider_that_a_workflow_names_needs_the_users_word(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    put_workflow(
        workspace, '[[steps]]\nid = "draft"\n[[steps]]\nid = "repair"\nprovider = "anthropic"\nmodel = "some-model"\n'
    )
    done = await orch("draft", "a.spec.md", "--workflow", "mine", "--json")
    error = done.json()["error"]
    assert (done.code, error["code"]) == (2, "not_allowed")
    assert "orch-lsp trust anthropic" in error["remediation"]
    assert provider.requests == []
