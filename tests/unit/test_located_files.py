"""Files that a model wants to be read: those on the map are, all others are refused with the reason."""

from __future__ import annotations

import os

import pytest

from orch_lsp.document.answer.listed import items_in
from orch_lsp.orchestration.steps.locate import MOST_FILES, map_of, read_choice


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "My Prüf (1) [x]"
    (root / "limits").mkdir(parents=True)
    (root / "limits" / "window.py").write_text("def open_at(now):\n    return now\n\n\ndef close():\n    return None\n")
    (root / "limits" / "my file.py").write_text("x = 1\n")
    (root / ".env").write_text("A=1\n")
    (root / "kept.py").write_text("x = 1\n")
    (tmp_path / "outside.py").write_text("x = 1\n")
    return root


ON_THE_MAP = frozenset({"limits/window.py", "limits/my file.py"})


def chosen(root, *lines: str):
    return read_choice(items_in("\n".join(f"- {line}" for line in lines)), ON_THE_MAP, root)


@pytest.mark.parametrize(
    ("line", "entries"),
    [
        ("limits/window.py", ("limits/window.py",)),
        ("`limits/window.py`: the window", ("limits/window.py",)),
        ("**limits/window.py** — the window", ("limits/window.py",)),
        ("./limits/window.py, the window", ("limits/window.py",)),
        ("`limits/my file.py`: odd", ("limits/my file.py",)),
        ("limits/window.py#close: the end", ("limits/window.py#L5-L6",)),
        ("limits/window.py#close(): the end", ("limits/window.py#L5-L6",)),
        ("limits/window.py#L2-L3", ("limits/window.py#L2-L3",)),
        ("limits/window.py#nowhere", ("limits/window.py",)),
    ],
)
def test_a_file_on_the_map_is_read_whole_or_in_part(root, line, entries):
    located = chosen(root, line)
    assert (located.pinned, located.refused, located.is_read) == (entries, (), True)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../outside.py", "outside the workspace"),
        ("limits/../../outside.py", "outside the workspace"),
        ("/etc/passwd", "outside the workspace"),
        ("~/.ssh/id_rsa", "outside the workspace"),
        ("C:/Windows/win.ini", "outside the workspace"),
        ("file:///etc/passwd", "outside the workspace"),
        ("..\\outside.py", "outside the workspace"),
        ("limits/gone.py", "not found"),
        (".env", "denied"),
        ("kept.py", "not among the files that may be sent"),
    ],
)
def test_any_other_file_is_refused_with_the_reason(root, path, reason):
    located = chosen(root, f"{path}: I want it")
    assert located.pinned == ()
    (refused,) = located.refused
    assert refused.reason.startswith(f"a model named it: {reason}")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_out_of_the_workspace_is_refused(root):
    (root / "limits" / "link.py").symlink_to(root.parent / "outside.py")
    (refused,) = chosen(root, "limits/link.py").refused
    assert refused.reason == "a model named it: link out of the workspace"


def test_a_name_that_can_be_none_is_refused(root):
    (refused,) = chosen(root, "limits/a\0b.py").refused
    assert "unusable name" in refused.reason or "not found" in refused.reason


def test_there_is_an_end_to_the_files(root):
    many = frozenset(f"f{number}.py" for number in range(40))
    located = read_choice([*sorted(many), *sorted(many)], many, root)
    assert len(located.pinned) == MOST_FILES
    assert {one.reason for one in located.refused} == {"a model named it: more than 15 files were chosen"}


@pytest.mark.parametrize(("line", "is_read"), [("none", True), ("I need to see more of it", False)])
def test_no_file_is_an_answer_and_talk_is_not(root, line, is_read):
    located = chosen(root, line)
    assert (located.pinned, located.refused, located.is_read) == ((), (), is_read)


def test_the_map_has_a_line_a_folder_and_keeps_to_its_room():
    paths = ["a.py", "b.py", "core/x.py", "core/y.py", "deep/er/z.py"]
    assert map_of(paths, 1_000) == "./: a.py b.py\ncore/: x.py y.py\ndeep/er/: z.py"
    assert map_of(paths, 12) == "./: a.py b.py"
    assert map_of(["a.py"], 200, {"a.py": "Window, allow"}) == "./: a.py\na.py defines Window, allow"
    assert map_of(["my file.py", "x.py"], 100) == "./: `my file.py` x.py"
