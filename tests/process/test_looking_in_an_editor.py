"""Workflows that write nothing, in an editor: findings, questions, an answer, and a document that stays as it is."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.process.conftest import KEY
from tests.process.desk import sit_down
from tests.process.test_steps_before_a_draft import SPEC, by_step, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory):
    desk = await sit_down(tmp_path_factory.mktemp("desk") / "My Prüf (1) [x]", key=KEY)
    yield desk
    await desk.editor.stop()


async def looked_at(desk, model, name: str, workflow: str, **instead):
    desk.use(model.url)
    uri = desk.open(name, SPEC)
    model.answer_by(by_step(**instead))
    answer = await desk.editor.execute("orch.generateDraft", {"uri": uri, "workflow": workflow})
    await desk.editor.status(answer["runId"], "completed")
    return uri, await desk.stored(answer["runId"])


async def test_a_review_tells_what_it_found_and_leaves_the_document_alone(desk, model):
    objection = '- error: "The window of the limit lasts 60 seconds." Nobody says of which clock.\n'
    uri, record = await looked_at(desk, model, "reviewed", "review", critic=reply(objection))
    assert desk.editor.text(uri) == SPEC
    assert record["draft"] is None
    said = [shown.message for shown in desk.editor.client.messages if "Nobody says of which clock" in shown.message]
    assert len(said) == 1
    shown = await desk.editor.execute("orch.showRun", {"runId": record["run_id"], "open": False})
    assert shown["run_id"] == record["run_id"]
    assert not [offer for offer in await desk.editor.offers(uri) if "Apply draft" in offer]


async def test_a_question_of_a_run_without_a_draft_is_answered_in_the_document(desk, model):
    uri, record = await looked_at(desk, model, "clarified", "clarify")
    assert [one["id"] for one in record["questions"]] == ["Q1", "Q2"]
    assert desk.editor.text(uri) == SPEC
    answered = await desk.editor.execute(
        "orch.answerQuestion", {"runId": record["run_id"], "question": "Q1", "answer": "no"}
    )
    assert answered is not None
    text = desk.editor.text(uri)
    assert "Is a refused client told the reason?" in text
    assert text.replace("TODO", "") != SPEC.replace("TODO", "")
    again = await desk.stored(record["run_id"])
    assert (again["questions"][0]["answer"], again["draft"]) == ("no", None)


async def test_the_answers_that_a_question_proposes_are_actions_on_the_title_and_where_it_stands(desk, model):
    uri, record = await looked_at(desk, model, "answered", "clarify")
    offered = await desk.editor.actions_at(uri, "# Rate limiter")
    answers = [title for title in offered if title.startswith("Orch: Answer ")]
    assert answers[:2] == [
        "Orch: Answer “Is a refused client told the reason?”: yes",
        "Orch: Answer “Is a refused client told the reason?”: no (the default)",
    ]
    assert not [title for title in await desk.editor.actions_at(uri, "Nothing else") if "Answer" in title]
    assert (await desk.editor.run_action(offered[answers[1]]))["answer"] == "no"
    assert "Is a refused client told the reason?" in desk.editor.text(uri)
    left = [title for title in await desk.editor.actions_at(uri, "# Rate limiter") if title.startswith("Orch: Answer ")]
    assert left == answers[2:]
    assert (await desk.stored(record["run_id"]))["questions"][0]["answer"] == "no"


async def test_a_draft_after_clarifying_is_a_run_of_its_own(desk, model):
    uri, record = await looked_at(desk, model, "then-drafted", "clarify")
    drafted = await desk.editor.draft(uri)
    assert drafted["status"] == "completed"
    assert drafted["run_id"] != record["run_id"]
    assert "TODO" not in desk.editor.text(uri)
