"""The editor's own models as a provider: an answer counts only if its text proves that it is whole."""

from __future__ import annotations

import asyncio

import pytest
from pygls.exceptions import JsonRpcException
from pytest_lsp import client_capabilities

from orch_lsp.lsp.commands import CANCEL_RUN, GENERATE_DRAFT
from tests.fakes.editor import plain

TITLE = "# Rate limiter\n\nLimit each client to 10 requests a second.\n\n"
WRITTEN = (
    "## Non-goals\n\nQuotas.\n\n## Assumptions\n\nOne process.\n\n## Acceptance Criteria\n\n- The 11th is refused.\n\n"
    "## Tasks\n\n- [ ] Write it.\n\n## Verification Plan\n\nA test.\n\n## Rollback Plan\n\nRevert.\n"
)
SPEC = f"{TITLE}## Goal\n\nTODO\n\n{WRITTEN}"


class Models:
    """The editor's side: models that say what they are told to."""

    def __init__(self, editor):
        self.editor = editor
        self.asked = []
        self.cancelled = []
        self.pieces = ["## Goal\n\n", "Limit each client to 10 requests a second.\n", "MARK"]
        self.error = None
        self.counted = None
        self.hangs = False
        self.listed = [{"id": "copilot/gpt-x", "name": "GPT X", "maxInputTokens": 64000}]
        features = editor.client.protocol.fm.features
        features["orch/lm/models"] = self.models
        features["orch/lm/request"] = self.request
        features["orch/lm/cancel"] = self.cancel

    async def models(self, params):
        return {"models": self.listed}

    async def request(self, params):
        asked = plain(params)
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        words = asked["messages"][-1]["content"]
        mark = words.rstrip().split("\n")[-1]
        for piece in self.pieces:
            told = {"requestId": asked["requestId"], "text": piece.replace("MARK", mark)}
            self.editor.client.protocol.notify("orch/lm/chunk", told)
        if self.hangs:
            await self.editor.look_again()
            await asyncio.Event().wait()
        counted = len(self.pieces) if self.counted is None else self.counted
        return {"chunks": counted, "model": "gpt-x-2026-10"}

    async def cancel(self, params):
        self.cancelled.append(plain(params)["requestId"])
        await self.editor.look_again()


@pytest.fixture
async def models(start_editor, homes):
    homes.configure('provider = "editor"\n[providers.editor]\nmodel = "copilot/gpt-x"\n')
    capabilities = client_capabilities("visual-studio-code")
    capabilities.experimental = {"orch": {"languageModels": True}}
    return Models(await start_editor(capabilities=capabilities, orch=False))


async def drafted(models, workspace, text=SPEC):
    uri = models.editor.open(workspace / "a.spec.md", text)
    return uri, await models.editor.draft(uri)


async def test_a_model_of_the_editor_writes_the_draft_and_the_record_says_what_is_not_known(models, workspace):
    uri, record = await drafted(models, workspace)
    assert "## Goal\n\nLimit each client to 10 requests a second.\n" in models.editor.buffers[uri].text
    assert (record["status"], record["draft"]["state"]) == ("completed", "applied")
    assert record["provider"] == {"id": "editor", "kind": "editor", "server_address": None}
    assert record["model"] == {"requested": "copilot/gpt-x", "resolved": "gpt-x-2026-10"}
    assert record["usage"] is None
    assert record["cost"] is None
    assert record["finish_reasons"][0] == "not reported"
    [asked] = models.asked
    assert [message["role"] for message in asked["messages"]] == ["user", "user"]
    assert "Limit each client" in asked["messages"][1]["content"]


async def test_the_mark_may_come_in_pieces_within_emphasis_and_inside_a_fence(models, workspace):
    models.pieces = ["```markdown\n## Goal\n\nLimit each cli", "ent to 10 requests a second.\n", "**[END", "MARK"]
    original = models.request

    async def split(params):
        words = plain(params)["messages"][-1]["content"].rstrip().split("\n")[-1]
        models.pieces[2:] = [f"**{words[:9]}", f"{words[9:]}**\n", "```\n"]
        return await original(params)

    models.editor.client.protocol.fm.features["orch/lm/request"] = split
    uri, record = await drafted(models, workspace)
    assert record["status"] == "completed"
    assert "END OF ANSWER" not in models.editor.buffers[uri].text


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(["## Goal\n\nLimit each client to 10 requests a second.\n"], id="no mark"),
        pytest.param(
            ["## Goal\n\nLimit each", " client to 10 requests a second.\n", "[END OF ANSWER"], id="half a mark"
        ),
        pytest.param(
            ["## Goal\n\nLimit each client to 10 requests a second.\n", "[END OF ANSWER 00000000]"],
            id="a mark of another request",
        ),
        pytest.param(["MARK\n", "## Goal\n\nLimit each client to 10 requests a second.\n"], id="text after the mark"),
    ],
)
async def test_an_answer_that_does_not_prove_its_end_is_incomplete_and_kept(models, workspace, pieces):
    models.pieces = pieces
    uri, record = await drafted(models, workspace)
    assert (record["status"], record["error"]["code"]) == ("failed", "incomplete_output")
    assert record["draft"]["partial"] is True
    assert models.editor.buffers[uri].text == SPEC


async def test_an_answer_with_its_mark_that_lacks_a_section_is_incomplete(models, workspace):
    _, record = await drafted(models, workspace, f"{TITLE}## Goal\n\nTODO\n")
    assert record["error"]["code"] == "incomplete_output"
    assert "Rollback Plan" in record["error"]["message"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("NoPermissions", "permission_denied"),
        ("Blocked", "quota_exhausted"),
        ("NotFound", "model_not_found"),
        ("RateLimited", "rate_limited"),
        ("anything", "provider_unavailable"),
    ],
)
async def test_a_failure_of_the_editor_has_a_code_and_a_cure(models, workspace, told, code):
    models.error = JsonRpcException("no", -32000, {"code": told})
    _, record = await drafted(models, workspace)
    assert record["error"]["code"] == code
    assert record["error"]["remediation"]
    assert record["steps"][-1]["status"] != "completed"


async def test_a_cancel_reaches_the_editor(models, workspace):
    models.hangs = True
    uri = models.editor.open(workspace / "a.spec.md", SPEC)
    run = await models.editor.execute(GENERATE_DRAFT, {"uri": uri})
    await models.editor.until(lambda: models.asked)
    await models.editor.execute(CANCEL_RUN, {"runId": run["runId"]})
    await models.editor.until(lambda: models.cancelled == [models.asked[0]["requestId"]])


async def test_pieces_that_the_editor_counted_and_that_never_come_are_missed(models, workspace):
    models.editor.server.last_pieces_s = 0.05
    models.counted = 9
    _, record = await drafted(models, workspace)
    assert record["error"]["code"] == "incomplete_output"


@pytest.mark.parametrize("window", [1, 300, 10**15, -5, "64000", None, True, 1.5])
async def test_a_model_that_lies_about_its_window_is_asked_all_the_same(models, workspace, window):
    models.listed[0]["maxInputTokens"] = window
    (workspace / "limits.py").write_text("def limit(client):\n    return 10\n" * 200)
    uri, record = await drafted(models, workspace)
    assert record["status"] == "completed", record["error"]
    assert models.editor.text(uri) == SPEC.replace("TODO", "Limit each client to 10 requests a second.", 1)


async def test_an_editor_without_models_says_so(start_editor, homes, workspace):
    homes.configure('provider = "editor"\n[providers.editor]\nmodel = "copilot/gpt-x"\n')
    editor = await start_editor()
    record = await editor.draft(editor.open(workspace / "a.spec.md", SPEC))
    assert record["error"]["code"] == "provider_unavailable"
    assert "VS Code" in record["error"]["remediation"]


async def test_the_models_of_the_editor_are_offered(models, workspace):
    uri = models.editor.open(workspace / "a.spec.md", SPEC)
    listed = await models.editor.execute("orch.selectModel", {"uri": uri, "provider": "editor"})
    assert {"provider": "editor", "model": "copilot/gpt-x"}.items() <= listed["candidates"][0].items()


async def test_a_project_that_chooses_the_editor_asks_first(models, homes, workspace):
    homes.configure("")
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / ".orch" / "config.toml").write_text('provider = "editor"\nmodel = "copilot/gpt-x"\n')
    uri = models.editor.open(workspace / "a.spec.md", SPEC)
    with pytest.raises(JsonRpcException) as refused:
        await models.editor.execute(GENERATE_DRAFT, {"uri": uri})
    assert refused.value.data["code"] == "not_allowed"
    assert models.asked == []
