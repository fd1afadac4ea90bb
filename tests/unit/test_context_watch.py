"""Looks at a workspace of which the kernel tells what changes, on real files: each finds what a first look would."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orch_lsp.context.corpus import Limits
from orch_lsp.context.index.build import build
from orch_lsp.context.index.indexes import Unwatched
from orch_lsp.context.index.look import TRUST_S, Looker, stamps_of
from orch_lsp.context.index.reading import hints_in
from orch_lsp.context.index.watch import watch
from orch_lsp.context.index.workspace_index import WorkspaceIndex
from orch_lsp.context.tree import FileTree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of changes")

LIMITS = Limits(indexed_from=1)


def never() -> bool:
    return False


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for path in ("src/a.py", "src/http/b.py", "src/http/deep/c.py", "docs/d.md", "e.txt"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"{path}\n")
    return root


class Looks:
    """A looker that is told, and the looks that it has taken."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.seconds = 0.0
        self.looker = Looker(root, lambda: self.seconds)
        assert self.looker.be_told()
        self.look()

    def look(self) -> dict[str, tuple[int, ...]]:
        """The files and their stamps, by what is kept as far as it is."""
        files = self.looker.list_files(1000, never).files
        kept = self.looker.kept_stamps(files, never)
        if kept is None:
            number = self.looker.begin_asking()
            kept = stamps_of(self.root, files, never)
            self.looker.keep_stamps(number, kept)
        return dict(kept)

    def is_fresh(self) -> bool:
        """Whether a look finds what a first one would."""
        found = self.look()
        files = FileTree(self.root).list_files(1000, never).files
        return found == stamps_of(self.root, files, never) and list(found) == list(files)


@pytest.fixture
def looks(root):
    looks = Looks(root)
    yield looks
    looks.looker.close()


def test_a_look_asks_only_for_what_was_told_of(looks, root):
    looks.look()
    before = looks.looker.folders_read
    assert looks.look() is not None
    assert (looks.looker.folders_read, looks.looker.files_asked) == (before, 0)
    (root / "src/a.py").write_text("changed\n")
    assert looks.is_fresh()
    assert (looks.looker.folders_read, looks.looker.files_asked) == (before, 1)
    (root / "docs/new.md").write_text("new\n")
    assert looks.is_fresh()
    assert (looks.looker.folders_read, looks.looker.files_asked) == (before + 1, 2)


def test_nothing_that_is_kept_is_another_object_while_nothing_changes(looks):
    files = looks.looker.list_files(1000, never).files
    assert looks.looker.list_files(1000, never).files is files
    assert looks.looker.kept_stamps(files, never) is looks.looker.kept_stamps(list(files), never)


def rewrite(root: Path, path: str) -> None:
    (root / path).write_text("x" * 9)


def same_size_and_time(root: Path, path: str) -> None:
    status = (root / path).stat()
    (root / path).write_text("y" * status.st_size)
    os.utime(root / path, ns=(status.st_atime_ns, status.st_mtime_ns))


def saved_by_rename(root: Path, path: str) -> None:
    (root / f"{path}.tmp").write_text("saved\n")
    (root / f"{path}.tmp").replace(root / path)


def ignored(root: Path, path: str) -> None:
    (root / path).with_name(".gitignore").write_text(f"{(root / path).name}\n*.log\n")


def as_link(root: Path, path: str) -> None:
    (root / path).unlink()
    (root / path).symlink_to(root / "e.txt")


def as_checkout(root: Path, path: str) -> None:
    (root / path).with_name(".git").mkdir(exist_ok=True)


@pytest.mark.parametrize("path", ["src/a.py", "src/http/deep/c.py", "e.txt"])
@pytest.mark.parametrize("change", [rewrite, same_size_and_time, saved_by_rename, ignored, as_link, as_checkout])
def test_each_change_of_a_file_is_seen_at_once(looks, root, change, path):
    for _ in range(3):
        change(root, path) if (root / path).exists() and not (root / path).is_symlink() else None
        assert looks.is_fresh()


def test_folders_that_change_places_are_seen_with_their_rules(looks, root):
    (root / "other").mkdir()
    (root / "other/.gitignore").write_text("c.py\n")
    (root / "other/c.py").write_text("ignored here\n")
    (root / "other/z.py").write_text("z\n")
    assert looks.is_fresh()
    (root / "src/http/deep").rename(root / "away")
    (root / "other").rename(root / "src/http/deep")
    assert looks.is_fresh()
    assert "src/http/deep/c.py" not in looks.look()
    (root / "src/http").rename(root / "http")
    (root / "http/deep/new.py").write_text("new\n")
    assert looks.is_fresh()
    (root / "http").rename(root.with_name("outside"))
    assert looks.is_fresh()
    (root.with_name("outside") / "b.py").write_text("of nobody here\n")
    assert looks.is_fresh()


def test_files_of_the_same_names_in_a_folder_that_changed_places_are_others(looks, root):
    (root / "other").mkdir()
    (root / "other/c.py").write_text("another file\n")
    assert looks.is_fresh()
    (root / "src/http/deep").rename(root / "away")
    (root / "other").rename(root / "src/http/deep")
    assert looks.is_fresh()
    (root / "src/http").rename(root / "http")
    assert looks.is_fresh()
    (root / "http/b.py").write_text("changed elsewhere\n")
    assert looks.is_fresh()
    (root / "http").rename(root / "src/http")
    assert looks.is_fresh()


def test_rules_of_git_that_stand_outside_what_is_watched_are_asked(looks, root):
    subprocess.run(["git", "init", "-q", root], check=True)
    assert looks.is_fresh()
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/exclude").write_text("*.md\n")
    assert looks.is_fresh()
    assert "docs/d.md" not in looks.look()
    subprocess.run(["git", "-C", root, "add", "-f", "docs/d.md"], check=True)
    assert looks.is_fresh()
    assert "docs/d.md" in looks.look()


def test_a_workspace_that_is_another_one_now_is_seen(looks, root):
    root.rename(root.with_name("old"))
    with pytest.raises(OSError, match="No such file"):
        looks.look()
    (root / "src").mkdir(parents=True)
    (root / "src/only.py").write_text("only\n")
    assert looks.is_fresh()
    (root / "src/only.py").write_text("again\n")
    assert looks.is_fresh()


NAMES = ("a", "b.py", "c.md", "d", "http", "deep", ".gitignore", ".git")


class Changes:
    """Changes of all kinds at random."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.chance = random.Random(seed)

    def make(self) -> None:
        kinds = (
            self.write, self.write, self.change, self.make_folder, self.move, self.move_folder, self.swap, self.drop,
        )  # fmt: skip
        self.chance.choice(kinds)()

    def some(self, kind) -> Path:
        found = sorted(path for path in self.root.rglob("*") if kind(path) and not path.is_symlink())
        return self.chance.choice([*found, self.root])

    def place(self) -> Path | None:
        """A place where nothing is."""
        place = self.some(Path.is_dir) / self.chance.choice(NAMES)
        return None if place.exists() else place

    def write(self) -> None:
        if (place := self.place()) is not None:
            place.write_text(self.chance.choice(["*.md\n", "deep/\n", "!a\n"]))

    def change(self) -> None:
        if (file := self.some(Path.is_file)) != self.root:
            file.write_text("x" * self.chance.randrange(5))

    def make_folder(self) -> None:
        if (place := self.place()) is not None:
            (place / "inner").mkdir(parents=True)
            (place / "inner/f.py").write_text("f\n")

    def move(self) -> None:
        file, place = self.some(Path.is_file), self.some(Path.is_dir) / self.chance.choice(NAMES)
        if file != self.root and not place.is_dir():
            file.replace(place)

    def move_folder(self) -> None:
        folder, place = self.some(Path.is_dir), self.place()
        if place is not None and folder != self.root and not place.is_relative_to(folder):
            folder.rename(place)

    def swap(self) -> None:
        one, other = self.some(Path.is_dir), self.some(Path.is_dir)
        if self.root not in {one, other} and not one.is_relative_to(other) and not other.is_relative_to(one):
            one.rename(self.root / "between")
            other.rename(one)
            (self.root / "between").rename(other)

    def drop(self) -> None:
        gone = self.some(lambda _: True)
        if gone.is_file():
            gone.unlink()
        elif gone != self.root and self.chance.random() < 0.3:
            shutil.rmtree(gone)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_a_look_finds_what_a_first_one_would(looks, root, seed):
    changes = Changes(root, seed)
    for number in range(120):
        for _ in range(changes.chance.randrange(1, 4)):
            changes.make()
        assert looks.is_fresh(), number


def test_a_queue_that_ran_over_is_no_loss(looks, root):
    longest = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if longest > 100_000:
        pytest.skip("the queue is longer than a test should be")
    looks.look()
    for _ in range(longest // 2 + 10):
        os.utime(root / "e.txt")
        os.utime(root / "src/a.py")
    (root / "docs/late.md").write_text("late\n")
    (root / "src/http/b.py").write_text("late, too\n")
    assert looks.is_fresh()
    assert "docs/late.md" in looks.look()
    (root / "src/http/b.py").write_text("later\n")
    assert looks.is_fresh()


def test_everything_is_asked_again_now_and_then(looks, root, tmp_path):
    os.link(root / "src/a.py", tmp_path / "another name")
    looks.seconds += TRUST_S + 1
    assert looks.is_fresh()
    # Of a change by a name outside nobody tells.
    (tmp_path / "another name").write_text("changed from outside\n")
    looks.seconds += TRUST_S + 1
    assert looks.is_fresh()


def test_what_others_change_too_is_not_watched(tmp_path):
    assert watch(Path("/proc/self")) is None
    assert watch(tmp_path) is not None


def test_where_the_platform_has_no_more_to_give_files_are_asked(root):
    code = f"""
import os, resource
from pathlib import Path
from orch_lsp.context.index.look import Looker
import ctypes.util, inotify_simple, psutil
root = Path({str(root)!r})
looker = Looker(root)
resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) - 1, 4096))
assert not looker.be_told()
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 4096))
assert "e.txt" in looker.list_files(100, lambda: False).files
(root / "new.txt").write_text("new")
assert "new.txt" in looker.list_files(100, lambda: False).files
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_answers_from_an_index_are_of_the_files_as_they_are(root):
    build(root, 1000, lambda _done, _of: None, never)
    index = WorkspaceIndex(root, Unwatched(), 1000)

    def holding(term: str) -> list[str]:
        files = index.list_files(1000, never)[0].files
        with closing(index.corpus(files, hints_in(term), LIMITS, never)) as corpus:
            return [path for path, _ in corpus.ranked({term}).ranked]

    try:
        assert [holding("deep") for _ in range(3)] == [["src/http/deep/c.py"]] * 3
        for path in ("src/a.py", "docs/brand_new.md"):
            (root / path).write_text("about a limiter\n")
            assert path in holding("limiter")
        (root / "src/a.py").rename(root / "docs/a.py")
        assert holding("limiter") == ["docs/a.py", "docs/brand_new.md"]
        (root / "docs/.gitignore").write_text("a.py\n")
        assert holding("limiter") == ["docs/brand_new.md"]
        (root / "docs/brand_new.md").unlink()
        assert holding("limiter") == []
        assert holding("deep") == ["src/http/deep/c.py"]
    finally:
        index.close()
