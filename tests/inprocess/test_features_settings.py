"""Settings over every door of the protocol: a wrong value is said at the document, and the rest works on."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.fakes.editor import plain
from tests.fakes.scripted_server import chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]
NO_CONFIGURATION = types.ClientCapabilities(window=types.WindowClientCapabilities(work_done_progress=True))


@pytest.fixture
def answering(homes, provider):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    return provider


def configures(editor, *answers):
    """Answer the server's questions for the configuration with these, the last one for ever."""
    left = list(answers)

    async def configuration(params):
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return [answer for _ in params.items]

    editor.client.protocol.fm.features[types.WORKSPACE_CONFIGURATION] = configuration


def settings_problems(editor, uri):
    return [d for d in editor.client.diagnostics.get(uri, []) if d.code == "invalid_settings"]


async def problem(editor, uri, *words):
    """The diagnostic on a setting that names all these words."""

    def find():
        return next((d for d in settings_problems(editor, uri) if all(word in d.message for word in words)), None)

    return await editor.until(find)


async def change_settings(editor, settings):
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))


# -- one wrong value, wherever it stands


async def test_a_typo_in_the_user_config_is_a_diagnostic_and_the_rest_works(start_editor, answering, homes, workspace):
    homes.use(answering.url, head="max_output_tokens = 77\ntempreature = 0.5", more="[runs]\nparalel = 3")
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    found = await problem(editor, uri, "config.toml", "tempreature", "0.5", "temperature")
    assert found.severity is types.DiagnosticSeverity.Warning
    assert found.source == "orch"
    await problem(editor, uri, "paralel", "3", "parallel")
    record = await editor.draft(uri)
    assert record["draft"]["state"] == "applied"
    assert record["request"]["max_output_tokens"] == 77


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('temperature = "hot"', ["temperature", "hot", "number"]),
        ("temperature = 7", ["temperature", "7", "2"]),
        ("max_output_tokens = -1", ["max_output_tokens", "-1", "equal to 1"]),
        ('apply = "sometimes"', ["apply", "sometimes", "auto", "review"]),
        ('include = "*.md"', ["include", "*.md", "list"]),
        ("reasoning = true", ["reasoning", "high"]),
        ('[lint]\nmissing_section = "loud"', ["lint.missing_section", "loud", "warning"]),
        ('[context]\nbudget_tokens = "many"', ["context.budget_tokens", "many"]),
    ],
)
async def test_a_wrong_value_in_the_project_config_names_key_value_and_what_was_expected(
    start_editor, answering, workspace, line, words
):
    (workspace / ".orch" / "config.toml").write_text(line + "\n")
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await problem(editor, uri, "config.toml", *words)
    assert (await editor.draft(uri))["draft"]["state"] == "applied"


async def test_a_project_config_that_is_no_toml_is_a_diagnostic_and_the_rest_works(start_editor, answering, workspace):
    (workspace / ".orch" / "config.toml").write_text('apply = "review"\nprovider = = 1\n')
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await problem(editor, uri, "config.toml", "TOML")
    assert (await editor.draft(uri))["draft"]["state"] == "applied"


async def test_a_user_config_that_is_no_toml_is_a_diagnostic_and_nothing_is_guessed(start_editor, homes, workspace):
    homes.configure('provider = "work"\n[providers.work\n')
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await problem(editor, uri, "config.toml", "TOML")
    with pytest.raises(Exception, match="not valid TOML") as caught:
        await editor.execute("orch.generateDraft")
    assert plain(caught.value.data)["code"] == "invalid_settings"


async def test_a_wrong_value_in_the_front_matter_is_shown_on_its_line(start_editor, answering, workspace):
    editor = await start_editor()
    text = "---\ntitle: Mine\ntemperature: hot\nmax_output_tokens: 55\n---\n" + SPEC
    uri = editor.open(workspace / "a.spec.md", text)
    found = await problem(editor, uri, "temperature", "hot")
    assert found.range.start.line == 2
    record = await editor.draft(uri)
    assert record["request"]["max_output_tokens"] == 55
    assert record["draft"]["state"] == "applied"


@pytest.mark.parametrize(
    ("line", "words"),
    [("profile: opensepc", "opensepc"), ("profile: 3", "“3”"), ("profile: [plain", "cannot be read"), ("profile:", "")],
)
async def test_a_profile_that_there_is_not_is_shown_on_its_line_and_goes_when_corrected(
    start_editor, answering, workspace, line, words
):
    editor = await start_editor()
    text = f"---\ntitle: Mine\n{line}\n---\n{SPEC}"
    uri = editor.open(workspace / "a.spec.md", text)

    def wrong():
        return [item for item in editor.client.diagnostics.get(uri, []) if item.code == "unknown_profile"]

    await editor.until(wrong)
    assert wrong()[0].range.start.line == 2
    assert words in wrong()[0].message
    with pytest.raises(Exception, match="profile") as caught:
        await editor.execute("orch.generateDraft", {"uri": uri})
    assert plain(caught.value.data)["code"] == "unknown_profile"
    assert len(wrong()) == 1
    editor.type(uri, text.replace(line, "profile: plain"))
    await editor.until(lambda: not wrong())
    assert (await editor.draft(uri))["draft"]["state"] == "applied"


@pytest.mark.parametrize("door", ["initializationOptions", "pull", "didChangeConfiguration"])
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"apply": "sometimes"}, ["apply", "sometimes", "review"]),
        ({"aply": "review"}, ["aply", "review", "apply"]),
        ({"orch": {"include": 7}}, ["include", "7", "list"]),
        ({"lint": {"missing_section": 1}}, ["lint.missing_section", "1"]),
        (7, ["orch", "object"]),
        ([1], ["orch", "object"]),
        ("review", ["orch", "object"]),
    ],
    ids=repr,
)
async def test_a_wrong_editor_setting_is_a_diagnostic_and_the_rest_works(
    start_editor, answering, workspace, door, settings, words
):
    if door == "initializationOptions":
        editor = await start_editor(capabilities=NO_CONFIGURATION, options=settings)
    elif door == "pull":
        editor = await start_editor(settings=settings)
    else:
        editor = await start_editor(capabilities=NO_CONFIGURATION)
        await change_settings(editor, settings)
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await problem(editor, uri, *words)
    assert (await editor.draft(uri))["draft"]["state"] == "applied"


@pytest.mark.parametrize("door", ["initializationOptions", "pull", "didChangeConfiguration"])
@pytest.mark.parametrize("settings", [None, {}, {"orch": None}, {"orch": {}}, [], ""], ids=repr)
async def test_settings_that_are_not_there_are_no_problem(start_editor, answering, workspace, door, settings):
    if door == "initializationOptions":
        editor = await start_editor(capabilities=NO_CONFIGURATION, options=settings)
    elif door == "pull":
        editor = await start_editor(settings={"x": 1})
        configures(editor, settings)
        await change_settings(editor, None)
    else:
        editor = await start_editor(capabilities=NO_CONFIGURATION)
        await change_settings(editor, settings)
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert (await editor.draft(uri))["draft"]["state"] == "applied"
    assert settings_problems(editor, uri) == []


# -- live changes


async def test_a_changed_setting_holds_for_the_next_run(start_editor, answering, workspace):
    editor = await start_editor(settings={"apply": "auto"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert (await editor.draft(uri))["draft"]["state"] == "applied"
    editor.undo(uri)
    editor.client.set_configuration({"apply": "review"}, section="orch")
    await change_settings(editor, None)
    assert (await editor.draft(uri))["draft"]["state"] == "ready"


async def test_settings_that_are_pushed_hold_where_the_client_cannot_be_asked(start_editor, answering, workspace):
    editor = await start_editor(capabilities=NO_CONFIGURATION, options={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert (await editor.draft(uri))["draft"]["state"] == "ready"
    await change_settings(editor, {"orch": {"apply": "auto"}})
    record = await editor.draft(uri)
    await editor.until(lambda: editor.record(record["run_id"])["applied"])


async def test_a_corrected_setting_takes_its_diagnostic_away(start_editor, workspace):
    editor = await start_editor(settings={"apply": "sometimes"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await problem(editor, uri, "sometimes")
    editor.client.set_configuration({"apply": "auto"}, section="orch")
    await change_settings(editor, None)
    await editor.until(lambda: not settings_problems(editor, uri))


async def test_a_changed_project_config_is_seen_at_once(start_editor, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.until(lambda: editor.client.diagnostics.get(uri))
    config = workspace / ".orch" / "config.toml"
    await asyncio.to_thread(config.write_text, 'apply = "sometimes"\n')
    change = types.FileEvent(config.as_uri(), types.FileChangeType.Created)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    await problem(editor, uri, "sometimes")


async def test_which_documents_are_specs_follows_the_setting(start_editor, workspace):
    editor = await start_editor(settings={"include": ["notes/*.md"]})
    spec = editor.open(workspace / "a.spec.md", SPEC)
    note = editor.open(workspace / "notes" / "a.md", SPEC)
    assert await editor.lenses(spec) == []
    assert "Orch: Generate spec draft" in await editor.lenses(note)
    editor.client.set_configuration({}, section="orch")
    await change_settings(editor, None)
    await editor.until(lambda: editor.client.diagnostics.get(spec))
    assert "Orch: Generate spec draft" in await editor.lenses(spec)
    assert await editor.lenses(note) == []


async def test_a_rule_can_be_silenced(start_editor, workspace):
    editor = await start_editor(settings={"lint": {"missing_section": "off", "placeholder_section": "error"}})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.until(lambda: editor.client.diagnostics.get(uri))
    found = {(d.code, d.severity) for d in editor.client.diagnostics[uri]}
    assert found == {("placeholder_section", types.DiagnosticSeverity.Error)}


async def test_a_client_that_fails_to_give_its_configuration_keeps_what_it_gave_before(
    start_editor, answering, workspace
):
    editor = await start_editor(options={"apply": "review"}, settings={"apply": "review"})
    configures(editor, RuntimeError("no settings today"))
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert (await editor.draft(uri))["draft"]["state"] == "ready"


async def test_a_client_that_never_gives_its_configuration_does_not_stop_the_work(
    start_editor, answering, workspace, monkeypatch
):
    from tests.fakes.editor import Editor

    initialize = Editor.initialize

    async def silent(self, *folders, **kinds):
        async def configuration(params):
            await asyncio.Event().wait()

        self.client.protocol.fm.features[types.WORKSPACE_CONFIGURATION] = configuration
        return await initialize(self, *folders, **kinds)

    monkeypatch.setattr(Editor, "initialize", silent)
    editor = await start_editor(options={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert (await editor.draft(uri))["draft"]["state"] == "ready"


# -- what the editor hands over for the user alone


async def hand_over(editor, settings):
    return plain(await editor.client.protocol.send_request_async("orch/userSettings", settings))


async def test_a_provider_and_its_key_can_be_handed_over(start_editor, homes, provider, workspace):
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    table = {"kind": "openai-compatible", "base_url": provider.url, "model": "asked-model"}
    answer = await hand_over(
        editor, {"provider": "mine", "providers": {"mine": table}, "keys": {"mine": "canary-handed-over-key"}}
    )
    assert answer == {"problems": []}
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    assert record["draft"]["state"] == "applied"
    assert provider.requests[0].headers["authorization"] == "Bearer canary-handed-over-key"


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (None, None),
        ({}, None),
        (7, "object"),
        ([], None),
        ({"provder": "x"}, "provider"),
        ({"keys": {"mine": 7}}, "keys.mine"),
        ({"keys": "canary-key-not-in-its-place"}, "keys"),
        ({"providers": {"mine": {"base_url": "ftp://x"}}}, "mine"),
    ],
    ids=repr,
)
async def test_what_is_handed_over_wrongly_is_named_and_no_key_is_repeated(start_editor, workspace, payload, words):
    editor = await start_editor()
    answer = await hand_over(editor, payload)
    if words is not None:
        uri = editor.open(workspace / "a.spec.md", SPEC)
        await editor.until(lambda: editor.client.diagnostics.get(uri))
        said = [*answer["problems"], *(d.message for d in settings_problems(editor, uri))]
        assert any(words in message for message in said)
        assert "canary" not in str(said)


@pytest.mark.parametrize("door", ["editor", "front matter"])
async def test_a_key_that_was_pasted_into_another_setting_is_not_repeated(start_editor, homes, workspace, door):
    key = "canary-handed-over-key"
    editor = await start_editor(capabilities=NO_CONFIGURATION)
    await hand_over(editor, {"keys": {"mine": key}})
    text = f"---\nprovider: {key}\n---\n{SPEC}" if door == "front matter" else SPEC
    uri = editor.open(workspace / "a.spec.md", text)
    if door == "editor":
        await change_settings(editor, {"provider": key, "profile": key})
    with pytest.raises(JsonRpcException) as refused:
        await editor.draft(uri)
    await editor.until(lambda: "[redacted]" in str(editor.client.diagnostics.get(uri)))
    assert key not in str([d.message for d in editor.client.diagnostics[uri]])
    assert key not in str(refused.value)
