"""Repair of a draft: only what failed is asked for again, the better text is kept, and the record has both."""

from __future__ import annotations

import json

import pytest

from tests.fakes.scripted_server import chat_error, chat_pieces, stream_reply
from tests.process.record_rules import check_record

SPEC = (
    "# Rate limiter\n\nLimit each client to 100 requests a minute. It belongs into `limits/window.py`.\n\n"
    "## Goal\n\nTODO\n\n## Non-goals\n\n- Nothing else.\n\n## Assumptions\n\n- None.\n\n"
    "## Acceptance Criteria\n\nTODO\n\n## Tasks\n\nTODO\n\n"
    "## Verification Plan\n\n- By hand.\n\n## Rollback Plan\n\n- Revert.\n"
)
GOAL = "Each client is limited to 100 requests a minute."
CRITERIA = "- The 101st request of a client within a minute is refused."
BAD_TASK = "- [ ] Change `limits/invented.py` so that it counts."
GOOD_TASK = "- [ ] Change `limits/window.py` so that it counts."


def draft(tasks: str, goal: str = GOAL) -> str:
    return f"## Goal\n\n{goal}\n\n## Acceptance Criteria\n\n{CRITERIA}\n\n## Tasks\n\n{tasks}\n"


def reply(text: str):
    return stream_reply(chat_pieces([text]))


@pytest.fixture
def spec(workspace, homes, provider):
    homes.use(provider.url)
    (workspace / "limits").mkdir()
    (workspace / "limits" / "window.py").write_text("WINDOW_SECONDS = 60\n")
    (workspace / "a.spec.md").write_text(SPEC)
    return workspace / "a.spec.md"


def prompt(request) -> str:
    return json.loads(request.body)["messages"][1]["content"]


async def test_a_part_with_an_error_is_asked_for_again_alone(orch, provider, spec):
    provider.script(reply(draft(BAD_TASK)), reply(f"## Tasks\n\n{GOOD_TASK}\n"))
    done = await orch("draft", "a.spec.md", "--json", "--write")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert [step["status"] for step in record["steps"]] == ["completed"] * 4
    check, repair = record["steps"][2:]
    assert "path_not_in_tree" in {finding["rule"] for finding in check["findings"]}
    assert "path_not_in_tree" not in {finding["rule"] for finding in record["findings"]}
    assert repair["sections"] == ["tasks"]
    asked = prompt(await provider.request(1))
    assert BAD_TASK in asked
    assert "limits/invented.py" in asked
    assert asked.endswith("The first line of the answer is `## Tasks`.\n")
    text = spec.read_text()
    assert GOOD_TASK in text
    assert BAD_TASK not in text
    assert GOAL in text
    shown = await orch("runs", "show", record["run_id"], "--json")
    assert shown.json()["steps"][3]["output_sha256"] != record["steps"][1]["output_sha256"]


async def test_a_repair_is_no_change_of_the_request_that_was_shown(orch, provider, spec):
    provider.script(reply(draft(BAD_TASK)), reply(f"## Tasks\n\n{GOOD_TASK}\n"))
    shown = (await orch("context", "a.spec.md", "--json")).json()
    record = (await orch("draft", "a.spec.md", "--json")).json()
    assert [request.body.decode() for request in provider.requests][:1] == [shown["request"]["body"]]
    assert len(provider.requests) == 2
    assert "changed_since_preview" not in {finding["rule"] for finding in record["findings"]}


async def test_a_repair_that_is_no_better_leaves_what_was_there(orch, provider, spec):
    worse = "- [ ] Change `limits/one.py`.\n- [ ] Change `limits/two.py`."
    provider.script(reply(draft(BAD_TASK)), reply(f"## Tasks\n\n{worse}\n"))
    done = await orch("draft", "a.spec.md", "--json")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert "path_not_in_tree" in {finding["rule"] for finding in record["findings"]}
    assert len(provider.requests) == 2
    assert record["draft"]["sha256"] == record["steps"][2]["output_sha256"]
    assert record["steps"][3]["output_sha256"] not in {None, record["draft"]["sha256"]}


async def test_a_repair_that_fails_leaves_the_draft(orch, provider, spec):
    provider.script(reply(draft(BAD_TASK)), chat_error(400, "invalid_request_error"))
    done = await orch("draft", "a.spec.md", "--json")
    record = check_record(done.json())
    assert (record["status"], record["steps"][3]["status"]) == ("completed", "failed")
    assert "path_not_in_tree" in {finding["rule"] for finding in record["findings"]}
    assert "goes on without its step `repair`" in done.err


async def test_a_part_that_was_refused_is_asked_for_again(orch, provider, spec):
    refused = "I need more information to write this section. Please provide details."
    provider.script(reply(draft(refused)), reply(f"## Tasks\n\n{GOOD_TASK}\n"))
    done = await orch("draft", "a.spec.md", "--json", "--write")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert "It is missing." in prompt(await provider.request(1))
    assert GOOD_TASK in spec.read_text()
    assert "section_refused" not in {finding["rule"] for finding in record["findings"]}


async def test_a_good_draft_is_asked_for_once(orch, provider, spec):
    provider.script(reply(draft(GOOD_TASK)), chat_error(500, "server_error"))
    done = await orch("draft", "a.spec.md", "--json")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert len(provider.requests) == 1


async def test_quick_never_asks_again(orch, provider, spec):
    provider.script(reply(draft(BAD_TASK)), reply(f"## Tasks\n\n{GOOD_TASK}\n"))
    done = await orch("draft", "a.spec.md", "--json", "--workflow", "quick")
    record = check_record(done.json())
    assert [step["id"] for step in record["steps"]] == ["context", "draft", "check"]
    assert record["workflow"] == "quick"
    assert len(provider.requests) == 1


CRITIC = '[[steps]]\nid = "draft"\n[[steps]]\nid = "critic"\nmodel = "stern"\n[[steps]]\nid = "repair"\n'


async def test_an_objection_counts_only_if_its_quote_stands_in_the_draft(orch, provider, spec, workspace):
    (workspace / ".orch" / "workflows").mkdir(parents=True)
    (workspace / ".orch" / "workflows" / "stern.toml").write_text(CRITIC)
    objections = (
        "Here is what I found:\n\n"
        f'- error: "{GOAL}" The brief says of each client alone; say so.\n'
        '- error: "The crawl is paused for all domains" This contradicts the brief.\n'
        '- warning: "each" Too short a quote.\n- none\n'
    )
    better = "Each client alone is limited to 100 requests a minute."
    provider.script(reply(draft(GOOD_TASK)), reply(objections), reply(f"## Goal\n\n{better}\n"))
    done = await orch("draft", "a.spec.md", "--json", "--workflow", "stern", "--write")
    record = check_record(done.json())
    assert [(step["id"], step["status"]) for step in record["steps"]] == [
        ("context", "completed"),
        ("draft", "completed"),
        ("check", "completed"),
        ("critic", "completed"),
        ("repair", "completed"),
    ]
    critic, repair = record["steps"][3:]
    assert [(one["rule"], one["key"], one["text"]) for one in critic["findings"]] == [("critic_objects", "goal", GOAL)]
    assert "2 objections of the critic left out: the words that they quote do not stand in the draft" in done.err
    assert critic["model"] == "stern"
    assert repair["sections"] == ["goal"]
    assert "critic_objects" not in {finding["rule"] for finding in record["findings"]}
    assert better in spec.read_text()
    assert "The draft:" in prompt(await provider.request(1))


async def test_an_objection_that_nobody_mends_keeps_the_draft_waiting(orch, provider, spec, workspace):
    (workspace / ".orch" / "workflows").mkdir(parents=True)
    (workspace / ".orch" / "workflows" / "stern.toml").write_text(CRITIC)
    before = spec.read_text()
    objection = f"1. **error**: “{GOAL}” — it is per client."
    provider.script(reply(draft(GOOD_TASK)), reply(objection), reply(f"## Goal\n\n{GOAL}\n"))
    done = await orch("draft", "a.spec.md", "--json", "--workflow", "stern", "--write")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert "critic_objects" in {finding["rule"] for finding in record["findings"]}
    assert spec.read_text() == before
    assert done.code == 1


async def test_a_part_that_the_answer_left_out_is_asked_for_once(orch, provider, spec):
    without = f"## Goal\n\n{GOAL}\n\n## Acceptance Criteria\n\n{CRITERIA}\n"
    provider.script(reply(without), reply(f"## Tasks\n\n{GOOD_TASK}\n"))
    done = await orch("draft", "a.spec.md", "--json", "--write")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert record["steps"][3]["sections"] == ["tasks"]
    asked = prompt(await provider.request(1))
    assert "It is missing." in asked
    assert "The answer does not speak of this part at all." in asked
    assert GOOD_TASK in spec.read_text()
    assert "the answer has no" not in done.err


async def test_a_part_that_stays_left_out_is_not_asked_for_again(orch, provider, spec, workspace):
    (workspace / ".orch" / "workflows").mkdir(parents=True)
    steps = '[[steps]]\nid = "draft"\n[[steps]]\nid = "repair"\nrounds = 3\n'
    (workspace / ".orch" / "workflows" / "thrice.toml").write_text(steps)
    without = f"## Goal\n\n{GOAL}\n\n## Acceptance Criteria\n\n{CRITERIA}\n"
    provider.answer_by(lambda _: reply(without))
    done = await orch("draft", "a.spec.md", "--json", "--workflow", "thrice")
    record = check_record(done.json())
    assert (record["status"], len(provider.requests)) == ("completed", 2)
    assert [section["key"] for section in record["draft"]["sections"]] == ["goal", "acceptance-criteria"]
    assert "the answer has no Tasks" in done.err


async def test_an_answer_that_leaves_out_more_than_it_holds_is_told_and_not_completed(orch, provider, spec):
    provider.script(reply(f"## Goal\n\n{GOAL}\n"))
    done = await orch("draft", "a.spec.md", "--json")
    record = check_record(done.json())
    assert (record["status"], len(provider.requests)) == ("completed", 1)
    assert "the answer has no Acceptance Criteria, Tasks" in done.err
