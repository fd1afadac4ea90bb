"""orch.setup over the protocol: the steps of a client with a picker, messages in one without, and nothing lost."""

from __future__ import annotations

import os
import tomllib

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.fakes.scripted_server import Reply, ScriptedServer, Send, chat_error, chat_pieces, json_reply, stream_reply
from tests.process.desk import KEY, SPEC

READY = stream_reply(chat_pieces(["ready"]))
HAND_WRITTEN = '# mine\napply = "review" # I look first\n'


@pytest.fixture
def served(provider: ScriptedServer) -> ScriptedServer:
    provider.route("/v1/models", json_reply({"data": [{"id": "small"}, {"id": "large"}, {"id": "some-embedding"}]}))
    provider.route("/models", Reply(404, {"content-type": "text/plain"}, (Send(b"not here"),)))
    provider.script(READY)
    return provider


async def test_the_steps_of_a_picker_lead_to_a_draft(start_editor, homes, served, workspace):
    homes.configure(HAND_WRITTEN)
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    with pytest.raises(JsonRpcException, match="Run `orch-lsp setup`, or write"):
        await editor.execute("orch.generateDraft", {"uri": uri})
    failed = await editor.diagnostic(uri, "missing_provider")
    assert str(homes.config / "config.toml") in failed.message
    assert "Orch: Set up a provider and model…" in await editor.actions(uri, failed)

    found = await editor.execute("orch.setup", {"step": "find"})
    assert found["config"] == str(homes.config / "config.toml")
    assert (found["command"], found["current"]) == ("orch-lsp setup", None)
    assert {
        "provider": "anthropic",
        "variables": ["ANTHROPIC_API_KEY"],
        "hasKey": False,
        "needsAddress": False,
    } in found["services"]
    assert await editor.execute("orch.setup", {"step": "current"}) == {
        key: found[key] for key in ("config", "command", "current")
    }
    own = {"baseUrl": f"http://127.0.0.1:{served.port}", "keyEnv": "WORK_KEY"}
    listed = await editor.execute("orch.setup", {"step": "models", **own})
    assert [one["id"] for one in listed["models"]] == ["small", "large", "some-embedding"]
    assert (listed["provider"], listed["baseUrl"], listed["hosted"]) == ("local", served.url, False)
    choice = {"provider": listed["provider"], "baseUrl": listed["baseUrl"], "keyEnv": "WORK_KEY", "model": "large"}
    tried = await editor.execute("orch.setup", {"step": "try", **choice})
    assert tried["answered"] == "served-model"
    assert served.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert (homes.config / "config.toml").read_text() == HAND_WRITTEN
    written = await editor.execute("orch.setup", {"step": "write", **choice})
    assert (written["changed"], written["model"]) == (True, "large")
    await editor.until(lambda: not any(one.code == "missing_provider" for one in editor.client.diagnostics[uri]))
    text = (homes.config / "config.toml").read_text()
    assert text.startswith(HAND_WRITTEN)
    assert KEY not in text
    assert written["comesFirst"] is None
    started = await editor.execute("orch.generateDraft", {"uri": uri})
    assert started["status"] == "accepted"


async def test_ten_thousand_models_come_as_those_that_are_looked_for(start_editor, served):
    served.route("/v1/models", json_reply({"data": [{"id": f"v/model-{number}"} for number in range(10_000)]}))
    editor = await start_editor()
    listed = await editor.execute(
        "orch.setup", {"step": "models", "baseUrl": served.url, "search": "MODEL 999", "limit": 5}
    )
    assert listed["total"] == 19
    asked = len(served.requests)
    again = {"provider": listed["provider"], "baseUrl": listed["baseUrl"], "kind": listed["kind"], "search": "77"}
    assert (await editor.execute("orch.setup", {"step": "models", **again}))["total"] == 280
    assert len(served.requests) == asked
    assert [one["id"] for one in listed["models"]] == [f"v/model-{name}" for name in (999, 1999, 2999, 3999, 4999)]


async def test_what_cannot_be_used_is_told_with_its_code_and_nothing_is_written(start_editor, homes, served):
    editor = await start_editor()
    choice = {"provider": "work", "baseUrl": served.url, "model": "large"}
    served.script(chat_error(401, "invalid_api_key"))
    for step, more, words in (
        ("try", choice, "401"),
        ("try", {"provider": "wrok", "model": "m"}, "no provider named 'wrok'"),
        ("models", {"baseUrl": "http://127.0.0.1:1"}, "refused the connection"),
        ("models", {"baseUrl": served.url, "keyEnv": KEY}, "cannot be used: letters, digits"),
        ("write", {"provider": "work", "baseUrl": served.url}, "No model of work is named"),
        ("write", {}, "`provider` is needed"),
        ("sleep", {}, "`step` must be one of current, find, models, name, try, write"),
    ):
        with pytest.raises(JsonRpcException) as refused:
            await editor.execute("orch.setup", {"step": step, **more})
        assert words in refused.value.message
        assert KEY not in refused.value.message
    homes.configure("provider = \n")
    with pytest.raises(JsonRpcException, match=r"config\.toml, line 1: "):
        await editor.execute("orch.setup", {"step": "write", **choice})
    assert (homes.config / "config.toml").read_text() == "provider = \n"


async def test_a_trial_of_an_unknown_model_names_similar_ones(start_editor, served):
    editor = await start_editor()
    own = {"provider": "work", "baseUrl": served.url}
    await editor.execute("orch.setup", {"step": "models", **own})
    served.script(chat_error(404, "model_not_found"))
    with pytest.raises(JsonRpcException, match="The nearest known: `large`"):
        await editor.execute("orch.setup", {"step": "try", **own, "model": "lage"})


async def test_without_a_picker_it_is_asked_in_messages(start_editor, homes, served, workspace):
    homes.configure(f'[providers.work]\nkind = "openai-compatible"\nbase_url = "{served.url}"\n')
    editor = await start_editor()
    editor.open(workspace / "a.spec.md", SPEC)

    def choose() -> None:
        editor.answer_question = editor.questions[-1].actions[0].title

    editor.before_answer = choose
    begun = await editor.execute("orch.setup")
    assert begun["status"] == "asked"
    await editor.until(lambda: any("answered, and is written into" in text.message for text in editor.client.messages))
    who, which, trial = [question.message for question in editor.questions]
    assert who.startswith("Orch: which provider should write your drafts? More by `orch-lsp setup` in a terminal.")
    assert which == "Orch: which model of work?"
    assert "One request goes to work (small)" in trial
    assert str(homes.config / "config.toml") in trial
    assert tomllib.loads((homes.config / "config.toml").read_text())["provider"] == "work"


async def test_a_client_that_cannot_ask_is_told_the_command_and_the_file(start_editor, homes):
    editor = await start_editor(capabilities=types.ClientCapabilities())
    told = await editor.execute("orch.setup", {})
    assert told["status"] == "told"
    await editor.until(lambda: editor.client.messages)
    assert "run `orch-lsp setup` in a terminal" in editor.client.messages[-1].message
    assert str(homes.config / "config.toml") in editor.client.messages[-1].message
    assert (await editor.execute("orch.setup", {"open": False}))["status"] == "found"


async def test_what_comes_before_the_written_choice_is_named(start_editor, homes, served, workspace):
    (workspace / ".orch" / "config.toml").write_text('provider = "outline"\n')
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    choice = {"provider": "work", "baseUrl": served.url, "model": "large"}
    written = await editor.execute("orch.setup", {"step": "write", "uri": uri, **choice})
    assert written["comesFirst"] == {"layer": ".orch/config.toml", "provider": "outline", "model": None}
    await editor.execute("orch.setup", {"step": "write", **choice})
    (workspace / ".orch" / "config.toml").write_text("")
    await editor.client.protocol.send_request_async("orch/userSettings", {"provider": "outline"})
    written = await editor.execute("orch.setup", {"step": "write", "uri": uri, **choice})
    assert written["comesFirst"]["layer"] == "the editor's own settings"


@pytest.mark.skipif(os.name != "posix", reason="a script of POSIX")
async def test_a_program_of_an_open_folder_is_no_agent_of_the_persons(start_editor, workspace, tmp_path):
    pytest.importorskip("acp", reason="needs the extra acp")
    for folder, name in ((workspace / "node_modules" / ".bin", "gemini"), (tmp_path / "programs", "goose")):
        folder.mkdir(parents=True)
        (folder / name).write_text("#!/bin/sh\ntouch started\n")
        (folder / name).chmod(0o755)
    path = os.pathsep.join([str(workspace / "node_modules" / ".bin"), str(tmp_path / "programs"), os.environ["PATH"]])
    editor = await start_editor(env={"PATH": path}, cwd=tmp_path / "programs")
    found = await editor.execute("orch.setup", {"step": "find"})
    assert [one["provider"] for one in found["candidates"] if one["source"] == "agent"] == []
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    editor = await start_editor(env={"PATH": path}, cwd=elsewhere)
    found = await editor.execute("orch.setup", {"step": "find"})
    assert [one["provider"] for one in found["candidates"] if one["source"] == "agent"] == ["goose"]
