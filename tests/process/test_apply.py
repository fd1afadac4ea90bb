"""`orch-lsp apply`: a draft that was kept goes into its file, whole or by section."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.scripted_server import chat_error, chat_pieces, stream_reply
from tests.process.bad_answers import ONCE
from tests.process.desk import SPEC, configure
from tests.process.record_rules import check_record

ANSWER = stream_reply(chat_pieces(["## Goal\n\nFilled.\n\n## Non-goals\n\nBilling.\n\n## Tasks\n\n- [ ] Count.\n"]))
UNKNOWN_RUN = "00000000-0000-7000-8000-000000000000"


async def kept(homes, provider, workspace, orch):
    """A run whose draft waits: the document was printed, the file is as it was."""
    configure(homes, provider.url, ONCE)
    provider.script(ANSWER)
    (workspace / "a.spec.md").write_text(SPEC)
    done = await orch("draft", "--json", "a.spec.md")
    return done.json()["run_id"]


def states(record):
    return {section["key"]: section["state"] for section in record["draft"]["sections"]}


async def test_sections_go_into_the_file_one_by_one_and_then_the_rest(homes, provider, workspace, orch):
    run_id = await kept(homes, provider, workspace, orch)
    path = workspace / "a.spec.md"

    done = await orch("apply", run_id, "--section", "tasks", "--json")
    assert done.code == 0, done.err
    record = check_record(done.json())
    assert states(record) == {"goal": "ready", "non-goals": "ready", "tasks": "applied"}
    assert record["draft"]["state"] == "ready"
    assert "- [ ] Count." in path.read_text()
    assert "Filled." not in path.read_text()
    assert (workspace / ".orch" / "provenance" / "a.spec.md.jsonl").read_text().count(run_id) == 1

    done = await orch("apply", run_id[:13])
    assert (done.code, done.out) == (0, "")
    assert "a.spec.md has goal, non-goals" in done.err
    record = check_record((await orch("runs", "show", run_id, "--json")).json())
    assert record["draft"]["state"] == "applied"
    assert [edit["sections"] for edit in record["applications"]] == [["tasks"], ["goal", "non-goals"]]
    assert record["applications"][0]["sha256_after"] == record["applications"][1]["sha256_before"]
    text = path.read_text()
    assert text.count("Filled.") == text.count("Billing.") == text.count("Count.") == 1

    done = await orch("apply", run_id)
    assert done.code == 0
    assert "the draft is applied" in done.err
    assert path.read_text() == text


async def test_two_commands_at_once_lose_neither_section_on_the_record(homes, provider, workspace, orch):
    """Each replaces the file only as it read it: the later one is refused, and says so, or does it after the other."""
    run_id = await kept(homes, provider, workspace, orch)
    keys = ("goal", "tasks")
    done = await asyncio.gather(*(orch("apply", run_id, "--section", key) for key in keys))
    record = (await orch("runs", "show", run_id, "--json")).json()
    text = (workspace / "a.spec.md").read_text()
    for key, words, one in zip(keys, ("Filled.", "Count."), done, strict=True):
        assert states(record)[key] == ("applied" if one.code == 0 else "accepted")
        assert (words in text) == (one.code == 0)
    assert any(one.code == 0 for one in done)


async def test_what_cannot_be_applied_is_refused_with_its_code(homes, provider, workspace, orch):
    run_id = await kept(homes, provider, workspace, orch)
    path = workspace / "a.spec.md"
    unknown = await orch("apply", UNKNOWN_RUN, "--json")
    assert (unknown.code, unknown.json()["error"]["code"]) == (2, "unknown_run")
    unknown = await orch("apply", run_id, "--section", "moon", "--json")
    assert (unknown.code, unknown.json()["error"]["code"]) == (2, "unknown_node")
    provider.script(chat_error(401, "invalid_api_key"))
    failed = (await orch("draft", "--json", "a.spec.md")).json()["run_id"]
    assert (await orch("apply", failed)).code == 2
    path.rename(workspace / "b.spec.md")
    gone = await orch("apply", run_id)
    assert gone.code == 1
    assert "a.spec.md is not there" in gone.err
    assert (await orch("runs", "show", run_id, "--json")).json()["draft"]["state"] == "ready"


async def test_text_that_a_person_wrote_meanwhile_is_kept(homes, provider, workspace, orch):
    run_id = await kept(homes, provider, workspace, orch)
    path = workspace / "a.spec.md"
    path.write_text(SPEC + "\n## Goal\n\nMy own.\n")
    done = await orch("apply", run_id, "--section", "goal", "--json")
    assert states(done.json())["goal"] == "edited"
    assert "My own.\n\nFilled.\n" in path.read_text()


CRITERIA = """\
# Rate limiter

Limit each client to 100 requests a minute.

## Goal

Limit clients.

## Acceptance Criteria

- AC1: the 101st request is answered 429
- AC2: it comes back
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
async def test_a_section_that_both_changed_in_different_places_gets_the_changes_of_both(
    homes, provider, workspace, orch, line_end
):
    configure(homes, provider.url, ONCE)
    drafted = "## Acceptance Criteria\n\n- AC1: the 101st request is answered 429\n- AC2: it comes back after 60 s\n"
    provider.script(stream_reply(chat_pieces([drafted])))
    path = workspace / "a.spec.md"
    path.write_bytes(CRITERIA.replace("\n", line_end).encode())
    refined = ("refine", "a.spec.md", "--section", "acceptance-criteria", "--instruction", "Say when.", "--json")
    run_id = (await orch(*refined)).json()["run_id"]
    mine = CRITERIA.replace("is answered 429", "of a minute is answered 429").replace("Limit clients.", "Mine.")
    path.write_bytes(mine.replace("\n", line_end).encode())
    done = await orch("apply", run_id, "--json")
    assert done.code == 0, done.err
    assert states(done.json())["acceptance-criteria"] == "edited"
    both = mine.replace("it comes back", "it comes back after 60 s")
    assert path.read_bytes() == both.replace("\n", line_end).encode()


async def test_a_place_that_both_changed_is_left_to_the_person(homes, provider, workspace, orch):
    configure(homes, provider.url, ONCE)
    provider.script(stream_reply(chat_pieces(["## AC2\n\n- AC2: it comes back after 60 s\n"])))
    path = workspace / "a.spec.md"
    path.write_text(CRITERIA)
    refined = ("refine", "a.spec.md", "--section", "AC2", "--instruction", "Say when.", "--json")
    run_id = (await orch(*refined)).json()["run_id"]
    mine = CRITERIA.replace("it comes back", "it comes back soon")
    path.write_text(mine)
    done = await orch("apply", run_id, "--json")
    assert done.code == 1
    assert "error[document_changed]" in done.err
    assert path.read_text() == mine
    assert done.json()["draft"]["state"] == "ready"
