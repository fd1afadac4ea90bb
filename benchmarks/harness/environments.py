"""Programs that others wrote, each in an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MARKDOWN_PACKAGES = ("vscode-markdown-languageserver", "markdown-it")
"""The language server of VS Code for Markdown, and the parser that its editor has to bring."""


def programs(folder: Path, *packages: str) -> Path:
    """The folder of the programs of these packages; they are installed below `folder` unless something is there."""
    if not (folder / "bin").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages], check=True)
    return folder.absolute() / "bin"


def markdown_server(folder: Path) -> Sequence[str]:
    """The command that starts VS Code's server for Markdown; it is installed below `folder` unless it is there."""
    node = shutil.which("node")
    if node is None:
        sys.exit("node is missing: VS Code's server for Markdown cannot be started")
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n', "utf-8")
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(["npm", "install", *quiet, *MARKDOWN_PACKAGES], cwd=folder, check=True)
    return (node, str(Path(__file__).with_name("markdown_host.js")), str(folder.absolute()))
