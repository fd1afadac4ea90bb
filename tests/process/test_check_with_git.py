"""`orch-lsp check --staged` and `--changed-since`, over real repositories, and as the hook of a real `git commit`."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.process.test_no_program_runs import ENVIRONMENT

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

NAME = ("-c", "user.name=n", "-c", "user.email=e", "-c", "init.defaultBranch=trunk")
GOOD = "# A\n\nB.\n\n## Goal\n\nSearch.\n"
BAD = "# A\n\nB.\n\n## Goal\n\nTODO\n"
SETTINGS = '[lint]\nplaceholder_section = "error"\n'
SPEC = (
    "# Feature Specification: Export\n\n**Status**: Draft\n\n## User Scenarios & Testing *(mandatory)*\n\n"
    "### User Story 1 - Save (Priority: P1)\n\nA person saves.\n\n## Requirements *(mandatory)*\n\n"
    "- **FR-001**: System MUST save.\n"
)
TASKS = "# Tasks: Export\n\n## Phase 1: Setup\n\n- [ ] T001 Start per FR-001 in a.py\n"


def git(folder: Path, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", *NAME, *arguments]
    return subprocess.run(command, cwd=folder, env={**ENVIRONMENT, **environment}, check=check, capture_output=True)


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8", newline="")


@pytest.fixture
def checkout(tmp_path) -> Path:
    root = tmp_path / "My Prüf (1) [x]"
    root.mkdir()
    git(root, "init", "-q")
    write(root, ".orch/config.toml", SETTINGS)
    return root


def commit(root: Path, message: str = "One") -> str:
    git(root, "add", "-A")
    git(root, "commit", "-qm", message)
    return git(root, "rev-parse", "HEAD").stdout.decode().strip()


def names(done) -> list[tuple[str, str]]:
    return [(one["path"], one["rule"]) for one in done.json()["findings"] if one["severity"] == "error"]


async def test_the_index_is_checked_and_not_the_files(orch, checkout):
    write(checkout, "bad.spec.md", BAD)
    write(checkout, "good.spec.md", GOOD)
    git(checkout, "add", "-A")
    write(checkout, "bad.spec.md", GOOD)
    write(checkout, "good.spec.md", BAD)
    write(checkout, "untracked.spec.md", BAD)
    done = await orch("check", "--staged", "--json", ".", cwd=checkout)
    assert (done.code, names(done), done.json()["summary"]["files"]) == (1, [("bad.spec.md", "placeholder_section")], 2)
    done = await orch("check", "--json", ".", cwd=checkout)
    assert names(done) == [(name, "placeholder_section") for name in ("good.spec.md", "untracked.spec.md")]
    git(checkout, "add", "bad.spec.md")
    done = await orch("check", "--staged", ".", cwd=checkout)
    assert done.code == 0


async def test_documents_around_are_those_of_the_index_too(orch, checkout):
    write(checkout, "specs/001-a/spec.md", SPEC)
    write(checkout, "specs/001-a/tasks.md", TASKS)
    git(checkout, "add", "-A")
    write(checkout, "specs/001-a/spec.md", SPEC.replace("FR-001", "FR-009"))
    place = "specs/001-a/tasks.md"

    def dangling(done) -> list[str]:
        return [one["message"] for one in done.json()["findings"] if "FR-001" in one["message"]]

    assert dangling(await orch("check", "--staged", "--json", place, cwd=checkout)) == []
    git(checkout, "add", "-A")
    write(checkout, "specs/001-a/spec.md", SPEC)
    assert dangling(await orch("check", "--staged", "--json", place, cwd=checkout)) != []


async def test_files_that_a_ticked_task_names_have_to_be_staged_unless_git_is_never_to_hold_them(orch, checkout):
    write(checkout, "specs/001-a/spec.md", SPEC)
    write(
        checkout,
        "specs/001-a/tasks.md",
        TASKS.replace("[ ]", "[x]").replace("a.py", "src/a.py") + "- [x] T002 Build dist/b.js per FR-001\n",
    )
    write(checkout, ".gitignore", "dist/\n")
    write(checkout, "dist/b.js", "")
    git(checkout, "add", "-A")
    write(checkout, "src/a.py", "")

    async def bare(*options: str) -> list[str]:
        done = await orch("check", "--json", "--rule", "done_without_evidence", *options, ".", cwd=checkout)
        return [one["key"] for one in done.json()["findings"]]

    assert (await bare(), await bare("--staged")) == ([], ["T001"])
    git(checkout, "add", "-A")
    assert await bare("--staged") == []


async def test_a_staged_file_that_is_gone_is_checked_and_one_that_is_not_staged_is_told(orch, checkout):
    write(checkout, "docs/ü b/bad.spec.md", BAD)
    git(checkout, "add", "-A")
    shutil.rmtree(checkout / "docs")
    for path in ("docs/ü b/bad.spec.md", "docs", "."):
        assert (await orch("check", "--staged", path, cwd=checkout)).code == 1
    write(checkout, "new.spec.md", BAD)
    done = await orch("check", "--staged", "new.spec.md", cwd=checkout)
    assert (done.code, "new.spec.md is left out: nothing of it is staged" in done.err) == (0, True)
    done = await orch("check", "--staged", "nowhere.md", cwd=checkout)
    assert (done.code, "does not exist" in done.err) == (2, True)


async def test_links_submodules_and_what_was_only_announced_are_left_out(orch, checkout, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    write(inner, "bad.spec.md", BAD)
    commit(inner)
    git(checkout, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    write(checkout, "elsewhere.txt", BAD)
    (checkout / "link.spec.md").symlink_to("elsewhere.txt")
    git(checkout, "add", "-A")
    write(checkout, "announced.spec.md", BAD)
    git(checkout, "add", "-N", "announced.spec.md")
    done = await orch("check", "--staged", "--json", ".", cwd=checkout)
    assert (done.code, done.json()["findings"]) == (0, [])
    # The submodule is a checkout with an index of its own.
    assert "placeholder_section" in (await orch("check", "--staged", "sub", cwd=checkout)).out


async def test_a_conflict_is_an_error_of_its_document(orch, checkout):
    write(checkout, "a.spec.md", GOOD)
    commit(checkout)
    git(checkout, "checkout", "-qb", "side")
    write(checkout, "a.spec.md", GOOD.replace("Search", "Find"))
    commit(checkout)
    git(checkout, "checkout", "-q", "trunk")
    write(checkout, "a.spec.md", GOOD.replace("Search", "Look"))
    commit(checkout)
    git(checkout, "merge", "-q", "side", check=False)
    done = await orch("check", "--staged", "--json", ".", cwd=checkout)
    (one,) = done.json()["findings"]
    assert (done.code, one["rule"], one["path"]) == (1, "unreadable_document", "a.spec.md")
    assert "several versions" in one["message"]


async def test_outside_of_a_checkout_and_for_a_fix_it_is_refused(orch, checkout, tmp_path):
    write(tmp_path, "outside/a.spec.md", BAD)
    done = await orch("check", "--staged", "--json", "a.spec.md", cwd=tmp_path / "outside")
    assert (done.code, done.json()["error"]["code"]) == (2, "invalid_request")
    assert "in no checkout of git" in done.json()["error"]["message"]
    done = await orch("check", "--staged", "--fix", ".", cwd=checkout)
    assert done.code == 2


async def test_line_ends_that_git_converts_and_a_mark_are_read(orch, checkout):
    write(checkout, ".gitattributes", "*.md text eol=crlf\n")
    write(checkout, "a.spec.md", "\ufeff" + BAD.replace("\n", "\r\n"))
    revision = commit(checkout)
    staged = (await orch("check", "--staged", "--json", ".", cwd=checkout)).json()
    plain = (await orch("check", "--json", ".", cwd=checkout)).json()
    assert staged == plain
    assert [one["rule"] for one in staged["findings"]].count("placeholder_section") == 1
    done = await orch("check", "--changed-since", revision, "--json", ".", cwd=checkout)
    assert done.json()["summary"]["files"] == 0


async def test_only_documents_that_changed_are_told_of_and_the_others_are_known(orch, checkout):
    write(checkout, "old.spec.md", BAD)
    write(checkout, "changed.spec.md", GOOD)
    write(checkout, "moved.spec.md", BAD)
    first = commit(checkout)
    write(checkout, "changed.spec.md", BAD)
    (checkout / "moved.spec.md").rename(checkout / "elsewhere.spec.md")
    write(checkout, "new.spec.md", BAD)
    expected = [(f"{name}.spec.md", "placeholder_section") for name in ("changed", "elsewhere", "new")]
    for revision in (first, first[:10], "HEAD", "trunk", "HEAD^0"):
        done = await orch("check", "--changed-since", revision, "--json", ".", cwd=checkout)
        assert (done.code, names(done)) == (1, expected)
    done = await orch("check", "--changed-since", "HEAD", "--staged", "--json", ".", cwd=checkout)
    assert (done.code, names(done)) == (0, [])
    git(checkout, "add", "changed.spec.md")
    done = await orch("check", "--changed-since", "HEAD", "--staged", "--json", ".", cwd=checkout)
    assert names(done) == expected[:1]
    done = await orch("check", "--changed-since", "HEAD", "--json", "old.spec.md", cwd=checkout)
    assert (done.code, done.json()["summary"]["files"]) == (0, 0)


async def test_the_work_of_others_since_the_branch_left_is_no_change(orch, checkout):
    write(checkout, "theirs.spec.md", GOOD)
    write(checkout, "mine.spec.md", GOOD)
    commit(checkout)
    git(checkout, "checkout", "-qb", "mine")
    write(checkout, "mine.spec.md", BAD)
    commit(checkout)
    git(checkout, "checkout", "-q", "trunk")
    write(checkout, "theirs.spec.md", GOOD.replace("Search", "Find"))
    commit(checkout)
    git(checkout, "checkout", "-q", "mine")
    git(checkout, "gc", "-q")
    write(checkout, "theirs.spec.md", GOOD)
    done = await orch("check", "--changed-since", "trunk", "--json", ".", cwd=checkout)
    assert (names(done), done.json()["summary"]["files"]) == ([("mine.spec.md", "placeholder_section")], 1)


@pytest.mark.parametrize("revision", ["nowhere", "HEAD@{1}", "--all", "HEAD~9", ""])
async def test_a_revision_that_there_is_not_is_a_wrong_argument(orch, checkout, revision):
    write(checkout, "a.spec.md", BAD)
    commit(checkout)
    done = await orch("check", f"--changed-since={revision}", "--json", ".", cwd=checkout)
    assert (done.code, done.json()["error"]["code"]) == (2, "invalid_request")
    assert "names no commit" in done.json()["error"]["message"]


async def test_before_the_first_commit_all_is_new(orch, checkout):
    write(checkout, "a.spec.md", BAD)
    git(checkout, "add", "-A")
    assert (await orch("check", "--staged", ".", cwd=checkout)).code == 1
    write(checkout, "b.spec.md", BAD)
    done = await orch("check", "--staged", "--changed-since", "HEAD", "--json", ".", cwd=checkout)
    assert names(done) == [("a.spec.md", "placeholder_section")]
    done = await orch("check", "--changed-since", "trunk", ".", cwd=checkout)
    assert done.code == 2


async def test_a_worktree_has_an_index_of_its_own(orch, checkout, tmp_path):
    write(checkout, "a.spec.md", GOOD)
    commit(checkout)
    tree = tmp_path / "tree"
    git(checkout, "worktree", "add", "-q", str(tree), "-b", "side")
    write(tree, "a.spec.md", BAD)
    git(tree, "add", "-A")
    assert (await orch("check", "--staged", ".", cwd=tree)).code == 1
    assert (await orch("check", "--staged", ".", cwd=checkout)).code == 0
    done = await orch("check", "--changed-since", "trunk", "--json", ".", cwd=tree)
    assert names(done) == [("a.spec.md", "placeholder_section")]


# The hook, in a real `git commit`.

RUNNER = """#!/bin/sh
# As the framework does: staged files that match, one run, an error stops the commit.
git diff --cached --name-only --diff-filter=ACMRT -z -- '*.md' | xargs -0 -r {command}
"""


@pytest.fixture
def hooked(checkout, homes) -> Path:
    """A checkout in which the hook of this repository is installed."""
    (hook,) = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, *arguments = shlex.split(hook["entry"])
    assert (program, hook["language"], hook["types"]) == ("orch-lsp", "python", ["markdown"])
    assert "--staged" in arguments
    place = checkout / ".git/hooks/pre-commit"
    place.parent.mkdir(exist_ok=True)
    place.write_text(RUNNER.format(command=shlex.join([sys.executable, "-P", "-m", "orch_lsp", *arguments])))
    place.chmod(0o755)
    return checkout


@pytest.mark.skipif(sys.platform == "win32", reason="the hook is a shell script")
@pytest.mark.parametrize("way", ["staged", "all", "named", "in a worktree"])
async def test_a_bad_spec_stops_a_commit_and_a_good_one_passes(hooked, homes, way, tmp_path):
    write(hooked, "other.spec.md", GOOD)
    commit(hooked, "First")
    root = hooked
    if way == "in a worktree":
        root = tmp_path / "tree"
        git(hooked, "worktree", "add", "-q", str(root), "-b", "side")
    name = "docs/ä ö (1) [x].spec.md"
    write(root, name, GOOD)
    git(root, "add", "-A")

    def attempt() -> subprocess.CompletedProcess[bytes]:
        chosen = {"all": ["-a"], "named": ["--", name]}.get(way, [])
        return git(root, "commit", "-q", "-m", "Next", *chosen, check=False, **homes.environment)

    def heads() -> str:
        return git(root, "rev-list", "--count", "HEAD").stdout.decode().strip()

    write(root, name, BAD)
    if way in {"staged", "in a worktree"}:
        git(root, "add", "-A")
        write(root, name, GOOD)
    done = attempt()
    assert (done.returncode, heads()) == (1, "1"), done.stderr.decode()
    assert b"error[placeholder_section]" in done.stdout + done.stderr
    write(root, name, GOOD)
    git(root, "add", "-A")
    if way == "staged":
        write(root, name, BAD)
    done = attempt()
    assert (done.returncode, heads()) == (0, "2"), (done.stdout + done.stderr).decode()
