"""The root of a file: the same for server and command line, with links resolved and never above the checkout."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from orch_lsp.workspace import config_home, find_root, git_top_level, relative_path, state_home, user_config_path


def git(folder: Path, *arguments: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path.resolve()


@pytest.fixture
def checkout(base: Path) -> Path:
    git(base / "repo", "init", "-q")
    (base / "repo" / "docs" / "specs").mkdir(parents=True)
    return base / "repo"


def test_the_git_top_level_is_the_root(checkout: Path) -> None:
    assert find_root(checkout / "docs" / "specs" / "a.spec.md") == checkout


def test_the_nearest_orch_folder_is_the_root(checkout: Path) -> None:
    (checkout / ".orch").mkdir()
    (checkout / "docs" / ".orch").mkdir()
    assert find_root(checkout / "docs" / "specs" / "a.spec.md") == checkout / "docs"
    assert find_root(checkout / "a.spec.md") == checkout


def test_an_orch_folder_above_the_git_top_level_does_not_count(checkout: Path, base: Path) -> None:
    (base / ".orch").mkdir()
    assert find_root(checkout / "docs" / "a.spec.md") == checkout


def test_an_orch_file_is_no_orch_folder(checkout: Path) -> None:
    (checkout / "docs" / ".orch").write_text("")
    assert find_root(checkout / "docs" / "a.spec.md") == checkout


def test_an_orch_folder_is_a_root_without_git(base: Path) -> None:
    (base / "plain" / ".orch").mkdir(parents=True)
    assert find_root(base / "plain" / "a" / "b.spec.md", folders=[base / "plain" / "a"]) == base / "plain"


def test_without_git_and_orch_the_innermost_folder_that_contains_the_file_is_the_root(base: Path) -> None:
    (base / "ws" / "inner").mkdir(parents=True)
    folders = [base / "ws", base / "ws" / "inner", base / "other"]
    assert find_root(base / "ws" / "inner" / "a.md", folders=folders) == base / "ws" / "inner"
    assert find_root(base / "ws" / "a.md", folders=folders) == base / "ws"
    assert find_root(base / "elsewhere" / "a.md", folders=folders) is None


def test_a_folder_of_a_similar_name_does_not_contain_the_file(base: Path) -> None:
    assert find_root(base / "work-2" / "a.md", folders=[base / "work"]) is None


def test_without_anything_there_is_no_root(base: Path) -> None:
    assert find_root(base / "a.md") is None


def test_a_named_workspace_wins(checkout: Path, base: Path) -> None:
    (checkout / ".orch").mkdir()
    assert find_root(checkout / "a.md", explicit=checkout / "docs" / ".." / "docs") == checkout / "docs"


def test_a_worktree_is_its_own_root(checkout: Path, base: Path) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"]
    git(checkout, *identity, "commit", "-q", "--allow-empty", "-m", "first")
    git(checkout, "worktree", "add", "-q", str(base / "tree"))
    assert (base / "tree" / ".git").is_file()
    assert find_root(base / "tree" / "docs" / "a.md") == base / "tree"


def test_a_checkout_inside_a_checkout_is_its_own_root(checkout: Path) -> None:
    (checkout / ".orch").mkdir()
    git(checkout / "docs", "init", "-q")
    assert find_root(checkout / "docs" / "specs" / "a.md") == checkout / "docs"


def test_a_link_to_a_file_belongs_where_the_file_is(checkout: Path, base: Path) -> None:
    real = checkout / "docs" / "a.spec.md"
    real.write_text("# A\n")
    link = base / "elsewhere" / "b.spec.md"
    link.parent.mkdir()
    link.symlink_to(real)
    assert find_root(link, folders=[base / "elsewhere"]) == checkout
    assert relative_path(link, checkout) == "docs/a.spec.md"


def test_a_folder_behind_a_link_is_the_real_one(checkout: Path, base: Path) -> None:
    (base / "link").symlink_to(checkout)
    assert find_root(base / "link" / "docs" / "a.md") == checkout
    assert find_root(base / "plain.md", folders=[]) is None


def test_an_editors_folder_behind_a_link_contains_its_files(base: Path) -> None:
    (base / "real").mkdir()
    (base / "link").symlink_to(base / "real")
    assert find_root(base / "real" / "a.md", folders=[base / "link"]) == base / "real"
    assert find_root(base / "link" / "a.md", folders=[base / "real"]) == base / "real"


def test_an_orch_folder_that_leads_out_of_the_workspace_makes_no_root(checkout: Path, base: Path) -> None:
    (base / "target" / ".orch").mkdir(parents=True)
    (checkout / "docs" / ".orch").symlink_to(base / "target" / ".orch")
    assert find_root(checkout / "docs" / "a.md") == checkout


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_an_orch_folder_that_somebody_else_put_above_ones_files_makes_no_root(base: Path) -> None:
    (base / "shared" / ".orch").mkdir(parents=True)
    (base / "shared" / "mine").mkdir()
    os.chown(base / "shared" / ".orch", 12345, 12345)
    file = base / "shared" / "mine" / "a.md"
    assert find_root(file) is None
    assert find_root(file, folders=[base / "shared" / "mine"]) == base / "shared" / "mine"
    git(base / "shared", "init", "-q")
    assert find_root(file) == base / "shared"


def test_a_path_that_no_file_can_have_does_not_raise(base: Path) -> None:
    assert find_root(base / "a\0b" / "c.md") is None


def test_a_file_inside_orch_belongs_to_the_workspace_around_it(base: Path) -> None:
    (base / "plain" / ".orch").mkdir(parents=True)
    assert find_root(base / "plain" / ".orch" / "config.toml") == base / "plain"


def test_links_that_go_in_circles_do_not_raise(base: Path) -> None:
    (base / "a").symlink_to(base / "b")
    (base / "b").symlink_to(base / "a")
    assert find_root(base / "a" / "x.md") is None
    assert relative_path(base / "a" / "x.md", base)


def test_the_top_level_of_a_folder_that_is_gone_is_still_found(checkout: Path) -> None:
    assert git_top_level(checkout / "gone" / "deeper") == checkout
    assert find_root(checkout / "gone" / "deeper" / "a.md") == checkout


def test_a_path_below_the_root_uses_slashes_and_one_outside_is_its_name(checkout: Path, base: Path) -> None:
    assert relative_path(checkout / "docs" / ".." / "docs" / "a b.md", checkout) == "docs/a b.md"
    assert relative_path(base / "x.md", checkout) == "x.md"


def test_a_root_that_was_not_resolved_still_holds_its_files(checkout: Path, base: Path) -> None:
    (base / "link").symlink_to(checkout)
    assert relative_path(checkout / "docs" / "a.md", base / "link") == "docs/a.md"


def test_the_users_folders_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORCH_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "s"))
    assert (user_config_path(), state_home()) == (tmp_path / "c" / "config.toml", tmp_path / "s")


def test_without_them_the_platforms_folders_for_this_program_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_CONFIG_HOME", "")
    monkeypatch.delenv("ORCH_STATE_HOME", raising=False)
    assert config_home().name == "orch-lsp"
    assert "orch-lsp" in state_home().parts
    assert config_home().is_absolute()


def test_the_root_of_all_files_is_nobodys_workspace(tmp_path: Path) -> None:
    document = tmp_path / "a" / "b.spec.md"
    assert find_root(document, folders=[Path(tmp_path.anchor)]) is None
    assert find_root(document, folders=[Path(tmp_path.anchor), tmp_path / "a"]) == (tmp_path / "a").resolve()
    assert find_root(document, explicit=Path(tmp_path.anchor)) == Path(tmp_path.anchor)
