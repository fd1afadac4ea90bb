"""The files of a workspace as an index: which are read, how often, and when they are known to be all."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from orch_lsp.app.session import build_session
from orch_lsp.language.index import IndexedDocument
from orch_lsp.orchestration.index.spec_files import Limits, shared_folders
from orch_lsp.orchestration.index.spec_index import SpecIndex
from orch_lsp.orchestration.running.session import Session
from orch_lsp.settings.load import ProjectLayer
from tests.fakes.homes import Homes

SPEC = "# Feature Specification: A\n\n## Requirements\n\n- **FR-001**: System MUST see\n"
TASKS = "# Tasks: A\n\n## Phase 1\n\n- [ ] T001 Do FR-001\n"
SECONDS = 300.0


@pytest_asyncio.fixture
async def session(homes: Homes) -> AsyncIterator[Session]:
    session = build_session()
    yield session
    await session.aclose()


def index_of(session: Session, folder: Path, **kinds) -> SpecIndex:
    return SpecIndex(folder.resolve(), session, ProjectLayer, **kinds)


def write(path: Path, text: str = SPEC) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


async def test_of_a_hundred_thousand_files_the_three_specs_are_read(session, workspace):
    for number in range(500):
        folder = workspace / "src" / f"{number:03}"
        folder.mkdir(parents=True)
        for name in range(200):
            os.close(os.open(folder / f"{name}.py", os.O_CREAT | os.O_WRONLY))
    write(workspace / "specs" / "001-a" / "spec.md")
    write(workspace / "specs" / "001-a" / "tasks.md", TASKS)
    write(workspace / "My Prüf (1) [x]" / "b.spec.md", "# B\n\nC.\n\n## Goal\n\nx\n")
    index = index_of(session, workspace)
    found = await index.whole(SECONDS)
    assert found.is_whole
    assert sorted(found.documents) == ["My Prüf (1) [x]/b.spec.md", "specs/001-a/spec.md", "specs/001-a/tasks.md"]
    assert index.files_read == 3
    assert index.left_out == ()
    # A second look reads nothing, and a file that changed is read alone.
    await index.look_again()
    assert index.files_read == 3
    write(workspace / "specs" / "001-a" / "tasks.md", f"{TASKS}- [ ] T002 More\n")
    await index.look_at(["specs/001-a/tasks.md", "src/001/1.py"])
    assert index.files_read == 4
    assert "T002" in index.index.documents["specs/001-a/tasks.md"].nodes.by_key
    await index.aclose()


async def test_files_that_appear_move_and_vanish_are_known_and_others_are_not_read_again(session, workspace):
    for number in range(5):
        write(workspace / "specs" / f"00{number}-a" / "spec.md")
    told: list[Sequence[IndexedDocument] | None] = []
    index = index_of(session, workspace, on_change=lambda _, documents: told.append(documents))
    await index.whole(SECONDS)
    assert told == [None]
    (workspace / "specs" / "000-a").rename(workspace / "specs" / "009-b")
    await index.look_at(["specs/000-a", "specs/009-b"])
    await index.look_again()
    assert [path.split("/")[1] for path in sorted(index.index.documents)] == [
        *("001-a", "002-a", "003-a", "004-a", "009-b"),
    ]
    assert index.files_read == 6
    shutil.rmtree(workspace / "specs" / "009-b")
    (workspace / "specs" / "001-a" / "spec.md").unlink()
    await index.look_at(["specs/009-b/spec.md", "specs/001-a/spec.md"])
    assert sorted(index.index.documents) == [f"specs/00{number}-a/spec.md" for number in (2, 3, 4)]
    assert index.files_read == 6
    scopes = {one.own_scope for documents in told if documents is not None for one in documents}
    assert scopes == {"specs/000-a", "specs/001-a", "specs/009-b"}
    await index.aclose()


async def test_what_is_asked_for_during_a_look_is_looked_at_again(session, workspace):
    write(workspace / "specs" / "001-a" / "spec.md")
    index = index_of(session, workspace)
    look = index.begin()
    assert index.look_again() is look
    # It may have been passed over by the first one.
    write(workspace / "specs" / "002-a" / "spec.md")
    await look
    assert len(index.index.documents) == 2
    await index.aclose()


@pytest.mark.parametrize("name", ["node_modules/x/a.spec.md", "templates/a.spec.md", "out/a.spec.md"])
async def test_files_that_no_look_takes_are_not_taken_when_they_are_told_of(session, workspace, name):
    write(workspace / "specs" / "001-a" / "spec.md")
    write(workspace / ".gitignore", "out/\n")
    (workspace / ".git").mkdir()
    index = index_of(session, workspace)
    await index.whole(SECONDS)
    write(workspace / name, "# B\n\nC.\n\n## Goal\n\nx\n")
    (workspace / "link.spec.md").symlink_to(workspace / "specs" / "001-a" / "spec.md")
    await index.look_at([name, "link.spec.md"])
    assert sorted(index.index.documents) == ["specs/001-a/spec.md"]
    await index.aclose()


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(Limits(documents=3), "more than 3 documents"), (Limits(total_bytes=3 * len(SPEC)), "too large")],
)
async def test_an_index_that_leaves_documents_out_is_never_whole(session, workspace, limits, reason):
    for number in range(4):
        write(workspace / "specs" / f"00{number}-a" / "spec.md")
    index = index_of(session, workspace, limits=limits)
    found = await index.whole(SECONDS)
    assert (len(found.documents), found.is_whole) == (3, False)
    assert reason in index.left_out[0].reason
    await index.aclose()


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


async def test_a_folder_that_holds_too_much_is_told_of_once(session, workspace):
    for number in range(4):
        write(workspace / "specs" / f"00{number}-a" / "spec.md")
    told: list[str | None] = []
    index = index_of(
        session, workspace, limits=Limits(documents=3), on_short=lambda index: told.append(index.shortfall)
    )
    assert (await index.count(), index.files_read) == (3, 0)
    assert "more than 3 documents" in (index.shortfall or "")
    await index.whole(SECONDS)
    await index.look_again()
    (sentence,) = told
    assert sentence == index.shortfall
    (workspace / "specs" / "003-a" / "spec.md").unlink()
    await index.look_again()
    assert index.shortfall is None
    assert index.index.is_whole
    await index.aclose()
