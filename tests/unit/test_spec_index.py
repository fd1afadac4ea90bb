"""The order in which the files of a workspace are read."""

from __future__ import annotations

import pytest

from orch_lsp.orchestration.spec_index import shared_folders


@pytest.mark.parametrize(
    ("path", "other", "shared"),
    [
        ("specs/a/spec.md", "specs/a/tasks.md", 2),
        ("specs/a/spec.md", "specs/a/checklists/ux.md", 2),
        ("specs/a/spec.md", "specs/ab/spec.md", 1),
        ("docs/spec.md", "specs/ab/spec.md", 0),
        ("spec.md", "tasks.md", 0),
        ("a/a/a.md", "a/b/a/a.md", 1),
    ],
)
def test_files_in_the_same_folders_are_near(path: str, other: str, shared: int) -> None:
    assert shared_folders(path, other) == shared_folders(other, path) == shared
