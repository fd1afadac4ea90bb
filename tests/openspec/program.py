"""Asks the program of OpenSpec about documents."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Issue:
    level: str
    """`ERROR`, `WARNING` or `INFO`."""
    path: str
    message: str
    line: int | None


@dataclass(frozen=True)
class Verdict:
    valid: bool
    issues: tuple[Issue, ...]

    def messages(self) -> str:
        return "\n".join(f"{issue.level} {issue.path} {issue.message}" for issue in self.issues)


class Project:
    """A folder with documents of OpenSpec."""

    def __init__(self, program: Program, folder: Path) -> None:
        self._program = program
        self.folder = folder

    def verdicts(self, *, strict: bool = True) -> dict[tuple[str, str], Verdict]:
        """By type (`spec` or `change`) and name."""
        arguments = ["validate", "--all", "--json", "--no-interactive", *(["--strict"] if strict else [])]
        return {
            (item["type"], item["id"]): Verdict(
                item["valid"],
                tuple(
                    Issue(issue["level"], issue.get("path", ""), issue["message"], issue.get("line"))
                    for issue in item["issues"]
                ),
            )
            for item in self._json(*arguments)["items"]
        }

    def shown(self, kind: str, names: list[str]) -> dict[str, dict[str, Any]]:
        """What it reads in each document: requirements of specs, deltas of changes."""
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(lambda name: self._json("show", name, "--type", kind, "--json", "--no-interactive"), names)
            return dict(zip(names, found, strict=True))

    def tasks(self) -> dict[str, tuple[int, int]]:
        """Tasks that are done, and all, by change."""
        listed = self._json("list", "--json")["changes"]
        return {change["name"]: (change["completedTasks"], change["totalTasks"]) for change in listed}

    def _json(self, *arguments: str) -> dict[str, Any]:
        done = self._program.run(self.folder, *arguments)
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}") from None


class Program:
    """One version of it."""

    def __init__(self, path: str, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self._numbers = count()
        home = folder / "home"
        home.mkdir()
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self._environment = {
            **kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "CI": "1", "NO_COLOR": "1",
            "DO_NOT_TRACK": "1", "OPENSPEC_TELEMETRY": "0",
        }  # fmt: skip

    @cached_property
    def version(self) -> tuple[int, ...]:
        done = self.run(self._folder, "--version")
        return tuple(int(part) for part in done.stdout.strip().split(".")[:2])

    def project(self, files: Mapping[str, str]) -> Project:
        """A project with these documents, by their paths below `openspec/`."""
        folder = self._folder / f"project-{next(self._numbers)}"
        for name in ("specs", "changes/archive"):
            (folder / "openspec" / name).mkdir(parents=True)
        for name, text in {"config.yaml": "schema: spec-driven\n", **files}.items():
            file = folder / "openspec" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        return Project(self, folder)

    def run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._path, *arguments],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
