"""The steps that look at a brief before anything is written: facts, files, questions; in a folder with an odd name."""

from __future__ import annotations

import json

import pytest

from tests.fakes.scripted_server import Reply, chat_error, chat_pieces, stream_reply
from tests.process.record_rules import check_record

LEAD = (
    "Limit each client to 100 requests a minute.\n"
    "The window of the limit lasts 60 seconds.\n"
    "Whether a refused client is told the reason is undecided.\n"
)
SPEC = (
    f"# Rate limiter\n\n{LEAD}\n## Goal\n\nTODO\n\n## Non-goals\n\n- Nothing else.\n\n## Assumptions\n\n- None.\n\n"
    "## Acceptance Criteria\n\n- The 101st request of a client within a minute is refused.\n\n## Tasks\n\nTODO\n\n"
    "## Verification Plan\n\n- By hand.\n\n## Rollback Plan\n\n- Revert.\n"
)
GOAL = "Each client is limited to 100 requests a minute, in a window of 60 seconds."
TASKS = "- [ ] Count the requests of a client in `limits/window.py`."
DRAFT = f"## Goal\n\n{GOAL}\n\n## Tasks\n\n{TASKS}\n"
ALL_STEPS = "".join(
    f'[[steps]]\nid = "{name}"\n' for name in ("read", "facts", "candidates", "locate", "clarify", "draft", "check")
)
FACTS = (
    "The facts are:\n\n"
    '- must: "Limit each client to 100 requests a minute."\n'
    '- limit: "The window of the limit lasts 60 seconds."\n'
    '- must: "Every request is logged for a year."\n'
)
FILES = (
    "- limits/window.py: the window\n- limits/burst.py#allow: bursts\n- limits/.env: the settings\n"
    "- ../../etc/passwd: users\n- limits/gone.py: gone\n"
)
QUESTIONS = (
    "- question (L5): Is a refused client told the reason? Options: yes / no. Default: no.\n"
    "- contradiction (L3, L4): A minute and 60 seconds are told apart. Options: 60 seconds / a minute. Default: 60 "
    "seconds.\n"
)


def prompt(request) -> str:
    return json.loads(request.body)["messages"][1]["content"]


def asked(request) -> str:
    """The step that a request is of."""
    words = prompt(request)
    for step, words_of in (
        ("facts", "list its facts"),
        ("locate", "Name the files that must be read"),
        ("clarify", "find the questions that only the client can answer"),
        ("critic", "Find what is wrong with it"),
        ("repair", "Mend parts of a draft"),
    ):
        if words_of in words:
            return step
    return "draft"


def reply(text: str) -> Reply:
    return stream_reply(chat_pieces([text]))


ANSWERS = {"facts": FACTS, "locate": FILES, "clarify": QUESTIONS, "draft": DRAFT, "critic": "- none", "repair": DRAFT}


def by_step(**instead: Reply):
    def answer(request) -> Reply:
        step = asked(request)
        return instead.get(step) or reply(ANSWERS[step])

    return answer


@pytest.fixture
def workspace(tmp_path):
    root = tmp_path / "My Prüf (1) [x]"
    (root / ".orch" / "workflows").mkdir(parents=True)
    (root / ".orch" / "workflows" / "mine.toml").write_text(ALL_STEPS)
    (root / "limits").mkdir()
    (root / "limits" / "window.py").write_text("WINDOW_SECONDS = 60\n")
    (root / "limits" / "burst.py").write_text(
        "def refuse(client):\n    return 429\n\n\n"
        "def allow(client):\n    tokens = client.tokens\n    return tokens > 0\n"
    )
    (root / "limits" / ".env").write_text("WINDOW=60\n")
    (root / "a.spec.md").write_text(SPEC)
    return root


async def test_a_draft_rests_on_facts_files_and_questions_that_models_told(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(by_step())
    done = await orch("draft", "a.spec.md", "--workflow", "mine", "--json", "--write")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert [(step["id"], step["wave"], step["status"]) for step in record["steps"]] == [
        ("read", 0, "completed"),
        ("facts", 1, "completed"),
        ("candidates", 1, "completed"),
        ("locate", 2, "completed"),
        ("clarify", 3, "completed"),
        ("draft", 4, "completed"),
        ("check", 5, "completed"),
    ]
    requests = {asked(request): prompt(request) for request in provider.requests}
    assert list(requests) == ["facts", "locate", "clarify", "draft"]
    for step in ("locate", "clarify", "draft"):
        assert "must: Limit each client to 100 requests a minute." in requests[step]
        assert "Every request is logged" not in requests[step]
    assert "limits/: burst.py window.py" in requests["locate"]
    assert ".env" not in requests["locate"]
    assert "Is a refused client told the reason? Options: yes / no. Default: no." in requests["draft"]
    assert GOAL in (workspace / "a.spec.md").read_text()
    told = {finding["rule"]: finding for finding in record["findings"]}
    assert "Every request is logged for a year" in told["fact_misquoted"]["text"]
    assert told["fact_misquoted"]["step"] == "facts"


async def test_files_that_a_model_chooses_go_through_the_choke_point_or_are_refused(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(by_step())
    record = check_record((await orch("draft", "a.spec.md", "--workflow", "mine", "--json")).json())
    sources = {item["path"]: (item["source"], item["range"]) for item in record["context"]["items"]}
    assert sources["limits/window.py"] == ("locate", None)
    assert sources["limits/burst.py"] == ("locate", [5, 7])
    refused = {
        one["path"]: one["reason"] for one in record["context"]["left_out"] if "a model named it" in one["reason"]
    }
    assert set(refused) == {"limits/.env", "../../etc/passwd", "limits/gone.py"}
    assert refused["../../etc/passwd"] == "a model named it: outside the workspace"
    assert refused["limits/gone.py"] == "a model named it: not found"
    told = next(finding for finding in record["findings"] if finding["rule"] == "file_refused")
    assert (told["step"], told["severity"]) == ("locate", "information")
    written = prompt(next(request for request in provider.requests if asked(request) == "draft"))
    assert "tokens = client.tokens" in written
    assert "WINDOW=60" not in written


async def test_questions_that_a_model_had_are_on_the_record_with_those_of_the_brief(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(by_step())
    record = check_record((await orch("draft", "a.spec.md", "--workflow", "mine", "--json")).json())
    questions = [
        (one["id"], one["kind"], one["text"], one["options"], one["default"], one["about"])
        for one in record["questions"]
    ]
    clash = "A minute and 60 seconds are told apart."
    assert questions == [
        ("Q1", "brief", "Is a refused client told the reason?", ["yes", "no"], "no", [5, 5]),
        ("Q2", "contradiction", clash, ["60 seconds", "a minute"], "60 seconds", [3, 4]),
    ]


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("facts", "I cannot help with that."),
        ("facts", '{"facts": ["the limit"]}'),
        ("locate", "```python\nprint(1)\n```"),
        ("locate", "- I would need to see the code first."),
        ("clarify", "## Goal\n\nAll of it.\n"),
    ],
)
async def test_an_answer_that_is_no_list_is_told_and_the_machine_stands_in(
    orch, homes, provider, workspace, step, answer
):
    homes.use(provider.url)
    provider.answer_by(by_step(**{step: reply(answer)}))
    record = check_record((await orch("draft", "a.spec.md", "--workflow", "mine", "--json")).json())
    assert record["status"] == "completed"
    unread = [finding for finding in record["findings"] if finding["rule"] == "answer_unread"]
    assert [(finding["step"], finding["severity"]) for finding in unread] == [(step, "warning")]
    assert {"limits/window.py"} <= {item["path"] for item in record["context"]["items"]}
    assert any("undecided" in one["text"] or "refused client" in one["text"] for one in record["questions"])


@pytest.mark.parametrize("step", ["facts", "locate", "clarify"])
async def test_a_step_that_fails_is_told_and_done_without(orch, homes, provider, workspace, step):
    homes.use(provider.url)
    provider.answer_by(by_step(**{step: chat_error(400, "invalid_request_error")}))
    done = await orch("draft", "a.spec.md", "--workflow", "mine", "--json")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert {one["id"]: one["status"] for one in record["steps"]}[step] == "failed"
    assert f"goes on without its step `{step}`" in done.err


async def test_a_key_that_is_refused_is_tried_for_one_step_and_for_the_draft(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(lambda _: chat_error(401, "invalid_api_key"))
    record = check_record((await orch("draft", "a.spec.md", "--workflow", "mine", "--json")).json())
    assert (record["status"], record["error"]["code"]) == ("failed", "invalid_auth")
    assert [asked(request) for request in provider.requests] == ["facts", "draft"]
    skipped = {one["id"]: one["skip_reason"] for one in record["steps"] if one["status"] == "skipped"}
    assert "refused the step `facts`" in skipped["locate"]
    assert "refused the step `facts`" in skipped["clarify"]


async def test_clarify_asks_and_writes_nothing(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(by_step())
    done = await orch("draft", "a.spec.md", "--workflow", "clarify", "--write")
    assert done.code == 0, done.err
    assert (workspace / "a.spec.md").read_text() == SPEC
    assert "Q1: Is a refused client told the reason? Options: yes / no. Default: no." in done.out
    assert [asked(request) for request in provider.requests] == ["facts", "clarify"]
    (run,) = (await orch("runs", "list", "--json")).json()
    record = check_record(run)
    assert (record["status"], record["draft"], record["workflow"]) == ("completed", None, "clarify")
    shown = await orch("runs", "show", record["run_id"])
    assert shown.code == 0
    assert "Is a refused client told the reason?" in shown.out


REVIEWED = SPEC.replace("TODO", "Each client is limited to 100 requests a minute.", 1)


async def test_review_finds_and_writes_nothing(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(REVIEWED)
    objections = (
        '- error: "L9: Each client is limited to 100 requests a minute." It is per client and route.\n'
        '- warning: "The window of the limit lasts 60 seconds." Nobody says of which clock.\n'
        '- error: "All clients share one window" The brief says otherwise.\n'
    )
    provider.answer_by(by_step(critic=reply(objections)))
    done = await orch("draft", "a.spec.md", "--workflow", "review", "--json", "--write")
    assert done.code == 0, done.err
    assert (workspace / "a.spec.md").read_text() == REVIEWED
    record = check_record(done.json())
    assert (record["status"], record["draft"]) == ("completed", None)
    assert [step["id"] for step in record["steps"]] == ["read", "candidates", "check", "critic"]
    told = [(one["severity"], one["key"], one["text"]) for one in record["findings"] if one["rule"] == "critic_objects"]
    assert told == [
        ("error", "goal", "Each client is limited to 100 requests a minute."),
        ("warning", None, "The window of the limit lasts 60 seconds."),
    ]
    assert "1 objection of the critic left out: the words that it quotes do not stand in the document" in done.err


async def test_what_the_machine_doubts_of_a_persons_own_text_is_no_error(orch, homes, provider, workspace):
    homes.use(provider.url)
    lead, goal = "It is not decided yet whether refused clients learn the reason.", "Refused clients learn the reason."
    (workspace / "a.spec.md").write_text(f"# Lock out\n\n{lead}\n\n## Goal\n\n{goal}\n")
    provider.answer_by(by_step(critic=reply("- none")))
    record = check_record((await orch("draft", "a.spec.md", "--workflow", "review", "--json")).json())
    found = [one for one in record["findings"] if one["rule"] == "undecided_written_as_decided"]
    assert [(one["severity"], one["key"], one["text"]) for one in found] == [("warning", "goal", goal)]
    assert "the document writes it as decided" in found[0]["message"]


async def test_a_review_whose_critic_fails_has_failed(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(lambda _: chat_error(400, "invalid_request_error"))
    done = await orch("draft", "a.spec.md", "--workflow", "review", "--json")
    record = check_record(done.json())
    assert (done.code, record["status"]) == (1, "failed")


async def test_a_review_that_is_replayed_is_given_the_same(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(by_step())
    record = (await orch("draft", "a.spec.md", "--workflow", "review", "--json")).json()
    done = await orch("replay", record["run_id"], "--json")
    again = check_record(done.json())
    assert (again["status"], again["workflow"], again["draft"]) == ("completed", "review", None)
    assert "Different from run" not in done.err
    assert again["request_sha256"] == record["request_sha256"]


async def test_a_document_in_which_nothing_is_open_can_be_looked_at(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC.replace("TODO", "Text of a person."))
    provider.answer_by(by_step())
    for workflow in ("review", "clarify"):
        done = await orch("draft", "a.spec.md", "--workflow", workflow, "--json")
        assert (done.code, check_record(done.json())["status"]) == (0, "completed")


async def test_a_review_that_failed_is_resumed_as_a_review(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(by_step(critic=chat_error(400, "invalid_request_error")))
    record = (await orch("draft", "a.spec.md", "--workflow", "review", "--json")).json()
    provider.answer_by(by_step())
    again = check_record((await orch("resume", record["run_id"], "--json")).json())
    assert (again["status"], again["workflow"], again["draft"]) == ("completed", "review", None)
    assert (await orch("runs", "list", "--retryable", "--json")).json() == []


async def test_a_file_for_which_the_map_had_no_room_may_be_chosen_and_an_ignored_one_not(
    orch, homes, provider, workspace
):
    homes.use(provider.url, more="[context]\nbudget_tokens = 400\n")
    for number in range(60):
        (workspace / f"a-rather-long-name-of-a-file-{number}.py").write_text("x = 1\n")
    deep = workspace / "very" / "deep" / "down"
    deep.mkdir(parents=True)
    (deep / "burst.py").write_text("BURST = 7\n")
    (deep / "made.py").write_text("MADE = 8\n")
    (workspace / ".gitignore").write_text("made.py\n")
    (workspace / ".git").mkdir()
    provider.answer_by(by_step(locate=reply("- very/deep/down/burst.py\n- very/deep/down/made.py\n")))
    record = check_record((await orch("draft", "a.spec.md", "--workflow", "mine", "--json")).json())
    located = next(prompt(request) for request in provider.requests if asked(request) == "locate")
    assert "a-rather-long-name-of-a-file-1.py" in located
    assert "very/deep/down" not in located
    assert "very/deep/down/burst.py" in {one["path"] for one in record["context"]["items"] if one["source"] == "locate"}
    refused = {one["path"]: one["reason"] for one in record["context"]["left_out"]}
    assert refused["very/deep/down/made.py"].startswith("a model named it: not among the files that may be sent")


async def test_a_look_at_a_document_leaves_a_failed_draft_to_be_tried_again(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.answer_by(lambda _: chat_error(400, "invalid_request_error"))
    failed = (await orch("draft", "a.spec.md", "--json")).json()
    looked = (await orch("draft", "a.spec.md", "--workflow", "review", "--json")).json()
    assert (failed["status"], looked["status"]) == ("failed", "failed")
    provider.answer_by(by_step())
    assert (await orch("draft", "a.spec.md", "--workflow", "clarify", "--json")).json()["status"] == "completed"
    listed = (await orch("runs", "list", "--retryable", "--json")).json()
    assert [one["run_id"] for one in listed] == [failed["run_id"]]
