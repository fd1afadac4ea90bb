"""What a repository brings is not trusted: not with keys, not with hosts, not with code."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
import pytest_asyncio
from pygls.exceptions import JsonRpcException

from tests.fakes.editor import Editor, plain
from tests.fakes.scripted_server import ScriptedServer, chat_pieces, stream_reply
from tests.process.conftest import KEY

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]
HOSTED = "models.invalid"
OTHER_SECRET = "canary-of-another-service"


@pytest_asyncio.fixture
async def evil():
    """A server that a repository would like to be talked to."""
    async with ScriptedServer() as server:
        server.script(stream_reply(chat_pieces(ANSWER)))
        yield server


@pytest.fixture
def answering(homes, provider):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    return provider


@pytest.fixture
def hosted(homes, provider):
    """A provider beyond this machine; the user's proxy, which is the scripted server, sees what goes there."""
    provider.script(stream_reply(chat_pieces(ANSWER)))
    homes.configure(
        f'[network]\nproxy = "http://127.0.0.1:{provider.port}"\n'
        f'[providers.far]\nkind = "openai-compatible"\nbase_url = "http://{HOSTED}/v1"\nallow_http = true\n'
        'model = "m"\napi_key_env = "WORK_KEY"\nretry = { attempts = 1 }\n'
    )
    return provider


def spec_in(folder: Path, text: str = SPEC, *, name: str = "a.spec.md") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def project_config(workspace: Path, text: str) -> None:
    (workspace / ".orch" / "config.toml").write_text(text)


# -- endpoints, keys, headers and time-outs belong to the user


def greedy_config(url: str) -> str:
    return (
        f'[providers.work]\nkind = "anthropic"\nbase_url = "{url}"\napi_key_env = "OTHER_SECRET"\nmodel = "evil"\n'
        f'headers = {{ X-Evil = "1" }}\ntimeout = {{ total = 0.001 }}\nretry = {{ attempts = 9 }}\n'
        f'[network]\nproxy = "{url}"\n[runs]\nparallel = 99\n[limits]\nmax_bytes = 1\n'
    )


GREEDY_KEYS = ("providers", "network", "runs", "limits")


async def test_a_project_that_redirects_the_users_provider_is_ignored_and_told_of(orch, answering, evil, workspace):
    project_config(workspace, greedy_config(evil.url))
    spec_in(workspace)
    done = await orch("draft", "a.spec.md", "--json", env={"OTHER_SECRET": OTHER_SECRET})
    assert done.code == 0, done.err
    assert done.json()["provider"]["server_address"] == f"127.0.0.1:{answering.port}"
    for key in GREEDY_KEYS:
        assert f"`{key}`" in done.err
    assert "belongs in the user config" in done.err
    assert evil.requests == []
    (request,) = answering.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert "x-evil" not in request.headers
    assert request.json()["model"] == "asked-model"
    assert OTHER_SECRET.encode() not in request.body


@pytest.mark.parametrize("door", ["project config", "front matter", "editor settings", "initializationOptions"])
async def test_no_door_of_the_project_level_reaches_the_users_key(start_editor, answering, evil, workspace, door):
    greedy = {
        "providers": {"work": {"base_url": evil.url, "api_key_env": "OTHER_SECRET"}},
        "network": {"proxy": evil.url},
    }
    text, kinds = SPEC, {}
    if door == "project config":
        project_config(workspace, greedy_config(evil.url))
    elif door == "front matter":
        text = (
            f"---\nprovider: work\nbase_url: {evil.url}\napi_key_env: OTHER_SECRET\nheaders: {{X-Evil: 1}}\n---\n"
            + SPEC
        )
    elif door == "editor settings":
        kinds = {"settings": greedy}
    else:
        kinds = {"options": {"orch": greedy}, "capabilities": "neovim@v0.7.0"}
    editor = await start_editor(env={"OTHER_SECRET": OTHER_SECRET}, **kinds)
    uri = editor.open(workspace / "a.spec.md", text)
    found = await editor.diagnostic(uri, "invalid_settings")
    assert "belongs in the user config" in found.message
    record = await editor.draft(uri)
    assert record["draft"]["state"] == "applied"
    assert evil.requests == []
    assert [request.headers["authorization"] for request in answering.requests] == [f"Bearer {KEY}"]


async def test_variables_that_redirect_other_tools_are_not_read(orch, answering, evil, workspace):
    spec_in(workspace)
    names = ("OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "ORCH_WORK_BASE_URL", "WORK_BASE_URL")
    done = await orch("draft", "a.spec.md", env=dict.fromkeys(names, evil.url))
    assert done.code == 0, done.err
    assert evil.requests == []


# -- a hosted provider that the project chose


async def test_the_first_use_of_a_hosted_provider_that_the_project_chose_is_refused(orch, hosted, workspace):
    project_config(workspace, 'provider = "far"\n')
    spec_in(workspace)
    done = await orch("draft", "a.spec.md")
    assert done.code == 2
    assert done.out == ""
    assert "error[not_allowed]" in done.err
    assert "far" in done.err
    assert "orch-lsp trust far`" in done.err
    told = await orch("draft", "a.spec.md", "--json")
    assert told.code == 2
    assert told.json()["schema"] == "orch.error/1"
    assert told.json()["error"]["code"] == "not_allowed"
    assert (await orch("runs", "list", "--json")).json() == []
    assert hosted.requests == []


async def test_the_users_consent_is_remembered_for_the_workspace_and_can_be_taken_back(
    orch, hosted, workspace, tmp_path, homes
):
    project_config(workspace, 'provider = "far"\n')
    spec_in(workspace)
    other = tmp_path / "other"
    spec_in(other)
    (other / ".orch").mkdir()
    project_config(other, 'provider = "far"\n')

    assert (await orch("trust", "far")).code == 0

    done = await orch("draft", "a.spec.md")
    assert done.code == 0, done.err
    (request,) = hosted.requests
    assert HOSTED in request.path or request.headers["host"] == HOSTED
    assert (await orch("draft", "a.spec.md", cwd=other)).code == 2
    (grant,) = (await orch("trust", "--json")).json()
    assert "Nothing" not in (await orch("trust")).err
    assert grant == {"place": str(workspace), "provider": "far"}
    assert str(workspace) in (homes.state / "trust.json").read_text()
    assert not (workspace / ".orch" / "trust.json").exists()
    unnamed = await orch("trust", "--revoke")
    assert (unnamed.code, unnamed.out, "--revoke needs the PROVIDER" in unnamed.err) == (2, "", True)
    assert (await orch("trust", "far", "--revoke")).code == 0
    empty = await orch("trust")
    assert (empty.code, empty.out, empty.err) == (0, "", "Nothing is allowed yet.\n")
    assert (await orch("trust", "--json")).json() == []
    assert (await orch("draft", "a.spec.md")).code == 2
    assert len(hosted.requests) == 1


async def test_naming_the_provider_on_the_command_line_is_consent(orch, hosted, workspace):
    project_config(workspace, 'provider = "far"\n')
    spec_in(workspace)
    done = await orch("draft", "a.spec.md", "--provider", "far")
    assert done.code == 0, done.err
    assert len(hosted.requests) == 1


async def test_consent_is_for_the_address_that_the_provider_had(orch, hosted, workspace, homes):
    project_config(workspace, 'provider = "far"\n')
    spec_in(workspace)
    assert (await orch("trust", "far")).code == 0
    config = homes.config / "config.toml"
    config.write_text(config.read_text().replace(HOSTED, "elsewhere.invalid"))
    assert (await orch("draft", "a.spec.md")).code == 2
    assert hosted.requests == []


async def test_what_the_user_chose_for_themselves_is_asked_about_only_if_a_project_chooses_it_too(
    orch, hosted, workspace, homes
):
    homes.configure('provider = "far"\n' + (homes.config / "config.toml").read_text())
    spec_in(workspace)
    done = await orch("draft", "a.spec.md")
    assert done.code == 0, done.err
    project_config(workspace, 'provider = "far"\nmodel = "another"\n')
    refused = await orch("draft", "a.spec.md")
    assert refused.code == 2
    assert "error[not_allowed]" in refused.err
    assert len(hosted.requests) == 1
    assert (await orch("trust", "far")).code == 0
    assert (await orch("draft", "a.spec.md")).code == 0


async def test_an_editor_that_repeats_the_users_own_choice_is_not_asked(start_editor, hosted, workspace, homes):
    homes.configure('provider = "far"\n' + (homes.config / "config.toml").read_text())
    editor = await start_editor(settings={"provider": "far"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    assert (await editor.draft(uri))["draft"]["state"] == "applied"
    assert editor.questions == []


async def test_a_provider_on_this_machine_needs_no_consent(orch, answering, workspace, homes):
    homes.configure((homes.config / "config.toml").read_text().replace('provider = "work"\n', ""))
    project_config(workspace, 'provider = "work"\n')
    spec_in(workspace)
    assert (await orch("draft", "a.spec.md")).code == 0


async def test_only_a_known_provider_can_be_trusted(orch, homes, workspace):
    for name in ("nobody", ""):
        done = await orch("trust", name)
        assert done.code == 2
        assert "Traceback" not in done.err
    assert not (homes.state / "trust.json").exists()


async def refused(editor: Editor, uri: str) -> None:
    with pytest.raises(JsonRpcException) as caught:
        await editor.execute("orch.generateDraft", {"uri": uri})
    assert caught.value.code == -32803
    assert plain(caught.value.data)["code"] == "not_allowed"


async def not_allowed(editor: Editor, uri: str):
    await refused(editor, uri)
    return await editor.diagnostic(uri, "not_allowed")


@pytest.mark.parametrize("door", ["project config", "front matter", "editor settings"])
async def test_an_editor_that_can_asks_and_remembers(start_editor, hosted, workspace, door):
    kinds, text = {}, SPEC
    if door == "project config":
        project_config(workspace, 'provider = "far"\n')
    elif door == "front matter":
        text = "---\nprovider: far\n---\n" + SPEC
    else:
        kinds = {"settings": {"provider": "far"}}
    editor = await start_editor(**kinds)
    editor.answer_question = "Allow in this workspace"
    uri = editor.open(workspace / "a.spec.md", text)
    await refused(editor, uri)
    await editor.until(lambda: editor.edits)
    assert len(hosted.requests) == 1
    (question,) = editor.questions
    assert "far" in question.message
    await editor.until(lambda: not [d for d in editor.client.diagnostics[uri] if d.code == "not_allowed"])
    again = await start_editor(**kinds)
    other = again.open(workspace / "b.spec.md", text)
    assert (await again.draft(other))["draft"]["state"] == "applied"
    assert again.questions == []


@pytest.mark.parametrize("answer", ["Not now", None])
async def test_an_answer_that_is_no_consent_sends_nothing(start_editor, hosted, workspace, answer):
    project_config(workspace, 'provider = "far"\n')
    editor = await start_editor()
    editor.answer_question = answer
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await not_allowed(editor, uri)
    await editor.until(lambda: editor.questions)
    await not_allowed(editor, uri)
    assert hosted.requests == []
    assert await editor.execute("orch.showHistory", {"open": False}) == []


async def test_an_editor_that_cannot_ask_offers_a_code_action(start_editor, hosted, workspace):
    project_config(workspace, 'provider = "far"\n')
    editor = await start_editor(capabilities="emacs")
    uri = editor.open(workspace / "a.spec.md", SPEC)
    diagnostic = await not_allowed(editor, uri)
    assert editor.questions == []
    actions = await editor.actions(uri, diagnostic)
    await editor.run_action(actions["Orch: Allow far in this workspace"])
    await editor.until(lambda: not [d for d in editor.client.diagnostics[uri] if d.code == "not_allowed"])
    assert hosted.requests == []  # Consent is no order to send.
    assert (await editor.draft(uri))["draft"]["state"] == "applied"
    assert len(hosted.requests) == 1


async def test_choosing_a_hosted_provider_by_quick_fix_is_consent(start_editor, hosted, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    with pytest.raises(JsonRpcException):
        await editor.execute("orch.generateDraft", {"uri": uri})
    actions = await editor.actions(uri, await editor.diagnostic(uri, "missing_provider"))
    await editor.run_action(actions["Orch: Use far (m)"])
    assert 'provider = "far"' in (workspace / ".orch" / "config.toml").read_text()
    assert (await editor.draft(uri))["draft"]["state"] == "applied"


# -- code that a repository brings


def booby_trap(folder: Path) -> Path:
    """Modules and packages with the names of ours, each leaving a mark when it is imported."""
    mark = folder / "IMPORTED"
    body = f"open({str(mark)!r}, 'a').write(__name__ + '\\n')\n"
    names = ["httpx", "pydantic", "lsprotocol", "orch_lsp", "tomlkit", "psutil", "sitecustomize", "usercustomize",
             "platformdirs", "click", "rich", "logging", "asyncio", "json", "sqlite3", "yaml"]  # fmt: skip
    for name in names:
        (folder / f"{name}.py").write_text(body)
    for package in ("pygls", "cattrs"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(body)
    for tool in ("git", "python", "python3", "orch-lsp"):
        script = folder / tool
        script.write_text(f"#!/bin/sh\necho {tool} >> {mark}\n")
        script.chmod(0o755)
    (folder / "conftest.py").write_text(body)
    (folder / ".pth").write_text(f"import os; os.system('touch {mark}')\n")
    return mark


def launchers() -> dict[str, list[str]]:
    found = {"module": [sys.executable, "-P", "-m", "orch_lsp"]}
    script = Path(sys.executable).with_name("orch-lsp")
    if script.exists():
        found["console script"] = [str(script)]
    return found


@pytest.mark.parametrize("launcher", launchers())
async def test_nothing_that_a_repository_brings_is_imported_or_run(homes, answering, workspace, launcher):
    mark = booby_trap(workspace)
    spec = spec_in(workspace)
    shutil.rmtree(workspace / ".git", ignore_errors=True)
    environment = homes.process_environment(WORK_KEY=KEY)
    command = launchers()[launcher]

    drafted = await asyncio.create_subprocess_exec(
        *command, "draft", str(spec), "--json", cwd=workspace, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await drafted.communicate()
    assert drafted.returncode == 0, err.decode()
    assert json.loads(out)["status"] == "completed"

    editor = Editor()
    await editor.client.start_io(*command, "serve", env=environment, cwd=workspace)
    await editor.initialize(workspace)
    uri = editor.open(spec, SPEC)
    assert (await editor.draft(uri))["draft"]["state"] == "applied"
    await editor.execute("orch.doctor")
    await editor.stop()
    assert not mark.exists(), mark.read_text()


async def test_the_key_is_in_the_request_and_nowhere_else(start_editor, homes, provider, workspace):
    """The provider repeats the key in its error, as some do; the person runs everything there is."""
    from tests.fakes.scripted_server import chat_error

    homes.use(provider.url)
    provider.script(chat_error(401, "invalid_api_key", f"Incorrect API key provided: {KEY}."))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.draft(uri)
    provider.script(stream_reply(chat_pieces([f"## Goal\n\nThe key is {KEY[:9]}", f"{KEY[9:]}, said the model.\n"])))
    drafted = await editor.draft(uri)
    shown = [
        await editor.execute(command, {"runId": drafted["run_id"]})
        for command in ("orch.showRun", "orch.showHistory", "orch.doctor", "orch.previewDraft")
    ]
    said = json.dumps([shown, editor.runs, editor.deltas, plain(editor.client.diagnostics[uri])], default=str)
    said += str([m.message for m in editor.client.messages]) + editor.text(uri) + str(editor.edits)
    await editor.stop()
    assert KEY not in said
    # Two drafts, and the doctor's question for the models.
    assert [r.method for r in provider.requests] == ["POST", "POST", "GET"]
    assert {r.headers["authorization"] for r in provider.requests} == {f"Bearer {KEY}"}
    for folder in (homes.state, homes.config, workspace):
        for file in folder.rglob("*"):
            if file.is_file():
                assert KEY.encode() not in file.read_bytes(), file
    assert os.environ.get("WORK_KEY") is None


async def test_a_provider_that_a_step_alone_names_is_the_one_that_is_allowed(start_editor, hosted, homes, workspace):
    workflows = workspace / ".orch/workflows"
    workflows.mkdir(parents=True)
    (workflows / "mine.toml").write_text(
        '[[steps]]\nid = "draft"\n[[steps]]\nid = "repair"\nprovider = "anthropic"\nmodel = "some-model"\n'
    )
    project_config(workspace, 'provider = "far"\n')
    editor = await start_editor(capabilities="emacs")
    uri = editor.open(workspace / "a.spec.md", SPEC)
    for provider in ("far", "anthropic"):
        with pytest.raises(JsonRpcException):
            await editor.execute("orch.generateDraft", {"uri": uri, "workflow": "mine"})
        diagnostic = await editor.diagnostic(uri, "not_allowed")
        allow = [title for title in await editor.actions(uri, diagnostic) if title.startswith("Orch: Allow")]
        assert allow == [f"Orch: Allow {provider} in this workspace"]
        await editor.run_action((await editor.actions(uri, diagnostic))[allow[0]])
        await editor.until(lambda: not [d for d in editor.client.diagnostics[uri] if d.code == "not_allowed"])
    assert hosted.requests == []
