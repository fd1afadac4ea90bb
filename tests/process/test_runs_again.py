"""Runs that are looked at and run again: which are worth it, what another one would be given, how two differ."""

from __future__ import annotations

import json

from tests.fakes.scripted_server import chat_error, chat_pieces, stream_reply
from tests.process.bad_answers import ONCE
from tests.process.desk import SPEC, configure
from tests.process.record_rules import check_record

GOAL = stream_reply(chat_pieces(["## Goal\n\nFilled.\n\n## Tasks\n\n- [ ] Count.\n"]))
OTHER = stream_reply(
    chat_pieces(["## Goal\n\nFilled otherwise.\n\n## Non-goals\n\nBilling.\n\n## Tasks\n\n- [ ] Count.\n"])
)
TITLES = (
    "Goal", "Non-goals", "Assumptions", "Acceptance Criteria", "Tasks", "Verification Plan", "Rollback Plan",
)  # fmt: skip
REFUSED = chat_error(401, "invalid_api_key")


async def ids(orch, *arguments):
    done = await orch("runs", "list", "--json", *arguments)
    assert done.code == 0, done.err
    return [record["run_id"] for record in done.json()]


async def test_a_run_is_retryable_while_nobody_has_done_what_it_was_to_do(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    provider.script(REFUSED, REFUSED, REFUSED, GOAL)
    for name in ("a", "b", "gone"):
        (workspace / f"{name}.spec.md").write_text(SPEC)
    first = (await orch("draft", "--json", "a.spec.md")).json()["run_id"]
    second = (await orch("draft", "--json", "b.spec.md")).json()["run_id"]
    await orch("draft", "--json", "gone.spec.md")
    (workspace / "gone.spec.md").unlink()
    assert await ids(orch, "--retryable") == [second, first]
    assert await ids(orch, "--retryable", "--limit", "1") == [second]
    (line,) = (await orch("runs", "list", "--retryable", "--limit", "1")).out.splitlines()
    assert line.startswith(second)
    # The other is done by hand.
    written = "".join(f"## {title}\n\nWritten by hand, all of it.\n\n" for title in TITLES)
    (workspace / "b.spec.md").write_text(f"# Rate limiter\n\n{written}")
    assert await ids(orch, "--retryable") == [first]
    await orch("draft", "--json", "a.spec.md")
    assert await ids(orch, "--retryable") == []
    assert (await orch("runs", "list", "--retryable")).err == "No run is to be tried again.\n"
    assert (await orch("runs", "list", "--retryable", "--search", "a")).code == 2


async def test_of_several_that_failed_on_one_document_the_newest_is_retryable(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    provider.script(REFUSED)
    (workspace / "a.spec.md").write_text(SPEC)
    for _ in range(2):
        newest = (await orch("draft", "--json", "a.spec.md")).json()["run_id"]
    assert await ids(orch, "--retryable") == [newest]


async def test_two_runs_are_compared_without_a_request(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    provider.script(GOAL, OTHER)
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / "limits.py").write_text("LIMIT = 100  # requests of each client in a minute\n")
    first = (await orch("draft", "--json", "a.spec.md")).json()
    (workspace / "limits.py").write_text("LIMIT = 200  # requests of each client in a minute\n")
    second = (await orch("draft", "--json", "--model", "other-model", "a.spec.md")).json()
    asked = len(provider.requests)

    done = await orch("compare", first["run_id"], second["run_id"], "--json")
    assert done.code == 0, done.err
    made = done.json()
    assert made["schema"] == "orch.compare/1"
    assert [run["run_id"] for run in made["runs"]] == [first["run_id"], second["run_id"]]
    assert [run["usage"] for run in made["runs"]] == [first["usage"], second["usage"]]
    differing = {one["name"]: one["values"] for one in made["differences"]}
    assert differing["model"][1] == "other-model"
    assert "request_sha256" in differing
    assert not {"document_sha256", "brief_sha256", "prompt_sha256", "provider"} & set(differing)
    sections = {one["key"]: one for one in made["sections"]}
    assert sections["tasks"]["same"]
    assert sections["goal"]["diffs"][1] == ["@@ -1 +1 @@", "-Filled.", "+Filled otherwise."]
    assert sections["non-goals"]["present"] == [False, True]
    assert [one["path"] for one in made["context"]["differences"]] == ["limits.py"]

    shown = (await orch("compare", first["run_id"][:18], second["run_id"][:18])).out
    for words in ("goal: A → B, +1 −1 lines", "+Filled otherwise.", "tasks: the same", "limits.py", "other-model"):
        assert words in shown
    assert len(provider.requests) == asked
    assert (await orch("compare", first["run_id"])).code == 2
    assert (await orch("compare", first["run_id"], "00000000-0000-7000-8000-000000000000")).code == 2


async def test_a_replay_asks_the_same_of_the_document_as_it_was_and_says_so(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    provider.script(GOAL)
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    first = (await orch("draft", "--json", "a.spec.md")).json()
    path.write_text("# Something else\n\nAltogether.\n")
    done = await orch("replay", first["run_id"], "--json")
    assert done.code == 0, done.err
    again = check_record(done.json())
    assert "byte for byte" in done.err
    assert again["parent_run_id"] == first["run_id"]
    assert again["command"] == "replay"
    assert again["request_sha256"] == first["request_sha256"]
    assert again["spec"] == first["spec"]
    one, other = provider.requests
    assert json.loads(one.body) == json.loads(other.body)
    assert path.read_text() == "# Something else\n\nAltogether.\n"
    assert again["draft"]["state"] == "ready"


async def test_a_replay_says_by_name_what_is_given_otherwise(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    provider.script(GOAL)
    (workspace / "a.spec.md").write_text(SPEC)
    (workspace / "limits.py").write_text("LIMIT = 100  # requests of each client in a minute\n")
    first = (await orch("draft", "--json", "a.spec.md")).json()
    (workspace / "limits.py").write_text("LIMIT = 200  # requests of each client in a minute\n")
    done = await orch("replay", first["run_id"], "--model", "other-model")
    assert done.code == 0, done.err
    assert f"Different from run {first['run_id']}: model asked for; limits.py (changed)." in done.err
    assert done.out.startswith(SPEC.partition("## Tasks")[0])
    assert "Filled." in done.out


async def test_what_cannot_be_replayed_is_refused(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    done = await orch("replay", "00000000-0000-7000-8000-000000000000", "--json")
    assert (done.code, done.json()["error"]["code"]) == (2, "unknown_run")
