"""Budgets on the command line: a call that could exceed one is refused, and nothing is sent."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.fakes.scripted_server import Reply, Send, Stall, chat_chunk, chat_pieces, stream_reply
from tests.process.desk import KEY
from tests.process.test_crash import checkpointed

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Goal\n\nTODO\n"
ANSWER = stream_reply(chat_pieces(["## Goal\n\nLimit clients.\n"]))
LIMITED = "max_output_tokens = 100\n[budget]\n"


async def drafted(orch, name: str):
    done = await orch("draft", name, "--only", "goal", "--json")
    return done, done.json()


async def test_a_run_that_could_exceed_its_budget_sends_nothing(orch, homes, provider, workspace):
    homes.use(provider.url, head=f"{LIMITED}run_tokens = 1000\n")
    (workspace / "a.spec.md").write_text(SPEC)
    done, record = await drafted(orch, "a.spec.md")
    assert done.code == 1
    assert record["status"] == "failed"
    assert record["error"]["code"] == "budget_exceeded"
    assert "0 of the 1,000 of `budget.run_tokens` are spent" in record["error"]["message"]
    assert provider.requests == []
    assert all(step["reserved"] is None for step in record["steps"])


async def test_the_runs_of_a_day_are_added_up_over_processes(orch, homes, provider, workspace):
    homes.use(provider.url, head="max_output_tokens = 100\n")
    provider.script(ANSWER, ANSWER)
    (workspace / "a.spec.md").write_text(SPEC)
    _, record = await drafted(orch, "a.spec.md")
    spent = record["usage"]["input_tokens"] + record["usage"]["output_tokens"]
    homes.use(provider.url, head=f"{LIMITED}day_tokens = {spent + 100}\n")
    shown = (await orch("context", "a.spec.md", "--json")).json()["budget"]
    assert shown["day_tokens"] == spent + 100
    assert shown["spent_today"]["tokens"] == spent
    done, record = await drafted(orch, "a.spec.md")
    assert record["error"]["code"] == "budget_exceeded"
    assert f"{spent} of the {spent + 100} of `budget.day_tokens`" in record["error"]["message"]
    homes.use(provider.url, head=f"{LIMITED}day_tokens = 100_000\n")
    done, record = await drafted(orch, "a.spec.md")
    assert done.code == 0, done.err
    assert len(provider.requests) == 2


@pytest.mark.parametrize("killed", [False, True])
async def test_a_call_of_another_process_counts_with_its_reservation(orch, homes, provider, workspace, killed):
    homes.use(provider.url, head=f"{LIMITED}day_tokens = 6000\n")
    provider.script(Reply(steps=(Send(chat_chunk("## Goal\n\nLimit ")), Stall())))
    for name in ("a", "b"):
        (workspace / f"{name}.spec.md").write_text(SPEC)
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", "draft", "a.spec.md", "--only", "goal",
        cwd=workspace, env=homes.process_environment(WORK_KEY=KEY),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await provider.request(0)
        await checkpointed(workspace / ".orch" / "local" / "runs.db", "## Goal\n\nLimit ")
        if killed:
            other.kill()
            await other.wait()
        listed = (await orch("runs", "list", "--json")).json()
        (reserved,) = [step["reserved"]["tokens"] for step in listed[0]["steps"] if step["reserved"]]
        homes.use(provider.url, head=f"{LIMITED}day_tokens = {reserved + 100}\n")
        _, record = await drafted(orch, "b.spec.md")
        assert record["error"]["code"] == "budget_exceeded"
        assert f"{reserved:,} of the {reserved + 100:,}" in record["error"]["message"]
    finally:
        if other.returncode is None:
            other.kill()
            await other.wait()
    assert len(provider.requests) == 1


async def test_an_answer_that_outgrows_its_reservation_is_ended(orch, homes, provider, workspace):
    homes.use(provider.url, head="max_output_tokens = 10\n[budget]\nrun_tokens = 100_000\n")
    provider.script(stream_reply(chat_pieces(["## Goal\n\n" + "Limit clients. " * 20])))
    (workspace / "a.spec.md").write_text(SPEC)
    done, record = await drafted(orch, "a.spec.md")
    assert done.code == 1
    assert record["error"]["code"] == "budget_exceeded"
    assert record["draft"]["partial"] is True


async def test_a_project_may_only_lower_a_budget(orch, homes, provider, workspace):
    homes.use(provider.url, head=f"{LIMITED}run_tokens = 500\nrun_usd = 1\n")
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text("[budget]\nrun_tokens = 600\nrun_usd = 0.5\nday_tokens = 7\n")
    done, record = await drafted(orch, "a.spec.md")
    assert "`budget.run_tokens` is 600; expected at most 500" in done.err
    assert "run_usd" not in done.err
    assert "of the 500 of" in record["error"]["message"]
