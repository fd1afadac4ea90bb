"""Ignore rules, compared with git's own judgement where git is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orch_lsp.context.ignore import Rules, parse_rule, parse_rules
from orch_lsp.context.tree import FileTree

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""),
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "XDG_CONFIG_HOME": os.devnull,
}
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=ENVIRONMENT).stdout


def git_list(folder: Path) -> set[str]:
    out = git(folder, "ls-files", "-co", "--exclude-standard", "-z")
    return {os.fsdecode(path) for path in out.split(b"\0") if path}


def our_list(folder: Path) -> set[str]:
    return set(FileTree(folder).list_files(1000, lambda: False).files)


def ignored(rules: str, path: str) -> bool:
    return parse_rules(rules).covers(path.split("/"))


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("*.log", "a/b.log", True),
        ("/*.log", "a/b.log", False),
        ("build/", "build", False),
        ("build/", "x/build/y", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**", "a/x", True),
        ("a/**", "a", False),
        ("**/b", "b", True),
        ("*.log\n!keep.log", "keep.log", False),
        ("# no\n\\#yes", "#yes", True),
        ("\\!yes", "!yes", True),
        ("name  ", "name", True),
        ("name\\ ", "name ", True),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        ("[^a-c]x", "dx", True),
        ("[]x]", "]", True),
        ("[[:digit:]]*", "7a", True),
        ("x\r\n", "x", True),
        ("\ufeffx", "x", True),
        ("[", "[", False),
        ("a\\", "a", False),
        ("??x", "éx", True),
        ("", "x", False),
        ("/", "x", False),
        ("a*b*c", "aXbYc", True),
    ],
)
def test_patterns_mean_what_gitignore_says(rules, path, expected):
    assert ignored(rules, path) is expected


def test_a_hostile_pattern_takes_no_time_that_grows_with_its_stars():
    rule = parse_rule("*a" * 60 + "b")
    assert rule is not None
    assert not rule.matches(["a" * 250], is_folder=False)
    deep = parse_rule("/".join(["**", "a"] * 60) + "/b")
    assert deep is not None
    assert not deep.matches(["a"] * 200, is_folder=False)


@given(st.lists(st.text("ab*?/[]!-^\\# .", max_size=12), max_size=6), st.text("ab/.#", min_size=1, max_size=12))
def test_no_line_of_an_ignore_file_raises(lines, path):
    Rules(lines).covers(path.split("/"))


NAMES = st.sampled_from(["a", "b", "ab", "a.b", "b.a", "aa", "b b", "é", "[x]", "A"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PATTERN_PARTS = st.sampled_from(
    ["a", "b", "*", "**", "?", "a*", "*.b", "[ab]", "[!a]", "[^b]", "a.?", "*a*", "\\a", "b b", "é", "\\[x\\]",
     "[[:alpha:]]", "***", "[b-a]", "[]-a]", "[\\]a]", "??", "A"]
)  # fmt: skip
PATTERNS = st.builds(
    lambda mark, slash, parts, end: mark + slash + "/".join(parts) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PATTERN_PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " ", "\r"]),
)


@needs_git
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    files=st.lists(PATHS, min_size=1, max_size=12),
    ignore=st.dictionaries(st.sampled_from(["", "a/", "b/", "a/b/"]), st.lists(PATTERNS, max_size=5), max_size=3),
    exclude=st.lists(PATTERNS, max_size=2),
)
def test_the_candidates_are_those_that_git_lists(files, ignore, exclude):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.path.realpath(folder))
        git(root, "init", "-q")
        (root / ".git/info").mkdir(exist_ok=True)
        (root / ".git/info/exclude").write_text("\n".join(exclude), "utf-8", newline="")
        for path in [*files, *(f"{base}.gitignore" for base in ignore)]:
            target = root / path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(b"x")
            except OSError:
                continue  # one of the paths is a folder of another
        for base, patterns in ignore.items():
            target = root / f"{base}.gitignore"
            if target.is_file():
                target.write_text("\n".join(patterns), "utf-8", newline="")
        assert our_list(root) == git_list(root)


@needs_git
@pytest.mark.parametrize("version", ["2", "4"])
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_tracked_files_are_read_from_every_kind_of_index(tmp_path, version, object_format):
    root = Path(os.path.realpath(tmp_path))
    git(root, "init", "-q", f"--object-format={object_format}")
    git(root, "config", "index.version", version)
    (root / ".gitignore").write_text("deep/\n*.log\n")
    (root / "deep/er").mkdir(parents=True)
    long_name = "deep/er/" + "n" * 200
    for path in ("deep/er/one.py", "deep/er/two.py", "deep/other.py", long_name, "x.log", "y.log", "é.log", "z"):
        (root / path).write_text(path)
    git(root, "add", "-f", "deep/er/one.py", long_name, "x.log", "é.log")
    git(root, "add", "-f", "-N", "deep/er/two.py")
    assert our_list(root) == git_list(root)
    assert "deep/other.py" not in our_list(root)


@needs_git
def test_a_worktree_and_a_root_below_the_top_see_the_rules_above_them(tmp_path):
    top = Path(os.path.realpath(tmp_path)) / "repository"
    (top / "part/sub").mkdir(parents=True)
    git(top, "init", "-q")
    (top / ".gitignore").write_text("*.tmp\n/part/secret.txt\n!part/keep.tmp\n")
    (top / "part/.gitignore").write_text("*.bak\n")
    (top / "part/sub/forced.tmp").write_text("x")
    for name in ("a.tmp", "keep.tmp", "secret.txt", "b.bak", "ok.py", "sub/c.tmp", "sub/ok.py"):
        (top / "part" / name).write_text("x")
    git(top, "add", "-f", "part/sub/forced.tmp", "part/ok.py", ".gitignore", "part/.gitignore")
    assert our_list(top / "part") == git_list(top / "part")
    assert our_list(top) == git_list(top)
    name = ("-c", "user.name=Tester", "-c", "user.email=tester@example.invalid")
    git(top, *name, "commit", "-qm", "First")
    (top / ".git/info").mkdir(exist_ok=True)
    (top / ".git/info/exclude").write_text("*.local\n")
    git(top, "worktree", "add", "-q", "../tree")
    tree = top.parent / "tree"
    (tree / "part/x.local").write_text("x")
    (tree / "part/new.py").write_text("x")
    assert our_list(tree) == git_list(tree)


@needs_git
def test_a_checkout_inside_the_tree_is_not_part_of_it(tmp_path):
    root = Path(os.path.realpath(tmp_path))
    git(root, "init", "-q")
    (root / "inner").mkdir()
    git(root / "inner", "init", "-q")
    (root / "inner/a.py").write_text("x")
    (root / "b.py").write_text("x")
    assert our_list(root) == {"b.py"}


def test_ignore_files_count_without_a_repository(tmp_path):
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "a.log").write_text("x")
    (tmp_path / "a.py").write_text("x")
    assert our_list(Path(os.path.realpath(tmp_path))) == {".gitignore", "a.py"}


@pytest.mark.parametrize(
    "damage", [b"", b"DIRC", b"DIRC\0\0\0\x02\xff\xff\xff\xff", b"DIRC\0\0\0\x04\0\0\0\x01" + b"\xff" * 400]
)
def test_a_damaged_index_tracks_nothing(tmp_path, damage):
    root = Path(os.path.realpath(tmp_path))
    (root / ".git").mkdir()
    (root / ".git/index").write_bytes(damage)
    (root / ".gitignore").write_text("*.log\n")
    (root / "a.log").write_text("x")
    assert our_list(root) == {".gitignore"}


@pytest.mark.parametrize("planted", [".git", ".git/index", ".git/commondir", ".git/info/exclude", ".gitignore"])
def test_a_planted_fifo_in_place_of_gits_files_is_not_waited_for(tmp_path, planted):
    root = Path(os.path.realpath(tmp_path))
    (root / planted).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(root / planted)
    (root / "a.py").write_text("x")
    assert our_list(root) == {"a.py"}


def test_more_folders_than_are_looked_into_are_said_to_be_more(tmp_path):
    root = Path(os.path.realpath(tmp_path))
    for number in range(20):
        (root / f"d{number:02}/e").mkdir(parents=True)
    (root / "d00/e/a.py").write_text("x")
    listing = FileTree(root).list_files(10, lambda: False)
    assert not listing.complete
    assert FileTree(root).list_files(100, lambda: False).files == ("d00/e/a.py",)
