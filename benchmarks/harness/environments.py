"""Programs that others wrote, each in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def programs(folder: Path, *packages: str) -> Path:
    """The folder of the programs of these packages; they are installed below `folder` unless something is there."""
    if not (folder / "bin").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages], check=True)
    return folder.absolute() / "bin"
