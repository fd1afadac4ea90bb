"""Where one test's user has their settings and state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Homes:
    config: Path
    state: Path

    @classmethod
    def below(cls, folder: Path) -> Homes:
        homes = cls(folder / "config", folder / "state")
        homes.config.mkdir()
        homes.state.mkdir()
        return homes

    @property
    def environment(self) -> dict[str, str]:
        return {"ORCH_CONFIG_HOME": str(self.config), "ORCH_STATE_HOME": str(self.state)}

    def configure(self, text: str) -> None:
        """Write the user config file."""
        (self.config / "config.toml").write_text(text, encoding="utf-8")

    def use(self, url: str, *, kind: str = "openai-compatible", more: str = "", head: str = "") -> None:
        """Choose a provider named `work` at `url` with a key in `WORK_KEY`."""
        self.configure(
            f'provider = "work"\n{head}\n[providers.work]\nkind = "{kind}"\nbase_url = "{url}"\nmodel = "asked-model"\n'
            f'api_key_env = "WORK_KEY"\nretry = {{ attempts = 1 }}\n{more}\n'
        )

    def process_environment(self, **more: str) -> dict[str, str]:
        """The whole environment for a child process: this test's, without anybody's keys."""
        return {**os.environ, **self.environment, "PYTHONUTF8": "1", **more}
