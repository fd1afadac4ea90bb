"""Runs end-to-end scenarios: each in an editor process of its own, with a home, workspace and provider of its own.

A scenario is a script that the editor runs; its exit code is the verdict. It finds its world in the environment:

* `E2E_WORKSPACE`   a folder with `.git`, the editor's working folder
* `E2E_CONTROL`     the provider's control folder, see `provider.py`
* `E2E_SERVER`      the server's program
* `E2E_LIBRARY`     the scenario library of the editor, where it has one

The user config names the scripted provider `work` (model `steady`), and nothing is chosen: scenarios choose.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIME_LIMIT_S = 90.0
ODD_NAME = "My Prüf (1) [x]"
"""The workspace's name: each kind of letter that some editor escapes in a URI, and others do not."""

USER_CONFIG = """\
[providers.work]
kind = "openai-compatible"
base_url = "http://127.0.0.1:{port}/v1"
model = "steady"
api_key_env = "E2E_WORK_KEY"
retry = {{ attempts = 1, max_wait = 1 }}
"""


@dataclass(frozen=True, slots=True)
class World:
    """The folders and the environment of one scenario."""

    folder: Path
    environment: dict[str, str]

    @property
    def workspace(self) -> Path:
        """The editor's working folder."""
        return self.folder / ODD_NAME


Prepare = Callable[[World], None]
_SECOND_CHANCES: list[str] = []
"""Names of the scenarios that passed only when they were run again."""


def build_world(folder: Path, server: Path, library: Path | None) -> World:
    """Make the folders of a scenario; nothing of the person's own is inside or reachable by a variable."""
    environment = {name: os.environ[name] for name in ("TERM",) if name in os.environ}
    environment |= {
        "LANG": "C.UTF-8",
        "PATH": f"{server.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "ORCH_CONFIG_HOME": str(folder / "orch-config"),
        "ORCH_STATE_HOME": str(folder / "orch-state"),
        "E2E_WORKSPACE": str(folder / ODD_NAME),
        "E2E_CONTROL": str(folder / "control"),
        "E2E_SERVER": str(server),
        "E2E_LIBRARY": str(library or ""),
        "E2E_WORK_KEY": "key-" + "of-the-end-to-end-tests",
    }
    for kind in ("config", "data", "state", "cache"):
        environment[f"XDG_{kind.upper()}_HOME"] = str(folder / "home" / kind)
    for name in ("home", "tmp", "orch-config", "orch-state", ODD_NAME, "control"):
        (folder / name).mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(folder / ODD_NAME)], check=True)
    return World(folder, environment)


def start_provider(world: World) -> subprocess.Popen[bytes]:
    """Start the scripted provider and name it in the user config."""
    control = world.folder / "control"
    provider = subprocess.Popen(
        [sys.executable, str(HERE / "provider.py"), str(control)], stdin=subprocess.PIPE, env=world.environment
    )
    limit = time.monotonic() + 20
    while not (control / "port").exists():
        if provider.poll() is not None or time.monotonic() > limit:
            raise RuntimeError("the scripted provider did not start")
        time.sleep(0.02)
    config = USER_CONFIG.format(port=(control / "port").read_text(encoding="ascii"))
    (world.folder / "orch-config" / "config.toml").write_text(config, encoding="utf-8")
    return provider


def run_editor(command: Sequence[str], world: World) -> tuple[int | None, str]:
    """Run the editor in its own process group; the exit code is None when the time limit ended it."""
    output = world.folder / "output.txt"
    with output.open("wb") as file:
        editor = subprocess.Popen(
            command,
            cwd=world.workspace,
            env=world.environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = editor.wait(timeout=TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(editor.pid, signal.SIGKILL)
            editor.wait()
            code = None
    return code, output.read_text(encoding="utf-8", errors="replace")


def run_scenario(name: str, command: Sequence[str], server: Path, library: Path | None, prepare: Prepare) -> bool:
    """Run one scenario, once more if it fails and `ORCH_E2E_SECOND_CHANCE` allows that, which is told by its name."""
    if _run_once(name, command, server, library, prepare):
        return True
    if not os.environ.get("ORCH_E2E_SECOND_CHANCE") or not _run_once(name, command, server, library, prepare):
        return False
    _SECOND_CHANCES.append(name)
    return True


def _run_once(name: str, command: Sequence[str], server: Path, library: Path | None, prepare: Prepare) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="orch-e2e-"))
    started = time.monotonic()
    world = build_world(folder, server, library)
    prepare(world)
    provider = start_provider(world)
    try:
        code, output = run_editor(command, world)
    finally:
        assert provider.stdin is not None
        provider.stdin.close()
        provider.wait(timeout=10)
    passed = code == 0
    print(f"{'PASS' if passed else 'FAIL'}  {name}  ({time.monotonic() - started:.1f} s)", flush=True)
    if passed and "E2E_KEEP" not in os.environ:
        shutil.rmtree(folder)
    else:
        verdict = "time limit" if code is None else f"exit code {code}"
        print(f"      {verdict}; its world is kept in {folder}\n{output}", flush=True)
        for log in folder.glob("home/state/**/lsp.log"):
            print(f"--- {log}\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}", flush=True)
    return passed


def summarise(verdicts: Sequence[bool]) -> int:
    """Print the closing line; the exit code."""
    for name in _SECOND_CHANCES:
        print(f"SECOND CHANCE  {name}: it failed, and passed when it was run again", flush=True)
    passed = sum(verdicts)
    print(f"{passed} passed, {len(verdicts) - passed} failed", flush=True)
    return 0 if verdicts and passed == len(verdicts) else 1
