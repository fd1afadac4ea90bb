"""`orch-lsp answer`: a run's questions, an answer in the document, and the sections that it bears on."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.record_rules import check_record
from tests.process.test_cli_check import SEVERITIES, pulling

SPEC = "# Limit\n\nLimit each client to 100 requests a minute.\n"
ASKED = "Is the limit per plan, or one for all plans?"
DRAFT = f"""## Goal

A client gets at most 100 requests a minute; the limit is one for all plans (question 1).

## Non-goals

- Paid plans.

## Assumptions

**Open questions**

- Q1: {ASKED} Options: per plan / one for all. Default: one for all.

## Acceptance Criteria

- AC1: The 101st request of a minute gets 429.

## Tasks

- [ ] Count requests for the limit of each plan, as question 1 says (AC1).

## Verification Plan

- AC1: a load test with 101 requests.

## Rollback Plan

- Turn the limit off.
"""
UPDATED = "## Goal\n\nA client gets the limit of its plan, 100 requests a minute.\n\n## Tasks\n\n- [ ] Count (AC1).\n"


@pytest.fixture
async def run_id(orch, homes, provider, workspace) -> str:
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    provider.script(stream_reply(chat_pieces([DRAFT])))
    done = await orch("draft", "a.spec.md", "--workflow", "quick", "--write", "--json")
    assert done.code == 0, done.err
    return done.json()["run_id"]


async def test_questions_are_listed_and_an_answer_says_what_it_bears_on(orch, workspace, run_id):
    listed = await orch("answer", run_id)
    assert listed.out == f"Q1: {ASKED} Options: per plan / one for all. Default: one for all.\n"
    done = await orch("answer", run_id, "Q1", "per plan")
    assert done.code == 0, done.err
    assert "2 sections to update: orch-lsp refine" in done.err
    assert "--section goal --section tasks --write" in done.err
    text = (workspace / "a.spec.md").read_text()
    assert "Default: one for all. **Answer:** per plan\n" in text
    record = check_record((await orch("runs", "show", run_id, "--json")).json())
    (question,) = record["questions"]
    assert (question["answer"], [one["key"] for one in question["bears_on"]]) == ("per plan", ["goal", "tasks"])
    again = await orch("answer", run_id, "Q1", "one for all", "--json")
    assert again.json() == {"run_id": run_id, "question": "Q1", "stale": ["goal", "tasks"]}
    assert (workspace / "a.spec.md").read_text() == text.replace("** per plan\n", "** one for all\n")


async def test_the_sections_are_updated_in_one_go_and_all_else_stays(orch, provider, workspace, run_id):
    provider.script(stream_reply(chat_pieces([UPDATED])))
    before = len(provider.requests)
    done = await orch("answer", run_id, "Q1", "per plan", "--update", "--json")
    assert done.code == 0, done.err
    record = check_record(done.json())
    assert record["rewrite"]["keys"] == ["goal", "tasks"]
    assert len(provider.requests) == before + 1
    prompt = json.loads(provider.requests[-1].body)["messages"][1]["content"]
    assert f"“{ASKED}” is answered: per plan." in prompt
    text = (workspace / "a.spec.md").read_text()
    goal, tasks = UPDATED.split("## Tasks")
    assert text == f"{SPEC}\n{DRAFT}".replace(DRAFT[: DRAFT.index("## Non-goals")], goal).replace(
        DRAFT[DRAFT.index("## Tasks") : DRAFT.index("## Verification")], f"## Tasks{tasks}\n"
    ).replace("Default: one for all.\n", "Default: one for all. **Answer:** per plan\n")


async def test_a_question_of_an_older_version_is_answered_in_the_document_as_it_is(orch, provider, workspace, run_id):
    """A later run asks the same, under another id; the text around has changed, and the question is gone from it."""
    file = workspace / "a.spec.md"
    later = DRAFT.replace(f"- Q1: {ASKED}", f"- Q1: Who is told of it? Default: nobody.\n- Q2: {ASKED}")
    provider.script(stream_reply(chat_pieces([later])))
    file.write_text(SPEC.replace("100", "200"))
    second = (await orch("draft", "a.spec.md", "--workflow", "quick", "--json")).json()
    assert [one["id"] for one in second["questions"]] == ["Q1", "Q2"]
    file.write_text(SPEC + "\n## Goal\n\nThe limit is per plan, or one for all plans.\n")
    done = await orch("answer", run_id, "Q1", "per plan")
    assert done.code == 0, done.err
    assert "a later run has drafted this document since" in done.err
    assert f"## Decisions\n\n- {file_date(file.read_text())}: {ASKED} → per plan\n\n## Goal" in file.read_text()
    kept = (await orch("runs", "show", second["run_id"], "--json")).json()
    assert [one["answer"] for one in kept["questions"]] == [None, "per plan"]


def file_date(text: str) -> str:
    return text[text.index("## Decisions\n\n- ") + 16 :][:10]


async def test_what_cannot_be_answered_changes_nothing(orch, workspace, run_id):
    text = (workspace / "a.spec.md").read_text()
    assert (await orch("answer", run_id, "Q7", "x")).code == 2
    assert (await orch("answer", run_id, "Q1")).code == 2
    assert (await orch("answer", run_id, "Q1", "  ")).code == 2
    assert (await orch("answer", "00000000-0000-7000-8000-000000000000")).code == 2
    (workspace / "a.spec.md").unlink()
    gone = await orch("answer", run_id, "Q1", "per plan")
    assert gone.code in {1, 2}
    assert "a.spec.md is not there" in gone.err
    (workspace / "a.spec.md").write_text(text)
    asked = (await orch("answer", run_id, "--json")).json()
    assert asked["questions"][0]["answer"] is None


async def test_several_sections_are_written_anew_in_one_run(orch, provider, workspace, run_id):
    provider.script(stream_reply(chat_pieces([UPDATED])))
    done = await orch("refine", "a.spec.md", "--section", "tasks", "--section", "goal", "--json")
    record = check_record(done.json())
    assert record["rewrite"]["keys"] == ["goal", "tasks"]
    assert [section["key"] for section in record["draft"]["sections"]] == ["goal", "tasks"]
    missing = await orch("refine", "a.spec.md", "--section", "goal", "--section", "nowhere")
    assert missing.code == 2


async def test_editor_and_command_line_find_alike_what_an_answer_bears_on(orch, workspace, run_id, start_editor):
    file = workspace / "a.spec.md"
    editor = await start_editor(capabilities=pulling())
    uri = editor.open(file, file.read_text())

    async def found() -> list[tuple[object, ...]]:
        """The findings in the editor, which are those of the command line."""
        report = await editor.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        )
        theirs = [(one.code, int(one.severity), one.message, one.range.start.line) for one in report.items]
        ours = [
            (one["rule"], SEVERITIES[one["severity"]], one["message"], one["range"]["start"]["line"])
            for one in (await orch("check", "a.spec.md", "--json")).json()["findings"]
        ]
        assert sorted(ours) == sorted(theirs)
        return [one for one in theirs if one[0] == "answered_since"]

    assert await found() == []
    await editor.execute("orch.answerQuestion", {"runId": run_id, "question": "Q1", "answer": "per plan"})
    editor.save(uri)
    message = f"Q1 “{ASKED}” was answered since this was written: per plan. Bring it in line."
    lines = editor.text(uri).split("\n")
    assert await found() == [("answered_since", 2, message, lines.index(line)) for line in ("## Goal", "## Tasks")]
    (only,) = (await orch("check", "a.spec.md", "--json", "--rule", "answered_since")).json()["findings"][:1]
    assert only["key"] == "goal"

    # A section that is another since is not said to be stale, whoever changed it.
    editor.type(uri, editor.text(uri).replace("the limit is one for all plans (question 1)", "each plan has its own"))
    editor.save(uri)
    assert [one[3] for one in await found()] == [editor.text(uri).split("\n").index("## Tasks")]
