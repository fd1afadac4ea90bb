"""A file is replaced with all that belongs to it, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from orch_lsp.cli.files import read_text, replace_text, require_replaceable
from orch_lsp.errors import SpecError
from orch_lsp.text import sha256

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
OLD, NEW = "old text, which is the longer one\n", "new text\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "a.spec.md"
    path.write_text(OLD)
    return path


def replace(path: Path) -> None:
    replace_text(path, NEW, expected_sha256=sha256(OLD))


def alone(path: Path, *others: str) -> bool:
    return sorted(one.name for one in path.parent.iterdir()) == sorted([path.name, *others])


def test_all_names_of_a_file_keep_naming_it(spec: Path):
    twin = spec.with_name("twin.md")
    os.link(spec, twin)
    replace(spec)
    assert twin.read_text() == spec.read_text() == NEW
    assert spec.stat().st_nlink == 2
    assert alone(spec, "twin.md")


def test_extended_attributes_stay(spec: Path):
    try:
        os.setxattr(spec, "user.origin", b"meeting")
    except (AttributeError, OSError):
        pytest.skip("there are no extended attributes here")
    replace(spec)
    assert spec.read_text() == NEW
    assert os.getxattr(spec, "user.origin") == b"meeting"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_the_mode_stays_and_nothing_is_left_behind(spec: Path, mode: int):
    spec.chmod(mode)
    replace(spec)
    assert (spec.read_text(), stat.S_IMODE(spec.stat().st_mode)) == (NEW, mode)
    assert alone(spec)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only the superuser gives files away")
def test_the_owner_stays(spec: Path):
    os.chown(spec, 1234, 1235)
    replace(spec)
    assert (spec.read_text(), spec.stat().st_uid, spec.stat().st_gid) == (NEW, 1234, 1235)


@pytest.mark.parametrize("mode", [0o444, 0o400])
def test_a_file_that_nobody_is_to_write_is_refused_before_and_after_the_run(spec: Path, mode: int):
    spec.chmod(mode)
    for act in (require_replaceable, replace):
        with pytest.raises(SpecError) as refusal:
            act(spec)
        assert refusal.value.code == "document_changed"
        assert "read-only" in refusal.value.message
    assert (spec.read_text(), stat.S_IMODE(spec.stat().st_mode)) == (OLD, mode)
    assert alone(spec)


def test_a_link_stays_a_link_and_may_lead_in_circles(spec: Path):
    link = spec.with_name("link.md")
    link.symlink_to(spec.name)
    replace(link)
    assert link.is_symlink()
    assert spec.read_text() == NEW
    circle = spec.with_name("circle.md")
    circle.symlink_to(circle.name)
    for act in (read_text, replace):
        with pytest.raises(SpecError):
            act(circle)


def test_a_file_with_two_names_that_was_changed_is_left_alone(spec: Path):
    os.link(spec, spec.with_name("twin.md"))
    spec.write_text("somebody else's")
    with pytest.raises(SpecError, match="was changed"):
        replace(spec)
    assert spec.read_text() == "somebody else's"
    assert alone(spec, "twin.md")


def test_a_device_that_never_ends_is_no_document():
    with pytest.raises(SpecError, match="longer than"):
        read_text(Path("/dev/zero"))


def test_a_folder_or_a_device_is_not_replaced(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(SpecError, match="pipe or a device"):
            require_replaceable(path)
