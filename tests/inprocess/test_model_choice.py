"""Choosing a model in the editor: completion, the command, and the cures of a model that is not found."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types

from orch_lsp.lsp.value_completion import MOST
from orch_lsp.text import LineIndex
from tests.fakes.scripted_server import Reply, Stall, chat_error, json_reply

LISTED = {"data": [{"id": "big-model", "context_length": 200_000}, {"id": "small:model"}, {"id": "asked-model"}]}
SPEC = "---\nprovider: work\nmodel: asked-model\n---\n\n# A\n\nLimit each client.\n"


@pytest.fixture
def listed(homes, provider):
    """A provider named `work` that lists its models and knows none of them."""
    homes.use(provider.url)
    provider.route("/v1/models", json_reply(LISTED))
    provider.script(chat_error(404, "model_not_found"))
    return provider


async def complete(editor: Any, path: Any, marked: str) -> dict[str, str]:
    """What completion offers at the `|`, and the whole text with each put in."""
    offset = marked.index("|")
    text = marked.replace("|", "")
    uri = editor.open(path, text)
    index = LineIndex(text, editor.encoding)
    found = await editor.client.text_document_completion_async(
        types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(*index.position(offset)))
    )
    texts: dict[str, str] = {}
    for item in found.items if found else []:
        edit = item.text_edit
        start, end = ((index.offset(place.line, place.character)) for place in (edit.range.start, edit.range.end))
        assert start <= offset <= end
        texts[item.label] = text[:start] + edit.new_text + text[end:]
    return texts


async def known(editor: Any, uri: str) -> Any:
    """Have the list of models asked for."""
    return await editor.execute("orch.selectModel", {"uri": uri, "open": False})


async def test_completion_offers_providers_and_the_models_of_the_one_beside(start_editor, workspace, listed):
    editor = await start_editor()
    await known(editor, editor.open(workspace / "a.spec.md", SPEC))

    names = await complete(editor, workspace / "b.spec.md", "---\nprovider: |\n---\n# A 😋\n")
    models = await complete(editor, workspace / "c.spec.md", "---\nprovider: work\nmodel: b|\n---\n")
    elsewhere = await complete(editor, workspace / "d.spec.md", "---\nprovider: outline\nmodel: |\n---\n")

    assert next(iter(names)) == "work"
    assert {"anthropic", "ollama", "outline"} <= set(names)
    assert names["ollama"] == "---\nprovider: ollama\n---\n# A 😋\n"
    assert list(models) == ["asked-model", "big-model", "small:model"]
    assert models["small:model"] == '---\nprovider: work\nmodel: "small:model"\n---\n'
    assert elsewhere == {}


async def test_completion_in_settings_files_writes_toml(start_editor, homes, workspace, listed):
    editor = await start_editor()
    await known(editor, editor.open(workspace / "a.spec.md", SPEC))

    project = await complete(editor, workspace / ".orch" / "config.toml", 'provider = "work"\nmodel = "big|"\n')
    user = await complete(editor, homes.config / "config.toml", "[providers.work]\nkind = |\n")
    other = await complete(editor, workspace / "config.toml", 'provider = "|"\n')

    assert project["big-model"] == 'provider = "work"\nmodel = "big-model"\n'
    assert user["ollama"] == '[providers.work]\nkind = "ollama"\n'
    assert other == {}
    # A settings file is no spec: commands without an argument still mean the document.
    assert (await editor.execute("orch.selectModel", {"open": False}))["uri"].endswith("a.spec.md")


async def test_completion_never_waits_for_a_provider(start_editor, homes, workspace, provider):
    homes.use(provider.url)
    provider.script(Reply(steps=(Stall(),)))
    editor = await start_editor()
    models = await complete(editor, workspace / "a.spec.md", "---\nprovider: work\nmodel: |\n---\n")
    assert list(models) == ["asked-model"]
    # It is asked behind the answer, once.
    assert (await provider.request(0)).path == "/v1/models"
    await complete(editor, workspace / "b.spec.md", "---\nprovider: work\nmodel: |\n---\n")
    assert len(provider.requests) == 1


async def test_completion_never_asks_a_hosted_provider_that_only_the_project_chose(
    start_editor, workspace, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "canary-openai-key")
    editor = await start_editor()
    models = await complete(editor, workspace / "a.spec.md", "---\nprovider: openai\nmodel: |\n---\n")
    assert isinstance(models, dict)
    await asyncio.gather(*editor.server._tasks, return_exceptions=True)
    # A try, failed or not, would be noted, so that another is not made for a while.
    assert (await editor.server.session()).models._asked == {}


@pytest.mark.parametrize("text", ["# A\n\nprovider: |\n", "---\ntitle: |\n---\n", "|", "---\n|"])
async def test_elsewhere_completion_offers_nothing(start_editor, workspace, text):
    editor = await start_editor()
    assert await complete(editor, workspace / "a.spec.md", text) == {}


async def test_a_very_long_list_is_cut_to_what_was_typed(start_editor, homes, workspace, provider):
    homes.use(provider.url)
    provider.script(json_reply({"data": [{"id": f"model-{number}"} for number in range(1000)]}))
    editor = await start_editor()
    await known(editor, editor.open(workspace / "a.spec.md", SPEC))
    every = await complete(editor, workspace / "b.spec.md", "---\nprovider: work\nmodel: |\n---\n")
    few = await complete(editor, workspace / "c.spec.md", "---\nprovider: work\nmodel: model-99|\n---\n")
    assert len(every) == MOST
    assert set(few) == {"model-99", *(f"model-{number}" for number in range(990, 1000))}


async def test_the_command_returns_the_models_as_data(start_editor, workspace, listed):
    editor = await start_editor()
    answer = await known(editor, editor.open(workspace / "a.spec.md", SPEC))
    assert (answer["status"], answer["provider"], answer["model"]) == ("listed", "work", "asked-model")
    assert answer["candidates"][:2] == [
        {"provider": "work", "model": "asked-model", "name": None, "contextWindow": None},
        {"provider": "work", "model": "big-model", "name": None, "contextWindow": 200_000},
    ]
    assert answer["lists"][0]["source"] == "provider"
    assert editor.questions == []


async def test_a_model_picked_in_the_message_is_written_into_the_front_matter(start_editor, workspace, listed, homes):
    editor = await start_editor()
    editor.answer_question = "work · big-model"
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute("orch.selectModel")
    assert answer["status"] == "asked"
    await editor.until(lambda: "model: big-model" in editor.text(uri))
    assert editor.text(uri) == SPEC.replace("asked-model", "big-model")
    # To choose by hand is to allow.
    assert '"provider": "work"' in (homes.state / "trust.json").read_text()
    assert [action.title for action in editor.questions[0].actions] == [
        "work · asked-model", "work · big-model", "work · small:model",
    ]  # fmt: skip


async def test_the_command_answers_although_no_provider_does(start_editor, homes, workspace, provider):
    homes.use(provider.url, more="timeout = { first_byte = 0.1 }")
    provider.script(Reply(steps=(Stall(),)))
    editor = await start_editor()
    answer = await known(editor, editor.open(workspace / "a.spec.md", SPEC))
    assert [one["model"] for one in answer["candidates"]] == ["asked-model"]


async def test_a_client_without_questions_is_told_about_completion(start_editor, workspace, listed):
    editor = await start_editor(capabilities=types.ClientCapabilities())
    editor.open(workspace / "a.spec.md", SPEC)
    assert (await editor.execute("orch.selectModel"))["status"] == "listed"
    await editor.until(lambda: editor.client.messages)
    assert "completion offers what is known" in editor.client.messages[0].message


async def test_a_model_that_is_not_found_is_cured_by_the_nearest_known(start_editor, workspace, listed):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC.replace("asked-model", "big-modle"))
    await known(editor, uri)
    record = await editor.draft(uri)
    assert record["error"]["code"] == "model_not_found"
    assert "The nearest known: `big-model`" in record["error"]["remediation"]
    diagnostic = await editor.diagnostic(uri, "model_not_found")
    actions = await editor.actions(uri, diagnostic)
    assert "Orch: Choose another model…" in actions
    await editor.run_action(actions["Orch: Use work (big-model)"])
    assert "model: big-model" in editor.text(uri)
