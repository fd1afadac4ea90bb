"""The workflows in an editor: a list to choose from, actions on the title, a message where a client can ask."""

from __future__ import annotations

from typing import cast

import pytest
import pytest_asyncio
from lsprotocol import types

from tests.fakes.editor import Editor
from tests.process.conftest import KEY
from tests.process.desk import sit_down
from tests.process.test_steps_before_a_draft import SPEC, by_step

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN = """description = "  Only\\n the \\u202echeck\\u202c "
[[steps]]
id = "check"
"""
REVIEW = (
    "Orch: Run workflow review: Findings on the document as it stands: the machine's checks, then a critic; nothing is "
    "written"
)
KIND = "refactor.rewrite.orch.workflow"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory):
    desk = await sit_down(tmp_path_factory.mktemp("desk") / "Prüf NAME (1) [x]", key=KEY)
    folder = desk.workspace / ".orch" / "workflows"
    folder.mkdir(parents=True)
    (folder / "only-check.toml").write_text(OWN, encoding="utf-8")
    (folder / "broken.toml").write_text('[[steps]]\nid = "sing"\n', encoding="utf-8")
    yield desk
    await desk.editor.stop()


async def test_a_client_is_told_the_workflows_with_what_each_does(desk, model):
    desk.use(model.url)
    uri = desk.open("listed", SPEC)
    answer = await desk.editor.execute("orch.runWorkflow", {"uri": uri, "open": False})
    assert (answer["runId"], answer["status"], answer["uri"]) == (None, "listed", uri)
    told = {one["name"]: one for one in answer["workflows"]}
    assert list(told) == ["broken", "clarify", "draft", "only-check", "quick", "review", "sections"]
    assert [one["name"] for one in answer["workflows"] if one["default"]] == ["draft"]
    assert [one["name"] for one in answer["workflows"] if one["writes"]] == ["draft", "quick", "sections"]
    assert told["review"]["description"].startswith("Findings on the document")
    assert told["only-check"] == {
        "name": "only-check",
        "description": "Only the check",
        "default": False,
        "writes": False,
        "path": ".orch/workflows/only-check.toml",
        "error": None,
    }
    assert "sing" in told["broken"]["error"]
    assert not desk.editor.questions


async def test_a_workflow_that_is_named_is_run(desk, model):
    desk.use(model.url)
    uri = desk.open("named", SPEC)
    model.answer_by(by_step())
    answer = await desk.editor.execute("orch.runWorkflow", {"uri": uri, "workflow": "clarify"})
    assert answer["status"] == "accepted"
    await desk.editor.status(answer["runId"], "completed")
    record = await desk.stored(answer["runId"])
    assert (record["workflow"], record["draft"]) == ("clarify", None)
    assert desk.editor.text(uri) == SPEC


async def test_the_workflows_are_actions_on_the_title_and_nowhere_else_unless_asked_for(desk, model):
    desk.use(model.url)
    uri = desk.open("acted", SPEC)
    model.answer_by(by_step())
    found = await desk.editor.actions_at(uri, "# Rate limiter")
    workflows = [title for title in found if "Run workflow" in title]
    assert [title.split()[3].rstrip(":") for title in workflows] == [
        "clarify",
        "only-check",
        "quick",
        "review",
        "sections",
    ]
    assert not [title for title in await desk.editor.actions_at(uri, "Nothing else") if "Run workflow" in title]
    below = types.Range(types.Position(8, 0), types.Position(8, 0))
    kinds = types.CodeActionContext([], only=[cast("types.CodeActionKind", KIND)])
    asked = types.CodeActionParams(types.TextDocumentIdentifier(uri), below, kinds)
    assert len(await desk.editor.client.text_document_code_action_async(asked) or []) == len(workflows)
    answer = await desk.editor.run_action(found[REVIEW])
    await desk.editor.status(answer["runId"], "completed")
    assert (await desk.stored(answer["runId"]))["workflow"] == "review"


async def test_workflows_that_write_are_not_offered_where_nothing_is_open(desk, model):
    desk.use(model.url)
    uri = desk.open("written", SPEC.replace("TODO", "- [ ] Count the requests."))
    titles = [title for title in await desk.editor.actions_at(uri, "# Rate limiter") if "Run workflow" in title]
    assert [title.split()[3].rstrip(":") for title in titles] == ["clarify", "only-check", "review"]


async def test_without_a_name_the_person_is_asked_and_the_answer_is_run(desk, model):
    desk.use(model.url)
    uri = desk.open("asked", SPEC)
    model.answer_by(by_step())
    desk.editor.answer_question = "review"
    answer = await desk.editor.execute("orch.runWorkflow", {"uri": uri})
    assert answer["status"] == "asked"
    await desk.editor.until(
        lambda: "review" in {run["workflow"] for run in desk.editor.runs if run["spec"]["path"] == "asked.spec.md"}
    )
    question = desk.editor.questions[-1]
    desk.editor.answer_question = None
    assert [one.title for one in question.actions or []] == [
        "clarify",
        "draft",
        "only-check",
        "quick",
        "review",
        "sections",
    ]
    assert "\nreview: Findings on the document" in question.message
    assert "\nonly-check: Only the check" in question.message


async def test_a_workflow_that_cannot_be_used_is_refused_with_its_file(desk, model):
    desk.use(model.url)
    uri = desk.open("refused", SPEC)
    with pytest.raises(Exception, match="sing") as refused:
        await desk.editor.execute("orch.runWorkflow", {"uri": uri, "workflow": "broken"})
    assert refused.value.data["code"] == "invalid_workflow"
    assert (await desk.editor.diagnostic(uri, "invalid_workflow")).severity == types.DiagnosticSeverity.Error


async def test_a_client_without_buttons_in_messages_is_told_how(tmp_path, model):
    desk = await sit_down(tmp_path / "plain", key=KEY)
    await desk.editor.stop()
    desk.use(model.url)
    editor = Editor()
    await editor.start(env=desk.environment, cwd=desk.workspace)
    await editor.initialize(desk.workspace, capabilities=types.ClientCapabilities(), orch=False)
    uri = editor.open(desk.workspace / "told.spec.md", SPEC)
    answer = await editor.execute("orch.runWorkflow", {"uri": uri})
    assert answer["status"] == "listed"
    await editor.until(lambda: [one for one in editor.client.messages if "quick: One call" in one.message])
    commands = await editor.actions(uri)
    assert [title for title in commands if "Run workflow clarify" in title]
    await editor.stop()
