"""One brief through one arm: the real command line in a copy of the brief's tree, with recorded answers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from asked import Asked
from click.testing import CliRunner
from corpus import Brief
from fetch_trees import tree
from replaying import MODEL, Call, Replay, ReplayServer, replaying
from store import Store

from orch_lsp.cli.main import cli

CONTEXT_TOKENS = 8000
AT_ONCE = 4
"""How many sections the packaged workflow asks for at once."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A way to make a draft: in which workflow, and whether in the words of earlier versions.

    The requests of one that is `within` another are among that one's.
    """

    name: str
    workflow: str
    before: bool = False
    within: str = ""


ARMS = (
    Arm("before", "quick", before=True),
    Arm("one call", "quick", within="one call and repair"),
    Arm("one call and repair", "draft"),
    Arm("workflow without repair", "unrepaired", within="workflow"),
    Arm("workflow", "sections"),
)
_ATTEMPTS = 4
_TOO_SLOW = "it took longer than"
"""In a record: not all files were searched, and so the request is another one."""
_ORDER = ("before", "draft", "outline", "section", "repair")
_HEADING = re.compile(r"^## .*\n", re.MULTILINE)
_UNREPAIRED = """\
description = "The packaged sections workflow up to its check"

[[steps]]
id = "outline"

[[steps]]
id = "section"
each = "section"
needs = ["outline"]
parallel = 4

[[steps]]
id = "check"
needs = ["section"]
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One brief through one arm.

    Attributes:
        status: How the run ended.
        sections: The text of the draft by the key of its section; none if the run did not complete.
        document: The document with the draft in it.
        findings: Those that the person is left with.
        questions: Those of the draft that are on its run's list.
        root: The tree, until the next run in it.
        seconds: From the start of the command to its end; answers come at once.
        is_exact: Whether each answer was written for the very bytes of its request.
        open: Requests that nobody has answered yet; the rest says nothing then.
    """

    brief: Brief
    arm: Arm
    status: str
    sections: Mapping[str, str]
    document: str
    findings: Sequence[Mapping[str, Any]]
    questions: Sequence[str]
    root: Path
    calls: Sequence[Call]
    seconds: float
    is_exact: bool
    open: Sequence[Asked]


class Bench:
    """A place with a copy of each tree, and the server that answers."""

    def __init__(self, folder: Path, server: ReplayServer) -> None:
        self._folder = folder
        self._server = server
        config = folder / "config"
        config.mkdir()
        (config / "config.toml").write_text(
            f'provider = "recorded"\n\n[providers.recorded]\nkind = "openai-compatible"\nbase_url = "{server.url}"\n'
            f'model = "{MODEL}"\nretry = {{ attempts = 1 }}\n\n[context]\nbudget_tokens = {CONTEXT_TOKENS}\n',
            "utf-8",
        )
        state = folder / "state"
        kept = ("HOME", "SYSTEMROOT", "TMPDIR", "LANG")
        self._env = {name: os.environ[name] for name in kept if name in os.environ}
        self._env |= {"ORCH_CONFIG_HOME": str(config), "ORCH_STATE_HOME": str(state), "PYTHONUTF8": "1"}
        # Without ripgrep: where it is installed some other files may be chosen, and a request is another one then.
        self._env["PATH"] = str(Path(sys.executable).parent)

    def run(self, brief: Brief, arm: Arm, *, loose: bool = False, collect: bool = False) -> Outcome:
        """Draft a brief in an arm, and put the draft into its document.

        Args:
            brief: What is drafted.
            arm: How.
            loose: Also take answers that were written for other words of the same request.
            collect: Find as many unanswered requests as there are; nothing is made of the draft.
        """
        for _ in range(_ATTEMPTS):
            root = self._workspace(brief)
            replay = Replay(brief, Store(brief.name), arm.before, loose, collect)
            self._server.replay = replay
            began = time.monotonic()
            told = self._orch(root, "draft", brief.document, "--workflow", arm.workflow, "--json")
            seconds = time.monotonic() - began
            if _TOO_SLOW not in told:
                break
        else:
            sys.exit(f"{brief.name}: this machine is too busy to read the tree in time")
        record = json.loads(told)
        sections: dict[str, str] = {}
        if record["status"] == "completed" and not collect:
            text = self._command(root, "runs", "show", record["run_id"], "--draft")
            bodies = _HEADING.split(text)[1:]
            sections = dict(zip((one["key"] for one in record["draft"]["sections"]), bodies, strict=True))
            self._command(root, "apply", record["run_id"], "--json")
        document = (root / brief.document).read_bytes().decode()
        asked = tuple(one["text"] for one in record["questions"] if one["kind"] == "draft")
        status, findings = record["status"], record["findings"]
        calls = sorted(replay.calls, key=lambda call: (_ORDER.index(call.asked.step), call.asked.titles))
        return Outcome(
            brief, arm, status, sections, document, findings, asked, root, calls, seconds, replay.is_exact, replay.open
        )

    def _workspace(self, brief: Brief) -> Path:
        """The tree with the brief's files in it, and nothing of earlier runs."""
        root = self._folder / "trees" / brief.tree
        where = tree(brief.tree)
        if where is None:
            sys.exit(f"the tree {brief.tree} is not there: run benchmarks/drafting/fetch_trees.py")
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(where, root, ignore=shutil.ignore_patterns("__pycache__"))
        (root / ".orch" / "workflows").mkdir(parents=True)
        (root / ".orch" / "workflows" / "unrepaired.toml").write_text(_UNREPAIRED, "utf-8")
        for name, text in brief.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return root

    def _command(self, root: Path, *arguments: str) -> str:
        """The output of a command that only reads or applies what a run left; it needs no process of its own."""
        done = CliRunner().invoke(cli, [*arguments, "--workspace", str(root)], env=self._env)
        if done.exit_code:
            sys.exit(f"orch-lsp {' '.join(arguments)}: {done.output}")
        return done.stdout

    def _orch(self, root: Path, *arguments: str) -> str:
        command = (sys.executable, "-m", "orch_lsp", *arguments)
        done = subprocess.run(command, cwd=root, env=self._env, capture_output=True, encoding="utf-8", check=False)
        if not done.stdout.strip():
            sys.exit(f"orch-lsp {' '.join(arguments)}: {done.stderr}")
        return done.stdout


@contextmanager
def bench() -> Iterator[Bench]:
    """A place for runs, which is gone afterwards."""
    with TemporaryDirectory() as name, replaying() as server:
        yield Bench(Path(name).resolve(), server)
