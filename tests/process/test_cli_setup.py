"""`orch-lsp setup`, as the real process with real servers: by options, by questions, and when things go wrong."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tomllib
from pathlib import Path

import pytest

from tests.fakes.homes import Homes
from tests.fakes.scripted_server import (
    Reply,
    ScriptedServer,
    Send,
    Stall,
    chat_error,
    chat_pieces,
    json_reply,
    stream_reply,
)
from tests.process.desk import KEY
from tests.process.terminal import Talk, talk

MODELS = {"data": [{"id": "small-model"}, {"id": "large-model"}, {"id": "an-embedding-model"}]}
READY = stream_reply(chat_pieces(["re", "ady"]))
PAGE = Reply(200, {"content-type": "text/html; charset=utf-8"}, (Send(b"<!DOCTYPE html><html><p>hello</p></html>"),))
BY_HAND = """\
# What I use at home.
apply = "review"  # I look first

[runs]
parallel = 2   # the machine is small

# The old box.
[providers.box]
kind = "ollama"
base_url = "http://127.0.0.1:9/"   # off by now
"""

posix = pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")


@pytest.fixture
def served(provider: ScriptedServer) -> ScriptedServer:
    """A server of one's own with two models that write and one that does not."""
    provider.route("/v1/models", json_reply(MODELS))
    provider.route("/models", Reply(404, {"content-type": "text/plain"}, (Send(b"not here"),)))
    provider.script(READY)
    return provider


def config(homes: Homes) -> Path:
    return homes.config / "config.toml"


def values(homes: Homes) -> dict:
    return tomllib.loads(config(homes).read_text("utf-8"))


async def test_a_new_user_gets_from_nothing_to_a_draft(orch, homes, served, workspace):
    done = await orch("setup", "--base-url", served.url, "--model", "small-model", "--yes")
    assert done.code == 0, done.err
    assert f"local (small-model) is written into {config(homes)}." in done.err
    assert (
        'One request goes to local (small-model): "Answer with one word: ready". It stays on this machine.' in done.err
    )
    assert served.requests[-1].json()["max_tokens"] == 64
    assert values(homes) == {
        "provider": "local",
        "providers": {"local": {"kind": "openai-compatible", "base_url": served.url, "model": "small-model"}},
    }
    served.script(stream_reply(chat_pieces(["## Goal\n\nA limit.\n"])))
    (workspace / "a.spec.md").write_text("# A\n\nLimit each client.\n\n## Goal\n\nTODO\n")
    drafted = await orch("draft", "a.spec.md", "--only", "goal", "--json")
    assert drafted.json()["model"]["requested"] == "small-model"


async def test_without_a_terminal_the_error_names_the_options_and_the_file(orch, homes):
    nothing = await orch("setup")
    assert (nothing.code, nothing.out) == (2, "")
    assert "error[missing_provider]" in nothing.err
    assert str(config(homes)) in nothing.err
    assert "cure: Name it: orch-lsp setup --provider NAME --model ID --yes." in nothing.err
    as_json = await orch("setup", "--json")
    assert (as_json.code, as_json.json()["error"]["code"]) == (2, "missing_provider")
    assert not config(homes).exists()


async def test_nothing_is_written_or_sent_without_a_yes(orch, homes, served):
    asked = await orch("setup", "--base-url", served.url, "--model", "small-model", "--json")
    assert (asked.code, asked.json()["error"]["code"]) == (2, "not_allowed")
    assert "`--yes`" in asked.err
    assert {request.path for request in served.requests} == {"/v1/models"}
    assert not config(homes).exists()


async def test_without_a_model_the_error_names_those_that_there_are(orch, served, homes):
    asked = await orch("setup", "--base-url", served.url, "--yes")
    assert asked.code == 2
    assert (
        "error[missing_model]: No model of local is named. It lists small-model, large-model, an-embedding-model."
        in asked.err
    )
    assert "cure: Name it with `--model ID`." in asked.err
    assert not config(homes).exists()


async def test_ten_thousand_models_are_a_few_words(orch, served):
    served.route("/v1/models", json_reply({"data": [{"id": f"vendor/model-{n}"} for n in range(10_000)]}))
    asked = await orch("setup", "--base-url", served.url, "--yes")
    assert "vendor/model-7 and 9992 more." in asked.err
    assert len(asked.err) < 1_000


async def test_the_summary_says_what_was_done_and_never_the_key(orch, homes, served):
    done = await orch(
        "setup", "--provider", "work", "--base-url", served.url, "--key-env", "WORK_KEY", "--model", "small-model",
        "--yes", "--json",
    )  # fmt: skip
    told = done.json()
    assert (done.code, told["schema"], told["provider"], told["model"]) == (0, "orch.setup/1", "work", "small-model")
    assert told["config"] == {"path": str(config(homes)), "changed": True}
    assert told["key"] == "the environment variable WORK_KEY"
    assert told["trial"]["model"] == "served-model"
    assert served.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in done.out + done.err + config(homes).read_text()


async def test_setting_up_the_same_again_changes_nothing_and_takes_no_new_name(orch, homes, served):
    again = ("setup", "--base-url", served.url, "--model", "small-model", "--yes", "--json")
    await orch(*again)
    before = config(homes).read_bytes()
    second = await orch(*again)
    assert second.json()["config"]["changed"] is False
    assert second.json()["provider"] == "local"
    assert config(homes).read_bytes() == before


async def test_a_config_written_by_hand_keeps_its_comments_and_its_order(orch, homes, served):
    homes.configure(BY_HAND)
    config(homes).chmod(0o600)
    done = await orch("setup", "--base-url", served.url, "--model", "large-model", "--yes")
    assert done.code == 0, done.err
    text = config(homes).read_text()
    own = [line for line in BY_HAND.splitlines() if line]
    assert [line for line in text.splitlines() if line in own] == own
    assert values(homes)["provider"] == "local"
    assert values(homes)["providers"]["box"] == {"kind": "ollama", "base_url": "http://127.0.0.1:9/"}
    assert config(homes).stat().st_mode & 0o777 == 0o600


async def test_a_broken_config_is_refused_with_its_line_and_stays_as_it_is(orch, homes, served):
    broken = 'provider = "work"\n\n[providers.work\nmodel = "m"\n'
    homes.configure(broken)
    for arguments in (["--find"], ["--base-url", served.url, "--model", "small-model", "--yes"]):
        refused = await orch("setup", *arguments)
        assert refused.code == 2
        assert f"error[invalid_settings]: {config(homes)}, line 3: " in refused.err
        assert "The file was not changed." in refused.err
    assert config(homes).read_text() == broken
    assert served.requests == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everything")
async def test_a_config_that_cannot_be_written_is_told_with_its_path(orch, homes, served):
    homes.configure("")
    config(homes).chmod(0o444)
    refused = await orch("setup", "--base-url", served.url, "--model", "small-model", "--yes")
    assert refused.code == 2
    assert f"error[invalid_settings]: {config(homes)} cannot be written: it is read-only." in refused.err


async def test_a_wrong_key_is_told_and_nothing_is_written(orch, homes, served):
    homes.configure(BY_HAND)
    served.script(chat_error(401, "invalid_api_key"))
    refused = await orch(
        "setup",
        "--provider",
        "work",
        "--base-url",
        served.url,
        "--key-env",
        "WORK_KEY",
        "--model",
        "small-model",
        "--yes",
    )
    assert refused.code == 1
    assert f"Nothing was written: {config(homes)} is as it was." in refused.err
    assert "error[invalid_auth]" in refused.err
    assert config(homes).read_text() == BY_HAND
    assert KEY not in refused.err


async def test_a_model_that_there_is_not_is_told_with_the_nearest(orch, served):
    served.script(chat_error(404, "model_not_found"))
    refused = await orch("setup", "--base-url", served.url, "--model", "smal-model", "--yes")
    assert refused.code == 1
    assert "error[model_not_found]" in refused.err
    assert "`small-model`" in refused.err


async def test_a_missing_key_is_told_before_anything_is_sent(orch, homes):
    refused = await orch("setup", "--provider", "anthropic", "--model", "some-model", "--yes")
    assert refused.code == 1
    assert (
        "error[missing_auth]: There is no key for anthropic: the environment variable ANTHROPIC_API_KEY is not set."
        in refused.err
    )
    assert not config(homes).exists()


async def test_without_a_network_nothing_is_written(orch, homes):
    refused = await orch("setup", "--base-url", "http://127.0.0.1:1", "--model", "some-model", "--yes")
    assert refused.code == 1
    assert "error[network_error]" in refused.err
    assert not config(homes).exists()
    written = await orch("setup", "--base-url", "http://127.0.0.1:1/v1", "--model", "some-model", "--yes", "--no-try")
    assert written.code == 0
    assert values(homes)["providers"]["local"]["base_url"] == "http://127.0.0.1:1/v1"


async def test_a_key_in_the_place_of_its_variables_name_is_refused_and_not_repeated(orch, homes, served):
    refused = await orch("setup", "--base-url", served.url, "--key-env", KEY, "--model", "m", "--yes")
    assert refused.code == 2
    assert "error[invalid_settings]" in refused.err
    assert KEY not in refused.err
    assert not config(homes).exists()


async def test_what_there_is_is_found_by_variables_names_and_by_asking_this_machine(orch, homes, served):
    async with ScriptedServer() as page, ScriptedServer() as closed:
        page.script(PAGE)
        closed.script(chat_error(401, "invalid_api_key"))
        homes.configure(
            f'[providers.ollama]\nbase_url = "http://127.0.0.1:{page.port}"\n'
            f'[providers.lm-studio]\nbase_url = "{served.url}"\n[providers.vllm]\nbase_url = "{closed.url}"\n'
            '[providers."llama.cpp"]\nbase_url = "http://127.0.0.1:1/v1"\n'
        )
        found = await orch("setup", "--find", "--json", env={"MISTRAL_API_KEY": "canary-7d21", "GROQ_API_KEY": " "})
        told = {one["provider"]: one for one in found.json()["candidates"]}
        assert told["mistral"]["detail"] == "MISTRAL_API_KEY is set"
        assert told["lm-studio"]["detail"] == f"answers at 127.0.0.1:{served.port}, 3 models"
        assert told["vllm"]["needs_key"] is True
        assert told["llama.cpp"]["detail"] == "does not answer at 127.0.0.1:1"
        assert "groq" not in told
        (passed,) = found.json()["passed_over"]
        assert passed["provider"] == "ollama"
        assert "a web page (HTML), not with a list of models" in passed["reason"]
        assert "canary-7d21" not in found.out + found.err
        assert all("authorization" not in request.headers for request in [*served.requests, *page.requests])


async def test_a_web_server_without_such_an_address_is_named_as_such(orch, homes):
    missing = Reply(404, {"content-type": "text/html"}, (Send(b"<html><body><h1>Not found</h1></body></html>"),))
    async with ScriptedServer() as page:
        page.script(missing)
        homes.configure(f'[providers."llama.cpp"]\nbase_url = "{page.url}"\n')
        found = await orch("setup", "--find")
        assert f"passed over: llama.cpp at 127.0.0.1:{page.port}: " in found.err
        assert "answered HTTP 404 with a web page (HTML), not with a list of models" in found.err


@pytest.mark.parametrize("text", ["providers = 3\n", "[[providers]]\n", "[providers.local]\nheaders = 7\n"])
async def test_a_config_in_which_nothing_can_be_put_in_safely_stays(orch, homes, text):
    homes.configure(text)
    refused = await orch(
        "setup", "--provider", "local", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--yes", "--no-try"
    )
    assert (refused.code, "error[invalid_settings]" in refused.err) == (2, True)
    assert config(homes).read_text() == text


@posix
async def test_a_link_stays_a_link_and_a_table_without_a_kind_gets_one(orch, homes, tmp_path):
    own = tmp_path / "dotfiles.toml"
    own.write_text('# mine\n[providers.local]\nheaders = { a = "b" } # why\n')
    config(homes).symlink_to(own)
    done = await orch(
        "setup", "--provider", "local", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--yes", "--no-try"
    )
    assert done.code == 0, done.err
    assert config(homes).is_symlink()
    assert "# mine\n" in own.read_text()
    assert tomllib.loads(own.read_text())["providers"]["local"] == {
        "headers": {"a": "b"}, "kind": "openai-compatible", "base_url": "http://127.0.0.1:9/v1", "model": "m",
    }  # fmt: skip


async def test_a_built_in_name_keeps_its_wire_format_at_another_address(orch, homes):
    async with ScriptedServer() as gateway:
        gateway.script(
            json_reply({"data": [{"type": "model", "id": "claude-x", "display_name": "X"}], "has_more": False})
        )
        asked = await orch(
            "setup", "--provider", "anthropic", "--base-url", gateway.url, "--json", env={"ANTHROPIC_API_KEY": "k-1"}
        )
        assert (asked.code, asked.json()["error"]["code"]) == (2, "missing_model")
        assert "claude-x" in asked.json()["error"]["message"]
        assert gateway.requests[0].headers["x-api-key"] == "k-1"


async def test_a_server_that_never_ends_its_answer_is_not_waited_for(orch, homes):
    async with ScriptedServer() as slow:
        slow.script(Reply(200, {"content-type": "application/json"}, (Send(b'{"data": ['), Stall())))
        homes.configure(f'[providers.vllm]\nbase_url = "{slow.url}"\n')
        found = await orch("setup", "--find", "--json")
        assert [one["provider"] for one in found.json()["passed_over"]] == ["vllm"]


async def test_ollama_is_known_by_its_address_alone(orch, homes):
    async with ScriptedServer() as ollama:
        ollama.script(Reply(404, {"content-type": "text/plain"}, (Send(b"404 page not found"),)))
        ollama.route("/api/tags", json_reply({"models": [{"name": "llama3:8b"}]}))
        ollama.route(
            "/api/chat",
            json_reply({"model": "llama3:8b", "message": {"content": "ready"}, "done": True, "done_reason": "stop"}),
        )
        address = f"http://127.0.0.1:{ollama.port}"
        done = await orch("setup", "--base-url", address, "--model", "llama3:8b", "--yes", "--json")
        assert done.code == 0, done.err
        assert (done.json()["kind"], done.json()["base_url"]) == ("ollama", address)


async def test_set_ups_at_once_lose_nothing(orch, homes, served):
    homes.configure(BY_HAND)
    names = [f"box-{number}" for number in range(5)]
    done = await asyncio.gather(
        *(
            orch("setup", "--provider", name, "--base-url", served.url, "--model", "small-model", "--yes")
            for name in names
        )
    )
    assert [one.code for one in done] == [0] * len(names)
    found = values(homes)
    assert set(found["providers"]) == {"box", *names}
    assert found["provider"] in names
    assert found["apply"] == "review"
    assert sorted(path.name for path in homes.config.iterdir()) == [".config.toml.lock", "config.toml"]


async def test_a_home_with_blanks_and_umlauts(orch, tmp_path, served):
    home = tmp_path / "Häuser von Jürgen & Söhne"
    home.mkdir()
    env = {
        "ORCH_CONFIG_HOME": "",
        "ORCH_STATE_HOME": "",
        "HOME": str(home),
        "XDG_CONFIG_HOME": "",
        "XDG_STATE_HOME": "",
    }
    done = await orch("setup", "--base-url", served.url, "--model", "small-model", "--yes", "--json", env=env)
    assert done.code == 0, done.err
    path = Path(done.json()["config"]["path"])
    assert path.is_relative_to(home)
    assert tomllib.loads(path.read_text("utf-8"))["provider"] == "local"


# On a terminal.


async def choose_own(talking: Talk, served: ScriptedServer) -> None:
    await talking.answer("Provider (number", "own")
    await talking.answer("Address", f"127.0.0.1:{served.port}")
    await talking.answer("Variable that holds its key", "")


@posix
async def test_by_keyboard_from_nothing_to_the_first_draft(homes, workspace, served):
    async with talk(homes, workspace, "setup") as talking:
        await choose_own(talking, served)
        await talking.answer("Model (number", "2")
        await talking.answer("Try it, then write this into", "")
        await talking.until("local (large-model) is written into")
        served.script(stream_reply(chat_pieces(["## Goal\n\nA limit.\n"])))
        await talking.answer("First draft", "Limit each client of the API.")
        await talking.end()
        assert "Run 0" in talking.text
    assert (
        (workspace / "limit-each-client-of-the.spec.md")
        .read_text()
        .startswith("# Limit each client of the\n\nLimit each")
    )


@posix
async def test_a_first_draft_in_the_home_folder_does_not_make_that_the_workspace(homes, tmp_path, served):
    home = tmp_path / "Häuser & Höfe"
    home.mkdir()
    (home / "diary.md").write_text("# Private\n\nLimit each client.\n")
    arguments = ("setup", "--base-url", served.url, "--model", "small-model")
    async with talk(homes, home, *arguments, env={"HOME": str(home)}) as talking:
        await talking.answer("Variable that holds its key", "")
        await talking.answer("Try it, then write this into", "")
        await talking.until("is written into")
        served.script(stream_reply(chat_pieces(["## Goal\n\nA limit.\n"])))
        await talking.answer("First draft", "Limit each client.")
        await talking.end()
    assert (home / "specs" / "limit-each-client.spec.md").exists()
    assert not (home / ".orch").exists()
    assert b"Private" not in served.requests[-1].body


@posix
async def test_ten_thousand_models_are_narrowed_by_words(homes, workspace, served):
    served.route("/v1/models", json_reply({"data": [{"id": f"vendor-{n % 9}/model-{n}"} for n in range(10_000)]}))
    async with talk(homes, workspace, "setup") as talking:
        await choose_own(talking, served)
        await talking.until("… and 9985 more; type words to narrow them")
        await talking.answer("Model (number", "vendor-3 999")
        await talking.answer("Model (number", "nothing-like-it")
        await talking.answer("Use it anyway?", "n")
        await talking.answer("Model (number", "VENDOR-0/model-9990")
        await talking.answer("Try it, then write this into", "y")
        await talking.until("vendor-0/model-9990) is written into")
        await talking.answer("First draft", "")
        assert await talking.end() == 0
    assert values(homes)["providers"]["local"]["model"] == "vendor-0/model-9990"


@posix
async def test_a_trial_that_fails_leads_back_to_a_choice(homes, workspace, served):
    served.script(chat_error(401, "invalid_api_key"), READY)
    async with talk(homes, workspace, "setup") as talking:
        await choose_own(talking, served)
        await talking.answer("Model (number", "small-model")
        await talking.answer("Try it, then write this into", "")
        await talking.until("error[invalid_auth]")
        assert not config(homes).exists()
        await talking.answer("The trial failed", "try again")
        await talking.answer("First draft", "")
        assert await talking.end() == 0
    assert values(homes)["provider"] == "local"


@posix
async def test_a_server_that_asks_for_a_key_gets_one_before_its_models_are_chosen(homes, workspace, served):
    homes.configure(f'[providers.box]\nkind = "openai-compatible"\nbase_url = "{served.url}"\n')
    served.route("/v1/models", chat_error(401, "invalid_api_key"))
    async with talk(homes, workspace, "setup") as talking:
        await talking.answer("Provider (number", "box")
        await talking.answer("The key (number", "another variable")
        await talking.answer("Name of the variable", "NO_SUCH_KEY")
        await talking.until("NO_SUCH_KEY is not set")
        served.route("/v1/models", json_reply(MODELS))
        served.script(chat_error(401, "invalid_api_key"), READY)
        await talking.answer("The key (number", "another variable")
        await talking.answer("Name of the variable", "WORK_KEY")
        await talking.answer("Model (number", "small-model")
        await talking.answer("Try it, then write this into", "y")
        await talking.answer("The trial failed", "another key")
        await talking.answer("The key (number", "another variable")
        await talking.answer("Name of the variable", "WORK_KEY")
        await talking.answer("Try it, then write this into", "y")
        await talking.answer("First draft", "")
        assert await talking.end() == 0
    assert values(homes)["providers"]["box"]["api_key_env"] == "WORK_KEY"
    assert served.requests[-1].headers["authorization"] == f"Bearer {KEY}"


@posix
@pytest.mark.parametrize(
    ("step", "end"),
    [
        (0, "^C"),
        (1, "^C"),
        (2, "^D"),
        (3, "q"),
        (4, "^C"),
        (4, "q"),
        (0, "kill"),
        (2, "kill"),
        (3, "kill"),
        (4, "kill"),
    ],
)
async def test_interrupted_at_each_question_the_config_is_as_it_was(homes, workspace, served, step, end):
    homes.configure(BY_HAND)
    questions = [
        ("Provider (number", "own"),
        ("Address", f"127.0.0.1:{served.port}"),
        ("Variable that holds its key", ""),
        ("Model (number", "1"),
        ("Try it, then write this into", "y"),
    ]
    async with talk(homes, workspace, "setup") as talking:
        for question, answer in questions[:step]:
            await talking.answer(question, answer)
        if end == "kill":
            await talking.until(questions[step][0])
            talking.process.send_signal(signal.SIGKILL)
        elif (step, end) == (4, "q"):
            await talking.answer(questions[step][0], "n")
            await talking.answer("Provider (number", "q")
        else:
            await talking.answer(questions[step][0], end)
        code = await talking.end()
        assert code == (-signal.SIGKILL if end == "kill" else 130), talking.text
        if end != "kill":
            await talking.until("Nothing was written")
    assert config(homes).read_text() == BY_HAND


@posix
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
async def test_interrupted_in_the_trial_the_config_is_as_it_was(homes, workspace, served, end):
    homes.configure(BY_HAND)
    served.script(Reply(steps=(Send(chat_pieces(["re"])[0]), Stall())))
    async with talk(homes, workspace, "setup", "--base-url", served.url, "--model", "small-model") as talking:
        await talking.answer("Variable that holds its key", "")
        await talking.answer("Try it, then write this into", "y")
        while not served.requests or served.requests[-1].method != "POST":
            await served.request(len(served.requests))
        talking.process.send_signal(end)
        assert await talking.end() != 0
    assert config(homes).read_text() == BY_HAND


async def test_killed_at_any_moment_of_its_writing_the_config_is_whole(homes, workspace, served):
    """Processes that write one after the other are killed as they come; each finds a whole file."""
    homes.configure(BY_HAND)
    for number in range(6):
        process = await asyncio.create_subprocess_exec(
            *orch_command(), "setup", "--provider", f"box-{number}", "--base-url", served.url, "--model", "small-model",
            "--yes", cwd=workspace, env=homes.process_environment(),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        # The line stands between the trial and the writing, or right behind it.
        await process.stderr.readuntil(b"answered in" if number % 2 else b"One request")
        process.kill()
        await process.wait()
        found = values(homes)
        assert found["apply"] == "review"
        assert found.get("provider", "none") in {"none", *(f"box-{one}" for one in range(number + 1))}


def orch_command() -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "orch_lsp")


# Editors and shells.


async def test_an_editors_configuration_is_printed_and_written(orch, tmp_path):
    home = tmp_path / "Häuser mit Blank"
    home.mkdir()
    env = {"HOME": str(home), "XDG_CONFIG_HOME": ""}
    printed = await orch("setup", "--editor", "neovim", env=env)
    assert printed.code == 0
    assert "vim.lsp.enable('orch')" in printed.out
    assert list(home.iterdir()) == []
    written = await orch("setup", "--editor", "helix", "--write", "--json", env=env)
    (file,) = written.json()["files"]
    assert (written.code, file["changed"]) == (0, True)
    assert tomllib.loads(Path(file["path"]).read_text("utf-8"))["language-server"]["orch"]["args"] == ["serve"]
    again = await orch("setup", "--editor", "helix", "--write", env=env)
    assert "has it already" in again.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
async def test_a_shell_completes_commands_and_providers(orch, shell):
    lines = await orch("completions", shell)
    assert lines.code == 0
    assert f"_ORCH_LSP_COMPLETE={shell}_complete" in lines.out
    words = "orch-lsp draft --provider ant"
    asked = {"COMP_WORDS": words, "COMP_CWORD": "ant" if shell == "fish" else "3"}
    told = await orch(env={"_ORCH_LSP_COMPLETE": f"{shell}_complete", **asked})
    assert "anthropic" in told.out


# Agents.


@posix
async def test_an_agent_of_the_path_is_found_and_set_up_without_a_key(orch, homes, tmp_path, workspace):
    pytest.importorskip("acp", reason="needs the extra acp")
    programs = tmp_path / "programs"
    programs.mkdir()
    fake = Path(__file__).parents[1] / "fakes" / "acp_agent.py"
    (programs / "gemini").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{fake}" "offers models"\n')
    (programs / "gemini").chmod(0o755)
    # A program that the project brings is none of the person's.
    (workspace / "bin").mkdir()
    (workspace / "bin" / "codex-acp").write_text("#!/bin/sh\ntouch started\n")
    (workspace / "bin" / "codex-acp").chmod(0o755)
    path = os.pathsep.join([str(workspace / "bin"), "bin", str(programs), os.environ["PATH"]])
    found = await orch("setup", "--find", "--json", env={"PATH": path})
    agents = {one["provider"]: one for one in found.json()["candidates"] if one["source"] == "agent"}
    assert set(agents) == {"gemini-cli"}
    assert agents["gemini-cli"]["detail"] == "an agent of yours, gemini --acp; it needs no key here"
    done = await orch("setup", "--provider", "gemini-cli", "--model", "big", "--yes", "--json", env={"PATH": path})
    assert done.code == 0, done.err
    assert values(homes) == {
        "provider": "gemini-cli",
        "providers": {"gemini-cli": {"kind": "acp", "command": ["gemini", "--acp"], "model": "big"}},
    }
    own = await orch("setup", "--provider", "gemini-cli", "--yes", env={"PATH": path})
    assert own.code == 0, own.err
    assert not (workspace / "started").exists()
