"""The state of a checkout, read from its files, compared with git's own judgement."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from orch_lsp.git.status import Checkout, checkout_state

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_ALLOW_PROTOCOL": "file",
}
NAME = ("-c", "user.name=n", "-c", "user.email=e", "-c", "init.defaultBranch=trunk")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *NAME, *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture(params=["sha1", "sha256"])
def checkout(tmp_path, request):
    root = tmp_path / "checkout"
    (root / "src/deep/er").mkdir(parents=True)
    git(root.parent, "init", "-q", f"--object-format={request.param}", str(root))
    for name in ("a.md", "a", "src.txt", "src/one.py", "src/deep/er/two.py", "src-2", "é.md"):
        (root / name).write_text(f"text of {name}\n", "utf-8")
    (root / "link").symlink_to("src/one.py")
    (root / "run.sh").write_text("true\n")
    (root / "run.sh").chmod(0o755)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "First")
    return root


def state_of(root: Path) -> Checkout:
    state = checkout_state(root)
    assert state is not None
    assert state.revision == git(root, "rev-parse", "HEAD")
    return state


def set_back(root: Path) -> None:
    """Make all files older than the index, as they are a moment after a commit."""
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and ".git" not in path.parts:
            os.utime(path, (1_000_000_000, 1_000_000_000))


def test_a_fresh_commit_is_clean_and_has_its_revision(checkout):
    assert state_of(checkout).is_dirty is False
    set_back(checkout)
    git(checkout, "update-index", "--refresh")
    assert state_of(checkout).is_dirty is False


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "a.md").write_text("other\n"),
        lambda root: (root / "a.md").write_text("TEXT of a.md\n"),
        lambda root: (root / "src/deep/er/two.py").unlink(),
        lambda root: ((root / "link").unlink(), (root / "link").symlink_to("a.md")),
        lambda root: ((root / "a").unlink(), (root / "a").mkdir()),
        lambda root: ((root / "new").write_text("x"), git(root, "add", "new")),
        lambda root: ((root / "new").write_text("x"), git(root, "add", "-N", "new")),
        lambda root: git(root, "rm", "-q", "--cached", "src/one.py"),
        lambda root: ((root / "a").write_text("b\n"), git(root, "add", "a"), (root / "a").write_text("text of a\n")),
    ],
)
def test_what_differs_is_dirty(checkout, change):
    change(checkout)
    assert state_of(checkout).is_dirty is True


def test_untracked_files_and_touched_ones_are_no_change(checkout):
    (checkout / "untracked").write_text("x")
    set_back(checkout)
    assert state_of(checkout).is_dirty is False


def test_a_packed_repository_and_packed_refs_are_read(checkout):
    git(checkout, "commit", "-qm", "Second", "--allow-empty")
    git(checkout, "gc", "-q", "--prune=now")
    assert not (checkout / ".git/refs/heads/trunk").exists()
    assert state_of(checkout).is_dirty is False
    (checkout / "a").write_text("changed\n")
    assert state_of(checkout).is_dirty is True


def test_a_detached_head_a_worktree_and_a_branch_of_folders_have_a_revision(checkout):
    git(checkout, "checkout", "-q", "-b", "feature/of/folders")
    git(checkout, "commit", "-qm", "Second", "--allow-empty")
    assert state_of(checkout).is_dirty is False
    git(checkout, "worktree", "add", "-q", "--detach", "../tree", "HEAD~1")
    tree = checkout.parent / "tree"
    assert state_of(tree).is_dirty is False
    (tree / "a").write_text("changed\n")
    assert state_of(tree).is_dirty is True
    assert state_of(checkout).is_dirty is False


def test_a_sparse_index_is_compared(checkout):
    git(checkout, "sparse-checkout", "init", "--cone", "--sparse-index")
    git(checkout, "sparse-checkout", "set", "src/deep")
    assert state_of(checkout).is_dirty is False
    (checkout / "src/one.py").write_text("changed\n")
    assert state_of(checkout).is_dirty is True


def test_line_ends_that_git_converts_are_no_change(checkout):
    git(checkout, "config", "core.autocrlf", "true")
    (checkout / "a.md").unlink()
    git(checkout, "checkout", "-q", "a.md")
    assert (checkout / "a.md").read_bytes().endswith(b"\r\n")
    set_back(checkout)
    assert state_of(checkout).is_dirty is False


def test_the_mode_alone_leaves_it_open(checkout):
    (checkout / "run.sh").chmod(0o644)
    assert state_of(checkout).is_dirty is None


def test_a_submodule_on_another_commit_is_dirty(checkout, tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init", "-q", f"--object-format={'sha1' if len(state_of(checkout).revision) == 40 else 'sha256'}")
    git(library, "commit", "-qm", "First", "--allow-empty")
    git(checkout, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library), "library")
    git(checkout, "commit", "-qm", "Second")
    assert state_of(checkout).is_dirty is False
    git(checkout / "library", "commit", "-qm", "Third", "--allow-empty")
    assert state_of(checkout).is_dirty is True
    assert state_of(checkout / "library").is_dirty is False


def test_time_that_runs_out_leaves_it_open(checkout):
    times = iter([0.0, 100.0])
    state = checkout_state(checkout, now=lambda: next(times))
    assert state is not None
    assert state.is_dirty is None


def test_before_the_first_commit_and_outside_git_there_is_no_state(tmp_path):
    assert checkout_state(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert checkout_state(tmp_path) is None


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("HEAD", b"ref: ../../../etc/passwd"),
        ("HEAD", b"ref: refs/../../../outside"),
        ("HEAD", b"ref: refs/heads/trunk\0"),
        ("HEAD", b"\xff\xfe"),
        ("HEAD", b"x" * 10_000),
        ("refs/heads/trunk", b"ref: refs/heads/trunk"),
        ("refs/heads/trunk", b"0" * 39),
    ],
)
def test_what_is_no_reference_has_no_state(checkout, file, content):
    (checkout / ".git" / file).write_bytes(content)
    assert checkout_state(checkout) is None


@pytest.mark.parametrize("damage", [b"", b"DIRC", b"DIRC\0\0\0\2\xff\xff\xff\xff", b"DIRC\0\0\0\2\0\0\0\3" + b"a" * 99])
def test_a_damaged_index_leaves_it_open(checkout, damage):
    (checkout / ".git/index").write_bytes(damage)
    assert state_of(checkout).is_dirty is None


def test_a_folder_of_git_on_another_machine_is_not_asked_for(tmp_path):
    for place in ("//server/share", r"\\server\share", ""):
        (tmp_path / ".git").write_text(f"gitdir: {place}\n")
        assert checkout_state(tmp_path) is None
