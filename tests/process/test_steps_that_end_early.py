"""Runs of every kind of step that are cancelled or killed in one of them, in a folder with an odd name."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.scripted_server import Reply, Stall, chat_chunk, chat_pieces, stream_reply
from tests.process.conftest import KEY
from tests.process.desk import sit_down
from tests.process.record_rules import check_record

SPEC = (
    "# Rate limiter\n\nLimit each client to 100 requests a minute. Whether they are told is undecided.\n\n"
    "## Goal\n\nTODO\n\n## Non-goals\n\n- None.\n\n"
    "## Assumptions\n\n- None.\n\n## Acceptance Criteria\n\n- The 101st request within a minute is refused.\n\n"
    "## Tasks\n\nTODO\n\n## Verification Plan\n\n- By hand.\n\n## Rollback Plan\n\n- Revert.\n"
)
GOAL = "Each client is limited to 100 requests a minute."
STEPS = ("read", "facts", "candidates", "locate", "clarify", "outline", "section", "check", "critic", "repair")
WORKFLOW = "".join(
    f'[[steps]]\nid = "{step}"\n' + ('each = "section"\nparallel = 1\n' if step == "section" else "") for step in STEPS
)
ANSWERS = {
    "facts": '- must: "Limit each client to 100 requests a minute."\n',
    "locate": "- limits/window.py: the window\n",
    "clarify": "- question (L3): Are they told? Options: yes / no. Default: no.\n",
    "outline": "- AC1: the 101st request is refused (L3)\n",
    "Goal": GOAL,
    "Tasks": "- [ ] Count the requests of a client in `limits/window.py`.",
    "critic": f'- error: "{GOAL}" Say that it is for each client alone.\n',
    "repair": "## Goal\n\nEach client alone is limited to 100 requests a minute.\n",
}
CALLS = ("facts", "locate", "clarify", "outline", "Goal", "Tasks", "critic", "repair")


def asked(request) -> str:
    """The step, or the section, that a request is of."""
    words = json.loads(request.body)["messages"][1]["content"]
    found = re.search(r"Write now the text of “(.*?)” alone", words)
    if found:
        return found[1]
    signs = {
        "facts": "list its facts", "locate": "files that must be read", "clarify": "find the questions that only",
        "outline": "Write the plan alone", "critic": "Find what is wrong with it", "repair": "Mend parts of a draft",
    }  # fmt: skip
    return next(step for step, sign in signs.items() if sign in words)


def stalling_at(call: str):
    """Answers each request but that one, which stops after a word."""

    def answer(request) -> Reply:
        told = asked(request)
        text = ANSWERS[told]
        return stream_reply([chat_chunk(text[:4])], Stall()) if told == call else stream_reply(chat_pieces([text]))

    return answer


def fill(root: Path) -> Path:
    (root / ".orch" / "workflows").mkdir(parents=True, exist_ok=True)
    (root / ".orch" / "workflows" / "every-step.toml").write_text(WORKFLOW)
    (root / "limits").mkdir(exist_ok=True)
    (root / "limits" / "window.py").write_text("WINDOW_SECONDS = 60\n")
    return root


@pytest.fixture
def workspace(tmp_path):
    root = fill(tmp_path / "My Prüf (1) [x]")
    (root / "a.spec.md").write_text(SPEC)
    return root


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory):
    desk = await sit_down(tmp_path_factory.mktemp("desk") / "My Prüf (1) [x]", key=KEY)
    fill(desk.workspace)
    yield desk
    await desk.editor.stop()


def step_of(call: str) -> str:
    return f"section:{call.casefold()}" if call[0].isupper() else call


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("call", CALLS)
async def test_a_cancel_in_any_step_is_on_the_record_and_changes_nothing(desk, model, call):
    desk.use(model.url)
    uri = desk.open(f"cancelled-{call.casefold()}", SPEC)
    model.answer_by(stalling_at(call))
    answer = await desk.editor.execute("orch.generateDraft", {"uri": uri, "workflow": "every-step"})
    await model.request(CALLS.index(call))
    cancelled = await desk.editor.execute("orch.cancelRun", {"runId": answer["runId"]})
    assert cancelled["status"] == "cancelled"
    record = await desk.stored(answer["runId"])
    statuses = {step["id"]: step["status"] for step in record["steps"]}
    assert statuses[step_of(call)] == "cancelled"
    behind = list(statuses)[list(statuses).index(step_of(call)) + 1 :]
    assert {statuses[step] for step in behind if step != "candidates"} <= {"skipped"}
    assert desk.editor.text(uri) == SPEC
    assert [asked(request) for request in model.requests] == list(CALLS[: CALLS.index(call) + 1])


async def killed(homes, workspace, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=workspace, env=homes.process_environment(WORK_KEY=KEY),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
async def test_after_a_kill_in_a_step_only_what_was_not_answered_is_asked_for(orch, homes, provider, workspace, call):
    homes.use(provider.url)
    provider.answer_by(stalling_at(call))
    process = await killed(
        homes, workspace, "-P", "-m", "orch_lsp", "draft", "a.spec.md", "--write", "--workflow", "every-step"
    )
    await provider.request(CALLS.index(call))
    process.kill()
    await process.wait()
    (record,) = (await orch("runs", "list", "--json")).json()
    check_interrupted(record, step_of(call))
    assert (workspace / "a.spec.md").read_text() == SPEC
    before = len(provider.requests)
    provider.answer_by(stalling_at("nobody"))
    done = await orch("resume", record["run_id"], "--json", "--write")
    resumed = check_record(done.json())
    assert resumed["status"] == "completed", done.err
    assert [asked(request) for request in provider.requests[before:]] == list(CALLS[CALLS.index(call) :])
    assert "Each client alone is limited to 100 requests a minute." in (workspace / "a.spec.md").read_text()


@pytest.mark.parametrize(("step", "then"), [("locate", "locate"), ("outline", "outline"), ("check", "critic")])
async def test_after_a_kill_between_steps_those_before_are_not_asked_again(
    orch, homes, provider, workspace, step, then
):
    homes.use(provider.url)
    provider.answer_by(stalling_at("nobody"))
    command = ("-m", "tests.process.killed_in_step", str(workspace / "a.spec.md"), step, "every-step")
    process = await killed(homes, Path(__file__).parents[2], *command)
    assert await process.wait() == -signal.SIGKILL
    (record,) = (await orch("runs", "list", "--json")).json()
    check_interrupted(record, step)
    before = len(provider.requests)
    resumed = check_record((await orch("resume", record["run_id"], "--json")).json())
    assert resumed["status"] == "completed"
    assert [asked(request) for request in provider.requests[before:]] == list(CALLS[CALLS.index(then) :])


def check_interrupted(record, step: str) -> None:
    assert record["status"] == "interrupted"
    statuses = {one["id"]: one["status"] for one in record["steps"]}
    assert statuses[step] == "interrupted"
    order = list(statuses)
    assert {statuses[one] for one in order[order.index(step) + 1 :] if one != "candidates"} <= {"skipped"}
