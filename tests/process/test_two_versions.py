"""Two versions of the program on one store: nothing that either wrote is lost, and what one does not know it leaves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types

import orch_lsp
from orch_lsp.runs.place import workspace_place

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n"
NEW_KEYS = {
    "runs/record.py": [
        ("    vcs: Vcs | None = None\n", '    vcs: Vcs | None = None\n    mood: str | None = "bright"\n'),
        (
            "    sha256_before: str\n    kind: str | None = None\n",
            '    sha256_before: str\n    kind: str | None = None\n    season: str = "summer"\n',
        ),
        ("    reused_from: str | None = None\n", "    reused_from: str | None = None\n    tries: int = 7\n"),
    ],
    "runs/schema.py": [('"vcs", "rewrite",\n', '"vcs", "rewrite", "mood",\n')],
}
NEW_TABLE = {
    "runs/migrations.py": [
        ('"runs", MIGRATIONS, ', '"runs", (*MIGRATIONS, "CREATE TABLE tomorrow (id TEXT)"), '),
        ('    "searched": [', '    "tomorrow": ["id"],\n    "searched": ['),
    ],
}
"""A later version, as edits of this one."""

BEFORE_PENDING = {"runs/migrations.py": [('"runs", MIGRATIONS, ', '"runs", MIGRATIONS[:3], ')]}
"""The version before steps could be `pending`, as far as opening a store goes."""

Later = Callable[..., "subprocess.CompletedProcess[str]"]


def later_version(folder: Path, *changes: dict[str, list[tuple[str, str]]]) -> Path:
    """A copy of the package as a later version could be; the folder to import it from."""
    package = folder / "later" / "orch_lsp"
    shutil.copytree(Path(orch_lsp.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, edits in (item for change in changes for item in change.items()):
        text = (package / name).read_text("utf-8")
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} in {name}"
            text = text.replace(old, new)
        (package / name).write_text(text, "utf-8")
    return package.parent


@pytest.fixture
def run_later(tmp_path, homes, workspace) -> Callable[..., Later]:
    """Run commands of a later version, made of these changes."""

    def made_of(*changes: dict[str, list[tuple[str, str]]]) -> Later:
        env = homes.process_environment(PYTHONPATH=str(later_version(tmp_path, *changes)))

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-P", "-m", "orch_lsp", *arguments]
            return subprocess.run(command, cwd=workspace, env=env, capture_output=True, text=True, timeout=60)

        return run

    return made_of


def records(done: subprocess.CompletedProcess[str]) -> list[dict]:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def test_keys_of_a_later_version_survive_a_rewrite_by_this_one(run_later, start_editor, workspace):
    later = run_later(NEW_KEYS)
    (workspace / "a.spec.md").write_text(SPEC)
    assert later("draft", "a.spec.md", "--provider", "outline").returncode == 0
    (before,) = records(later("runs", "list", "--json"))
    assert (before["mood"], before["spec"]["season"], before["steps"][0]["tries"]) == ("bright", "summer", 7)

    editor = await start_editor()
    editor.open(workspace / "a.spec.md", SPEC)
    await editor.execute("orch.discardDraft", {"runId": before["run_id"]})
    await editor.stop()

    (after,) = records(later("runs", "list", "--json"))
    assert after["draft"]["state"] == "discarded"
    assert (after["mood"], after["spec"]["season"]) == ("bright", "summer")
    assert [step["tries"] for step in after["steps"]] == [step["tries"] for step in before["steps"]]


async def test_a_renamed_document_keeps_keys_of_a_later_version(run_later, start_editor, workspace):
    later = run_later(NEW_KEYS)
    (workspace / "a.spec.md").write_text(SPEC)
    assert later("draft", "a.spec.md", "--provider", "outline").returncode == 0

    editor = await start_editor()
    (workspace / "a.spec.md").rename(workspace / "b.spec.md")
    renamed = types.FileRename((workspace / "a.spec.md").as_uri(), (workspace / "b.spec.md").as_uri())
    editor.client.workspace_did_rename_files(types.RenameFilesParams([renamed]))
    editor.open(workspace / "b.spec.md", SPEC)
    await editor.execute("orch.showHistory", {"open": False})
    await editor.stop()

    (after,) = records(later("runs", "list", "--json"))
    assert (after["spec"]["path"], after["spec"]["season"], after["mood"]) == ("b.spec.md", "summer", "bright")


async def test_a_later_version_reads_and_rewrites_what_this_one_wrote(run_later, orch, workspace):
    later = run_later(NEW_KEYS)
    (workspace / "a.spec.md").write_text(SPEC)
    assert (await orch("draft", "a.spec.md", "--provider", "outline")).code == 0
    (ours,) = (await orch("runs", "list", "--json")).json()

    (theirs,) = records(later("runs", "list", "--json"))

    assert {name: theirs[name] for name in ("run_id", "draft", "timing")} == {
        name: ours[name] for name in ("run_id", "draft", "timing")
    }
    assert later("runs", "list").stdout == (await orch("runs", "list")).out


async def test_a_store_of_a_later_schema_is_left_as_it_is(run_later, orch, workspace):
    (workspace / "a.spec.md").write_text(SPEC)
    assert (await orch("draft", "a.spec.md", "--provider", "outline", "--write")).code == 0
    later = run_later(NEW_TABLE, NEW_KEYS)
    (workspace / "b.spec.md").write_text(SPEC)
    assert later("draft", "b.spec.md", "--provider", "outline", "--write").returncode == 0
    database = workspace_place(workspace).database
    kept = database.read_bytes()
    (workspace / "c.spec.md").write_text(SPEC)

    drafted = await orch("draft", "c.spec.md", "--provider", "outline", "--write")
    listed = await orch("runs", "list")
    pruned = await orch("runs", "prune", "--keep-runs", "0")

    for done in (drafted, listed, pruned):
        assert done.code == 1
        assert "error[store_newer]" in done.err
    assert (workspace / "c.spec.md").read_text() == SPEC
    assert database.read_bytes() == kept
    assert [run["spec"]["path"] for run in records(later("runs", "list", "--json"))] == ["b.spec.md", "a.spec.md"]


async def test_a_version_that_cannot_read_pending_steps_leaves_the_store_alone(tmp_path, homes, orch, workspace):
    (workspace / "a.spec.md").write_text(SPEC)
    assert (await orch("draft", "a.spec.md", "--provider", "outline")).code == 0
    database = workspace_place(workspace).database
    kept = database.read_bytes()
    package = later_version(tmp_path, BEFORE_PENDING)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "orch_lsp", "runs", "list"],
        cwd=workspace, env=homes.process_environment(PYTHONPATH=str(package)), capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "error[store_newer]" in done.stderr
    assert database.read_bytes() == kept
