"""A secret in the document: nothing is sent, until its author says what may be."""

from __future__ import annotations

import json
import os
import stat

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.conftest import KEY as WORK_KEY

ANSWER = ["## Goal\n\nLimit clients.\n"]
# Built in pieces, so that no scanner takes a test for a leak.
TOKEN = "gh" + "p_" + "q7Zr2Lx9Wv4Kt8Ys3Bn6Hd1Mf5Gp0JcQeRuTa"
OTHER = "AK" + "IA" + "QX7ZR2LW9VK4TY8S"
KEY_LINES = ["q7Zr2Lx9Wv4Kt8Ys3Bn6Hd1Mf5Gp0JcQeRuTaq7Zr2Lx9Wv4Kt8Ys3Bn6Hd1Mf5"] * 3
KEY = "\n".join(["-----BEGIN RSA " + "PRIVATE KEY-----", *KEY_LINES, "-----END RSA " + "PRIVATE KEY-----"])
SPEC = f"# Limiter\n\nLimit clients.\n\nUse {TOKEN} to sign.\n\nAnd {OTHER} too.\n\n## Tasks\n\nTODO\n"
REDACT = "Orch: Send the document without this value"
EXCLUDE = "Orch: Send the document without this line"
ALLOW = "Orch: This is not a secret: send it"


@pytest.fixture
def answering(homes, provider):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    return provider


def prompt_of(request) -> str:
    return request.json()["messages"][-1]["content"]


async def places(editor, uri):
    """The diagnostics of the failure, by their lines."""
    await editor.diagnostic(uri, "secret_blocked")
    found = editor.client.diagnostics.get(uri, [])
    return {one.range.start.line: one for one in found if one.code == "secret_blocked"}


async def test_each_secret_has_its_place_and_its_cures_and_what_is_chosen_holds(
    start_editor, answering, homes, workspace
):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    record = await editor.draft(uri)
    assert record["error"]["code"] == "secret_blocked"
    assert "orch-lsp secrets" in record["error"]["remediation"]
    found = await places(editor, uri)
    assert sorted(found) == [4, 6]
    assert (found[4].range.start.character, found[4].range.end.character) == (4, 4 + len(TOKEN))
    assert "GitHub token" in found[4].message
    assert "AWS access key" in found[6].message

    actions = await editor.actions(uri, found[4])
    assert {REDACT, EXCLUDE, ALLOW} <= set(actions)
    assert await editor.run_action(actions[REDACT]) == {"kinds": ["GitHub token"], "choice": "redact", "left": 1}
    await editor.until(
        lambda: [d.range.start.line for d in editor.client.diagnostics[uri] if d.code == "secret_blocked"] == [6]
    )
    actions = await editor.actions(uri, (await places(editor, uri))[6])
    assert (await editor.run_action(actions[EXCLUDE]))["left"] == 0
    await editor.until(lambda: not [d for d in editor.client.diagnostics[uri] if d.code == "secret_blocked"])
    assert answering.requests == []

    again = await editor.draft(uri)
    assert again["draft"]["state"] == "applied"
    prompt = prompt_of(answering.requests[0])
    assert "L5: Use [redacted: GitHub token] to sign." in prompt
    assert "L7: [line hidden: AWS access key]" in prompt
    assert "L9: ## Tasks" in prompt
    assert TOKEN in editor.text(uri)

    kept = homes.state / "secrets.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for value in (TOKEN, OTHER, TOKEN[4:20], OTHER[4:]):
        assert value not in kept.read_text()
        assert value not in json.dumps([record, again])
    assert sorted(json.loads(kept.read_text())["choices"].values()) == ["exclude", "redact"]


async def test_a_value_that_is_no_secret_is_let_pass_and_only_that(start_editor, answering, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.draft(uri)
    for line in (4, 6):
        actions = await editor.actions(uri, (await places(editor, uri))[line])
        await editor.run_action(actions[ALLOW])
    assert (await editor.draft(uri))["draft"]["state"] == "applied"
    prompt = prompt_of(answering.requests[0])
    assert TOKEN in prompt
    assert OTHER in prompt
    another = editor.open(
        workspace / "b.spec.md", SPEC.replace(TOKEN, TOKEN[::-1].replace("_phg", "") + " gh" + "p_" + TOKEN[:3:-1])
    )
    record = await editor.draft(another)
    assert record["error"]["code"] == "secret_blocked"
    assert len(answering.requests) == 1


async def test_a_line_without_one_and_a_word_that_is_none_are_refused(start_editor, answering, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    with pytest.raises(Exception, match="Nothing on line 1"):
        await editor.execute("orch.settleSecret", {"uri": uri, "line": 0, "choice": "allow"})
    with pytest.raises(Exception, match="redact"):
        await editor.execute("orch.settleSecret", {"uri": uri, "line": 4, "choice": "publish"})
    with pytest.raises(Exception, match="needed"):
        await editor.execute("orch.settleSecret", {"uri": uri, "choice": "allow"})


async def test_the_command_line_names_the_cure_and_has_it(orch, answering, workspace):
    path = workspace / "a.spec.md"
    path.write_text(f"{SPEC}\n{KEY}\n")
    failed = await orch("draft", "a.spec.md")
    assert failed.code == 1
    assert "orch-lsp secrets FILE" in failed.err
    listed = await orch("secrets", "a.spec.md")
    assert listed.code == 1
    assert listed.out == (
        "5\tGitHub token\tstops a draft\n7\tAWS access key\tstops a draft\n13\tprivate key\tstops a draft\n"
    )
    assert (await orch("secrets", "a.spec.md", "--allow")).code == 2
    assert (await orch("secrets", "a.spec.md", "--allow", "--line", "5")).code == 0
    done = await orch("secrets", "a.spec.md", "--exclude", "--line", "7", "--json")
    assert done.json() == {
        "schema": "orch.secrets/1",
        "secrets": [{"line": 7, "kind": "AWS access key", "choice": "exclude", "blocks": False}],
    }
    assert (await orch("secrets", "a.spec.md")).code == 1
    assert (await orch("secrets", "a.spec.md", "--redact", "--line", "13")).code == 0
    assert (await orch("context", "a.spec.md", "--json")).code == 0
    assert (await orch("draft", "a.spec.md", "--json")).code == 0
    prompt = prompt_of(answering.requests[0])
    assert TOKEN in prompt
    assert OTHER not in prompt
    assert "[redacted: private key]" in prompt
    assert KEY_LINES[0] not in prompt
    # A word is taken back for all at once.
    assert (await orch("secrets", "a.spec.md", "--forget")).code == 1
    assert (await orch("draft", "a.spec.md")).code == 1
    assert len(answering.requests) == 1


async def test_a_key_that_is_in_use_is_never_let_pass_and_may_be_left_out(orch, homes, provider, workspace):
    key = "correct-horse"
    homes.configure(
        f'provider = "work"\n[providers.work]\nkind = "openai-compatible"\nbase_url = "{provider.url}"\nmodel = "m"\n'
        f'api_key_env = "WORK_KEY"\nheaders = {{ "x-second-key" = "{key}" }}\n'
    )
    provider.script(stream_reply(chat_pieces(ANSWER)))
    environment = {"WORK_KEY": "another-canary-key"}
    (workspace / "a.spec.md").write_text(f"# Limiter\n\nLimit clients by {key}.\n")
    failed = await orch("draft", "a.spec.md", env=environment)
    assert "holds a key that is in use" in failed.err
    refused = await orch("secrets", "a.spec.md", "--allow", "--line", "3", env=environment)
    assert refused.code != 0
    assert "never sent" in refused.err
    assert (await orch("secrets", "a.spec.md", "--redact", env=environment)).code == 0
    assert (await orch("draft", "a.spec.md", "--json", env=environment)).code == 0
    (request,) = provider.requests
    assert key.encode() not in request.body
    assert "[redacted]" in prompt_of(request)


async def test_a_damaged_file_and_one_of_a_repository_let_nothing_pass(orch, answering, homes, workspace):
    (workspace / "a.spec.md").write_text(SPEC)
    assert (await orch("secrets", "a.spec.md", "--redact")).code == 0
    kept = homes.state / "secrets.json"
    good = kept.read_text()
    for folder in (workspace, workspace / ".orch"):
        (folder / "secrets.json").write_text(good)
    for bad in (
        "",
        "{",
        "[]",
        '{"schema": "orch.secret-choices/1", "salt": "zz", "choices": {}}',
        '{"salt": "", "choices": []}',
    ):
        kept.write_text(bad)
        failed = await orch("draft", "a.spec.md")
        assert "secret_blocked" in failed.err, bad
    assert answering.requests == []
    assert (await orch("secrets", "a.spec.md", "--redact")).code == 0
    assert (homes.state / "secrets.damaged.json").exists()
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


BESIDE = [
    (
        ".orch/config.toml",
        f'instructions = "Always use {TOKEN} to sign."\n',
        "The setting `instructions` (.orch/config.toml)",
    ),
    (".orch/prompts/plain.draft.md", f"Number criteria.\nMind {TOKEN}.\n", "The prompt plain.draft.md"),
]


@pytest.mark.parametrize(("path", "text", "named"), BESIDE, ids=["instructions", "prompt"])
async def test_one_beside_the_document_is_named_with_a_cure_that_works(orch, answering, workspace, path, text, named):
    (workspace / path).parent.mkdir(parents=True, exist_ok=True)
    (workspace / path).write_text(text)
    (workspace / "a.spec.md").write_text("# Limiter\n\nLimit clients.\n\n## Tasks\n\nTODO\n")
    for command, code in (("draft", 1), ("context", 2)):
        failed = await orch(command, "a.spec.md")
        assert failed.code == code
        assert f"error[secret_blocked]: {named} holds what looks like a secret (GitHub token)." in failed.err
        assert f"cure: Take it out of {path}, or say with `orch-lsp secrets {path}` what may be sent" in failed.err
        assert TOKEN not in failed.err + failed.out
    assert answering.requests == []
    assert (await orch("secrets", path, "--redact")).code == 0
    assert (await orch("draft", "a.spec.md", "--json")).code == 0
    body = answering.requests[0].body.decode()
    assert "[redacted: GitHub token]" in body
    assert TOKEN not in body


async def test_one_that_is_asked_for_in_a_draft_is_named_and_has_no_fix_in_the_document(
    start_editor, answering, workspace
):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", "# Limiter\n\nLimit clients.\n\n## Tasks\n\nTODO\n")
    record = await editor.draft(uri, instruction=f"Use {TOKEN}.")
    assert record["error"]["message"] == "The instruction for this draft holds what looks like a secret (GitHub token)."
    assert record["error"]["remediation"] == "Ask again without it; nothing was sent."
    actions = await editor.actions(uri, await editor.diagnostic(uri, "secret_blocked"))
    assert not {REDACT, EXCLUDE, ALLOW} & set(actions)
    assert answering.requests == []


async def test_a_key_in_use_is_not_offered_to_pass(start_editor, answering, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", f"# Limiter\n\nLimit clients by {WORK_KEY}.\n\n## Tasks\n\nTODO\n")
    await editor.draft(uri)
    actions = await editor.actions(uri, await editor.diagnostic(uri, "secret_blocked"))
    assert {REDACT, EXCLUDE} <= set(actions)
    assert ALLOW not in actions


async def test_a_token_that_nobody_sees_as_one_has_its_place(orch, answering, workspace):
    for between in ("\u3164", "\U000e0041"):
        text = f"# Limiter\n\nUse {TOKEN[:9]}{between}{TOKEN[9:]} to sign.\n\n## Tasks\n\nTODO\n"
        (workspace / "a.spec.md").write_text(text)
        assert (await orch("secrets", "a.spec.md")).out == "3\tGitHub token\tstops a draft\n", between
        assert "Line 3 of the document" in (await orch("draft", "a.spec.md")).err
    assert answering.requests == []


async def test_any_line_of_a_long_one_may_be_named(orch, answering, workspace):
    (workspace / "a.spec.md").write_text(f"# Limiter\n\nLimit clients.\n\n{KEY}\n\n## Tasks\n\nTODO\n")
    assert (await orch("secrets", "a.spec.md", "--line", "7")).out == "5\tprivate key\tstops a draft\n"
    assert (await orch("secrets", "a.spec.md", "--line", "7", "--exclude")).code == 0
    assert (await orch("draft", "a.spec.md", "--json")).code == 0
    assert KEY_LINES[0] not in answering.requests[0].body.decode()


async def test_what_makes_no_sense_of_a_secret_is_told_with_a_way_out(orch, workspace):
    (workspace / "a.spec.md").write_text(SPEC)
    refused = await orch("secrets", "a.spec.md", "--line", "1", "--allow")
    assert (
        refused.err == "error[invalid_request]: Nothing on line 1 looks like a secret.\ncure: Name one of lines 5, 7.\n"
    )
    both = await orch("secrets", "a.spec.md", "--redact", "--exclude")
    assert both.code == 2
    assert "--redact and --exclude cannot both hold" in both.err
    (workspace / "a.spec.md").write_text("# Limiter\n\nLimit clients.\n")
    clean = await orch("secrets", "a.spec.md", "--line", "1", "--allow")
    assert clean.code == 1
    assert "cure: Nothing in the document looks like a secret." in clean.err
    assert (await orch("secrets", "a.spec.md", "--line", "1")).err == "Nothing on line 1 looks like a secret.\n"


async def test_a_file_whose_name_is_one_is_left_out_and_stops_nothing(orch, answering, workspace):
    (workspace / "src").mkdir()
    (workspace / f"{TOKEN}.py").write_text("limit = 1\n")
    (workspace / "src" / f"limiter-{TOKEN}.py").write_text(
        "".join(f"def limit_clients_{n}():\n    return limiter\n\n\n" for n in range(9))
    )
    (workspace / "src" / "limiter.py").write_text("def limit_clients(): ...\n")
    (workspace / "a.spec.md").write_text("# Limiter\n\nLimit clients, see limiter.\n\n## Tasks\n\nTODO\n")
    done = await orch("draft", "a.spec.md", "--json")
    assert done.code == 0, done.err
    body = answering.requests[0].body.decode()
    assert "src/limiter.py" in body
    assert TOKEN not in body + done.out + done.err
    assert "secret in its name: GitHub token" in done.out
