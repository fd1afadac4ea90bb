"""No usable choice of a provider, or no usable key: told at the line that caused it, with cures that work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import pytest_asyncio
from pygls.exceptions import JsonRpcException

from tests.fakes.scripted_server import chat_error, chat_pieces, stream_reply
from tests.process.bad_answers import ONCE
from tests.process.desk import KEY, SPEC, TITLE_LINE, configure, sit_down
from tests.process.record_rules import check_record

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANSWER = ["## Goal\n\nLimit clients.\n"]
OTHERS = """
[providers.spare]
kind = "openai-compatible"
base_url = "http://127.0.0.1:9/v1"
model = "spare-model"
[providers.bare]
kind = "openai-compatible"
base_url = "http://127.0.0.1:9/v1"
"""
SPARE = 'model = "spare-model"\nretry = { attempts = 1 }'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory):
    keys = {"BLANK_KEY": "  \t ", "TORN_KEY": "canary\x1b[31m-torn"}
    desk = await sit_down(tmp_path_factory.mktemp("desk"), key=KEY, more=keys)
    yield desk
    await desk.editor.stop()


@pytest.fixture(autouse=True)
def project_settings(desk):
    """`.orch/config.toml`, gone after each test."""
    path = desk.workspace / ".orch" / "config.toml"
    yield path
    path.unlink(missing_ok=True)


async def refused(desk, uri: str, code: str, line: int):
    """Ask for a draft; it is refused before there is a run, and the document shows why on that line."""
    with pytest.raises(JsonRpcException) as caught:
        await desk.editor.execute("orch.generateDraft", {"uri": uri})
    assert caught.value.code == -32803
    assert json.loads(json.dumps(caught.value.data, default=lambda value: value._asdict()))["code"] == code
    diagnostic = await desk.editor.diagnostic(uri, code)
    assert (diagnostic.source, diagnostic.severity, diagnostic.range.start.line) == ("orch", 1, line)
    assert diagnostic.data == {"runId": None, "code": code, "retryable": False}
    assert desk.editor.text(uri) == desk.editor.buffers[uri].text
    assert await desk.editor.execute("orch.showHistory", {"uri": uri, "open": False}) == []
    return diagnostic


def with_front_matter(*lines: str) -> str:
    return "---\n" + "".join(f"{line}\n" for line in lines) + "---\n\n" + SPEC


async def test_no_provider_chosen_is_told_and_choosing_one_cures_it(desk, model, project_settings):
    desk.homes.configure(f'{OTHERS}[providers.work]\nkind = "openai-compatible"\nbase_url = "{model.url}"\nmodel = "m"')
    model.script(stream_reply(chat_pieces(ANSWER)))
    uri = desk.open("no-provider")
    diagnostic = await refused(desk, uri, "missing_provider", TITLE_LINE)
    actions = await desk.editor.actions(uri, diagnostic)
    assert {"Orch: Use work (m)", "Orch: Use spare (spare-model)", "Orch: Use outline (local, no model)"} <= set(
        actions
    )
    assert not any("bare" in title for title in actions)
    await desk.editor.run_action(actions["Orch: Use work (m)"])
    assert project_settings.read_text() == 'provider = "work"\nmodel = "m"\n'
    await desk.editor.until(lambda: not any(d.code == "missing_provider" for d in desk.editor.client.diagnostics[uri]))
    record = check_record(await desk.editor.draft(uri))
    assert record["status"] == "completed"
    assert model.requests[0].json()["model"] == "m"
    desk.editor.close(uri)


async def test_the_provider_that_failed_is_no_cure_of_its_failure(desk):
    configure(desk.homes, "http://127.0.0.1:9/v1", more=OTHERS)
    desk.homes.configure((desk.homes.config / "config.toml").read_text().replace('model = "spare-model"', SPARE))
    uri = desk.open("failed-elsewhere")
    record = check_record(await desk.editor.draft(uri, provider="spare"))
    assert record["error"]["code"] == "network_error"
    assert record["error"]["message"].startswith("spare at 127.0.0.1:9: ")
    diagnostic = await desk.editor.diagnostic(uri, "network_error")
    actions = await desk.editor.actions(uri, diagnostic)
    assert "Orch: Use outline (local, no model)" in actions
    assert not any("spare" in title for title in actions)
    desk.editor.close(uri)


@pytest.mark.parametrize(
    ("key", "meant"), [("modl", "model"), ("Uri", "uri"), ("run_id", "runId"), ("serach", "search")]
)
async def test_a_misspelt_key_of_a_command_is_refused_by_name(desk, key, meant):
    uri = desk.open("misspelt")
    with pytest.raises(JsonRpcException) as caught:
        await desk.editor.execute("orch.generateDraft", {"uri": uri, key: "x"})
    assert caught.value.code == -32602
    assert f"`{key}` is not known; did you mean `{meant}`?" in caught.value.message
    assert await desk.editor.execute("orch.showHistory", {"uri": uri, "open": False, "colour": "red"}) == []
    desk.editor.close(uri)


async def test_a_layer_that_names_a_provider_without_a_model_does_not_take_one_from_below(desk, project_settings):
    configure(desk.homes, "http://127.0.0.1:9/v1", more=f"{OTHERS}")
    project_settings.write_text('provider = "work"\nmodel = "project-model"\n')
    uri = desk.open("no-model", with_front_matter("title: x", "provider: bare"))
    diagnostic = await refused(desk, uri, "missing_model", 2)
    assert "bare" in diagnostic.message
    actions = await desk.editor.actions(uri, diagnostic)
    await desk.editor.run_action(actions["Orch: Use spare (spare-model)"])
    assert desk.editor.text(uri).startswith("---\nmodel: spare-model\ntitle: x\nprovider: spare\n---\n")
    assert project_settings.read_text() == 'provider = "work"\nmodel = "project-model"\n'
    desk.editor.close(uri)


async def test_a_provider_that_nobody_knows_is_told_with_what_is_near(desk):
    configure(desk.homes, "http://127.0.0.1:9/v1", more=OTHERS)
    uri = desk.open("unknown", with_front_matter("provider: spaer", "model: m"))
    diagnostic = await refused(desk, uri, "unknown_provider", 1)
    assert "spare" in diagnostic.message
    actions = await desk.editor.actions(uri, diagnostic)
    await desk.editor.run_action(actions["Orch: Use spare (spare-model)"])
    assert desk.editor.text(uri).startswith("---\nprovider: spare\nmodel: spare-model\n---\n")
    desk.editor.close(uri)


async def test_a_front_matter_that_cannot_be_edited_is_told_and_left_alone(desk, project_settings):
    configure(desk.homes, "http://127.0.0.1:9/v1", more=OTHERS)
    uri = desk.open("flow", with_front_matter("{title: x, provider: bare}"))
    diagnostic = await refused(desk, uri, "missing_model", 1)
    actions = await desk.editor.actions(uri, diagnostic)
    with pytest.raises(JsonRpcException, match="key: value"):
        await desk.editor.run_action(actions["Orch: Use spare (spare-model)"])
    assert desk.editor.text(uri) == with_front_matter("{title: x, provider: bare}")
    assert not project_settings.exists()
    desk.editor.close(uri)


@pytest.mark.parametrize("lines", [("tags: [internal, secret", "provider: outline"), ("title: x", "provider: 3")])
async def test_a_front_matter_that_names_a_provider_and_cannot_be_read_leaves_it_to_nobody_else(desk, model, lines):
    desk.use(model.url)
    uri = desk.open("unread", with_front_matter(*lines))
    with pytest.raises(JsonRpcException) as caught:
        await desk.editor.execute("orch.generateDraft", {"uri": uri})
    assert (caught.value.code, caught.value.data["code"]) == (-32803, "invalid_settings")
    found = desk.editor.client.diagnostics
    await desk.editor.until(lambda: [d for d in found.get(uri, []) if d.severity == 1])
    (failure,) = [d for d in found[uri] if d.severity == 1]
    assert (failure.code, failure.range.start.line) == ("invalid_settings", 2)
    assert model.requests == []
    # A choice by hand is another matter.
    model.script(stream_reply(chat_pieces(ANSWER)))
    assert (await desk.editor.draft(uri, provider="work"))["status"] == "completed"
    desk.editor.close(uri)


async def test_a_front_matter_that_cannot_be_read_is_told_and_the_rest_works_on(desk, model):
    desk.ask(model, stream_reply(chat_pieces(ANSWER)))
    uri = desk.open("torn", with_front_matter("temperature: 0.2", "tags: [internal"))
    diagnostic = await desk.editor.diagnostic(uri, "invalid_settings")
    assert (diagnostic.severity, diagnostic.range.start.line) == (2, 1)
    assert "not valid YAML" in diagnostic.message
    assert (await desk.editor.draft(uri))["status"] == "completed"
    desk.editor.close(uri)


@pytest.mark.parametrize(
    ("variable", "code", "says"),
    [
        ("UNSET_KEY", "missing_auth", "UNSET_KEY"),
        ("BLANK_KEY", "missing_auth", "blank"),
        ("TORN_KEY", "invalid_auth", "control characters"),
    ],
)
async def test_a_key_that_is_none_is_a_recorded_failure_and_nothing_is_sent(desk, model, variable, code, says):
    configure(desk.homes, model.url, ONCE)
    config = desk.homes.config / "config.toml"
    config.write_text(config.read_text().replace("WORK_KEY", variable))
    uri = desk.open("key", with_front_matter("title: x", "provider: work"))
    record = check_record(await desk.editor.draft(uri))
    assert record["status"] == "failed"
    assert (record["error"]["code"], record["error"]["retryable"]) == (code, False)
    assert says in record["error"]["message"]
    assert variable in record["error"]["remediation"]
    assert "canary" not in json.dumps(record)
    diagnostic = await desk.editor.diagnostic(uri, code)
    assert diagnostic.range.start.line == 2
    assert diagnostic.data["runId"] == record["run_id"]
    actions = await desk.editor.actions(uri, diagnostic)
    page = "Orch: How to set the API key" if code == "missing_auth" else f"Orch: Explain {code}"
    answer = await desk.editor.run_action(actions[page])
    assert answer["path"].endswith(f"errors/{code}.md")
    assert model.requests == []
    desk.editor.close(uri)


async def test_the_cures_of_a_wrong_key_work(desk, model, project_settings):
    desk.use(model.url, ONCE, more=OTHERS.replace("http://127.0.0.1:9/v1", model.url))
    model.script(chat_error(401, "invalid_api_key"), chat_error(401, "invalid_api_key"))
    editor = desk.editor
    uri = desk.open("cures")
    first = await editor.draft(uri)
    diagnostic = await editor.diagnostic(uri, "invalid_auth")
    actions = await editor.actions(uri, diagnostic)

    explained = await editor.run_action(actions["Orch: Explain invalid_auth"])
    page = Path(explained["path"])
    assert page.name == "invalid_auth.md"
    assert page.read_text("utf-8").startswith("# ")

    retried = await editor.ended((await editor.run_action(actions["Orch: Retry"]))["runId"])
    assert page.as_uri() in [shown.uri for shown in editor.client.shown_documents]
    assert retried["parent_run_id"] == first["run_id"]
    assert retried["error"]["code"] == "invalid_auth"
    await editor.until(
        lambda: any((d.data or {}).get("runId") == retried["run_id"] for d in editor.client.diagnostics[uri])
    )

    diagnostic = await editor.diagnostic(uri, "invalid_auth")
    actions = await editor.actions(uri, diagnostic)
    assert await editor.run_action(actions["Orch: Use spare (spare-model)"]) == {"where": str(project_settings)}
    assert project_settings.read_text() == 'provider = "spare"\nmodel = "spare-model"\n'
    model.script(stream_reply(chat_pieces(ANSWER)))
    record = check_record(await editor.draft(uri))
    assert record["provider"]["id"] == "spare"
    assert "authorization" not in model.requests[-1].headers
    assert record["status"] == "completed"
    editor.close(uri)


async def test_a_dismissed_failure_stays_away(desk, model):
    desk.ask(model, chat_error(401, "invalid_api_key"))
    editor = desk.editor
    uri = desk.open("dismissed")
    record = await editor.draft(uri)
    diagnostic = await editor.diagnostic(uri, "invalid_auth")
    actions = await editor.actions(uri, diagnostic)
    await editor.run_action(actions["Orch: Dismiss"])
    await editor.until(lambda: not any(d.code == "invalid_auth" for d in editor.client.diagnostics[uri]))
    assert (await desk.stored(record["run_id"]))["status"] == "failed"
    editor.close(uri)


BEFORE_A_RUN = {
    "missing_provider": ("", SPEC, ()),
    "missing_model": (f'provider = "bare"\n{OTHERS}', SPEC, ()),
    "unknown_provider": (OTHERS, SPEC, ("--provider", "nobody")),
    "no_brief": ('provider = "spare"\n' + OTHERS, "\n", ()),
    "nothing_to_fill": (
        'provider = "spare"\n' + OTHERS,
        "# T\n\nBrief.\n\n"
        + "".join(
            f"## {title}\n\nWritten.\n\n"
            for title in [
                "Goal", "Non-goals", "Assumptions", "Acceptance Criteria", "Tasks", "Verification Plan",
                "Rollback Plan",
            ]
        ),
        (),
    ),
    "invalid_settings": ('provider = "work"\n[providers.work]\nkind = "openai-compatible"\nmodel = "m"', SPEC, ()),
}  # fmt: skip


@pytest.mark.parametrize("code", BEFORE_A_RUN)
async def test_the_command_line_refuses_before_a_run_with_exit_code_2(orch, homes, workspace, code):
    config, text, options = BEFORE_A_RUN[code]
    homes.configure(config)
    path = workspace / "a.spec.md"
    path.write_text(text)
    done = await orch("draft", "a.spec.md", "--json", *options)
    assert done.code == 2, done.err
    answer = done.json()
    assert answer["schema"] == "orch.error/1"
    assert set(answer) == {"schema", "error"}
    assert answer["error"]["code"] == code
    assert answer["error"]["retryable"] is False
    *_, error, cure = done.err.rstrip("\n").split("\n")
    assert error == f"error[{code}]: {answer['error']['message']}"
    assert cure == f"cure: {answer['error']['remediation']}"
    assert path.read_text() == text
    assert not (workspace / ".orch" / "local").exists()
