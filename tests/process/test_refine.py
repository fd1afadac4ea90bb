"""A part of a document is written anew by an instruction, or a whole document amended, on the command line."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.fakes.scripted_server import Reply, Send, Stall, chat_chunk, chat_pieces, stream_reply
from tests.process.desk import KEY
from tests.process.test_crash import checkpointed

SPEC = """\
# Rate limiter

Limit each client to 100 requests a minute.

## Goal

Limit clients.

```text
## Tasks
```

## Acceptance Criteria

- AC1: the 101st request is answered 429, see AC2
- AC2: it comes back

## Tasks

- [ ] T1: Count requests for AC2
- [x] T2: Answer 429 for AC1
"""


def answered(*pieces: str):
    return stream_reply(chat_pieces(list(pieces)))


def prompt_of(request) -> str:
    return request.json()["messages"][-1]["content"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
async def test_one_section_is_rewritten_and_nothing_else(orch, homes, provider, workspace, line_end):
    homes.use(provider.url)
    answer = answered("## Goal\n\nCap each client ", "at 100 a minute.\n")
    provider.script(answer, answer)
    spec = ("\ufeff" + SPEC).replace("\n", line_end)
    (workspace / "a.spec.md").write_bytes(spec.encode())

    done = await orch("refine", "a.spec.md", "--section", "goal", "--instruction", "Name the limit.", "--write")

    assert done.code == 0, done.err
    assert "  -Limit clients." in done.err
    assert "  +Cap each client at 100 a minute." in done.err
    old = "Limit clients.\n\n```text\n## Tasks\n```".replace("\n", line_end)
    assert (workspace / "a.spec.md").read_bytes() == spec.replace(old, "Cap each client at 100 a minute.").encode()
    prompt = prompt_of(await provider.request(0))
    assert prompt.rstrip().endswith("Name the limit.")
    assert "`## Goal` is:" in prompt
    (record,) = (await orch("runs", "list", "--json")).json()
    assert record["command"] == "refine"
    assert record["rewrite"] == {"keys": ["goal"], "instruction": "Name the limit.", "whole": False}
    assert record["prompt"]["name"] == "rewrite/plain.draft"
    assert record["draft"]["state"] == "applied"
    shown = (await orch("runs", "show", record["run_id"])).out
    assert "Name the limit." in shown
    retried = await orch("replay", record["run_id"], "--json")
    assert retried.code != 2, retried.err


async def test_one_item_keeps_its_id_and_its_box(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(answered("- [ ] T2: Answer 429 with Retry-After for AC1\n"))
    (workspace / "a.spec.md").write_text(SPEC)

    done = await orch("refine", "a.spec.md", "--section", "T2", "--instruction", "Name the header.")

    assert done.code == 0, done.err
    assert done.out == SPEC.replace("Answer 429 for AC1", "Answer 429 with Retry-After for AC1")
    assert (workspace / "a.spec.md").read_text() == SPEC


async def test_a_whole_document_changes_only_where_it_is_answered(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(answered("## AC2\n\n- AC2: it comes back after 60 s\n\n## T1\n\n- [ ] T1: Count for AC2\n"))
    (workspace / "a.spec.md").write_text(SPEC)

    done = await orch("refine", "a.spec.md", "--instruction", "Say when it comes back.")

    assert done.code == 0, done.err
    assert done.out == SPEC.replace("it comes back\n", "it comes back after 60 s\n").replace("Count requests", "Count")
    assert "has no" not in done.err
    prompt = prompt_of(await provider.request(0))
    assert "- `## AC2`\n" in prompt
    assert "- `## Goal`\n" in prompt


async def test_an_id_that_is_named_elsewhere_does_not_vanish_unseen(orch, homes, provider, workspace):
    homes.use(provider.url)
    answer = "## Acceptance Criteria\n\n- AC1: the 101st request is answered 429\n- AC9: new\n"
    provider.script(answered(answer))
    (workspace / "a.spec.md").write_text(SPEC)

    done = await orch("refine", "a.spec.md", "--section", "acceptance-criteria", "--write")

    assert done.code == 1
    assert (workspace / "a.spec.md").read_text() == SPEC
    assert "removed “AC2”, which is named by “T1”" in done.err
    (record,) = (await orch("runs", "list", "--json")).json()
    assert record["draft"]["state"] == "ready"
    assert ("id_removed", "error") in {(found["rule"], found["severity"]) for found in record["findings"]}


@pytest.mark.parametrize(
    ("arguments", "settings", "code"),
    [
        (("--section", "AC7"), "", "unknown_node"),
        (("--section", "rate-limiter"), "", "unknown_node"),
        (("--section", "AC1"), 'locked = ["AC*"]\n', "not_allowed"),
        (("--section", "acceptance-criteria"), 'locked = ["AC1"]\n', "not_allowed"),
        (("--section", "AC1"), 'locked = ["acceptance-criteria"]\n', "not_allowed"),
        (("--instruction", "x"), 'locked = ["*"]\n', "nothing_to_fill"),
    ],
)
async def test_what_cannot_be_rewritten_is_refused_before_anything_is_sent(
    orch, homes, provider, workspace, arguments, settings, code
):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text(settings)

    done = await orch("refine", "a.spec.md", *arguments, "--write", "--json")

    assert done.code == 2, done.err
    assert done.json()["error"]["code"] == code
    assert provider.requests == []
    assert (workspace / "a.spec.md").read_text() == SPEC


async def test_what_was_asked_before_and_what_a_person_changed_are_told_to_the_model(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(
        answered("## Goal\n\nLimit clients to 100.\n\nBy key.\n"), answered("## Goal\n\nLimit all to 99.\n")
    )
    (workspace / "a.spec.md").write_text(SPEC)
    first = await orch("refine", "a.spec.md", "--section", "goal", "--instruction", "Name the limit.", "--write")
    assert first.code == 0, first.err
    text = (workspace / "a.spec.md").read_text()
    (workspace / "a.spec.md").write_text(text.replace("to 100.", "to 99."))

    done = await orch("refine", "a.spec.md", "--section", "goal", "--instruction", "Be short.", "--write")

    assert done.code == 0, done.err
    prompt = prompt_of(await provider.request(1))
    assert "-Limit clients to 100.\n+Limit clients to 99." in prompt
    assert "- Name the limit." in prompt
    assert prompt.rstrip().endswith("Be short.")


async def test_what_was_rejected_and_why_is_told_to_the_model(orch, homes, provider, workspace, start_editor):
    homes.use(provider.url)
    provider.script(answered("- AC2: after a while\n"), answered("- AC2: after 60 s\n"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute("orch.regenerateSection", {"uri": uri, "key": "AC2"}))["runId"]
    await editor.ended(run_id)
    rejected = {"runId": run_id, "key": "AC2", "state": "rejected", "reason": "No criterion without a number."}
    await editor.execute("orch.reviewSection", rejected)
    (workspace / "a.spec.md").write_text(SPEC)

    done = await orch("refine", "a.spec.md", "--section", "AC2", "--instruction", "When?")

    assert done.code == 0, done.err
    assert "rejected: No criterion without a number." in prompt_of(await provider.request(1))
    assert "AC2: after 60 s" in done.out


async def test_a_document_of_the_past_is_refused(orch, homes, provider, workspace):
    homes.use(provider.url)
    folder = workspace / "openspec" / "changes" / "archive" / "2026-01-01-limits"
    folder.mkdir(parents=True)
    (folder / "tasks.md").write_text("# Tasks\n\n## 1. Work\n\n- [x] 1.1 Do it\n")
    path = str((folder / "tasks.md").relative_to(workspace))
    done = await orch("refine", path, "--section", "1.1", "--instruction", "x", "--write", "--json")
    assert done.code == 2
    assert done.json()["error"]["code"] == "unknown_profile"
    assert provider.requests == []


@pytest.mark.parametrize("chunks", [["- AC1: the 10"], ["- AC1: better\n\n"]], ids=["cut", "at the end"])
async def test_one_that_is_killed_leaves_the_document_and_an_interrupted_record(
    orch, homes, provider, workspace, chunks
):
    homes.use(provider.url)
    provider.script(Reply(steps=(*(Send(chat_chunk(chunk)) for chunk in chunks), Stall())))
    (workspace / "a.spec.md").write_text(SPEC)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", "refine", "a.spec.md", "--section", "AC1", "--write",
        cwd=workspace, env=homes.process_environment(WORK_KEY=KEY),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await provider.request(0)
    await checkpointed(workspace / ".orch" / "local" / "runs.db", chunks[0])
    process.kill()
    await process.wait()

    assert (workspace / "a.spec.md").read_text() == SPEC
    (record,) = (await orch("runs", "list", "--json")).json()
    assert record["status"] == "interrupted"
    assert record["draft"]["partial"] is True
    assert record["rewrite"]["keys"] == ["AC1"]
    # A text that may be cut off never stands in the place of a whole one.
    applied = await orch("apply", record["run_id"])
    assert applied.code != 0
    assert (workspace / "a.spec.md").read_text() == SPEC


async def test_what_is_locked_is_not_drafted_either(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(answered("## Tasks\n\n- [ ] T1: Count\n\n## Goal\n\nNo.\n"))
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text('locked = ["goal", "non-*"]\n')
    spec = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n\n## Tasks\n\nTODO\n"
    (workspace / "a.spec.md").write_text(spec)
    done = await orch("draft", "a.spec.md", "--write")
    assert "## Goal\n\nTODO\n" in (workspace / "a.spec.md").read_text()
    assert "- `## Goal`" not in prompt_of(await provider.request(0)), done.err


async def test_one_of_several_new_texts_is_accepted_alone(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(answered("- AC2: after 60 s\n"))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute("orch.regenerateSection", {"uri": uri, "key": "AC2"}))["runId"]
    await editor.ended(run_id)
    accepted = {"runId": run_id, "key": "AC2", "state": "accepted"}
    answer = await editor.execute("orch.reviewSection", accepted)
    assert answer["state"] == "applied", answer
    assert editor.text(uri) == SPEC.replace("it comes back\n", "after 60 s\n")


async def test_a_project_can_add_a_critic_to_what_is_rewritten_and_no_step_that_knows_open_places(
    orch, homes, provider, workspace
):
    homes.use(provider.url)
    (workspace / ".orch" / "workflows").mkdir(parents=True, exist_ok=True)
    own = workspace / ".orch" / "workflows" / "refine.toml"
    (workspace / "a.spec.md").write_text(SPEC)
    ask = ("refine", "a.spec.md", "--section", "goal", "--instruction", "Name the limit.", "--json")
    own.write_text('[[steps]]\nid = "draft"\n[[steps]]\nid = "critic"\n')
    goal = "Cap each client at 100 a minute."
    provider.script(answered(f"## Goal\n\n{goal}\n"), answered(f'- warning: "{goal}" Say whose minute.\n'))
    record = (await orch(*ask)).json()
    assert (record["status"], record["workflow"]) == ("completed", "refine")
    assert [step["id"] for step in record["steps"]] == ["context", "draft", "check", "critic"]
    assert [(one["rule"], one["key"]) for one in record["findings"] if one["step"] == "critic"] == [
        ("critic_objects", "goal")
    ]
    own.write_text('[[steps]]\nid = "draft"\n[[steps]]\nid = "repair"\n')
    done = await orch(*ask)
    assert (done.code, done.json()["error"]["code"]) == (2, "invalid_workflow")
    assert "without `repair`" in done.json()["error"]["message"]
    assert len(provider.requests) == 2
