"""Nothing that a repository could choose ever runs: each trap would write a file, and no process is started at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from lsprotocol import types

from tests.process.desk import SPEC

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
    pytest.mark.skipif(sys.platform == "win32", reason="traps are shell scripts"),
]

# Seen by the interpreter before anything else: what the process starts, and what it is started with.
WATCH = """
import os, sys
EVENTS = (
    "subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "os.fork", "pty.spawn",
)
def say(*words):
    with open({log!r}, "a") as log:
        print(*words, file=log)
sys.addaudithook(lambda event, arguments: event in EVENTS and say(event, arguments))
say("watching")
"""
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def git(folder: Path, *arguments: str) -> None:
    name = ("-c", "user.name=n", "-c", "user.email=e", "-c", "init.defaultBranch=trunk")
    subprocess.run(["git", *name, *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


@dataclass(frozen=True)
class Trap:
    """What a repository brings. `spring` is how git alone is caught by it, empty if it is no trap for git."""

    set_up: Callable[[Path, str], dict[str, str] | None]
    spring: tuple[str, ...] = ()
    spec: str = "a.spec.md"


def configured(lines: str, files: dict[str, str] | None = None) -> Callable[[Path, str], None]:
    """A configuration of the checkout; `TRAP` stands for the program."""

    def set_up(workspace: Path, trap: str) -> None:
        for name, text in (files or {}).items():
            (workspace / name).parent.mkdir(parents=True, exist_ok=True)
            (workspace / name).write_text(text.replace("TRAP", trap))
        with (workspace / ".git/config").open("a") as config:
            config.write(lines.replace("TRAP", trap))
        # What git looks at anew is what it converts.
        os.utime(workspace / "code.py", (1, 1))

    return set_up


def hooks(workspace: Path, trap: str) -> None:
    folder = workspace / ".git/hooks"
    folder.mkdir(exist_ok=True)
    for name in (
        "post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction", "pre-commit", "pre-auto-gc"
    ):  # fmt: skip
        (folder / name).write_text(f"#!/bin/sh\n{trap}\n")
        (folder / name).chmod(0o755)
    os.utime(workspace / "code.py", (1, 1))


def programs(workspace: Path, trap: str, names: tuple[str, ...] = ()) -> None:
    """Programs of well-known names in the root, in `bin/`, and beside the spec."""
    wanted = names or ("git", "python", "python3", "node", "npm", "sh", "uname", "ldd", "lsb_release", "pass", "ssh")
    for folder in (workspace, workspace / "bin"):
        folder.mkdir(exist_ok=True)
        for name in wanted:
            (folder / name).write_text(f"#!/bin/sh\n{trap}\n")
            (folder / name).chmod(0o755)


def on_path(*entries: str) -> Callable[[Path, str], dict[str, str]]:
    def set_up(workspace: Path, trap: str) -> dict[str, str]:
        programs(workspace, trap)
        own = [entry.replace("WORKSPACE", str(workspace)) for entry in entries]
        return {"PATH": os.pathsep.join([*own, os.environ["PATH"]])}

    return set_up


def in_the_environment(workspace: Path, trap: str) -> dict[str, str]:
    (workspace / "planted").write_text(
        f"[core]\n fsmonitor = {trap}\n sshCommand = {trap}\n[alias]\n rev-parse = !{trap}\n"
    )
    programs(workspace, trap, ("git-rev-parse", "git-ls-files", "git-diff-index"))
    return {
        "GIT_CONFIG": "planted", "GIT_CONFIG_GLOBAL": str(workspace / "planted"), "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": trap, "GIT_EXTERNAL_DIFF": trap,
        "GIT_SSH_COMMAND": trap, "GIT_PAGER": trap, "GIT_EXEC_PATH": str(workspace / "bin"), "GIT_ASKPASS": trap,
        "GIT_DIR": "evil", "GIT_WORK_TREE": ".", "GIT_EDITOR": trap, "PAGER": trap, "EDITOR": trap, "BROWSER": trap,
    }  # fmt: skip


def modules(workspace: Path, trap: str) -> None:
    """Modules that Python would find if the current folder were searched."""
    for name in ("httpx", "json", "sitecustomize", "usercustomize", "orch_lsp", "pygls", "keyring", "sqlite3", "git"):
        (workspace / f"{name}.py").write_text(f"import os\nos.system({trap!r})\n")
    for name in ("conftest.py", "setup.py", "pyvenv.cfg", ".pythonrc"):
        (workspace / name).write_text("import os\n")


PROMISOR = """
[core]
 sshCommand = "TRAP; false"
[extensions]
 partialClone = origin
[remote "origin"]
 url = ssh://nowhere/x
 promisor = true
 partialclonefilter = blob:none
"""


SPARSE = """
[core]
 repositoryformatversion = 1
 bare = false
 worktree = .
 sparseCheckout = true
 sparseCheckoutCone = true
[index]
 sparse = true
"""


def missing_object(workspace: Path, trap: str) -> None:
    configured(PROMISOR.replace("[core]", "[core]\n repositoryformatversion = 1"))(workspace, trap)
    (workspace / ".git/refs/heads/trunk").write_text("1" * 40 + "\n")


def embedded_bare(workspace: Path, trap: str) -> None:
    """A folder that is laid out as a bare repository, with an index that git has to expand."""
    evil = workspace / "evil"
    for folder in ("objects", "refs/heads", "info", ".orch"):
        (evil / folder).mkdir(parents=True)
    (evil / "HEAD").write_text("ref: refs/heads/trunk\n")
    (evil / "refs/heads/trunk").write_text("1" * 40 + "\n")
    (evil / "info/sparse-checkout").write_text("/*\n!/*/\n/kept/\n")
    (evil / "config").write_text((SPARSE + PROMISOR).replace("TRAP", trap))
    maker = workspace.parent / "maker"
    for name in (".orch/local/x", "kept/y", "top"):
        (maker / name).parent.mkdir(parents=True, exist_ok=True)
        (maker / name).write_text("x")
    git(maker.parent, "init", "-q", str(maker))
    git(maker, "add", "-A")
    git(maker, "commit", "-qm", "First")
    git(maker, "sparse-checkout", "init", "--cone", "--sparse-index")
    git(maker, "sparse-checkout", "set", "kept")
    shutil.copy(maker / ".git/index", evil / "index")
    (evil / "a.spec.md").write_text(SPEC)
    # As far as git is concerned, the folder around is no checkout.
    shutil.rmtree(workspace / ".git")


def planted_gitdir(workspace: Path, trap: str) -> None:
    """A `.git` file, as worktrees and submodules have, that names a folder of the repository's own."""
    configured("[core]\n fsmonitor = TRAP\n worktree = ..\n")(workspace, trap)
    (workspace / ".git").rename(workspace / "stored")
    (workspace / ".git").write_text("gitdir: stored\n")


def servers(workspace: Path, trap: str) -> None:
    """Servers of the Model Context Protocol that nobody allowed, in all ways in which one can be declared."""
    programs(workspace, trap, ("node", "server"))
    entries = {
        "absolute": {"command": trap},
        "relative": {"command": "./server"},
        "on the path": {"command": "node", "args": ["server.js"]},
        "shell": {"command": "sh", "args": ["-c", trap], "env": {"PATH": str(workspace)}},
        "fetched": {"command": "npx", "args": ["-y", "server"]},
    }
    (workspace / ".vscode").mkdir()
    (workspace / ".mcp.json").write_text(json.dumps({"mcpServers": entries}))
    (workspace / ".vscode" / "mcp.json").write_text(json.dumps({"servers": entries}))
    (workspace / ".orch" / "config.toml").write_text(f"[mcp.own]\ncommand = {json.dumps(trap)}\n")


TRAPS = {
    "fsmonitor": Trap(configured("[core]\n fsmonitor = TRAP\n"), ("status",)),
    "hooks": Trap(hooks, ("update-index", "--refresh")),
    "hooks elsewhere": Trap(
        lambda workspace, trap: (
            programs(workspace, trap, ("post-index-change",)),
            configured("[core]\n hooksPath = bin\n")(workspace, trap),
        )[1],
        ("update-index", "--refresh"),
    ),
    "clean filter": Trap(
        configured(
            '[filter "f"]\n clean = TRAP\n smudge = TRAP\n required = true\n', {".gitattributes": "* filter=f\n"}
        ),
        ("diff",),
    ),
    "filter process": Trap(
        configured('[filter "f"]\n process = TRAP\n', {".gitattributes": "* filter=f\n"}), ("diff",)
    ),
    "textconv": Trap(
        configured('[diff "d"]\n textconv = TRAP\n', {".gitattributes": "* diff=d\n", "code.py": "changed\n"}),
        ("diff",),
    ),
    "external diff": Trap(configured("[diff]\n external = TRAP\n", {"code.py": "changed\n"}), ("diff",)),
    "attributes elsewhere": Trap(
        configured(
            '[core]\n attributesFile = attributes\n[filter "f"]\n clean = TRAP\n', {"attributes": "* filter=f\n"}
        ),
        ("diff",),
    ),
    "include": Trap(
        configured("[include]\n path = ../planted\n", {"planted": "[core]\n fsmonitor = TRAP\n"}), ("status",)
    ),
    "conditional include": Trap(
        configured('[includeIf "gitdir:**"]\n path = ../planted\n', {"planted": "[core]\n fsmonitor = TRAP\n"}),
        ("status",),
    ),
    "alias": Trap(configured("[alias]\n revision = !TRAP\n"), ("revision",)),
    "credential helper and proxy": Trap(
        configured(
            '[credential]\n helper = "!TRAP"\n[core]\n gitProxy = TRAP\n'
            " askPass = TRAP\n pager = TRAP\n editor = TRAP\n"
            '[http]\n proxy = http://127.0.0.1:9\n[remote "origin"]\n url = git://nowhere/x\n uploadpack = TRAP\n'
        ),
        ("fetch",),
    ),
    "remote helper": Trap(
        configured('[protocol "ext"]\n allow = always\n[remote "origin"]\n url = "ext::TRAP"\n promisor = true\n'),
        ("fetch",),
    ),
    "submodule": Trap(
        configured('[submodule "s"]\n url = ./s\n update = "!TRAP"\n', {".gitmodules": '[submodule "s"]\n path = s\n'})
    ),
    "missing object of a promisor": Trap(missing_object, ("diff-index", "HEAD", "--")),
    "embedded bare repository": Trap(embedded_bare, ("ls-files", "-z", "--", ".orch/local"), "evil/a.spec.md"),
    "gitdir in the repository": Trap(planted_gitdir, ("status",)),
    "environment": Trap(in_the_environment),
    "current folder on PATH": Trap(on_path(".")),
    "empty entry on PATH": Trap(on_path("")),
    "relative entry on PATH": Trap(on_path("bin", "./bin", "..")),
    "workspace on PATH": Trap(on_path("WORKSPACE", "WORKSPACE/bin")),
    "modules": Trap(modules),
    "servers of the Model Context Protocol": Trap(servers),
}


@pytest.fixture
def checkout(workspace: Path) -> Path:
    shutil.rmtree(workspace / ".git", ignore_errors=True)
    git(workspace, "init", "-q")
    (workspace / ".orch").mkdir(exist_ok=True)
    (workspace / "code.py").write_text("def limit(): ...\n")
    (workspace / "a.spec.md").write_text(SPEC)
    git(workspace, "add", "-A")
    git(workspace, "commit", "-qm", "First")
    return workspace


@pytest.mark.parametrize("name", TRAPS)
async def test_no_trap_of_a_repository_is_sprung(name, start_editor, orch, checkout, tmp_path, homes, provider):
    trap, ran, started = TRAPS[name], tmp_path / "RAN", tmp_path / "STARTED"
    homes.use(provider.url)
    watch = tmp_path / "watch"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(WATCH.format(log=str(started)))
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\n{shutil.which('touch')} {ran}\n")
    program.chmod(0o755)
    environment = {**(trap.set_up(checkout, str(program)) or {}), "PYTHONPATH": str(watch)}

    spec = checkout / trap.spec
    editor = await start_editor(env=environment)
    uri = editor.open(spec, SPEC)
    place = types.TextDocumentIdentifier(uri)
    await editor.client.text_document_code_lens_async(types.CodeLensParams(place))
    await editor.client.text_document_hover_async(types.HoverParams(place, types.Position(2, 0)))
    await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    accepted = await editor.execute("orch.generateDraft", {"uri": uri, "provider": "outline"})
    assert (await editor.ended(accepted["runId"]))["status"] == "completed"
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(place))
    await editor.execute("orch.showRun", {"runId": accepted["runId"], "open": False})
    await editor.stop()
    for command in (
        ["draft", trap.spec, "--json", "--provider", "outline"],
        ["context", trap.spec, "--json"],
        ["runs", "list"],
        ["doctor"],
        ["check", "."],
        ["check", "--staged", "."],
        ["check", "--changed-since", "HEAD", "."],
        ["trace", "."],
        ["diff", "HEAD", "."],
    ):
        done = await orch(*command, env=environment)
        assert "Traceback" not in done.err
    assert not ran.exists()
    assert set(started.read_text().splitlines()) == {"watching"}
    if trap.spring:
        # Not vacuous: git itself is caught.
        subprocess.run(
            ["git", *trap.spring], cwd=spec.parent, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True
        )
        assert ran.exists()
