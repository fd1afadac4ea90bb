"""`orch-lsp key`: a key goes from stdin into the keyring, and from there into a request, and nowhere else."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.conftest import Finished

SECRET = "canary-77aa10d2-key"

RING = """
import json, os, pathlib
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

FILE = pathlib.Path(os.environ["RING_FILE"])

class Ring(KeyringBackend):
    priority = 1

    def _all(self):
        return json.loads(FILE.read_text()) if FILE.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service}/{username}")

    def set_password(self, service, username, password):
        FILE.write_text(json.dumps({**self._all(), f"{service}/{username}": password}))

    def delete_password(self, service, username):
        found = self._all()
        if found.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("none")
        FILE.write_text(json.dumps(found))
"""


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring of the optional package's own kind that outlives a process: a file of this test."""
    pytest.importorskip("keyring")
    folder = tmp_path / "ring"
    folder.mkdir()
    (folder / "file_ring.py").write_text(RING)
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{Path(__file__).parents[2]}")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "file_ring.Ring")
    monkeypatch.setenv("RING_FILE", str(folder / "ring.json"))
    return folder / "ring.json"


async def set_key(homes, workspace: Path, value: str, *arguments: str) -> Finished:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", "key", "set", *arguments, cwd=workspace,
        env=homes.process_environment(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(value.encode())
    return Finished(process.returncode or 0, out.decode(), err.decode())


async def test_a_key_from_stdin_is_used_listed_without_its_value_and_deleted(ring, orch, homes, provider, workspace):
    homes.configure(
        f'provider = "own"\n[providers.own]\nkind = "openai-compatible"\nbase_url = "{provider.url}"\nmodel = "m"\n'
    )
    provider.script(stream_reply(chat_pieces(["## Goal\n\nLimit clients.\n"])))
    (workspace / "a.spec.md").write_text("# Rate limiter\n\nLimit each client.\n")

    done = await set_key(homes, workspace, f"{SECRET}\n", "own", "--json")

    assert (done.code, done.json()) == (0, {"provider": "own", "stored": True})
    drafted = await orch("draft", "a.spec.md")
    assert (await provider.request(0)).headers["authorization"] == f"Bearer {SECRET}"
    listed = await orch("key", "list", "--json")
    assert listed.json() == [{"provider": "own"}]
    deleted = await orch("key", "delete", "own", "--json")
    assert deleted.json() == {"provider": "own", "deleted": True}
    for each in (done, drafted, listed, deleted):
        assert SECRET not in each.out + each.err


async def test_without_the_optional_package_the_cure_is_its_name(orch, homes, tmp_path, workspace):
    # A finder in front of all others stands for an installation without the extra.
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as u\n_find = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'keyring' else _find(name, package)\n"
    )
    done = await orch("key", "list", env={"PYTHONPATH": f"{hidden}:{Path(__file__).parents[2]}"})
    assert done.code == 2
    assert "cure: Install the Python package `keyring` beside orch-lsp" in done.err
