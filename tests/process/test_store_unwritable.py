"""Places that cannot be written: read-only folders, full disks. Needs root to mount, and is skipped without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.runs.lifecycle import transition
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.status import RunStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from tests.fakes.records import draft_of, queued

PROJECT = Path(__file__).parents[2]
UNPRIVILEGED = 65534


def _may_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    done = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return done.returncode == 0


needs_mount = pytest.mark.skipif(not _may_mount(), reason="needs permission to mount a tmpfs")
needs_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs root to become another user"
)


@pytest.fixture(autouse=True)
def _state_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(file: Path) -> None:
    """Take all the room that is left."""
    with file.open("wb") as handle, suppress(OSError):
        while True:
            os.write(handle.fileno(), b"x" * 4096)


async def opened(root: Path) -> RunStore:
    return await RunStore.open(root, owner=this_process(), settings=RunSettings())


@needs_mount
async def test_a_read_only_workspace_is_recorded_in_the_state_folder_and_that_is_said_once(tmp_path):
    root = tmp_path / "workspace"
    with small_disk(root, "ro,size=64k"):
        store = await opened(root)
        assert store.location.is_relative_to(tmp_path / "state" / "workspaces")
        record = queued()
        await store.create(record)
        await store.list()
        (notice,) = store.notices
        assert "cannot be written" in notice
        assert await store.get(record.run_id) == record
        await store.aclose()


@needs_mount
async def test_two_read_only_places_mean_that_nothing_is_sent(tmp_path):
    root = tmp_path / "workspace"
    with small_disk(root, "ro,size=64k"), small_disk(tmp_path / "state", "ro,size=64k"):
        with pytest.raises(StoreError) as caught:
            await opened(root)
        assert caught.value.code == ErrorCode.STORE_ERROR
        with pytest.raises(StoreError):
            await RunStore.open(None, owner=this_process(), settings=RunSettings())


@needs_mount
async def test_a_workspace_without_room_for_a_store_uses_the_state_folder(tmp_path):
    root = tmp_path / "workspace"
    with small_disk(root, "size=64k"):
        (root / "ballast").write_bytes(b"x" * 48 * 1024)
        store = await opened(root)
        record = queued()
        await store.create(record)
        assert store.location.is_relative_to(tmp_path / "state")
        assert len(store.notices) == 1
        assert await store.get(record.run_id) == record
        await store.aclose()


@needs_mount
async def test_a_workspace_in_which_no_folder_can_be_made_uses_the_state_folder(tmp_path):
    root = tmp_path / "workspace"
    with small_disk(root, "size=64k,nr_inodes=2"):
        store = await opened(root)
        record = queued()
        await store.create(record)
        assert store.location.is_relative_to(tmp_path / "state")
        assert len(store.notices) == 1
        await store.aclose()


@needs_mount
async def test_a_disk_that_fills_up_is_a_typed_error_and_the_store_works_again_when_there_is_room(tmp_path):
    root = tmp_path / "workspace"
    with small_disk(root, "size=1m"):
        store = await opened(root)
        record = queued(owner=this_process())
        await store.create(record)
        record = transition(record, RunStatus.RUNNING)
        await store.save(record, expected=RunStatus.QUEUED)
        await store.checkpoint(record.run_id, "draft", 0, "so far")
        ballast = root / "ballast"
        fill(ballast)
        text = "x" * 300_000
        ended = transition(replace(record, draft=draft_of(text)), RunStatus.COMPLETED)
        for call in (
            store.save(ended, expected=RunStatus.RUNNING, texts=[text]),
            store.checkpoint(record.run_id, "draft", 6, text),
        ):
            with pytest.raises(StoreError) as caught:
                await call
            assert caught.value.code == ErrorCode.STORE_ERROR
            assert "no room" in caught.value.message
        assert await store.get(record.run_id) == record
        assert await store.partial_text(record.run_id) == "so far"
        ballast.unlink()
        await store.save(ended, expected=RunStatus.RUNNING, texts=[text])
        assert await store.get(record.run_id) == ended
        await store.aclose()
        assert store.notices == ()


ANOTHER_USER = """
import asyncio, json, os, sys
from pathlib import Path
import orch_lsp.runs.history
import psutil
from orch_lsp.errors import StoreError
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from tests.fakes.records import queued

async def main():
    try:
        store = await RunStore.open(Path(sys.argv[1]), owner=this_process(), settings=RunSettings())
        await store.create(queued())
    except StoreError as error:
        print(json.dumps({"code": error.code, "message": error.message}))
        return
    print(json.dumps({"location": str(store.location), "notices": store.notices, "runs": len(await store.list())}))
    await store.aclose()

# All is imported by now: the other user may not be allowed to read the interpreter's files.
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
asyncio.run(main())
"""


def as_another_user(root: Path, state: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER_USER, str(root), str(UNPRIVILEGED)],
        env={**os.environ, "ORCH_STATE_HOME": str(state), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def open_tmp() -> Iterator[Path]:
    """A folder that another user can reach."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@needs_root
def test_a_folder_without_write_permission_is_recorded_in_the_state_folder(open_tmp):
    root, state = open_tmp / "workspace", open_tmp / "their-state"
    root.mkdir(mode=0o755)
    state.mkdir()
    os.chown(state, UNPRIVILEGED, UNPRIVILEGED)
    result = as_another_user(root, state)
    assert str(result["location"]).startswith(str(state))
    assert result["runs"] == 1
    assert len(result["notices"]) == 1  # type: ignore[arg-type]


@needs_root
def test_without_write_permission_anywhere_nothing_is_sent(open_tmp):
    root, state = open_tmp / "workspace", open_tmp / "their-state"
    root.mkdir(mode=0o755)
    state.mkdir(mode=0o755)
    result = as_another_user(root, state)
    assert result["code"] == "store_error"


@needs_root
def test_a_database_of_another_user_without_write_permission_is_left_alone(open_tmp):
    root, state = open_tmp / "workspace", open_tmp / "their-state"
    local = root / ".orch" / "local"
    local.mkdir(parents=True, mode=0o755)
    (local / "runs.db").write_bytes(b"somebody else's")
    state.mkdir()
    os.chown(state, UNPRIVILEGED, UNPRIVILEGED)
    result = as_another_user(root, state)
    assert str(result["location"]).startswith(str(state))
    assert (local / "runs.db").read_bytes() == b"somebody else's"
