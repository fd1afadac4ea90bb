"""Provenance files: what is committed beside the specs, and what a repository may try with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orch_lsp.runs.origins import entry_of, to_line
from orch_lsp.runs.provenance import MAX_BYTES, MAX_LINES, move, provenance_path, read, update
from tests.fakes.records import applied, completed, section

SPEC = "docs/a.spec.md"
RUN = applied(completed("draft", ("goal", "Be fast."), ("tasks", "- one")))
SECTIONS = [section("goal", "Be fast."), section("tasks", "- one")]
posix = pytest.mark.skipif(os.name != "posix", reason="needs symlinks and pipes")


def file_of(root: Path, spec: str = SPEC) -> Path:
    path = provenance_path(root, spec)
    assert path is not None
    return path


def planted(root: Path, content: str) -> Path:
    path = file_of(root)
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    return path


def test_a_spec_has_one_file_with_one_sorted_line_a_node(tmp_path):
    assert update(tmp_path, SPEC, SECTIONS[::-1], [RUN]) == ()
    path = tmp_path / ".orch" / "provenance" / "docs" / "a.spec.md.jsonl"
    lines = path.read_text("utf-8").split("\n")
    assert lines == [to_line(entry_of(RUN, item)) for item in SECTIONS] + [""]
    assert read(tmp_path, SPEC) == (tuple(entry_of(RUN, item) for item in SECTIONS), ())


def test_a_spec_that_nobody_drafted_leaves_no_trace(tmp_path):
    assert update(tmp_path, SPEC, [section("goal", "Mine.")], []) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_file_goes_when_its_last_entry_does(tmp_path):
    update(tmp_path, SPEC, SECTIONS, [RUN])
    update(tmp_path, SPEC, [], [RUN])
    assert not file_of(tmp_path).exists()
    assert not (tmp_path / ".orch" / "provenance" / "docs").exists()


def test_an_unchanged_file_is_not_written_again(tmp_path):
    update(tmp_path, SPEC, SECTIONS, [RUN])
    before = file_of(tmp_path).stat()
    update(tmp_path, SPEC, SECTIONS, [RUN])
    assert file_of(tmp_path).stat().st_ino == before.st_ino


def test_both_sides_of_a_merge_are_read_and_bad_lines_are_reported(tmp_path):
    older, newer = (to_line(entry_of(RUN, SECTIONS[0])).replace(RUN.timing.ended_at or "", time) for time in (
        "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z",
    ))  # fmt: skip
    planted(tmp_path, f"{newer}\n<<<<<<< HEAD\n{older}\n\n{{}}\n")
    (entry,), problems = read(tmp_path, SPEC)
    assert entry.time == "2026-02-01T00:00:00.000Z"
    assert problems == (
        "`.orch/provenance/docs/a.spec.md.jsonl`, line 2: it is not JSON.",
        "`.orch/provenance/docs/a.spec.md.jsonl`, line 5: `key` is missing or not a short string.",
    )


def test_a_file_that_is_too_large_is_not_read_and_not_replaced(tmp_path):
    path = planted(tmp_path, "x" * (MAX_BYTES + 1))
    entries, problems = read(tmp_path, SPEC)
    assert entries == ()
    assert "larger than" in problems[0]
    assert "larger than" in update(tmp_path, SPEC, SECTIONS, [RUN])[0]
    assert path.stat().st_size == MAX_BYTES + 1


def test_lines_and_reports_are_capped(tmp_path):
    planted(tmp_path, "x\n" * (MAX_LINES + 5))
    _, problems = read(tmp_path, SPEC)
    assert f"more than {MAX_LINES} lines" in problems[0]
    assert len(problems) == 20


def test_invalid_utf_8_is_reported(tmp_path):
    path = planted(tmp_path, "")
    path.write_bytes(b"\xff\xfe\n")
    assert len(read(tmp_path, SPEC)[1]) == 1


@pytest.mark.parametrize(
    "spec",
    [
        "../a.md",
        "docs/../../a.md",
        "/etc/a.md",
        "C:\\a.md",
        "C:/a.md",
        "a\\..\\b.md",
        "untitled:Untitled-1",
        "",
        "a\0.md",
    ],
)
def test_a_path_outside_the_root_has_no_provenance(tmp_path, spec):
    assert provenance_path(tmp_path, spec) is None
    assert read(tmp_path, spec) == ((), ())
    assert update(tmp_path, spec, SECTIONS, [RUN]) == ()
    assert move(tmp_path, spec, SPEC) == ()


@posix
@pytest.mark.parametrize("link", [".orch", ".orch/provenance", ".orch/provenance/docs"])
def test_a_linked_folder_is_neither_read_nor_written(tmp_path, link):
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(outside, target_is_directory=True)
    assert "not a plain folder" in read(root, SPEC)[1][0]
    assert "not a plain folder" in update(root, SPEC, SECTIONS, [RUN])[0]
    assert list(outside.iterdir()) == []


@posix
def test_a_linked_file_is_neither_read_nor_written(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(to_line(entry_of(RUN, SECTIONS[0])))
    path = file_of(tmp_path)
    path.parent.mkdir(parents=True)
    path.symlink_to(secret)
    entries, problems = read(tmp_path, SPEC)
    assert entries == ()
    assert len(problems) == 1
    assert len(update(tmp_path, SPEC, SECTIONS, [RUN])) == 1
    assert path.is_symlink()


@posix
def test_a_pipe_does_not_make_anybody_wait(tmp_path):
    path = file_of(tmp_path)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    assert "not a plain file" in read(tmp_path, SPEC)[1][0]


def test_a_folder_in_place_of_the_file_is_reported(tmp_path):
    file_of(tmp_path).mkdir(parents=True)
    assert len(read(tmp_path, SPEC)[1]) == 1
    assert len(update(tmp_path, SPEC, SECTIONS, [RUN])) == 1


def test_provenance_follows_a_renamed_spec(tmp_path):
    update(tmp_path, SPEC, SECTIONS, [RUN])
    assert move(tmp_path, SPEC, "b.spec.md") == ()
    assert read(tmp_path, SPEC) == ((), ())
    assert len(read(tmp_path, "b.spec.md")[0]) == 2
    assert not (tmp_path / ".orch" / "provenance" / "docs").exists()


def test_a_rename_onto_a_known_spec_keeps_what_is_newer(tmp_path):
    newer = applied(completed("draft", ("goal", "Newer.")))
    update(tmp_path, SPEC, SECTIONS, [RUN])
    update(tmp_path, "b.spec.md", [section("goal", "Newer.")], [newer])
    move(tmp_path, SPEC, "b.spec.md")
    goal, tasks = read(tmp_path, "b.spec.md")[0]
    assert goal.run_id == newer.run_id
    assert tasks.run_id == RUN.run_id


def test_moving_nothing_is_no_problem(tmp_path):
    assert move(tmp_path, SPEC, "b.spec.md") == ()
    assert move(tmp_path, SPEC, SPEC) == ()
    assert list(tmp_path.iterdir()) == []
