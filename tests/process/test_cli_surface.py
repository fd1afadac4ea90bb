"""What scripts rely on: exit codes, what is on stdout, and that a run can be found again."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys

import pytest

from tests.fakes.scripted_server import chat_error

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("draft", "--json"),
        ("draft", "--json", "missing.md"),
        ("draft", "a.spec.md", "--json", "--no-such-option"),
        ("runs", "show", "--json"),
        ("runs", "list", "--json", "--limit", "none"),
        ("new", "a.spec.md", "--json"),
    ],
)
async def test_wrong_arguments_are_told_as_json_too(orch, workspace, arguments):
    (workspace / "a.spec.md").write_text(SPEC)
    done = await orch(*arguments)
    assert done.code == 2
    told = done.json()
    assert told["schema"] == "orch.error/1"
    assert told["error"]["code"] == "invalid_request"
    assert set(told["error"]) == {"code", "message", "remediation", "retryable", "http_status", "retry_after_s"}
    assert "Usage: orch-lsp" in done.err or f"error[{told['error']['code']}]: " in done.err


async def test_the_run_of_a_document_without_a_workspace_is_found_again(orch, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "loose").mkdir()
    path = tmp_path / "loose" / "a.spec.md"
    path.write_text(SPEC)
    done = await orch("draft", str(path), "--provider", "outline", "--json", cwd=tmp_path / "here")
    assert done.code == 0, done.err
    run = done.json()
    assert run["spec"]["path"] == "a.spec.md"
    shown = await orch("runs", "show", run["run_id"], "--json", cwd=tmp_path / "here")
    assert (shown.code, shown.json()) == (0, run)
    for folder in ("here", "loose"):
        assert (await orch("runs", "list", "--json", cwd=tmp_path / folder)).json() == [run]
    assert (await orch("runs", "list", "--json", "--workspace", str(tmp_path / "here"))).json() == []
    (tmp_path / "here" / ".orch").mkdir()
    assert (await orch("runs", "list", "--json", cwd=tmp_path / "here")).json() == []


async def test_the_last_line_says_how_to_find_the_run_from_where_one_is(orch, workspace, tmp_path):
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    (tmp_path / "elsewhere").mkdir()
    done = await orch("draft", str(path), "--provider", "outline", cwd=tmp_path / "elsewhere")
    command = done.err.splitlines()[-1].partition("orch-lsp ")[2].split()
    assert command[:2] == ["runs", "show"]
    shown = await orch(*command, "--json", cwd=tmp_path / "elsewhere")
    assert shown.code == 0, shown.err
    assert shown.json()["spec"]["path"] == "a.spec.md"


@pytest.mark.skipif(sys.platform == "win32", reason="a signal that Windows does not have")
async def test_ctrl_c_before_a_run_is_a_cancel_as_well(homes, workspace):
    # A command of the same command line that waits: the signal comes while nothing of ours handles it.
    code = (
        "import sys\n"
        "from orch_lsp.cli.main import cli\n"
        "@cli.command()\n"
        "def wait():\n"
        "    print('waiting', flush=True)\n"
        "    sys.stdin.read()\n"
        "cli(['wait'], prog_name='orch-lsp')\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", code, cwd=workspace, env=homes.process_environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"waiting\n"
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert err.decode().splitlines()[-2:] == [
        "error[cancelled]: Cancelled by Ctrl-C.", "cure: Run again when you want a draft.",
    ]  # fmt: skip


async def test_with_both_homes_given_git_reads_no_other_file_of_the_user(orch, workspace, tmp_path, homes):
    subprocess.run(["git", "init", "-q", str(workspace)], check=True)
    (workspace / "a.spec.md").write_text(SPEC)
    home = tmp_path / "home"
    home.mkdir()
    # Git would say so, and we would learn nothing from it: a configuration that cannot be read.
    (home / ".gitconfig").write_text("[broken\n")
    commit = ["-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", "first"]
    subprocess.run(["git", *commit], cwd=workspace, check=True)
    done = await orch("draft", "a.spec.md", "--provider", "outline", "--json", env={"HOME": str(home)})
    assert len(json.loads(done.out)["vcs"]["revision"]) == 40


async def test_with_both_homes_given_the_keyring_package_reads_no_file_of_its_own(orch, workspace, tmp_path, homes):
    pytest.importorskip("keyring")
    (workspace / "a.spec.md").write_text(SPEC)
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "trap_ring.py").write_text(f"open({str(trap / 'READ')!r}, 'w').close()\n")
    settings = tmp_path / "home" / ".config" / "python_keyring"
    settings.mkdir(parents=True)
    (settings / "keyringrc.cfg").write_text(
        f"[backend]\ndefault-keyring=trap_ring.Ring\nkeyring-path={trap}\n", encoding="utf-8"
    )
    places = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "home" / ".config")}
    done = await orch("draft", "a.spec.md", "--provider", "openai", "--model", "m", "--json", env=places)
    assert done.json()["error"]["code"] == "missing_auth"
    assert not (trap / "READ").exists()


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.spec.md", "---\nprofile: nope\n---\n# T\n\nWe want x.\n", "unknown_profile"),
        ("a.spec.md", "# Requirements Document\n\n## Introduction\n\nx\n", "missing_model"),
        ("a.spec.md", "# 3. Use a queue\n\n## Context\n\nc\n\n## Decision\n\nd\n", "unknown_profile"),
        ("openspec/changes/a/proposal.md", "# T\n\nWe want x.\n", "missing_model"),
        ("templates/a.spec.md", "# T\n\nWe want x.\n", "unknown_profile"),
        ("b.spec.md", "# T\n\n## Background\n\nb\n\n## Goal\n\nx\n", None),
        ("c.spec.md", "---\nprofile: plain\n---\n# T\n\n## Context\n\nc\n", None),
        ("d.md", "# T\n\nWe want x.\n", None),
        ("e.md", "# T\n\nWe want x.\n\n## Goal\n\nTODO\n", None),
        (
            "keps/1/README.md",
            "# KEP-1: X\n\n## Motivation\n\nm\n\n### Goals\n\n- g\n\n## Proposal\n\np\n",
            "unknown_profile",
        ),
        ("f.spec.md", "- Feature Name: x\n\n# Summary\n\ns\n\n# Drawbacks\n\nd\n", "unknown_profile"),
        ("specs/001-x/spec.md", "# T\n\nWe want x.\n", "missing_model"),
        ("specs/002-x/spec.md", "---\nprofile: plain\n---\n# T\n\nWe want x.\n", None),
        (".kiro/specs/x/requirements.md", "---\nprofile: plain\n---\n# T\n\nWe want x.\n", None),
        ("specs/x.md", "# T\n\nWe want x.\n", None),
    ],
)
async def test_only_a_document_whose_format_is_known_is_drafted_into(orch, workspace, name, text, code):
    file = workspace / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    done = await orch("draft", name, "--provider", "outline", "--write")
    assert done.code == (0 if code is None else 2)
    assert code is None or f"error[{code}]: " in done.err
    assert (file.read_text() == text) is (code is not None)


async def test_a_new_spec_of_an_unknown_profile_is_refused_with_those_that_are_known(orch, workspace):
    done = await orch("new", "a.spec.md", "--profile", "fancy")
    assert (done.code, done.out) == (2, "")
    assert "there is no profile named 'fancy'; expected one of " in done.err
    assert not (workspace / "a.spec.md").exists()


async def test_a_run_without_a_draft_prints_none(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(chat_error(401, "invalid_api_key"))
    (workspace / "a.spec.md").write_text("# A\n\nLimit each client.\n")
    assert (await orch("draft", "a.spec.md")).code == 1
    (run,) = (await orch("runs", "list", "--json")).json()
    shown = await orch("runs", "show", run["run_id"], "--draft")
    assert (shown.code, shown.out) == (2, "")
    assert f"error[unknown_run]: Run {run['run_id']} has no draft.\n" in shown.err


async def test_a_setting_that_is_not_used_is_told_with_its_line(orch, homes, provider, workspace):
    homes.use(provider.url)
    config = workspace / ".orch" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text("# ours\n\n[context]\nenabeld = false\n")
    (workspace / "a.spec.md").write_text(f"---\nprovider: outline\nbase_url: elsewhere\n---\n{SPEC}")
    done = await orch("draft", "a.spec.md")
    assert done.code == 0
    assert f"warning: {config}, line 4: `context.enabeld`, set to false, is not a setting" in done.err
    assert "warning: front matter, line 3: `base_url` is ignored here" in done.err
    config.write_text("[context]\nenabled = \n")
    assert f"warning: {config}, line 2: nothing in this file is used" in (await orch("draft", "a.spec.md")).err


@pytest.mark.parametrize(
    ("name", "title"),
    [("rate-limiter", "Rate limiter"), ("Zähler für Anfragen", "Zähler für Anfragen"), ("OAuth_login", "OAuth login")],
)
async def test_a_new_spec_takes_its_title_from_its_name(orch, workspace, name, title):
    assert (await orch("new", f"{name}.spec.md")).code == 0
    assert (workspace / f"{name}.spec.md").read_text(encoding="utf-8").startswith(f"# {title}\n")


async def test_an_untouched_new_spec_is_no_brief(orch, workspace):
    assert (await orch("new", "limiter.spec.md")).code == 0
    done = await orch("draft", "limiter.spec.md", "--provider", "outline")
    assert done.code == 2
    assert "error[no_brief]: " in done.err


@pytest.mark.parametrize("name", [".kiro/specs/x/requirements.md", "specs/001-x/spec.md", "openspec/x.spec.md"])
async def test_a_new_spec_among_those_of_another_tool_names_its_profile(orch, workspace, name):
    assert (await orch("new", name)).code == 0
    file = workspace / name
    assert file.read_text().startswith("---\nprofile: plain\n---\n\n# ")
    file.write_text(file.read_text() + "\nSearch must answer in 200 ms.\n")
    assert (await orch("draft", name, "--provider", "outline", "--write")).code == 0
    assert "## Rollback Plan\n" in file.read_text()


async def test_a_template_is_to_be_copied(orch, workspace):
    assert (await orch("new", "templates/a.spec.md")).code == 0
    done = await orch("draft", "templates/a.spec.md", "--provider", "outline")
    assert "Copy it to where your specs are" in done.err
    assert "profile: plain" not in done.err
