"""Agents as providers: real processes over the Agent Client Protocol, one that obeys and several that do not."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

pytest.importorskip("acp", reason="needs the extra acp")

AGENT = Path(__file__).parents[1] / "fakes" / "acp_agent.py"
SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n\n## Non-goals\n\nTODO\n"
WRITTEN = SPEC.replace("TODO", "Limit each client 😋.", 1).replace("TODO", "No queue of requests.")


class Set:
    """A workspace with a spec, and the agent that drafts it."""

    def __init__(self, homes, workspace: Path) -> None:
        self.homes, self.workspace = homes, workspace
        self.seen_at = workspace.parent / "seen.json"
        self.spec = workspace / "a.spec.md"
        self.spec.write_text(SPEC, encoding="utf-8")

    def use(self, kind: str, *arguments: object, more: str = "") -> None:
        command = json.dumps([sys.executable, str(AGENT), kind, *map(str, arguments)])
        self.homes.configure(
            f'provider = "helper"\n\n[providers.helper]\nkind = "acp"\ncommand = {command}\n'
            f'env_from = ["ACP_SEEN", "PYTHONPATH"]\n{more}\n'
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        env = self.homes.process_environment(
            ACP_SEEN=str(self.seen_at), OTHER_SECRET="not for agents", LC_ALL="C.UTF-8"
        )
        command = [sys.executable, "-P", "-m", "orch_lsp", *arguments]
        return subprocess.Popen(
            command,
            cwd=self.workspace,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate()
        return process.returncode, out, err

    def draft(self) -> dict[str, object]:
        _, out, err = self.run("draft", "a.spec.md", "--json")
        assert out, err
        return json.loads(out)

    @property
    def seen(self) -> dict[str, object]:
        return json.loads(self.seen_at.read_text())


@pytest.fixture
def desk(homes, workspace) -> Set:
    return Set(homes, workspace)


def test_an_agent_that_obeys_writes_the_draft_in_an_empty_folder(desk):
    desk.use("obeys")
    code, out, err = desk.run("draft", "a.spec.md")
    assert (code, out) == (0, WRITTEN), err
    seen = desk.seen
    assert seen["version"] == 1
    assert seen["capabilities"]["fs"] == {"readTextFile": False, "writeTextFile": False}
    assert seen["capabilities"]["terminal"] is False
    assert seen["servers"] == 0
    assert seen["files"] == []
    assert seen["cwd"] == seen["session_cwd"]
    assert not Path(seen["cwd"]).exists()
    assert not {"OTHER_SECRET", "ORCH_CONFIG_HOME", "ORCH_STATE_HOME"} & set(seen["env"])
    assert any("Limit each client." in text for text in seen["prompt"])

    record = desk.draft()
    assert record["provider"] == {"id": "helper", "kind": "acp", "server_address": None}
    assert record["model"] == {"requested": "default", "resolved": None}
    assert record["finish_reasons"] == ["end_turn"]
    assert (record["usage"], record["cost"]) == (None, None)
    (attempt,) = [attempt for step in record["steps"] for attempt in step["attempts"]]
    assert (attempt["status"], attempt["server_address"]) == ("ok", None)


def test_usage_and_cost_are_on_record_as_the_agent_tells_them(desk):
    desk.use("tells usage")
    record = desk.draft()
    assert record["status"] == "completed"
    usage = record["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (120, 50)
    assert (usage["cache_read_input_tokens"], usage["reasoning_output_tokens"]) == (20, 10)
    assert {"amount": "0.0125", "currency": "USD", "source": "agent", "exact": None}.items() <= record["cost"].items()


def test_all_that_it_asks_for_is_refused(desk):
    desk.use("asks")
    record = desk.draft()
    assert record["status"] == "completed"
    assert desk.seen["outcomes"] == [
        {"outcome": "selected", "option_id": "no"}, {"outcome": "cancelled"},
        "read: -32601", "write: -32601", "terminal: -32601",
    ]  # fmt: skip
    assert record["finish_reasons"] == ["end_turn", "2 permissions refused", "1 tools of its own"]


@pytest.mark.parametrize("where", ["stray.py", "a.spec.md", ".env", ".git/hooks/pre-commit"])
def test_an_agent_that_writes_files_fails_and_its_text_is_kept(desk, where):
    subprocess.run(["git", "init", "-q", str(desk.workspace)], check=True)
    (desk.workspace / ".git" / "hooks").mkdir(exist_ok=True)
    (desk.workspace / ".gitignore").write_text(".env\n")
    desk.use("writes", desk.workspace / where)
    record = desk.draft()
    assert (record["status"], record["error"]["code"]) == ("failed", "not_allowed")
    assert where in record["error"]["message"]
    assert record["draft"]["partial"]
    assert record["applied"] is None
    _, out, _ = desk.run("runs", "show", record["run_id"], "--draft")
    assert "No queue of requests." in out


@pytest.mark.parametrize("where", ["debug.log", "build/deep/in/it/out.txt", "vendor/checkout/.git/config"])
def test_a_change_of_a_file_that_git_leaves_out_is_told_and_fails_nothing(desk, where):
    subprocess.run(["git", "init", "-q", str(desk.workspace)], check=True)
    (desk.workspace / ".gitignore").write_text("*.log\nbuild/\nvendor/\n")
    (desk.workspace / where).parent.mkdir(parents=True, exist_ok=True)
    (desk.workspace / "other.log").write_text("As it was.\n")
    desk.use("writes", desk.workspace / where)
    code, out, err = desk.run("draft", "a.spec.md", "--json")
    assert (code, json.loads(out)["status"]) == (0, "completed")
    assert f"warning: While helper was at work, files that git leaves out changed, by whomever: {where}." in err


@pytest.mark.parametrize(
    ("kind", "code", "words", "more"),
    [
        ("dies at once", "provider_unavailable", "Please install the thing.", ""),
        ("dies", "provider_unavailable", "ended with status 7", ""),
        ("floods", "invalid_response", "more than 400000 bytes", "limits = { max_bytes = 400000 }"),
        ("floods with rubbish", "invalid_response", "more than 300000 messages", "limits = { max_events = 300000 }"),
        ("deaf", "timeout", "", "timeout = { first_byte = 8, idle = 5, total = 60 }"),
        ("hangs", "timeout", "", "timeout = { first_byte = 5, idle = 5, total = 60 }"),
        ("version 2", "invalid_response", "version 2", ""),
        ("wants a login", "invalid_auth", "sign in", ""),
        ("stops at its limit", "truncated", "", ""),
        ("refuses", "refused", "", ""),
        ("turns", "incomplete_output", "", ""),
    ],
)
def test_an_agent_that_fails_is_a_failed_run_with_its_reason(desk, kind, code, words, more):
    desk.use(kind, more=more)
    if kind == "deaf":
        # More than a pipe holds: the request is never taken whole.
        desk.spec.write_text(SPEC.replace("Limit each client.", "Limit each client. " * 20_000), encoding="utf-8")
    before = desk.spec.read_text(encoding="utf-8")
    record = desk.draft()
    assert (record["status"], record["error"]["code"]) == ("failed", code), record["error"]
    assert words in record["error"]["message"]
    assert desk.spec.read_text(encoding="utf-8") == before
    if kind in {"dies", "floods", "stops at its limit"}:
        assert record["draft"]["partial"]


def test_lines_that_are_no_messages_are_passed_over(desk):
    desk.use("babbles")
    assert desk.draft()["status"] == "completed"


@pytest.mark.parametrize("kind", ["waits", "ignores cancel"])
@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_cancel_reaches_the_agent_and_ends_it_with_all_that_it_started(desk, kind):
    desk.use(kind)
    process = desk.start("draft", "a.spec.md", "--json")
    while not (desk.seen_at.exists() and '"waiting": true' in desk.seen_at.read_text()):
        assert process.poll() is None, process.communicate()
        with suppress(psutil.TimeoutExpired):
            psutil.Process(process.pid).wait(0.05)
    pids = desk.seen["pids"]
    process.send_signal(2)
    out, _ = process.communicate()
    assert process.returncode == 130
    assert json.loads(out)["status"] == "cancelled"
    assert desk.seen["cancelled"] is True
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_model_is_chosen_of_those_that_the_agent_offers(desk):
    desk.use("offers models", more='model = "big"')
    assert desk.draft()["status"] == "completed"
    assert desk.seen["chosen"] == ["m", "big"]
    code, out, err = desk.run("models", "--json")
    assert code == 0, err
    assert all(name in out for name in ('"default"', '"small"', '"big"'))
    desk.use("offers models", more='model = "huge"')
    record = desk.draft()
    assert record["error"]["code"] == "model_not_found"
    assert "small, big" in record["error"]["remediation"]


def test_a_project_can_name_no_program_and_asks_before_an_agent_is_started(desk):
    desk.use("obeys")
    text = (desk.homes.config / "config.toml").read_text().replace('provider = "helper"\n', "")
    (desk.homes.config / "config.toml").write_text(text)
    config = desk.workspace / ".orch" / "config.toml"
    config.write_text('provider = "helper"\n')
    code, _, err = desk.run("draft", "a.spec.md")
    assert (code, "error[not_allowed]" in err) == (2, True), err
    assert not desk.seen_at.exists()
    (desk.homes.config / "config.toml").write_text("")
    config.write_text('provider = "evil"\n[providers.evil]\nkind = "acp"\ncommand = ["touch", "owned"]\n')
    code, _, err = desk.run("draft", "a.spec.md")
    assert code == 2
    assert not (desk.workspace / "owned").exists()


def test_a_provider_without_a_program_is_told_where_it_is_described(desk):
    desk.homes.configure('provider = "helper"\n[providers.helper]\nkind = "acp"\n')
    code, _, err = desk.run("draft", "a.spec.md")
    assert code == 2
    assert "providers.helper.command" in err
    desk.homes.configure('provider = "helper"\n[providers.helper]\nkind = "acp"\ncommand = ["no-such-agent"]\n')
    record = desk.draft()
    assert record["error"]["code"] == "provider_unavailable"
    assert "no-such-agent" in record["error"]["message"]


async def test_an_editor_drafts_with_an_agent_and_cancels_it(desk, start_editor):
    desk.use("obeys")
    editor = await start_editor(desk.workspace)
    uri = editor.open(desk.spec, SPEC)
    run = (await editor.execute("orch.generateDraft"))["runId"]
    await editor.until(lambda: (editor.record(run) or {}).get("applied"))
    assert editor.text(uri) == WRITTEN
    assert {path.name for path in desk.workspace.iterdir()} == {".orch", "a.spec.md"}
