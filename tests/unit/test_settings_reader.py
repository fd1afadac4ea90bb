"""Settings are read again when their file is another one or has changed, and only then."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orch_lsp.markdown.front_matter import parse_front_matter
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import Settings
from orch_lsp.settings.reader import SettingsReader, stamp_of
from orch_lsp.settings.resolve import CommandChoice

NOTHING, NO_COMMAND = ProjectLayer(), CommandChoice()
opened: list[str] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        opened.append(str(arguments[0]))


@pytest.fixture(scope="module", autouse=True)
def noting_what_is_opened() -> None:
    # A hook cannot be taken away again; this one only notes names.
    sys.addaudithook(_note)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ORCH_CONFIG_HOME", str(tmp_path / "user"))
    (tmp_path / "user").mkdir()
    (tmp_path / "root" / ".orch").mkdir(parents=True)
    opened.clear()
    yield (tmp_path / "root").resolve()
    opened.clear()


def later() -> int:
    """A clock by which every file has been as it is for an hour."""
    return time.time_ns() + 3600 * 10**9


@pytest.fixture(params=[time.time_ns, later], ids=["just changed", "changed long ago"])
def reader(request: pytest.FixtureRequest) -> SettingsReader:
    return SettingsReader({}, (), lambda _: None, request.param)


def read(reader: SettingsReader, root: Path, text: str | None = None) -> Settings:
    front_matter = parse_front_matter(text) if text else None
    return reader.read(root, front_matter, editor=NOTHING, command=NO_COMMAND, handed_over=None)


def config(root: Path, include: str, *, age_s: float = 60) -> Path:
    """A settings file with one value, whose content seems to be as old as is said."""
    path = root / ".orch" / "config.toml"
    path.write_text(f'include = ["{include}"]\n', "utf-8")
    then = path.stat().st_mtime - age_s
    os.utime(path, (then, then))
    return path


def test_settings_of_one_state_are_the_same_object(reader, root):
    (root / ".orch").rmdir()
    assert read(reader, root) is read(reader, root)


def test_a_change_is_seen_at_once_even_with_a_time_of_content_in_the_past(root):
    reader = SettingsReader({}, (), lambda _: None)
    for number in range(200):
        # In place, of one size, and quicker than the clock of a file system may tick.
        config(root, f"{number:03}*.md", age_s=3600)
        assert read(reader, root).include == (f"{number:03}*.md",)


def test_a_link_that_leads_to_another_file_is_followed(reader, root):
    first, second = config(root, "a*.md"), root / ".orch" / "other.toml"
    first.rename(root / ".orch" / "first.toml")
    second.write_text('include = ["b*.md"]\n', "utf-8")
    first.symlink_to("first.toml")
    assert read(reader, root).include == ("a*.md",)
    (root / ".orch" / "swap").symlink_to("other.toml")
    (root / ".orch" / "swap").replace(first)
    assert read(reader, root).include == ("b*.md",)


def test_a_link_that_begins_to_lead_out_of_the_workspace_is_not_followed(reader, root, tmp_path):
    path = config(root, "a*.md")
    assert read(reader, root).include == ("a*.md",)
    os.link(path, tmp_path / "same-inode.toml")
    path.unlink()
    path.symlink_to(tmp_path / "same-inode.toml")
    assert [problem.message for problem in read(reader, root).problems] == ["not read: it leads out of the workspace"]


def test_a_file_that_is_removed_and_made_again_is_read_again(reader, root):
    path = config(root, "a*.md")
    assert read(reader, root).include == ("a*.md",)
    path.unlink()
    assert read(reader, root).include != ("a*.md",)
    config(root, "b*.md")
    assert read(reader, root).include == ("b*.md",)


def test_a_folder_that_is_replaced_is_read_again(reader, root):
    config(root, "a*.md")
    assert read(reader, root).include == ("a*.md",)
    shutil.move(root / ".orch", root / "old")
    (root / ".orch").mkdir()
    config(root, "b*.md")
    assert read(reader, root).include == ("b*.md",)


def test_another_file_of_the_same_size_and_time_is_another_one(reader, root):
    path = config(root, "a*.md")
    times = path.stat()
    before = stamp_of(path)
    assert read(reader, root).include == ("a*.md",)
    other = root / ".orch" / "beside.toml"
    other.write_text('include = ["b*.md"]\n', "utf-8")
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(path)
    assert stamp_of(path) != before
    assert path.stat().st_mtime_ns == times.st_mtime_ns
    assert read(reader, root).include == ("b*.md",)


def test_a_file_is_opened_again_only_if_it_has_changed(root):
    reader = SettingsReader({}, (), lambda _: None, later)
    path = config(root, "a*.md")
    opened.clear()
    first = read(reader, root)
    for _ in range(50):
        assert read(reader, root) is first
    assert opened.count(str(path)) == 1
    config(root, "longer*.md")
    assert read(reader, root).include == ("longer*.md",)
    assert opened.count(str(path)) <= 3  # Once written, once read again.


def test_layers_are_merged_again_only_if_one_of_them_is_another_one(root):
    reader = SettingsReader({}, (), lambda _: None, later)
    config(root, "a*.md")
    front_matter = parse_front_matter("---\nmodel: some\n---\n")

    def merged(**others: object) -> Settings:
        given = {"editor": NOTHING, "command": NO_COMMAND, "handed_over": None, **others}
        return reader.read(root, front_matter, **given)  # type: ignore[arg-type]

    first = merged()
    assert merged() is first
    assert merged(command=CommandChoice(apply="review")).apply == "review"
    options = {"apply": "review"}
    assert reader.editor(options) is reader.editor(options)
    assert merged(editor=reader.editor(options)).apply == "review"
    assert merged().apply == first.apply


def test_a_file_that_could_not_be_read_is_tried_again(root):
    reader = SettingsReader({}, (), lambda _: None, later)
    path = config(root, "a*.md")
    path.write_text("include = [", "utf-8")
    assert read(reader, root).problems
    opened.clear()
    read(reader, root)
    assert opened.count(str(path)) == 1
