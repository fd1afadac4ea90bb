"""Many documents in one command, killed and run again; and a run that is gone on with."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys

import pytest

from tests.fakes.scripted_server import Stall, chat_chunk, chat_error, chat_pieces, stream_reply
from tests.process.conftest import KEY
from tests.process.record_rules import check_record
from tests.process.terminal import on_a_terminal

SPEC = "# {title}\n\nLimit each client to 100 requests a minute.\n"
MANY = 500 if os.environ.get("ORCH_CI_FULL") else 24
TITLES = ("Goal", "Non-goals", "Assumptions", "Acceptance Criteria", "Tasks", "Verification Plan", "Rollback Plan")


def prompt(request) -> str:
    return json.loads(request.body)["messages"][1]["content"]


def whole(request):
    return stream_reply(chat_pieces([f"## {title}\n\n- One for {title}.\n\n" for title in TITLES]))


def name_in(request) -> str:
    found = re.search(r"L1: # (\w+)", prompt(request))
    assert found is not None
    return found[1]


@pytest.fixture
def specs(workspace, homes, provider):
    homes.use(provider.url)
    files = [workspace / f"{name}.spec.md" for name in ("one", "two", "three", "four")]
    for file in files:
        file.write_text(SPEC.format(title=file.name.partition(".")[0]))
    return files


async def test_several_are_drafted_at_once_and_what_is_done_is_not_done_again(orch, provider, specs):
    names = [file.name for file in specs]
    provider.answer_by(lambda r: chat_error(400, "invalid_request_error") if name_in(r) == "two" else whole(r))
    done = await orch("draft", *names, "--write", "--jobs", "3")
    assert done.code == 1
    assert "4 documents: 3 drafted, 1 failed (two.spec.md)" in done.err
    before = len(provider.requests)
    provider.answer_by(whole)
    again = await orch("draft", *names, "--write", "--jobs", "3")
    assert again.code == 0
    assert "4 documents: 1 drafted, 3 done before" in again.err
    assert [name_in(request) for request in provider.requests[before:]] == ["two"]
    assert all("- One for Tasks." in file.read_text() for file in specs)


async def test_many_killed_twice_are_each_done_once(orch, homes, provider, workspace):
    """Nothing that was answered is asked again; only what was on its way when the process was killed."""
    homes.use(provider.url)
    jobs = 8
    names = [f"s{number}.spec.md" for number in range(MANY)]
    for name in names:
        (workspace / name).write_text(SPEC.format(title=name.partition(".")[0]))
    asked: list[str] = []
    room = 0

    def answer(request):
        asked.append(name_in(request))
        return whole(request) if len(asked) <= room else stream_reply([chat_chunk("## Goal")], Stall())

    provider.answer_by(answer)
    for times in (1, 2):
        # Each of the jobs has gone on to a further document only when the one before was written.
        room = len(asked) + MANY // 3
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "orch_lsp", "draft", *names, "--write", "--jobs", str(jobs),
            cwd=workspace, env=homes.process_environment(WORK_KEY=KEY),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await provider.request(room + jobs - 1)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        drafted = sum("- One for Tasks." in (workspace / name).read_text() for name in names)
        assert drafted == times * (MANY // 3)
    room = len(asked) + MANY
    done = await orch("draft", *names, "--write", "--jobs", str(jobs))
    assert done.code == 0, done.err
    assert f"{MANY} documents: {MANY - 2 * (MANY // 3)} drafted, {2 * (MANY // 3)} done before" in done.err
    assert len(asked) == MANY + 2 * jobs
    assert max(asked.count(name.partition(".")[0]) for name in names) <= 3
    assert all("- One for Tasks." in (workspace / name).read_text() for name in names)


async def test_after_enough_failures_no_other_is_begun(orch, provider, specs):
    provider.answer_by(lambda _: chat_error(400, "invalid_request_error"))
    done = await orch("draft", *(file.name for file in specs), "--write", "--max-failures", "2")
    assert "4 documents: 2 failed (one.spec.md, two.spec.md), 2 not begun" not in done.err
    assert "4 documents: 2 failed, 2 not begun (one.spec.md, two.spec.md)" in done.err
    assert len(provider.requests) == 2


async def test_a_draft_that_was_killed_is_gone_on_with(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC.format(title="one"))
    stuck = asyncio.Event()

    def answer(request):
        found = re.search(r"Write now the text of “(.*?)” alone", prompt(request))
        if found is None:
            return stream_reply(chat_pieces(["- AC1: one"]))
        if found[1] == "Tasks":
            stuck.set()
            return stream_reply([chat_chunk("- [ ] Cou")], Stall())
        return stream_reply(chat_pieces([f"- One for {found[1]}."]))

    provider.answer_by(answer)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "orch_lsp", "draft", "a.spec.md", "--workflow", "sections", "--write",
        cwd=workspace, env=homes.process_environment(WORK_KEY=KEY),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await stuck.wait()
    while sum(" alone" in prompt(request) for request in provider.requests) < len(TITLES):
        await provider.request(len(provider.requests))
    listed = (await orch("runs", "list", "--json")).json()
    run_id = (listed if isinstance(listed, list) else listed["runs"])[0]["run_id"]
    while True:
        record = (await orch("runs", "show", run_id, "--json")).json()
        if sum(step["status"] == "completed" for step in record["steps"]) >= 2 + len(TITLES) - 1:
            break
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    assert (workspace / "a.spec.md").read_text() == SPEC.format(title="one")
    before = len(provider.requests)
    provider.answer_by(lambda _: stream_reply(chat_pieces(["- [ ] Count (AC1)."])))
    done = await orch("resume", run_id, "--write", "--json")
    resumed = check_record(done.json())
    assert (resumed["status"], resumed["parent_run_id"]) == ("completed", run_id)
    assert len(provider.requests) == before + 1
    assert sum(step["reused_from"] == run_id for step in resumed["steps"]) == 1 + len(TITLES) - 1
    assert resumed["usage"]["input_tokens"] == 11
    text = (workspace / "a.spec.md").read_text()
    assert "- [ ] Count (AC1)." in text
    assert "- One for Rollback Plan." in text
    nothing = await orch("resume", resumed["run_id"])
    assert nothing.code == 1
    assert "nothing to resume" in nothing.err


class Screen:
    """A terminal of some rows: the few controls that a live display uses, and what has scrolled out above."""

    def __init__(self, rows: int) -> None:
        self.lines = [""]
        self._rows = rows
        self._at = 0

    def feed(self, data: str) -> None:
        for piece in re.findall(r"\x1b\[[?0-9;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", data):
            match piece:
                case "\n":
                    self._at += 1
                    if self._at == len(self.lines):
                        self.lines.append("")
                case "\x1b[1A":
                    # No further up than the screen goes.
                    self._at = max(self._at - 1, len(self.lines) - self._rows, 0)
                case "\x1b[2K":
                    self.lines[self._at] = ""
                case "\r":
                    pass
                case _ if not piece.startswith("\x1b"):
                    self.lines[self._at] += piece


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
async def test_what_is_said_of_each_stays_above_one_live_display(homes, provider, workspace):
    homes.use(provider.url)
    names = [f"s{number}.spec.md" for number in range(30)]
    for name in names:
        (workspace / name).write_text(SPEC.format(title=name.partition(".")[0]))
    provider.answer_by(lambda r: chat_error(400, "invalid_request_error") if name_in(r)[-1] == "7" else whole(r))
    code, shown = await on_a_terminal(homes, workspace, "draft", *names, "--write", "--jobs", "30", columns=400)
    assert code == 1
    text = shown.decode()
    assert "; 1 of 30 done" in text
    screen = Screen(24)
    screen.feed(text)
    left = [line for line in screen.lines if line]
    assert sum(line.startswith("Run ") and "is recorded in" in line for line in left) == 30
    assert sum(line.startswith("error[invalid_request]") for line in left) == 3
    assert left[-1].startswith("30 documents: 27 drafted, 3 failed (")
    # Nothing of the display itself is left behind.
    assert [line for line in left if "Writing" in line or "Asking" in line or "more" in line] == []


async def test_a_failed_run_whose_rest_a_later_one_has_drafted_is_not_to_be_run_again(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC.format(title="one"))

    def answer(request):
        found = re.search(r"Write now the text of “(.*?)” alone", prompt(request))
        if found is not None and found[1] == "Tasks":
            return chat_error(400, "invalid_request_error")
        return stream_reply(chat_pieces([f"- One for {found[1]}." if found is not None else "- AC1: one"]))

    provider.answer_by(answer)
    failed = (await orch("draft", "a.spec.md", "--workflow", "sections", "--json")).json()
    assert failed["status"] == "failed"
    assert (await orch("apply", failed["run_id"])).code == 0
    listed = (await orch("runs", "list", "--retryable", "--json")).json()
    assert [run["run_id"] for run in listed] == [failed["run_id"]]
    provider.answer_by(lambda _: stream_reply(chat_pieces(["- [ ] Count (AC1)."])))
    resumed = (await orch("resume", failed["run_id"], "--json")).json()
    assert resumed["status"] == "completed"
    assert (await orch("runs", "list", "--retryable", "--json")).json() == []
