"""A change in one file of a large workspace: that file alone is read, and what cites it alone is looked at again."""

from __future__ import annotations

import asyncio

import pytest

from orch_lsp.app.session import build_session
from orch_lsp.orchestration.index.spec_indexes import Client
from orch_lsp.orchestration.specs.source import Source

SPECS = 60
REQUIREMENTS = """# Requirements Document

## Introduction

People sign in.

## Requirements

### Requirement 1: Sign in

#### Acceptance Criteria

1. WHEN a name is known, THE Shop SHALL ask
2. WHEN a password is wrong, THE Shop SHALL refuse
"""
TASKS = "# Implementation Plan: Shop\n\n## Tasks\n\n- [ ] 1. Ask\n  - _Requirements: 1.1, 1.2_\n"


class Workspace:
    """Specs of Kiro, the tasks of all of them open."""

    def __init__(self, root, session):
        self.root = root
        self.session = session
        self.affected = []
        for number in range(SPECS):
            folder = self.folder(number)
            folder.mkdir(parents=True)
            (folder / "requirements.md").write_text(REQUIREMENTS, "utf-8")
            (folder / "tasks.md").write_text(TASKS, "utf-8")
        self.opened = [self.source(number, TASKS) for number in range(SPECS)]
        altered = [(one.uri, one) for one in self.opened]
        session.indexes.client = Client(
            altered=lambda: tuple(altered.pop() for _ in range(len(altered))),
            affected=self.affected.append,
            tells_changes=lambda: True,
        )

    def folder(self, number):
        return self.root / ".kiro" / "specs" / f"My Prüf ({number}) [x]"

    def source(self, number, text, version=1):
        path = self.folder(number) / "tasks.md"
        return Source(path.as_uri(), path, version, text, (self.root,), self.root)

    async def look(self):
        session = self.session
        await session.indexes.begin(self.opened[0], self.root)
        await session.indexes.take_open()
        self.index = session.indexes.at((self.root, True))
        assert (await self.index.whole(60)).is_whole
        await asyncio.sleep(0)
        self.affected.clear()


@pytest.fixture
async def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))
    root = (tmp_path / "workspace").resolve()
    (root / ".orch").mkdir(parents=True)
    session = build_session()
    made = Workspace(root, session)
    await made.look()
    yield made
    await session.indexes.aclose()


async def test_a_file_that_changes_is_read_alone_and_what_cites_it_is_looked_at_again(workspace):
    index, session = workspace.index, workspace.session
    before, read, texts = index.index, index.files_read, session.readings.texts_read
    assert read == 2 * SPECS
    changed = workspace.folder(7) / "requirements.md"
    changed.write_text(REQUIREMENTS.replace("2. WHEN a password", "3. WHEN a password"), "utf-8")
    await session.indexes.look_at([changed])
    await asyncio.sleep(0)
    assert index.files_read == read + 1
    assert session.readings.texts_read == texts
    others = [path for path in before.documents if "(7)" not in path]
    assert len(others) == 2 * SPECS - 2
    assert all(index.index.documents[path] is before.documents[path] for path in others)
    assert workspace.affected == [[workspace.opened[7].uri]]


async def test_words_that_nobody_cites_concern_no_other_document(workspace):
    index, read = workspace.index, workspace.index.files_read
    changed = workspace.folder(7) / "requirements.md"
    changed.write_text(REQUIREMENTS.replace("People sign in.", "People sign in here, and nowhere else."), "utf-8")
    await workspace.session.indexes.look_at([changed])
    await asyncio.sleep(0)
    assert index.files_read == read + 1
    assert workspace.affected == []


async def test_a_file_with_the_same_stamp_is_not_read(workspace):
    read = workspace.index.files_read
    await workspace.session.indexes.look_at([workspace.folder(7) / "requirements.md"])
    await workspace.index.look_again()
    assert workspace.index.files_read == read
    assert workspace.affected == []


async def test_a_key_in_an_open_document_reads_that_document_alone(workspace):
    session, index = workspace.session, workspace.index
    read, texts = index.files_read, session.readings.texts_read
    before = index.index
    edited = workspace.source(7, TASKS.replace("Ask", "Ask x"), version=2)
    altered = [(edited.uri, edited)]
    session.indexes.client = Client(
        altered=lambda: tuple(altered.pop() for _ in range(len(altered))),
        affected=workspace.affected.append,
        tells_changes=lambda: True,
    )
    await session.indexes.take_open()
    assert index.files_read == read
    assert session.readings.texts_read == texts + 1
    kept = [path for path, document in index.index.documents.items() if before.documents[path] is document]
    assert len(kept) == 2 * SPECS - 1
