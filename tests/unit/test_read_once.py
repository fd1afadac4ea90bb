"""`check` over a workspace: each text is parsed once, for its own findings and for those of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from orch_lsp.app.session import build_session
from orch_lsp.orchestration.running.session import Session
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles
from tests.fakes.homes import Homes

SPECS = 20
TASKS = "# Tasks: A\n\n## Phase 1\n\n- [ ] T001 Do FR-001\n"


@pytest_asyncio.fixture
async def session(homes: Homes) -> AsyncIterator[Session]:
    session = build_session()
    yield session
    await session.aclose()


@pytest.fixture
def specs(workspace: Path) -> Path:
    for number in range(SPECS):
        folder = workspace / "specs" / f"{number:03}-a"
        folder.mkdir(parents=True)
        (folder / "spec.md").write_text("# Feature Specification: A\n\n- **FR-001**: System MUST see\n", "utf-8")
        (folder / "tasks.md").write_text(TASKS, "utf-8-sig" if number else "utf-8")
    return workspace.resolve()


async def read(session: Session, paths: list[Path], root: Path) -> list[ReadSpec]:
    complaints: list[str] = []
    files = SpecFiles(paths, session, root, complaints.append, with_others=True)
    found = [one async for one in files.read() if isinstance(one, ReadSpec)]
    assert complaints == []
    return found


async def test_no_text_of_a_workspace_is_parsed_twice(session, specs):
    found = await read(session, [specs], specs)
    index = session.indexes.at((specs, True))
    assert len(found) == session.readings.texts_read == index.files_read == 2 * SPECS
    assert index.texts_parsed == 0
    assert all(one.reading.around_it.is_whole for one in found)
    assert all(one.reading.index is one.reading.around_it for one in found)


async def test_those_around_the_documents_that_are_asked_for_are_parsed_for_the_index(session, specs):
    (found,) = await read(session, [specs / "specs" / "007-a" / "tasks.md"], specs)
    index = session.indexes.at((specs, True))
    assert (session.readings.texts_read, index.texts_parsed) == (1, 2 * SPECS - 1)
    assert [one.path for one in found.reading.neighbours] == ["specs/007-a/spec.md"]


async def test_a_file_that_changed_meanwhile_is_parsed_as_it_is(session, specs):
    (found,) = await read(session, [specs / "specs" / "007-a" / "tasks.md"], specs)
    other = build_session()
    other.indexes.offer(found.reading)
    found.file.path.write_text(TASKS.replace("T001", "T002"), "utf-8")
    whole = await other.indexes.whole(found.reading, 300.0)
    index = other.indexes.at((specs, True))
    assert index.texts_parsed == 2 * SPECS
    assert "T002" in index.index.documents["specs/007-a/tasks.md"].nodes.by_key
    assert "T001" in whole.documents["specs/007-a/tasks.md"].nodes.by_key
    await other.aclose()
