"""A file is replaced whole or not at all."""

from __future__ import annotations

import os
import stat
import sys

import pytest

from orch_lsp.storage.files import create_file, replace_file


def test_the_file_has_the_content_and_the_mode_and_nothing_lies_beside_it(tmp_path):
    path = tmp_path / "a.toml"
    for content, mode in ((b"one", 0o600), (b"\xff\x00two", 0o644)):
        replace_file(path, content, mode=mode)
        assert path.read_bytes() == content
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == mode
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="hard links show that the file itself is left alone")
def test_further_names_and_links_keep_what_they_had(tmp_path):
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"old")
    other.hardlink_to(path)
    link = tmp_path / "link"
    link.symlink_to(path)
    replace_file(link, b"new")
    assert not link.is_symlink()
    replace_file(path, b"new")
    assert other.read_bytes() == b"old"


def test_a_failure_leaves_the_file_and_nothing_else(tmp_path):
    target = tmp_path / "folder"
    target.mkdir()
    (target / "kept").touch()
    with pytest.raises(OSError, match=r"."):
        replace_file(target, b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "missing" / "a", b"x")


def test_the_first_content_of_a_new_file_stays(tmp_path):
    path = tmp_path / "secret"
    create_file(path, b"first")
    create_file(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="names there are shorter")
def test_the_longest_name_can_be_replaced(tmp_path):
    path = tmp_path / ("n" * 255)
    replace_file(path, b"x")
    assert path.read_bytes() == b"x"
