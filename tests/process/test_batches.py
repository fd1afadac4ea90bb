"""Drafts by a provider's batches: cheaper, later, and paid for once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
import time

import pytest

from tests.fakes.batches import BatchService, FileService, MessageService
from tests.fakes.scripted_server import chat_error
from tests.process.conftest import KEY
from tests.process.record_rules import check_record

SPEC = "# {title}\n\nLimit each client to 100 requests a minute.\n"
TITLES = ("Goal", "Non-goals", "Assumptions", "Acceptance Criteria", "Tasks", "Verification Plan", "Rollback Plan")
WHOLE = "".join(f"## {title}\n\n- One for {title} with 100 requests a minute.\n\n" for title in TITLES)
NAMES = ("one.spec.md", "two.spec.md", "three.spec.md")
MODELS = {"anthropic": "claude-sonnet-4-5", "openai": "gpt-4o-mini", "openai-compatible": "m"}


@pytest.fixture
def specs(workspace):
    for name in NAMES:
        (workspace / name).write_text(SPEC.format(title=name.partition(".")[0]))
    return [workspace / name for name in NAMES]


@pytest.fixture(params=MODELS)
def service(request, homes, provider, specs) -> BatchService:
    return begun(request.param, homes, provider)


@pytest.fixture(params=("anthropic", "openai-compatible"))
def hosted(request, homes, provider, specs) -> BatchService:
    """The two dialects."""
    return begun(request.param, homes, provider)


@pytest.fixture
def messages(homes, provider, specs) -> BatchService:
    return begun("anthropic", homes, provider)


@pytest.fixture
def files(homes, provider, specs) -> BatchService:
    return begun("openai-compatible", homes, provider)


def begun(kind: str, homes, provider, more: str = "") -> BatchService:
    homes.config.mkdir(exist_ok=True)
    (homes.config / "config.toml").write_text(
        f'provider = "work"\n[providers.work]\nkind = "{kind}"\nbase_url = "{provider.url}"\n'
        f'model = "{MODELS[kind]}"\napi_key_env = "WORK_KEY"\n{more}'
    )
    made = (MessageService if kind == "anthropic" else FileService)(lambda _: WHOLE)
    provider.answer_by(made)
    return made


def named(prompt: str) -> str:
    found = re.search(r"L1: # (\w+)", prompt)
    assert found is not None
    return found[1]


def records(done) -> dict[str, dict]:
    found = [json.loads(line) for line in done.out.split("\n") if line]
    return {record["spec"]["path"]: record for record in found}


async def started(homes, workspace, *arguments: str):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "orch_lsp", *arguments, cwd=workspace, env=homes.process_environment(WORK_KEY=KEY),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def is_drafted(file) -> bool:
    return "- One for Tasks" in file.read_text()


def state_of(workspace) -> list:
    return sorted((workspace / ".orch" / "local" / "batches").glob("*.json"))


async def test_all_go_in_one_batch_and_the_record_says_so(orch, service, specs, workspace):
    done = await orch("draft", *NAMES, "--batch", "--write", "--json")
    assert done.code == 0, done.err
    assert len(service.batches) == 1
    assert all(map(is_drafted, specs))
    for record in records(done).values():
        check_record(record)
        (step,) = [one for one in record["steps"] if one["name"] == "draft"]
        assert step["batch"] == {"id": service.batches[0].id, "price_factor": 0.5}
        assert (step["usage"]["input_tokens"], step["usage"]["output_tokens"]) == (1000, 100)
        assert [attempt["status"] for attempt in step["attempts"]] == ["ok"]
        assert step["finish_reason"] == "stop"
    # What is kept with the runs is not to be had from the batch again.
    assert state_of(workspace) == []


async def test_one_that_was_killed_is_waited_for_and_paid_for_once(orch, homes, service, specs, workspace, provider):
    service.ends_after = 10_000
    process = await started(homes, workspace, "draft", *NAMES, "--batch", "--write")
    while not (service.batches and service.batches[0].looks):
        await provider.request(len(provider.requests))
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    assert len(state_of(workspace)) == 1
    service.ends_after = 0
    done = await orch("draft", *NAMES, "--batch", "--write")
    assert done.code == 0, done.err
    assert len(service.batches) == 1
    assert all(map(is_drafted, specs))
    assert len(set(service.asked())) == len(service.asked()) == len(NAMES)
    # Whoever waits for it shares one reading of its results, and leaves nothing behind.
    read = [one.path for one in provider.requests if one.path.endswith(("/results", "/content"))]
    assert len(read) == len(set(read))
    assert state_of(workspace) == []
    again = await orch("draft", *NAMES, "--batch", "--write")
    assert "3 done before" in again.err
    assert len(service.batches) == 1


async def test_a_batch_whose_making_was_not_answered_is_found(orch, hosted, specs):
    """The service has it; the answer was lost on its way."""
    hosted.lost = 1
    done = await orch("draft", *NAMES, "--batch", "--write")
    assert done.code == 0, done.err
    assert len(hosted.batches) == 1
    assert all(map(is_drafted, specs))


async def test_one_killed_before_the_service_has_answered_is_found(orch, hosted, specs, workspace):
    """As after kill -9 between the request and its answer: the state has the intent and no id."""
    done = await orch("draft", NAMES[0], "--batch", "--json")
    assert done.code == 0
    # The run is kept; its batch is put back as if its id had never come.
    record = json.loads(done.out)
    (step,) = [one for one in record["steps"] if one["name"] == "draft"]
    folder = workspace / ".orch" / "local" / "batches"
    custom_id = next(iter(hosted.batches[0].requests))
    assert custom_id == f"r-{step['request_sha256'][:48]}"
    kind = record["provider"]["kind"]
    state = {
        "schema": "orch.batch/1", "address": f"{kind} {record['provider']['server_address']}",
        "requests": [custom_id], "size": 1, "created": time.time(), "id": "", "others": [],
    }  # fmt: skip
    name = hosted.batches[0].metadata.get("orch_batch", "a" * 32)
    (folder / f"{name}.json").write_text(json.dumps(state))
    again = await orch("draft", NAMES[0], "--batch", "--json")
    assert again.code == 0, again.err
    assert len(hosted.batches) == 1


async def test_an_intent_that_the_service_has_never_seen_is_asked_anew(orch, files, workspace):
    folder = workspace / ".orch" / "local" / "batches"
    folder.mkdir(parents=True)
    state = {
        "schema": "orch.batch/1", "address": "x", "requests": ["r-x"], "size": 1, "created": 1, "id": "../x",
        "others": [],
    }  # fmt: skip
    (folder / "planted.json").write_text(json.dumps(state))
    (folder / "broken.json").write_bytes(b"\xff{")
    done = await orch("draft", *NAMES, "--batch", "--write")
    assert done.code == 0, done.err
    assert len(files.batches) == 1


@pytest.mark.parametrize(
    ("ending", "code"),
    [("expired", "timeout"), ("cancelled", "provider_unavailable"), ("missing", "provider_unavailable")],
)
async def test_what_was_not_reached_fails_and_is_asked_again(orch, hosted, specs, ending, code):
    hosted.ending = lambda prompt: ending if named(prompt) == "two" else "ok"
    done = await orch("draft", *NAMES, "--batch", "--write", "--json")
    assert done.code == 1
    failed = records(done)["two.spec.md"]
    check_record(failed)
    assert (failed["status"], failed["error"]["code"], failed["error"]["retryable"]) == ("failed", code, True)
    assert failed["usage"] is None
    assert [is_drafted(file) for file in specs] == [True, False, True]
    hosted.ending = lambda _: "ok"
    again = await orch("draft", *NAMES, "--batch", "--write")
    assert again.code == 0, again.err
    assert all(map(is_drafted, specs))
    assert [len(batch.requests) for batch in hosted.batches] == [3, 1]
    assert sorted(hosted.paid) == sorted(set(hosted.paid))


async def test_one_request_that_failed_says_why(orch, files, specs):
    files.ending = lambda prompt: "errored" if named(prompt) == "two" else "ok"
    done = await orch("draft", *NAMES, "--batch", "--write", "--json")
    failed = records(done)["two.spec.md"]
    assert failed["error"]["code"] in {"overloaded", "rate_limited"}
    assert [is_drafted(file) for file in specs] == [True, False, True]


async def test_a_batch_that_is_refused_leaves_no_state(orch, files, specs, workspace):
    files.refusal = chat_error(400, "invalid_request_error")
    done = await orch("draft", *NAMES, "--batch", "--write")
    assert done.code == 1
    assert "3 failed" in done.err
    assert state_of(workspace) == []


async def test_a_batch_that_nobody_knows_any_more_is_asked_anew(orch, homes, messages, specs, workspace, provider):
    messages.ends_after = 10_000
    process = await started(homes, workspace, "draft", *NAMES, "--batch", "--write")
    while not (messages.batches and messages.batches[0].looks):
        await provider.request(len(provider.requests))
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    messages.batches.clear()
    messages.ends_after = 1
    lost = await orch("draft", *NAMES, "--batch", "--write")
    assert lost.code == 1
    assert "does not know the batch" in lost.err
    done = await orch("draft", *NAMES, "--batch", "--write")
    assert done.code == 0, done.err
    assert all(map(is_drafted, specs))


async def test_ctrl_c_leaves_the_batch_where_it_is(orch, homes, files, specs, workspace, provider):
    files.ends_after = 10_000
    process = await started(homes, workspace, "draft", *NAMES, "--batch", "--write")
    while not (files.batches and files.batches[0].looks):
        await provider.request(len(provider.requests))
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130
    assert b"3 cancelled" in err
    files.ends_after = 0
    listed = (await orch("runs", "list", "--json")).json()
    of_one = next(run for run in listed if run["spec"]["path"] == "one.spec.md")
    # Resumed, it waits for the same batch; asked elsewhere, the person is told of it first.
    resumed = await orch("resume", of_one["run_id"], "--write", "--json")
    assert resumed.json()["status"] == "completed", resumed.err
    assert resumed.json()["steps"][1]["batch"]["id"] == files.batches[0].id
    alone = await orch("draft", "two.spec.md", "--provider", "outline")
    assert "two.spec.md was asked for in a batch that may still answer" in alone.err
    done = await orch("draft", *NAMES, "--batch", "--write")
    assert done.code == 0, done.err
    assert len(files.batches) == 1


async def waiting(homes, service, workspace, provider):
    """A command that waits for a batch which does not end by itself."""
    service.ends_after = 10_000
    process = await started(homes, workspace, "draft", *NAMES, "--batch", "--write")
    while not (service.batches and service.batches[0].looks):
        await provider.request(len(provider.requests))
    return process


async def test_a_batch_is_cancelled_and_what_was_answered_is_kept(orch, homes, hosted, specs, workspace, provider):
    process = await waiting(homes, hosted, workspace, provider)
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    hosted.ending_if_cancelled = lambda prompt: "ok" if named(prompt) == "two" else "cancelled"
    (run, *_) = (await orch("runs", "list", "--json")).json()
    done = await orch("runs", "cancel", run["run_id"])
    assert done.code == 0, done.err
    assert f"Batch {hosted.batches[0].id} is cancelled at the provider (0 of 3 requests" in done.err
    assert hosted.batches[0].is_cancelled

    # The same command takes what was answered, and says of the rest that it was not.
    first = await orch("draft", *NAMES, "--batch", "--write", "--json")
    assert first.code == 1
    found = records(first)
    assert {path: one["status"] for path, one in found.items()} == {
        name: "completed" if name == "two.spec.md" else "failed" for name in NAMES
    }
    assert {one["error"]["code"] for one in found.values() if one["error"]} == {"provider_unavailable"}
    again = await orch("runs", "cancel", run["run_id"])
    assert again.code == 1, again.err
    hosted.ends_after = 0
    last = await orch("draft", *NAMES, "--batch", "--write")
    assert last.code == 0, last.err
    assert all(map(is_drafted, specs))
    assert len(hosted.paid) == len(NAMES)
    assert state_of(workspace) == []


async def test_a_command_that_waits_ends_with_the_batch_that_another_one_cancels(
    orch, homes, hosted, specs, workspace, provider
):
    process = await waiting(homes, hosted, workspace, provider)
    hosted.ending_if_cancelled = lambda prompt: "ok" if named(prompt) == "one" else "cancelled"
    (run, *_) = (await orch("runs", "list", "--json")).json()
    cancelled = await orch("runs", "cancel", run["run_id"], "--json")
    assert cancelled.json() == {
        "batches": [{"id": hosted.batches[0].id, "requests": 3, "answered": 0, "ended": False}]
    }  # fmt: skip
    _, err = await process.communicate()
    assert process.returncode == 1, err
    assert [is_drafted(file) for file in specs] == [True, False, False]
    assert b"The batch was cancelled at work" in err


async def test_a_run_that_waits_in_no_batch_has_none_to_cancel(orch, files, specs):
    assert (await orch("draft", *NAMES, "--batch", "--write")).code == 0
    (run, *_) = (await orch("runs", "list", "--json")).json()
    done = await orch("runs", "cancel", run["run_id"])
    assert done.code == 1
    assert "waits in a batch" in done.err
    assert not files.batches[0].is_cancelled


async def test_a_provider_without_batches_is_refused_before_a_run(orch, homes, provider, specs, workspace):
    homes.config.mkdir(exist_ok=True)
    (homes.config / "config.toml").write_text(
        f'provider = "work"\n[providers.work]\nkind = "ollama"\nbase_url = "{provider.url}"\nmodel = "m"\n'
    )
    done = await orch("draft", NAMES[0], "--batch")
    assert done.code == 2
    assert "takes no batches" in done.err
    assert provider.requests == []


async def test_a_budget_holds_before_anything_is_sent(orch, homes, provider, specs):
    service = begun("openai-compatible", homes, provider, "[budget]\nrun_tokens = 10\n")
    done = await orch("draft", NAMES[0], "--batch")
    assert done.code == 1
    assert "budget_exceeded" in done.err
    assert service.batches == []
