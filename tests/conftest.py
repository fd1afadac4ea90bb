"""Fixtures that all tests share: an isolated home for settings and state, and editors on real servers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import pytest

from tests.fakes.homes import Homes

# No test may depend on how fast the machine is.
hypothesis.settings.register_profile(
    "orch", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("orch")

# A shell starts what it puts into the background with Ctrl-C ignored, and children would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# So does `nohup` with the end of a terminal.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def homes(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Homes:
    """Settings and state of this test alone; no key of the person who runs it is seen."""
    found = Homes.below(tmp_path_factory.mktemp("homes"))
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_TOKEN")) or name.startswith("ORCH_")]:
        if name != "ORCH_EXCHANGES":
            monkeypatch.delenv(name)
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    # A person's git may sign what it commits, or run hooks.
    for name, value in {**found.environment, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace folder with an `.orch` of its own, so that it is its files' root."""
    root = tmp_path / "project"
    (root / ".orch").mkdir(parents=True)
    return root
