"""A workspace of its own for a server under measurement: config, state and specs in a temporary folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SPEC = """# Rate limiter {number}

Limit the requests of each client of the public API, with a token bucket that is kept in memory. Clients that ask too
often are told when to come back.
"""


@dataclass(frozen=True, slots=True)
class Place:
    root: Path
    env: dict[str, str]

    def spec(self, number: int) -> Path:
        path = self.root / "specs" / f"limiter{number}.spec.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(SPEC.format(number=number), "utf-8")
        return path


@contextmanager
def place(base_url: str, parallel: int = 8) -> Iterator[Place]:
    """A workspace whose user config names the model server at `base_url`, and allows `parallel` live runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        root = folder / "workspace"
        (root / ".orch").mkdir(parents=True)
        config = folder / "config"
        config.mkdir()
        (config / "config.toml").write_text(
            'provider = "bench"\n[providers.bench]\nkind = "openai-compatible"\n'
            f'base_url = "{base_url}"\nmodel = "bench-1"\n[runs]\nparallel = {parallel}\n',
            "utf-8",
        )
        env = {
            **os.environ,
            "ORCH_CONFIG_HOME": str(config),
            "ORCH_STATE_HOME": str(folder / "state"),
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        }
        # An installed program has its modules compiled; compiling a large one takes the interpreter for a while.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        yield Place(root, env)
